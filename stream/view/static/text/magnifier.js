// The picture larger.

export const larger = "Enlarge";
export const smaller = "Smaller";
export const fullScreen = "Full screen";
export const leaveFullScreen = "Leave full screen";
export const times = (factor) => `${factor.toFixed(1)} ×`;

// Words that several parts of the page share.

export const close = "Close";
export const save = "Save";
export const cancel = "Cancel";
export const showFrame = "Show its frame";
export const unreachable = "The program does not answer.";
export const noPicture = "What came is not a picture.";
export const refused = (status) => `The program refused this (${status}).`;
export const changedElsewhere = (changed) =>
  `Changed on another page: ${changed}. What you have typed here stays, and is set when you save.`;

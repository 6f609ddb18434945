// The words of the scale: its bar, and how it is measured with two points.

export const title = "Scale of the picture";
export const first = "Click one end of a known length in the picture, such as a mark of a ruler.";
export const second = "Click its other end.";
export const tooClose = "The two points are too close: click one end again, then the other.";
export const length = "Length between the points, µm";
export const measure = "Measure";
export const keep = "Keep in this session";
export const again = "Measure again";
export const kept = "Kept in this session.";
export const noScale = "Type the length in µm: this one is no scale of a microscope.";
export const forNext =
  "A running session does not change its scale. For the next one, put this into the configuration file:";
export const forConfiguration = "For the configuration file:";

/** Write the length of a scale bar. */
export const barText = (um) => (um < 1000 ? `${Number(um.toPrecision(1))} µm` : `${um / 1000} mm`);

/** Write a scale with its uncertainty, a share. */
export const scaleText = ({ umPerPx, error }) => `${umPerPx} µm per pixel (± ${(100 * error).toPrecision(1)} %)`;

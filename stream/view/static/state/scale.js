// The scale of the picture: the length of a bar that shows it, and what two points and their distance say of it. Pure.

const CLICK_PX = 1; // how exactly a point is clicked, in pixels of the frame
const LEAST_PX = 10; // apart: points that are closer say next to nothing
const [SMALLEST, LARGEST] = [0.01, 100]; // µm per pixel, as the server takes it

/**
 * Return the longest bar of a round length (1, 2 or 5 times a power of ten) that is not longer than there is room.
 * @param {number} umPerPx µm per pixel of the screen
 * @param {number} longestPx
 * @returns {{um: number, px: number}}
 */
export function barOf(umPerPx, longestPx) {
  const longest = longestPx * umPerPx;
  const power = 10 ** Math.floor(Math.log10(longest));
  const um = [5, 2, 1].find((factor) => factor * power <= longest * (1 + 1e-9)) * power;
  return { um, px: um / umPerPx };
}

/** Return whether two points of the frame, [x, y] in its pixels, are far enough apart to measure with. */
export const farApart = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by) >= LEAST_PX;

/**
 * Return the width of a pixel, if two points of the frame are so many µm apart.
 * @returns {?{umPerPx: number, error: number}} error as a share; null if no microscope has such a scale
 */
export function scaleOf([[ax, ay], [bx, by]], lengthUm) {
  const px = Math.hypot(ax - bx, ay - by);
  const umPerPx = Number((lengthUm / px).toPrecision(4));
  if (!(umPerPx >= SMALLEST && umPerPx <= LARGEST)) return null;
  return { umPerPx, error: (Math.SQRT2 * CLICK_PX) / px };
}

/** Return the lines for the configuration file. width: of the frame in which it was measured, px. */
export const configuration = (umPerPx, width) => `[capture]\num_per_px = ${umPerPx}\nscale_width_px = ${width}`;

// Colours and font of the plot, from the style sheet of the theme that is shown.

const COLOURS = {
  line: "--signal",
  band: "--band",
  spread: "--spread",
  grid: "--line",
  axis: "--muted",
  text: "--ink",
  panel: "--panel",
  poor: "--poor",
  bad: "--bad",
  mark: "--mark",
  onMark: "--on-state",
  window: "--window",
};
const LABEL_PX = 13;

/** Read the colours by name; `family`, `labelPx` and `font` are those of labels, `font` in the pixels of a canvas. */
export function plotStyle() {
  const sheet = getComputedStyle(document.documentElement);
  const colours = Object.entries(COLOURS).map(([name, property]) => [name, sheet.getPropertyValue(property).trim()]);
  const family = getComputedStyle(document.body).fontFamily;
  const font = `${LABEL_PX * (window.devicePixelRatio || 1)}px ${family}`;
  return { ...Object.fromEntries(colours), family, labelPx: LABEL_PX, font };
}

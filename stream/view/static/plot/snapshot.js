// The trend as a picture for a document. Pure drawing.

const HEAD_PX = 36;
const LINE_PX = 20;

/**
 * Return a canvas with the plot, a title above it and lines of text below.
 * @param {HTMLCanvasElement} plot
 * @param {string} title
 * @param {string[]} lines
 * @param {object} style from `plotStyle`
 */
export function snapshot(plot, title, lines, style) {
  const ratio = window.devicePixelRatio || 1;
  const canvas = document.createElement("canvas");
  canvas.width = plot.width;
  canvas.height = plot.height + (HEAD_PX + LINE_PX * lines.length) * ratio;
  const ctx = canvas.getContext("2d");
  ctx.fillStyle = style.panel;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.fillStyle = style.text;
  ctx.font = `600 ${16 * ratio}px ${style.family}`;
  ctx.fillText(title, 14 * ratio, 25 * ratio);
  ctx.drawImage(plot, 0, HEAD_PX * ratio);
  ctx.font = style.font;
  for (const [i, line] of lines.entries()) {
    ctx.fillText(line, 14 * ratio, plot.height + (HEAD_PX + 10 + LINE_PX * i) * ratio);
  }
  return canvas;
}

// Judges how the page is laid out, without knowing how it should look: an expression whose value is a list of sentences,
// one per fault, and the boxes of what is seen. Read by frozen_page.py.
(() => {
  const CONTROLS = "button, a[href], select, input, summary, fieldset label";
  const LAYERS = "dialog .end, dialog, .sheet, .topline, .message, .notices, .banner, .magnifier, .dose, #outlines";
  const SCROLLS = /auto|scroll/;
  const NEARLY = 1.5; // px that rounding may cost

  const name = (element) =>
    element.id
      ? `#${element.id}`
      : `${element.localName}${element.className && typeof element.className === "string" ? `.${element.className.replace(/ /g, ".")}` : ""}`;
  const place = (element) => {
    const own = name(element);
    const named = element.parentElement?.closest("[id]");
    return own.startsWith("#") || !named ? own : `${name(named)} ${own}`;
  };
  const isSeen = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest(".unseen, .u-legend, noscript");

  /** Return the box of a text: of its letters, without the room above and below them. */
  function textBox(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()].map(({ left, right, top, bottom }) => {
      const spare = (bottom - top) * 0.18;
      return { left, right, top: top + spare, bottom: bottom - spare };
    });
  }

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { currentNode: node } = walker;
    const element = node.parentElement;
    if (!node.data.trim() || !isSeen(element) || element.closest("script, option")) continue;
    for (const box of textBox(node)) texts.push({ element, box, words: node.data.trim().slice(0, 30) });
  }
  const controls = [...document.querySelectorAll(CONTROLS)]
    .filter((element) => isSeen(element) && !element.closest("label:has(input[type=radio]) input"))
    .map((element) => ({ element, box: element.getBoundingClientRect(), words: "" }));

  const faults = [];
  const say = (what, { element, words }, more = "") => faults.push(`${what}: ${place(element)} ${words} ${more}`.trim());

  /** Return the part of a box that is not scrolled out of its ancestors; null if none is. */
  function inScroll(element, box) {
    let seen = { ...box, left: box.left, right: box.right, top: box.top, bottom: box.bottom };
    for (let around = element.parentElement; around && around !== document.body; around = around.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(around);
      if (!SCROLLS.test(overflowX + overflowY)) continue;
      const frame = around.getBoundingClientRect();
      seen = {
        left: Math.max(seen.left, frame.left),
        right: Math.min(seen.right, frame.right),
        top: Math.max(seen.top, frame.top),
        bottom: Math.min(seen.bottom, frame.bottom),
      };
    }
    return seen.right > seen.left && seen.bottom > seen.top ? seen : null;
  }

  // Nothing lies outside the screen's width, and nothing is scrolled sideways.
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) {
    faults.push(`the page is ${document.documentElement.scrollWidth} px wide on a screen of ${width} px`);
  }
  for (const part of [...texts, ...controls]) {
    if (part.box.left < -NEARLY || part.box.right > width + NEARLY) say("outside the screen", part);
  }

  // Nothing is cut off by what it lies in, but a name that ends in an ellipsis.
  for (const element of document.body.querySelectorAll("*")) {
    if (!isSeen(element) || element.closest("svg, canvas, #trend, .stage") || !element.clientWidth) continue;
    const { overflowX, overflowY, textOverflow } = getComputedStyle(element);
    if (textOverflow === "ellipsis" || element.matches("input, select")) continue;
    const cutX = /hidden|clip/.test(overflowX) && element.scrollWidth > element.clientWidth + NEARLY;
    const cutY = /hidden|clip/.test(overflowY) && element.scrollHeight > element.clientHeight + NEARLY;
    if (cutX || cutY) say("cut off", { element, words: element.textContent.trim().slice(0, 40) });
  }
  // Nothing sticks out of the frame that it stands in.
  for (const part of texts) {
    const frame = part.element.closest("button, .button, .panel, .alarms, .site, dialog, .sheet, .view, footer, .topline");
    if (!frame || getComputedStyle(frame).display === "contents") continue;
    if (getComputedStyle(part.element).textOverflow === "ellipsis") continue;
    const [box, around] = [inScroll(part.element, part.box), frame.getBoundingClientRect()];
    if (!box || SCROLLS.test(getComputedStyle(frame).overflowY)) continue;
    const out = [around.left - box.left, box.right - around.right, around.top - box.top, box.bottom - around.bottom];
    if (Math.max(...out) > NEARLY) say("sticks out of its frame", part, name(frame));
  }

  // Nothing overlaps in one layer.
  const layer = (element) => element.closest(LAYERS) ?? document.body;
  const shown = [...texts, ...controls]
    .map((part) => ({ ...part, box: inScroll(part.element, part.box), layer: layer(part.element) }))
    .filter(({ box }) => box !== null);
  shown.forEach((one, i) => {
    for (const other of shown.slice(i + 1)) {
      if (one.layer !== other.layer || one.element.contains(other.element) || other.element.contains(one.element)) continue;
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (across > NEARLY && down > NEARLY) say("overlap", one, `and ${place(other.element)} ${other.words}`);
    }
  });

  // What is touched is large enough: 24 px, and 44 px for a finger, but for what is small print of a sheet.
  const finger = matchMedia("(pointer: coarse)").matches;
  for (const { element, box } of controls) {
    if (element.matches("label *")) continue;
    const least = finger && !element.matches(".evidence *, .change *, input[type=range], dialog *") ? 44 : 24;
    if (box.height < least - 0.5 || box.width < 24) {
      say("too small to touch", { element, words: `${Math.round(box.width)} x ${Math.round(box.height)} px` });
    }
  }

  // A message covers no figure.
  const message = document.getElementById("message")?.getBoundingClientRect();
  for (const part of shown) {
    if (!message?.width || part.layer !== document.body || !part.element.closest("dd, .big, .figure, .alarm-words")) continue;
    const across = Math.min(part.box.right, message.right) - Math.max(part.box.left, message.left);
    const down = Math.min(part.box.bottom, message.bottom) - Math.max(part.box.top, message.top);
    if (across > 0 && down > 0) say("covered by the message", part);
  }

  const boxes = {};
  for (const element of document.body.querySelectorAll("[id]")) {
    if (!isSeen(element) || element.closest("svg, #message")) continue;
    const { left, top, width, height } = element.getBoundingClientRect();
    if (width && height) boxes[element.id] = [left, top + scrollY, width, height].map(Math.round);
  }
  return { faults: [...new Set(faults)], boxes };
})()

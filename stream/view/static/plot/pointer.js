// The pointer on the trend: a drag pans, a wheel zooms, a click asks for that moment, rest gives a tip. Knows nothing of the drawing.

const CLICK_PX = 5;
const WHEEL_ZOOM = 1.2;
const WHEEL_PAN = 1000; // px of the wheel that pan by a whole window

/**
 * Let the pointer move the trend.
 * @param {HTMLElement} box the element that the trend fills
 * @param {import("./trend.js").Trend} trend
 * @param {object} handlers
 * @param {() => void} handlers.moved the trend shows another stretch
 * @param {(x: number) => void} handlers.picked a moment was clicked
 * @param {(id: number) => void} handlers.flagged a marker's flag was clicked
 */
export function listenToPointer(box, trend, { moved, picked, flagged }) {
  let drag = null;
  let frame = null;
  const leftOf = (event) => event.clientX - box.getBoundingClientRect().left;

  // A screen draws 60 times per second at most, pointers move more often.
  const panLater = (left) => {
    drag.left = left;
    if (frame !== null) return;
    frame = requestAnimationFrame(() => {
      frame = null;
      if (!drag) return;
      trend.fix(drag.edges.map((edge) => edge - (drag.left - drag.from) * drag.secondsPerPx));
      moved();
    });
  };
  const endDrag = () => {
    drag = null;
    box.classList.remove("dragging");
  };

  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const [from, to] = trend.edges();
    drag = { from: leftOf(event), edges: [from, to], secondsPerPx: (to - from) / trend.widthPx(), far: false };
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener("pointermove", (event) => {
    if (!drag) {
      box.title = trend.tipAt(leftOf(event), event.clientY - box.getBoundingClientRect().top);
      return;
    }
    drag.far ||= Math.abs(leftOf(event) - drag.from) > CLICK_PX;
    box.classList.toggle("dragging", drag.far);
    if (drag.far) panLater(leftOf(event));
  });
  box.addEventListener("pointerup", (event) => {
    const clicked = drag && !drag.far;
    endDrag();
    if (!clicked) return;
    const id = trend.flagAt(leftOf(event), event.clientY - box.getBoundingClientRect().top);
    if (id === null) picked(trend.at(leftOf(event)));
    else flagged(id);
  });
  box.addEventListener("pointercancel", endDrag);
  const turn = (event) => {
    event.preventDefault();
    const { deltaX, deltaY } = event;
    if (event.shiftKey || Math.abs(deltaX) > Math.abs(deltaY)) trend.pan((deltaX || deltaY) / WHEEL_PAN);
    else trend.zoom(deltaY > 0 ? WHEEL_ZOOM : 1 / WHEEL_ZOOM, trend.at(leftOf(event)));
    moved();
  };
  box.addEventListener("wheel", turn, { passive: false });
}

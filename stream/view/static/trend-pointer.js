// Hands on the trend: a drag pans, a wheel zooms, a click asks for that moment. Knows pointers, not what is drawn.

const CLICK_PX = 5;
const WHEEL = 1.2;

// moved(): the trend shows another stretch. picked(x): a moment. flagged(id): a marker's flag.
export function handleTrend(trend, { moved, picked, flagged }) {
  const { box } = trend;
  let drag = null;
  let frame = null;

  // A screen draws 60 times a second at most, pointers move more often.
  const pan = (left) => {
    drag.left = left;
    frame ??= requestAnimationFrame(() => {
      frame = null;
      if (!drag) return;
      trend.fix(drag.edges.map((edge) => edge - (drag.left - drag.from) * drag.perPx));
      moved();
    });
  };
  const place = (event) => event.clientX - box.getBoundingClientRect().left;

  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const edges = trend.edges();
    drag = { from: place(event), edges, perPx: (edges[1] - edges[0]) / trend.widthPx(), far: false };
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener("pointermove", (event) => {
    if (!drag) return;
    drag.far ||= Math.abs(place(event) - drag.from) > CLICK_PX;
    box.classList.toggle("dragging", drag.far);
    if (drag.far) pan(place(event));
  });
  box.addEventListener("pointerup", (event) => {
    const click = drag && !drag.far;
    end();
    if (!click) return;
    const id = trend.flagAt(place(event), event.clientY - box.getBoundingClientRect().top);
    if (id === null) picked(trend.at(place(event)));
    else flagged(id);
  });
  box.addEventListener("pointercancel", end);
  box.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) trend.pan((event.deltaX || event.deltaY) / 1000);
    else trend.zoom(event.deltaY > 0 ? WHEEL : 1 / WHEEL, trend.at(place(event)));
    moved();
  }, { passive: false });

  function end() {
    drag = null;
    box.classList.remove("dragging");
  }
}

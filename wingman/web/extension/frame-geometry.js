// Where the overlay's frame is on the page: moved by its handle, resized at its corner, kept within the window.

const MARGIN = 16;
const SMALLEST = { width: 300, height: 240 };
const USUAL = { width: 380, height: 600 };
const STEP = 24;
/** The browser tells nothing about the end of a resize: a size that has not changed for this many ms is meant. */
const SETTLED = 250;

const between = (low, value, high) => Math.max(low, Math.min(value, high));
const numberOr = (value, otherwise) => (Number.isFinite(value) ? value : otherwise);

/**
 * `place` as far as a window of `room` can hold it; what was stored may be from a larger screen, or nonsense.
 * All in CSS pixels. Without a stored place the frame is in the lower right corner.
 */
export function fitted(place, room) {
  // A window that is zoomed in may hold less than the smallest: what is beyond it, nobody could scroll to
  const smallest = { width: Math.min(SMALLEST.width, room.width), height: Math.min(SMALLEST.height, room.height) };
  const width = between(smallest.width, numberOr(place.width, USUAL.width), room.width - 2 * MARGIN);
  const height = between(smallest.height, numberOr(place.height, USUAL.height), room.height - 2 * MARGIN);
  return {
    left: between(0, numberOr(place.left, room.width - width - MARGIN), Math.max(0, room.width - width)),
    top: between(0, numberOr(place.top, room.height - height - MARGIN), Math.max(0, room.height - height)),
    width,
    height,
  };
}

const room = () => ({ width: document.documentElement.clientWidth, height: globalThis.innerHeight });

export class FrameGeometry {
  #timer = 0;
  #watch = new ResizeObserver(() => this.#resized());
  #fit = () => this.#show(this.wanted);

  /**
   * @param {HTMLElement} frame
   * @param {HTMLElement} handle what the frame is dragged by
   * @param {(place: object) => void} moved hears where the user put it
   */
  constructor(frame, handle, moved) {
    this.frame = frame;
    this.moved = moved;
    this.#drag(handle);
  }

  /** Take the place the user left the frame at. */
  restore(place) {
    this.wanted = place;
    this.#show(place);
    this.#watch.observe(this.frame);
    globalThis.addEventListener("resize", this.#fit);
  }

  close() {
    clearTimeout(this.#timer);
    this.#watch.disconnect();
    globalThis.removeEventListener("resize", this.#fit);
  }

  /** Move or (with Shift) resize by an arrow key; false for any other key. */
  key({ key, shiftKey }) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    if (!way) return false;
    const [x, y] = way.map((step) => step * STEP);
    const { left, top, width, height } = this.shown;
    if (shiftKey) this.#put({ left, top, width: width + x, height: height + y });
    else this.#put({ left: left + x, top: top + y, width, height });
    return true;
  }

  #put(place) {
    this.#show(place);
    this.wanted = this.shown;
    this.moved(this.shown);
  }

  #show(place) {
    this.shown = fitted(place, room());
    for (const [name, value] of Object.entries(this.shown)) this.frame.style.setProperty(name, `${value}px`);
  }

  #resized() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.frame.hasAttribute("data-folded")) return;
      const { left, top, width, height } = this.frame.getBoundingClientRect();
      const same = Math.abs(width - this.shown.width) < 1 && Math.abs(height - this.shown.height) < 1;
      if (!same) this.#put({ left, top, width, height });
    }, SETTLED);
  }

  #drag(handle) {
    let from = null;
    handle.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.target.closest(".icon-button")) return;
      from = { x: event.clientX - this.shown.left, y: event.clientY - this.shown.top };
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (from) this.#show({ ...this.shown, left: event.clientX - from.x, top: event.clientY - from.y });
    });
    for (const end of ["pointerup", "pointercancel"])
      handle.addEventListener(end, () => {
        if (from) this.#put(this.shown);
        from = null;
      });
  }
}

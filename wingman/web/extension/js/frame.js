// Rendering is batched: however many events arrive, a view paints at most once per animation frame.

/**
 * @param {() => Window} view the window the view is shown in. It can change: a hidden opener gets no
 *   frames while its picture-in-picture window does, so a paint is asked again from the new window
 * @param {() => void} render
 * @returns {() => void} ask for a paint
 */
export function batched(view, render) {
  let askedOf = null;
  return () => {
    const window = view();
    if (!window || askedOf === window) return;
    askedOf = window;
    window.requestAnimationFrame(() => {
      if (askedOf !== window) return;
      askedOf = null;
      render();
    });
  };
}

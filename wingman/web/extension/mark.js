// The toolbar icon, drawn here because an action's icon cannot be an SVG file.

const SIZES = [16, 32];

export async function paintIcon() {
  const imageData = Object.fromEntries(SIZES.map((size) => [size, drawn(size)]));
  await chrome.action.setIcon({ imageData });
}

/** The shapes of `icons/wingman.svg`, on its grid of 32. */
function drawn(size) {
  const context = new OffscreenCanvas(size, size).getContext("2d");
  context.scale(size / 32, size / 32);
  context.fillStyle = "#1f3d4d";
  context.beginPath();
  context.roundRect(0, 0, 32, 32, 8);
  context.fill();
  context.fillStyle = "#9fe0d0";
  context.fill(
    new Path2D(
      "M6 12.5c4.5 0 6.5 2 10 8 3.5-6 5.5-8 10-8-3 1.6-4.3 4.2-5.6 8.3-1.1 3.3-2.7 4.7-4.4 4.7s-3.3-1.4-4.4-4.7C10.3 16.7 9 14.1 6 12.5z",
    ),
  );
  context.fillStyle = "#fff";
  context.beginPath();
  context.arc(16, 9.5, 2.6, 0, 2 * Math.PI);
  context.fill();
  return context.getImageData(0, 0, size, size);
}

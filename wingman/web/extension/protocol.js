// The name of the line between the overlay on the page and the offscreen document.
// Down: {look, envelope, status, ended}; up: {hello, up, look}.

export const PORT = "wingman-overlay";

// The name of the line between the overlay on the page and the offscreen document.
// Down: {memory: {look, place}, words, envelope, status, problem, ended}; up: {hello, up, memory, hidden}.

export const PORT = "wingman-overlay";

// Runs in a worker: see `waiting.js`.
onmessage = ({ data: { id, ms } }) => setTimeout(() => postMessage(id), ms);

// Runs on the audio thread: hands the samples on in pieces of 64 ms.

const PIECE = 1024;

class Tap extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Float32Array(PIECE);
    this.filled = 0;
  }

  /**
   * @override
   * @param {Float32Array[][]} inputs
   */
  process([[samples]]) {
    if (!samples) return true;
    for (const sample of samples) {
      this.piece[this.filled++] = sample;
      if (this.filled < PIECE) continue;
      this.port.postMessage(this.piece);
      this.piece = new Float32Array(PIECE);
      this.filled = 0;
    }
    return true;
  }
}

registerProcessor("wingman-tap", Tap);

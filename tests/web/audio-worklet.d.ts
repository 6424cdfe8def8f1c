// What an AudioWorkletGlobalScope has, as far as it is used (Web Audio API, sections 1.32.2 and 1.32.4).

declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
  /** Blocks of 128 samples: by input, then by channel; an input that nothing feeds has no channel. */
  abstract process(
    inputs: Float32Array[][],
    outputs: Float32Array[][],
    parameters: Record<string, Float32Array>,
  ): boolean;
}

declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

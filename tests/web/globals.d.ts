// What a module may use of the platform without touching a page.
declare const performance: { now(): number };
declare class TextEncoder {
  encode(text: string): Uint8Array;
}

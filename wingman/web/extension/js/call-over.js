// Whether a call seems to be over, and why. Pure: time is an argument.

/** After this long without a word from anybody the page asks, in seconds. */
export const QUIET_LIMIT = 180;

/**
 * @param {{phase: string, channels: string[], ended: Set<string> | string[], quietFor: number, asked: number}} facts
 *   `channels` that were listened to; those of them that `ended`; seconds since anything was heard; `asked` is the
 *   value of `quietFor` at which the user last said that the call goes on
 * @returns {"" | "ended" | "quiet"}
 */
export function seemsOver({ phase, channels, ended, quietFor, asked = 0 }) {
  if (phase !== "live") return "";
  const gone = new Set(ended);
  if (channels.length > 0 && channels.every((channel) => gone.has(channel))) return "ended";
  // Whoever said that the call goes on is not asked again for the same silence
  return quietFor >= QUIET_LIMIT && (asked === 0 || quietFor < asked) ? "quiet" : "";
}

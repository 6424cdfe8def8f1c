// What a channel's state is, judged from evidence: the peer connection, the level here, the service's word.

/** After this long without sound the user is asked whether it is the right tab or microphone, in ms. */
export const SILENCE_LIMIT = 8000;

/**
 * @param {{ended: boolean, paused: boolean, muted: boolean, peer: string, silentFor: number, service?: string}} facts
 *   `peer` is the `connectionState`; `service` the newest `capture.state` of the channel
 * @returns {"connecting"|"capturing"|"no_signal"|"stalled"|"muted"|"paused"|"ended"}
 */
export function channelState({ ended, paused, muted, peer, silentFor, service }) {
  if (ended) return "ended";
  if (paused) return "paused";
  if (peer === "new" || peer === "connecting") return "connecting";
  if (peer !== "connected" || service === "stalled" || service === "gone") return "stalled";
  if (muted) return "muted";
  if (service === undefined || service === "connecting") return "connecting";
  if (silentFor > SILENCE_LIMIT || service === "no_signal") return silentFor < 1000 ? "capturing" : "no_signal";
  return "capturing";
}

// What a channel's state is, judged from evidence: the peer connection, the level here, the service's word.

/** After this long without any sound the user is asked whether it is the right tab or microphone, in ms. */
export const SILENCE_LIMIT = 5000;
/** The same for one that was heard before: while one side talks, the other may well send nothing at all. */
export const PAUSE_LIMIT = 60_000;

/**
 * *Listening* is earned by sound: a track that carries none is *waiting*, and *silent* after a while.
 *
 * @param {{ended: boolean, paused: boolean, muted: boolean, peer: string, heard: boolean, silentFor: number,
 *   service?: string}} facts
 *   `peer` is the `connectionState`; `heard` whether any sound came yet; `service` the newest `capture.state` of the
 *   channel
 * @returns {"connecting"|"waiting"|"capturing"|"no_signal"|"stalled"|"muted"|"paused"|"ended"}
 */
export function channelState({ ended, paused, muted, peer, heard, silentFor, service }) {
  if (ended) return "ended";
  if (paused) return "paused";
  if (peer === "new" || peer === "connecting") return "connecting";
  if (peer !== "connected" || service === "stalled" || service === "gone") return "stalled";
  if (muted) return "muted";
  if (service === undefined || service === "connecting") return "connecting";
  if (silentFor > (heard ? PAUSE_LIMIT : SILENCE_LIMIT)) return "no_signal";
  return heard ? "capturing" : "waiting";
}

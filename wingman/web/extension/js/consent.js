// The words of the tone policy: what the user acknowledges, and what the others may be told.

/**
 * What can be acknowledged, as the service tells it (`GET /api/notices`).
 *
 * @typedef {{name: string, policies: string[], text: string}} Notice
 */

/** Whether a policy analyses a voice, and therefore needs an acknowledgement. @param {Notice[]} notices */
export const needsConsent = (notices, policy) => notices.some(({ policies }) => policies.includes(policy));

/**
 * The very words to acknowledge for `policy`, for one call or (`standing`) all to come; empty where the service has none
 * for it.
 *
 * @param {Notice[]} notices
 */
export function acknowledgement(notices, policy, standing = false) {
  const id = `${policy}${standing ? "-standing" : ""}@`;
  return notices.find(({ name }) => name.startsWith(id))?.text ?? "";
}

/** The policies a page can offer: those that need no acknowledgement, and those with words of their own for it. */
export const offered = (policies, notices) =>
  policies.filter(({ value }) => !needsConsent(notices, value) || acknowledgement(notices, value));

const NOTICES = {
  off: "I use Wingman, an assistant that transcribes this call and suggests what I could say. It does not store the sound. Tell me if you do not want that and I will switch it off.",
  "text-only":
    "I use Wingman, an assistant that transcribes this call, reads the mood of what is said from the words, and suggests what I could say. It does not store the sound and does not analyse voices. Tell me if you do not want that and I will switch it off.",
  counterpart:
    "I use Wingman, an assistant that transcribes this call, estimates the tone of your voices, and suggests what I could say. It does not store the sound. Is that all right with everyone? If not, I will switch it off.",
  self: "I use Wingman, an assistant that transcribes this call, estimates the tone of my own voice only, and suggests what I could say. It does not store the sound. Tell me if you do not want that and I will switch it off.",
};

/** A text for the meeting's chat; `stored` when the service keeps the sound (`report.store_audio`). */
export const notice = (policy, stored = false) => {
  const words = NOTICES[policy] || NOTICES.off;
  return stored ? words.replace("does not store the sound", "stores the sound of the call") : words;
};

// The words of the tone policy: what the user acknowledges, and what the others may be told.

/** The policies that analyse a voice, and therefore need an acknowledgement. */
export const NEEDS_CONSENT = new Set(["counterpart", "self"]);

const ACKNOWLEDGEMENTS = {
  counterpart:
    "I have told the other participants that the tone of their voices is analysed in this call, and they agree. I do not use this to judge employees or applicants.",
  self: "I agree that the tone of my own voice is analysed in this call.",
};

const STANDING = {
  counterpart:
    "Before each call I listen to this way, I tell the other participants that the tone of their voices is analysed, and go on only if they agree. I do not use this to judge employees or applicants.",
  self: "I agree that the tone of my own voice is analysed in each call I listen to this way.",
};

const NOTICES = {
  off: "I use Wingman, an assistant that transcribes this call and suggests what I could say. It does not store the sound. Tell me if you do not want that and I will switch it off.",
  "text-only":
    "I use Wingman, an assistant that transcribes this call, reads the mood of what is said from the words, and suggests what I could say. It does not store the sound and does not analyse voices. Tell me if you do not want that and I will switch it off.",
  counterpart:
    "I use Wingman, an assistant that transcribes this call, estimates the tone of your voices, and suggests what I could say. It does not store the sound. Is that all right with everyone? If not, I will switch it off.",
  self: "I use Wingman, an assistant that transcribes this call, estimates the tone of my own voice only, and suggests what I could say. It does not store the sound. Tell me if you do not want that and I will switch it off.",
};

/** The very words to acknowledge for `policy`, for one call or (`standing`) all to come; empty when none are needed. */
export const acknowledgement = (policy, standing = false) =>
  (standing ? STANDING : ACKNOWLEDGEMENTS)[policy] || "";

/** A text for the meeting's chat; `stored` when the service keeps the sound (`report.store_audio`). */
export const notice = (policy, stored = false) => {
  const words = NOTICES[policy] || NOTICES.off;
  return stored ? words.replace("does not store the sound", "stores the sound of the call") : words;
};

// What the words and the face say beside a voice, in the words of the report and the exports.

/** How a face looks that shows an emotion; the same words as `wingman/core/expression_words.py`. */
export const LOOKS = {
  admiration: "admiring",
  adoration: "adoring",
  "aesthetic appreciation": "appreciative",
  amusement: "amused",
  anger: "angry",
  annoyance: "annoyed",
  anxiety: "anxious",
  awe: "awed",
  awkwardness: "awkward",
  boredom: "bored",
  calmness: "calm",
  concentration: "concentrated",
  confusion: "confused",
  contemplation: "thoughtful",
  contempt: "contemptuous",
  contentment: "content",
  determination: "determined",
  disappointment: "disappointed",
  disapproval: "disapproving",
  disgust: "disgusted",
  distress: "distressed",
  doubt: "doubtful",
  ecstasy: "ecstatic",
  embarrassment: "embarrassed",
  "empathic pain": "pained",
  entrancement: "entranced",
  enthusiasm: "enthusiastic",
  envy: "envious",
  excitement: "excited",
  fear: "afraid",
  frustration: "frustrated",
  gratitude: "grateful",
  guilt: "guilty",
  horror: "horrified",
  interest: "interested",
  joy: "joyful",
  nostalgia: "nostalgic",
  pain: "pained",
  pride: "proud",
  relief: "relieved",
  sadness: "sad",
  satisfaction: "satisfied",
  shame: "ashamed",
  "surprise (negative)": "unpleasantly surprised",
  "surprise (positive)": "pleasantly surprised",
  sympathy: "sympathetic",
  tiredness: "tired",
  triumph: "triumphant",
};

const known = (reading) => reading?.status === "known";

/** `looks doubtful`; `face 2 of 3 looks doubtful` where several were seen; empty when not known. */
export function lookWords(face) {
  if (!known(face)) return "";
  const who = face.subject ? `face ${face.subject} ` : "";
  return who + (LOOKS[face.label] ? `looks ${LOOKS[face.label]}` : `shows ${face.label}`);
}

/** `words express annoyance`; empty when not known. */
export const wordingWords = (language) => (known(language) ? `words express ${language.label}` : "");

// Spoken languages by their names in the reader's own language. Pure.

/** What is no language, and stands before them. */
const OTHERS = { auto: "Found out as it is spoken", multi: "Several, as spoken" };

/**
 * @param {string[]} tags what the transcriber reads; empty where it is not limited
 * @param {string} shown in which language to name them
 * @returns {[string, string][]} tag and name, by name; "as configured" first
 */
export function languageChoices(tags, shown = "en") {
  const known = tags.length ? tags : ["multi", "en", "de", "es", "fr", "it", "nl", "pl", "pt", "ja", "ko", "zh"];
  const names = new Intl.DisplayNames([shown], { type: "language" });
  /** @type {[string, string][]} */
  const named = known.filter((tag) => !(tag in OTHERS)).map((tag) => [tag, names.of(tag) ?? tag]);
  named.sort((a, b) => a[1].localeCompare(b[1], shown));
  /** @type {[string, string][]} */
  const others = Object.entries(OTHERS).filter(([tag]) => known.includes(tag));
  return [["", "As configured"], ...others, ...named];
}

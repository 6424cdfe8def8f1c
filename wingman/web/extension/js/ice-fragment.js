// What a description says of the way to its side, as WHIP's PATCH carries it (RFC 8840, RFC 9725 section 4.3). Pure.

export const FRAGMENT = "application/trickle-ice-sdpfrag";

const linesOf = (text) => text.split(/\r?\n/).filter(Boolean);
const joined = (lines) => lines.map((line) => `${line}\r\n`).join("");

/** The credentials and candidates of `sdp`: those of its first media section, for all are bundled. */
export function fragmentOf(sdp) {
  const lines = linesOf(sdp);
  const starts = lines.flatMap((line, at) => (line.startsWith("m=") ? [at] : []));
  const media = lines.slice(starts[0], starts[1]);
  return joined([
    ...lines.slice(0, starts[0]).filter((line) => line.startsWith("a=group:BUNDLE")),
    media[0],
    ...media.filter((line) => /^a=(mid|ice-ufrag|ice-pwd|candidate|end-of-candidates)/.test(line)),
  ]);
}

/** The description `answer` with the way that `fragment` tells of in the place of its own. */
export function rerouted(answer, fragment) {
  const told = linesOf(fragment);
  const value = (name) => told.find((line) => line.startsWith(name)) ?? "";
  let candidates = told.filter((line) => /^a=(candidate:|end-of-candidates)/.test(line));
  const lines = [];
  for (const line of linesOf(answer)) {
    if (/^a=(candidate:|end-of-candidates)/.test(line)) continue;
    if (line.startsWith("a=ice-ufrag:")) lines.push(value("a=ice-ufrag:"));
    else if (line.startsWith("a=ice-pwd:")) {
      lines.push(value("a=ice-pwd:"), ...candidates);
      candidates = [];
    } else lines.push(line);
  }
  return joined(lines);
}

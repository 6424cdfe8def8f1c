"""The offscreen document in Node, around stand-ins for sound and service: its races need exact turns."""

from __future__ import annotations

from pathlib import Path

from tests.web import stage
from tests.web.stage import needs_node

pytestmark = needs_node

STAND_INS = {
    "possession.js": "export const prove = null;",
    "js/audio-context.js": """
const source = { connect() {} };
export const lastingContext = () => ({ createMediaStreamSource: () => source, close: async () => {} });
""",
    "js/capture.js": """
export const NOT_MEANT = new Set();
export const REASON_LIMIT = 0;
export class Capture {
  start() {}
  lacks() { return false; }
  stop() { return new Promise((release) => globalThis.endings.push(release)); }
}
""",
    "js/service.js": """
export const UNPAIRED = "";
export class Service {
  async json() { return { id: "m" }; }
  async provenSocket() { return ""; }
}
""",
    "js/stream.js": "export class EventStream { start() { return this; } close() {} }",
    "js/tracks.js": "export const openMicrophone = async () => ({}); export const release = () => {};",
    "js/vocabulary.js": "export const vocabulary = async () => null;",
}

STAGE = """
import assert from "node:assert/strict";
globalThis.endings = []; // one for each meeting whose end is on its way
const taken = [];
const listeners = {};
const on = (name) => ({ addListener: (listener) => (listeners[name] = listener) });
const runtime = { onMessage: on("message"), onConnect: on("connect"), sendMessage: async () => true };
const track = () => ({ addEventListener: (_, listener) => taken.push(listener) });
const mediaDevices = { getUserMedia: async () => ({ getAudioTracks: () => [track()] }) };
globalThis.chrome = { runtime };
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices } });
const turns = async () => { for (let n = 0; n < 20; n++) await new Promise((done) => setImmediate(done)); };
await import("./web/extension/offscreen.js");
const ask = async (message) => {
  let said = null;
  listeners.message({ to: "offscreen", ...message }, {}, (reply) => (said = reply));
  await turns();
  return () => said;
};
const begin = async (run) => assert.equal((await ask({ start: { run } }))().meeting, "m");
"""


def test_a_stop_is_answered_once_every_end_is_on_its_way(tmp_path: Path) -> None:
    stage.lay(tmp_path)
    for name, text in STAND_INS.items():
        (tmp_path / "web" / "extension" / name).write_text(text, encoding="utf-8")
    script = """
for (const followed of [false, true]) {
  await begin("a");
  taken.pop()(); // the browser takes the tab's sound away
  await turns();
  if (followed) await begin("b");
  const replied = await ask({ stop: true });
  assert.equal(endings.length, followed ? 2 : 1);
  const [first, ...rest] = endings.splice(0);
  for (const release of rest) release();
  await turns();
  assert.equal(replied(), null, `followed: ${followed}`); // the document would be closed
  first();
  await turns();
  assert.equal(replied().owing, false);
}
"""
    (tmp_path / "play.js").write_text(STAGE + script + "process.exit(0);\n", encoding="utf-8")
    stage.run("play.js", cwd=tmp_path, timeout=60)

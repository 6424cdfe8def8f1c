"""The pages' pure modules, run by the browser's own engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import numpy as np
import pytest
import zxingcpp
from playwright.sync_api import Browser

from tests.browser.support.scene import call, said, started
from tests.browser.support.service import BrowserService
from tests.support.speakers import CALLED
from wingman.core import codec
from wingman.core.events import AudioState, SpeakerRenamed, StorageState
from wingman.core.expression_words import LOOKS, look, wording
from wingman.core.utterance import EMOTION_OFF, EMOTION_PENDING, EmotionReading, Family, ReadingStatus
from wingman.events.snapshot import Snapshot

Run = Callable[..., Any]


@contextmanager
def _page_to_run_in(service: BrowserService, browser: Browser) -> Iterator[Run]:
    page = browser.new_page()
    page.goto(f"{service.url}/static/extension/icons/wingman.svg")

    def evaluate(module: str, script: str, argument: Any = None) -> Any:
        source = f"async (x) => ({script})(await import('/static/extension/js/{module}.js'), x)"
        return page.evaluate(source, argument)

    yield evaluate
    page.close()


@pytest.fixture(scope="module")
def run(service: BrowserService, browser: Browser) -> Iterator[Run]:
    """`run(module, script, argument)`: evaluate `script`, a function of the module and the argument."""
    with _page_to_run_in(service, browser) as evaluate:
        yield evaluate


@pytest.fixture
def run_apart(service: BrowserService, browser: Browser) -> Iterator[Run]:
    """The same on a page of its own, whose clock a script may replace."""
    with _page_to_run_in(service, browser) as evaluate:
        yield evaluate


def envelopes(*payloads: Any) -> list[dict[str, Any]]:
    made = []
    for seq, item in enumerate(payloads, 1):
        payload, media = item if isinstance(item, tuple) else (item, None)
        made.append(json.loads(codec.encode(codec.envelope(seq, "m-1", 1000.0 + seq, payload, media))))
    return made


FOLD = "(m, events) => events.reduce(m.reduce, m.initial())"


def test_the_same_events_give_the_same_state_however_often_they_come(run: Run) -> None:
    events = envelopes(*call())
    once = run("state", FOLD, events)
    again = run("state", FOLD, [e for event in events for e in (event, event)] + events)
    assert once == again
    assert once != run("state", FOLD, events[:-4])
    assert [c["id"] for c in once["cards"]] == ["s-3", "s-2", "s-1"]


def test_the_state_that_goes_in_is_not_changed(run: Run) -> None:
    script = """(m, events) => {
      const freeze = (value) => {
        if (value && typeof value === "object") Object.values(Object.freeze(value)).forEach(freeze);
        return value;
      };
      return events.reduce((state, event) => freeze(m.reduce(state, event)), freeze(m.initial())).seq;
    }"""
    assert run("state", script, envelopes(*call())) == len(call())


def test_a_late_first_form_does_not_undo_a_revision(run: Run) -> None:
    events = envelopes(
        started(),
        said(1, "tab", "Hello there.", 0, 1, EMOTION_OFF, revision=1),
        said(1, "tab", "Hello", 0, 1, EMOTION_OFF),
    )
    state = run("state", FOLD, events)
    assert [u["text"] for u in state["utterances"]] == ["Hello there."]


def test_a_long_meeting_is_kept_whole(run: Run) -> None:
    many = [said(n, "tab", f"Sentence {n}.", n, n + 1, EMOTION_OFF) for n in range(2000)]
    late = said(700, "tab", "Sentence 700, revised.", 700, 701, EMOTION_OFF, 1)
    script = """async (m, events) => {
      const { findLines, lineAt, lineCount } = await import("/static/extension/js/lines.js");
      const state = events.reduce(m.reduce, m.initial());
      const texts = [700, 1999].map((at) => lineAt(state, at).text);
      return { count: lineCount(state), texts, found: findLines(state, "sentence REVISED") };
    }"""
    assert run("state", script, envelopes(*many, late)) == {
        "count": 2000,
        "texts": ["Sentence 700, revised.", "Sentence 1999."],
        "found": [700],
    }


def test_a_snapshot_stands_for_the_events_it_was_made_of(run: Run) -> None:
    snapshot = Snapshot()
    events = envelopes(*call(), SpeakerRenamed("tab:0", "Dana"))
    for event in events:
        snapshot.add(codec.decode(json.dumps(event)))
    reset = {
        "type": "stream.reset",
        "seq": len(events),
        "meeting": "m-1",
        "at": 2000.0,
        "data": {"reason": "too old", "snapshot": snapshot.value()},
    }
    rebuilt = run("state", FOLD, [reset])
    whole = run("state", FOLD, events)
    assert rebuilt["seq"] == whole["seq"]
    assert rebuilt["names"] == whole["names"] == {"tab:0": "Dana"}
    assert rebuilt["capture"].keys() == whole["capture"].keys()
    assert rebuilt["counterpart"] == whole["counterpart"]
    assert [u["text"] for u in rebuilt["utterances"]] == [u["text"] for u in whole["utterances"]]
    assert [c["id"] for c in rebuilt["cards"]] == [c["id"] for c in whole["cards"]]
    assert [c["answer"] for c in rebuilt["cards"]][1:] == [c["answer"] for c in whole["cards"]][1:]


FACTS = {
    "ended": False,
    "paused": False,
    "muted": False,
    "peer": "connected",
    "heard": True,
    "silentFor": 0,
    "service": "capturing",
}


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "capturing"),
        ({"peer": "new"}, "connecting"),
        ({"service": None}, "connecting"),
        ({"peer": "disconnected"}, "stalled"),
        ({"service": "stalled"}, "stalled"),
        ({"heard": False}, "waiting"),
        ({"heard": False, "silentFor": 9000}, "no_signal"),
        ({"silentFor": 9000}, "capturing"),
        ({"silentFor": 61_000}, "no_signal"),
        ({"service": "no_signal", "silentFor": 3000}, "capturing"),
        ({"service": "no_signal", "silentFor": 10}, "capturing"),
        ({"muted": True, "silentFor": 9000}, "muted"),
        ({"paused": True, "peer": "failed"}, "paused"),
        ({"ended": True, "paused": True}, "ended"),
    ],
)
def test_a_channels_state_is_earned_from_evidence(run: Run, change: dict[str, Any], state: str) -> None:
    script = "(m, facts) => m.channelState({...facts, service: facts.service ?? undefined})"
    assert run("channel-state", script, {**FACTS, **change}) == state


METERED = """async (m, levels) => {
  const {body} = document.implementation.createHTMLDocument();
  body.innerHTML = '<div aria-valuenow="0"><span></span></div>';
  const level = body.firstChild, fill = level.firstChild;
  const row = Object.assign(Object.create(m.ChannelRow.prototype), {level, fill});
  const watch = new MutationObserver(() => {});
  watch.observe(body, {subtree: true, attributes: true});
  return levels.map((now) => {
    row.loud(now);
    return [watch.takeRecords().length > 0, level.getAttribute("aria-valuenow"), fill.style.transform];
  });
}"""


def test_a_level_is_drawn_when_it_is_another_one(run: Run) -> None:
    """Twelve times a second, beside a call: what is drawn anew is laid out and painted anew."""
    drawn = run("channel-row", METERED, [0, 0.02, 0.5, 0.52, 0.499, 0.53, 1, 1, 0])
    assert [new for new, *_ in drawn] == [False, False, True, False, False, True, True, False, True]
    bars = [float(bar.removeprefix("scaleX(").removesuffix(")")) for *_, bar in drawn[2:]]
    assert bars == [int(shown) / 100 for _, shown, _ in drawn[2:]] == [0.5, 0.5, 0.5, 0.55, 1, 1, 0]


@pytest.mark.parametrize("length", [1, 14, 15, 60, 106, 107, 154, 200, 230, 331])
def test_a_reader_reads_the_qr_code(run: Run, length: int) -> None:
    text = ("http://127.0.0.1:8710/overlay?meeting=m-20261121-030911-7c28b3&token=v." * 6)[:length]
    modules = np.array(run("qr", "(m, text) => m.qrCode(text)", text))
    assert read_qr(modules) == text
    modules[9:] = ~modules[9:]  # a code that is wrong is not read
    assert read_qr(modules) != text


def read_qr(modules: np.ndarray[Any, Any]) -> str | None:
    picture = np.kron(np.where(np.pad(modules, 4), 0, 255).astype(np.uint8), np.ones((4, 4), np.uint8))
    found = zxingcpp.read_barcodes(picture)
    return found[0].text if found else None


def test_the_qr_code_takes_the_smallest_size_and_refuses_what_is_too_long(run: Run) -> None:
    assert len(run("qr", "(m, text) => m.qrCode(text)", "a" * 14)) == 21
    assert len(run("qr", "(m, text) => m.qrCode(text)", "a" * 15)) == 25
    assert run("qr", "(m) => { try { m.qrCode('a'.repeat(400)) } catch (e) { return e.name } }") == "RangeError"


def test_speakers_are_called_as_the_report_calls_them(run: Run) -> None:
    called = "(m, ids) => Object.fromEntries(ids.map((id) => [id, m.speakerName(id, {'tab:9': 'Anna'})]))"
    assert run("strings", called, [*CALLED, "tab:9"]) == {**CALLED, "tab:9": "Anna"}


CAPTURE = """async (m, outage) => {
  const later = (ms) => new Promise((done) => setTimeout(done, ms));
  const service = {json: async () => ({state: "live"})};
  let sessions = 0, down = false, heard = true;
  const makeSession = () => ({
    state: "new",
    async open() { sessions += 1; if (down) throw new Error("out of reach"); this.state = "connected"; },
    async close() { this.state = "closed"; },
  });
  const capture = new m.Capture(service, "m-1", {changed() {}, heard: () => heard}, makeSession);
  await capture.start(new Map());
  if (outage) {
    down = true; heard = false;
    capture.recheck();
    while (capture.phase !== "reconnecting" || sessions < 2) await later(20);
    await later(50);
    capture.recheck();  // the service's word about the old session arrives while the next try is due
    down = false; heard = true;
    if (outage === "online") dispatchEvent(new Event("online"));
  }
  const began = performance.now();
  while (capture.phase !== "live" && performance.now() - began < 3000) await later(20);
  const {phase} = capture, after = performance.now() - began;
  await capture.over();
  return {phase, sessions, after};
}"""


def test_a_capture_comes_back_after_an_outage(run: Run) -> None:
    assert run("capture", CAPTURE, "")["sessions"] == 1  # without an outage there is nothing to do
    by_itself = run("capture", CAPTURE, "silent")
    assert (by_itself["phase"], by_itself["sessions"]) == ("live", 3)
    told = run("capture", CAPTURE, "online")
    assert (told["phase"], told["sessions"]) == ("live", 3)
    assert told["after"] < by_itself["after"]  # it does not sit out the pause when the network says it is back


STREAM = """async (m, closes) => {
  const urls = [], got = [], statuses = [], sockets = [];
  const stream = new m.EventStream((after) => `ws://x/?after=${after}`, {
    onEnvelope: (e) => got.push(e.seq), onStatus: (s) => statuses.push(s),
  }, (url) => { urls.push(url); const s = {readyState: 0, close() {}, send() {}}; sockets.push(s); return s; });
  stream.start();
  const later = (ms) => new Promise((r) => setTimeout(r, ms));
  const say = (socket, seq, type = "x") => socket.onmessage({data: JSON.stringify({type, seq, data: {}})});
  sockets[0].readyState = 1; sockets[0].onopen();
  for (const seq of [1, 2, 2, 3]) say(sockets[0], seq);
  say(sockets[0], 3, "stream.caught_up");
  sockets[0].onclose({code: closes});
  await later(600);
  if (sockets[1]) {
    sockets[1].readyState = 1; sockets[1].onopen();
    sockets[1].onmessage({data: JSON.stringify([3, 4].map((seq) => ({type: "x", seq, data: {}})))});
  }
  stream.close();
  return {urls, got, statuses};
}"""


def test_the_stream_goes_on_after_what_it_has_seen(run: Run) -> None:
    seen = run("stream", STREAM, 1006)
    assert seen["urls"] == ["ws://x/?after=0", "ws://x/?after=3"]
    assert seen["got"] == [1, 2, 3, 3, 4]  # the second 3 is the mark `stream.caught_up`
    assert seen["statuses"] == ["live", "waiting", "connecting", "live", "closed"]


DEAD = """async (m, answers) => {
  const statuses = [], sent = [], sockets = [];
  let now = 0;
  const ticks = [];
  performance.now = () => now;
  globalThis.setInterval = (tick) => ticks.push(tick);
  const stream = new m.EventStream((after) => `ws://x/?after=${after}`, {
    onEnvelope: () => {}, onStatus: (s) => statuses.push(s),
  }, () => {
    const s = {readyState: 0, close() {}, send: (text) => {
      sent.push(JSON.parse(text).type);
      if (answers) s.onmessage({data: '{"type": "ok", "ref": "", "id": ""}'});
    }};
    sockets.push(s);
    return s;
  });
  stream.start();
  sockets[0].readyState = 1; sockets[0].onopen();
  for (let second = 1; second <= 12; second += 1) { now = second * 1000; ticks[0](); }
  stream.close();
  return {statuses, sent};
}"""


def test_a_line_that_is_silently_dead_is_noticed(run_apart: Run) -> None:
    dead, alive = (run_apart("stream", DEAD, answers) for answers in (False, True))
    assert dead == {"statuses": ["live", "waiting", "closed"], "sent": ["ping"]}
    assert alive == {"statuses": ["live", "closed"], "sent": ["ping", "ping"]}


EARLY = """async (m, closes) => {
  const sent = [], unsent = [], sockets = [];
  const stream = new m.EventStream((after) => `ws://x/?after=${after}`, {
    onEnvelope: () => {}, onUnsent: (message) => unsent.push(message.ref),
  }, () => {
    const s = {readyState: 0, close() {}, send: (text) => sent.push(JSON.parse(text).ref)};
    sockets.push(s);
    return s;
  });
  const taken = [stream.send({ref: "before the start"})];
  stream.start();
  for (let n = 1; n <= 20; n += 1) taken.push(stream.send({ref: n}));
  if (closes) sockets[0].onclose({code: closes});
  else { sockets[0].readyState = 1; sockets[0].onopen(); }
  taken.push(stream.send({ref: "after"}));
  stream.close();
  return {sent, unsent, refused: taken.filter((each) => !each).length};
}"""


def test_what_is_sent_while_the_connection_is_made_goes_up_with_it_or_comes_back(run: Run) -> None:
    early = ["before the start", *range(1, 20)]  # one more is more than a person presses
    assert run("stream", EARLY, 0) == {"sent": [*early, "after"], "unsent": [], "refused": 1}
    assert run("stream", EARLY, 1006) == {"sent": [], "unsent": early, "refused": 2}
    assert run("stream", EARLY, 4404) == {"sent": [], "unsent": early, "refused": 2}


def test_the_stream_does_not_knock_where_it_was_refused(run: Run) -> None:
    seen = run("stream", STREAM, 4404)
    assert seen["urls"] == ["ws://x/?after=0"]
    assert seen["statuses"] == ["live", "missing", "closed"]


def test_a_disk_that_refuses_is_told_and_so_is_stored_sound(run: Run) -> None:
    script = "(m, state) => m.notices(state, 'live').map((notice) => [notice.level, notice.text])"

    def told(*payloads: Any) -> list[list[str]]:
        found: list[list[str]] = run("strings", script, run("state", FOLD, envelopes(started(), *payloads)))
        return found

    quiet = told()
    memory, stored = StorageState("memory", "The disk refuses."), StorageState("stored")
    assert ["bad", "The disk refuses."] in told(memory)
    assert told(memory, stored) == quiet
    storing, lost = AudioState("storing"), AudioState("lost", "The sound is lost.")
    assert [level for level, text in told(storing) if "stored" in text] == ["info"]
    assert ["warn", "The sound is lost."] in told(storing, lost)
    assert told(StorageState("lost", "It is given up.")) == [["bad", "It is given up."], *quiet]


@pytest.mark.parametrize("policy", ["off", "text-only", "counterpart", "self"])
def test_the_notice_for_the_others_says_whether_the_sound_is_stored(run: Run, policy: str) -> None:
    kept = run("consent", "(m, policy) => m.notice(policy, true)", policy)
    assert "stores the sound of the call" in kept
    assert "not store" not in kept
    assert "does not store the sound" in run("consent", "(m, policy) => m.notice(policy)", policy)


def test_of_what_was_kept_nothing_goes_twice(run: Run) -> None:
    script = """(m, known) => {
      const pieces = [[1, 2, 3], [4, 5], [6]].map((piece) => Int16Array.from(piece));
      return m.without(pieces, known).map((piece) => [...piece]);
    }"""
    assert run("pcm-session", script, 0) == [[1, 2, 3], [4, 5], [6]]
    assert run("pcm-session", script, 2) == [[3], [4, 5], [6]]
    assert run("pcm-session", script, 3) == [[4, 5], [6]]
    assert run("pcm-session", script, 6) == run("pcm-session", script, 9) == []


def test_a_page_keeps_the_newest_minute_of_a_channel(run: Run) -> None:
    script = """(m, pieces) => {
      const ring = new m.Ring(2, 8);
      for (let at = 1; at <= pieces; at += 1) ring.push(Float32Array.from([1, -1, 2, at / 32767]), at);
      return [ring.size, ring.after(pieces - 2).map((piece) => [...piece])];
    }"""
    assert run("ring", script, 9) == [16, [[32767, -32767, 32767, 8], [32767, -32767, 32767, 9]]]


def test_a_moment_of_the_sound_is_dated_in_the_pages_own_time(run_apart: Run) -> None:
    script = """(m, live) => {
      let now = 5000;
      performance.now = () => now;
      const model = new m.MeetingModel("m-1");
      if (live) model.take({type: "stream.caught_up", seq: 0, data: {}});
      const media = (end) => ({channel: "mic", start: 0, end});
      model.take({type: "x", seq: 1, data: {}, media: media(0)});
      now = 9900;
      model.take({type: "utterance.created", seq: 2, at: 1, data: {id: "u", speaker: "mic", revision: 0,
        text: "x", emotion: {status: "off"}}, media: media(4)});
      return [model.writtenAt("mic", 1), model.writtenAt("tab", 1)];
    }"""
    assert run_apart("model", script, True) == [9000, 1]
    assert run_apart("model", script, False) == [1, 1]  # when what is replayed was said, nobody here knows


READINGS = [
    EmotionReading(ReadingStatus.KNOWN, "doubt", Family.DOUBTFUL, 0.7, "strong"),
    EmotionReading(ReadingStatus.KNOWN, "doubt", Family.DOUBTFUL, 0.7, "strong", subject="2 of 3"),
    EmotionReading(ReadingStatus.KNOWN, "triumph", Family.POSITIVE, 0.7, "strong"),
    EmotionReading(ReadingStatus.KNOWN, "craving", Family.ENGAGED, 0.7, "strong"),
    EMOTION_PENDING,
]


def test_the_page_says_of_a_face_what_the_exports_say(run: Run) -> None:
    plain = [msgspec.to_builtins(reading) for reading in READINGS]
    shown = run("looks", "(m, x) => x.map((r) => [m.lookWords(r), m.wordingWords(r)])", plain)
    assert shown == [[look(reading), wording(reading)] for reading in READINGS]
    assert run("looks", "(m) => m.LOOKS") == dict(LOOKS)


@pytest.mark.parametrize(
    ("strength", "band", "expected"),
    [
        ("weak", "", (1, 3)),
        ("strong", "", (3, 3)),
        ("strong", "strongly perceived", (3, 4)),
        ("strong", "very strongly perceived", (4, 4)),
        ("", "", (0, 3)),
    ],
)
def test_a_provider_s_own_bands_are_steps_of_their_own(
    run: Run, strength: str, band: str, expected: tuple[int, int]
) -> None:
    level, steps = expected
    shown = run("emotion", "(m, r) => m.stepOf(r)", {"strength": strength, "band": band})
    assert shown == {"level": level, "steps": steps}


def test_the_frame_lies_within_the_window_whatever_is_zoomed_in_or_was_stored(run: Run) -> None:
    script = """({ fitted }, [rooms, places]) => rooms.flatMap(([width, height]) =>
      places.map((place) => ({ ...fitted(place, { width, height }), place, room: [width, height] })))"""
    rooms = [(1280, 720), (640, 360), (320, 170), (250, 100)]
    stored = [{"left": 900, "top": 500, "width": 380, "height": 600}, {"left": -9, "width": 1, "height": 9e9}]
    for frame in run("../frame-geometry", script, [rooms, [{}, *stored]]):
        width, height = frame["room"]
        assert frame["left"] >= 0 <= frame["top"], frame
        assert frame["left"] + frame["width"] <= width, frame
        assert frame["top"] + frame["height"] <= height, frame

"""Measure the v0 specification, by a gateway written from it alone: `scripts/prove specification`.

The truth is mixed into the sound and painted into the pictures (see `tests/support/v0_gateway`), so no answer
of ours is compared with another of ours. Meetings are drawn from printed seeds and run in jumping time.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from scripts.proofs.figures import Figure, progress
from tests.support.marked_join import Joined, join
from tests.support.marked_meeting import CONSENT, MarkedMeeting, Outcome, Player, make, play, running
from tests.support.v0_gateway import FACE_COLOURS, RATE, SHAPES, Gateway, Ways, picture
from tests.testing.pictures import picture as drawn
from wingman.app.http import serve_http
from wingman.commands.common import background
from wingman.core.errors import Branch, InputError
from wingman.core.events import EgressRecorded, SuggestionCreated, UtteranceRevised, VoiceSound
from wingman.core.time import Channel, samples
from wingman.core.utterance import ReadingStatus
from wingman.emotion.faces.pictures import Picture, PictureSlot, check_picture
from wingman.emotion.faces.tracking import FaceTracker
from wingman.emotion.hume_v0 import wire
from wingman.emotion.hume_v0.faces import face_spans
from wingman.emotion.hume_v0.wire import wav
from wingman.meeting.api import MeetingSpec
from wingman.meeting.meeting import Meeting
from wingman.report.exports import export
from wingman.report.record import record
from wingman.testing.gemini.server import GeminiEmulator
from wingman.testing.hume_v0.server import HumeV0Emulator
from wingman.testing.indexed_audio import IndexedSpeech
from wingman.testing.virtual_time import run

ROOT = Path(__file__).parents[2]
CODES = ("E0101", "E0202", "E0300", "E0404", "E0500", "E0714", "W0105", "I0100", "E0999")
FACE_SPEC = MeetingSpec(emotion_policy="counterpart", consent=CONSENT, faces="tab", faces_consent="faces-tab@1")
EXPRESSIONS = sorted(FACE_COLOURS)
SDKS = {
    "0.13.13": (".venv-hume-v0", "hume_v0_client.py"),
    "0.7.8": (".venv-hume-v0-7", "hume_v0_old_client.py"),
}


@dataclass(slots=True)
class Tried:
    """Statements of the specification and whether a run has shown each."""

    shown: dict[str, bool] = field(default_factory=dict)

    def see(self, statement: str, held: bool) -> None:
        """Once shown to fail, a statement stays so."""
        self.shown[statement] = self.shown.get(statement, True) and held


NOT_FOLLOWED: Mapping[str, str] = {
    "session_settings, linear16 at 44.1 kHz": "belongs to the vendor's voice interface, not to this socket",
    "WebM/Opus from the browser, 100 ms chunks": "each message must stand alone; clips are WAV, cut at pauses",
    "configuration first, then requests without waiting": "one reply per request, in order, is the wire",
    "echo cancellation and gain for captured tabs": "they alter the voice that is to be measured",
}
"""What the specification says and Wingman does otherwise, with the reason."""


def families(tried: Tried, seed: int) -> list[Figure]:
    """Seven utterances under every code in every shape."""
    wrong = known = 0
    alive = warnings = 0
    for code in CODES:
        for number, shape in enumerate(SHAPES.values()):
            progress(f"{code} in shape {number + 1} of {len(SHAPES)}")
            script = {3: shape(code, "because"), 5: shape(code, "because")}
            done = run(_joined(make(seed + number), Gateway(script=script)))
            wrong += done.wrong
            known += done.known
            if code.startswith("W"):
                warnings += 1
                alive += done.alive
            stops = code[:3] in ("E01", "E03")
            tried.see(f"{code[:3]}xx: {'stops and says why' if stops else 'goes on'}", done.alive is not stops)
    total = 7 * len(CODES) * len(SHAPES)
    quiet, silent = run(_through_silence())
    tried.see("W01xx is not fatal, not even for the keep-alive", alive == warnings and quiet)
    tried.see("the idle limit of a minute is outlived", silent == 1)
    return [
        Figure("utterances under every code and shape", total, 630, "==", note=f"seeds from {seed}"),
        Figure("readings that are wrong", wrong, 0, "=="),
        Figure("readings that are right", known / total, 0.5, ">=", note="the rest is unknown, and said so"),
        Figure("branch alive after warnings", alive / max(1, warnings), 1.0, "=="),
        Figure("branch alive through two minutes of silence", int(quiet), 1, "=="),
    ]


PLACES: Mapping[str, Callable[[str], Ways]] = {
    "the handshake": lambda code: Ways(refusals={1: (403, SHAPES["nested"](code, "because"))}),
    "a busy handshake": lambda code: Ways(refusals={1: (503, SHAPES["flat"](code, "because"))}),
    "the first message": lambda code: Ways(greeting=SHAPES["flat"](code, "because")),
    "a close": lambda code: Ways(closings={3: (1008, f"{code}: because")}),
    "a fault's close": lambda code: Ways(closings={3: (1011, code)}),
}


def places(tried: Tried, seed: int) -> list[Figure]:
    """Every code where no reply is expected: at the handshake, unasked, and with a close."""
    wrong = right = total = 0
    for place, ways in PLACES.items():
        for number, code in enumerate(CODES):
            progress(f"{code} with {place}")
            meeting = make(seed + number)
            done = run(_joined(meeting, Gateway(ways(code))))
            wrong += done.wrong
            total += 1
            final = code[:3] in ("E01", "E03") or (code == "E0999" and place == "the handshake")
            whole = done.alive and done.known == sum(bool(part.emotion) for part in meeting.spoken)
            right += whole is not final
    tried.see("a code means the same at the handshake, unasked and with a close", right == total)
    return [
        Figure("codes read wherever they stand", right, total, "==", note="handshake, first message, close"),
        Figure("readings that are wrong by where a code stood", wrong, 0, "=="),
    ]


async def _joined(meeting: MarkedMeeting, gateway: Gateway, **changes: Any) -> Joined:
    async with gateway:
        return await join(meeting, gateway, **changes)


async def _through_silence() -> tuple[bool, int]:
    """Two minutes without a voice between two sentences; every silent clip draws the warning."""
    meeting = make(1, utterances=2, bursts=0)
    audio = meeting.audio[Channel.TAB]
    cut = int((meeting.parts[0].end + 0.5) * RATE) // 320 * 320
    hole = np.zeros(120 * RATE, np.int16)
    first, second = meeting.parts
    moved = type(second)(second.channel, second.start + 120, second.end + 120, second.emotion, second.text)
    longer = MarkedMeeting(
        1, (first, moved), meeting.length + 120, {Channel.TAB: np.concatenate((audio[:cut], hole, audio[cut:]))}
    )
    async with Gateway(Ways(warnings="nested")) as gateway:
        done = await join(longer, gateway)
        return done.alive and done.known == sum(bool(part.emotion) for part in longer.spoken), len(gateway.seen)


def whole(tried: Tried, seed: int, count: int = 6) -> list[Figure]:
    """Whole meetings: tones, bursts, ledger."""
    right = spoken = shown = planted = exported = clean = 0
    off = 0
    for number in range(count):
        progress(f"whole meeting {number + 1} of {count}")
        meeting = make(seed + number, bursts=3)
        kinds = "emotions" if number % 2 else "descriptions"
        outcome, gateway = run(_held(meeting, Ways(bursts=kinds, score=1.3 if number % 3 else 0.77)))
        for part in meeting.spoken:
            told = outcome.utterance(part)
            spoken += 1
            right += told is not None and told.emotion.label == part.emotion.lower()
        planted += len(meeting.bursts)
        shown += (Counter(outcome.sounds) & Counter(part.burst.lower() for part in meeting.bursts)).total()
        exported += _exported(outcome)
        off += abs(_ledger(outcome) - gateway.received)
        clean += {seen.close_code for seen in gateway.seen} == {1000}
        known = [one for one in outcome.latest if one.emotion.status is ReadingStatus.KNOWN]
        tried.see("scores above 1.0 are the strongest band", all(_banded(one.emotion) for one in known))
        for part in meeting.spoken:
            if part.emotion == "Frustration":  # the specification's own example, in no list of the vendor's
                one = outcome.utterance(part)
                known_label = one is not None and one.emotion.label == "frustration"
                tried.see("a name of no list is a reading, with its family", known_label)
    tried.see("one socket for many payloads", held=True)
    tried.see("prosody and burst in one request", shown == planted)
    tried.see("a burst's kind among the emotions or beside them", shown == planted)
    tried.see("code 1000 is how a connection ends", clean == count)
    tried.see("the dominant emotion of every utterance", right == spoken)
    return [
        Figure("readings right in whole meetings", right / spoken, 1.0, "==", note=f"seeds from {seed}"),
        Figure("bursts shown", shown / planted, 1.0, "==", note=f"{planted} planted"),
        Figure("bursts in the Markdown export", exported / planted, 1.0, "=="),
        Figure("ledger against the gateway's count", off, 0, "==", "bytes"),
    ]


async def _held(
    meeting: MarkedMeeting,
    ways: Ways,
    spec: MeetingSpec | None = None,
    during: Callable[[Meeting, float], None] = lambda _meeting, _at: None,
    tree: Mapping[str, Any] | None = None,
    **emotion: Any,
) -> tuple[Outcome, Gateway]:
    async with Gateway(ways) as gateway, running(meeting, gateway, tree, **emotion) as service:
        return await play(service, meeting, spec, during), gateway


def _banded(reading: Any) -> bool:
    strong = reading.band == "very strongly perceived"
    return strong if reading.score > 1.0 else bool(reading.band)


def _ledger(outcome: Outcome) -> int:
    return sum(entry.bytes for entry in outcome.of(EgressRecorded) if entry.to == "hume-v0")


def _exported(outcome: Outcome) -> int:
    _, text = export(record("m", outcome.events), "md")
    words = [one.word for told in outcome.latest for one in told.sounds]
    words += [sound.word for sound in outcome.of(VoiceSound)]
    return sum(word in text for word in words)


def dilution(seed: int) -> list[Figure]:
    """The same meeting with its bursts and without them."""
    worst = erased = 0.0
    for number in range(4):
        progress(f"dilution {number + 1} of 4")
        meeting = make(seed + number, bursts=3)
        with_bursts = run(_joined(meeting, Gateway()))
        without = run(_joined(meeting, Gateway(), burst=False))
        for one, other in zip(with_bursts.utterances, without.utterances, strict=True):
            worst = max(worst, abs(one.emotion.score - other.emotion.score))
            erased += one.emotion.label != other.emotion.label
    return [
        Figure("score lost to a burst beside the voice", worst, 0, "=="),
        Figure("readings erased by a burst", erased, 0, "=="),
    ]


def faces(tried: Tried, seed: int) -> list[Figure]:
    """Planted faces in a live meeting, a pause, and what a picture costs."""
    right = told = paused = 0
    off = 0
    for number in range(3):
        progress(f"faces {number + 1} of 3")
        meeting = make(seed + number)
        outcome, gateway = run(_held(meeting, Ways(), FACE_SPEC, _show))
        for part in meeting.spoken:
            # two sentences with a short pause between them may be one utterance
            utterance = next((one for one in outcome.latest if part.text in one.text), None)
            reading = utterance.face if utterance else None
            told += 1
            right += reading is not None and reading.label.title() in _planted(part.start, part.end)
        off += abs(_ledger(outcome) - gateway.received)
        counted = sum(entry.count for entry in outcome.of(EgressRecorded) if entry.branch is Branch.FACE)
        tried.see("a face has a reading of its own and is counted", counted == gateway.pictures > 0)
    progress("faces, a pause")
    _, gateway = run(_held(make(seed), Ways(), FACE_SPEC, _pausing))
    begun = gateway.arrivals[0][0]
    moments = [at - begun for at, kind in gateway.arrivals if kind == "picture"]
    paused = sum(6.1 < at < 13.9 for at in moments)
    tried.see("images of at most 3000 x 3000", _refused(lambda: wire.image(drawn(3008, 16), "p")))
    return [
        Figure("faces with the planted label", right / told, 0.95, ">=", note=f"{told} utterances"),
        Figure("pictures sent during a pause", paused, 0, "==", note=f"{len(moments)} sent outside it"),
        Figure("ledger with faces against the gateway's count", off, 0, "==", "bytes"),
        Figure(
            "CPU of faces at 0.5 pictures/s",
            (_face_cost_ms() + asyncio.run(_post_cost_ms(seed))) * 0.5,
            3.0,
            "<=",
            "ms/s",
            note="posted over HTTP, its client included",
        ),
    ]


def _show(meeting: Meeting, at: float) -> None:
    meeting.show(Channel.TAB, picture(_planned(at)))


def _pausing(meeting: Meeting, at: float) -> None:
    if at == 6.0:
        meeting.pause()
    if at == 14.0:
        meeting.resume()
    _show(meeting, at)


def _planned(at: float) -> str:
    return EXPRESSIONS[int(at // 8) % len(EXPRESSIONS)]


def _planted(start: float, end: float) -> set[str]:
    """What is seen from a picture's half interval before an utterance to half of one after it."""
    return {_planned(start + (end - start) * n / 4) for n in range(5)}


def _face_cost_ms() -> float:
    """CPU of everything we do with one picture of 640 pixels, in ms."""
    jpeg = drawn(640, 360)
    items = json.dumps({"face": {"predictions": [_item(n) for n in range(4)]}, "payload_id": "p"})
    tracker, slot = FaceTracker(), PictureSlot(samples(2.0))
    begun = time.process_time()
    for number in range(200):
        check_picture(jpeg)
        slot.offer(Picture(number * samples(2.0), jpeg))
        taken = slot.take()
        assert taken is not None
        wire.encode(wire.image(taken.data, "p"))
        face_spans(wire.decode(items), taken.at, samples(2.0), Channel.TAB, tracker)
    return (time.process_time() - begun) / 200 * 1000


async def _post_cost_ms(seed: int) -> float:
    """CPU of a picture's way through the service's front door, and of whoever posts it, in ms."""
    jpeg, times = drawn(640, 360), 200
    spoken = make(seed)
    async with Gateway() as gateway, running(spoken, gateway) as service:
        port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        async with background(serve_http(service, port.set_result)):
            meeting = await service.manager.create(FACE_SPEC)
            await meeting.attach(Player(spoken, lambda _: None))
            await asyncio.sleep(3.0)  # what a first sentence loads is loaded
            reader, writer = await asyncio.open_connection("127.0.0.1", await port)
            head = (
                f"POST /api/meetings/{meeting.id}/faces/tab HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Authorization: Bearer {service.token}\r\nContent-Type: image/jpeg\r\n"
                f"Content-Length: {len(jpeg)}\r\n\r\n"
            ).encode()
            begun = time.process_time()
            for _ in range(times):
                writer.write(head + jpeg)
                answer = await reader.readuntil(b"}")
                assert b"202 Accepted" in answer, answer
            spent = time.process_time() - begun
            writer.close()
            await meeting.end("source_ended")
    return spent / times * 1000


def _item(number: int) -> dict[str, Any]:
    emotions = [{"name": f"Emotion {n}", "score": 0.01 * n} for n in range(48)]
    return {"bbox": {"x": 100 * number, "y": 0, "w": 90, "h": 90}, "emotions": emotions}


def prompts(tried: Tried, seed: int) -> list[Figure]:
    """Does the model hear how the very sentence was said, when the gateway takes 300 ms?"""
    asked = toned = late = cards = 0
    for number in range(4):
        progress(f"prompts {number + 1} of 4")
        meeting = make(seed + number, bursts=0)
        outcome, requests = run(_prompted(meeting))
        hasty, _ = run(_prompted(meeting, prompt_wait_ms=0))
        shown, before = _after_tone(outcome), _after_tone(hasty)
        cards += len(shown)
        late += sum(shown.get(card, True) and not waited for card, waited in before.items())
        for text in requests:
            moment = _moment(text)
            part = next((p for p in outcome.meeting.spoken if moment and moment in p.text), None)
            if part is not None and part.emotion:
                asked += 1
                toned += any(part.text in line and part.emotion.lower() in line for line in text.splitlines())
    tried.see("the model hears the dominant emotion of the moment", toned >= 0.95 * asked > 0)
    return [
        Figure("prompts with the tone of their own moment", toned / max(1, asked), 0.95, ">=", note=f"{asked}"),
        Figure("instant cards that a tone has held up", late, 0, "==", note=f"{cards} cards"),
    ]


def _after_tone(outcome: Outcome) -> dict[tuple[str, str], bool]:
    """Every instant card by its text and utterance: did it come after that utterance's tone?"""
    revised = {event.data.id: event.seq for event in outcome.events if isinstance(event.data, UtteranceRevised)}
    return {
        (card.text, card.utterance): revised.get(card.utterance, event.seq) < event.seq
        for event in outcome.events
        if isinstance(card := event.data, SuggestionCreated) and card.text and card.utterance
    }


async def _prompted(meeting: MarkedMeeting, **emotion: Any) -> tuple[Outcome, list[str]]:
    async with GeminiEmulator() as gemini:
        suggest = {"provider": "gemini", "gemini": {"url": gemini.url, "api_key": "k"}, "verbosity": "lively"}
        outcome, _ = await _held(meeting, Ways(reply_s=0.3), tree={"suggest": suggest}, **emotion)
        bodies = [json.loads(request.body) for request in gemini.requests if request.body]
    texts = [part["text"] for body in bodies for content in body["contents"] for part in content["parts"]]
    return outcome, [text for text in texts if ":moment>" in text]


def _moment(text: str) -> str:
    """The sentence a prompt is about."""
    _, _, rest = text.partition(":moment>")
    line = rest.strip().splitlines()[0] if rest.strip() else ""
    return line.partition(": ")[2]


def _refused(act: Callable[[], object]) -> bool:
    """Whether what breaks a limit cannot even be encoded."""
    try:
        act()
    except InputError:
        return True
    return False


def beside(tried: Tried, seed: int) -> list[Figure]:
    """The words beside the voice."""
    progress("words beside the voice")
    outcome, gateway = run(_held(make(seed), Ways(), text=True))
    both = sum(one.language is not None and bool(one.language.label) for one in outcome.latest)
    off = abs(_ledger(outcome) - gateway.received)
    tried.see("language: words to emotions, beside any voice", both == len(outcome.latest))
    tried.see("text of at most 10,000 characters", _refused(lambda: wire.text("x" * 10_001, "t")))
    tried.see("audio of at most 5,000 ms", _refused(lambda: wire.clip(bytes(160_002), "c")))
    return [
        Figure("utterances with voice and words", both / len(outcome.latest), 1.0, "=="),
        Figure("ledger with words against the gateway's count", off, 0, "==", "bytes"),
    ]


def limits(tried: Tried, seed: int) -> list[Figure]:
    """Sessions that end, plans that allow one connection, windows and languages."""
    cases: dict[str, tuple[Ways, dict[str, Any]]] = {
        "a session of 10 s is opened again": (Ways(session_s=10.0), {}),
        "a plan of one connection": (Ways(limit=1), {"rotate_after_s": 8.0}),
        "a credential in the query": (Ways(), {"auth": "query"}),
        "prosody.language where it is set": (Ways(), {"language": "en"}),
        "rotation before the session's limit": (Ways(), {"rotate_after_s": 8.0}),
        "clips of at most 5,000 ms": (Ways(), {"clip_ms": 5000}),
    }
    right = 0
    for number, (statement, (ways, changes)) in enumerate(cases.items()):
        progress(statement)
        done = run(_joined(make(seed + number), Gateway(ways), **changes))
        held = (
            done.alive and done.wrong == 0 and done.known == sum(bool(p.emotion) for p in done.meeting.spoken)
        )
        right += held
        tried.see(statement, held)
    return [Figure("limits and credentials met without a wrong reading", right, len(cases), "==")]


PLAN = MeetingSpec(emotion_policy="both", consent=CONSENT, faces="tab", faces_consent="faces-tab@1")


def plan(tried: Tried, seed: int) -> list[Figure]:
    """Voices of two channels, words of both and faces: five readers on a plan of one connection."""
    right = spoken = refused = most = 0
    for number in range(2):
        progress(f"one connection for five readers, {number + 1} of 2")
        meeting = make(seed + number)
        held = run(_held(meeting, Ways(limit=1), PLAN, _show, text=True, hume_v0={"connections": 1}))
        outcome, gateway = held
        for part in meeting.spoken:
            told = outcome.utterance(part)
            spoken += 1
            right += told is not None and told.emotion.label == part.emotion.lower()
        refused += len(gateway.refused)
        most = max(most, gateway.most_open)
    tried.see("connections within the plan", refused == 0 and most == 1)
    return [
        Figure("connections open at once on a plan of one", most, 1, "=="),
        Figure("handshakes refused for the plan", refused, 0, "=="),
        Figure("readings right on a plan of one", right / spoken, 0.7, ">=", note="five readers take turns"),
    ]


async def _sdk(environment: str, client: str, folder: Path) -> bool:
    async with HumeV0Emulator() as gateway:
        python = ROOT / environment / "bin" / "python"
        urls = [gateway.url] if "0-7" in environment else [gateway.url, gateway.http_url]
        script = ROOT / "scripts" / "conformance.d" / client
        process = await asyncio.create_subprocess_exec(
            str(python), str(script), *urls, str(folder), stdout=asyncio.subprocess.PIPE
        )
        said, _ = await process.communicate()
    if process.returncode != 0:
        return False
    facts = json.loads(said)
    facts = facts.get("stream", facts)
    prosody = facts["file"]["prosody"]["predictions"][0]["emotions"]
    words = facts["text"]["language"]["predictions"][0]["emotions"]
    face = len(facts["image"]["face"]["predictions"])
    return (len(prosody), len(words), face, facts["error"]["code"]) == (48, 53, 1, "E0200")


def vendor(tried: Tried) -> list[Figure]:
    """The vendor's unmodified packages against our gateway."""
    progress("the vendor's packages")
    if not all((ROOT / environment).exists() for environment, _ in SDKS.values()):
        subprocess.run([ROOT / "scripts" / "conformance.d" / "hume.sh", "--co", "-q"], check=False)
    content = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "clip.wav").write_bytes(wav(IndexedSpeech().pcm(0, 48_000)))
        (path / "face.jpg").write_bytes(drawn(320, 240))
        for version, (environment, client) in SDKS.items():
            pleased = (ROOT / environment).exists() and asyncio.run(_sdk(environment, client, path))
            content += pleased
            tried.see(f"the package's examples, {version}", pleased)
    return [Figure("vendor's packages content (0.7.8 and 0.13.13)", content, 2, "==")]


def statements(tried: Tried) -> list[Figure]:
    """What was tried above, statement by statement."""
    for statement, why in NOT_FOLLOWED.items():
        progress(f"not followed: {statement}: {why}")
    held = sum(tried.shown.values())
    for statement, shown in tried.shown.items():
        if not shown:
            progress(f"does not hold: {statement}")
    return [
        Figure("statements that hold", held, len(tried.shown), "==", note="each tried above"),
        Figure("statements not followed, with a reason", len(NOT_FOLLOWED), 4),
    ]


def measure() -> list[Figure]:
    """Every figure."""
    tried, seed = Tried(), secrets.randbelow(1_000_000)
    progress(f"seed {seed}")
    figures = [
        *families(tried, seed),
        *places(tried, seed),
        *whole(tried, seed),
        *dilution(seed),
        *faces(tried, seed),
    ]
    figures += [
        *prompts(tried, seed),
        *beside(tried, seed),
        *limits(tried, seed),
        *plan(tried, seed),
        *vendor(tried),
    ]
    return figures + statements(tried)

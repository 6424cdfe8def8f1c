"""The v0 meters against a local gateway, in jumping time: nothing lost, nothing doubled, every error family."""

from __future__ import annotations

import asyncio
import io
import wave
from base64 import b64decode
from itertools import cycle
from typing import Any, get_args

import msgspec
import numpy as np
import pytest

from tests.support.each import each
from tests.support.links.hume_v0_trial import VoiceAccount, VoiceTrial, settings_for
from tests.support.links.trial import Recording
from wingman.audio.tape import Tape
from wingman.config.emotion import HumeV0Settings
from wingman.config.section import Secret
from wingman.core.emotion import EmotionEvent, EmotionSpan, VocalBurst
from wingman.core.errors import Health, InputError, Missed, Progress, ProviderFault, ProviderState
from wingman.core.media import GapCause, PcmBlock
from wingman.core.speech import Final, Word
from wingman.core.time import Channel, Span
from wingman.emotion.hume_v0 import wire
from wingman.emotion.hume_v0.analyzer import HumeV0Analyzer, HumeV0TextAnalyzer, heard, portions
from wingman.emotion.hume_v0.clips import Clip
from wingman.emotion.hume_v0.tokens import GatewayAccess, browser_token
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.hume_v0.replies import Manner
from wingman.testing.hume_v0.server import GatewayHabits, HumeV0Emulator
from wingman.testing.hume_v0.shapes import ErrorShape, WarningShape
from wingman.testing.indexed_audio import IndexedSpeech
from wingman.testing.virtual_time import run


async def attempt(
    *faults: Fault,
    seconds: float = 20.0,
    recording: Recording | None = None,
    habits: GatewayHabits = GatewayHabits(),
    errors: dict[int, tuple[str, str]] | None = None,
    **changes: Any,
) -> tuple[VoiceAccount, HumeV0Emulator]:
    async with HumeV0Emulator(FaultScript(faults), habits, errors=errors) as gateway:
        trial = VoiceTrial(recording or Recording(seconds))
        account = await trial.run(HumeV0Analyzer(settings_for(gateway, **changes)), gateway)
    return account, gateway


FAULTS = {
    "drop": Fault(kind=Kind.DROP),
    "close 1000": Fault(kind=Kind.CLOSE, code=1000),
    "close 1008": Fault(kind=Kind.CLOSE, code=1008),
    "close 1011": Fault(kind=Kind.CLOSE, code=1011),
    "half-open": Fault(kind=Kind.HALF_OPEN),
    "deaf": Fault(kind=Kind.DEAF),
    "stall": Fault(kind=Kind.STALL, delay=3.0),
    "late": Fault(kind=Kind.LATE, delay=0.4),
    "slow": Fault(kind=Kind.SLOW, delay=0.4),
    "malformed": Fault(kind=Kind.MALFORMED, count=2),
    "unknown": Fault(kind=Kind.UNKNOWN),
    "repeat": Fault(kind=Kind.REPEAT),
    "503": Fault(kind=Kind.REFUSE, status=503),
    "429": Fault(kind=Kind.REFUSE, status=429, retry_after=0.5),
    "hang": Fault(kind=Kind.HANG),
}


@pytest.mark.parametrize("at", [0.0, 2.0])
@pytest.mark.parametrize("auth", ["header", "query", "token"])
def test_no_clip_is_lost_doubled_or_moved(at: float, auth: str) -> None:
    async def everything() -> dict[str, tuple[VoiceAccount, HumeV0Emulator]]:
        async with asyncio.TaskGroup() as group:
            trials = {
                name: group.create_task(attempt(msgspec.structs.replace(fault, at=at), auth=auth))
                for name, fault in FAULTS.items()
            }
        return {name: trial.result() for name, trial in trials.items()}

    for name, (account, gateway) in run(everything()).items():
        assert account.exact, (name, account, gateway.traffic)
        assert account.states[-1].health is Health.ENDED, (name, account)


def test_a_long_session_rotates_and_renews_its_token_without_losing_a_clip() -> None:
    """Six minutes of the same that `scripts/prove hume-v0` does for thirty-five."""
    habits = GatewayHabits(token_s=150.0, session_s=240.0)
    account, gateway = run(
        attempt(seconds=360.0, habits=habits, auth="token", rotate_after_s=200.0, token_margin_s=20.0)
    )
    assert account.exact, account
    assert gateway.minted == 3
    assert gateway.connections == 3
    assert [state.health for state in account.states] == [Health.CONNECTING, Health.UP, Health.ENDED]


def test_a_session_older_than_the_gateway_allows_is_opened_again() -> None:
    account, gateway = run(attempt(seconds=60.0, habits=GatewayHabits(session_s=20.0)))
    assert account.exact, account
    assert gateway.connections >= 3


def test_silence_keeps_the_connection_alive() -> None:
    """Three minutes of near silence: one connection, and a silent clip within every minute."""
    rare = IndexedSpeech(word=15, between=5, phrase=1, pause=7000)

    async def quiet() -> tuple[VoiceAccount, HumeV0Emulator]:
        async with HumeV0Emulator() as gateway:
            trial = VoiceTrial(Recording(290.0, speech=rare))
            return await trial.run(HumeV0Analyzer(settings_for(gateway)), gateway), gateway

    account, gateway = run(quiet())
    assert account.exact, account
    assert gateway.connections == 1
    assert account.upto >= 289 * 16_000, "silence moves the watermark too"


async def test_cancelling_leaves_nothing_behind() -> None:
    """At any moment, in real time; the shared fixtures look for tasks and sockets."""
    async with HumeV0Emulator() as gateway:
        for moment in range(40):
            tape = Tape()
            tape.write(PcmBlock(0, IndexedSpeech().pcm(0, 64_000)))
            meter = HumeV0Analyzer(settings_for(gateway, auth="token"))
            task = asyncio.create_task(meter.run(Channel.TAB, tape.cursor(0), lambda event: None))
            await asyncio.sleep(moment * 0.0015)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()


# --- error families -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "word"), [("E0100", "wrong"), ("E0101", "wrong"), ("E0102", "wrong"), ("E0300", "credit")]
)
def test_what_trying_again_cannot_mend_stops_the_branch_and_says_why(code: str, word: str) -> None:
    account, gateway = run(attempt(errors={2: (code, "because")}))
    last = account.states[-1]
    assert last.health is Health.DOWN
    assert word in last.detail
    assert code in last.detail
    assert gateway.requests == 2
    (gap,) = account.missed
    assert gap.cause is GapCause.OUTAGE, "what was recorded and not answered for is told"


@pytest.mark.parametrize("code", ["E0200", "E0201", "E0202", "E0203"])
def test_a_clip_that_cannot_be_read_is_dropped_and_told(code: str) -> None:
    account, _ = run(attempt(errors={2: (code, "unreadable")}))
    (gap,) = account.missed
    assert 0 < gap.span.seconds <= 3.0
    assert account.unexplained == 0
    assert account.doubled == 0
    assert account.states[-1].health is Health.ENDED


@pytest.mark.parametrize("code", ["I0100", "E0714"])
def test_the_gateway_s_own_faults_cost_a_reconnect_and_no_clip(code: str) -> None:
    account, gateway = run(attempt(errors={2: (code, "internal")}))
    assert not account.missed
    assert account.unexplained == 0
    assert gateway.connections == 2
    assert account.states[-1].health is Health.ENDED


def test_a_clip_on_which_the_gateway_always_fails_is_given_up() -> None:
    account, _ = run(attempt(errors=dict.fromkeys((2, 3, 4), ("I0100", "internal"))))
    assert len(account.missed) == 1
    assert account.unexplained == 0
    assert account.states[-1].health is Health.ENDED


def test_ten_identical_errors_are_never_sent() -> None:
    account, gateway = run(attempt(seconds=120.0, errors=dict.fromkeys(range(1, 99), ("E0200", "unreadable"))))
    assert account.states[-1].health is Health.DOWN
    assert gateway.requests == 9


@pytest.mark.parametrize(
    ("warnings", "echo"), [*zip(get_args(WarningShape), cycle((True, False))), ("model", False)]
)
def test_every_shape_of_a_warning_is_one(warnings: WarningShape, echo: bool) -> None:
    """Also of the one that the silent clip draws which keeps a connection alive."""
    habits = GatewayHabits(manner=Manner(warnings=warnings), echo_ids=echo)
    rare = IndexedSpeech(word=15, between=5, phrase=1, pause=3000)
    account, _ = run(attempt(habits=habits))
    assert account.exact, account
    account, gateway = run(attempt(habits=habits, recording=Recording(150.0, speech=rare)))
    assert account.exact, account
    assert gateway.connections == 1


CODES = ("E0101", "E0200", "E0714", "E0300", "E0400", "I0100", "E0500", "E0999", "X1")


@each(
    ("code", "shape"),
    [
        *zip(CODES, cycle(get_args(ErrorShape))),
        *((code, shape) for code in CODES[:3] for shape in get_args(ErrorShape)[1:]),
    ],
)
def test_the_family_decides_whatever_the_shape(code: str, shape: ErrorShape) -> None:
    manner = Manner(errors=shape)
    account, gateway = run(attempt(errors={2: (code, "because")}, habits=GatewayHabits(manner=manner)))
    last = account.states[-1].health
    assert account.doubled == 0
    match code[:3]:
        case "E01" | "E03":
            assert (last, gateway.requests) == (Health.DOWN, 2)
        case "E07" | "I01":
            assert (last, account.missed, gateway.connections) == (Health.ENDED, (), 2)
        case _:
            assert (last, len(account.missed), gateway.connections) == (Health.ENDED, 1, 1)
            assert account.unexplained == 0


@pytest.mark.parametrize("code", ["E0400", "E0500", "E0999"])
def test_a_trouble_of_the_gateway_s_own_never_ends_the_branch(code: str) -> None:
    """It is asked less and less often, and on another connection before it would close ours."""
    account, gateway = run(attempt(seconds=60.0, errors=dict.fromkeys(range(1, 15), (code, "gone"))))
    assert account.states[-1].health is Health.ENDED
    assert Health.DOWN not in [state.health for state in account.states]
    assert 0 < len(account.missed) <= 14
    assert account.unexplained == 0
    assert gateway.connections == 2


@pytest.mark.parametrize("languages", [True, False])
def test_a_language_is_sent_where_the_gateway_takes_it(languages: bool) -> None:
    habits = GatewayHabits(manner=Manner(languages=languages))
    account, gateway = run(attempt(habits=habits, language="en"))
    assert account.exact, account
    asked = [msgspec.json.decode(text)["models"]["prosody"] for t in gateway.traffic for text in t.texts]
    assert asked[0] == {"language": "en"}
    assert (asked[1] == {"language": "en"}) is languages


def test_a_connection_ends_with_a_close_frame() -> None:
    _, gateway = run(attempt(seconds=30.0, rotate_after_s=10.0))
    assert gateway.connections >= 2
    assert {traffic.close_code for traffic in gateway.traffic} == {1000}


# --- credentials ----------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", ["header", "query", "token"])
def test_a_wrong_key_is_final(auth: str) -> None:
    account, gateway = run(attempt(seconds=3.0, auth=auth, api_key=Secret("wrong-key")))
    last = account.states[-1]
    assert last.health is Health.DOWN
    assert "emotion.hume_v0.api_key" in last.detail
    assert "wrong-key" not in last.detail
    assert gateway.connections == (0 if auth == "token" else 1)


def test_an_expired_token_is_replaced() -> None:
    """The gateway's tokens die long before they say."""

    async def scenario() -> tuple[VoiceAccount, HumeV0Emulator]:
        async with HumeV0Emulator() as gateway:
            settings = settings_for(gateway, auth="token")
            access = GatewayAccess(settings)
            await access.target()
            gateway.revoke_tokens()
            trial = VoiceTrial(Recording(10.0))
            return await trial.run(HumeV0Analyzer(settings, access), gateway), gateway

    account, gateway = run(scenario())
    assert account.exact, account
    assert gateway.minted == 2
    assert Health.RETRYING not in [state.health for state in account.states]


def test_a_token_revoked_in_mid_stream_costs_no_clip() -> None:
    async def scenario() -> tuple[VoiceAccount, HumeV0Emulator]:
        async with HumeV0Emulator() as gateway:
            trial = VoiceTrial(Recording(20.0))
            async with asyncio.TaskGroup() as group:
                settings = settings_for(gateway, auth="token")
                running = group.create_task(trial.run(HumeV0Analyzer(settings), gateway))
                await asyncio.sleep(7.0)
                assert gateway.revoke_tokens() == 1
            return running.result(), gateway

    account, gateway = run(scenario())
    assert account.exact, account
    assert gateway.minted == 2


def test_handshakes_never_exceed_fifty_a_second() -> None:
    async def storm() -> list[float]:
        async with HumeV0Emulator() as gateway:
            access = GatewayAccess(settings_for(gateway))
            targets = [access.target() for _ in range(140)]
            begun = asyncio.get_running_loop().time()

            async def ready(turn: Any) -> float:
                await turn
                return asyncio.get_running_loop().time() - begun

            return await asyncio.gather(*(ready(turn) for turn in targets))

    times = sorted(run(storm()))
    assert all(later - earlier >= 1.0 - 1e-6 for earlier, later in zip(times, times[50:], strict=False))
    assert times[-1] < 3.0


def test_a_browser_gets_a_token_of_its_own_and_never_a_key() -> None:
    async def scenario() -> None:
        async with HumeV0Emulator() as gateway:
            settings = settings_for(gateway)
            first = await browser_token(GatewayAccess(settings), settings)
            second = await browser_token(GatewayAccess(settings), settings)
            assert first.access_token != second.access_token
            assert 0 < first.expires_in <= 1800
            assert "local-key" not in msgspec.json.encode(first).decode()
            without = settings_for(gateway, secret_key=Secret())
            with pytest.raises(InputError) as refused:
                await browser_token(GatewayAccess(without), without)
            assert refused.value.status == 409

    run(scenario())


# --- text -----------------------------------------------------------------------------------------


def final(text: str, start: int) -> Final:
    words = tuple(Word(w, start + 4000 * n, start + 4000 * n + 3000) for n, w in enumerate(text.split()))
    return Final(Channel.TAB, Span(start, words[-1].end), words)


async def read(*texts: Final, faults: tuple[Fault, ...] = (), **changes: Any) -> list[EmotionEvent]:
    events: list[EmotionEvent] = []
    async with HumeV0Emulator(FaultScript(faults)) as gateway:
        meter = HumeV0TextAnalyzer(settings_for(gateway, **changes))
        for text in texts:
            meter.hear(text)
        meter.close()
        await meter.run(Channel.TAB, events.append)
    return events


@pytest.mark.parametrize("faults", [(), (Fault(kind=Kind.DROP, at=0.0),), (Fault(kind=Kind.HALF_OPEN),)])
def test_every_settled_text_is_scored_once(faults: tuple[Fault, ...]) -> None:
    events = run(read(final("That is not what we agreed.", 0), final("Thank you.", 64_000), faults=faults))
    spans = [event for event in events if isinstance(event, EmotionSpan)]
    assert [(span.span, span.scores[0].label) for span in spans] == [
        (Span(0, 23_000), "disapproval"),
        (Span(64_000, 71_000), "gratitude"),
    ]
    assert all(len(span.scores) == 53 for span in spans)
    assert [event.upto for event in events if isinstance(event, Progress)] == [23_000, 71_000]


def test_texts_that_can_never_be_scored_are_told() -> None:
    refuse = Fault(kind=Kind.REFUSE, status=402)
    events = run(read(final("well then", 0), final("thank you", 40_000), faults=(refuse,)))
    assert [event.span.start for event in events if isinstance(event, Missed)] == [0, 40_000]
    (last,) = [event for event in events if isinstance(event, ProviderState)][-1:]
    assert (last.health, "credit" in last.detail) == (Health.DOWN, True)


def test_sentences_keep_their_own_times() -> None:
    events = run(read(final("Thank you. Why so?", 1000), granularity="sentence"))
    spans = [event for event in events if isinstance(event, EmotionSpan)]
    assert [(span.span, span.scores[0].label) for span in spans] == [
        (Span(1000, 8000), "gratitude"),
        (Span(9000, 16_000), "confusion"),
    ]


def test_too_many_texts_drop_the_oldest_and_say_so() -> None:
    events = run(read(*(final("well then", 10_000 * n) for n in range(70))))
    missed = [event.span.start for event in events if isinstance(event, Missed)]
    assert missed == [10_000 * n for n in range(6)]
    assert len([event for event in events if isinstance(event, EmotionSpan)]) == 64


def test_a_text_is_cut_below_the_limit() -> None:
    words = tuple(Word("x" * 99, n, n + 1) for n in range(1000))
    runs = portions(words)
    assert [word for run_ in runs for word in run_] == list(words)
    assert all(len(" ".join(word.text for word in run_)) <= wire.MAX_TEXT for run_ in runs)


# --- what is on the wire --------------------------------------------------------------------------


def test_the_header_of_a_clip_tells_the_truth() -> None:
    _, gateway = run(attempt(seconds=6.0))
    texts = [msgspec.json.decode(text) for traffic in gateway.traffic for text in traffic.texts]
    for request, taken in zip(texts, gateway.taken, strict=True):
        with wave.open(io.BytesIO(b64decode(request["data"]))) as file:
            assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, 16_000, 2)
            assert file.getnframes() == len(taken.audio) <= 5 * 16_000
        assert request["reset_stream"] is True
        assert set(request["models"]) == {"prosody", "burst"}


@pytest.mark.parametrize("window", [2000, 5000, 10_000])
def test_a_sliding_window_moves_no_time(window: int) -> None:
    account, gateway = run(attempt(seconds=20.0, stream_window_ms=window))
    assert account.exact, account
    texts = [msgspec.json.decode(text) for traffic in gateway.traffic for text in traffic.texts]
    assert {request.get("stream_window_ms") for request in texts} == {window}


def test_a_gateway_that_is_no_websocket_address_is_refused_in_words() -> None:
    async def scenario() -> None:
        with pytest.raises(ProviderFault, match=r"emotion\.hume_v0\.url"):
            await GatewayAccess(HumeV0Settings(url="https://x", api_key=Secret("k"))).target()

    run(scenario())


def test_a_burst_is_an_event_of_its_own() -> None:
    samples = np.zeros(16_000, np.int16)
    named = _item(0.2, 0.3, "Amusement", 0.9) | {"descriptions": [{"name": "Laugh", "score": 0.8}]}
    shown = {"time": {"begin": 0.5, "end": 0.6}, "emotions": [{"name": "Sigh", "score": 0.89}]}
    bursts = [named, shown, _item(0.8, 9.0, "Awe", 0.5), _item(0.1, 0.2, "Awe", 0.01)]
    reply = wire.decode(
        msgspec.json.encode(
            {
                "prosody": {"predictions": [_item(0.0, 0.4, "Joy", 1.3)]},
                "burst": {"predictions": bursts},
            }
        )
    )
    laugh, sigh, awe, prosody = heard(reply, Clip(32_000, samples.tobytes()), Channel.MIC, least=0.2)
    assert isinstance(prosody, EmotionSpan)
    assert (prosody.span, prosody.scores[0].value) == (Span(32_000, 38_400), 1.3), "scores above 1 are kept"
    assert laugh == VocalBurst(Channel.MIC, Span(35_200, 36_800), "laugh", 0.8, "hume-v0")
    assert isinstance(sigh, VocalBurst)
    assert (sigh.label, sigh.score) == ("sigh", 0.89)
    assert isinstance(awe, VocalBurst)
    assert (awe.span, awe.label) == (Span(44_800, 48_000), "awe")


def _item(begin: float, end: float, name: str, score: float) -> dict[str, Any]:
    return {"time": {"begin": begin, "end": end}, "emotions": [{"name": name, "score": score}]}


def test_states_name_the_provider() -> None:
    account, _ = run(attempt(seconds=2.0))
    assert {state.provider for state in account.states if isinstance(state, ProviderState)} == {"hume-v0"}

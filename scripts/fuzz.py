"""Feed the wire parsers generated and broken input for SECONDS (default 300, five minutes).

`scripts/fuzz [SECONDS]`: Deepgram's decoder with the stitcher, Hume's wires, pictures, batch results, event
streams. Half of the time belongs to hypothesis, half to atheris, which mutates the same inputs
by the coverage they reach; where atheris has no wheel hypothesis does all of it. Only the documented
refusals may come out; anything else ends the run with its input.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time

from fuzz_targets import CASES, Case
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from wingman.link.offsets import Offsets
from wingman.model.time import Channel
from wingman.transcribe import deepgram_wire as wire
from wingman.transcribe.stitch import Stitcher

GUIDED_FROM_S = 240
"""Shorter runs are left to hypothesis: instrumenting alone takes atheris more than a minute."""
ROUND = 100
"""Inputs between two looks at the clock."""
NUMBERS = st.floats(-2, 40, width=32) | st.floats() | st.integers(-5, 2**70)
WORD = st.fixed_dictionaries(
    {"start": NUMBERS, "end": NUMBERS}, optional={"word": st.text(), "speaker": st.integers(-3, 9) | st.none()}
)
RESULTS = st.fixed_dictionaries(
    {
        "type": st.just("Results"),
        "start": NUMBERS,
        "duration": NUMBERS,
        "channel": st.fixed_dictionaries(
            {"alternatives": st.lists(st.fixed_dictionaries({"words": st.lists(WORD, max_size=5)}), max_size=2)}
        ),
    },
    optional={"is_final": st.booleans(), "speech_final": st.booleans()},
)
OTHERS = st.fixed_dictionaries(
    {"type": st.sampled_from(["UtteranceEnd", "SpeechStarted", "Metadata", "Error", "Surprise"])},
    optional={"last_word_end": NUMBERS, "timestamp": NUMBERS, "duration": NUMBERS, "description": st.text()},
)
MESSAGES = st.lists(
    st.binary(max_size=80) | (RESULTS | OTHERS).map(lambda m: json.dumps(m).encode()), max_size=12
)


def feed(raws: list[bytes]) -> int:
    """One connection's worth of messages through decoder and stitcher; how many were understood."""
    stitch, offsets, understood = Stitcher(Channel.TAB, 0), Offsets(0), 0
    stitch.connected(offsets)
    offsets.sent(0, 40 * 16_000)
    settled = 0
    for raw in raws:
        try:
            message = wire.decode(raw)
        except wire.Unreadable:
            stitch.unreadable()
            continue
        understood += message is not None
        if isinstance(message, wire.Results):
            stitch.results(message)
        elif isinstance(message, wire.UtteranceEnd):
            stitch.utterance_end(message.last_word_end)
        elif isinstance(message, wire.SpeechStartedMessage):
            stitch.speech_started(message.timestamp)
        if stitch.settled < settled:
            raise AssertionError(f"the watermark went back from {settled} to {stitch.settled}")
        settled = stitch.settled
    return understood


@settings(
    max_examples=ROUND,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(st.tuples(st.just(feed), MESSAGES) | CASES)
def one_round(case: Case) -> None:
    """What both fuzzers run."""
    target, given_input = case
    target(given_input)


def with_hypothesis(end: float) -> int:
    """Rounds of generated input until the time is over; how many inputs were tried."""
    rounds = 0
    while time.monotonic() < end:
        one_round()
        rounds += 1
    return rounds * ROUND


def with_atheris(end: float) -> None:
    """Coverage-guided mutation of the same strategies until `end`; ends the process."""
    import atheris

    atheris.instrument_all()
    seconds = max(1, int(end - time.monotonic()))  # what instrumentation took is gone; 0 would mean for ever
    atheris.Setup(
        [sys.argv[0], f"-max_total_time={seconds}", "-verbosity=0", "-print_final_stats=1"],
        one_round.hypothesis.fuzz_one_input,
    )
    atheris.Fuzz()


def main(argv: list[str]) -> int:
    seconds = float(argv[0]) if argv else 300.0
    found = importlib.util.find_spec("atheris") is not None
    guided = found and seconds >= GUIDED_FROM_S
    begun = time.monotonic()
    tried = with_hypothesis(begun + (seconds / 2 if guided else seconds))
    print(f"{tried} inputs by hypothesis, none broke the parsers", flush=True)
    if guided:
        with_atheris(begun + seconds)
    else:
        reason = "the time is too short for atheris" if found else "atheris has no wheel for this interpreter"
        print(f"{reason}; only hypothesis ran")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

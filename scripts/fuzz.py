"""Feed the wire parsers generated and broken input for SECONDS (default 300, five minutes).

`scripts/fuzz [SECONDS]`: Deepgram's decoder with the stitcher, Hume's with the ledger, Hume's other wires,
pictures, batch results, event streams. Half of the time belongs to hypothesis, which builds messages that are
almost right; half to atheris, which mutates real ones by the coverage they reach (see `fuzz_guided.py`). Where
atheris has no wheel hypothesis does all of it. Only the documented refusals may come out; anything else ends
the run with its input.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tempfile
import time

from hypothesis import HealthCheck, Phase, given, settings

from scripts.fuzz_targets import CASES, Case

ROUND = 100
"""Inputs between two looks at the clock."""
GUIDED = "scripts.fuzz_guided"


@settings(
    max_examples=ROUND,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(CASES)
def one_round(case: Case) -> None:
    """Every target, with inputs made for it."""
    target, given_input = case
    target(given_input)


def with_hypothesis(end: float) -> int:
    """Rounds of generated input until the time is over; how many inputs were tried."""
    rounds = 0
    while time.monotonic() < end:
        one_round()
        rounds += 1
    return rounds * ROUND


def with_atheris(seconds: int) -> int:
    """Mutation guided by coverage, in a process of its own; how many inputs were tried. Raises `SystemExit`."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [sys.executable, "-m", GUIDED, str(seconds), folder], stderr=subprocess.PIPE, text=True, check=False
        )
    tried = re.search(r"number_of_executed_units: *(\d+)", run.stderr)
    if run.returncode or tried is None:
        raise SystemExit(f"{run.stderr}\natheris broke a parser, see above")
    return int(tried[1])


def main(argv: list[str]) -> int:
    seconds = float(argv[0]) if argv else 300.0
    guided = importlib.util.find_spec("atheris") is not None
    begun = time.monotonic()
    tried = with_hypothesis(begun + (seconds / 2 if guided else seconds))
    print(f"{tried} inputs by hypothesis, none broke a parser", flush=True)
    if not guided:
        print("atheris has no wheel for this interpreter; only hypothesis ran")
        return 0
    tried = with_atheris(max(1, round(begun + seconds - time.monotonic())))
    print(f"{tried} inputs by atheris, none broke a parser")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Random faults, judged by what strangers were shown: `-m slow`; `WINGMAN_CHAOS_SEED` plays one again."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from tests.cluster.chaos import suffer
from tests.support.nats import servers

SECONDS = 90.0


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_whatever_fails_no_log_forks_and_nothing_that_was_shown_is_lost(tmp_path: Path) -> None:
    seed = int(os.environ.get("WINGMAN_CHAOS_SEED", random.randrange(10**6)))
    sys.stdout.write(f"seed {seed}\n")
    with servers(3, hidden=True) as running:
        verdict = await suffer(running, tmp_path, seed, SECONDS)
    sys.stdout.write(f"{verdict}\n")
    assert verdict.good, verdict
    assert verdict.moves

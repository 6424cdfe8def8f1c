"""Why a Hume service would not talk to us."""

from __future__ import annotations

from tests.support.each import each
from wingman.core.errors import FaultKind
from wingman.emotion.hume.http_errors import HumeApi, refused

HUME = HumeApi("Hume", "emotion.hume.api_key", "emotion.hume.url")


@each(
    ("status", "kind", "mend"),
    [
        (401, FaultKind.AUTH, "emotion.hume.api_key"),
        (402, FaultKind.BILLING, "top it up"),
        (403, FaultKind.FORBIDDEN, "another key"),
        (404, FaultKind.BAD_REQUEST, "emotion.hume.url"),
        (408, FaultKind.TIMEOUT, "trying again"),
        (429, FaultKind.RATE_LIMITED, "trying again"),
        (500, FaultKind.UNAVAILABLE, "trying again"),
        (503, FaultKind.UNAVAILABLE, "trying again"),
    ],
)
def test_each_status_names_the_mend(status: int, kind: FaultKind, mend: str) -> None:
    fault = refused(HUME, status, {}, "E0000")
    assert fault.kind is kind
    assert mend in str(fault)
    assert fault.code == f"{status} E0000"


def test_only_what_may_pass_is_waited_for() -> None:
    assert refused(HUME, 429, {"retry-after": "7"}).retry_after == 7.0
    assert refused(HUME, 503, {"retry-after": "7"}).retry_after == 7.0
    assert refused(HUME, 401, {"retry-after": "7"}).retry_after is None
    assert refused(HUME, 429, {"retry-after": "tomorrow"}).retry_after is None

"""What comes before its keys is kept in order, within bounds, and no longer than there may be keys."""

from __future__ import annotations

import pytest
from pyee import EventEmitter

from wingman.transports.aiortc_seam.early_media import MOST, EarlyMedia

ADDRESS = ("127.0.0.1", 5000)
HANDSHAKE, SOUND, CONSENT = b"\x16 handshake", b"\x80 sound %d", b"\0\1 consent"


class Dtls(EventEmitter):
    """What is known of aiortc's transport here."""

    def __init__(self) -> None:
        super().__init__()
        self.state = "new"
        self._rx_srtp: object | None = None

    def come_to(self, state: str) -> None:
        self._rx_srtp = object() if state == "connected" else None
        self.state = state
        self.emit("statechange")


@pytest.mark.parametrize("before", ["new", "connecting"])
def test_sound_waits_for_its_keys_and_nothing_else_does(before: str) -> None:
    dtls, passed = Dtls(), list[bytes]()
    arrives = EarlyMedia(dtls, lambda data, address: passed.append(data))  # type: ignore[arg-type]  # stands for it
    if before == "connecting":
        dtls.come_to("connecting")
    for data in (SOUND % 0, CONSENT, HANDSHAKE, b"", SOUND % 1):
        arrives(data, ADDRESS)
    assert passed == [CONSENT, HANDSHAKE, b""]
    dtls.come_to("connecting")
    assert len(passed) == 3
    dtls.come_to("connected")
    arrives(SOUND % 2, ADDRESS)
    assert passed[3:] == [SOUND % number for number in range(3)]


@pytest.mark.parametrize(("state", "count"), [("connected", MOST), ("failed", 0), ("closed", 0)])
def test_no_more_is_kept_than_that_and_nothing_where_there_will_be_no_keys(state: str, count: int) -> None:
    dtls, passed = Dtls(), list[bytes]()
    arrives = EarlyMedia(dtls, lambda data, address: passed.append(data))  # type: ignore[arg-type]  # likewise
    for number in range(MOST + 9):
        arrives(SOUND % number, ADDRESS)
    dtls.come_to(state)
    assert passed == [SOUND % number for number in range(count)]
    assert not dtls.listeners("statechange"), "a way that is over is nobody's any more"

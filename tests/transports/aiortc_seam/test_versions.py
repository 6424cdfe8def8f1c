"""The guard of the seam: a new aiortc or aioice is met here, by name, and nowhere else."""

from __future__ import annotations

import importlib.metadata
import inspect
from pathlib import Path

import aioice.ice
import pytest
from aiortc import RTCRtpReceiver
from aiortc.rtcrtpreceiver import decoder_worker

import wingman
from wingman.core.errors import WingmanError
from wingman.transports.aiortc_seam import datagrams
from wingman.transports.aiortc_seam.versions import check


def test_the_installed_versions_are_the_ones_the_seam_knows() -> None:
    check()


def test_another_version_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda package: "9.9.0")
    with pytest.raises(WingmanError, match=r"aiortc 9\.9\.0 is installed"):
        check()


def test_a_lost_private_name_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(RTCRtpReceiver, "_handle_rtp_packet")
    with pytest.raises(WingmanError, match="RTCRtpReceiver has no `_handle_rtp_packet`"):
        check()


def test_the_stock_code_still_has_the_shape_the_seam_replaces() -> None:
    handler = inspect.getsource(RTCRtpReceiver._handle_rtp_packet)
    assert "self.__jitter_buffer.add(packet)" in handler, "the jitter buffer is fed in another way"
    assert "self.__decoder_queue.put((codec, encoded_frame))" in handler, "the decoder is fed in another way"
    assert list(inspect.signature(decoder_worker).parameters)[:3] == ["loop", "input_q", "output_q"]
    received = inspect.getsource(datagrams._stock)
    assert "self.receiver.data_received(data" in received, "datagrams take another way"
    gather = inspect.getsource(aioice.ice.Connection.gather_candidates)
    assert "get_host_addresses(" in gather, "host addresses are found in another way"


def test_no_other_file_touches_private_names_of_aiortc() -> None:
    root = Path(wingman.__file__).parent
    for path in root.rglob("*.py"):
        if path.parent.name == "aiortc_seam" or path.name == "ice_seam.py":
            continue
        text = path.read_text()
        for name in (
            "_rx_srtp",
            "_tx_srtp",
            "_RTCRtpReceiver__",
            "_rtp_router",
            "_handle_rtp_packet",
            "_nominated",
        ):
            assert name not in text, f"{path.relative_to(root)} touches `{name}`"

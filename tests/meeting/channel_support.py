"""A channel without a meeting: an input, its readers, and somebody who pays."""

from __future__ import annotations

import asyncio

from wingman.archive.egress_ledger import Ledger
from wingman.audio.tape import Tape
from wingman.config.suggest import CostSettings
from wingman.core.events import Event, Media
from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.meeting.accounting import Accounting
from wingman.meeting.branches import BranchStarter
from wingman.meeting.channel_input import ChannelInput
from wingman.meeting.channel_readers import ChannelReaders
from wingman.meeting.cost import CostTracker

SECOND = bytes(2 * SAMPLE_RATE)


class Sound:
    """One channel's tape and who may read it; what is published is kept."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.accounting = Accounting(
            CostTracker(CostSettings(), {}), Ledger(self.publish, lambda: 0.0), self.publish
        )
        self.input = ChannelInput(Channel.TAB, Tape(60.0), self.publish, clock=None)
        self.readers = ChannelReaders(self.input.tape)

    def publish(self, payload: Event, _: Media | None) -> None:
        self.events.append(payload)

    def starter(self, tasks: asyncio.TaskGroup) -> BranchStarter:
        return BranchStarter(Channel.TAB, tasks, self.accounting)

    def feed(self, seconds: int = 1) -> None:
        for _ in range(seconds):
            self.input.write(PcmBlock(self.input.position, SECOND))

"""What the ledger says left, against what the receivers counted, in every fault script of the links."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.proofs.figures import Figure, progress
from tests.support.counting_relay import relay
from tests.support.links.matrix import DEEPGRAM, DEEPGRAM_MOMENTS, FINAL, Moment, flapping, script, side_by_side
from tests.support.links.trial import Recording, Trial
from wingman.config.section import Secret
from wingman.config.stt import DeepgramSettings
from wingman.egress.outlet import outlet
from wingman.stt.deepgram.transcriber import DeepgramTranscriber
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.faults import Fault, FaultScript
from wingman.testing.indexed_audio import IndexedSource
from wingman.testing.virtual_time import run

SECONDS = 12.0


@dataclass(slots=True)
class Books:
    """An outlet that only counts."""

    bytes: int = 0
    seconds: float = 0.0
    open: bool = True

    def sent(self, size: int, seconds: float) -> None:
        self.bytes += size
        self.seconds += seconds


async def played(*faults: Fault) -> tuple[int, int]:
    """Bytes by the books, and by the receiver, of one meeting's channel under these faults."""
    books = Books()
    async with (
        DeepgramEmulator(None, FaultScript(faults), hearing=lambda _: IndexedSource()) as emulator,
        relay(emulator.port) as receiver,
    ):
        url = emulator.url.replace(f":{emulator.port}", f":{receiver.port}")
        settings = DeepgramSettings(url=url, rest_url=emulator.rest_url, api_key=Secret("local-key"))
        with outlet(books):
            await Trial(Recording(SECONDS)).run(DeepgramTranscriber(settings))
    return books.bytes, receiver.payload


def ledger() -> list[Figure]:
    progress("the ledger against the receivers, fault by fault …")
    trials = {"none": played()}
    for name, moment in DEEPGRAM_MOMENTS.items():
        trials |= {f"{fault}, {name}": played(*script(made, moment)) for fault, made in DEEPGRAM.items()}
    trials |= {f"refused {status}": played(*script(made, Moment(1, 0.0))) for status, made in FINAL.items()}
    trials["flapping"] = played(*flapping(Moment(1, 0.3), 6))
    counted = run(side_by_side(trials))
    wrong = {name: said - got for name, (said, got) in counted.items() if said != got}
    return [
        Figure("fault_scripts_played", len(counted), 60, ">="),
        Figure("bytes_received", sum(got for _, got in counted.values()), unit="B"),
        Figure(
            "ledger_bytes_wrong", sum(map(abs, wrong.values())), 0, "==", "B", str(wrong)[:200] if wrong else ""
        ),
    ]

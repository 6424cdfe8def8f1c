"""PocketSphinx: English, for trying Wingman out with no key, no network and no model to fetch.

Clean speech comes out at 4 to 7 % word errors, real meetings at 20 to 40 %. `wingman.stt.whisper` is the
one to work with.
"""

from __future__ import annotations

from wingman.config.stt import SpeakerSettings
from wingman.core.time import SAMPLE_RATE
from wingman.local.decoder.link import DecodeLink
from wingman.local.decoder.wire import Engine
from wingman.local.process import EmbeddedWorker
from wingman.local.utterances import Traits
from wingman.stt.base import TranscriberInfo
from wingman.stt.local import LocalEngine, LocalTranscriber
from wingman.stt.speakers import NOBODY_TOLD_APART, told_apart

INFO = TranscriberInfo(name="embedded", remote=False)
TRAITS = Traits(interim_step=SAMPLE_RATE // 5, speculates=False, least_voice=0, patience=0.0)
"""A look costs only what is new, and an utterance once ended cannot go on: so look often, and never guess
the end."""


def build(
    worker: EmbeddedWorker, link: DecodeLink, people: SpeakerSettings = NOBODY_TOLD_APART
) -> LocalTranscriber:
    """A transcriber on the machine's decoder. Raises `InputError`."""
    engine = LocalEngine(INFO, Engine("embedded"), TRAITS)
    return LocalTranscriber(worker, link, told_apart(engine, people))

"""`wingman rehearse FILE`: a written conversation played as a meeting, in media time, as fast as it goes."""

from __future__ import annotations

import argparse
import asyncio
import codecs
import contextlib
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from wingman.commands.common import INTERRUPTED, run_until_signal, settings_of
from wingman.config.folders import expanded
from wingman.config.paths import data_dir
from wingman.config.settings import Settings
from wingman.core.encoders import plain
from wingman.core.errors import InputError
from wingman.core.events import SuggestionCompleted, SuggestionCreated, SuggestionSkipped
from wingman.core.time import clock
from wingman.core.vocabulary import LONGEST_BRIEF
from wingman.local.sentence_encoder import SentenceEncoder, installed
from wingman.meeting.rehearsal import Cast, Rehearsed, ScriptedTurn, distort, read_turns, rehearse
from wingman.meeting.rehearsal.model_server import model_at
from wingman.suggest.coach import checked_brief
from wingman.suggest.knowledge.embeddings import EmbeddingIndex
from wingman.suggest.knowledge.index import Knowledge
from wingman.suggest.playbook.user_playbooks import UserPlaybooks

WIDTH = 100
"""Characters of a turn shown in the table."""
LARGEST = 64 * 1024 * 1024
"""Bytes of a conversation; a device or a pipe may have no end."""
_ENDING = r"\.(?:md|markdown|txt|text|csv|rtf|pdf|docx?|odt|ya?ml|json|html?)"
_PATH = re.compile(
    rf"\s*(?:(?:~|\.{{1,2}}|[a-z]:)?[/\\](?:\S*|\S[^\n]*{_ENDING})|(?!\S*://)\S+{_ENDING})\s*", re.IGNORECASE
)
"""What is meant for a file, and nobody writes as a brief: a word with the ending of a text (no address), or a
path that has no spaces or such an ending."""
_TAG = re.compile(r"auto|multi|[a-z]{2,3}(?:[-_][a-z\d]{1,8})*", re.IGNORECASE)


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    settings = settings_of(arguments, quiet=True)
    turns = distort(read_turns(_lines(arguments.file)), arguments.variant, arguments.seed)
    arguments.brief = checked_brief(given_brief(arguments.brief or ""))
    if arguments.language and not _TAG.fullmatch(arguments.language):
        raise InputError(
            f"--language {arguments.language[:40]!r} is no language tag; write one such as de or pt-BR",
            field="language",
        )
    if arguments.notes and not expanded(arguments.notes).is_dir():
        raise InputError(f"--notes {arguments.notes} is no folder; name one that holds notes", field="notes")
    notes = arguments.notes or settings.suggest.knowledge
    playing = _rehearse(arguments, settings, turns, expanded(notes) if notes else None)
    return run_until_signal(playing, interrupted=INTERRUPTED)


def given_brief(text: str) -> str:
    """The brief, or that of the file it names. Raises `InputError`."""
    path = expanded(text)
    if not os.path.isfile(path):  # `Path.is_file` raises for a text that is too long for a name
        if _PATH.fullmatch(text):
            raise InputError(
                f"--brief {text[:200]} is no file; check the path, or write the brief itself", field="brief"
            )
        return text
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(LONGEST_BRIEF + 1)
    except OSError as failed:
        raise InputError(
            f"cannot read --brief {text}: {failed.strerror}; check the path", field="brief"
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"--brief {text} is no UTF-8 text; save it as UTF-8", field="brief") from None


def _lines(name: str) -> list[bytes]:
    """The lines of a file, or of standard input (`-`). Raises `InputError`."""
    try:
        with contextlib.ExitStack() as stack:
            file = sys.stdin.buffer if name == "-" else stack.enter_context(Path(name).open("rb"))
            content = file.read(LARGEST + 1)
    except OSError as failed:
        raise InputError(f"cannot read {name}: {failed.strerror}; check the path", field="file") from None
    if len(content) > LARGEST:
        raise InputError(
            f"{name} holds more than {LARGEST >> 20} MB, which no conversation does; check the path",
            field="file",
        )
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(f"{name} is UTF-16 text; save it as UTF-8", field="file")
    return content.split(b"\n")


async def _rehearse(
    arguments: argparse.Namespace, settings: Settings, turns: tuple[ScriptedTurn, ...], notes: Path | None
) -> int:
    suggest = settings.suggest
    if arguments.verbosity:
        suggest = msgspec.structs.replace(suggest, verbosity=arguments.verbosity)
    own = UserPlaybooks(data_dir(settings) / "playbooks")
    playbook = own.load(arguments.playbook or suggest.playbook)
    model = None if arguments.model == "off" else await model_at(arguments.model, settings)
    table = _Table(turns)
    means = suggest.meaning == "auto" and not arguments.no_encoder and installed()
    encoder = SentenceEncoder() if means else None
    knowledge = Knowledge(notes, EmbeddingIndex(encoder) if encoder and notes else None)
    cast = Cast(
        playbook=playbook,
        suggest=suggest,
        correlate=settings.correlate,
        brief=arguments.brief or "",
        knowledge=knowledge,
        model=model,
        language=arguments.language or "",
        encoder=encoder,
    )
    try:
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(knowledge.run())
            await _read(knowledge)
            await rehearse(turns, cast, _print if arguments.json else table.take)
            reading.cancel()
        if not arguments.json:
            sys.stdout.write("".join(f"{plain(line)}\n" for line in table.lines()))
        sys.stdout.flush()  # to close the encoder may take a while
    finally:
        knowledge.close()
        if encoder is not None:
            encoder.close()
        if model is not None:
            await model.aclose()
    return 0


async def _read(knowledge: Knowledge) -> None:
    """Wait for the notes' meaning, and say where there will be none."""
    if not await knowledge.ready():
        print(
            "wingman: the notes were not read for their meaning; they are found by their words alone",
            file=sys.stderr,
        )


def _print(event: Rehearsed) -> None:
    sys.stdout.write(event.encode().decode() + "\n")


class _Table:
    """What was said, and below each turn what was suggested and when (media time), or why nothing was."""

    def __init__(self, turns: tuple[ScriptedTurn, ...]) -> None:
        self._turns = turns
        self._cards: dict[str, tuple[Rehearsed, SuggestionCreated]] = {}
        self._texts: dict[str, str] = {}
        self._skips: dict[int | None, list[SuggestionSkipped]] = {}

    def take(self, event: Rehearsed) -> None:
        match event.envelope.data:
            case SuggestionCreated() as card:
                self._cards[card.id] = (event, card)
                self._texts[card.id] = card.text
            case SuggestionCompleted() as done:
                self._texts[done.id] = done.text
            case SuggestionSkipped() as skip:
                self._skips.setdefault(event.turn, []).append(skip)
            case _:
                pass

    def lines(self) -> Iterable[str]:
        by_turn: dict[int | None, list[tuple[Rehearsed, SuggestionCreated]]] = {}
        for event, card in self._cards.values():
            by_turn.setdefault(event.turn, []).append((event, card))
        for turn in self._turns:
            text = turn.text if len(turn.text) <= WIDTH else f"{turn.text[: WIDTH - 1]}…"
            yield f"{turn.line:4}  {turn.who:>3}  {text}"
            cards = by_turn.get(turn.line, [])
            for event, card in cards:
                words = " / ".join(self._texts[card.id].splitlines())
                yield f"           ▸ {clock(event.envelope.at)} {card.kind} ({card.reason}): {words}"
            if not cards and not turn.user:
                whys = dict.fromkeys(
                    " ".join(filter(None, (s.reason, s.detail))) for s in self._skips.get(turn.line, ())
                )
                yield f"           · silent: {', '.join(whys) or 'nothing was heard'}"
        yield ""
        yield f"{len(self._turns)} turns, {len(self._cards)} cards"

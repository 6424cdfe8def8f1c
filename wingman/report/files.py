"""A meeting as a file to take away, in any format there is: what the service sends and the commands write."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wingman.archive.bundle import SUFFIX, Bundle, pack
from wingman.core.errors import InputError
from wingman.report.exports import FORMATS, export
from wingman.report.page import page
from wingman.report.record import Record, record

KNOWN_FORMATS = (*FORMATS, "html", "bundle")
"""`html` is the report page as one file, `bundle` is what `wingman replay` takes."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file's name, media type and content."""

    name: str
    media_type: str
    content: bytes


def make(whole: Bundle, name: str) -> ExportFile:
    """The meeting in the format `name`. Raises `InputError` for one that is not known."""
    check(name)
    known = record(whole.meeting, whole.events)
    if name == "bundle":
        return ExportFile(_name(known, SUFFIX.lstrip(".")), "application/zip", pack(whole))
    if name == "html":
        shown = page(known, links=False)
        return ExportFile(_name(known, "html"), "text/html; charset=utf-8", shown.encode())
    chosen, text = export(known, name)
    return ExportFile(_name(known, chosen.suffix), chosen.media_type, text.encode())


def check(name: str) -> None:
    """Raises `InputError` for a format that is not known."""
    if name not in KNOWN_FORMATS:
        raise InputError(f"`format` must be one of {', '.join(KNOWN_FORMATS)}", field="format")


def _name(known: Record, suffix: str) -> str:
    title = re.sub(r"[^A-Za-z0-9_]+", "-", known.title)[:60].strip("-")
    return f"{title or known.id}.{suffix}"

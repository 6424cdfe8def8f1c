"""Text of others for each place it is written to: one encoder a sink. Pure.

What people said, titles that a meeting's site chose, names, and what a model wrote are data. Each sink has
signs that mean something to it; its encoder lets none of them through with that meaning.
"""

from __future__ import annotations

import html as _html
import re

# C0, DEL, C1; then what turns the direction of the text round it or is not seen at all
_UNSEEN = "\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
_CONTROL = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_UNSEEN}]")
_SPACE = re.compile(r"\s+")
_MARKDOWN = re.compile(
    r"[\\`*\[\]<>|]|&(?=#?\w+;)|(?<!\w)_|_(?!\w)|~(?=~)|(?<=[a-z]):(?=//)|(?<=www)\.|(?<=\w)@(?=\w)",
    re.IGNORECASE,
)
_MARKDOWN_START = re.compile(r"(?:[#>+=:!-]|\d{1,9}(?=[.)]))")
_BLANK = re.compile(r"^[\s\u00ad\u034f\u2800\u3164]+")
"""Nothing to be seen before the first sign of a cell."""
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "|", "%")
"""What spreadsheet programs take for a formula, at the start of a cell."""
_SUBTITLE = str.maketrans({"<": "‹", ">": "›", "{": "(", "}": ")", "\\": "/"})
_FENCE = str.maketrans(dict.fromkeys("<>\uff1c\uff1e\ufe64\ufe65", ""))


def plain(text: str) -> str:
    """Without control characters; line breaks and tabs stay."""
    return _CONTROL.sub("", text)


def line(text: str) -> str:
    """On one line, without control characters: no text makes a line of its own."""
    return _SPACE.sub(" ", _CONTROL.sub(" ", text)).strip()


def terminal(text: str) -> str:
    """For a person's terminal: one line that moves no cursor, sets no title and fills no clipboard."""
    return line(text)


def html(text: str) -> str:
    """For an element's text or a quoted attribute."""
    return _html.escape(plain(text), quote=True)


def markdown(text: str) -> str:
    """Inside a paragraph, heading, list item or table cell: no link, image, emphasis or HTML of its own."""
    flat = _MARKDOWN.sub(lambda found: f"\\{found[0]}", line(text))
    start = _MARKDOWN_START.match(flat)
    if start is None:
        return flat
    end = start.end()
    return f"{flat[:end]}\\{flat[end:]}" if flat[0].isdigit() else f"\\{flat}"


def csv_cell(text: str) -> str:
    """A cell that no spreadsheet program runs: an apostrophe before what it would take for a formula."""
    safe = plain(text)
    formula = _BLANK.sub("", safe, count=1).startswith(_FORMULA) or safe.startswith(("\t", "\r"))
    return f"'{safe}" if formula else safe


def subtitle(text: str) -> str:
    """A SubRip cue's line: the format has no escapes, so its signs become others that look alike."""
    return line(text).translate(_SUBTITLE).replace("--", "—")


def webvtt(text: str) -> str:
    """A WebVTT cue's line, its voice or its id."""
    return line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("--", "—")


def prompt_line(text: str) -> str:
    """One line of quoted material in a prompt: it opens and closes no fence and begins no line."""
    return _SPACE.sub(" ", line(text).translate(_FENCE)).strip()

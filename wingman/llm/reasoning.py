"""Only the answer belongs on a card: what a model thinks aloud is taken out of its text as it streams. Pure.

Reasoning models behind OpenAI-compatible servers write their thoughts into the content unless the server was
told how to part them: between tags (`<think>…</think>` and its cousins), behind channel tokens (OpenAI's
Harmony format), or before an end tag whose beginning the chat template had already put into the prompt. A mark
may be split over any number of pieces.
"""

from __future__ import annotations

import re

HOLD_S = 0.15
"""The beginning of an answer is held this long: an end tag in it shows that it was no answer."""

_NAMES = "think|thinking|thought|thoughts|reasoning|reflection|analysis|scratchpad|seed:think"
_MARK = re.compile(
    rf"<(?P<close>/?)(?:{_NAMES})>|\[(?P<close2>/?)THINK\]|◁(?P<close3>/?)think▷|<\|(?P<token>\w+)\|>",
    re.IGNORECASE,
)
_BEGIN_TOKENS = frozenset(("begin_of_thought", "start_thinking"))
_END_TOKENS = frozenset(("end_of_thought", "end_thinking"))
_HEADER_TOKENS = frozenset(("start", "channel", "im_start", "start_header_id"))
_LONGEST_MARK = 28
_UNFINISHED = re.compile(r"(?:<[/|\w:]*\|?|\[/?\w*|◁/?\w*)\Z")
"""What may be the beginning of a mark, at the end of what has come."""
_THINKERS = re.compile(r"\br1\b|qwq|reason|think|magistral|nemotron", re.IGNORECASE)


def thinks_aloud(model: str) -> bool:
    """Whether a model of this name is known to begin with thoughts that no tag announces."""
    return _THINKERS.search(model) is not None


class AnswerFilter:
    """One answer: `feed` it the deltas, show what it returns; `finish` it. Times are seconds of any clock."""

    def __init__(self, wary: bool = False) -> None:
        """`wary`: show nothing before the thoughts have ended, or the answer has."""
        self._wary = wary
        self._rest = ""  # what came and is not understood yet
        self._held = ""  # what would be shown if it turns out to be no thought
        self._thinking = False
        self._header: str | None = None  # the channel's name in Harmony, while it is being read
        self._began: float | None = None
        self._shown = False
        self.leaked = False
        """True when thoughts were shown, because only their end was marked: be wary with the next answer."""

    def feed(self, text: str, now: float) -> str:
        """What may be shown now that `text` has come."""
        self._rest += text
        if self._began is None and text.strip():
            self._began = now
        while mark := _MARK.search(self._rest):
            self._take(self._rest[: mark.start()])
            self._rest = self._rest[mark.end() :]
            self._obey(mark)
        unfinished = _UNFINISHED.search(self._rest[-_LONGEST_MARK:])
        keep = len(self._rest) - (len(unfinished[0]) if unfinished else 0)
        self._take(self._rest[:keep])
        self._rest = self._rest[keep:]
        waited = self._began is not None and now - self._began >= HOLD_S
        return self._show() if waited and not self._wary else ""

    def finish(self) -> str:
        """The answer is over: what was held back and is no thought."""
        self._take(self._rest)
        self._rest = ""
        return self._show().rstrip()

    def _take(self, text: str) -> None:
        if self._header is not None:
            self._header += text
            if "\n" in self._header:  # where a template has no message token, the role ends with its line
                text, self._header = self._header.partition("\n")[2], None
                self._take(text)
        elif not self._thinking:
            self._held += text

    def _obey(self, mark: re.Match[str]) -> None:
        token = (mark["token"] or "").lower()
        if token in _HEADER_TOKENS:
            self._header = ""
        elif token == "message":
            channel = (self._header or "").strip().lower()
            self._end() if channel.startswith(("final", "assistant")) or not channel else self._begin()
            self._header = None
        elif token in _END_TOKENS or (not token and any(mark[name] for name in ("close", "close2", "close3"))):
            self._end()
        elif token in _BEGIN_TOKENS or not token:
            self._begin()
        # any other token belongs to a chat template and to nobody's answer

    def _begin(self) -> None:
        self._thinking = True

    def _end(self) -> None:
        """What came until here was thought; what was shown of it cannot be taken back."""
        if not self._thinking:
            self.leaked = self.leaked or self._shown
            self._held = ""
        self._thinking = self._wary = False

    def _show(self) -> str:
        out, self._held = self._held, ""
        if not self._shown:
            out = out.lstrip()
            self._shown = bool(out)
        return out

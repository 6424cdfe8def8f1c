"""What a client may say on its event socket, validated here and handed to the meeting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import msgspec

from wingman.core.errors import InputError
from wingman.core.json import JsonObject
from wingman.core.vocabulary import ACTIONS, FEEDBACK, STOP, one_of
from wingman.meeting.api import MeetingHandle
from wingman.server.http import convert
from wingman.suggest.playbook.playbook import by_name

TEXT_LENGTH = 2000
"""Characters a user may type with an action."""


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """`action.request`: an explicit wish, with the user's own words if there are any."""

    action: Annotated[str, msgspec.Meta(extra_json_schema={"enum": [*ACTIONS, STOP]})]
    text: Annotated[str, msgspec.Meta(extra_json_schema={"maxLength": TEXT_LENGTH})] = ""

    def apply(self, meeting: MeetingHandle) -> str:
        """Carry it out; returns the suggestion's id."""
        one_of(self.action, (*ACTIONS, STOP), "action")
        if len(self.text) > TEXT_LENGTH:
            raise InputError(f"`text` may have at most {TEXT_LENGTH} characters", field="text")
        return meeting.act(self.action, self.text)


@dataclass(frozen=True, slots=True)
class SuggestionFeedback:
    """`suggestion.feedback`: what became of a card."""

    id: str
    feedback: Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(FEEDBACK)})]

    def apply(self, meeting: MeetingHandle) -> str:
        """Carry it out; returns the suggestion's id."""
        one_of(self.feedback, FEEDBACK, "feedback")
        meeting.feedback(self.id, self.feedback)
        return self.id


@dataclass(frozen=True, slots=True)
class Control:
    """`control`: change a live setting."""

    setting: str
    value: Any

    def apply(self, meeting: MeetingHandle, by: str = "") -> str:
        """`by` is the grant it came with: who acknowledges something is written down."""
        if self.setting == "playbook" and isinstance(self.value, str):
            by_name(self.value)
        value = {**self.value, "by": by} if isinstance(self.value, dict) and by else self.value
        meeting.control(self.setting, value)
        return self.setting


@dataclass(frozen=True, slots=True)
class Note:
    """`note`: something to keep with this moment."""

    text: Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1, "maxLength": TEXT_LENGTH})]

    def apply(self, meeting: MeetingHandle) -> str:
        return meeting.note(checked_text(self.text))


def checked_text(text: str, most: int = TEXT_LENGTH) -> str:
    """What somebody typed, without the blanks around it. Raises `InputError`."""
    text = text.strip()
    if not text or len(text) > most:
        raise InputError(f"`text` must have 1 to {most} characters", field="text")
    return text


@dataclass(frozen=True, slots=True)
class Ping:
    """`ping`: is anybody there? A viewer may ask as well; the answer is `ok`.

    A browser is not told of WebSocket's own pings, and a network that swallows everything closes nothing.
    """


Upward: TypeAlias = ActionRequest | SuggestionFeedback | Control | Note | Ping

MESSAGES: dict[str, type[Upward]] = {
    "action.request": ActionRequest,
    "suggestion.feedback": SuggestionFeedback,
    "control": Control,
    "note": Note,
    "ping": Ping,
}
"""Wire name → message class."""


@dataclass(frozen=True, slots=True)
class Ok:
    """The answer to a message that was carried out."""

    type: str
    ref: str
    id: str
    """Id of the suggestion that was asked for; the message's own subject otherwise."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to a message that was not."""

    type: str
    code: str
    field: str
    detail: str
    ref: str


def answer(text: str, meeting: MeetingHandle | None, by: str = "") -> Ok | Refusal:
    """Carry out one message of grant `by`. `meeting` is None for who may only watch (or when it has ended)."""
    ref = ""
    try:
        tree = _tree(text)
        ref = str(tree.pop("ref", ""))[:100]
        kind = tree.pop("type", None)
        message = MESSAGES.get(kind) if isinstance(kind, str) else None
        if message is None:
            raise InputError(f"`type` must be one of {', '.join(MESSAGES)}", field="type")
        wanted = convert(tree, message)
        if isinstance(wanted, Ping):
            return Ok("ok", ref, "")
        if meeting is None:
            raise InputError("this connection may only watch", field="type", status=403)
        done = wanted.apply(meeting, by) if isinstance(wanted, Control) else wanted.apply(meeting)
        return Ok("ok", ref, done)
    except InputError as refused:
        code = "forbidden" if refused.status == 403 else "conflict" if refused.status == 409 else "bad_input"
        return Refusal("error", code, refused.field, str(refused), ref)


def changes_setting(text: str, reply: bytes) -> bool:
    """Whether `text`, answered by `reply`, changed a live setting of its meeting."""
    if "control" not in text and "\\" not in text:  # in JSON a word can be written in escapes
        return False
    return msgspec.json.decode(reply).get("type") == "ok" and _tree(text).get("type") == "control"


def _tree(text: str) -> JsonObject:
    try:
        tree = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError) as broken:
        raise InputError(f"the message is not valid JSON: {broken}", field="body") from None
    except RecursionError:
        raise InputError("the message is nested too deeply", field="body") from None
    if not isinstance(tree, dict):
        raise InputError("the message must be a JSON object", field="body")
    return tree

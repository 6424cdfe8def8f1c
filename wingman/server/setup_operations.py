"""What is set up in the browser, and what people add to meetings, as operations of the OpenAPI document."""

from __future__ import annotations

from typing import Any

from wingman.config.editable import Choosable, Shown
from wingman.meeting.connections import Connection, KeyField
from wingman.meeting.rehearse_cards import RehearsedCard
from wingman.meeting.self_test import Stage
from wingman.report.answer import Answer
from wingman.report.follow_up import Draft
from wingman.server.operation import Operation, listing, record, ref
from wingman.server.routes.annotations import ItemChange, LineChange, NameChange, NewNote, PushedCard
from wingman.server.routes.briefs import AccountBrief
from wingman.server.routes.playbooks import PlaybookBody, RehearseBody, RestoreBody
from wingman.server.routes.providers import ProviderKey
from wingman.server.routes.self_test import SelfTestBody
from wingman.server.routes.settings import SettingsChange
from wingman.suggest.knowledge.library import Document, Part, Quote
from wingman.suggest.playbook.user_playbooks import PlaybookPage, PlaybookRow, PlaybookVersion

ANSWERED: tuple[type[Any], ...] = (
    *(AccountBrief, Connection, KeyField, Shown, Choosable, Document, Part, Quote),
    *(PlaybookRow, PlaybookPage, PlaybookVersion, RehearsedCard, Draft, Answer, Stage),
)
"""The classes these operations answer with."""

TEXT = {"type": "string"}
VERDICT = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}, "words": TEXT},
    "required": ["ok", "words"],
}
CHECKED = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}, "detail": TEXT, "field": TEXT},
    "required": ["ok", "detail", "field"],
}
SETTINGS = {
    "type": "object",
    "properties": {
        "groups": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"title": TEXT, "settings": {"type": "array", "items": ref(Shown)}},
                "required": ["title", "settings"],
            },
        },
        "file": TEXT,
    },
    "required": ["groups", "file"],
}
TESTED = {
    "type": "object",
    "properties": {"stages": {"type": "array", "items": ref(Stage)}, "ok": {"type": "boolean"}},
    "required": ["stages", "ok"],
}
CHANGED = {
    "type": "object",
    "properties": {"restart": {"type": "array", "items": TEXT}},
    "required": ["restart"],
}
TAUGHT = {
    "type": "object",
    "properties": {"kinds": {"type": "object", "additionalProperties": {"type": "number"}}},
    "required": ["kinds"],
}
ONE = "/api/meetings/{id}"
PROVIDER = "/api/providers/{provider}"
PLAYBOOK = "/api/playbooks/{name}"

SETUP: dict[str, dict[str, Operation]] = {
    "/api/providers": {
        "get": Operation("listProviders", "What is connected, in words", {200: listing("branches", Connection)})
    },
    f"{PROVIDER}/test": {
        "post": Operation("testProvider", "Does a key work; asks the provider", {200: VERDICT}, ProviderKey)
    },
    f"{PROVIDER}/key": {
        "put": Operation("storeKey", "Store a key sealed; it is never handed out", {204: None}, ProviderKey),
        "delete": Operation("removeKey", "Forget a stored key", {204: None}),
    },
    "/api/settings": {
        "get": Operation("showSettings", "What people change", {200: SETTINGS}),
        "patch": Operation("changeSettings", "Change some of it", {200: CHANGED}, SettingsChange),
    },
    "/api/briefs": {
        "get": Operation("listBriefs", "What is kept per account", {200: listing("briefs", AccountBrief)}),
        "put": Operation(
            "keepBrief",
            "Keep a brief for an account; without text, forget it",
            {200: listing("briefs", AccountBrief)},
            AccountBrief,
        ),
    },
    "/api/feedback": {
        "get": Operation("showFeedback", "What feedback has taught, by kind of card", {200: TAUGHT}),
        "delete": Operation("forgetFeedback", "As trained again", {204: None}),
    },
    "/api/notes": {
        "get": Operation("listNotes", "Documents that cards may quote", {200: listing("documents", Document)})
    },
    "/api/notes/{name}": {
        "put": Operation("putNotes", "Add or replace a document", {201: ref(Document)}, "*/*"),
        "delete": Operation("removeNotes", "Remove a document", {204: None}),
    },
    "/api/notes-search": {
        "get": Operation(
            "searchNotes", "What a card would quote", {200: listing("found", Quote)}, query={"q": TEXT}
        )
    },
    "/api/playbooks": {
        "get": Operation("listPlaybooks", "Playbooks to choose from", {200: listing("playbooks", PlaybookRow)})
    },
    "/api/playbooks/check": {
        "post": Operation("checkPlaybook", "What is wrong with a draft", {200: CHECKED}, PlaybookBody)
    },
    PLAYBOOK: {
        "get": Operation("getPlaybook", "One playbook whole", {200: ref(PlaybookPage)}),
        "put": Operation("putPlaybook", "Store one of your own", {200: ref(PlaybookPage)}, PlaybookBody),
        "delete": Operation("removePlaybook", "Remove one of your own", {204: None}),
    },
    f"{PLAYBOOK}/restore": {
        "post": Operation("restorePlaybook", "Back to a version", {200: ref(PlaybookPage)}, RestoreBody)
    },
    "/api/rehearse": {
        "post": Operation(
            "rehearse", "The cards a playbook would show", {200: listing("cards", RehearsedCard)}, RehearseBody
        )
    },
    f"{ONE}/notes": {"post": Operation("addNote", "Keep a note with a moment", {201: record("id")}, NewNote)},
    f"{ONE}/notes/{{note}}": {"delete": Operation("removeNote", "Take a note back", {204: None})},
    f"{ONE}/lines/{{utterance}}": {
        "put": Operation("editLine", "Correct what was written down", {200: record("utterance")}, LineChange)
    },
    f"{ONE}/speakers": {
        "post": Operation("nameSpeaker", "Who a speaker is", {200: record("speaker")}, NameChange)
    },
    f"{ONE}/items/{{item}}": {
        "put": Operation("editItem", "Change an item of the summary", {200: record("item")}, ItemChange)
    },
    f"{ONE}/cards": {
        "post": Operation("pushCard", "Show the user a card of yours", {201: record("id")}, PushedCard)
    },
    f"{ONE}/follow-up": {"get": Operation("draftFollowUp", "An e-mail to send", {200: ref(Draft)})},
    f"{ONE}/answers": {
        "get": Operation(
            "askMeeting", "What it says to a question, with the lines", {200: ref(Answer)}, query={"q": TEXT}
        )
    },
    "/api/hume/token": {
        "post": Operation(
            "browserToken",
            "A token of a v0-compatible gateway that lives half an hour",
            {200: record("access_token", "url", expires_in="integer")},
            refusals={400: "No gateway with a key and a secret is set", 502: "The gateway refused, or is away"},
        )
    },
    "/api/self-test": {
        "post": Operation("selfTest", "Try the whole path with a spoken probe", {200: TESTED}, SelfTestBody)
    },
    "/api/sample": {"get": Operation("getSample", "The sample meeting's sound", {200: "audio/ogg"})},
}

"""The audit log keeps what was done to which meeting by whom, and nothing that was looked at or refused."""

from __future__ import annotations

from starlette.types import Message

from tests.support.service import service
from wingman.server.audit import audited
from wingman.server.auth import OWNER, Access
from wingman.server.grants import Role, Scope

M = "/api/meetings/m-7"


async def written(method: str, path: str, status: int = 200, **headers: str) -> list[tuple[str, str, str]]:
    """What the log holds after one answered request: word, grant, meeting."""
    access, sent = Access("token"), list[Message]()

    async def send(message: Message) -> None:
        sent.append(message)

    told = audited({"type": "http", "method": method, "path": path}, OWNER, access, send)
    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    answer: list[Message] = [
        {"type": "http.response.start", "status": status, "headers": fields},
        {"type": "http.response.body", "body": b"x"},
    ]
    for message in answer:
        await told(message)
    assert sent == answer, "the answer passes unchanged"
    return [(entry.what, entry.grant, entry.meeting) for entry in access.store.audit.entries()]


async def test_what_was_done_is_written_down() -> None:
    for method, path, what, meeting in (
        ("POST", f"{M}/pause", "pause", "m-7"),
        ("POST", f"{M}/end", "end", "m-7"),
        ("DELETE", M, "delete", "m-7"),
        ("GET", f"{M}/export", "export", "m-7"),
        ("GET", f"{M}/audio/tab", "listen", "m-7"),
        ("POST", "/api/pairing", "pairing", ""),
        ("POST", "/api/webhooks/deliveries/w-1/resend", "resend", ""),
        ("POST", "/api/hume/token", "token", ""),
        ("PATCH", "/api/settings", "configure", ""),
        ("PUT", "/api/providers/deepgram/key", "configure", ""),
        ("DELETE", "/api/providers/deepgram/key", "configure", ""),
        ("DELETE", "/api/notes/prices.md", "configure", ""),
        ("DELETE", "/api/feedback", "configure", ""),
        ("DELETE", "/api/playbooks/acme", "configure", ""),
        ("POST", "/api/playbooks/acme/restore", "configure", ""),
    ):
        assert await written(method, path) == [(what, "owner", meeting)], (method, path)


async def test_what_was_looked_at_or_refused_is_not() -> None:
    for method, path, status in (
        ("GET", M, 200),
        ("GET", "/api/settings", 200),
        ("POST", "/api/playbooks/check", 200),
        ("POST", f"{M}/notes", 201),
        ("POST", f"{M}/export", 200),
        ("POST", f"{M}/pause/", 200),
        ("DELETE", "/api/meetings/m-7/x", 204),
        ("DELETE", "/api/grants/g-1", 200),  # told as revoked by who revokes
        ("DELETE", "/api/session", 204),
        ("", "", 200),
        ("DELETE", M, 404),
        ("POST", f"{M}/pause", 500),
        ("POST", "/whip", 400),
    ):
        assert await written(method, path, status) == [], (method, path, status)


async def test_a_new_meeting_is_named_by_its_answer() -> None:
    made = await written("POST", "/api/meetings", 201, location="/api/meetings/m-9")
    assert made == [("meeting", "owner", "m-9")]
    offered = await written("POST", "/whip", 201, location="/whip/s-1", x_wingman_meeting="m-8")
    assert offered == [("meeting", "owner", "m-8")]
    posted = await written("POST", "/api/recordings", 202, location="/api/recordings/m-6")
    assert posted == [("meeting", "owner", "m-6")]
    elsewhere = await written("POST", "/whip", 201, location="/whip/s-1")
    assert elsewhere == [("meeting", "owner", "")]


async def test_a_script_is_written_down_under_its_own_grant() -> None:
    async with service() as it:
        meeting = await it.meetings.create_titled("Secret title")
        grant, token = it.access.make(
            Role.SCRIPT, by=OWNER, scopes=frozenset({Scope.CAPTURE}), name="a script", expires=0.0
        )
        async with it.client(token) as script:
            assert (await script.post(f"/api/meetings/{meeting.id}/pause")).status_code == 200
            assert (await script.delete(f"/api/meetings/{meeting.id}")).status_code == 403
        entries = [entry for entry in it.access.store.audit.entries() if entry.grant == grant.id]
    assert [(entry.what, entry.meeting) for entry in entries][:1] == [("pause", meeting.id)]
    assert "delete" not in {entry.what for entry in entries}
    assert "Secret title" not in repr(entries)

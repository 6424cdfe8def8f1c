"""Only the token opens what stands behind it."""

from __future__ import annotations

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from wingman.server.bearer import Bearer


@pytest.mark.parametrize(
    ("shown", "status"),
    [("Bearer t-1", 200), ("Bearer t-2", 401), ("bearer t-1", 401), ("t-1", 401), ("", 401)],
    ids=["token", "another", "case", "bare", "none"],
)
def test_only_the_token_opens_it(shown: str, status: int) -> None:
    client = TestClient(Bearer(PlainTextResponse("in"), "t-1"))
    answer = client.get("/", headers={"Authorization": shown} if shown else {})
    assert answer.status_code == status
    if status == 401:
        assert answer.json()["error"]["code"] == "unauthorized"

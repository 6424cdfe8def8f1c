from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from wingman.commands.cli import build_parser, main
from wingman.commands.common import login_command


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WINGMAN_DELIVER__DATA_DIR", str(tmp_path))
    return tmp_path


def run(*words: str) -> int:
    try:
        return main(list(words))
    except SystemExit as ended:
        return int(ended.code or 0)


def test_a_grant_is_made_listed_and_revoked(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert run("grants", "create", "nightly export", "--scopes", "read,export", "--days", "7") == 0
    token = capsys.readouterr().out.strip()
    assert token.startswith("wm_")
    assert all(token.encode() not in path.read_bytes() for path in folder.iterdir())
    assert run("grants", "list", "--json") == 0
    (listed,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (listed["name"], listed["scopes"], listed["active"]) == ("nightly export", ["export", "read"], True)
    assert run("grants", "revoke", listed["id"]) == 0
    assert run("grants", "revoke", listed["id"]) == 2
    capsys.readouterr()
    assert run("grants", "list") == 0
    assert capsys.readouterr().out == "no grants\n"
    assert run("audit", "--json") == 0
    assert [json.loads(line)["what"] for line in capsys.readouterr().out.splitlines()] == ["granted", "revoked"]


def test_a_grant_lasts_as_its_role_says_unless_days_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    for role, days in (("scraper", 365), ("auditor", 30), ("extension", 30), ("coach", 1), ("owner", 0.5)):
        assert run("grants", "create", role, "--role", role) == 0
        assert run("grants", "create", f"{role} named", "--role", role, "--days", "7") == 0
        capsys.readouterr()
        assert run("grants", "list", "--json") == 0
        listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        lasts = {grant["name"]: (grant["expires"] - grant["created"]) / 86400 for grant in listed}
        assert lasts[role] == pytest.approx(days, abs=1e-3)
        assert lasts[f"{role} named"] == pytest.approx(7, abs=1e-3)
    assert run("grants", "create", "for good", "--role", "coach", "--days", "366") == 2
    assert "`days` must be more than 0 and at most 365" in capsys.readouterr().err


def test_a_login_link_is_of_the_service_that_names_the_command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    config = tmp_path / "my settings.yaml"
    config.write_text("server: {public_url: https://wingman.example.com}")
    for flags, link in (
        ([], "http://127.0.0.1:8710/#login="),
        (["--port", "0"], "http://127.0.0.1:4711/#login="),
        (["--host", "127.0.0.2", "--port", "4711"], "http://127.0.0.2:4711/#login="),
        (["--config", str(config)], "https://wingman.example.com/#login="),
    ):
        command = login_command(build_parser().parse_args(["serve", *flags]), 4711)
        _, *behind = shlex.split(command)
        before = ["grants", *behind[2:], "login"]
        for words in (behind, before):
            assert run(*words) == 0
            assert capsys.readouterr().out.startswith(link), words


@pytest.mark.parametrize(
    "words",
    [
        ("create", "x"),
        ("create", "x", "--scopes", "everything"),
        ("create", "x", "--role", "viewer", "--scopes", ","),
        ("create", "x", "--role", "king"),
        ("revoke", "never"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("grants", *words) == 2
    assert capsys.readouterr().err.startswith("wingman: ")

"""`wingman rehearse` from the outside: what it prints, and how it ends."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from wingman.commands.cli import main
from wingman.commands.rehearse import given_brief
from wingman.core.errors import InputError
from wingman.core.vocabulary import LONGEST_BRIEF
from wingman.suggest.playbook.playbook import folder

LINES = '{"who": "U", "text": "This is our scheduler."}\n{"who": "C", "text": "How much is it per month?"}\n'


@pytest.fixture
def conversation(tmp_path: Path) -> Path:
    path = tmp_path / "talk.jsonl"
    path.write_text(LINES)
    return path


def test_json_prints_one_envelope_a_line(conversation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["rehearse", str(conversation), "--json", "--playbook", "support", "--verbosity", "lively"]) == 0
    )
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[0]["type"] == "meeting.started"
    assert events[0]["data"]["playbook"] == "support"
    assert events[-1]["type"] == "meeting.ended"
    assert {e["data"].get("turn") for e in events if e["type"] == "suggestion.created"} == {1}


def test_the_table_says_what_and_why_not(conversation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    conversation.write_text(LINES + '{"who": "C", "text": "Mm."}\n')
    assert main(["rehearse", str(conversation)]) == 0
    out = capsys.readouterr().out
    assert "How much is it per month?" in out
    assert re.search(r"▸ 00:\d\d \w+ \(", out)
    assert "· silent: " in out
    assert out.endswith("3 turns, 1 cards\n")


def test_one_of_ones_own_playbooks_is_found_by_name(
    conversation: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = conversation.parent / "data"
    monkeypatch.setenv("WINGMAN_DELIVER__DATA_DIR", str(home))
    (home / "playbooks").mkdir(parents=True)
    text = (folder() / "custom.yaml").read_text().replace("name: custom", "name: acme", 1)
    (home / "playbooks" / "acme.yaml").write_text(text)
    assert main(["rehearse", str(conversation), "--json", "--no-encoder", "--playbook", "acme"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["data"]["playbook"] == "acme"


def test_nothing_that_others_wrote_steers_the_terminal(
    conversation: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A playbook's texts, a note, the brief, what is said, and a meeting's name."""
    harm = r"\u001b[2J\u009b31m\u202e"
    said = ("Where is it stored?", "What is the price?", "How long is delivery?")
    conversation.write_text(
        "".join(f'{{"who": "C", "text": "{harm}{text}", "pause": 30, "meeting": "{harm}m"}}\n' for text in said)
    )
    own = conversation.with_name("own.yaml")
    card = f'{{title: "{harm}", text: "Ask {harm} why"}}'
    trigger = f'triggers:\n  - name: own\n    kind: "cue{harm}"\n    phrases: [stored]\n    card: {card}\n'
    own.write_text((folder() / "custom.yaml").read_text().replace("triggers:\n", trigger, 1))
    notes = conversation.with_name("notes")
    notes.mkdir()
    raw = harm.encode().decode("unicode_escape")
    (notes / "prices.md").write_text(f"# Price\nThe price is {raw}49 dollars a month.\n", encoding="utf-8")
    brief = conversation.with_name("brief.txt")
    brief.write_text(f"delivery: {raw}9 days", encoding="utf-8")
    options = [
        "--no-encoder",
        "--playbook",
        str(own),
        "--notes",
        str(notes),
        "--brief",
        str(brief),
    ]
    assert main(["rehearse", str(conversation), *options]) == 0
    table = capsys.readouterr().out
    for shown in ("Ask [2J31m why", "49 dollars", "9 days", *said):
        assert shown in table
    assert not any(sign in table for sign in raw if not sign.isprintable())
    assert main(["rehearse", str(conversation), "--json", *options]) == 0
    assert {json.loads(line)["meeting"] for line in capsys.readouterr().out.splitlines()} == {" [2J 31m m"}


def test_a_brief_that_looks_like_a_path_is_not_taken_for_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")  # with a folder above it in which nothing is, either
    for path in (
        "brief.md",
        "acme/brief.yaml",
        "./x.txt",
        "../x",
        "~/brief",
        "/home/me/my brief.TXT",
        r"C:\sales\acme.docx",
    ):
        with pytest.raises(InputError, match="is no file; check the path"):
            given_brief(path)
    for words in (
        "",
        "Node.js",
        "Sales/pricing",
        "https://acme.com/index.html",
        "./my brief",
        "It is in brief.md",
        "/ our site is example.com",
        "a. b.\nc.md",
    ):
        assert given_brief(words) == words


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["{missing}"], "cannot read"),
        (["/dev/zero"], "holds more than 64 MB"),
        (["{bad}"], "line 2: is not JSON"),
        (["{talk}", "--playbook", "nosuch"], "there is no playbook"),
        (["{talk}", "--notes", "{missing}"], "none is no folder"),
        (["{talk}", "--notes", "{talk}"], "talk.jsonl is no folder"),
        (["{talk}", "--brief", "a" * (LONGEST_BRIEF + 1)], "`brief` may have at most"),
        (["{talk}", "--brief", "{long}"], "`brief` may have at most"),
        (["{talk}", "--brief", "{raw}"], "is no UTF-8 text"),
        (["{talk}", "--brief", "{missing}"], "none is no file; check the path, or write the brief itself"),
        (["{talk}", "--language", "klingon!!"], "is no language tag"),
        (["{array}"], "line 1: is not an object; write one object a line"),
        (["{talk}", "--model", "gpt"], "is no address"),
        (["{talk}", "--model", "http://127.0.0.1:9/v1"], "nothing answers"),
    ],
)
def test_mistakes_are_one_sentence_and_status_2(
    conversation: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    bad = conversation.with_name("bad.jsonl")
    bad.write_text(LINES.splitlines()[0] + "\nhello\n")
    names = {"missing": conversation.with_name("none"), "bad": bad, "talk": conversation}
    for name, content in (("long", b"a" * (LONGEST_BRIEF + 1)), ("raw", b"\xe9t\xe9"), ("array", b"[{}]")):
        names[name] = conversation.with_name(name)
        names[name].write_bytes(content)
    assert main(["rehearse", *(argument.format(**names) for argument in arguments)]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1

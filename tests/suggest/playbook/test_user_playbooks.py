from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from tests.support.event_log import full_disk
from wingman.core.errors import InputError
from wingman.suggest.playbook.playbook import parse_playbook
from wingman.suggest.playbook.user_playbooks import KEPT_VERSIONS, UserPlaybooks

MINE: dict[str, Any] = {
    "name": "acme",
    "title": "Acme",
    "persona": "The user sells to Acme.",
    "triggers": [{"name": "fee", "phrases": ["setup fee"], "card": {"title": "Fee", "text": "There is none."}}],
}


@pytest.fixture
def own(tmp_path: Path) -> UserPlaybooks:
    moments = itertools.count(1_790_000_000)
    return UserPlaybooks(tmp_path / "playbooks", lambda: float(next(moments)), parse_playbook)


def changed(text: str) -> dict[str, Any]:
    return {**MINE, "triggers": [{**MINE["triggers"][0], "card": {"title": "Fee", "text": text}}]}


def test_ones_own_stands_first_and_can_be_used_by_its_name(own: UserPlaybooks) -> None:
    own.put("acme", MINE, "")
    first, *shipped = own.rows()
    assert (first.name, first.own, first.triggers) == ("acme", True, 1)
    assert all(not row.own for row in shipped)
    assert own.load("acme").triggers[0].card.text == "There is none."  # type: ignore[union-attr]  # it has one
    assert own.load("sales").name == "sales"


def test_every_change_keeps_what_was_and_can_be_taken_back(own: UserPlaybooks) -> None:
    for number in range(KEPT_VERSIONS + 5):
        own.put("acme", changed(f"It is {number}."), "")
    page = own.page("acme")
    assert len(page.versions) == KEPT_VERSIONS
    own.restore("acme", page.versions[2].id)
    assert "It is 21." in own.page("acme").text
    own.remove("acme")
    with pytest.raises(InputError, match="no playbook named"):
        own.page("acme")


def test_a_full_disk_leaves_what_was_there(own: UserPlaybooks) -> None:
    own.put("acme", changed("x" * 1000), "")
    own.put("acme", MINE, "")
    before = own.page("acme")
    with full_disk(500), pytest.raises(OSError, match="File too large"):
        own.restore("acme", before.versions[0].id)
    assert own.page("acme").text == before.text
    versions = own.page("acme").versions
    with full_disk(100), pytest.raises(OSError, match="File too large"):
        own.put("acme", changed("z"), "")
    assert own.page("acme").versions == versions, "no half of a version"


@pytest.mark.parametrize(
    ("playbook", "sentence"),
    [
        ({**MINE, "title": 3}, "`title` is wrong"),
        ({**MINE, "tittle": "x"}, "is not a field of a playbook"),
        ({**MINE, "triggers": [{"name": "a", "card": {"title": "t", "text": "x"}}]}, "never fires"),
        (
            {**MINE, "triggers": [{"name": "a", "phrases": ["x"], "card": {"title": "t", "text": " "}}]},
            "is empty",
        ),
        ({**MINE, "triggers": [{"name": "a", "phrases": ["x"], "priority": 300}]}, "must be 0 to 100"),
        ({"name": "acme"}, "lacks the field"),
    ],
)
def test_a_mistake_in_the_form_is_said_without_a_line_number(
    own: UserPlaybooks, playbook: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence) as wrong:
        own.put("acme", playbook, "")
    assert "line" not in str(wrong.value)
    assert all(row.name != "acme" for row in own.rows())


@pytest.mark.parametrize("name", ["", "../etc/passwd", "A", "a/b", "x" * 41, "a.yaml"])
def test_a_name_is_never_a_path(own: UserPlaybooks, name: str) -> None:
    with pytest.raises(InputError):
        own.put(name, {**MINE, "name": name}, "")
    with pytest.raises(InputError):
        own.page(name)


def test_a_shipped_one_stays_as_it_is(own: UserPlaybooks) -> None:
    with pytest.raises(InputError, match="copy it under another name"):
        own.put("sales", {**MINE, "name": "sales"}, "")
    with pytest.raises(InputError, match="copy it"):
        own.remove("sales")


def test_the_name_inside_is_the_name_outside(own: UserPlaybooks) -> None:
    with pytest.raises(InputError, match="calls itself `acme`"):
        own.put("other", MINE, "")


def test_a_draft_without_end_is_refused_in_a_sentence() -> None:
    draft: Any = 1
    for _ in range(450):
        draft = {"a": draft}
    with pytest.raises(InputError, match="nested too deeply"):
        UserPlaybooks(None).check(draft, "")

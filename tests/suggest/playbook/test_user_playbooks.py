from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.support.event_log import full_disk
from wingman.core.errors import InputError
from wingman.core.time import Channel
from wingman.suggest.playbook.playbook import parse_playbook
from wingman.suggest.playbook.triggers import Triggers
from wingman.suggest.playbook.user_playbooks import KEPT_VERSIONS, UserPlaybooks, written

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


def test_a_stored_phrase_from_before_its_limit_costs_itself_alone(tmp_path: Path) -> None:
    wide, words = "no * " * 9 + "deal", "what does it come to"
    place = {
        "phrases": {"name": "fee", "kind": "x", "phrases": [wide, words]},
        "unless": {"name": "fee", "kind": "x", "phrases": [words], "unless": [wide]},
    }
    moves = {"x": [{"text": "Say it.", "words": [wide]}]}
    kinds: list[tuple[str, dict[str, Any]]] = [
        *((f"triggers[0].{name}[0]", {**MINE, "triggers": [one]}) for name, one in place.items()),
        (
            "do_not_trigger[0]",
            {**MINE, "triggers": [place["phrases"] | {"phrases": [words]}], "do_not_trigger": [wide]},
        ),
        (
            "moves.x[0].words[0]",
            {**MINE, "triggers": [place["phrases"] | {"phrases": [words]}], "moves": moves},
        ),
    ]
    home = tmp_path / "playbooks"
    home.mkdir()
    for where, stored in kinds:
        own = UserPlaybooks(home, parse=parse_playbook)
        (home / "acme.yaml").write_text(written(stored))
        with capture_logs() as logs:
            listening = Triggers(own.load("acme"))
        assert [entry["phrases"] for entry in logs] == [[f"$.{where}"]]
        assert listening.first(f"so {words} then", Channel.TAB, frozenset())
        assert not listening.excluded("no " * 200 + "deal")
        page = own.page("acme")
        assert where in page.problem
        assert own.rows()[0].own
        with pytest.raises(InputError, match=re.escape(f"`{where}` has more than three")):
            own.put("acme", page.playbook, "")
    own.put("acme", MINE, "")
    assert not own.page("acme").problem


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

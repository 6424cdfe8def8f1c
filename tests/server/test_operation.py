"""The small schemas of the published interface fit what the service answers and nothing it never says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wingman.server.operation import Operation, listing, number, record, ref


@dataclass(frozen=True)
class Thing:
    name: str


def fits(value: Any, schema: dict[str, Any]) -> bool:
    defined = {**schema, "components": {"schemas": {"Thing": record("name")}}}
    return bool(jsonschema.Draft202012Validator(defined).is_valid(value))


def test_a_reference_leads_to_the_schema_of_its_class() -> None:
    assert fits({"name": "a"}, ref(Thing))
    assert not fits({"name": 1}, ref(Thing))


@pytest.mark.parametrize(
    ("value", "fit"),
    [
        ({"things": []}, True),
        ({"things": [{"name": "a"}]}, True),
        ({"things": [{}]}, False),
        ({"things": {}}, False),
        ({}, False),
        ([], False),
    ],
)
def test_a_list_holds_its_class_alone_and_is_never_left_out(value: Any, fit: bool) -> None:
    assert fits(value, listing("things", Thing)) is fit


def test_a_list_of_nothing_in_particular_holds_any_object() -> None:
    assert fits({"rows": [{"a": 1}, {}]}, listing("rows"))
    assert not fits({"rows": ["a"]}, listing("rows"))


RECORD = jsonschema.Draft202012Validator(record("id", "url", seconds="integer"))


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(["id", "url", "seconds"]), st.text() | st.integers() | st.none()))
def test_a_record_needs_every_field_in_its_own_type(value: dict[str, Any]) -> None:
    whole = set(value) == {"id", "url", "seconds"} and isinstance(value["seconds"], int)
    right = whole and isinstance(value["id"], str) and isinstance(value["url"], str)
    assert RECORD.is_valid(value) is right


@given(st.integers(), st.integers(-50, 0), st.integers(0, 50))
def test_a_number_keeps_to_its_bounds(value: int, least: int, most: int) -> None:
    schema = number(least, most, 0)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(value) is (least <= value <= most)
    assert validator.is_valid(schema["default"])


def test_two_operations_share_nothing_and_need_a_token() -> None:
    first, second = Operation("a", "A"), Operation("b", "B")
    assert first.answers is not second.answers
    assert first.query is not second.query
    assert not first.open

"""Settings: one typed tree, nothing unknown accepted, no secret ever printed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.config.section import Section
from wingman.config.settings import Settings, build, changed, fields, load, plain, without_credentials
from wingman.core.errors import InputError

ROOT = Path(__file__).parents[2]
DEFAULTS = ROOT / "configs" / "default.yaml"


def write(folder: Path, text: str) -> Path:
    path = folder / "wingman.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_documented_defaults_are_the_defaults() -> None:
    assert load(DEFAULTS, {}) == Settings()


def test_every_field_is_documented_and_the_file_is_up_to_date() -> None:
    check = [sys.executable, str(ROOT / "scripts" / "make_defaults.py"), "--check"]
    assert subprocess.run(check, cwd=ROOT, check=False).returncode == 0
    lines = DEFAULTS.read_text(encoding="utf-8").splitlines()
    undocumented = [
        line.strip()
        for before, line in pairwise(lines)
        if line.startswith("  ")
        and not line.strip().startswith("#")
        and not line.rstrip().endswith(":")
        and not before.strip().startswith("#")
    ]
    assert undocumented == []


def test_environment_wins_over_the_file_and_keys_fill_in(tmp_path: Path) -> None:
    path = write(tmp_path, "server:\n  port: 1\ntranscribe:\n  deepgram:\n    api_key: from-file\n")
    environ = {"WINGMAN_SERVER__PORT": "2", "DEEPGRAM_API_KEY": "from-variable", "HUME_API_KEY": "h"}
    settings = load(path, environ)
    assert settings.server.port == 2
    assert settings.transcribe.deepgram.api_key.reveal() == "from-file"
    assert settings.emotion.hume.api_key.reveal() == "h"
    assert settings.emotion.hume_v0.api_key.reveal() == "h", "the vendor's variable serves both generations"


def test_off_is_a_word_and_not_a_boolean(tmp_path: Path) -> None:
    settings = load(write(tmp_path, "emotion:\n  policy: off\n  provider: off\n"), {})
    assert (settings.emotion.policy, settings.emotion.provider) == ("off", "off")
    assert load(None, {"WINGMAN_TRANSCRIBE__PROVIDER": "off"}).transcribe.provider == "off"


@pytest.mark.parametrize(
    ("tree", "field", "says"),
    [
        ({"server": {"prt": 1}}, "server.prt", "unknown setting `server.prt`"),
        ({"nonsense": {}}, "nonsense", "unknown setting `nonsense`"),
        ({"server": {"port": "many"}}, "server.port", "`server.port`"),
        ({"server": {"port": 99999}}, "server.port", "<= 65535"),
        (
            {"transcribe": {"provider": "foo"}},
            "transcribe.provider",
            "'foo'; use one of auto, deepgram, whisper",
        ),
        ({"emotion": {"policy": "always"}}, "emotion.policy", "`emotion.policy`"),
        ({"server": 3}, "server", "`server`"),
    ],
)
def test_a_mistake_is_named(tree: dict[str, object], field: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as mistake:
        build(tree)
    assert mistake.value.field == field


def test_files_that_are_no_settings_are_refused_in_a_sentence(tmp_path: Path) -> None:
    for text, says in (("a: [", "not valid YAML"), ("- a\n", "must hold sections")):
        with pytest.raises(InputError, match=says):
            load(write(tmp_path, text), {})
    with pytest.raises(InputError, match="cannot read"):
        load(tmp_path / "missing.yaml", {})
    with pytest.raises(InputError, match="WINGMAN_SERVER__PROT"):
        load(None, {"WINGMAN_SERVER__PROT": "1"})


@given(st.text(st.characters(categories=["L", "N"], max_codepoint=127), min_size=6))
def test_secrets_never_print(secret: str) -> None:
    settings = build({"suggest": {"gemini": {"api_key": secret}}, "server": {"token": secret}})
    assert secret not in repr(settings) or secret in repr(Settings())
    assert plain(settings)["suggest"]["gemini"]["api_key"] == "***"
    assert plain(settings)["server"]["token"] == "***"


def test_a_callers_value_is_checked_like_the_files() -> None:
    suggest = Settings().suggest
    assert changed(suggest, "verbosity", "quiet").verbosity == "quiet"
    with pytest.raises(InputError, match="`verbosity` is wrong"):
        changed(suggest, "verbosity", "loud")


def test_every_leaf_has_a_default() -> None:
    names = [name for name, _ in fields()]
    assert len(names) == len(set(names))
    assert "transcribe.deepgram.api_key" in names


def test_addresses_are_shown_without_what_opens_them() -> None:
    tree = {
        "report": {"webhooks": {"crm": {"url": "https://user:pw@hooks.example/secret/path?key=1"}}},
        "suggest": {"openai": {"url": "https://me:pw@llm.example/v1?key=2"}},
        "other": "https://user:pw@kept.example",
    }
    shown = without_credentials(tree)
    assert shown["report"]["webhooks"]["crm"]["url"] == "https://hooks.example/…"
    assert shown["suggest"]["openai"]["url"] == "https://llm.example/v1"


SECRETS = ["@abc", "%abc", "abc: def", "abc #def", "123456789", "0x1f", "2026-13-01", "[abc", '"abc', "*abc"]
SECRETS += ["null", "~", "true", "!secret", "{a}", "&x", "a\nb", "\x01"]


@pytest.mark.parametrize("variable", ["WINGMAN_DELIVER__ENCRYPTION_KEY", "WINGMAN_SUGGEST__BRIEF"])
@pytest.mark.parametrize("text", SECRETS, ids=[f"form {n}" for n in range(len(SECRETS))])
def test_text_in_a_variable_is_taken_as_it_stands(variable: str, text: str) -> None:
    found = load(None, {variable: f"  {text}\n"})
    assert text in (found.deliver.encryption_key.reveal(), found.suggest.brief)


def test_quotes_that_a_file_of_variables_left_are_taken_off() -> None:
    assert load(None, {"WINGMAN_SERVER__TOKEN": '"abc #def"'}).server.token.reveal() == "abc #def"
    assert load(None, {"DEEPGRAM_API_KEY": "abc\n"}).transcribe.deepgram.api_key.reveal() == "abc"


def test_a_variable_that_cannot_be_read_is_named_and_its_value_is_not() -> None:
    with pytest.raises(InputError, match="WINGMAN_TRANSCRIBE__DEEPGRAM__KEYTERMS cannot be read") as refused:
        load(None, {"WINGMAN_TRANSCRIBE__DEEPGRAM__KEYTERMS": "[secret, *unknown"})
    assert "secret" not in str(refused.value)


def test_a_key_twice_and_a_section_without_lines(tmp_path: Path) -> None:
    path = tmp_path / "wingman.yaml"
    path.write_text("server:\n  # port: 1\nsuggest:\n  verbosity: quiet\n", encoding="utf-8")
    assert load(path, {}).suggest.verbosity == "quiet"
    path.write_text("suggest:\n  playbook: support\nsuggest:\n  verbosity: quiet\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 3: `suggest` stands there twice"):
        load(path, {})


def _numbers(section: type[Section], prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for one in msgspec.structs.fields(section):
        if isinstance(one.type, type) and issubclass(one.type, Section):
            yield from _numbers(one.type, (*prefix, one.name))
        elif isinstance(one.default, int | float) and not isinstance(one.default, bool):
            yield (*prefix, one.name)


NUMBERS = [where for where in _numbers(Settings) if where != ("emotion", "hume_v0", "gate_dbfs")]
"""Decibels alone may be below zero."""


@pytest.mark.parametrize("where", NUMBERS, ids=".".join)
def test_a_number_that_nobody_can_mean_is_refused(where: tuple[str, ...]) -> None:
    for value in (-1, -0.5, float("nan"), float("inf")):
        tree: Any = value
        for name in reversed(where):
            tree = {name: tree}
        with pytest.raises(InputError, match=where[-1]):
            build(tree)


def test_a_port_that_there_is_not_is_refused() -> None:
    with pytest.raises(InputError, match="port"):
        build({"server": {"port": 65_536}})


ODD_KEYS = {"lines": "abc\r\nX-Other: 1", "umlaut": "schl\u00fcssel", "zero": "a\x00b", "cut": "abc\u2026"}
PLACES = ("server.token", "transcribe.deepgram.api_key", "suggest.openai.api_key", "emotion.hume_v0.secret_key")


@pytest.mark.parametrize("key", ODD_KEYS.values(), ids=ODD_KEYS)
@pytest.mark.parametrize("where", PLACES)
def test_a_key_that_no_header_can_hold_is_refused_without_being_shown(where: str, key: str) -> None:
    tree: Any = key
    for name in reversed(where.split(".")):
        tree = {name: tree}
    with pytest.raises(InputError, match=f"`{where}`.* paste it again") as refused:
        build(tree)
    assert key not in str(refused.value)

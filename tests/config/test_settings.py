"""Settings: one typed tree, nothing unknown accepted, no secret ever printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.config.section import Section
from wingman.config.settings import (
    Settings,
    build,
    changed,
    fields,
    fields_of,
    load,
    plain,
    unread,
    without_credentials,
)
from wingman.config.text_file import MOST_BYTES
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
        ({"server": {"port": 99999}}, "server.port", "write a whole number of at most 65535"),
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
    for content, says in (
        (b"server:\n\tport: 1\n", "line 2: a tab stands there"),
        (b"server:\n  token: @secret\n", "line 2: check its indentation, and put .* in quotes"),
        ("server: {port: 1}".encode("utf-16"), "not UTF-8"),
        (b" " * (MOST_BYTES + 1), "more than 1 MB"),
    ):
        (tmp_path / "odd.yaml").write_bytes(content)
        with pytest.raises(InputError, match=says) as refused:
            load(tmp_path / "odd.yaml", {})
        assert "secret" not in str(refused.value)
    os.mkfifo(tmp_path / "pipe")
    for name in ("missing.yaml", ".", "pipe"):
        with pytest.raises(InputError, match="cannot read"):
            load(tmp_path / name, {})
    (tmp_path / "odd.yaml").write_bytes(b"\xef\xbb\xbfserver: {port: 1}\r\n")
    assert load(tmp_path / "odd.yaml", {}).server.port == 1
    with pytest.raises(InputError, match="WINGMAN_SERVER__PROT"):
        load(None, {"WINGMAN_SERVER__PROT": "1"})


def test_a_name_that_is_almost_one_is_told_which(tmp_path: Path) -> None:
    for text, near in (
        ("server: {prot: 1}", "perhaps `server.port` is meant"),
        ("keyterms_per_meeting: 3", "remove it or see"),
        ("sever: {port: 1}", "perhaps `server` is meant"),
        ("playbook: support", "perhaps `suggest.playbook` is meant"),
        ("suggest: {gemini: {modell: x}}", "perhaps `suggest.gemini.model` is meant"),
        ("cluster: {kez: x}", "perhaps `cluster.key` is meant"),
        *((f"{section}: {{key: x}}", "remove it or see") for section in ("transcribe", "emotion", "suggest")),
        *((f"{name}: x", "remove it or see") for name in ("key", "transcribe.key", "encryption_key")),
        *((f"{section}: {{enabled: true}}", "remove it or see") for section in ("transcribe", "suggest")),
    ):
        with pytest.raises(InputError, match=re.escape(near)):
            load(write(tmp_path, text), {})
    with pytest.raises(InputError, match="perhaps WINGMAN_SERVER__PORT is meant"):
        load(None, {"WINGMAN_SERVER__PROT": "1"})


def test_a_value_of_another_kind_is_told_in_words_where_it_stands(tmp_path: Path) -> None:
    for text, says in (
        ("server: {port: '8710'}", "`server.port` in .*wingman.yaml is wrong: write a whole number"),
        ("report: {store_audio: yes}", "write true or false"),
        ("suggest: {playbook: 5}", "write a text, in quotes"),
        ("transcribe: {deepgram: {keyterms: Acme}}", "write a list such as"),
        ("server: 3", "write a section"),
        ("deliver: {data_dir: ~}", "write a text"),
        ("1: x", "a name in .* is a number"),
        ("server.port: 1", re.escape("write `server: {port: …}`")),
        ("Server: {port: 1}", "perhaps `server` is meant"),
        ("server: {port: -1}", "write a whole number of at least 0$"),
        ("correlate: {grace_s: -0.5}", "write a number of at least 0$"),
    ):
        with pytest.raises(InputError, match=says):
            load(write(tmp_path, text), {})
    variables = {
        "WINGMAN_SERVER__ALLOWED_HOSTS": "[1]",
        "WINGMAN_DELIVER__FSYNC": "1",
        "HUME_API_KEY": "schl\u00fcssel",
    }
    for name, value in variables.items():
        with pytest.raises(InputError, match=f"in the variable {name} "):
            load(write(tmp_path, "server: {port: 1}"), {name: value})


def test_a_variable_with_single_underscores_is_told() -> None:
    environ = {
        "WINGMAN_DELIVER_ENCRYPTION_KEY": "x",
        "WINGMAN_EMOTION_HUME_V0_URL": "x",
        "WINGMAN_URL": "x",
        "WINGMAN_SERVER__PORT": "1",
    }
    assert dict(unread(environ)) == {
        "WINGMAN_DELIVER_ENCRYPTION_KEY": "WINGMAN_DELIVER__ENCRYPTION_KEY",
        "WINGMAN_EMOTION_HUME_V0_URL": "WINGMAN_EMOTION__HUME_V0__URL",
    }


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


@each("variable", ["WINGMAN_DELIVER__ENCRYPTION_KEY", "WINGMAN_SUGGEST__BRIEF"])
@each("text", SECRETS)
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


EMPTY = (
    "server",
    "transcribe",
    "transcribe.deepgram",
    "emotion.hume.retry",
    "report.webhooks",
    "suggest.gemini.fallbacks",
)


@pytest.mark.parametrize("where", EMPTY)
def test_lines_that_are_all_comments_say_nothing_at_any_depth(where: str, tmp_path: Path) -> None:
    names = where.split(".")
    lines = [f"{'  ' * depth}{name}:" for depth, name in enumerate(names)]
    path = write(tmp_path, "\n".join([*lines, f"{'  ' * len(names)}# api_key: abc\n"]))
    keys = dict.fromkeys(("DEEPGRAM_API_KEY", "HUME_API_KEY", "GEMINI_API_KEY"), "k")
    assert load(path, keys) == load(None, keys), "and what the variables say holds"


def test_a_value_that_is_missing_is_no_comment(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"server\.port"):
        load(write(tmp_path, "server:\n  port:\n"), {})


def _numbers(section: type[Section], prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for one in msgspec.structs.fields(section):
        if isinstance(one.type, type) and issubclass(one.type, Section):
            yield from _numbers(one.type, (*prefix, one.name))
        elif isinstance(one.default, int | float) and not isinstance(one.default, bool):
            yield (*prefix, one.name)


NUMBERS = [where for where in _numbers(Settings) if where != ("emotion", "hume_v0", "gate_dbfs")]
"""Decibels alone may be below zero."""
NEVER = ("idle_end_s", "give_up_s", "rotate_after_s", "idle_close_s")
"""What does not happen where it is without end."""


def _tree(where: Sequence[str], value: Any) -> Any:
    for name in reversed(where):
        value = {name: value}
    return value


@each("where", NUMBERS)
def test_a_number_that_nobody_can_mean_is_refused(where: tuple[str, ...]) -> None:
    for value in (-1, -0.5, float("nan"), float("-inf")):
        with pytest.raises(InputError, match=where[-1]):
            build(_tree(where, value))
    if where[-1] in NEVER:
        assert float("inf") in (value for _, value in fields_of(build(_tree(where, float("inf")))))
    else:
        with pytest.raises(InputError, match=where[-1]):
            build(_tree(where, float("inf")))


def test_what_may_never_happen_is_said_in_a_file(tmp_path: Path) -> None:
    found = load(
        write(tmp_path, "meeting:\n  idle_end_s: .inf\n"), {"WINGMAN_EMOTION__HUME__RETRY__GIVE_UP_S": ".inf"}
    )
    assert (found.meeting.idle_end_s, found.emotion.hume.retry.give_up_s) == (float("inf"), float("inf"))


@pytest.mark.parametrize("where", ["deliver.encryption_key", "cluster.key"])
@pytest.mark.parametrize("key", ["schl\u00fcssel f\u00fcr alles", "a key\n"], ids=["umlaut", "line"])
def test_what_seals_and_is_never_sent_may_be_any_text(where: str, key: str) -> None:
    assert isinstance(build(_tree(where.split("."), key)), Settings)


def test_the_threads_of_a_decode_may_be_left_to_others() -> None:
    assert build({"transcribe": {"whisper": {"threads": 0}}}).transcribe.whisper.threads == 0


def test_a_port_that_there_is_not_is_refused() -> None:
    with pytest.raises(InputError, match="port"):
        build({"server": {"port": 65_536}})


ODD_KEYS = {"lines": "abc\r\nX-Other: 1", "umlaut": "schl\u00fcssel", "zero": "a\x00b", "cut": "abc\u2026"}
PLACES = ("server.token", "transcribe.deepgram.api_key", "suggest.openai.api_key", "emotion.hume_v0.secret_key")


@each("key", ODD_KEYS.values())
@each("where", PLACES)
def test_a_key_that_no_header_can_hold_is_refused_without_being_shown(where: str, key: str) -> None:
    with pytest.raises(InputError, match=f"`{where}`.* paste it again") as refused:
        build(_tree(where.split("."), key))
    assert key not in str(refused.value)

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.each import each
from wingman.app.access import check_links, check_names, open_access
from wingman.config.settings import build
from wingman.core.errors import InputError
from wingman.server.neighbours import Neighbours

LINKS: dict[str, dict[str, Any]] = {
    "transcribe.deepgram.url": {"transcribe": {"deepgram": {"url": "ws://speech.example.org/v1"}}},
    "suggest.openai.url": {"suggest": {"openai": {"url": "http://models.example.org"}}},
    "observe.otlp_url": {"observe": {"otlp_url": "http://traces.example.org"}},
    "cluster.url": {"cluster": {"url": "tls://a.example.org, nats://b.example.org", "key": "k" * 32}},
}


@pytest.mark.parametrize("name", LINKS)
def test_a_link_to_elsewhere_without_tls_is_refused_by_name(name: str) -> None:
    with pytest.raises(InputError, match="has no TLS") as refused:
        check_links(build(LINKS[name]))
    assert refused.value.field == name
    check_links(build({**LINKS[name], "server": {"plain_links": True}}))


@pytest.mark.parametrize(
    "url", ["wss://speech.example.org", "ws://127.0.0.1:9", "ws://localhost:9", "ws://[::1]:9"]
)
def test_with_tls_or_on_this_machine_any_link_will_do(url: str) -> None:
    check_links(build({"transcribe": {"deepgram": {"url": url}}}))


def test_a_machine_without_a_temporary_folder_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError

    monkeypatch.setattr("tempfile.gettempdir", nowhere)
    with pytest.raises(InputError, match="set TMPDIR"):
        check_links(build({}))


def test_a_proxy_named_by_no_address_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        check_links(build({"server": {"trusted_proxies": ["the one in front"]}}))
    assert refused.value.field == "server.trusted_proxies"


@each(
    ("field", "value"),
    [
        ("public_url", "wingman.example.com"),
        ("public_url", "https://example.com/wingman"),
        ("public_url", "ftp://example.com"),
        ("public_url", "https://example.com:port"),
        ("allowed_origins", ["crm.example"]),
        ("allowed_origins", ["https://crm.example/app"]),
        ("allowed_origins", ["https://*.example"]),
        ("allowed_hosts", ["https://crm.example"]),
        ("allowed_hosts", ["*.example.com"]),
        ("allowed_hosts", ["a b@c"]),
    ],
)
def test_a_name_that_no_request_comes_under_is_refused(field: str, value: object) -> None:
    with pytest.raises(InputError) as refused:
        check_names(build({"server": {field: value}}).server)
    assert refused.value.field == f"server.{field}"


def test_names_and_origins_are_taken_as_people_write_them() -> None:
    server = {
        "public_url": "https://Wingman.example.com:8443/",
        "allowed_hosts": ["Wingman.example.com:8443", "fd00::1"],
        "allowed_origins": ["https://CRM.example/", "https://a.example:443", "chrome-extension://abc"],
    }
    check_names(settings := build({"server": server}).server)
    neighbours = Neighbours.of(settings.host, settings.allowed_hosts, settings.allowed_origins)
    assert neighbours.knows_host("wingman.example.com")
    assert neighbours.knows_host("[fd00::1]:8710")
    assert neighbours.knows_origin("https://crm.example", "127.0.0.1")
    assert neighbours.knows_origin("https://a.example", "127.0.0.1")


def test_grants_that_cannot_be_had_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "trust.db").mkdir()
    with pytest.raises(InputError, match="cannot be had") as refused:
        open_access(build({"deliver": {"data_dir": str(tmp_path)}}))
    assert (refused.value.field, refused.value.status) == ("deliver.data_dir", 503)


def test_each_service_without_a_token_has_one_of_its_own() -> None:
    tokens = {open_access(build({}), keep=False).token for _ in range(3)}
    assert len(tokens) == 3
    assert min(map(len, tokens)) >= 32

"""Names as people write them and as browsers send them are the same names."""

from __future__ import annotations

import pytest

from wingman.server.neighbours import Neighbours, hostname

SAME = {
    "https://bücher.example": "https://xn--bcher-kva.example",
    "https://BÜCHER.example/": "https://xn--bcher-kva.example",
    "https://xn--bcher-kva.example": "https://xn--bcher-kva.example",
    "https://straße.example": "https://xn--strae-oqa.example",
    "https://例え。テスト": "https://xn--r8jz45g.xn--zckzah",
    "HTTPS://CRM.example": "https://crm.example",
    "https://crm.example:443/": "https://crm.example",
    "http://crm.example:80": "http://crm.example",
    "http://crm.example:443": "http://crm.example:443",
    "https://crm.example.": "https://crm.example",
    "https://crm.example.:8443/": "https://crm.example:8443",
    "https://[FD00:0:0::1]:443": "https://[fd00::1]",
    "chrome-extension://ABC/": "chrome-extension://abc",
}


@pytest.mark.parametrize(("written", "sent"), SAME.items())
def test_an_origin_is_known_however_it_is_written(written: str, sent: str) -> None:
    for allowed, asked in ((written, sent), (sent, written)):
        neighbours = Neighbours.of("127.0.0.1", (), (allowed,))
        assert neighbours.allows(asked)
        assert neighbours.knows_origin(asked, "127.0.0.1:8710")


@pytest.mark.parametrize(
    "other",
    [
        "http://crm.example",
        "https://crm.example:8443",
        "https://crm.example/app",
        "https://crm.example?",
        "https://crm.example#x",
        "https://user@crm.example",
        "https://crm.example..",
        "https://crm.example.evil.example",
        "https://crm.example:port",
        "https://xn--crm-example",
        "https://",
        "null",
        "",
    ],
)
def test_another_origin_is_not(other: str) -> None:
    neighbours = Neighbours.of("127.0.0.1", (), ("https://crm.example",))
    assert not neighbours.knows_origin(other, "127.0.0.1:8710")


def test_a_host_is_known_however_it_is_written() -> None:
    neighbours = Neighbours.of("0.0.0.0", ("Bücher.example.", "FD00:0::1", "crm.example:8443"), ())
    for header in ("xn--bcher-kva.example", "XN--BCHER-KVA.example.:8710", "[fd00::1]:8710", "crm.example."):
        assert neighbours.knows_host(header)
    for header in ("", "evil.example", "crm.example.."):
        assert not neighbours.knows_host(header)


def test_a_host_and_more_is_none() -> None:
    neighbours = Neighbours.of("", (), ())
    for name in ("localhost", "127.0.0.1", "[::1]"):
        for header in (name, f"{name}:", f"{name}:1", f"{name}:65535"):
            assert neighbours.knows_host(header)
        for port in ("port", "65536", "-1", "+1", " 1", "1 ", "٨", "1:2", "1/"):
            assert not neighbours.knows_host(f"{name}:{port}"), port
        for more in ("/evil", "/", "?x", "#x", "\\evil", "@evil", ",evil", " evil", "\tevil", "[", "]", "x"):
            assert not neighbours.knows_host(name + more), more
        for before in ("a@", "a:b@", "//", "http://", "/", " ", "\t", "\x00", "[", "]", "x"):
            assert not neighbours.knows_host(before + name), before
    for header in ("", "local\thost", "local\nhost", "::1", "[localhost]", "[127.0.0.1]", "[::1", "[:]"):
        assert not neighbours.knows_host(header)


@pytest.mark.parametrize(("scheme", "port"), [("https", "443"), ("http", "80")])
def test_a_page_of_ours_is_known_with_and_without_its_usual_port(scheme: str, port: str) -> None:
    neighbours = Neighbours.of("127.0.0.1", ("bücher.example",), ())
    for host in ("xn--bcher-kva.example", f"XN--bcher-kva.example:{port}"):
        assert neighbours.knows_origin(f"{scheme}://xn--bcher-kva.example", host)
    assert not neighbours.knows_origin(f"{scheme}://xn--bcher-kva.example", "xn--bcher-kva.example:8710")
    assert not neighbours.knows_origin("ftp://xn--bcher-kva.example", "xn--bcher-kva.example")


def test_no_host_is_no_name() -> None:
    assert hostname("a b@c") == hostname("[") == ""

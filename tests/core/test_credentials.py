"""Credentials are taken out of others' words, wherever a setting made one."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest

from wingman.config.section import Secret
from wingman.core import credentials
from wingman.core.credentials import MOST, SHORTEST, masked, remember
from wingman.core.errors import FaultKind, ProviderFault

KEY = "5f2c-a-key-of-no-known-form"


def test_a_service_that_repeats_the_key_it_was_sent_shows_it_to_nobody() -> None:
    Secret(KEY)
    refused = ProviderFault(f"Deepgram refused the request: Bad key {KEY}.", kind=FaultKind.BAD_REQUEST)
    assert str(refused) == "Deepgram refused the request: Bad key ***."


def test_an_address_shows_neither_user_nor_password() -> None:
    """However short they are: no setting says that they are secret."""
    for told, shown in (
        (
            "cannot reach http://ada:pw@127.0.0.1:9/v1; start it",
            "cannot reach http://***@127.0.0.1:9/v1; start it",
        ),
        ("{'url': 'ws://ada:p%40w@host'}", "{'url': 'ws://***@host'}"),
        ('"https://pw@host","mail":"a@b.example"', '"https://***@host","mail":"a@b.example"'),
        ("http://a:p@ss@host?as=x@y", "http://***@host?as=x@y"),
        ("at 'http://ada:o'k@host', not 'a@b'", "at 'http://***@host', not 'a@b'"),
        ("['ws://host','a@b.example']", "['ws://host','a@b.example']"),
        *((same, same) for same in ("http://host/a@b", "see https://host, or a@b.example", "a@b", "://")),
    ):
        assert masked(told) == shown
    fault = ProviderFault("nothing at http://ada:pw@host", kind=FaultKind.NETWORK)
    assert str(fault) == "nothing at http://***@host"


def test_what_may_be_a_word_is_left_alone_and_old_tokens_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_tokens", {})
    remember("x" * (SHORTEST - 1))
    assert masked("x" * SHORTEST) == "x" * SHORTEST
    remember(KEY)
    for number in range(MOST + 1):
        remember(f"token-number-{number:04d}", token=True)
    assert masked(f"token-number-0000 token-number-0001 {KEY}") == "token-number-0000 *** ***"


def test_a_credential_that_is_the_beginning_of_another_leaves_no_rest() -> None:
    remember(KEY)
    remember(f"{KEY}-and-more")
    assert masked(f"bad key {KEY}-and-more") == "bad key ***"


ODD = 'a "key"/with\\signs & schlüssel €'
ESCAPED = {
    "JSON": json.dumps(ODD),
    "JSON that escapes nothing it need not": json.dumps(ODD, ensure_ascii=False),
    "JSON with slashes escaped": json.dumps(ODD).replace("/", "\\/"),
    "JSON with capitals": json.dumps(ODD).replace("\\u00fc", "\\u00FC").replace("\\u20ac", "\\u20AC"),
    "JSON in JSON": json.dumps({"body": json.dumps({"key": ODD})}),
    "JSON in JSON, as it is": json.dumps([json.dumps([ODD], ensure_ascii=False)], ensure_ascii=False),
    "Python": repr([ODD]),
    "Python in ASCII": ascii([ODD]),
    "a query": urlencode({"key": ODD}),
    "a query of a browser": "key=" + quote(ODD, safe="!'()*"),
    "a path": quote(ODD),
    "a path in lower case": re.sub("%..", lambda found: found[0].lower(), quote(ODD)),
    "HTML": f"<b>{html.escape(ODD)}</b>",
}


@pytest.mark.parametrize("told", ESCAPED.values(), ids=ESCAPED)
def test_a_key_with_signs_that_are_escaped_is_known_in_each_way_to_write_it(told: str) -> None:
    remember(ODD)
    shown = masked(f"refused: {told}!")
    assert "***" in shown
    assert "with" not in shown
    assert "schl" not in shown


@pytest.mark.parametrize("key", [KEY, ODD, "0123456789ab", "ÿþÿþÿþ??>>??>>"])
@pytest.mark.parametrize("user", ["", "t:", "me:", "user:", "token:"])
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_a_key_in_a_header_for_basic_authentication_is_masked_with_all_around_it(
    key: str, user: str, encode: Callable[[bytes], bytes]
) -> None:
    remember(key)
    for after in ("", ":", ":x"):
        header = encode(f"{user}{key}{after}".encode()).decode()
        assert masked(f"Basic {header}, {header} refused") == "Basic ***, *** refused"


def test_other_base64_stays() -> None:
    remember(KEY)
    other = b64encode(b"some picture or other, and " * 9).decode()
    assert masked(other) == other


class Unread(tuple[str, ...]):
    """Spellings that must not be gone through."""

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("the text was looked through for each of them")


@pytest.mark.parametrize(
    "record",
    [
        "meeting=m-20261126-212005-abc123 stage=suggest.skipped",
        "GET /api/meetings/m-20261126-212005-abc123/events/tab-000092800 200",
        "4bf92f3577b34da6a3ce929d0e0e4736 wingman_event_loop_lag_p99_seconds",
    ],
)
def test_ids_and_paths_are_not_looked_through_for_each_credential(
    record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(KEY)
    known = credentials._known
    monkeypatch.setattr(credentials, "_known", replace(known, encoded=Unread(known.encoded)))
    assert masked(record) == record
    with pytest.raises(AssertionError, match="looked through"):
        masked(f"{record} {b64encode(KEY.encode()).decode()}")

"""Offers that are right, and every way in which they are wrong."""

from __future__ import annotations

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.core.errors import InputError
from wingman.core.time import Channel
from wingman.transports.sdp import OPUS_FORMAT, finish_answer, parse_channels, read_offer

DIGEST = ":".join(["A1"] * 32)
HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
AUDIO = (
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0\r\n"
    "c=IN IP4 0.0.0.0\r\n"
    "a=mid:0\r\n"
    "a=ice-ufrag:abcd\r\n"
    "a=ice-pwd:0123456789012345678901\r\n"
    f"a=fingerprint:sha-256 {DIGEST}\r\n"
    "a=setup:actpass\r\n"
    "a=sendonly\r\n"
    "a=rtpmap:111 opus/48000/2\r\n"
    "a=fmtp:111 minptime=10;useinbandfec=1\r\n"
    "a=rtpmap:63 red/48000/2\r\n"
    "a=fmtp:63 111/111\r\n"
    "a=rtpmap:0 PCMU/8000\r\n"
)
VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n"
DATA = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\na=sctp-port:5000\r\n"
MDNS = "a=candidate:1 1 udp 2113937151 4d2c7b9a.local 51000 typ host\r\n"
HOST = "a=candidate:2 1 udp 2113937151 192.0.2.1 51000 typ host\r\n"
END = "a=end-of-candidates\r\n"


def test_one_audio_line_is_the_tab() -> None:
    assert read_offer((HEAD + AUDIO).encode()).channels == (Channel.TAB,)


def test_channels_follow_the_m_lines() -> None:
    offer = read_offer((HEAD + AUDIO + AUDIO).encode(), (Channel.MIC, Channel.TAB))
    assert offer.channels == (Channel.MIC, Channel.TAB)


def test_only_opus_is_left() -> None:
    text = read_offer((HEAD + AUDIO).encode()).sdp
    assert "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" in text
    assert "red" not in text
    assert "PCMU" not in text
    assert "a=fmtp:63" not in text


def test_of_several_fingerprints_those_stay_that_can_be_proven() -> None:
    kept = [f"a=fingerprint:sha-256 {DIGEST}", f"a=fingerprint:SHA-512 {DIGEST.lower()}:{DIGEST}"]
    odd = [f"a=fingerprint:sha-512 {DIGEST}", f"a=fingerprint:sha-256 {DIGEST}:A1", "a=fingerprint:md5 A1"]
    for lines in ([*kept, *odd], [*odd, *kept]):
        body = HEAD + AUDIO.replace(f"{kept[0]}\r\n", "".join(f"{line}\r\n" for line in lines))
        read = read_offer(body.encode()).sdp.splitlines()
        assert [line for line in read if line.startswith("a=fingerprint")] == kept


def test_mdns_candidates_go_and_take_end_of_candidates_with_them() -> None:
    text = read_offer((HEAD + AUDIO + MDNS + HOST + END).encode()).sdp
    assert ".local" not in text
    assert "end-of-candidates" not in text
    assert HOST in text


def test_an_end_that_only_answers_and_names_no_address_cannot_be_found() -> None:
    lite = HEAD.replace("t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n")
    for unusable in ("", MDNS, END):
        with pytest.raises(InputError, match="ice-lite"):
            read_offer((lite + AUDIO + unusable).encode())
    for usable in (HOST, "a=ice-options:trickle\r\n"):
        assert "a=ice-lite" in read_offer((lite + AUDIO + usable).encode()).sdp


def test_the_end_of_candidates_is_never_believed() -> None:
    """A client behind a translator is reached by its own checks, which come later (RFC 8863)."""
    assert END not in read_offer((HEAD + AUDIO + HOST + END).encode()).sdp


RECEIVED = "a=recvonly"
UNUSED = {
    "a picture": (VIDEO, "9"),
    "a picture that is to be received": (VIDEO + RECEIVED + "\r\n", "9"),
    "sound that is to be received": (AUDIO.replace("a=mid:0", "a=mid:1").replace("a=sendonly", RECEIVED), "9"),
    "what is merely bundled": (VIDEO.replace("m=video 9", "m=video 0") + "a=bundle-only\r\n", "9"),
    "what was rejected": (VIDEO.replace("m=video 9", "m=video 0"), "0"),
    "what is not in the bundle": (VIDEO.replace("a=mid:1", "a=mid:7"), "0"),
    "data": (DATA, "0"),
}


def test_what_is_not_used_is_kept_from_the_peer_connection_and_answered_in_its_place() -> None:
    """Of a bundle it keeps its part, in silence: the first has the transport of all."""
    alone = HEAD.replace("BUNDLE 0 1", "BUNDLE 0")
    for kind, (section, port) in UNUSED.items():
        head = HEAD.replace("BUNDLE 0 1", "BUNDLE 1 0") if "a=mid:1" in section else alone
        offer = read_offer((head + section + AUDIO).encode())
        assert offer.sdp.count("m=") == 1, kind
        assert "a=group:BUNDLE 0\r\n" in offer.sdp, kind
        answer = finish_answer(alone + AUDIO, offer.unused)
        assert f"a=group:BUNDLE {'1 0' if port == '9' else '0'}\r\n" in answer, kind
        _, first, second = answer.split("m=")
        assert first.split(" ")[1] == port, kind
        assert "a=inactive" in first, kind
        assert ("a=sctp-port:5000" in first) is (kind == "data"), "werift reads it of a rejected one, too"
        assert second.startswith("audio "), f"{kind}: in the offer's order"


@each(
    ("body", "channels", "words", "status"),
    [
        (b"", None, "not a session description", 400),
        (b'{"sdp": "v=0"}', None, "not a session description", 400),
        (b"\xff\xfe\x00", None, "not a session description", 400),
        (HEAD.encode(), None, "no media", 400),
        ((HEAD + VIDEO).encode(), None, "no audio", 400),
        ((HEAD + DATA).encode(), None, "no audio", 400),
        ((HEAD + AUDIO).encode() + b"a=x\r\n" * 200_000, None, "at most", 413),
        ((HEAD + AUDIO + AUDIO).encode(), None, "channels=tab,mic", 400),
        ((HEAD + AUDIO).encode(), (Channel.TAB, Channel.MIC), "names 2 channel", 400),
        ((HEAD + AUDIO + AUDIO + AUDIO).encode(), (Channel.TAB, Channel.MIC), "3 audio", 400),
        ((HEAD + AUDIO.replace("opus", "speex")).encode(), None, "no Opus", 400),
        ((HEAD + AUDIO.replace("sendonly", "recvonly")).encode(), None, "sendonly", 400),
        ((HEAD + AUDIO.replace("a=fingerprint", "a=x")).encode(), None, "fingerprint", 400),
        ((HEAD + AUDIO.replace("sha-256", "sha-1")).encode(), None, "sha-256", 400),
        *(
            ((HEAD + AUDIO.replace(DIGEST, odd)).encode(), None, "whole one of sha-256", 400)
            for odd in ("none", "AB", DIGEST[:-3], f"{DIGEST}:A1", DIGEST.replace(":", ""))
        ),
        ((HEAD + AUDIO.replace("a=ice-pwd", "a=x")).encode(), None, "ice-pwd", 400),
        ((HEAD + AUDIO.replace("actpass", "holdconn")).encode(), None, "`setup` must be actpass", 400),
    ],
)
def test_a_wrong_offer_is_refused_in_one_sentence(
    body: bytes, channels: tuple[Channel, ...] | None, words: str, status: int
) -> None:
    with pytest.raises(InputError, match=words) as refused:
        read_offer(body, channels)
    assert refused.value.status == status
    assert "\n" not in str(refused.value)


@given(st.binary(max_size=4000))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with pytest.raises(InputError):
        read_offer(body)


@given(
    st.lists(
        st.sampled_from([*AUDIO.splitlines(), *HEAD.splitlines(), *VIDEO.splitlines(), MDNS.strip(), "a="])
    )
)
def test_any_mixture_of_lines_is_read_or_refused(lines: list[str]) -> None:
    try:
        offer = read_offer("\r\n".join(["v=0", *lines]).encode())
    except InputError:
        return
    assert ".local" not in offer.sdp


@pytest.mark.parametrize("text", ["them,me", "tab,tab", "tab,", ","])
def test_wrong_channel_names_are_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_channels(text)
    assert refused.value.field == "channels"


def test_channel_names_are_read() -> None:
    assert parse_channels("mic, tab") == (Channel.MIC, Channel.TAB)
    assert parse_channels("") is None
    assert parse_channels(None) is None


def test_the_answer_says_how_opus_is_wanted() -> None:
    answer = finish_answer(HEAD + AUDIO)
    assert f"a=rtpmap:111 opus/48000/2\r\na=fmtp:111 {OPUS_FORMAT}\r\na=ptime:20\r\n" in answer
    assert answer.count("a=fmtp:111") == 1
    assert "a=fmtp:63 111/111" in answer


def candidate(address: str) -> str:
    return f"a=candidate:1 1 udp 2113937151 {address} 50000 typ host\r\n"


@each(
    ("address", "near", "far"),
    [
        ("127.0.0.1", True, True),
        ("192.168.1.5", True, True),
        ("10.1.2.3", True, True),
        ("fd00::1", True, True),
        ("8.8.8.8", False, True),
        ("2001:4860:4860::8888", False, True),
        ("169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("224.0.0.1", False, False),
        ("255.255.255.255", False, False),
        ("0.0.0.0", False, False),
        ("999.1.1.1", False, False),
    ],
)
def test_strangers_do_not_choose_whom_we_send_to(address: str, near: bool, far: bool) -> None:
    offer = (HEAD + AUDIO + candidate(address)).encode()
    assert (f" {address} " in read_offer(offer, far=False).sdp) is near
    assert (f" {address} " in read_offer(offer).sdp) is far


def test_few_candidates_are_tried() -> None:
    many = [candidate(f"10.0.{n // 250}.{n % 250 + 1}") for n in range(400)]
    assert read_offer((HEAD + AUDIO + "".join(many)).encode()).sdp.count("a=candidate:") == 24
    two = HEAD + AUDIO + "".join(many[:20]) + AUDIO + "".join(many[20:])
    offer = read_offer(two.encode(), (Channel.TAB, Channel.MIC))
    assert offer.sdp.count("a=candidate:") == 24, "of the session, not of each m-line"


def test_what_stands_in_each_m_line_of_a_bundle_is_tried_once() -> None:
    hosts = "".join(candidate(f"10.0.0.{n + 1}") for n in range(20))
    for second in (AUDIO, AUDIO + hosts):
        offer = read_offer((HEAD + AUDIO + hosts + second).encode(), (Channel.TAB, Channel.MIC))
        assert offer.sdp.count("a=candidate:") == 40
    offer = read_offer((HEAD + AUDIO + hosts * 3).encode())
    assert offer.sdp.count("a=candidate:") == 20


@pytest.mark.parametrize("name", ["192.168.1.5", "host.example.org", "4d2c7b9a.local", "8.8.8.8"])
def test_candidates_above_all_m_lines_are_meant_for_all_and_tried_like_others(name: str) -> None:
    offer = read_offer((HEAD + candidate(name) + "a=end-of-candidates\r\n" + AUDIO).encode(), far=False)
    head, _, section = offer.sdp.partition("m=audio")
    assert "a=candidate" not in head
    assert "end-of-candidates" not in offer.sdp
    assert (name in section) is (name == "192.168.1.5")


LONG_OFFERS = {
    "formats and lines": lambda n: HEAD + AUDIO.replace("63 0", " 0" * 3 * n) + "a=x\r\n" * 3 * n,
    "session lines and m-lines": lambda n: HEAD + "a=x\r\n" * 4 * n + AUDIO + "m=video 9 X 0\r\n" * n,
    "a wide bundle": lambda n: HEAD.replace("0 1", " z" * 4 * n) + AUDIO + "m=video 9 X 0\r\na=mid:z\r\n" * n,
}


@pytest.mark.parametrize("kind", LONG_OFFERS)
def test_the_longest_offer_holds_nobody_up(kind: str) -> None:
    def cost(size: int) -> float:
        offer = LONG_OFFERS[kind](size).encode()
        tries = []
        for _ in range(3):
            began = thread_time()
            read_offer(offer)
            tries.append(thread_time() - began)
        return min(tries)

    assert cost(1200) < 20 * cost(150), "eight times as long costs about eight times as much, not 64 times"


def test_the_answer_to_many_formats_is_as_quick() -> None:
    lines = "a=rtpmap:111 opus/48000/2\r\n" * 2000 + "a=fmtp:9 x\r\n" * 2000
    assert finish_answer(HEAD + AUDIO + lines).count("a=fmtp:9 x") == 2000

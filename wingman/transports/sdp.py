"""Session descriptions as text: what is checked in an offer, and what an answer needs besides. Pure.

The peer connection itself negotiates; here are the rules it does not know: which m-line is whose voice, what an
m-line inherits from the session or its bundle (RFC 8866, RFC 9143), that only addresses can be tried (a name
cannot be resolved for a stranger, and costs a second), and how we want Opus to be sent.

Source: RFC 8866 (SDP), RFC 9429 section 5 (JSEP: offers and answers), RFC 9143 (bundle), RFC 8839 (ICE in SDP),
RFC 7587 section 6.1 (Opus parameters), RFC 9725 section 4 (WHIP).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from wingman.core.errors import InputError
from wingman.core.time import Channel
from wingman.transports.ice_candidates import MOST_TRIED, Destination, destination

MEDIA_TYPE = "application/sdp"
MAX_OFFER = 64 * 1024
"""Bytes. Browsers send 2 to 8 kB; much more is a mistake or an attack."""

OPUS_FORMAT = "minptime=10;useinbandfec=1;usedtx=0;stereo=0;maxaveragebitrate=32000"
"""How we ask for Opus: mono at 32 kb/s, with redundancy while packets get lost, and every packet sent (a
watchdog can then tell silence from absence)."""

PTIME_MS = 20
_FURTHER = re.compile(r"^a=fingerprint:(?!sha-256 )")
"""One fingerprint is enough (RFC 8122); given several, libdatachannel failed in every other handshake."""
_DIRECTIONS = ("a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive")
_INHERITED = ("a=ice-ufrag:", "a=ice-pwd:", "a=ice-options:", "a=fingerprint:", "a=setup:", "a=candidate:")
"""A candidate belongs to one m-line (RFC 8839, 5.1); one that stands above all of them is meant for all."""
_GROUP = "a=group:BUNDLE"
_TRANSPORT = ("a=ice-ufrag:", "a=ice-pwd:", "a=candidate:", "a=end-of-candidates", "a=fingerprint:", "a=setup:")
_DESCRIPTION = ("a=mid:", "a=rtpmap:", "a=fmtp:", "a=sctp-port:")
_DIGEST = (
    "(?i:"
    + "|".join(f"sha-{n} [0-9A-F]{{2}}(?::[0-9A-F]{{2}}){{{n // 8 - 1}}}" for n in (256, 384, 512))
    + r")(?!\S)"
)
"""What the DTLS handshake can be held against (RFC 8122, 5: all must know sha-256)."""
_PROVEN = re.compile(f"^a=fingerprint:{_DIGEST}")
_NEEDED = re.compile(
    r"a=(?:mid:\S+|rtcp-mux|setup:\S+|ice-(?:ufrag|pwd|options):.*|candidate:.*|fingerprint:"
    + _DIGEST
    + r"|end-of-candidates|send(?:only|recv)|ssrc:\d+ [^:\s]+:.*|extmap:\d+(?:/\w+)? \S+)"
)
"""What the peer connection needs of an m-line, without what may follow (RFC 8285, 8: an extension's own
attributes). It stumbles over some of the rest."""
_NEEDED_ABOVE = ("o=", "s=", "t=", "a=group:BUNDLE", "a=ice-lite")
_SETUPS = ("a=setup:actpass", "a=setup:active", "a=setup:passive")
_OPUS = re.compile(r"^a=rtpmap:(\d+) opus/48000", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Offer:
    """A checked offer: its text, ready for the peer connection, and whose voice each audio m-line is."""

    sdp: str
    channels: tuple[Channel, ...]
    """In the order of the audio m-lines."""
    unused: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """M-lines that are not used (video, data, silent audio), as they are answered, and where they stood: the
    peer connection never sees them."""
    grouped: bool = True
    """The offer has a bundle; without one the answer must not have one either."""


def parse_channels(text: str | None) -> tuple[Channel, ...] | None:
    """`tab,mic` as channels; None when nothing was said. Raises `InputError`."""
    if not text:
        return None
    try:
        channels = tuple(Channel(name.strip()) for name in text.split(","))
    except ValueError:
        raise InputError(
            "channels must name `tab` and `mic` in the order of the audio m-lines, such as channels=tab,mic",
            field="channels",
        ) from None
    if len(set(channels)) != len(channels):
        raise InputError("channels names one channel twice; use channels=tab,mic", field="channels")
    return channels


def read_offer(body: bytes, channels: tuple[Channel, ...] | None = None, *, far: bool = True) -> Offer:
    """Check an offer and say which channel each of its audio m-lines is. Raises `InputError`.

    `far` lets candidates on public addresses be tried; without it only those of this machine and network are.
    """
    head, sections = _split(_text_of(body))
    if not sections:
        raise InputError("the offer has no media; add an audio track before creating it", field="body")
    head, sections = _complete(head, sections)
    used = [section for section in sections if _is_audio(section) and not _is_dead(section)]
    every = [section for section in sections if _is_audio(section)]
    if not every:
        raise InputError(
            "the offer has no audio; share a tab with `Also share tab audio` or add the microphone",
            field="body",
        )
    if not used:
        raise InputError(
            "every audio m-line of the offer is rejected or sends nothing; make its direction sendonly",
            field="body",
        )
    if channels is not None and len(channels) == len(every):
        channels = tuple(c for c, section in zip(channels, every, strict=True) if not _is_dead(section))
    bundle = frozenset(_bundled(head))
    unused = tuple((n, (_declined(s, bundle), *s[1:])) for n, s in enumerate(sections) if s not in used)
    head = _ungrouped(head, {_mid(section) for _, section in unused})
    for section in used:
        _check_audio(section)
    tried: set[Destination] = set()
    head = ["v=0", *(line for line in head if line.startswith(_NEEDED_ABOVE))]
    kept = [*head, *(line for section in used for line in _reachable(_opus_only(section), far, tried))]
    _check_it_is_found(head, used, tried)
    return Offer(_join(kept), _assign(len(used), channels), unused, _is_grouped(head))


def _text_of(body: bytes) -> str:
    if len(body) > MAX_OFFER:
        raise InputError(
            f"the offer has {len(body)} bytes; a session description has at most {MAX_OFFER}",
            field="body",
            status=413,
        )
    try:
        text = body.decode("utf-8-sig").lstrip()
    except UnicodeDecodeError:
        raise _not_sdp() from None
    if not text.startswith("v=0"):
        raise _not_sdp()
    return text


def _complete(head: list[str], sections: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Each m-line with what it inherits: from the session, else from the m-line whose transport it shares."""
    tags = _bundled(head)
    tagged = next((s for tag in tags[:1] for s in sections if _mid(s) == tag), [])
    bundle, shared = frozenset(tags), _by_name(tagged)
    above = _by_name(head)  # looked through once: an offer may have thousands of lines, and of m-lines
    direction = next((line for line in head if line in _DIRECTIONS), "a=sendrecv")
    whole = []
    for section in sections:
        bundled = shared if _mid(section) in bundle else {}
        missing = [name for name in _INHERITED if not any(line.startswith(name) for line in section)]
        added = [line for name in missing for line in above.get(name) or bundled.get(name, ())]
        if not any(line in _DIRECTIONS for line in section):
            added.append(direction)
        if not any(line.startswith("a=setup:") for line in (*section, *added)):
            added.append("a=setup:active")  # RFC 4145, 4.1
        whole.append([*section, *added])
    taken = (*_INHERITED, *_DIRECTIONS, "a=end-of-candidates")
    return [line for line in head if not line.startswith(taken)], whole


def _by_name(lines: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The lines of what may be inherited, by the name of the attribute."""
    found: dict[str, list[str]] = {}
    for line in lines:
        for name in _INHERITED:
            if line.startswith(name):
                found.setdefault(name, []).append(line)
    return found


def _is_audio(section: Sequence[str]) -> bool:
    return section[0].startswith("m=audio ")


def _is_dead(section: Sequence[str]) -> bool:
    """An m-line that sends nothing, or was rejected."""
    return _is_rejected(section) or any(line in ("a=recvonly", "a=inactive") for line in section)


def _is_rejected(section: Sequence[str]) -> bool:
    """Port 0 that is not merely bundled."""
    words = section[0].split(" ")
    return len(words) > 1 and words[1] == "0" and "a=bundle-only" not in section


def _declined(section: Sequence[str], bundle: Collection[str]) -> str:
    """The first line of an m-line that is not used, in the answer: as one that sends nothing where it has a
    part in the bundle, for its transport may be everybody's (RFC 9143, 7.3.3; RFC 9725, 4.4.3); else rejected.
    """
    words = section[0].split(" ")
    stays = words[0] in ("m=audio", "m=video") and _mid(section) in bundle and not _is_rejected(section)
    return " ".join([words[0], "9" if stays else "0", *words[2:]])


def _bundled(head: Sequence[str]) -> list[str]:
    """The m-lines of the bundle by name; the first has the transport of all."""
    return next((line.split(" ")[1:] for line in head if line.startswith(_GROUP)), [])


def _is_grouped(head: Sequence[str]) -> bool:
    return any(line.startswith(_GROUP) for line in head)


def finish_answer(answer: str, unused: Sequence[tuple[int, Sequence[str]]] = (), grouped: bool = True) -> str:
    """The peer connection's answer with our wishes for Opus, and an m-line for each unused one."""
    kept: list[str] = []
    opus: set[str] = set()
    for line in _lines(answer):
        if _superseded(line, opus) or _FURTHER.match(line):
            continue
        kept.append(line)
        if match := _OPUS.match(line):
            opus.add(match[1])
            kept.append(f"a=fmtp:{match[1]} {OPUS_FORMAT}")
            kept.append(f"a=ptime:{PTIME_MS}")
    whole = _with_unused(kept, unused)
    return _join(whole if grouped else [line for line in whole if not line.startswith(_GROUP)])


def _with_unused(answer: list[str], unused: Sequence[tuple[int, Sequence[str]]]) -> list[str]:
    """An answer has an m-line for each of the offer's, in their order (RFC 3264)."""
    if not unused:
        return answer
    head, sections = _split(_join(answer))
    shared = [line for line in sections[0] if line.startswith(_TRANSPORT)]
    for at, section in unused:
        described = [line for line in section[1:] if line.startswith(_DESCRIPTION)]
        sections.insert(at, [section[0], "c=IN IP4 0.0.0.0", *described, "a=inactive", "a=rtcp-mux", *shared])
    mids = " ".join(filter(None, (_mid(s) for s in sections if s[0].split(" ")[1] != "0")))
    head = [f"{_GROUP} {mids}" if line.startswith(_GROUP) else line for line in head]
    return [*head, *(line for section in sections for line in section)]


def _mid(section: Sequence[str]) -> str:
    return next((line[len("a=mid:") :] for line in section if line.startswith("a=mid:")), "")


def _ungrouped(head: list[str], mids: set[str]) -> list[str]:
    """The session's head without these m-lines in its bundle."""
    return [
        " ".join(word for word in line.split(" ") if word not in mids) if line.startswith(_GROUP) else line
        for line in head
    ]


def _superseded(line: str, opus: Collection[str]) -> bool:
    """True for an Opus `a=fmtp` that came with the answer: ours stands directly after the rtpmap.

    `opus` holds the payload types of the rtpmaps that came before.
    """
    return line.startswith("a=fmtp:") and line[len("a=fmtp:") :].split(" ", 1)[0] in opus


def _assign(count: int, channels: tuple[Channel, ...] | None) -> tuple[Channel, ...]:
    if channels is None:
        if count == 1:
            return (Channel.TAB,)
        raise InputError(
            f"the offer has {count} audio m-lines; say whose they are with channels=tab,mic", field="channels"
        )
    if len(channels) != count:
        raise InputError(
            f"channels names {len(channels)} channel(s) but the offer has {count} audio m-line(s)",
            field="channels",
        )
    return channels


def _check_audio(section: list[str]) -> None:
    if not any(_OPUS.match(line) for line in section):
        raise InputError("an audio m-line of the offer has no Opus; offer opus/48000/2", field="body")
    for wanted in ("a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:"):
        if not any(line.startswith(wanted) for line in section):
            raise InputError(
                f"the offer has no `{wanted[2:-1]}`; it must come from a WebRTC peer connection", field="body"
            )
    if not any(_PROVEN.match(line) for line in section):
        raise InputError(
            "the offer's `fingerprint` must be a whole one of sha-256, sha-384 or sha-512", field="body"
        )
    if not any(line in _SETUPS for line in section):
        raise InputError("the offer's `setup` must be actpass, active or passive", field="body")


def _check_it_is_found(
    head: Sequence[str], used: Sequence[Sequence[str]], tried: Collection[Destination]
) -> None:
    """An ICE-lite end sends no checks (RFC 8445, 2.5): without an address, now or later, it is never found."""
    more = any(line.startswith("a=ice-options:") and "trickle" in line for section in used for line in section)
    if "a=ice-lite" in head and not tried and not more:
        raise InputError(
            "the offer says ice-lite and has no candidate that can be tried; name an address of its own",
            field="body",
        )


def _opus_only(section: list[str]) -> list[str]:
    """The m-line with Opus alone, so that no redundancy, telephone events or comfort noise can come, and with
    nothing that is not needed."""
    opus = next(match[1] for line in section if (match := _OPUS.match(line)))
    kept = (match[0] for line in section[1:] if (match := _NEEDED.match(line)))
    return [f"m=audio 9 UDP/TLS/RTP/SAVPF {opus}", *kept, f"a=rtpmap:{opus} opus/48000/2"]


def _reachable(lines: list[str], far: bool, tried: set[Destination]) -> list[str]:
    """Without candidates that may not be tried, and without the word that no more will come: what a client's
    own checks reveal is waited for, until the setup's time is over.

    Each candidate is an address we send packets to because a stranger named it, so there are few, and none that
    many share. `tried` are the session's; those of a bundle stand in each of its m-lines and count once.
    """
    kept: list[str] = []
    here: set[Destination] = set()
    for line in lines:
        if line.startswith("a=candidate:"):
            where = destination(line.removeprefix("a=candidate:"), far)
            if where is None or where in here or (where not in tried and len(tried) >= MOST_TRIED):
                continue
            here.add(where)
            tried.add(where)
        if line != "a=end-of-candidates":
            kept.append(line)
    return kept


def _split(text: str) -> tuple[list[str], list[list[str]]]:
    head: list[str] = []
    sections: list[list[str]] = []
    for line in _lines(text):
        if line.startswith("m="):
            sections.append([])
        (sections[-1] if sections else head).append(line)
    return head, sections


def _join(lines: list[str]) -> str:
    return "\r\n".join(lines) + "\r\n"


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n") if line.strip()]


def _not_sdp() -> InputError:
    return InputError("the body is not a session description; send the offer's `sdp` text", field="body")

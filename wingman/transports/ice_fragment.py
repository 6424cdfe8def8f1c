"""ICE credentials and candidates as an SDP fragment, as WHIP's PATCH carries it. Pure.

Source: RFC 8840 section 9 (`application/trickle-ice-sdpfrag`), RFC 9725 section 4.3 (trickle and restart by
PATCH), RFC 8839 section 5 (the attributes).
"""

from __future__ import annotations

from dataclasses import dataclass

from wingman.core.errors import InputError

MEDIA_TYPE = "application/trickle-ice-sdpfrag"
MOST_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class IceFragment:
    """What one side says of how it can be reached."""

    ufrag: str
    password: str
    candidates: tuple[str, ...] = ()
    """The attribute values, without `candidate:`."""
    complete: bool = False
    """No candidates will follow."""

    def text(self, mids: tuple[str, ...]) -> str:
        """As a body, for the bundled media sections `mids`."""
        first = mids[0] if mids else "0"
        lines = [
            "a=ice-options:ice2",
            f"a=group:BUNDLE {' '.join(mids or (first,))}",
            "m=audio 9 UDP/TLS/RTP/SAVPF 0",
            f"a=mid:{first}",
            f"a=ice-ufrag:{self.ufrag}",
            f"a=ice-pwd:{self.password}",
            *(f"a=candidate:{candidate}" for candidate in self.candidates),
        ]
        if self.complete:
            lines.append("a=end-of-candidates")
        return "".join(f"{line}\r\n" for line in lines)


def parse(body: bytes) -> IceFragment:
    """Raises `InputError` when there are no credentials in it, or it is no text."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("the fragment is not UTF-8 text", field="body") from None
    values: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, value = line.strip().removeprefix("a=").partition(":")
        values.setdefault(name, []).append(value.strip())
    ufrag, password = values.get("ice-ufrag", [""])[0], values.get("ice-pwd", [""])[0]
    if not (4 <= len(ufrag) <= 256 and 22 <= len(password) <= 256):
        raise InputError(
            "the fragment needs a=ice-ufrag (4 to 256 characters) and a=ice-pwd (22 to 256)", field="body"
        )
    candidates = tuple(dict.fromkeys(values.get("candidate", ())))  # each may stand in every section
    if len(candidates) > MOST_CANDIDATES:
        raise InputError(f"the fragment holds more than {MOST_CANDIDATES} candidates", field="body")
    return IceFragment(ufrag, password, candidates, "end-of-candidates" in values)

"""Keys out of passphrases: what was sealed yesterday opens tomorrow."""

from __future__ import annotations

from wingman.core.passphrase import KEY_BYTES, derived_key


def test_a_passphrase_and_a_salt_give_the_key_they_always_gave() -> None:
    """By `cryptography`'s Scrypt with n=2**15, r=8, p=1."""
    key = derived_key("correct horse battery staple", b"salt of a file..")
    assert key.hex() == "dbff3f0b1d49939ffe26eff2e03cf93507b21cbdcdec338018d1f8d5940696b6"
    assert len(key) == KEY_BYTES

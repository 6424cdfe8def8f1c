"""What was set on the settings page: plain values beside the log, and keys sealed.

Order of all settings, later wins: the defaults, these, the settings file, the environment. So whoever keeps
a file
keeps the last word, and the page says which of its fields are taken.

    settings.json   {"transcribe.deepgram.language": "de", …}
    keys.sealed     16 bytes of nonce and tag around the keys, AES-256-GCM (`Sealed`)
    settings.key    32 random bytes, readable by the owner alone: what the seal opens with
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wingman.core.errors import InputError
from wingman.core.json import JsonMapping, JsonObject

VALUES, KEYS, SEAL = "settings.json", "keys.sealed", "settings.key"
NONCE_BYTES = 12
PURPOSE = b"wingman keys 1"


class UserSettings:
    """The values and keys that were set in the browser, by dotted name. Small files, read whole each time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def values(self) -> JsonObject:
        """What was chosen, without keys. Raises `InputError` where the file was damaged."""
        path = self._folder / VALUES
        try:
            found = json.loads(path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise InputError(
                f"the settings chosen in the browser ({path}) cannot be read; mend or remove that file",
                field="settings",
            ) from None
        return found if isinstance(found, dict) else {}

    def keys(self) -> dict[str, str]:
        """The stored credentials. Raises `InputError` where the seal does not open."""
        path = self._folder / KEYS
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            return {}
        try:
            plain = AESGCM(self._seal()).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], PURPOSE)
        except (InvalidTag, ValueError):
            raise InputError(
                f"the stored keys ({path}) do not open with {SEAL} beside them; remove {KEYS} and enter the "
                f"keys "
                "again in the settings",
                field="keys",
            ) from None
        found: dict[str, str] = json.loads(plain)
        return found

    def tree(self) -> JsonObject:
        """Values and keys as the nested tree a settings file would hold."""
        tree: JsonObject = {}
        for name, value in {**self.values(), **self.keys()}.items():
            *sections, field = name.split(".")
            inner = tree
            for section in sections:
                inner = inner.setdefault(section, {})
            inner[field] = value
        return tree

    def put_values(self, values: JsonMapping) -> None:
        """Store these; None goes back to the default."""
        kept = {name: value for name, value in {**self.values(), **values}.items() if value is not None}
        self._write(VALUES, json.dumps(kept, indent=1, ensure_ascii=False).encode())

    def put_key(self, name: str, key: str) -> None:
        """Store one credential; an empty one is removed."""
        kept = {known: value for known, value in {**self.keys(), name: key}.items() if value}
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self._seal()).encrypt(nonce, json.dumps(kept).encode(), PURPOSE)
        self._write(KEYS, nonce + sealed)

    def _seal(self) -> bytes:
        path = self._folder / SEAL
        try:
            return path.read_bytes()
        except FileNotFoundError:
            made = AESGCM.generate_key(256)
            self._write(SEAL, made)
            return made

    def _write(self, name: str, content: bytes) -> None:
        """Whole or not at all, and readable by the owner alone from its first byte on."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / name
        beside = path.with_name(f"{name}.new")
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError as failed:
            raise InputError(
                f"cannot write {path}: {failed.strerror}; mend the folder's permissions or free some space",
                field="settings",
                status=503,
            ) from None

"""What was set on the settings page: plain values beside the log, and keys sealed.

Order of all settings, later wins: the defaults, these, the settings file, the environment. So whoever keeps
a file
keeps the last word, and the page says which of its fields are taken.

    settings.json   {"transcribe.deepgram.language": "de", …}
    keys.sealed     12 bytes of nonce and the keys, AES-256-GCM
    briefs.sealed   likewise, what is to be known of each account before a call
    settings.key    32 random bytes, readable by the owner alone: what the seal opens with
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wingman.core.errors import InputError
from wingman.core.json import JsonMapping, JsonObject
from wingman.core.replaced_file import write_whole

VALUES, KEYS, BRIEFS, SEAL = "settings.json", "keys.sealed", "briefs.sealed", "settings.key"
NONCE_BYTES = 12
PURPOSES = {KEYS: b"wingman keys 1", BRIEFS: b"wingman briefs 1"}
MEND = {KEYS: "enter the keys again in the settings", BRIEFS: "keep the briefs again before the next call"}


class UserSettings:
    """The values and keys that were set in the browser, by dotted name. Small files, read whole each time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def values(self) -> JsonObject:
        """What was chosen, without keys. Raises `InputError` where the file was damaged."""
        path = self._folder / VALUES
        try:
            found = json.loads(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError):
            raise InputError(
                f"the settings chosen in the browser ({path}) cannot be read; mend or remove that file",
                field="settings",
            ) from None
        return found if isinstance(found, dict) else {}

    def keys(self) -> dict[str, str]:
        """The stored credentials. Raises `InputError` where the seal does not open."""
        return self._unsealed(KEYS)

    def briefs(self) -> dict[str, str]:
        """Account → what is to be known before a call with it, the newest first. Raises `InputError`."""
        return self._unsealed(BRIEFS)

    def put_briefs(self, briefs: Mapping[str, str]) -> None:
        """Store them, sealed, in the place of what was there. Raises `InputError`."""
        self._put_sealed(BRIEFS, briefs)

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
        self._put_sealed(KEYS, kept)

    def _unsealed(self, name: str) -> dict[str, str]:
        path = self._folder / name
        try:
            sealed = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return {}
        try:
            plain = AESGCM(self._seal()).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], PURPOSES[name])
        except (InvalidTag, ValueError):
            raise InputError(
                f"what is sealed in {path} does not open with {SEAL} beside it; remove {name} and {MEND[name]}",
                field=name.partition(".")[0],
            ) from None
        found: dict[str, str] = json.loads(plain)
        return found

    def _put_sealed(self, name: str, values: Mapping[str, str]) -> None:
        nonce = os.urandom(NONCE_BYTES)
        plain = json.dumps(dict(values), ensure_ascii=False).encode()
        self._write(name, nonce + AESGCM(self._seal()).encrypt(nonce, plain, PURPOSES[name]))

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
        try:
            write_whole(path, content)
        except OSError as failed:
            raise InputError(
                f"cannot write {path}: {failed.strerror}; mend the folder's permissions or free some space",
                field="settings",
                status=503,
            ) from None

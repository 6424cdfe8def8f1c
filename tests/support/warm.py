"""What nearly every meeting reads once in a process: read before any is forked, it is read once for all."""

from __future__ import annotations

import hashlib
from functools import cache

from wingman.local.sentence_encoder import SentenceEncoder, installed
from wingman.suggest.playbook.moves import move_book
from wingman.suggest.playbook.playbook import load_playbook
from wingman.suggest.playbook.signals import SPOKEN, detect

PLAYBOOKS = ("sales", "support", "discovery", "hiring", "one-to-one", "custom")

# Slow on purpose, a tenth of a second of a core each time: one key is derived once in a process.
vars(hashlib)["scrypt"] = cache(hashlib.scrypt)


def warm() -> None:
    """A second and a half of a core: patterns of five languages, their moves, the shipped playbooks, and the
    sentence encoder, which is most of it."""
    for language in SPOKEN:
        detect("", language)
        move_book(language)
    for name in PLAYBOOKS:
        load_playbook(name)
    if installed():
        SentenceEncoder().encode_here(["loaded once"])

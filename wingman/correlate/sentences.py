"""Is this sentence over? Asked of its last word, to tell a pause for breath from an end."""

from __future__ import annotations

TERMINAL = frozenset(".?!。？！؟।…")
"""Marks that end a sentence."""

CLOSERS = "\"'”’»)]"
"""Marks that may follow the one that ends the sentence."""

_DANGLING = """
a an the and or but nor so because if unless until when while whereas that which who whose whom
to of in on at by for from with without into onto about than as like
my your his her its our their this these those
i we they is are was were be been am do does did have has had will would can could shall should may might
must very really just um uh erm hmm
"""

DANGLING = frozenset(_DANGLING.split())
"""English words that hardly ever end a sentence; they decide only where nothing is punctuated."""


class Sentences:
    """Judges sentence ends on one channel; learns from the words whether the provider punctuates."""

    def __init__(self) -> None:
        self.punctuated = False
        """True once the provider has shown that it punctuates."""

    def learn(self, word: str) -> None:
        """Remember how a word is written."""
        if not self.punctuated and self.ends(word):
            self.punctuated = True

    @staticmethod
    def ends(word: str) -> bool:
        """True when `word` carries a sentence's final mark (an ellipsis trails off: it is none)."""
        bare = word.rstrip(CLOSERS)
        return bare[-1:] in TERMINAL and not bare.endswith(("...", "…"))

    def complete(self, last: str) -> bool:
        """True when a turn that ends in the word `last` may stand as it is."""
        if self.ends(last):
            return True
        if last.endswith((",", ";", ":", "-", "–", "—", "...", "…")):
            return False
        return not self.punctuated and last.casefold() not in DANGLING

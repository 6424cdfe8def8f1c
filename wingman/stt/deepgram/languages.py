"""What Deepgram's nova-3 reads.

Source: developers.deepgram.com, "Models & Languages Overview".
"""

from __future__ import annotations

DEEPGRAM_LANGUAGES: tuple[str, ...] = (
    *("multi", "en", "ar", "be", "bg", "bn", "bs", "ca", "cs", "da", "de", "el", "es", "et", "fa", "fi", "fr"),
    *("he", "hi", "hr", "hu", "id", "it", "ja", "kn", "ko", "lt", "lv", "mk", "mr", "ms", "nl", "no", "pl"),
    *("pt", "ro", "ru", "sk", "sl", "sr", "sv", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "zh"),
)
"""BCP-47 primary tags, and `multi` for several in one call."""

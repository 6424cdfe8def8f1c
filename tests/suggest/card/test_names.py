from __future__ import annotations

from tests.support.each import each
from wingman.suggest.card.names import names


@each(
    ("language", "text", "found"),
    [
        ("en", "Ask Priya whether Harbour Foods would talk to them.", ["Foods", "Harbour", "Priya"]),
        ("en", "“Thanks, Jonathan’s note helped.” Then ask about Mondays and the GDPR.", ["Jonathan"]),
        ("en", "Offer an Excel sheet before Christmas: I'd do it. Then wait.", []),
        ("de", "Sagen Sie, dass Frau Krüger die Zahlen am Montag hat.", ["Krüger"]),
        ("de", "Fragen Sie nach Budget und Termin.", []),
        ("fr", "« Mme Lefèvre est là ? » Puis attendez.", ["Lefèvre"]),
        ("es", "¿Quién lo instala? ¿La señora Gómez?", ["Gómez"]),
        ("pt", "A dona Márcia cuida disso em Lisboa.", ["Lisboa", "Márcia"]),
        ("ja", "Ask Priya.", []),
    ],
)
def test_names_are_told_from_words(language: str, text: str, found: list[str]) -> None:
    assert sorted(set(names(text, language))) == found

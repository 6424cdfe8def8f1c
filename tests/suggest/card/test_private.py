"""Where a fact of a brief ends, so that no limit is put into words to say."""

from __future__ import annotations

from tests.support.each import each
from wingman.suggest.card.choice import slots_of
from wingman.suggest.playbook.playbook import load_playbook


@each(
    ("brief", "filled"),
    [
        (
            "delivery: nine weeks here, two on site. Never start before it is paid. Our limit is 44,000.",
            {"delivery": "nine weeks here, two on site"},
        ),
        ("price: 11,400 pounds, not below 10,800", {"price": "11,400 pounds"}),
        ("price: 900 (limit 850)", {"price": "900"}),
        ("price: 900 - never under 850", {"price": "900"}),
        ("Price: 900. Lowest 850.", {"price": "900"}),
        ("price: no less than 850", {}),
        ("price: 900. We can go down to 850.", {"price": "900"}),
        (f"delivery: six weeks. {'- ' * 9}never say that it was four", {"delivery": "six weeks"}),
        ("price: 900, margin 22 per cent", {"price": "900"}),
        ("delivery: six weeks, do not say that it was four", {"delivery": "six weeks"}),
        ("Preis: 900 Euro, zur Not 850", {"price": "900 Euro"}),
        ("prix : 900 euros, marge de 20 %", {"price": "900 euros"}),
        ("precio: 900 euros, podemos bajar a 850", {"price": "900 euros"}),
        ("preço: 900 euros, margem de 20 %", {"price": "900 euros"}),
        ("Price 900 pounds, limit 800.", {"price": "Price 900 pounds"}),
        ("Preis: 900 Euro, mindestens 850", {"price": "900 Euro"}),
        ("Preis: 14.900 Euro. Nicht unter 14.200.", {"price": "14.900 Euro"}),
        ("prix : 900 euros, jamais en dessous de 850", {"price": "900 euros"}),
        ("precio: 900 euros, no bajar de 850", {"price": "900 euros"}),
        ("preço: 900 reais. Não prometer antes de maio.", {"price": "900 reais"}),
        ("delivery: at most two weeks", {"delivery": "at most two weeks"}),
        ("security: kept in Dublin, never leaves the EU", {"security": "kept in Dublin, never leaves the EU"}),
        ("Price: 40 dollars. Three nights on, four off. Ines decides.", {"price": "40 dollars"}),
        ("Price: 40 dollars. VAT included.", {"price": "40 dollars. VAT included"}),
    ],
)
def test_a_fact_ends_before_what_is_for_the_user_alone(brief: str, filled: dict[str, str]) -> None:
    assert slots_of(load_playbook("sales"), brief) == filled

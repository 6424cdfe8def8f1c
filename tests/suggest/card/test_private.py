"""Where a fact of a brief ends, so that no limit is put into words to say."""

from __future__ import annotations

from tests.support.each import each
from wingman.core.sentence_ends import by_clause
from wingman.suggest.card.aloud import aloud, openly
from wingman.suggest.card.choice import slots_of
from wingman.suggest.card.composer import _sentences
from wingman.suggest.card.private import INWARD, PRIVATE
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


FOR_THE_USER_ALONE = {
    "en": (
        "Worst case: 37,000|Worst-case price 37,000 euros.|In the worst case we take 37,000.|Walk-away: 37,000"
        "|Floor: 37,000|The floor is 37,000.|Floor price: 37,000|Profit: 4,000 on this one.|Budget 240,000"
        "|Authority: I can sign anything below a car.|My authority ends at 245,000.|I can sign up to 245,000."
        "|I may agree 3 extra days without asking.|Mandate: 245,000|Target: 40 vehicles at 38 euros."
        "|Target salary: 82,000"
        "|Discount ceiling: 12 percent.|Max. discount: 12 %|MAX. DISCOUNT: 12 %|Max.: 12 %"
        "|Maximum discount: 12 percent."
        "|Discount: 12 % at most."
        "|The most I can take off is 150 pounds.|Lowest I can go: 13,400.|BATNA: elsewhere.|Ceiling: 255,000"
        "|Fallback: lease from Coolspace.|Anchor: 50,000|Room to move: 2,000"
        "|Goal: 40,000 euros"
        "|If they hesitate, offer 5 percent.|We could live with 36,000.|I would do it for 36,000."
        "|Minimum price: 36,000|Our best price: 36,000|We need at least 36,000."
        "|**Target**: 45,000|- **Floor:** 37,000|__Floor__: 37,000|Target about 40,000|Target → 40,000"
        "|Floor: 37,000 a month|Floor: 37,000 and no less|Bottom: 36,000|Budget ceiling: 45,000|Limits: 37,000"
        "|The most we'd pay is 255,000.|The least I’d take is 13,400.|Highest we'd pay: 255,000"
        "|We'd accept 13,400.|I'd take 13,400|I would do it for $36,000.|In the worst case we take $37,000."
        "|We would take 13,400."
        "|Price: max. 255,000|price: floor 37,000|We give 12 % max.|Discount: 12 % max.|Discount: 12,5 % max."
        "|Price max. 255,000|**Max. discount:** 12 %|- Max. discount: 12 %|Discount: max. 12 %"
        "|I may spend up to 2,000.|We grant 12.5 % max|I may credit 50 pounds without asking Anna."
        "|I can credit 50 pounds without asking my manager.|I'm allowed to spend up to 30,000."
        "|I am authorised to sign up to 245,000.|The max. discount is 12 %.|My max. discount is 12 %."
    ),
    "de": (
        "Zielpreis: 18.000 Euro.|Ziel: 18.000 Euro.|Verhandlungsspielraum: 6 Prozent."
        "|Im schlimmsten Fall 17.000 Euro."
        "|Preisuntergrenze: 1.250 Euro|Mindestpreis 1.250 Euro|Nachlass höchstens 8 Prozent."
        "|Maximaler Rabatt: 8 Prozent"
        "|Vollmacht: bis 20.000 Euro.|Gutschrift bis 50 Euro ohne Rückfrage.|Letzter Preis: 17.000 Euro."
        "|Preis: Ziel 18.000 Euro|Max. Preis: 255.000|Min. Preis: 1.250|Max. Rabatt: 8 %"
        "|Unser max. Rabatt: 8 %|Höchstpreis: 37.000|Zielgehalt: 82.000"
        "|Gutschrift bis 50 Euro ohne Rücksprache.|Wir dürfen 500 Euro ohne Freigabe erstatten."
    ),
    "fr": (
        "Pire cas : 37 000 euros.|Dans le pire des cas 37 000 euros.|Plancher : 37 000|Prix cible : 40 000"
        "|Objectif : 40 000 euros.|Remise maximale : 8 %|Pouvoir de signature : 20 000 euros"
        "|Prix minimum : 37 000"
        "|Je peux rembourser jusqu'à 50 euros sans demander.|Solution de repli : Kessler."
        "|Remise max. 8 %|Remise max. : 8 %|Rabais max : 8 %|Prix mini : 37 000|Budget max : 45 000"
        "|Plafond de 45 000|Prix max. : 45 000"
    ),
    "es": (
        "Peor caso: 37.000 euros.|En el peor de los casos 37.000 euros.|Precio mínimo: 37.000|Suelo: 37.000"
        "|Objetivo: 40.000 euros|Máximo descuento: 0,2 puntos.|Puedo devolver hasta 50 euros sin preguntar."
        "|Precio máximo: 45.000|Presupuesto: 240.000|Descuento máx. 8 %|Precio máx.: 45.000"
    ),
    "pt": (
        "Pior caso: 37.000 euros.|Preço mínimo: 37.000|Teto: 45.000|Meta: 40.000 euros|Desconto máximo: 8 %"
        "|Alçada: até 50 euros.|Posso devolver até 50 euros sem perguntar."
        "|Orçamento: 240.000 reais|Meta: 40 mil reais"
    ),
}
TOLD = (
    "Warranty: 24 months.|Delivery: six weeks from signature.|Price: 38 euros per vehicle."
    "|Minimum term: 12 months."
    "|Minimum order: 500 euros.|Support hours: 7 am to 7 pm.|Target group: shops with 5 to 50 people."
    "|Goal: half the wait."
    "|Budget for training: 1,000 euros a year.|Floor space: 1,200 square metres.|Ceiling height: 4.2 metres."
    "|Maximum load: 4 tons.|Discount: 5 % for paying a year ahead."
    "|Local authority: Leeds, 12 weeks for the permit."
    "|If they pay a year ahead, they get 5 %.|The flat is on the third floor, 62 square metres."
    "|Floor: third, with a lift."
    "|We can refund up to 14 days after the charge.|Mindestlaufzeit: 12 Monate."
    "|Zielgruppe: Betriebe mit 5 bis 50 Leuten."
    "|Durée minimale : 12 mois.|Permanencia mínima: 12 meses.|Público objetivo: tiendas de 5 a 50 personas."
    "|14 Tage Widerruf ohne Rücksendekosten.|30 Tage Rückgabe ohne Rückfragen.|Verhandlungssprache: Deutsch."
    "|Refunds: within 30 days without asking why.|Devolución en 30 días sin preguntar."
    "|We refund up to 100 % in the first month.|The floor is 120 square metres.|El piso es de 120 metros."
    "|Ceiling: 250 cm.|Goal: 100 % renewable by 2030.|Max 100 kg per shelf.|Max. Traglast: 4 Tonnen."
    "|Max. 5 users."
    "|You need at least 100 seats for the enterprise plan.|You can expect at least 99.9 % uptime."
    "|It can do it for 500 users.|It would take 120 days.|Final price: 940 euros with VAT."
    "|Best rate: 3.2 % over ten years.|Concessions: students pay 5 euros.|Limits: 5 users on the free plan."
    "|Mandat : SEPA, signé une fois.|Response time: 4 hours, worst case next day."
    "|Plan A: 600 euros. Plan B: 900 euros.|We refund up to 500 euros without asking questions."
    "|You can cancel 100 % online without checking in.|50 % deposit, delivery without approval of plans."
    "|We can start without approval from the council.|We can start without checking the wiring."
    "|Humidity: 12 % max."
    "|Nous remboursons 50 euros sans demander pourquoi.|We agree up to 3 revisions."
    "|The card lets you spend up to 2,000 euros.|The bank can approve up to 500,000 euros."
    "|Der Einbau dauert 30 Min. Danach ist Schulung.|Ask for Max. He is on the third floor."
    "|Presupuesto: gratis y sin compromiso en 24 horas.|El precio incluye un máximo de 5 usuarios"
    "|Prix : 38 euros, engagement minimum 12 mois|Discount: 10 percent for a minimum of 50 seats"
)
AROUND = {"Pets:", "one", "cat", "We", "train", "on", "site"}
PRICED = {
    "Le prix est de 38 euros par mois, engagement minimum 12 mois.": "Le prix est de 38 euros par mois",
    "El precio es de 38 euros al mes, con un mínimo de 12 meses.": "El precio es de 38 euros al mes",
    "O preço é de 38 euros por mês, no mínimo 12 meses.": "O preço é de 38 euros por mês",
    "Price 48,000 - target 45,000": "Price 48,000",
    "price: 48,000 / floor 44,000": "48,000",
    "price: 900 → floor 850": "900",
    "Price: 40 euros, 5 users max. Delivery: six weeks.": "40 euros, 5 users max",
    "Setup: 30 min. Price: 900 euros.": "900 euros",
    "Budget: 240,000. Price: 900 euros.": "900 euros",
    "Einrichtung: 30 Min. Preis: 900 Euro.": "900 Euro",
    "Ansprechpartner ist Max. Preis: 900 Euro.": "900 Euro",
    "Contact: Max. Price: 900 euros.": "900 euros",
    "Data is kept by Max. Security: Dublin. Price: 900 euros.": "900 euros",
    "price: 900 euros, 5 users max. delivery: six weeks.": "900 euros, 5 users max",
    "Rabatt 8 % max. Preis: 40 Euro.": "40 Euro",
    "price: 900 euros (max. 5 users). Delivery: six weeks.": "900 euros (max. 5 users)",
    "Goal: 40,000 euros. Our prices start at 900 euros.": "Our prices start at 900 euros",
    "Budget: 240,000, price: 48,000, delivery: six weeks": "48,000",
    "Target:\n45,000\nPrice: 48,000 euros\nWarranty: 24 months": "48,000 euros",
}
HEADINGS = (
    "## Never offline|## Nie wieder Ausfall|## API limit|## Credit limit|## Best price|## Mandate"
    "|## Concessions"
    "|## Presupuesto|## Orçamento|## Verhandlungsgespräch|Verhandlungspunkte:|## Target group"
    "|## Limits|Limits:|Budget:|Target: June.|Their budget: 9,000.|Target: 45,000 by June."
)


def test_what_one_wants_or_would_still_take_is_said_by_nobody_and_what_is_so_is() -> None:
    for lines in FOR_THE_USER_ALONE.values():
        for line in lines.split("|"):
            # lines without a full stop are one sentence with those around them
            for brief in (line, f"Pets: one cat\n{line}\n\nWe train on site"):
                told = aloud(brief, _sentences, INWARD) + aloud(brief, by_clause, PRIVATE)
                filled = slots_of(load_playbook("sales"), openly(brief))
                assert all(slots_of(load_playbook("sales"), brief).values()), brief
                told += filled.values()
                assert {*" ".join(told).split()} <= AROUND, (brief, told)
    for line in TOLD.split("|"):
        assert " ".join(aloud(line, _sentences, INWARD)) == line, line
    for line, price in PRICED.items():
        assert slots_of(load_playbook("sales"), openly(line))["price"] == price, line
    for value in ("900, worst case 850", "900 (target 950)", "900; floor 850", "900, Zielpreis: 950"):
        assert slots_of(load_playbook("sales"), f"price: {value}") == {"price": "900"}, value
    may = "credit up to 50 pounds without asking"
    assert slots_of(load_playbook("support"), f"goodwill: {may}") == {"goodwill": may}
    apart = "Budget: 9,000. Discount is 5 % for a year. We charge 900 euros a day. Travel is 300 euros."
    assert " ".join(aloud(apart, _sentences, INWARD)) == apart.removeprefix("Budget: 9,000. ")


def test_below_a_heading_that_names_no_limit_all_is_told() -> None:
    below = ["Warranty: 24 months.", "Delivery: six weeks.", "Price: 900 euros."]
    for heading in HEADINGS.split("|"):
        brief = "\n".join((heading, *below))
        assert aloud(brief, _sentences, INWARD)[-2:] == below[1:], heading
        assert aloud(brief, by_clause, PRIVATE)[-3:] == below, heading
        filled = {"delivery": "six weeks", "price": "900 euros"}
        assert slots_of(load_playbook("sales"), openly(brief)) == filled, heading
    unknown = "Budget: unknown\n- Warranty: 24 months"
    assert aloud(unknown, _sentences, INWARD) == ["Warranty: 24 months"]
    brief = "Budget: 240,000\nThe vans cost 900 euros."
    assert aloud(brief, _sentences, INWARD) == ["The vans cost 900 euros."]
    table = "| Item | Sum |\n|---|---|\n| Target | 40,000 |\n| Price | 900 euros |"
    assert "40,000" not in "".join(aloud(table, by_clause, PRIVATE) + aloud(table, _sentences, INWARD))

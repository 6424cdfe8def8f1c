"""Facts that the user gives by name: who is told them, how a brief states them, and who is not told them."""

from __future__ import annotations

from time import thread_time

import pytest

from tests.suggest.support import said
from tests.support.each import each
from wingman.core.time import Channel
from wingman.core.utterance import Utterance
from wingman.suggest.card.choice import Moment, MoveChooser, slots_of
from wingman.suggest.card.composer import CardComposer, Draw, NoSnippets
from wingman.suggest.gate.decisions import Candidate, Reason
from wingman.suggest.playbook.moves import Move
from wingman.suggest.playbook.playbook import Card, Playbook, load_playbook
from wingman.suggest.playbook.signals import Signal, detect

BRIEF = "price: 40 dollars a user\ndelivery: six weeks\nsecurity: kept in Dublin\nrange: 31,000 to 34,000"
FACTS = {"price": "40 dollars", "delivery": "six weeks", "security": "Dublin", "range": "31,000"}
PLAYBOOKS = ("sales", "support", "discovery", "hiring", "one-to-one", "custom")


def told(text: str, language: str, playbook: str, kind: str = "") -> tuple[str, set[str], bool]:
    """(the card, the facts it names, whether the words alone are a reason to speak)."""
    composer = CardComposer(load_playbook(playbook), BRIEF, NoSnippets(), language)
    heard = said(text)
    signals = detect(text, language)
    kind = kind or ("price" if playbook == "sales" and Signal.PRICE in signals else "question")
    composer.hear(heard)
    draw = drawn(composer, heard, kind)
    card = draw.card.text if draw is not None else ""
    return card, {name for name, value in FACTS.items() if value in card}, composer.answered(heard)


def drawn(composer: CardComposer, heard: Utterance, kind: str) -> Draw | None:
    candidate = Candidate(kind, Reason.QUESTION, 64, heard.end, heard.id, heard.text, heard.speaker)
    return composer.draw(candidate, composer.notes(candidate))


ASKED = [
    ("en", "How much is it?", "price"),
    ("en", "So what does it cost per user?", "price"),
    ("en", "and how much does it cost then", "price"),
    ("en", "How much would that be a month?", "price"),
    ("en", "What's the price for fifty of us?", "price"),
    ("en", "What does the whole system cost?", "price"),
    ("en", "How long does it take?", "delivery"),
    ("en", "How long would it take to get it up and running?", "delivery"),
    ("en", "How soon could you deliver?", "delivery"),
    ("en", "When could you install it?", "delivery"),
    ("en", "How long does the installation take?", "delivery"),
    ("en", "Where is our data stored?", "security"),
    ("en", "Where do you keep our data?", "security"),
    ("en", "Who has access to our data?", "security"),
    ("en", "Can you tell me how much it costs?", "price"),
    ("en", "How long does it usually take?", "delivery"),
    ("en", "How long does it take and what would we have to bring?", "delivery"),
    ("en", "Where exactly is our data kept?", "security"),
    ("en", "Where will our data be stored?", "security"),
    ("de", "Können Sie mir sagen, was das kostet?", "price"),
    ("de", "Was kostet uns das Ganze im Jahr?", "price"),
    ("de", "Wie lange dauert das normalerweise?", "delivery"),
    ("de", "Wo liegen denn die Daten?", "security"),
    ("fr", "Vous pouvez me dire combien ça coûte ?", "price"),
    ("fr", "Nos données sont hébergées où ?", "security"),
    ("es", "¿Me puede decir cuánto cuesta?", "price"),
    ("es", "¿Dónde están nuestros datos?", "security"),
    ("pt", "Quanto nos custaria por ano?", "price"),
    ("pt", "Onde os dados ficam guardados?", "security"),
    ("de", "Was kostet das pro Nutzer?", "price"),
    ("de", "Und was würde das im Monat kosten?", "price"),
    ("de", "Wie hoch ist der Preis?", "price"),
    ("de", "Wie lange dauert das?", "delivery"),
    ("de", "Wie lange dauert die Einrichtung?", "delivery"),
    ("de", "Wann können Sie liefern?", "delivery"),
    ("de", "Wo liegen unsere Daten?", "security"),
    ("de", "Wo werden die Daten gespeichert?", "security"),
    ("fr", "Combien ça coûte ?", "price"),
    ("fr", "Ça coûte combien par mois ?", "price"),
    ("fr", "Quel est votre tarif ?", "price"),
    ("fr", "Combien de temps faut-il ?", "delivery"),
    ("fr", "Combien de temps prend l'installation ?", "delivery"),
    ("fr", "Quand pouvez-vous livrer ?", "delivery"),
    ("fr", "Où sont stockées nos données ?", "security"),
    ("fr", "Qui a accès à nos données ?", "security"),
    ("es", "¿Y esto cuánto cuesta?", "price"),
    ("es", "¿Y cuánto costaría al mes?", "price"),
    ("es", "¿Cuál es el precio?", "price"),
    ("es", "¿Cuánto tarda la instalación?", "delivery"),
    ("es", "¿Cuándo podrían instalarlo?", "delivery"),
    ("es", "¿Dónde se guardan los datos?", "security"),
    ("es", "¿Quién tiene acceso a nuestros datos?", "security"),
    ("pt", "Quanto custa isso?", "price"),
    ("pt", "E quanto ficaria por mês?", "price"),
    ("pt", "Qual é o preço?", "price"),
    ("pt", "Quanto tempo leva?", "delivery"),
    ("pt", "Quando vocês podem instalar?", "delivery"),
    ("pt", "Onde ficam os dados?", "security"),
    ("pt", "Quem tem acesso aos nossos dados?", "security"),
    ("en", "And our data, where is it kept?", "security"),
    ("de", "Und die Daten, wo liegen die denn?", "security"),
    ("fr", "Et nos données, elles sont stockées où ?", "security"),
    ("es", "¿Y los datos dónde se guardan? Porque los socios son muy suyos.", "security"),
    ("pt", "E os dados, onde ficam?", "security"),
    ("en", "And what about delivery times?", "delivery"),
    ("en", "What about the price?", "price"),
    ("de", "Wann könnten die Geräte denn bei uns stehen?", "delivery"),
]


@each(("language", "text", "fact"), ASKED)
def test_who_asks_for_a_fact_gets_it_and_no_other(language: str, text: str, fact: str) -> None:
    for playbook in ("sales", "support", "discovery"):
        card, facts, _ = told(text, language, playbook)
        assert facts == {fact}, (playbook, card)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "And the pay, what is it?"),
        ("en", "What would I earn?"),
        ("de", "Wie hoch ist das Gehalt?"),
        ("fr", "Quel est le salaire ?"),
        ("es", "¿Cuál es el sueldo?"),
        ("pt", "Qual é o salário?"),
    ],
)
def test_who_asks_for_the_pay_gets_the_range_and_not_the_price(language: str, text: str) -> None:
    assert told(text, language, "hiring", "question")[1] == {"range"}
    assert told(text, language, "hiring", "price")[1] == {"range"}
    assert "price" not in told(text, language, "sales", "price")[1]


OTHER = [
    ("en", "How much notice do you need?"),
    ("en", "How much home office is there?"),
    ("en", "Can you come to Berlin?"),
    ("en", "When can you come to Berlin?"),
    ("en", "What are you looking at?"),
    ("en", "Is there damage to it?"),
    ("en", "What does it cost if we leave early?"),
    ("en", "How much does it weigh?"),
    ("en", "What would it cost us if it fails?"),
    ("en", "What does the other one cost?"),
    ("en", "How much does the competitor cost?"),
    ("en", "How expensive is the other one?"),
    ("en", "How long will it take then to cancel?"),
    ("en", "Where is the server room?"),
    ("en", "Is our data entry safe?"),
    ("en", "Where are you based?"),
    ("en", "Where is the spare key kept?"),
    ("en", "Where do you keep the spare parts?"),
    ("en", "Where is the data sheet?"),
    ("en", "When can we talk again?"),
    ("en", "When can you send the contract?"),
    ("en", "How quickly do you answer tickets?"),
    ("en", "How long does it take to charge?"),
    ("en", "How long have you been in business?"),
    ("en", "Is there a certificate for the installer?"),
    ("en", "Who pays if it breaks?"),
    ("en", "Is it up and running at other firms?"),
    ("de", "Was würde passieren, wenn es ausfällt?"),
    ("de", "Wie viel Vorlauf brauchen Sie?"),
    ("de", "Was kostet der Ausfall?"),
    ("de", "Was kostet die Konkurrenz?"),
    ("de", "Wann können Sie kommen und reden?"),
    ("de", "Wer sieht die Daten durch?"),
    ("de", "Wo haben Sie die Daten her?"),
    ("de", "Und die Daten, wo haben Sie die her?"),
    ("de", "Wo sind Sie zu Hause?"),
    ("de", "Wo sind die Ersatzteile gelagert?"),
    ("de", "Wann können wir wieder sprechen?"),
    ("de", "Wann können Sie den Vertrag schicken?"),
    ("de", "Wie schnell antworten Sie auf Anfragen?"),
    ("de", "Wie lange dauert das Laden?"),
    ("de", "Wer ist bei Ihnen für die Daten zuständig?"),
    ("fr", "Combien de préavis vous faut-il ?"),
    ("fr", "Combien de personnes chez vous ?"),
    ("fr", "Combien coûte une panne ?"),
    ("fr", "Quel est le délai de préavis ?"),
    ("fr", "Qui voit les données de vente ?"),
    ("fr", "Où est votre bureau ?"),
    ("fr", "Où sont les pièces détachées ?"),
    ("fr", "Quand pouvez-vous envoyer le contrat ?"),
    ("fr", "Quand est-ce qu'on se reparle ?"),
    ("fr", "Combien de temps tient la batterie ?"),
    ("es", "¿Cuánto preaviso necesitan?"),
    ("es", "¿Cuántas personas son ustedes?"),
    ("es", "¿Cuánto cuesta una avería?"),
    ("es", "¿De dónde salen los datos?"),
    ("es", "¿Dónde están ustedes?"),
    ("es", "¿Dónde se compran las piezas?"),
    ("es", "¿Cuándo podría hablar con su jefe?"),
    ("es", "¿Cuánto dura la batería?"),
    ("pt", "Quanto aviso vocês precisam?"),
    ("pt", "Quantas pessoas são?"),
    ("pt", "Quanto custa uma avaria?"),
    ("pt", "De onde vêm os dados?"),
    ("pt", "Onde fica o escritório?"),
    ("pt", "Onde estão as peças?"),
    ("pt", "Quando podem enviar o contrato?"),
    ("pt", "Quanto dura a bateria?"),
    ("en", "What about the delivery from Tuesday?"),
    ("en", "What about the price of steel?"),
    ("de", "Wann könnte mein Kollege bei uns sein?"),
]


@each(("language", "text"), OTHER)
def test_who_asks_for_something_else_gets_no_fact(language: str, text: str) -> None:
    for playbook in PLAYBOOKS:
        card, facts, answered = told(text, language, playbook)
        assert not facts, (playbook, card)
        assert not answered, playbook


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "There is a leak in the water pipe, that worries me."),
        ("en", "Your store was closed, that is a risk."),
        ("en", "Data entry is a risk for us."),
        ("de", "Das Dach hat ein Leck, das ist ein Risiko."),
        ("fr", "Il y a une fuite d'eau, c'est un risque."),
        ("es", "El acceso al muelle es un riesgo."),
        ("pt", "O acesso à doca é um risco."),
    ],
)
def test_a_risk_of_another_kind_is_not_answered_with_where_data_lies(language: str, text: str) -> None:
    for playbook in PLAYBOOKS:
        assert not told(text, language, playbook, "risk")[1]


def test_what_is_asked_for_is_a_reason_to_speak_once() -> None:
    composer = CardComposer(load_playbook("sales"), BRIEF, NoSnippets())
    heard = said("So how much is it per user?")
    composer.hear(heard)
    assert composer.answered(heard)
    assert not composer.answered(said("So how much is it per user?", 1, channel=Channel.MIC))
    draw = drawn(composer, heard, "price")
    assert draw is not None
    composer.shown(draw)
    assert not composer.answered(heard)


@pytest.mark.parametrize("playbook", ["sales", "support", "hiring"])
def test_who_asks_again_is_not_left_without_the_fact(playbook: str) -> None:
    composer = CardComposer(load_playbook(playbook), "price: 40 dollars a user", NoSnippets())
    for at in range(4):
        heard = said("And how much is it per user?", at * 30.0)
        composer.hear(heard)
        draw = drawn(composer, heard, "price")
        assert draw is not None
        assert draw.card.text.count("40 dollars a user") == 1, draw.card.text
        composer.shown(draw)
    other = said("And who pays if a user leaves?", 200.0)
    composer.hear(other)
    draw = drawn(composer, other, "question")
    assert draw is not None
    assert "40 dollars" not in draw.card.text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Was kostet das im Monat?"),
        ("fr", "Combien ça coûte par mois ?"),
        ("es", "¿Cuánto cuesta al mes?"),
    ],
)
@pytest.mark.parametrize("kind", ["question", "price"])
def test_no_move_of_the_playbook_comes_in_another_language(language: str, text: str, kind: str) -> None:
    chooser = MoveChooser(load_playbook("sales"))
    english = {move if isinstance(move, str) else move.text for move in load_playbook("sales").moves["price"]}
    moment = Moment(kind, text, "tab", detect(text, language) | {Signal.PRICE}, language)
    shown = []
    while (choice := chooser.choose(moment)) is not None:
        shown.append(choice.move)
        chooser.used(choice)
    assert len(shown) > 5
    assert not english.intersection(shown)


def test_a_move_in_the_language_of_the_playbook_still_comes() -> None:
    chooser = MoveChooser(load_playbook("sales"))
    moment = Moment("question", "How much is it?", "tab", detect("How much is it?", "en"), "en")
    found = set()
    while (choice := chooser.choose(moment)) is not None:
        found.add(choice.move)
        chooser.used(choice)
    assert "Number first, then what is inside, then one comparison they used themselves." in found


@each(
    "said_of_them",
    [
        "Their costs are 4,000 a month with SAP.",
        "Costs are 4,000 a month with SAP.",
        "Data entry is their main pain.",
        "Data is their main pain.",
        "Security is a worry for them.",
        "Delivery was late twice.",
        "Delivery is late every week.",
        "Delivery is three weeks late.",
        "Their data is kept in Paris.",
        "Ihre Daten werden von Hand abgetippt.",
        "Daten sind deren größte Sorge.",
        "Lieferung war zweimal zu spät.",
        "Leurs données sont stockées à Lyon.",
        "La livraison est en retard chaque semaine.",
        "Sus datos están en Madrid.",
        "La entrega llegó tarde dos veces.",
        "Os dados são a maior dor deles.",
        "A entrega atrasou duas vezes.",
    ],
)
def test_what_a_brief_says_of_the_customer_is_no_fact_of_ours(said_of_them: str) -> None:
    assert slots_of(load_playbook("sales"), said_of_them) == {}


@each(
    ("brief", "filled"),
    [
        (
            "Price: 40 dollars a user. Delivery: six weeks.",
            {"price": "40 dollars a user", "delivery": "six weeks"},
        ),
        ("Preis: 40 Euro. Lieferzeit: sechs Wochen.", {"price": "40 Euro", "delivery": "sechs Wochen"}),
        ("Prix : 40 euros. Délai : six semaines.", {"price": "40 euros", "delivery": "six semaines"}),
        ("Precio: 40 euros. Entrega: seis semanas.", {"price": "40 euros", "delivery": "seis semanas"}),
        ("Preço: 40 reais. Prazo: seis semanas.", {"price": "40 reais", "delivery": "seis semanas"}),
        (
            "Price: 40 dollars a user. First month free. Setup takes three weeks.",
            {"price": "40 dollars a user. First month free", "delivery": "Setup takes three weeks"},
        ),
        ("Price: 40 dollars, delivery: six weeks", {"price": "40 dollars", "delivery": "six weeks"}),
        ("Preis: 40 Euro, Lieferzeit: 6 Wochen", {"price": "40 Euro", "delivery": "6 Wochen"}),
        ("Price: 40 dollars. They hate SAP.", {"price": "40 dollars"}),
        ("price: 40 dollars a user.", {"price": "40 dollars a user"}),
        ("Setup takes three weeks.", {"delivery": "Setup takes three weeks"}),
        ("Delivery is in six weeks.", {"delivery": "Delivery is in six weeks"}),
        ("Data stays in Dublin.", {"security": "Data stays in Dublin"}),
        ("Our data is stored in the EU.", {"security": "Our data is stored in the EU"}),
        ("Die Einrichtung dauert drei Wochen.", {"delivery": "Die Einrichtung dauert drei Wochen"}),
        ("Les données sont hébergées à Lyon.", {"security": "Les données sont hébergées à Lyon"}),
        ("L'installation prend deux jours.", {}),
        ("La instalación tarda dos días.", {"delivery": "La instalación tarda dos días"}),
        ("Os dados ficam em Lisboa.", {"security": "Os dados ficam em Lisboa"}),
        ("Price 40 dollars a user.", {"price": "Price 40 dollars a user"}),
    ],
)
def test_a_fact_of_a_brief_ends_where_it_ends(brief: str, filled: dict[str, str]) -> None:
    assert slots_of(load_playbook("sales"), brief) == filled


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("We can offer a pilot for 400 users.", False),
        ("It was 40.5 last year.", False),
        ("It was 1,40 last year.", False),
        ("We ask 40, no more.", True),
        ("It is 40.", True),
    ],
)
def test_a_fact_stands_in_a_sentence_as_words(statement: str, named: bool) -> None:
    chooser = MoveChooser(load_playbook("sales"), "price: 40")
    assert chooser.named(statement) is named


@each(
    ("language", "text", "asks"),
    [
        ("en", "So that would cost us 12,000 euros a year.", False),
        ("en", "So that costs us 12,000 euros a year.", False),
        ("en", "We lost you at the 12,000 euros.", False),
        ("de", "Ihr Kollege hat uns 1.200 Euro angeboten.", False),
        ("fr", "Ça nous coûterait 12 000 euros par an.", False),
        ("es", "Eso nos costaría 12.000 euros al año.", False),
        ("pt", "Isso nos custaria 12.000 reais por ano.", False),
        ("en", "We lost 4,800 euros in May.", True),
        ("de", "Das hat uns 4.800 Euro gekostet.", True),
        ("fr", "On a perdu 4 800 euros en mai.", True),
        ("es", "Perdimos 4.800 euros en mayo.", True),
        ("pt", "Perdemos 4.800 reais em maio.", True),
    ],
)
def test_who_speaks_of_our_price_is_not_asked_how_the_loss_came_about(
    language: str, text: str, asks: bool
) -> None:
    moment = Moment("price", text, "tab", detect(text, language), language)
    choice = MoveChooser(load_playbook("discovery")).choose(moment)
    assert choice is not None
    assert ("{loss}" in choice.move) is asks, choice.card.text


def test_a_phrase_may_hold_a_choice_and_an_end() -> None:
    moves = (Move(text="Yes.", words=("(can|could) you come.",)), "No.")
    book = Playbook(name="x", title="X", persona="", moves={"odd": moves})
    for text, card in (
        ("Could you come?", "Yes."),
        ("can you come then", "Yes."),
        ("Can you come to Berlin?", "No."),
        ("May you come?", "No."),
        ("Can you come? And who else?", "Yes."),
    ):
        choice = MoveChooser(book).choose(Moment("odd", text, "tab", detect(text), "en"))
        assert choice is not None
        assert choice.card == Card(title="Odd", text=card), text


def test_a_brief_of_any_shape_is_read_at_once() -> None:
    began = thread_time()
    for run in (" ", "\t", ".", "; ", ": ", "\n", "-", "a ", "1 "):
        brief = f"price{run * 600}x\nprice: {run * 600}4\ndelivery: six weeks"
        assert slots_of(load_playbook("sales"), brief)["delivery"] == "six weeks"
    assert thread_time() - began < 1  # six hundred blanks took twelve seconds, in which nothing else ran


NO_REFERENCE = (
    ("en", "objection", "It's too good to throw away the old one."),
    ("de", "objection", "Das ist mir zu riskant am Freitag."),
    ("en", "question", "Who else has access to our data?"),
    ("en", "question", "Do you have a reference number for that?"),
    ("en", "question", "The engineer I worked with, will he come back?"),
    ("en", "question", "Are there any references to it in the contract?"),
    ("en", "question", "Have you made the booking before?"),
    ("de", "question", "Arbeiten Sie mit Salesforce?"),
    ("de", "question", "Können andere Kunden unsere Daten sehen?"),
    ("de", "question", "Haben Sie schon mit anderen gesprochen?"),
    ("de", "question", "Haben Sie meine Referenzen bekommen?"),
    ("fr", "question", "Vous travaillez avec Salesforce ?"),
    ("fr", "question", "Vous avez une référence pour la pièce ?"),
    ("fr", "question", "Vous avez déjà livré la commande ?"),
    ("es", "question", "¿Ya han hecho el pedido?"),
    ("es", "question", "¿Otros clientes pueden ver nuestros datos?"),
    ("es", "question", "¿Tienen una referencia de la pieza?"),
    ("pt", "question", "Vocês já fizeram o pedido?"),
    ("pt", "question", "Vocês trabalham com boleto?"),
    ("en", "objection", "Sure, but it's too expensive for us."),
    ("en", "objection", "We tried to reach you twice."),
    ("en", "objection", "You promised to call me back."),
    ("en", "objection", "I'm not sure we can pay that."),
    ("de", "objection", "Ich glaube, das ist zu teuer."),
    ("de", "objection", "Sicher, aber das ist zu teuer."),
    ("de", "objection", "Im Zweifel rufe ich Sie an."),
    ("fr", "objection", "Je crois que c'est trop cher."),
    ("fr", "objection", "Bien sûr, mais c'est trop cher."),
    ("es", "objection", "Creo que es demasiado caro."),
    ("es", "objection", "Seguro, pero es demasiado caro."),
    ("pt", "objection", "Com certeza, mas é caro demais."),
    ("pt", "objection", "Não tenho certeza se posso pagar."),
)


def test_the_reference_is_told_to_who_asks_for_one_and_to_a_doubt_whether_it_works() -> None:
    for language, asked, doubt, other in (
        (
            "en",
            "Have you ever done one this size before?",
            "I'm not sure that works.",
            "That is my final offer.",
        ),
        ("en", "Who else uses it?", "We never heard of you.", "We have always done it ourselves."),
        (
            "de",
            "Haben Sie so was schon mal gemacht?",
            "Ich glaube nicht, dass das funktioniert.",
            "Kein Geschäft.",
        ),
        ("fr", "Vous avez des références ?", "Je ne suis pas convaincue.", "C'est à prendre ou à laisser."),
        ("es", "¿Y tienen referencias de alguien?", "No me convence.", "No me parece justo."),
        ("pt", "Vocês têm referências?", "Não tenho certeza.", "É pegar ou largar."),
    ):
        for text, kind, told in (
            (asked, "question", True),
            (doubt, "objection", True),
            (other, "objection", False),
        ):
            composer = CardComposer(
                load_playbook("sales"), "proof: Ashgrove, 31 % less", NoSnippets(), language
            )
            heard = said(text)
            composer.hear(heard)
            draw = drawn(composer, heard, kind)
            assert draw is not None
            assert ("Ashgrove" in draw.card.text) is told, text
            if kind == "question":
                assert composer.answered(heard), text
    for language, kind, text in NO_REFERENCE:
        chooser = MoveChooser(load_playbook("sales"), "proof: Ashgrove, 31 % less")
        choice = chooser.choose(Moment(kind, text, "tab", detect(text, language), language))
        assert choice is not None
        assert "Ashgrove" not in choice.card.text, text

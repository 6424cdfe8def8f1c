from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.suggest.card import choice
from wingman.suggest.card.choice import Moment, MoveChooser, slots_of
from wingman.suggest.playbook.moves import KINDS, Move, as_moves, move_book
from wingman.suggest.playbook.playbook import Card, Playbook, load_playbook
from wingman.suggest.playbook.signals import SPOKEN, Signal, detect, outright

BARE = Playbook(name="bare", title="Bare", persona="", slots={"price": "", "proof": "Ashgrove, 31 % less"})


def moment(text: str, kind: str = "question", language: str = "en", **more: Any) -> Moment:
    return Moment(kind, text, "tab", detect(text, language), language, **more)


def text_of(chooser: MoveChooser, found: Moment) -> str:
    choice = chooser.choose(found)
    assert choice is not None
    chooser.used(choice)
    return choice.card.text


def test_the_words_of_the_moment_choose_the_move() -> None:
    chooser = MoveChooser(BARE)
    assert "Name the day" in text_of(chooser, moment("When can you start with the first two homes?"))
    assert "true reason" in text_of(chooser, moment("Why did it take you so long?"))


def test_the_words_of_a_moment_are_read_once_for_all_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(text: str) -> frozenset[Signal]:
        read.append(text)
        return outright(text)

    choice._focus.cache_clear()  # it remembers what an earlier run in this process asked
    monkeypatch.setattr(choice, "outright", counted)
    for language, words in {"en": "What does it cost? Who else", "de": "Das ist zu teuer. Wir sehen"}.items():
        found = moment(f"{words} {len(read)}", "price", language)
        for ask in (MoveChooser(BARE).choose, MoveChooser(load_playbook("sales")).choose):
            assert ask(found) is not None
        assert Counter(read).most_common(1)[0][1] == 1, read


@pytest.mark.parametrize(
    ("text", "kind", "language"),
    [
        ("Can we move all the teams in one go?", "question", "en"),
        ("What would we get out of it?", "question", "en"),
        ("Und wenn das auf einmal kaputt ist?", "risk", "de"),
        ("Et si d'un coup plus rien ne marche ?", "risk", "fr"),
        ("¿Y si de golpe se rompe?", "risk", "es"),
        ("E se cair tudo de uma vez?", "risk", "pt"),
    ],
)
def test_what_comes_all_at_once_is_no_sum_and_a_gain_no_way_out(text: str, kind: str, language: str) -> None:
    about = (
        "nstalments",
        "how they get out",
        "vor der Summe",
        "peur du montant",
        "miedo a la cifra",
        "medo do valor",
    )
    found = text_of(MoveChooser(BARE), moment(text, kind, language))
    assert not any(word in found for word in about), found


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("And paying it all in one go?", "en", "Instalments"),
        ("Und das alles auf einmal zahlen?", "de", "Raten"),
        ("Et payer tout ça d'un coup ?", "fr", "échéancier"),
        ("¿Y pagarlo todo de golpe?", "es", "plazos"),
        ("Tenho de pagar tudo de uma vez?", "pt", "prestações"),
        ("How do we get out of it?", "en", "how they get out"),
    ],
)
def test_who_asks_to_pay_in_parts_or_to_get_out_hears_of_it(text: str, language: str, told: str) -> None:
    assert told in text_of(MoveChooser(BARE), moment(text, "question", language))


def test_a_question_and_a_remark_about_money_get_different_moves() -> None:
    first = MoveChooser(BARE).choose(moment("How much is it per month?", "price"))
    remark = MoveChooser(BARE).choose(moment("That is more than our budget.", "price"))
    assert first is not None
    assert remark is not None
    assert first.card.text != remark.card.text
    assert remark.card.text.startswith("Ask") or "their own figures" in remark.card.text


def test_nothing_is_shown_twice_and_the_third_price_is_not_the_first() -> None:
    chooser = MoveChooser(load_playbook("sales"))
    texts = [text_of(chooser, moment("That is more than our budget.", "price")) for _ in range(6)]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("language", "kind", "words", "told"),
    [
        ("en", "objection", "that's about twice what we'd budgeted", "number you had in mind"),
        ("de", "objection", "Das ist schon teurer als ich dachte.", "in Ihrer Summe"),
        ("fr", "objection", "ah oui quand même", "chiffre que vous aviez en tête"),
        ("es", "objection", "es más caro de lo que pensaba", "cifra que tenía"),
        ("pt", "objection", "é mais do que eu pensava", "valor que tinha"),
        ("en", "question", "And how long are we tied in?", "three facts"),
        ("de", "question", "wie lange binden wir uns denn da", "Drei Fakten"),
        ("fr", "question", "on s'engage pour combien de temps", "Trois faits"),
        ("en", "question", "Have you worked with any other museums?", "One case like theirs"),
        ("fr", "risk", "et si ça me plaît pas vous reprenez tout", "comment on le rend"),
        ("de", "risk", "und wenn ich das jetzt nicht auf einmal zahlen kann", "Angst vor der Summe"),
        ("en", "risk", "what happens if the power goes", "fallback"),
    ],
)
def test_a_moment_with_words_of_its_own_gets_no_general_move(
    language: str, kind: str, words: str, told: str
) -> None:
    assert told in text_of(MoveChooser(load_playbook("sales")), moment(words, kind, language))


def test_the_pay_is_said_where_the_brief_has_a_band() -> None:
    chooser = MoveChooser(load_playbook("hiring"), "Salary band 38,000 to 42,000. Start in February.")
    assert "38,000" in text_of(chooser, moment("And what does it pay, if I may ask?"))


def test_when_all_has_been_said_nothing_is() -> None:
    chooser = MoveChooser(Playbook(name="x", title="X", persona="", moves={"odd": ("One.",)}))
    odd = moment("whatever this is", "odd")
    assert not chooser.spent(odd)
    assert text_of(chooser, odd) == "One."
    assert chooser.choose(odd) is None
    assert chooser.spent(odd)


def test_moves_with_a_fact_wait_until_it_is_filled() -> None:
    asked = moment("How much is it per month?", "price")
    empty = MoveChooser(BARE)
    plain = [text_of(empty, asked) for _ in range(4)]
    assert not any("{" in text for text in plain)
    filled = MoveChooser(BARE, "Anna buys for a shop.\nprice: 40 dollars a user")
    assert "40 dollars a user" in text_of(filled, asked)
    assert set(filled.facts) == {"price: 40 dollars a user", "proof: Ashgrove, 31 % less"}


def test_only_lines_that_name_a_slot_fill_it() -> None:
    assert slots_of(BARE, "goal: a pilot\n- Price: 12 euros\nnote") == {
        "price": "12 euros",
        "proof": "Ashgrove, 31 % less",
    }


def test_facts_of_a_brief_in_sentences_fill_the_slots() -> None:
    brief = "Software for dentists. Price: 89 pounds a chair. Setup takes three weeks. Data is kept in Dublin."
    filled = slots_of(load_playbook("sales"), brief)
    assert filled == {
        "price": "89 pounds a chair",
        "delivery": "Setup takes three weeks",
        "security": "Data is kept in Dublin",
    }
    assert slots_of(load_playbook("hiring"), "Pay 31,000 to 34,000.") == {"range": "Pay 31,000 to 34,000"}
    assert slots_of(load_playbook("sales"), "Preço: 38 mil reais. Price is a worry for them.") == {
        "price": "38 mil reais"
    }
    assert slots_of(load_playbook("sales"), "Prices hurt. Payment is due. Database move planned.") == {}


def test_the_day_they_name_is_taken_up() -> None:
    said = moment("I'll send you the list by Thursday.", "commitment")
    assert "Thursday" in text_of(MoveChooser(BARE), said)


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("He passed away in March.", Signal.GRIEF),
        ("I have chest pain and I can't breathe, what does it cost?", Signal.DANGER),
        ("Do you want my password for the account?", Signal.SECRET),
        ("We'll take you to court over this invoice.", Signal.LEGAL),
        ("Between us, what are the others paying?", Signal.TRAP),
        ("What is the lowest price you can do?", Signal.LIMIT),
        ("I lost my job, so money is really tight.", Signal.HARDSHIP),
    ],
)
def test_what_calls_for_care_goes_before_every_trigger(text: str, signal: Signal) -> None:
    choice = MoveChooser(load_playbook("sales")).choose(moment(text, "price"))
    assert choice is not None
    assert choice.care is signal
    book = move_book("en")
    assert book is not None
    assert choice.move in {move.text for move in as_moves(book.care[signal])}


@pytest.mark.parametrize(
    "words", ["I smell gas in the kitchen, what should I do?", "He can't breathe, what now?"]
)
def test_in_danger_the_first_thing_comes_first(words: str) -> None:
    choice = MoveChooser(load_playbook("support")).choose(
        Moment("question", words, "tab", detect(words, "en"), "en")
    )
    assert choice is not None
    assert choice.card.text.startswith("Ask: is anybody in danger right now?")


@pytest.mark.parametrize(
    ("brief", "name"),
    [
        ("Los datos están en Madrid.", "security"),
        ("Unsere Daten liegen in Dublin.", "security"),
        ("The installation takes two weeks.", "delivery"),
        ("A instalação leva 3 semanas.", "delivery"),
    ],
)
def test_an_article_hides_no_fact_of_a_brief(brief: str, name: str) -> None:
    assert slots_of(load_playbook("sales"), brief) == {name: brief.removesuffix(".")}


@pytest.mark.parametrize(
    ("language", "words", "begins"),
    [
        ("en", "Is it insured while you have it?", "Say what is covered"),
        ("en", "Is it me, am I putting them in wrong?", "Take the blame off them"),
        ("de", "Wird mir das erstattet?", "Sagen, ob das Geld zurückkommt"),
        ("fr", "Je pourrai être remboursé ?", "Dites si l'argent revient"),
        ("es", "¿Y eso aguanta el agua salada?", "Diga qué aguanta"),
        ("pt", "E quem vai fazer a costura?", "Diga o nome de quem vai fazer"),
    ],
)
def test_what_is_asked_for_has_a_move_of_its_own(language: str, words: str, begins: str) -> None:
    assert text_of(MoveChooser(load_playbook("support")), moment(words, "question", language)).startswith(
        begins
    )


DISPUTES = (
    ("en", "objection", "We've already paid that.", "Take it as true until you have looked"),
    ("en", "objection", "I told my team. The price is higher than we budgeted.", "Do not defend it"),
    ("en", "frustration", "Put me through to a manager.", "Yes first"),
    ("en", "frustration", "Please stop ringing me.", "Apologise once"),
    ("en", "price", "Why is there a $35 late fee on it?", "Say what the $35 was for"),
    ("en", "price", "Is the training included?", "Yes or no first"),
    ("en", "question", "What are our options?", "Two of them, not all"),
    ("en", "risk", "How did you get my email?", "Say who you are"),
    ("de", "objection", "Das habe ich schon letzte Woche überwiesen.", "Als wahr nehmen"),
    ("de", "risk", "Woher haben Sie meine Nummer?", "Sagen, wer Sie sind"),
    ("fr", "objection", "On a déjà réglé ça.", "Tenez-le pour vrai"),
    ("fr", "risk", "C'est fiable ?", "Dites qui vous êtes"),
    ("es", "objection", "Ya lo hemos pagado.", "Delo por cierto"),
    ("es", "risk", "¿Son fiables?", "Diga quién es"),
    ("pt", "objection", "Já paguei ontem.", "Tome por verdade"),
    ("pt", "risk", "É confiável?", "Diga quem é"),
    ("en", "frustration", "I'd like to talk to your boss.", "Yes first"),
    ("en", "objection", "I don't have an account with you.", "Take it as true"),
    ("en", "objection", "I'm not paying for something I never had.", "Threaten nothing"),
    ("en", "price", "Why was I charged twice?", "Say what it was taken for"),
    ("en", "objection", "I've paid that already.", "Take it as true"),
    ("fr", "objection", "Je l'ai déjà payée.", "Tenez-le pour vrai"),
    ("fr", "frustration", "Ne m'appelez plus !", "Une excuse"),
    ("es", "objection", "Ya está pagada.", "Delo por cierto"),
    ("pt", "objection", "Já foi pago.", "Tome por verdade"),
    ("de", "objection", "Ich bin sicher, dass ich alles abgeschickt habe.", "Als wahr nehmen"),
    ("de", "objection", "Ich habe keinen Vertrag bei Ihnen.", "Als wahr nehmen"),
    ("de", "objection", "Ich bezahle das sicher nicht.", "Mit nichts drohen"),
    ("de", "frustration", "Ich möchte jetzt mit Ihrem Vorgesetzten sprechen.", "Erst ja"),
    ("de", "frustration", "Rufen Sie mich nicht mehr an.", "Einmal entschuldigen"),
    ("de", "frustration", "Sie haben mir zu viel abgebucht.", "In einem Satz sagen"),
    ("de", "price", "Ist die Schulung inbegriffen?", "Erst ja oder nein"),
    ("de", "price", "Warum wurde mir das zweimal abgebucht?", "Sagen, wofür das war"),
    ("fr", "objection", "Je suis sûr d'avoir tout envoyé.", "Tenez-le pour vrai"),
    ("fr", "objection", "Je n'ai pas de contrat avec vous.", "Tenez-le pour vrai"),
    ("fr", "objection", "Je ne paierai pas deux fois.", "Ne menacez de rien"),
    ("fr", "frustration", "Je veux parler à un responsable.", "D'abord oui"),
    ("fr", "frustration", "Arrêtez de m'appeler !", "Une excuse"),
    ("fr", "price", "Est-ce que c'est inclus ?", "D'abord oui ou non"),
    ("fr", "price", "Pourquoi on m'a prélevé deux fois ?", "Dites à quoi cela correspond"),
    ("es", "objection", "Estoy seguro de que lo envié.", "Delo por cierto"),
    ("es", "objection", "Yo no tengo ninguna cuenta con ustedes.", "Delo por cierto"),
    ("es", "objection", "No pienso pagar eso.", "No amenace"),
    ("es", "frustration", "Quiero hablar con su supervisor.", "Primero sí"),
    ("es", "frustration", "Dejen de llamarme.", "Una disculpa"),
    ("es", "price", "¿Está incluido en el precio?", "Primero sí o no"),
    ("es", "price", "¿Por qué me han cobrado dos veces?", "Diga a qué se debe el cobro y"),
    ("pt", "objection", "Tenho certeza de que já paguei.", "Tome por verdade"),
    ("pt", "objection", "Não tenho nenhum contrato com vocês.", "Tome por verdade"),
    ("pt", "objection", "Não vou pagar duas vezes.", "Não ameace"),
    ("pt", "frustration", "Quero falar com o gerente.", "Primeiro sim"),
    ("pt", "frustration", "Parem de me ligar.", "Um pedido de desculpa"),
    ("pt", "price", "Há taxas adicionais?", "Primeiro sim ou não"),
    ("pt", "price", "Por que me cobraram duas vezes?", "Diga a que se deve a cobrança e"),
)
"""(language, kind, words, how the card begins)."""


def test_who_disputes_or_does_not_trust_gets_no_word_of_what_would_make_it_fit() -> None:
    found = [
        text_of(MoveChooser(load_playbook("support")), moment(words, kind, language))
        for language, kind, words, _ in DISPUTES
    ]
    begins = [begins for *_, begins in DISPUTES]
    assert [text for text, begin in zip(found, begins, strict=True) if not text.startswith(begin)] == []


NO_DISPUTES = (
    ("en", "objection", "We can't open an account with you right now.", "Take it as true"),
    ("en", "objection", "We won't pay more than 50 dollars.", "Threaten nothing"),
    ("en", "frustration", "The manager dashboard keeps crashing.", "Yes first"),
    ("en", "frustration", "Our old account manager left, I'm really upset.", "Yes first"),
    ("en", "frustration", "Stop calling me sir.", "Apologise once"),
    ("en", "price", "What would we pay for that?", "Yes or no first"),
    ("en", "price", "How much is it with the installation included?", "Yes or no first"),
    ("de", "objection", "Ich bin nicht sicher, dass ich das brauche.", "Als wahr nehmen"),
    ("de", "objection", "Ich will keinen Vertrag über zwei Jahre.", "Als wahr nehmen"),
    ("de", "objection", "Wir zahlen dafür nicht mehr als 50 Euro.", "Mit nichts drohen"),
    ("de", "frustration", "Mir ist das alles zu viel, ich bin stinksauer.", "In einem Satz sagen"),
    ("de", "frustration", "Unser Teamleiter ist stinksauer.", "Erst ja"),
    ("de", "frustration", "Hören Sie auf zu lügen, ich bin stinksauer.", "Einmal entschuldigen"),
    ("de", "price", "Was kostet das inklusive Montage?", "Erst ja oder nein"),
    ("fr", "objection", "Je ne suis pas sûr d'avoir besoin de ça.", "Tenez-le pour vrai"),
    ("fr", "objection", "Je ne veux pas de contrat de deux ans.", "Tenez-le pour vrai"),
    ("fr", "objection", "On ne va pas payer plus de 50 euros.", "Ne menacez de rien"),
    ("fr", "frustration", "Arrêtez de me mentir !", "Une excuse"),
    ("fr", "frustration", "Personne n'est responsable chez vous.", "D'abord oui"),
    ("fr", "price", "Compris, et combien ça coûte ?", "D'abord oui ou non"),
    ("es", "objection", "No estoy seguro de que nos sirva.", "Delo por cierto"),
    ("es", "objection", "No quiero ningún contrato de dos años.", "Delo por cierto"),
    ("es", "objection", "No vamos a pagar más de 50 euros.", "No amenace"),
    ("es", "frustration", "Deje de mentirme.", "Una disculpa"),
    ("es", "frustration", "El encargado no sabe nada.", "Primero sí"),
    ("es", "price", "Aparte de eso, ¿cuánto cuesta?", "Primero sí o no"),
    ("es", "price", "¿Cuánto cuesta el cargo por 20 €?", "Diga a qué se debe"),
    ("pt", "objection", "Não tenho certeza de que isso serve.", "Tome por verdade"),
    ("pt", "objection", "Não quero nenhum contrato de dois anos.", "Tome por verdade"),
    ("pt", "objection", "Não vamos pagar mais de 50 euros.", "Não ameace"),
    ("pt", "frustration", "Pare de mentir.", "Um pedido de desculpa"),
    ("pt", "frustration", "O gerente não sabe de nada.", "Primeiro sim"),
    ("pt", "price", "Quanto custa com as taxas?", "Primeiro sim ou não"),
)
"""(language, kind, words, how the card that does not fit begins)."""


def test_who_doubts_limits_a_sum_or_names_a_manager_is_not_answered_as_one_who_disputes() -> None:
    found = [
        (words, text)
        for language, kind, words, wrong in NO_DISPUTES
        if (text := text_of(MoveChooser(load_playbook("support")), moment(words, kind, language))).startswith(
            wrong
        )
    ]
    assert found == []


def test_what_the_user_says_calls_for_no_care() -> None:
    assert moment("My lawyer says hello.", by_user=True).care is None


@each("language", SPOKEN)
@each("kind", KINDS)
def test_moves_are_in_the_language_heard(language: str, kind: str) -> None:
    book = move_book(language)
    assert book is not None
    choice = MoveChooser(load_playbook("sales")).choose(moment("…", kind, language))
    assert choice is not None
    assert choice.card.title == book.titles[kind]


def test_an_unknown_language_gets_the_playbooks_own() -> None:
    choice = MoveChooser(load_playbook("sales")).choose(moment("quanto costa al mese?", "price", "it"))
    assert choice is not None
    assert choice.card.title == "Money"


def test_a_triggers_own_card_comes_first_and_comes_back_later() -> None:
    own = Card(title="Mine", text="Do this.")
    chooser = MoveChooser(Playbook(name="x", title="X", persona="", moves={"odd": ("One.", "Two.", "Three.")}))
    found = moment("whatever this is", "odd", own=own)
    shown = [text_of(chooser, found) for _ in range(5)]
    assert (shown[0], shown[4]) == ("Do this.", "Do this.")
    assert set(shown[1:4]) == {"One.", "Two.", "Three."}


@given(st.text(max_size=120), st.sampled_from(KINDS), st.sampled_from(SPOKEN))
def test_any_moment_can_be_asked_about(text: str, kind: str, language: str) -> None:
    choice = MoveChooser(load_playbook("support")).choose(moment(text, kind, language))
    assert choice is not None
    assert "{" not in choice.card.text


def test_conditions_alone_decide_never_the_file_order() -> None:
    others = tuple(Move(text=f"Other {n}.", words=("whatever",)) for n in range(32))
    moves = tuple(Move(text=f"Move {n}.") for n in range(8))
    book = Playbook(name="x", title="X", persona="", moves={"odd": (*others, *moves)})
    found = Counter(text_of(MoveChooser(book), moment(f"sentence number {n}", "odd")) for n in range(40))
    assert len(found) == len(moves)
    assert max(found.values()) < 15, "moves that do not fit have no say in it"


LOOKS_LIKE_IT = (
    ("en", "custom", "question", "The last crowd left ruts here, it took two seasons?", "what it stands and"),
    ("en", "custom", "question", "We got it last year, do we owe you for it?", "what it stands and"),
    ("en", "sales", "objection", "I am unable to give anything at this time.", "on day one"),
    ("en", "sales", "objection", "I would need to read more before I give you a yes.", "promised, and how"),
    ("en", "sales", "objection", "I don't have a lot of money.", "in the number you had in mind"),
    ("en", "sales", "price", "Now give me the updated cost per day.", "against your limit"),
    ("en", "custom", "risk", "Do I want that written down?", "fallback in concrete"),
    (
        "en",
        "custom",
        "risk",
        "I'm sure. It is just that we had two figures on two slides.",
        "cannot promise first",
    ),
    ("en", "support", "frustration", "I've got a note here, I wrote it in capitals.", "not the same"),
    ("en", "support", "confusion", "I still don't understand why it fails.", "wrong way round"),
    ("en", "custom", "question", "What was your name again?", "has changed since"),
    ("en", "support", "question", "What am I supposed to do now?", "not how it works"),
    ("en", "support", "price", "It says we owe £612 on the letter.", "compared with"),
    ("en", "support", "pain", "They booked an engineer and nobody came.", "worst one of this month"),
    ("en", "support", "pain", "So I do the export by hand the night before.", "beside the official way"),
    ("en", "support", "price", "Are there any discounts for old customers?", "what they owe"),
    ("de", "custom", "question", "Was ist das für ein Fehler?", "drin sind"),
    ("de", "custom", "question", "Welche Garantie habe ich darauf?", "Empfehlen Sie eines"),
    ("de", "custom", "question", "Und wann ist die Halle wieder frei?", "seither geändert"),
    ("de", "custom", "question", "Bekomme ich da eigentlich Ersatz?", "wie sicher Sie sind"),
    ("de", "support", "question", "Und was mach ich jetzt?", "nicht wie es funktioniert"),
    ("de", "support", "price", "Da steht was von 612 Euro auf der Rechnung.", "womit es verglichen"),
    ("fr", "custom", "question", "C'est quoi, ce code ?", "une qui ne l'est pas"),
    ("fr", "custom", "question", "J'ai perdu mon badge, comment j'entre ?", "deux fois"),
    ("fr", "support", "pain", "Le technicien devait venir et personne n'est passé.", "le pire de ce mois"),
    ("es", "custom", "question", "¿Cuál es el plazo?", "una sola cosa"),
    ("es", "custom", "question", "¿Está seguro de eso?", "qué está cubierto"),
    ("es", "sales", "objection", "Tendría que verlo antes con mi socia.", "última vez"),
    ("pt", "custom", "question", "Qual é o prazo?", "uma coisa só"),
    ("pt", "custom", "question", "E no meu caso, como fica isso?", "primeira hora"),
    ("pt", "custom", "question", "Isso é seguro mesmo?", "está coberto"),
    ("en", "support", "pain", "I'm an engineer and the app crashes every day.", "of that visit"),
    ("en", "support", "pain", "The driver won't install on my laptop.", "of that visit"),
    ("en", "support", "pain", "The engineer came and fixed the boiler, but the app crashes.", "of that visit"),
    ("de", "support", "pain", "Der Techniker ist gekommen, aber die App stürzt ab.", "zu dem Besuch"),
    ("fr", "support", "pain", "Le technicien est venu, mais l'application plante.", "de cette visite"),
    ("es", "support", "pain", "El técnico que vino fue muy amable, pero la app falla.", "de esa visita"),
    ("pt", "support", "pain", "O técnico veio ontem, mas o sistema trava.", "dessa visita"),
    ("en", "support", "pain", "Nobody came back to me about the ticket.", "of that visit"),
    ("en", "support", "pain", "The confirmation email never came.", "of that visit"),
    ("en", "support", "pain", "Excel crashes when I open your export.", "by hand now"),
    ("en", "support", "pain", "Copy and paste does not work in the form.", "by hand now"),
    ("en", "support", "pain", "I have it on paper that this was fixed.", "by hand now"),
    ("de", "support", "pain", "Ich kann den Text nicht kopieren.", "von Hand machen"),
    ("de", "support", "pain", "Excel stürzt ab, wenn ich das öffne.", "von Hand machen"),
    ("de", "support", "pain", "Ich bin selbst Techniker und sehe den Fehler nicht.", "zu dem Besuch"),
    ("de", "support", "pain", "Die Mail ist nicht gekommen.", "zu dem Besuch"),
    ("fr", "support", "pain", "Je n'arrive pas à recopier le texte.", "font à la main"),
    ("fr", "support", "pain", "Excel plante quand j'ouvre le fichier.", "font à la main"),
    ("es", "support", "pain", "Tenemos un problema técnico.", "de esa visita"),
    ("es", "support", "pain", "No puedo copiar el archivo.", "hacen a mano"),
    ("pt", "support", "pain", "Temos um problema técnico.", "dessa visita"),
    ("pt", "support", "pain", "O sistema me deixou na mão.", "fazem à mão"),
    ("en", "sales", "objection", "That was in the paper you sent us.", "check without you"),
    ("en", "sales", "objection", "The chairs are not comfortable.", "check without you"),
    ("de", "sales", "objection", "Ich muss erst meinen Chef informieren.", "ohne Sie prüfen"),
    ("de", "sales", "objection", "Das stand in der Zeitung, die Sie uns gegeben haben.", "ohne Sie prüfen"),
    ("fr", "sales", "objection", "Il faut l'accès aux informations.", "vérifier sans vous"),
    ("es", "sales", "objection", "¿Puede informarme del plazo?", "comprobar sin usted"),
    ("pt", "sales", "objection", "Desconfio que seja o cabo.", "verificar sem você"),
    ("en", "sales", "objection", "Actually we already work there on Mondays.", "not compete"),
    ("en", "sales", "objection", "We already support the new format.", "not compete"),
    ("de", "sales", "objection", "Ich bin schon Kunde bei Ihnen.", "Nicht dagegen antreten"),
    ("de", "sales", "objection", "Ich gebe Ihnen das schon noch.", "Nicht dagegen antreten"),
    ("fr", "sales", "objection", "Je suis déjà client chez vous.", "Ne rivalisez pas"),
    ("es", "sales", "objection", "Ya soy cliente de ustedes.", "No compita"),
    ("pt", "sales", "objection", "Já sou cliente de vocês.", "Não dispute"),
    ("en", "sales", "objection", "It is hard to give you a date.", "Take the no"),
    ("en", "sales", "objection", "We can't afford a day without it.", "Take the no"),
    ("de", "sales", "objection", "Die Zeit ist gerade knapp.", "Das Nein nehmen"),
    ("de", "sales", "objection", "Ich war nicht in der Lage, mich anzumelden.", "Das Nein nehmen"),
    ("fr", "sales", "objection", "Je ne peux pas donner de date.", "Prenez le non"),
    ("es", "sales", "objection", "Vamos justos de tiempo.", "Tome el no"),
    ("es", "sales", "objection", "No puedo dar una fecha.", "Tome el no"),
    ("pt", "sales", "objection", "O prazo está muito apertado.", "Aceite o não"),
    ("pt", "sales", "objection", "Não posso dar uma data.", "Aceite o não"),
    ("en", "sales", "objection", "We would have to walk away from the old supplier.", "change one thing"),
    ("en", "sales", "objection", "Thursday doesn't work for us.", "change one thing"),
    ("de", "sales", "objection", "Ihr letztes Angebot war höher.", "eines ändern"),
    ("fr", "sales", "objection", "Le montant n'est pas correct.", "une seule chose"),
    ("es", "sales", "objection", "Su última oferta era más alta.", "una sola cosa"),
    ("en", "support", "pain", "The courier cancelled my account by mistake.", "of that visit"),
    ("en", "support", "pain", "My signature has to be done by hand.", "by hand now"),
    ("en", "sales", "objection", "Our final offer letter has a typo.", "change one thing"),
    ("de", "sales", "objection", "Wir sind misstrauisch, was den Preis angeht.", "ohne Sie prüfen"),
)
IS_IT = (
    ("en", "custom", "question", "And does it last in the rain?", "what it stands"),
    ("en", "sales", "objection", "They tried that on us before.", "promised, and how"),
    ("en", "sales", "objection", "That's a lot of money.", "number you had in mind"),
    ("en", "sales", "price", "I'll do it if you give me three waters.", "against your limit"),
    ("en", "custom", "risk", "The network goes down every storm.", "fallback in concrete"),
    ("en", "custom", "risk", "We can't be down for even an hour.", "fallback in concrete"),
    ("en", "custom", "question", "How do we know it does not happen to us again?", "has changed since"),
    ("en", "support", "question", "What does that mean for my order?", "not how it works"),
    ("en", "support", "price", "It says we owe £612 on the letter.", "Say what £612 is for"),
    ("en", "support", "pain", "They booked an engineer and nobody came.", "of that visit"),
    ("de", "custom", "question", "Was ist da alles drin?", "drin sind"),
    ("de", "custom", "question", "Welche würden Sie nehmen?", "Empfehlen Sie eines"),
    ("de", "support", "pain", "Der Monteur ist wieder nicht gekommen.", "zu dem Besuch"),
    ("es", "custom", "question", "¿Cuál me recomienda?", "una sola cosa"),
    ("es", "custom", "question", "¿Tienen seguro de transporte?", "qué está cubierto"),
    ("pt", "custom", "question", "Qual você recomenda?", "uma coisa só"),
    ("pt", "custom", "question", "E o seguro cobre isso?", "está coberto"),
    ("en", "sales", "objection", "No. That is my final offer, take it or leave it.", "change one thing"),
    ("en", "sales", "objection", "We already donate to two others.", "not compete"),
    (
        "en",
        "support",
        "objection",
        "I'm not really comfortable with giving that on a website.",
        "check without you",
    ),
    ("en", "sales", "objection", "I am unable to donate at this time.", "Take the no"),
    ("en", "support", "question", "And would I have to send you something?", "least they have to do"),
    ("de", "sales", "objection", "Das ist mein letztes Angebot.", "eines ändern"),
    ("de", "sales", "objection", "Ich spende ja schon bei den anderen.", "Nicht dagegen antreten"),
    ("de", "sales", "objection", "Da bin ich ehrlich gesagt skeptisch.", "ohne Sie prüfen"),
    ("de", "sales", "objection", "Das können wir uns gerade nicht leisten.", "Das Nein nehmen"),
    ("fr", "sales", "objection", "C'est à prendre ou à laisser.", "une seule chose"),
    ("fr", "sales", "objection", "Je me méfie un peu, j'ai lu ça dans le journal.", "vérifier sans vous"),
    ("en", "custom", "question", "What about insurance?", "what is covered"),
    ("de", "sales", "objection", "Wir unterstützen schon einen anderen Verein.", "Nicht dagegen antreten"),
    ("en", "support", "pain", "The engineer never turned up.", "of that visit"),
    ("fr", "support", "pain", "On fait tout à la main.", "font à la main"),
    ("en", "support", "pain", "Your engineer still hasn't turned up.", "of that visit"),
    ("de", "support", "pain", "Gestern kam kein Techniker.", "zu dem Besuch"),
    ("fr", "support", "pain", "Le technicien n'est jamais venu.", "de cette visite"),
    ("fr", "sales", "objection", "Ce n'est pas juste.", "une seule chose"),
    ("fr", "sales", "objection", "Nous ne pouvons pas nous permettre ça.", "le non"),
    ("es", "support", "pain", "El técnico no vino.", "de esa visita"),
    ("pt", "support", "pain", "O técnico não veio.", "dessa visita"),
    ("pt", "support", "pain", "Fazemos tudo à mão.", "fazem à mão"),
    ("es", "sales", "objection", "No me parece justo.", "una sola cosa"),
    ("es", "sales", "objection", "Ya colaboramos con otra gente.", "No compita"),
    ("es", "sales", "objection", "No podemos permitirnos eso.", "Tome el no"),
    ("pt", "sales", "objection", "É pegar ou largar.", "mude uma coisa só"),
    ("pt", "sales", "objection", "Desconfio um pouco disso.", "verificar sem você"),
)


def test_a_word_that_means_something_else_brings_no_move_about_it() -> None:
    for language, playbook, kind, words, other in LOOKS_LIKE_IT:
        assert other not in text_of(MoveChooser(load_playbook(playbook)), moment(words, kind, language)), words
    for language, playbook, kind, words, told in IS_IT:
        assert told in text_of(MoveChooser(load_playbook(playbook)), moment(words, kind, language)), words


def test_a_day_is_taken_up_for_what_it_is() -> None:
    for language, kind, words, when in (
        ("en", "stall", "It went on Remembrance Sunday.", False),
        ("en", "stall", "We would look at it on Sunday.", True),
        ("en", "pain", "We have to do it all again by Friday.", False),
        ("en", "pain", "It fell over on Friday and nobody saw.", True),
        ("de", "decision", "Das ist am Freitag beschlossen und gesagt worden.", False),
        ("de", "decision", "Das müssen die anderen am Freitag entscheiden.", True),
        ("es", "pain", "El lunes se cayó todo.", True),
        ("pt", "commitment", "Vou mandar na segunda.", True),
    ):
        chooser, texts = MoveChooser(BARE), set()
        while (choice := chooser.choose(moment(words, kind, language))) is not None:
            chooser.used(choice)
            texts.add(choice.move)
        assert any("{when}" in text for text in texts) is when, words

"""Further forms of personal numbers, by language: read in groups, with fillers, repeated, spelled.

As `personal_data`, and made in the same way: nothing here imports the code under test.
"""

# ruff: noqa: E501  # one form a line reads best

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from num2words import num2words

from tests.support.personal_data import AT, CARD, DOT, PHONE, PIN, Case, read_out

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "no", "fi", "cs", "ro")
MORE_PHONE = {**PHONE, "pl": "mój numer to {}", "sv": "mitt telefonnummer är {}"}
MORE_CARD = {**CARD, "pl": "numer mojej karty to {}", "sv": "mitt kortnummer är {}"}
MORE_PIN = {**PIN, "pl": "mój pin to {}", "sv": "min pinkod är {}"}
FILLERS = {
    "en": ("uh", "um", "let me see", "hold on"), "de": ("ähm", "Moment", "also"), "fr": ("euh", "attendez", "alors"), "es": ("eh", "espera", "a ver"),
    "it": ("ehm", "aspetti", "allora"), "pt": ("hã", "espere", "então"), "nl": ("eh", "wacht even", "dus"), "pl": ("yyy", "chwileczkę", "no"), "sv": ("eh", "vänta", "alltså"),
    "da": ("øh", "vent lidt", "altså"), "no": ("eh", "vent litt", "altså"), "fi": ("öö", "hetkinen", "eli"), "cs": ("eee", "moment", "takže"), "ro": ("ăă", "un moment", "deci"),
}  # fmt: skip
REPEATED = {
    "en": "double",
    "de": "zweimal",
    "fr": "deux fois",
    "es": "doble",
    "it": "doppio",
    "pt": "dois",
    "nl": "dubbel",
    "sv": "dubbel",
    "da": "dobbelt",
    "no": "dobbelt",
}
NAMES = {
    "en": ("sarah", "mitchell"), "de": ("jürgen", "weiß"), "fr": ("hélène", "lefèvre"), "es": ("íñigo", "muñoz"), "it": ("niccolò", "ferri"), "pt": ("joão", "gonçalves"),
    "nl": ("joost", "vandijk"), "pl": ("łukasz", "wójcik"), "sv": ("åsa", "öberg"),
    "da": ("søren", "kjær"), "no": ("bjørn", "ødegård"), "fi": ("päivi", "mäkinen"), "cs": ("jiří", "dvořák"), "ro": ("ștefan", "ionescu"),
}  # fmt: skip
SPOKEN_AT = {**AT, "pl": "małpa", "sv": "snabel-a"}
SPOKEN_DOT = {**DOT, "pl": "kropka", "sv": "punkt"}
DASH = {
    "en": "dash",
    "de": "bindestrich",
    "fr": "tiret",
    "es": "guion",
    "it": "trattino",
    "pt": "hífen",
    "nl": "streepje",
    "pl": "myślnik",
    "sv": "bindestreck",
    "da": "bindestreg",
    "no": "bindestrek",
    "fi": "viiva",
    "cs": "pomlčka",
    "ro": "cratimă",
}
LINE = {
    "en": "underscore",
    "de": "unterstrich",
    "fr": "tiret du bas",
    "es": "guion bajo",
    "it": "trattino basso",
    "pt": "sublinhado",
    "nl": "liggend streepje",
    "pl": "podkreślnik",
    "sv": "understreck",
    "da": "understregning",
    "no": "understrek",
    "fi": "alaviiva",
    "cs": "podtržítko",
    "ro": "underscore",
}
IBANS = {
    "de": "DE89370400440532013000",
    "fr": "FR1420041010050500013M02606",
    "es": "ES9121000418450200051332",
    "it": "IT60X0542811101000000123456",
    "pt": "PT50000201231234567890154",
    "nl": "NL91ABNA0417164300",
    "pl": "PL61109010140000071219812874",
    "sv": "SE4550000000058398257466",
    "en": "GB29NWBK60161331926819",
    "da": "DK5000400440116243",
    "no": "NO9386011117947",
    "fi": "FI2112345600000785",
    "cs": "CZ6508000000192000145399",
    "ro": "RO49AAAA1B31007593840000",
}


def forms(seed: int) -> Iterator[Case]:
    """Some 400 forms in fourteen languages."""
    chance = random.Random(seed)
    for language in LANGUAGES:
        for make in (_grouped, _filled, _doubled, _mails, _ibans, _turns):
            yield from make(language, chance)
        yield from _mixed(language, chance)
    yield from _ids()
    yield from _english(chance)


def _some(chance: random.Random, count: int) -> str:
    return "".join(str(chance.randrange(1, 10)) for _ in range(count))


def _say(number: int, language: str) -> str:
    return str(num2words(number, lang=language)).replace("-", "-")


def _grouped(language: str, chance: random.Random) -> Iterator[Case]:
    """Read in hundreds and in pairs, as numbers are in most of Europe."""
    say = MORE_PHONE[language].format
    digits = _some(chance, 9)
    threes = [_say(int(digits[at : at + 3]), language) for at in (0, 3, 6)]
    for between in (" ", ", ", "... "):
        yield Case("phone in hundreds", language, (say(between.join(threes)),), (threes[-1], threes[1]))
    mixed = [_say(int(digits[:3]), language), *(_say(int(digits[at : at + 2]), language) for at in (3, 5, 7))]
    yield Case("phone in a hundred and pairs", language, (say(" ".join(mixed)),), (" ".join(mixed[-2:]),))
    pairs = [_say(int(digits[at : at + 2]), language) for at in (1, 3, 5, 7)]
    yield Case("phone in pairs", language, (say(", ".join(pairs)),), (", ".join(pairs[-2:]),))
    card = _luhn("4" + _some(chance, 14))
    fours = [
        f"{_say(int(card[at : at + 2]), language)} {_say(int(card[at + 2 : at + 4]), language)}"
        for at in (0, 4, 8, 12)
    ]
    yield Case("card in pairs", language, (MORE_CARD[language].format(", ".join(fours)),), (fours[-1],))


def _filled(language: str, chance: random.Random) -> Iterator[Case]:
    say = MORE_PHONE[language].format
    for filler in FILLERS[language]:
        digits = "0" + _some(chance, 9)
        said = read_out(digits, language).split()
        text = " ".join([*said[:4], f"{filler},", *said[4:7], f"{filler}", *said[7:]])
        yield Case("phone with fillers", language, (say(text),), (" ".join(said[-3:]), " ".join(said[:3])))
    pin = _some(chance, 4)
    said = read_out(pin, language).split()
    text = f"{' '.join(said[:2])}, {FILLERS[language][0]}, {' '.join(said[2:])}"
    yield Case("pin with a filler", language, (MORE_PIN[language].format(text),), (" ".join(said[2:]),))
    card = _luhn("5" + _some(chance, 14))
    said = read_out(card, language).split()
    broken = [
        f"{said[at]} {said[at + 1]} {said[at + 2]} {said[at + 3]}, {FILLERS[language][0]}"
        for at in (0, 4, 8, 12)
    ]
    yield Case(
        "card with fillers", language, (MORE_CARD[language].format(" ".join(broken)),), (" ".join(said[-3:]),)
    )


def _doubled(language: str, chance: random.Random) -> Iterator[Case]:
    if language not in REPEATED or language in ("fr", "pt"):
        return
    say = MORE_PHONE[language].format
    word = read_out("7", language)
    rest, head = read_out(_some(chance, 4), language), read_out(_some(chance, 3), language)
    text = f"{head} {REPEATED[language]} {word} {rest}"
    yield Case("phone with a repeated digit", language, (say(text),), (rest, head))
    yield Case(
        "a number with a repeated digit", language, (f"{head} {REPEATED[language]} {word}", rest), (rest, head)
    )


def _mails(language: str, _: random.Random) -> Iterator[Case]:
    first, last = NAMES[language]
    at, dot, dash, line = SPOKEN_AT[language], SPOKEN_DOT[language], DASH[language], LINE[language]
    ending = {"en": "com", "pt": "pt", "sv": "se", "da": "dk", "cs": "cz"}.get(language, language)
    for said in (
        f"{first} {dot} {last} {at} posteo {dot} {ending}", f"{first} {dash} {last} {at} web {dash} shop {dot} {ending}", f"{first} {line} {last} {at} gmail {dot} com",
        f"{first}{last} {at} gmail {dot} com", f"{' '.join(last)} {at} gmail {dot} com", f"{first.upper()} {dot} {last.upper()} {at.upper()} GMAIL {dot.upper()} COM", f"{first}.{last} {at} mail {dot} firma {dot} {ending}",
        f"{first} {last[0]} 82 {at} gmail {dot} com", f"{first} {dot} {last}, {at}, gmail, {dot}, com", f"{first}{last}@gmail {dot} com", f"{first} {dot} {last} @ gmail.com",
    ):  # fmt: skip
        yield Case("mail", language, (f"{said}.",), ("gmail" if "gmail" in said.lower() else last,))
    yield Case("mail over turns", language, (f"{first} {dot} {last}", f"{at} gmail {dot} com"), ("gmail",))


def _ibans(language: str, _: random.Random) -> Iterator[Case]:
    iban = IBANS[language]
    yield Case("iban", language, (f"IBAN: {iban.lower()}",), (iban.lower()[-8:],))
    yield Case("iban", language, (f"{iban[:2]} {iban[2:]}",), (iban[-8:],))
    yield Case("iban", language, ("-".join(iban[at : at + 4] for at in range(0, len(iban), 4)),), (iban[8:12],))
    yield Case(
        "iban over turns", language, tuple(iban[at : at + 4] for at in range(0, len(iban), 4)), (iban[8:12],)
    )
    spelled = " ".join(read_out(sign, language) if sign.isdigit() else sign for sign in iban)
    yield Case("iban spelled", language, (f"IBAN {spelled}",), (spelled[-25:],))


def _mixed(language: str, chance: random.Random) -> Iterator[Case]:
    """Half written and half said, half in one turn and half in the next."""
    card = _luhn("4" + _some(chance, 14))
    groups = [card[at : at + 4] for at in (0, 4, 8, 12)]
    said = [read_out(group, language) for group in groups]
    say = MORE_CARD[language].format
    yield Case(
        "card, a group a turn",
        language,
        (say(said[0]), groups[1], f"{said[2]},", said[3]),
        (groups[1], said[2], said[3]),
    )
    yield Case(
        "card, written and said",
        language,
        (say(f"{groups[0]}, {said[1]}"), f"{groups[2]} {said[3]}"),
        (groups[0], groups[2], said[3]),
    )
    yield Case(
        "card in threes",
        language,
        (say(" ".join(card[at : at + 3] for at in range(0, 16, 3))),),
        (card[3:6], card[9:12]),
    )
    iban = IBANS[language]
    for gaps in ((2, 5, 9, 10), (1, 7, 8, 15), (3, 4, 5, 6)):
        cuts = [0, *gaps, len(iban)]
        pieces = [iban[a:b] for a, b in itertools.pairwise(cuts)]
        yield Case("iban, oddly spaced", language, (f"IBAN {'  '.join(pieces)}",), (pieces[-1],))
    yield Case(
        "iban with signs",
        language,
        (f"({'.'.join(iban[at : at + 4] for at in range(0, len(iban), 4))})",),
        (iban[8:12],),
    )
    pin = _some(chance, 4)
    yield Case("pin over turns", language, (MORE_PIN[language].format("").strip(), pin), (pin,))
    yield Case(
        "pin after a nod",
        language,
        (MORE_PIN[language].format(""), "ok?", read_out(pin, language)),
        (read_out(pin, language),),
    )


def _turns(language: str, chance: random.Random) -> Iterator[Case]:
    digits = _some(chance, 9)
    groups = [read_out(digits[at : at + 3], language) for at in (0, 3, 6)]
    yield Case(
        "phone over turns",
        language,
        (MORE_PHONE[language].format(groups[0]), "ok", groups[1], "ok", groups[2]),
        (groups[1], groups[2]),
    )


def _ids() -> Iterator[Case]:
    """Published examples and made-up ones whose check digits hold, under the words people use."""
    for language, sentence, secret in (
        ("en", "my social is 536 22 8726", "8726"), ("en", "SSN five three six, two two, eight seven two six", "two two"), ("en", "my NHS number is 943 476 5919", "5919"), ("en", "national insurance is QQ 12 34 56 C", "56 C"), ("en", "my driver's license is S530 4607 2345", "2345"),
        ("en", "passport number 5 3 3 3 8 0 0 0 6", "0 0 6"), ("en", "Medicare is 1EG4-TE5-MK73", "MK73"), ("en", "my SIN is 046 454 286", "286"), ("en", "TFN 123 456 782", "782"), ("en", "my Aadhaar is 2341 2341 2346", "2346"),
        ("de", "meine Steuer-ID ist 86 095 742 719", "719"), ("de", "Steueridentifikationsnummer acht sechs null neun fünf sieben vier zwei sieben eins neun", "sieben eins neun"), ("de", "Ausweisnummer T22000129", "22000129"), ("de", "Sozialversicherungsnummer 15 070649 C 103", "070649"), ("de", "meine AHV-Nummer ist 756.9217.0769.85", "0769"),
        ("fr", "mon numéro de sécu c'est le 2 55 08 14 168 025 38", "168 025"), ("fr", "numéro de passeport 12AB34567", "34567"), ("fr", "ma carte d'identité est la 880692310285", "310285"), ("es", "mi DNI es doce millones 345 678 Z", "678 Z"), ("es", "el NIE es X1234567L", "1234567"), ("es", "mi DNI 12345678 Z", "12345678"), ("es", "número de la seguridad social 28 12345678 40", "12345678"),
        ("it", "codice fiscale RSS MRA 85T10 A562S", "A562S"), ("it", "il mio codice fiscale: rssmra85t10a562s", "85t10"), ("it", "carta d'identità CA12345AA", "12345"), ("pt", "o meu NIF é 123 456 789", "789"), ("pt", "meu CPF é um um um ponto quatro quatro quatro ponto sete sete sete traço três cinco", "três cinco"), ("pt", "CPF 111.444.777-35", "777-35"), ("pt", "cartão de cidadão 12345678 9 ZZ4", "12345678"),
        ("nl", "mijn BSN is 111 222 333", "333"), ("nl", "burgerservicenummer één één één twee twee twee drie drie drie", "drie drie drie"), ("nl", "paspoortnummer NX1234567", "1234567"), ("pl", "mój PESEL to 44051401359", "01359"), ("pl", "PESEL cztery cztery zero pięć jeden cztery zero jeden trzy pięć dziewięć", "pięć dziewięć"), ("pl", "dowód ABA 300000", "300000"), ("sv", "personnummer 811228-9874", "9874"), ("sv", "mitt personnummer är åtta ett ett två två åtta nio åtta sju fyra", "sju fyra"),
    ):  # fmt: skip
        yield Case("id", language, (sentence,), (secret,))


def _english(chance: random.Random) -> Iterator[Case]:
    """What only English does."""
    a, b = _some(chance, 3), _some(chance, 4)
    for text, secret in (
        ("it's oh seven seven double oh nine hundred one two three", "one two three"), ("triple five, double seven, oh oh nine", "double seven"), ("four one five, triple five, two six seven one", "seven one"), ("oh two oh, seven nine four six, oh nine five eight", "nine five eight"),
        ("one eight hundred, five five five, oh one nine nine", "one nine nine"), (f"area code {a}, then {read_out(b, 'en')}, {read_out(a, 'en')}", read_out(a, "en")), ("the last four are four two four two and the card starts with four two four two four two four two four two four two", "four two four two four two"), ("it's seven, seven, and then nine four six, oh nine five, eight", "oh nine five"),
        ("plus four four, seven seven hundred, nine hundred one two three", "one two three"), ("my cell: four-one-five, five-five-five, two-six-seven-one", "seven-one"), ("reach me on oh-seven-nine-one-one, one-two-three, four-five-six", "four-five-six"), ("the code is, um, eight, eight, one, five", "one, five"),
        ("my pin, it's one-two-three-four", "three-four"), ("cvv is nine, double one", "double one"), ("my date of birth is the twelfth of the third eighty five", "eighty five"), ("I was born on May fifth nineteen eighty two", "eighty two"), ("born oh five, oh five, eighty two", "eighty two"), ("expiry is fine but the number is four nine two nine, one two three, four five six, seven eight nine, oh one two", "seven eight nine"),
    ):  # fmt: skip
        yield Case("spoken", "en", (text,), (secret,))


def _luhn(body: str) -> str:
    total = 0
    for index, sign in enumerate(reversed(body)):
        value = int(sign) * (2 - index % 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def harmless_forms(seed: int) -> Iterator[str]:
    """Prices, dates, counts, versions and products, said and written, in fourteen languages: they stay."""
    chance = random.Random(seed)
    units = {
        "en": "dollars",
        "de": "Euro",
        "fr": "euros",
        "es": "euros",
        "it": "euro",
        "pt": "euros",
        "nl": "euro",
        "pl": "złotych",
        "sv": "kronor",
        "da": "kroner",
        "no": "kroner",
        "fi": "euroa",
        "cs": "korun",
        "ro": "lei",
    }
    for language, unit in units.items():
        for _ in range(4):
            number = chance.choice(
                (chance.randrange(100, 1000), chance.randrange(1000, 20_000), chance.randrange(20_000, 900_000))
            )
            yield f"{_say(number, language)} {unit}"
            yield f"{number} {unit}"
        yield _say(chance.randrange(1980, 2030), language)
        yield f"{_say(chance.randrange(2, 20), language)}, {_say(chance.randrange(20, 90), language)}"
    yield from (
        "between three hundred and four hundred people", "two hundred and fifty to three hundred and twenty seats", "dreihundert bis vierhundert Leute", "deux cents ou trois cents personnes", "entre doscientos y trescientos usuarios", "da trecento a quattrocento utenti", "duzentos a trezentos utilizadores", "tussen tweehonderd en driehonderd gebruikers", "od dwustu do trzystu osób",
        "in nineteen eighty four and two thousand twelve", "from nine to five, Monday to Friday", "ten, twenty, thirty percent", "one or two or three weeks", "the sixth of May twenty twenty six", "at half past seven on the third", "eleven out of twelve said yes", "version two point eleven point three", "a four by four with six cylinders", "chapter one, two and three", "plan A, B and C for 2026, 2027 and 2028",
        "Q1 2026 to Q4 2027", "H2 25/26", "FY2025 was 12.4 million, FY2026 will be 13.1", "Boeing 737-800 and A320-200", "iPhone 15 Pro Max 256", "RTX 4090 24 GB", "ISO 9001:2015", "IEC 61508-3", "RFC 9110 and 9112", "EN 50128", "SKU 4006381333931", "ISBN 978-3-16-148410-0", "article 12345678", "Artikelnummer 4711-0815", "order 2026-00017 of May", "ticket INC0012345", "PR 1234 and 5678",
        "10.000 Stück zu 0,15 Euro", "1.250,00 € netto, 1.487,50 € brutto", "12,5 % de 40 000 €", "3 x 1,000 = 3,000", "192.168.0.1:8080", "10:30-11:15, then 14:00-15:30", "2026-11-20T10:30:00Z", "20.11.2026 bis 03.12.2026", "20/11/2026, 21/11/2026 and 22/11/2026", "week 47, 48, 49 and 50", "Zimmer 1204, Etage 12", "page 12 of 345", "2.4 GHz and 5.8 GHz", "1920x1080 at 60", "-12 to +35 degrees", "a score of 98.7 out of 100", "lat 52.5200, long 13.4050", "the 80 20 rule", "24 7 365",
        "the pin on the board is loose", "his password was too long", "the code is clean", "my number one wish", "call number three", "the key is to wait", "look at the dot on the map", "meet at gate four", "we were at point five", "at dot five percent", "the card is on the table", "she was born leader", "the number of users is 12000", "our customer number grew to 4500", "phone calls: 120 a day", "tell me the number of seats: 1200",
    )  # fmt: skip

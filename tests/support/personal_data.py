"""Personal numbers and addresses as people write and say them, from generators that know nothing of our tables.

Faker makes the values in each country's own shape, python-stdnum checks that they are real ones, and num2words
reads digits out. Nothing here imports the code under test.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from faker import Faker
from num2words import num2words

LANGUAGES = {
    "en": "en_US",
    "de": "de_DE",
    "fr": "fr_FR",
    "es": "es_ES",
    "it": "it_IT",
    "pt": "pt_PT",
    "nl": "nl_NL",
    "da": "da_DK",
    "no": "no_NO",
    "fi": "fi_FI",
    "cs": "cs_CZ",
    "ro": "ro_RO",
}
FILLERS = {
    "en": "um",
    "de": "äh",
    "fr": "euh",
    "es": "eh",
    "it": "allora",
    "pt": "então",
    "nl": "eh",
    "da": "øh",
    "no": "eh",
    "fi": "öö",
    "cs": "eee",
    "ro": "deci",
}
AT = {
    "en": "at",
    "de": "at",
    "fr": "arobase",
    "es": "arroba",
    "it": "chiocciola",
    "pt": "arroba",
    "nl": "apenstaartje",
    "da": "snabel-a",
    "no": "krøllalfa",
    "fi": "ät",
    "cs": "zavináč",
    "ro": "arond",
}
DOT = {
    "en": "dot",
    "de": "punkt",
    "fr": "point",
    "es": "punto",
    "it": "punto",
    "pt": "ponto",
    "nl": "punt",
    "da": "punktum",
    "no": "punktum",
    "fi": "piste",
    "cs": "tečka",
    "ro": "punct",
}
CARD = {
    "en": "my card number is {}",
    "de": "meine Kartennummer ist {}",
    "fr": "ma carte est le {}",
    "es": "mi tarjeta es {}",
    "it": "la mia carta è {}",
    "pt": "o meu cartão é {}",
    "nl": "mijn kaartnummer is {}",
    "da": "mit kortnummer er {}",
    "no": "kortnummeret mitt er {}",
    "fi": "korttinumeroni on {}",
    "cs": "číslo karty je {}",
    "ro": "numărul cardului este {}",
}
PHONE = {
    "en": "call me on {}",
    "de": "meine Nummer ist {}",
    "fr": "mon numéro est le {}",
    "es": "mi teléfono es {}",
    "it": "il mio numero è {}",
    "pt": "o meu telefone é {}",
    "nl": "mijn nummer is {}",
    "da": "mit telefonnummer er {}",
    "no": "telefonnummeret mitt er {}",
    "fi": "puhelinnumeroni on {}",
    "cs": "moje telefonní číslo je {}",
    "ro": "numărul meu de telefon este {}",
}
MAIL = {
    "en": "write to {}",
    "de": "schreiben Sie an {}",
    "fr": "écrivez à {}",
    "es": "escriba a {}",
    "it": "scriva a {}",
    "pt": "escreva para {}",
    "nl": "mail naar {}",
    "da": "skriv til {}",
    "no": "skriv til {}",
    "fi": "kirjoita osoitteeseen {}",
    "cs": "pište na {}",
    "ro": "scrieți la {}",
}
PIN = {
    "en": "the pin is {}",
    "de": "die Geheimzahl ist {}",
    "fr": "le code confidentiel est {}",
    "es": "el pin es {}",
    "it": "il pin è {}",
    "pt": "o pin é {}",
    "nl": "de pincode is {}",
    "da": "pinkoden er {}",
    "no": "pinkoden er {}",
    "fi": "tunnusluku on {}",
    "cs": "můj pin je {}",
    "ro": "codul pin este {}",
}
CVV = {
    "en": "the security code is {}",
    "de": "die Prüfziffer ist {}",
    "fr": "le code de sécurité est {}",
    "es": "el código de seguridad es {}",
    "it": "il codice di sicurezza è {}",
    "pt": "o código de segurança é {}",
    "nl": "de beveiligingscode is {}",
    "da": "sikkerhedskoden er {}",
    "no": "sikkerhetskoden er {}",
    "fi": "turvakoodi on {}",
    "cs": "bezpečnostní kód je {}",
    "ro": "codul de securitate este {}",
}
PASSWORD = {
    "en": "my password is {}",
    "de": "mein Passwort ist {}",
    "fr": "mon mot de passe est {}",
    "es": "mi contraseña es {}",
    "it": "la mia password è {}",
    "pt": "a minha senha é {}",
    "nl": "mijn wachtwoord is {}",
    "da": "min adgangskode er {}",
    "no": "passordet mitt er {}",
    "fi": "salasanani on {}",
    "cs": "moje heslo je {}",
    "ro": "parola mea este {}",
}
BORN = {
    "en": "I was born on {}",
    "de": "ich bin am {} geboren, Geburtsdatum {}",
    "fr": "je suis né le {}",
    "es": "nací el {}",
    "it": "sono nato il {}",
    "pt": "nasci em {}",
    "nl": "ik ben geboren op {}",
    "da": "jeg er født den {}",
    "no": "jeg er født {}",
    "fi": "olen syntynyt {}",
    "cs": "narozen {}",
    "ro": "m-am născut pe {}",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that must not survive."""

    kind: str
    language: str
    lines: tuple[str, ...]
    secret: tuple[str, ...]
    """Pieces of which none may be left in the redacted lines."""


def cases(seed: int) -> Iterator[Case]:
    """Some 700 forms in twelve languages and the ids of seventeen countries."""
    chance = random.Random(seed)
    for language, locale in LANGUAGES.items():
        fake = Faker(locale)
        fake.seed_instance(seed)
        for make in (_cards, _phones, _mails, _short, _born, _ibans):
            yield from make(fake, language, chance)
    yield from _national(seed)
    yield from _keys(chance)


def read_out(digits: str, language: str, *, pairs: bool = False) -> str:
    """Digits as words, one by one or two by two."""
    groups = [digits[i : i + 2] for i in range(0, len(digits), 2)] if pairs else list(digits)
    said = []
    for group in groups:
        if len(group) == 2 and group[0] == "0":
            said += [num2words(0, lang=language), num2words(int(group[1]), lang=language)]
        else:
            said.append(num2words(int(group), lang=language))
    return " ".join(said)


def _case(kind: str, language: str, text: str, *secret: str) -> Case:
    return Case(kind, language, tuple(text.split("\n")), secret)


def _cards(_: Faker, language: str, chance: random.Random) -> Iterator[Case]:
    makers = Faker("en_US")
    makers.seed_instance(chance.randrange(10**6))
    number = makers.credit_card_number(card_type="visa")
    groups = [number[i : i + 4] for i in range(0, 16, 4)]
    say: Callable[..., str] = CARD[language].format
    for separator in ("", " ", "-", ", ", ".", "\u00a0", "\u2009", "_", " - "):
        yield _case("card", language, say(separator.join(groups)), *groups)
    amex = makers.credit_card_number(card_type="amex")
    yield _case("card", language, say(f"{amex[:4]} {amex[4:10]} {amex[10:]}"), amex[4:10], amex[10:])
    spoken = read_out(number, language)
    yield _case("card", language, say(spoken), spoken[-20:])
    words = spoken.split()
    words.insert(chance.randrange(4, 12), FILLERS[language])
    yield _case("card", language, say(" ".join(words)), " ".join(words[-4:]))
    parts = [read_out(group, language) for group in groups]
    yield _case("card", language, say(". ".join(parts)), parts[-1])
    yield _case("card", language, say("\n".join(groups)), *groups)
    yield _case("card", language, say("\n".join(parts)), parts[1], parts[-1])
    pairs = read_out(number, language, pairs=True)
    yield _case("card", language, say(pairs), pairs[-12:])
    mixed = f"{groups[0]} {parts[1]} {groups[2]} {parts[3]}"
    yield _case("card", language, say(mixed), groups[0], parts[3])


def _phones(fake: Faker, language: str, chance: random.Random) -> Iterator[Case]:
    say = PHONE[language].format
    for _ in range(5):
        number = fake.phone_number()
        tail = "".join(sign for sign in number.partition("x")[0] if sign.isdigit())[-4:]
        yield _case("phone", language, say(number), tail if tail in number else number[-5:].partition("x")[0])
    digits = "0" + "".join(str(chance.randrange(1, 10)) for _ in range(9))
    spoken = read_out(digits, language)
    yield _case("phone", language, say(spoken), spoken[-14:])
    pairs = read_out(digits, language, pairs=True)
    yield _case("phone", language, say(pairs), pairs[-10:])
    yield _case("phone", language, say(f"{digits[:5]}\n{digits[5:]}"), digits[:5], digits[5:])
    yield _case("phone", language, say(digits[3:]), digits[3:])


def _mails(fake: Faker, language: str, chance: random.Random) -> Iterator[Case]:
    say = MAIL[language].format
    first, last = (fake.unique.first_name().split()[0], fake.unique.last_name().split()[0])
    host = chance.choice(("beispiel", "example", "bluebird", "acme"))
    ending = chance.choice(("com", "de", "info", "org", "io"))
    at, dot = AT[language], DOT[language]
    yield _case("mail", language, say(f"{first}.{last}@{host}.{ending}".lower()), f"@{host}")
    yield _case("mail", language, say(f"{first} {dot} {last} {at} {host} {dot} {ending}"), host, last)
    yield _case("mail", language, say(f"{first}, {at} {host}, {dot} {ending}"), host, first)
    yield _case("mail", language, say(f"{first}(at){host}.{ending}"), host, first)
    yield _case("mail", language, say(f"{first} {dot} {last} {at}\n{host} {dot} {ending}"), host, last)
    letters = " ".join(first.lower()[:3])
    yield _case("mail", language, say(f"{letters} {at} {host} {dot} {ending}"), host, letters)


def _short(fake: Faker, language: str, chance: random.Random) -> Iterator[Case]:
    pin, cvv = str(chance.randrange(1000, 9999)), str(chance.randrange(100, 999))
    yield _case("pin", language, PIN[language].format(pin), pin)
    yield _case("cvv", language, CVV[language].format(cvv), cvv)
    yield _case("cvv", language, CVV[language].format(spoken := read_out(cvv, language)), spoken)
    word = fake.password(length=10)
    yield _case("password", language, PASSWORD[language].format(word), word)
    plain = chance.choice(("swordfish", "Sommer2024", "liverpool1", "dragonfly"))
    yield _case("password", language, PASSWORD[language].format(plain) + ".", plain)


def _born(fake: Faker, language: str, chance: random.Random) -> Iterator[Case]:
    day = fake.date_of_birth(minimum_age=20, maximum_age=70)
    for shape in ("%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d"):
        yield _case("birth", language, BORN[language].replace("{}", day.strftime(shape)), day.strftime(shape))
    months = {
        "en": "March",
        "de": "März",
        "fr": "mars",
        "es": "marzo",
        "it": "marzo",
        "pt": "março",
        "nl": "maart",
        "da": "marts",
        "no": "mars",
        "fi": "maaliskuuta",
        "cs": "března",
        "ro": "martie",
    }
    of = " de " if language in ("es", "pt") else " "
    text = f"{day.day}{'.' if language == 'de' else ''}{of}{months[language]}{of}{day.year}"
    yield _case("birth", language, BORN[language].replace("{}", text), str(day.year))


def _ibans(fake: Faker, language: str, chance: random.Random) -> Iterator[Case]:
    iban = fake.iban()
    yield _case("iban", language, f"IBAN {iban}", iban[6:])
    yield _case("iban", language, " ".join(iban[i : i + 4] for i in range(0, len(iban), 4)), iban[8:12])
    if iban[2:].isdigit():
        spoken = f"{iban[0]} {iban[1]} {read_out(iban[2:], language)}"
        yield _case("iban", language, spoken, spoken[-14:])


def _national(seed: int) -> Iterator[Case]:
    """Ids of seventeen countries, with the words around them and, where a check digit proves them, without."""
    say = {
        "en_US": "my social security number is {}",
        "en_GB": "national insurance number {}",
        "es_ES": "mi DNI es {}",
        "it_IT": "il codice fiscale è {}",
        "fr_FR": "numéro de sécurité sociale {}",
        "nl_NL": "mijn BSN is {}",
        "pl_PL": "mój PESEL to {}",
        "pt_BR": "meu CPF é {}",
        "en_CA": "my social insurance number is {}",
        "sv_SE": "mitt personnummer är {}",
        "en_IN": "my Aadhaar is {}",
        "pt_PT": "o meu NIF é {}",
        "da_DK": "mit CPR-nummer er {}",
        "no_NO": "fødselsnummeret mitt er {}",
        "fi_FI": "henkilötunnukseni on {}",
        "cs_CZ": "rodné číslo {}",
        "ro_RO": "codul numeric personal {}",
    }
    for locale, sentence in say.items():
        fake = Faker(locale)
        fake.seed_instance(seed)
        for _ in range(4):
            number = fake.aadhaar_id() if locale == "en_IN" else str(fake.ssn())
            yield _case("id", locale, sentence.format(number), number[-5:])
        if locale != "pt_PT":
            yield _case("id", locale, f"it is {number} ok", number[-5:])


def _keys(chance: random.Random) -> Iterator[Case]:
    letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

    def some(count: int) -> str:
        return "".join(chance.choice(letters) for _ in range(count))

    for prefix, length in (("sk-", 40), ("ghp_", 36), ("AKIA", 16), ("AIza", 35), ("xoxb-", 30), ("hf_", 34)):
        key = prefix + (some(length).upper() if prefix == "AKIA" else some(length))
        yield _case("key", "en", f"use {key} for now", key[6:])
    key = some(32)
    yield _case("key", "en", f"the api key is {key}", key)
    yield _case("key", "en", "the verification code is 482913", "482913")


def harmless(seed: int) -> Iterator[str]:
    """Prices, dates, counts and articles that must stay as they are."""
    chance = random.Random(seed)
    money = (
        "it costs {} dollars",
        "that is ${} a year",
        "wir zahlen {} Euro",
        "{} € par mois",
        "son {} euros al año",
        "costa {} euro",
        "the budget is {} dollars",
    )
    for template in money:
        for number in (
            "1,250",
            "1,250,000",
            "12.500,00",
            "2 500 000",
            "1200",
            "2500000",
            f"{chance.randrange(10**6)}",
        ):
            yield template.format(number)
    for date in ("2026-11-20", "3.12.2026", "12/05/2024", "20.11.2026", "5 March 2027", "11-20-2026"):
        for template in (
            "we meet on {}",
            "le contrat finit le {}",
            "bis zum {} bitte",
            "from {} to 2027-01-15",
        ):
            yield template.format(date)
    for word in (
        "order number",
        "SKU",
        "ticket",
        "invoice",
        "Bestellnummer",
        "part number",
        "ISBN",
        "Rechnung",
        "pedido",
    ):
        for _ in range(3):
            yield f"{word} {chance.randrange(10**6, 10**9)} is late"
    yield from (
        "version 3.11.7 at ten thirty",
        "room 1204 on floor 12",
        "between 10:30 and 11:45",
        "192.168.1.100",
        "in 2021, 2022, 2023 and 2024 we grew",
        "we have 1000-2000 users",
        "one two three go",
        "chapter 12, page 340",
        "one two three four five six seven eight nine ten",
        "twenty five thousand seats",
        "the XJ-1234567 model",
        "prices were 10.00, 20.00, 30.00",
        "we had 1234567 requests",
        "the password is stored in the vault",
        "your password has expired",
        "look at example dot com",
        "the api key is missing",
        "call me at 10 30",
        "he was born to sell",
        "the pin on the map",
        "a 16:9 screen of 3840 by 2160",
        "it grew from 12 to 120 percent",
        "300 users\n2024 was better",
        "budget of 25000\n3000 more",
        "it was in 2019\n2020 was better",
        "zweitausendvierundzwanzig war gut",
        "nineteen ninety nine",
        "ISO 27001 and SOC 2",
        "GDPR article 6",
        "five to seven working days",
        "eine Million Euro",
        "trois cent mille euros",
        "dos mil veinticinco",
        "24/7 support",
    )
    for _ in range(60):
        count = chance.randrange(10, 99_999)
        noun = chance.choice(("users", "Nutzer", "clients", "usuarios", "trucks", "licences", "seats", "rows"))
        yield f"we have {count} {noun} and {chance.randrange(2, 99)} offices"

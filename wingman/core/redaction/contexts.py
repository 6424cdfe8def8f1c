"""Words that say what a number near them is, in the languages meetings are held in. Tables only."""

from __future__ import annotations

import re
from enum import StrEnum

from wingman.core.redaction.number_words import words


class Kind(StrEnum):
    """What a number or word is, as the words before it say."""

    CARD = "card"
    PHONE = "phone"
    ID = "id number"
    CVV = "cvv"
    PIN = "pin"
    CODE = "code"
    PASSWORD = "password"
    KEY = "key"
    BIRTH = "birth date"
    PRODUCT = "product"
    """Harmless: an article, an order, a version."""


_PHRASES: dict[Kind, str] = {
    Kind.CARD: "card, credit card, debit card, visa, mastercard, amex, kreditkarte, kreditkartennummer, "
    "karte, kartennummer, carte, carte bleue, tarjeta, carta di credito, carta, cartão, kaart, "
    "creditcard, kaartnummer, karta, karty, kort, kortnummer, "
    "kortnummeret, luottokortti, korttinumero, korttinumeroni, kortti, číslo karty, kartou, cardul, "
    "cardului",
    Kind.PHONE: "phone, telephone, mobile, cell, cellphone, call, dial, tel, fax, whatsapp, text me, reach "
    "me, number, extension, ring, callback, telefon, handy, handynummer, telefonnummer, "
    "rufnummer, mobilnummer, nummer, anrufen, erreichen, téléphone, telephone, portable, "
    "numéro, numero, appeler, joindre, teléfono, telefono, móvil, movil, número, llámame, "
    "llamar, celular, cellulare, chiamami, chiamare, telefone, telemóvel, ligar, liga-me, "
    "telefoonnummer, mobiel, bel, bellen, bereiken, numer, telefonu, komórka, zadzwoń, mobil, "
    "telefonnumret, "
    "telefonnummeret, mobilnummer, ring til mig, puhelin, puhelinnumero, puhelinnumeroni, numeroni, "
    "soita, zavolejte, "
    "číslo, telefonní číslo, telefonul, numărul, numărul meu, sunați",
    Kind.ID: "ssn, social security, social security number, social, passport, passport number, licence, "
    "license, license number, licence number, national insurance, ni number, nino, nhs number, "
    "nhs, medicare, medicare number, medicaid, aadhaar, cpf, dni, nie, nif, codice fiscale, "
    "pesel, bsn, social insurance number, tax id, tax number, tax file number, tfn, ein, itin, "
    "id number, id card, identity card, identity number, national id, account number, account "
    "no, bank account, customer number, customer id, insurance number, policy number, member "
    "id, routing number, sort code, medical record number, mrn, patient number, steuer-id, "
    "steuer id, steuernummer, steueridentifikationsnummer, personalausweis, ausweis, "
    "ausweisnummer, reisepass, passnummer, führerschein, sozialversicherungsnummer, "
    "rentenversicherungsnummer, versicherungsnummer, kontonummer, kundennummer, passeport, "
    "sécurité sociale, numéro de sécu, permis de conduire, carte d'identité, numéro de compte, "
    "pasaporte, seguridad social, carnet, documento, número de cuenta, passaporto, patente, "
    "carta d'identità, tessera sanitaria, numero di conto, contribuinte, passaporte, bilhete de "
    "identidade, cartão de cidadão, carta de condução, número da conta, paspoort, rijbewijs, "
    "burgerservicenummer, paspoortnummer, rekeningnummer, klantnummer, paszport, paszportu, "
    "dowód, dowodu, konta, personnummer, pass, körkort, ahv, ahv-nummer, avs, "
    "cpr, cpr-nummer, cpr-nummeret, fødselsnummer, fødselsnummeret, pasnummer, kontonummeret, "
    "henkilötunnus, "
    "henkilötunnukseni, hetu, rodné číslo, číslo pasu, občanky, číslo účtu, cnp, cnp-ul, numeric "
    "personal, pașaport, buletin",
    Kind.CVV: "cvv, cvc, cvv2, cvc2, csc, cvv code, security code, security number, card verification, on "
    "the back, prüfziffer, prüfnummer, kartenprüfnummer, sicherheitscode, cryptogramme, code de "
    "sécurité, código de seguridad, codice di sicurezza, código de segurança, beveiligingscode, "
    "veiligheidscode, kod bezpieczeństwa, kod cvv, säkerhetskod, "
    "sikkerhedskode, sikkerhedskoden, kontrolcifre, sikkerhetskode, sikkerhetskoden, turvakoodi, "
    "bezpečnostní kód, cod de securitate, codul de securitate",
    Kind.PIN: "pin, pin code, pin number, pin-code, geheimzahl, geheimnummer, code confidentiel, code "
    "pin, clave, código pin, codice pin, pincode, kod pin, pinkod, "
    "pinkode, pinkoden, tunnusluku, tunnuslukuni, pin-koodi, pinkoodi, codul pin",
    Kind.CODE: "verification code, one-time code, one time code, "
    "passcode, the code is, your code is, my code is, access code, door code, otp, "
    "sms code, confirmation code, bestätigungscode, zugangscode, tan, code de vérification, "
    "código de verificación, codice di verifica, código de verificação, verificatiecode, kod "
    "weryfikacyjny, "
    "bekræftelseskode, engangskode, vahvistuskoodi, ověřovací kód, cod de verificare, codul de verificare",
    Kind.PASSWORD: "password, passphrase, passwort, kennwort, mot de passe, contraseña, parola d'ordine, "
    "parola chiave, senha, palavra-passe, wachtwoord, hasło, lösenord, passwd, "
    "adgangskode, adgangskoden, kodeord, kodeordet, passord, passordet, salasana, salasanani, heslo, "
    "passordet mitt, kodeordet mit, parola mea, parola",
    Kind.KEY: "api key, api-key, apikey, secret key, access key, access token, api token, secret, bearer, "
    "auth token, api-schlüssel, clé api, clave api, clave de api, chiave api, chave api, chave "
    "da api, api-sleutel, klucz api, "
    "api-nøgle, api-nøkkel, api-avain, api klíč, cheia api",
    Kind.BIRTH: "born, born on, date of birth, birth date, birthdate, birthday, dob, geboren, geburtsdatum, "
    "geburtstag, né le, née le, né, née, date de naissance, nacido, nací, nacida, fecha de "
    "nacimiento, nacimiento, nato, nata, data di nascita, nasci, nascido, nascida, data de "
    "nascimento, nascimento, geboortedatum, urodzony, urodzona, urodziłem, data urodzenia, "
    "född, födelsedatum, "
    "født, fødselsdato, syntynyt, syntymäaika, syntymäpäivä, narozen, narozena, narozený, datum "
    "narození, născut, născută, data nașterii",
    Kind.PRODUCT: "sku, ean, isbn, upc, gtin, order, order number, ticket, ticket number, invoice, invoice "
    "number, part number, part, product, product number, item, item number, model, model "
    "number, version, build, serial number, serial, article number, article, tracking number, "
    "case number, issue, bug, release, revision, row, line, batch, lot, reference number, "
    "artikel, artikelnummer, bestellnummer, bestellung, rechnung, rechnungsnummer, "
    "seriennummer, auftrag, auftragsnummer, commande, facture, référence, produit, numéro de "
    "commande, numéro de facture, pedido, número de pedido, factura, producto, referencia, "
    "ordine, numero d'ordine, fattura, articolo, prodotto, encomenda, fatura, produto, "
    "bestelling, bestelnummer, ordernummer, factuur, factuurnummer, zamówienie, faktura, "
    "produkt, "
    "ordrenummer, bestilling, varenummer, tilausnumero, tuotenumero, lasku, objednávka, objednávky, "
    "faktury, comandă, comanda, factura",
}

_BREAK = re.compile(r"[^\W\d_]+")
PHRASES: dict[str, dict[str, tuple[tuple[str, Kind], ...]]] = {}
"""Last word of a phrase → the word before it (empty: it is one word) → such phrases, longest first."""
for _kind, _text in _PHRASES.items():
    for _phrase in (part.strip() for part in _text.split(",")):
        _before, _last = ["", *_BREAK.findall(_phrase)][-2:]
        _known = PHRASES.setdefault(_last, {})
        _known[_before] = tuple(
            sorted({*_known.get(_before, ()), (_phrase, _kind)}, key=lambda entry: -len(entry[0]))
        )
LONGEST = max(len(phrase) for ends in PHRASES.values() for phrases in ends.values() for phrase, _ in phrases)

UNITS_AFTER = words(
    "euro euros dollar dollars pound pounds franc francs yen zloty złotych kronor reais real "
    "pesos rupees usd eur gbp chf users seats people customers records rows requests units "
    "pieces licenses licences downloads visitors views percent prozent pourcent por per euronów "
    "zł kr kroner kruunua euroa korun koruny lei nutzer benutzer kunden stück zeilen datensätze leute "
    "lizenzen utilisateurs clients "
    "lignes pièces usuarios clientes filas unidades utenti clienti righe pezzi usuários linhas "
    "gebruikers klanten rijen stuks users użytkowników klientów sztuk bytes kilometers "
    "kilometres miles meters metres hours minutes seconds days years stunden minuten jahre "
    "heures jours ans horas días años ore giorni anni dias uren dagen jaar "
    "brugere brukere kunder käyttäjää asiakasta uživatelů zákazníků utilizatori clienți stykker "
    "kappaletta kusů"
)
"""After a number: it counts something."""

AT_WORDS = words(
    "arroba chiocciola arobase arrobase klammeraffe apenstaartje małpa snabel krøllalfa "
    "alfakrøll zavináč arond miukumauku @"
)
"""Only ever the sign in an address (`snabel` where `a` follows)."""
AT_COMMON = frozenset({"at", "ät", "att", "aapje"})
"""The sign in an address, or an everyday word: what follows decides."""
DOT_WORDS = frozenset({"dot", "punkt", "punto", "point", "ponto", "punt", "kropka", "period", "punktum",
    "piste", "tečka", "punct",
})  # fmt: skip
DASHES = words(
    "dash hyphen minus bindestrich bindestreck strich tiret guion guión trattino hífen streepje myślnik "
    "viiva pomlčka cratimă bindestreg bindestrek"
)
JOIN_WORDS = (
    DOT_WORDS
    | DASHES
    | words(
        "underscore plus unterstrich underline liggend onderstrepingsteken podkreślnik sublinhado "
        "bas understreck understregning understrek alaviiva podtržítko"
    )
)
"""Between the parts of an address's name."""
LOW_LINES = words("bajo bas du basso baixo score")
"""The rest of an underscore's name: guion bajo, tiret du bas."""
BEFORE_PLACES = words(
    "look looking us me is are was found find available visit website site page hosted join "
    "sign log available up meet see it them him her works work working demo docs documentation "
    "online everything details more info"
)
"""Before an everyday `at`: what follows is a place, not the rest of an address."""
TLDS = words(
    "com org net io co de eu uk fr ch at dev ai info biz es it pt nl be pl se no dk fi ie us ca "
    "au nz br mx ar in jp cn kr ru cz sk hu ro bg gr hr si rs ua tr il za app cloud me tv xyz "
    "online site tech store gov edu mil int name pro lu li is lt lv ee cat swiss berlin gmbh "
    "academy agency company group email work solutions systems studio"
)

MONTHS = words(
    "january february march april may june july august september october november december "
    "januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet "
    "août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto "
    "septiembre octubre noviembre diciembre gennaio febbraio aprile maggio giugno luglio "
    "settembre ottobre dicembre janeiro fevereiro março maio junho julho setembro outubro "
    "novembro dezembro januari februari maart mei augustus stycznia lutego marca kwietnia maja "
    "czerwca lipca sierpnia września października listopada grudnia jan feb mar apr jun jul aug "
    "sep sept oct nov dec augusti"
)
DATE_WORDS = words(
    "the of de du del di am den le el il op on in der day year century first second third "
    "fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth th st nd rd er "
    "ersten zweiten dritten vierten fünften sechsten siebten achten neunten zehnten elften "
    "zwölften premier primero primo primeiro neunzehnhundert hundred thousand and und mil mille "
    "dois duemila"
)

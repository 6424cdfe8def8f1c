"""Words that stand for digits, in the languages people read numbers out in. Tables only."""

from __future__ import annotations

from collections.abc import Iterator


def words(text: str) -> frozenset[str]:
    """A table of words, written as one line of prose."""
    return frozenset(text.split())


UNITS = {
    "en": "zero one two three four five six seven eight nine",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "it": "zero uno due tre quattro cinque sei sette otto nove",
    "pt": "zero um dois três quatro cinco seis sete oito nove",
    "nl": "nul een twee drie vier vijf zes zeven acht negen",
    "pl": "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć",
    "sv": "noll ett två tre fyra fem sex sju åtta nio",
    "da": "nul en to tre fire fem seks syv otte ni",
    "no": "null en to tre fire fem seks sju åtte ni",
    "fi": "nolla yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän",
    "cs": "nula jedna dva tři čtyři pět šest sedm osm devět",
    "ro": "zero unu doi trei patru cinci șase șapte opt nouă",
}
TENS = {
    "en": "ten twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "fr": "dix vingt trente quarante cinquante soixante septante huitante nonante",
    "es": "diez veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "it": "dieci venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "pt": "dez vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    "nl": "tien twintig dertig veertig vijftig zestig zeventig tachtig negentig",
    "pl": "dziesięć dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt "
    "osiemdziesiąt dziewięćdziesiąt",
    "sv": "tio tjugo trettio fyrtio femtio sextio sjuttio åttio nittio",
    "da": "ti tyve tredive fyrre halvtreds tres halvfjerds firs halvfems",
    "no": "ti tjue tretti førti femti seksti sytti åtti nitti",
    "fi": "kymmenen kaksikymmentä kolmekymmentä neljäkymmentä viisikymmentä kuusikymmentä seitsemänkymmentä "
    "kahdeksankymmentä yhdeksänkymmentä",
    "cs": "deset dvacet třicet čtyřicet padesát šedesát sedmdesát osmdesát devadesát",
    "ro": "zece douăzeci treizeci patruzeci cincizeci șaizeci șaptezeci optzeci nouăzeci",
}
TEENS = {
    "en": "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "de": "elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
    "fr": "onze douze treize quatorze quinze seize",
    "es": "once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve",
    "it": "undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove",
    "pt": "onze doze treze catorze quinze dezesseis dezessete dezoito dezenove",
    "nl": "elf twaalf dertien veertien vijftien zestien zeventien achttien negentien",
    "pl": "jedenaście dwanaście trzynaście czternaście piętnaście szesnaście siedemnaście osiemnaście "
    "dziewiętnaście",
    "sv": "elva tolv tretton fjorton femton sexton sjutton arton nitton",
    "da": "elleve tolv tretten fjorten femten seksten sytten atten nitten",
    "no": "elleve tolv tretten fjorten femten seksten sytten atten nitten",
    "fi": "yksitoista kaksitoista kolmetoista neljätoista viisitoista kuusitoista seitsemäntoista "
    "kahdeksantoista yhdeksäntoista",
    "cs": "jedenáct dvanáct třináct čtrnáct patnáct šestnáct sedmnáct osmnáct devatenáct",
    "ro": "unsprezece doisprezece treisprezece paisprezece cincisprezece șaisprezece șaptesprezece "
    "optsprezece nouăsprezece",
}
VARIANTS = {
    "oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0", "ein": "1", "eine": "1",
    "zwo": "2", "une": "1", "una": "1", "um": "1", "uma": "1", "duas": "2", "meia": "6", "un": "1", "één": "1",
    "quatorze": "14", "dezasseis": "16", "dezassete": "17", "dezanove": "19", "dreissig": "30", "fuenf": "5",
    "zwoelf": "12", "tres": "3", "zero": "0", "cero": "0", "fourty": "40", "en": "1", "raz": "1",
    "vingts": "20", "förtio": "40", "eenen": "1", "yks": "1", "kaks": "2", "viis": "5", "kuus": "6",
    "seittemän": "7", "kaheksan": "8", "yheksän": "9", "jeden": "1", "dvě": "2", "două": "2",
    "şase": "6", "şapte": "7", "noua": "9", "doua": "2", "sase": "6", "sapte": "7", "tredve": "30", "et": "1",
}  # fmt: skip
AMBIGUOUS = frozenset({"o", "oh", "um", "un", "una", "une", "uma", "en", "ein", "eine", "een", "raz", "nil"})
"""Words that are far more often something else: they count only between other digits."""
COMPANY = {
    "um": words("quatro dois duas três sete oito nove meia"),
    "to": words("fire fem seks syv sju otte åtte nul null et"),
    "fire": words("to tre fem seks syv sju otte åtte ni nul null et"),
    "ni": words("to fire fem seks syv sju otte åtte nul null et"),
    "ti": words("to fire fem seks syv sju otte åtte nul null"),
    "et": words("to fire fem seks syv otte ni nul"),
    "opt": words("unu doi două doua trei patru cinci șase șapte nouă sase sapte noua"),
    "noua": words("unu doi două doua trei patru cinci șase șapte opt sase sapte"),
}
"""Words that are something else in another language → number words of their own, one of which must be near."""
REPEATS = {
    "double": 2, "triple": 3, "treble": 3, "doppel": 2, "zweimal": 2, "dreimal": 3, "doble": 2,
    "doppio": 2, "triplo": 3, "duplo": 2, "dubbel": 2, "dobbelt": 2,
}  # fmt: skip
HUNDREDS = {
    "de": ("hundert", "einhundert zweihundert dreihundert vierhundert fünfhundert sechshundert "
           "siebenhundert achthundert neunhundert"),
    "es": ("cien ciento", "_ doscientos trescientos cuatrocientos quinientos seiscientos "
           "setecientos ochocientos novecientos"),
    "it": ("cento", "_ duecento trecento quattrocento cinquecento seicento settecento ottocento novecento"),
    "pt": ("cem cento", "_ duzentos trezentos quatrocentos quinhentos seiscentos "
           "setecentos oitocentos novecentos"),
    "nl": ("honderd", "eenhonderd tweehonderd driehonderd vierhonderd vijfhonderd zeshonderd zevenhonderd "
           "achthonderd negenhonderd"),
    "pl": ("sto", "_ dwieście trzysta czterysta pięćset sześćset siedemset osiemset dziewięćset"),
    "sv": ("hundra", "etthundra tvåhundra trehundra fyrahundra femhundra sexhundra "
           "sjuhundra åttahundra niohundra"),
    "da": ("hundrede", "ethundrede tohundrede trehundrede firehundrede femhundrede sekshundrede "
           "syvhundrede ottehundrede nihundrede"),
    "cs": ("sto", "_ dvěstě třista čtyřista pětset šestset sedmset osmset devětset"),
    "no": ("hundre", "etthundre tohundre trehundre firehundre femhundre sekshundre "
           "sjuhundre åttehundre nihundre"),
    "fi": ("sata", "_ kaksisataa kolmesataa neljäsataa viisisataa kuusisataa seitsemänsataa kahdeksansataa "
           "yhdeksänsataa"),
    "ro": ("sută", "_"),
}  # fmt: skip
"""Language → words for a hundred, and for one to nine of them where that is one word."""
WRITTEN_AS_ONE = frozenset({"de", "it", "nl", "sv", "fi"})
"""Languages that write what follows the hundreds in the same word."""
HUNDRED = words("hundred cent cents hundert honderd hundra hundrede hundre sataa stě sute sută")
"""After a digit: so many hundreds."""
MULTIPLIERS = words(
    "hundreds thousand thousands million millions billion billions trillion "
    "tausend millionen million milliarde milliarden mille millions milliard "
    "milliards mil millones millón mila milione milioni miliardi milhão "
    "milhões duizend miljoen miljard tysiąc tysiące tysięcy milionów tusen "
    "miljoner k m mio mrd tusind tusinde millioner tuhat tuhatta miljoona miljoonaa tisíc tisíce "
    "milionů mii milion "
    "milioane"
)
"""A number beside one of these is an amount."""
JOINERS = frozenset({"and", "und", "et", "y", "e", "en", "i", "och", "og", "și", "şi"})
"""May stand between a ten and its unit."""
FILLERS = words(
    "um uh huh uhm er erm ah hm hmm mhm mm okay ok yes yeah yep right sure so then dash hyphen "
    "space minus slash got go on it next like well comma äh ähm öh ja genau gut also strich "
    "leerzeichen bindestrich traço ponto yyy ehm hã moment "
    "euh oui alors tiret espace eh este sí vale guion bueno ecco allora "
    "trattino spazio sì então hífen né tak no dobrze myślnik nou streepje spatie jo bra "
    "øh øhm altså så niin öö joo eli viiva eee takže pomlčka jo deci păi cratimă"
)
"""What people say between groups of digits."""


def _two_digits(language: str) -> Iterator[tuple[str, str]]:
    ones, tens = UNITS[language].split(), TENS[language].split()
    yield from ((word, str(n)) for n, word in enumerate(ones))
    yield from ((word, str(10 * n)) for n, word in enumerate(tens, 1))
    yield from ((word, str(n)) for n, word in enumerate(TEENS[language].split(), 11))
    for ten, word in enumerate(tens[1:], 2):
        for one in range(1, 10):
            yield from ((joined, f"{ten}{one}") for joined in _compounds(language, word, ones, one))


def _compounds(language: str, ten: str, ones: list[str], one: int) -> Iterator[str]:
    unit = ones[one]
    if language == "de":
        yield f"{'ein' if one == 1 else unit}und{ten}"
    elif language == "nl":
        yield f"{unit}{'ën' if unit.endswith('e') else 'en'}{ten}"
    elif language == "it":
        yield (ten[:-1] if unit[0] in "uo" else ten) + ("tré" if one == 3 else unit)
        yield (ten[:-1] if unit[0] in "uo" else ten) + unit
    elif language == "es" and ten == "veinte":
        yield "veinti" + {"dos": "dós", "tres": "trés", "seis": "séis"}.get(unit, unit)
        yield "veinti" + unit
    elif language in ("sv", "no", "fi"):
        yield ten + unit
        if language == "no" and unit == "sju":
            yield f"{ten}syv"
        if ten == "fyrtio":
            yield "förtio" + unit
    elif language == "da":
        yield f"{unit}og{ten}"
    elif language == "cs":
        yield f"{'jedn' if one == 1 else unit}a{ten}"


def _hundreds(below: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    """`below`: language → its words for less than a hundred."""
    for language, (one, many) in HUNDREDS.items():
        heads = [*((word, 1) for word in one.split()), *((word, n) for n, word in enumerate(many.split(), 1))]
        for head, count in heads:
            yield head, f"{count}00"
            if language not in WRITTEN_AS_ONE:
                continue
            for rest, digits in below[language].items():
                if digits == "0":
                    continue
                whole = f"{count}{digits:0>2}"
                yield head + rest, whole
                if language == "de":
                    yield f"{head}und{rest}", whole
                elif language == "it" and rest[0] == "o":
                    yield head[:-1] + rest, whole


_BELOW = {language: dict(_two_digits(language)) for language in UNITS}
NUMBERS: dict[str, str] = {
    **dict(_hundreds(_BELOW)), **VARIANTS,
    **{word: digits for rows in reversed(_BELOW.values()) for word, digits in rows.items()},
}  # fmt: skip
"""Lower-case word → its digits (one to three); of a word in two languages the first one's."""
WHOLE_HUNDREDS = frozenset(
    word for word, digits in NUMBERS.items() if len(digits) == 3 and digits.endswith("00")
)
"""Words that what follows completes: trezentos e trinta e três."""
PLAIN_TENS = frozenset(word for words in TENS.values() for word in words.split()[1:])
"""Tens that a following unit completes: twenty one."""
UNIT_WORDS = {word: digits for word, digits in NUMBERS.items() if len(digits) == 1}

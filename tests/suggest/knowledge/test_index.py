from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from wingman.core.errors import InputError
from wingman.suggest.knowledge.codes import codes
from wingman.suggest.knowledge.index import BY_WORDS, LONGEST_SNIPPET, Knowledge
from wingman.suggest.knowledge.sections import Section

NOTES = """\
# Plans

## Enterprise
The enterprise plan costs 40 dollars per user and month. It includes single sign-on.

## Starter
The starter plan is free for five users.

# Security
All data is stored in Frankfurt and encrypted at rest. We are audited for SOC 2 every spring.
"""


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    (tmp_path / "plans.md").write_text(NOTES)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "faq.txt").write_text(
        "How to export\n\nAn export of all reports runs every night at two."
    )
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    return tmp_path


@pytest.mark.parametrize(
    ("asked", "source", "words"),
    [
        ("can you tell me how much the enterprise plan costs per month", "plans.md › Enterprise", "40 dollars"),
        ("where is our data stored and is it encrypted", "plans.md › Security", "Frankfurt"),
        ("when does the export of the reports run", "sub/faq.txt", "every night"),
    ],
)
def test_the_matching_section_is_found_with_its_source(
    notes: Path, asked: str, source: str, words: str
) -> None:
    with Knowledge(notes) as knowledge:
        (best, text), *_ = knowledge.search(asked)
    assert best == source
    assert words in text
    assert len(text) <= LONGEST_SNIPPET


@pytest.mark.parametrize(
    "asked", ["", "yes okay thank you", "the weather is nice in Lisbon", '" OR 1=1 --', "NEAR("]
)
def test_nothing_fits_small_talk(notes: Path, asked: str) -> None:
    with Knowledge(notes) as knowledge:
        assert knowledge.search(asked) == ()


def test_it_works_empty(tmp_path: Path) -> None:
    for folder in (None, tmp_path):
        with Knowledge(folder) as knowledge:
            assert len(knowledge) == 0
            assert knowledge.search("how much is the enterprise plan") == ()


def test_a_folder_that_does_not_exist_is_named() -> None:
    with pytest.raises(InputError, match="knowledge folder /nowhere does not exist"):
        Knowledge(Path("/nowhere"))


def test_a_large_folder_is_searched_in_time(tmp_path: Path) -> None:
    for number in range(40):
        parts = (f"The plan of customer {n} has price {n}, order {number * 200 + n}." for n in range(200))
        body = "\n\n".join(f"## Part {n}\n{text}" for n, text in enumerate(parts))
        (tmp_path / f"{number}.md").write_text(body)
    began = time.thread_time()
    with Knowledge(tmp_path) as knowledge:
        assert len(knowledge) == 8000
        built = time.thread_time()
        assert knowledge.search("what is the price of order 1499")
        assert time.thread_time() - built < (built - began) / 4, "the sections were gone through again"


def test_a_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    (tmp_path / "offer.pdf").write_bytes(_pdf("The migration takes two days per office."))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    with Knowledge(tmp_path) as knowledge:
        ((source, text),) = knowledge.search("how many days does the migration take for an office")
    assert source == "offer.pdf › page 1"
    assert "two days" in text


def _pdf(text: str) -> bytes:
    """The smallest one-page PDF that holds `text`."""
    stream = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + table + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)


@pytest.mark.parametrize("kind", ["nitrile", "fluor"])
def test_what_was_said_before_tells_what_is_meant(tmp_path: Path, kind: str) -> None:
    for name in ("nitrile", "fluor"):
        (tmp_path / f"{name}.md").write_text(f"# Seals of {name}\nOne costs £4, fifty cost £180.\n")
    with Knowledge(tmp_path) as knowledge:
        before = ("it leaks", f"that is the {kind} seal")
        (best, *_) = asyncio.run(knowledge.settled("what would one cost", (), before))
    assert best[0] == f"{kind}.md › Seals of {kind}"


def test_two_notes_that_fit_alike_are_weighed_by_the_question(notes: Path) -> None:
    with Knowledge(notes) as knowledge:
        ((source, _), *_) = knowledge.search("and what is the damage for the enterprise plan")
    assert source == "plans.md › Enterprise"


@pytest.mark.parametrize("named", [0, 1, 2])
def test_a_turn_with_few_words_of_its_own_is_about_what_was_said_before(tmp_path: Path, named: int) -> None:
    places = ("berlin", "lyon", "porto")
    for place in places:
        (tmp_path / f"{place}.md").write_text(
            f"# Depot {place}\nThe gate of the depot in {place} opens at six.\n"
        )
    with Knowledge(tmp_path) as knowledge:
        before = (f"we have a depot in {places[named]}", "that is right")
        known = knowledge.evidence("when does that one open then", before)
    assert max(known, key=lambda row: BY_WORDS.odds(known[row])) == named


def test_who_asks_for_money_gets_no_note_without_any(tmp_path: Path) -> None:
    (tmp_path / "homes.md").write_text(
        "# References\nSix homes in Shropshire work with it. A home in Leeds does.\n"
    )
    with Knowledge(tmp_path) as knowledge:
        assert knowledge.search("who has six homes in shropshire") != ()
        assert knowledge.search("how much is that for six homes in shropshire") == ()


def test_of_two_notes_that_fit_alike_none_is_quoted(tmp_path: Path) -> None:
    for name in ("north", "south"):
        (tmp_path / f"{name}.md").write_text("# Delivery\nWe deliver within two days.\n")
    with Knowledge(tmp_path) as knowledge:
        assert knowledge.search("so we deliver within how many days") == ()


FLAT = """# Rent
It is £1,150 a month, due on the first.

# Term
Twelve months at first, then month by month. One month to the end of a month.

# Animals
Cats yes, dogs only by agreement.

# Repairs
Report in the app. Urgent ones within 24 hours.

# Parking
One space in the yard, number 7.

# Subletting
Only with our written consent.

# Decorating
Light colours are fine.

# Viewing
Saturdays 10 to 2.
"""


@pytest.mark.parametrize(
    ("asked", "heading"),
    [
        ("How long am I tied in?", "Term"),
        ("Could my puppy live there, too?", "Animals"),
        ("Who comes when the shower is broken?", "Repairs"),
        ("Wann kann ich die Wohnung besichtigen?", "Viewing"),
        ("Is there a cinema nearby?", ""),
    ],
)
def test_a_plain_question_in_other_words_finds_its_section(tmp_path: Path, asked: str, heading: str) -> None:
    (tmp_path / "flat.md").write_text(FLAT)
    with Knowledge(tmp_path) as knowledge:
        found = knowledge.search(asked, before=("It has two rooms.", "Right."))
    assert [source for source, _ in found[:1]] == ([f"flat.md › {heading}"] if heading else [])


def test_a_model_is_told_a_section_once(tmp_path: Path) -> None:
    (tmp_path / "flat.md").write_text(FLAT)

    async def told() -> tuple[tuple[str, str], ...]:
        with Knowledge(tmp_path) as knowledge:
            found = knowledge.search("How long am I tied in?")
            assert len(found) == 2, "the section, and the statement for whoever asks on"
            return await knowledge.settled("How long am I tied in?", found)

    sources = [source for source, _ in asyncio.run(told())]
    assert len(sources) == len(set(sources))


def test_a_code_that_is_asked_for_finds_the_only_section_that_holds_it() -> None:
    texts = {
        "E17": ("Water in the housing.",),
        "Belt": ("ERR-404 or F3: it is blocked.",),
        "Visits": ("Next day before nine.",),
        "Models": ("The S3 and S4 are white.",),
        "Halls": ("The A4 hall holds forty.",),
        "Delivery": ("Delivery: £40.",),
        "Dates": ("By May-24 the top-10 of EUR500 and FY25 are told in KW12.",),
    }
    knowledge = Knowledge(sections=[Section("faults.md", head, told) for head, told in texts.items()])
    for said, head in (
        ("What does E17 mean?", "E17"),
        ("what's the e17", "E17"),
        ("It says e-17 and then it goes blank.", "E17"),
        ("The S3 shows E17.", "E17"),
        ("We get error E17 on the S3.", "E17"),
        ("The error code is E17.", "E17"),
        ("Der Fehlercode ist F3.", "Belt"),
        ("Le code est F3.", "Belt"),
        ("El código es F3.", "Belt"),
        ("O código é F3.", "Belt"),
        ("Was heißt denn E17?", "E17"),
        ("Es zeigt ERR404 an.", "Belt"),
        ("Et là, il affiche F3.", "Belt"),
        ("Qu’est-ce que F3 veut dire ?", "Belt"),
        ("¿Qué significa F3?", "Belt"),
        ("Aparece o erro F3.", "Belt"),
        ("How much is delivery for the S3?", "Delivery"),
    ):
        assert [pair[1] for pair in knowledge.search(said)[:1]] == [texts[head][0]], said
    for other in (
        "It shows E18 now.",
        "It shows both E17 and F3.",
        "It shows E17 and F3.",
        "It is item XE17-b on the list.",
        "It says 17.",
        "What is the warranty on the S3?",
        "I took the A4 to get here.",
        "We printed it on A4.",
        "How much does error E17 cost?",
        "It says KW12 there.",
    ):
        assert not knowledge.search(other), other
    assert codes("Not before Q3, H1, FY25 or day-1, for GBP40 of the top-10.") == frozenset()

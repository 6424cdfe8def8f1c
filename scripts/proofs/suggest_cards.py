"""Measures what a card says: no faulty answer stays on one, none is said twice, care goes first, prompts fit.

Answers come through both protocols' real clients from local servers, cut into pieces at random (the seed is
printed). With `WINGMAN_CONVERSATIONS=DIR`, labelled conversations as `scripts/judge_cards.py` reads them, notes
and repetition are measured on those as well; without it they are not.
"""

from __future__ import annotations

import os
import random
import secrets
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from scripts.gate.conversations import FOLDER
from scripts.judge_cards import Tally, judge
from scripts.proofs._suggest_reader import notes_read
from scripts.proofs.figures import Figure, progress
from scripts.train_facts import measured
from scripts.train_notes import Turn, adapters_of, among, judged, parts, rates, sets_of, turns
from tests.eval import noise, script
from tests.eval.play import play
from tests.suggest.card.natural_answers import NATURAL, natural_rules
from tests.suggest.card.strange_answers import PLAIN, STRANGE, rules
from tests.suggest.card.vendor_answers import VENDOR
from tests.suggest.playbook.care_moments import HARMLESS, MOMENTS
from tests.suggest.support import said
from tests.support.answered import PRICE, SECRET, client_of, ended, served
from tests.support.answers import FAULTY, GOOD
from tests.support.wires import GEMINI, OPENAI, WORDS, serving
from wingman.llm.reasoning import AnswerFilter
from wingman.local.sentence_encoder import SentenceEncoder, installed
from wingman.suggest.card.answer_check import AnswerCheck, Rules
from wingman.suggest.card.choice import Moment, MoveChooser
from wingman.suggest.card.context import estimate_tokens
from wingman.suggest.card.prompt import Material, build
from wingman.suggest.gate.decisions import Candidate, Reason
from wingman.suggest.knowledge.index import BY_ADAPTER, BY_WORDS, Weights
from wingman.suggest.playbook.moves import KINDS, move_book
from wingman.suggest.playbook.playbook import list_playbooks
from wingman.suggest.playbook.signals import CARE, SPOKEN, detect

LOUD = (
    ("en", "My husband passed away, so what does it cost now?"),
    ("en", "There's a smell of gas here, can you check the price?"),
    ("en", "I lost my job, what is the cheapest plan?"),
    ("en", "Between us, what are the others paying for it?"),
    ("en", "What is the lowest price you can do?"),
    ("en", "My password is hunter2, can you log in for me?"),
    ("en", "My lawyer says we should sue you over the invoice."),
    ("de", "Mein Mann ist gestorben, was kostet der Vertrag jetzt?"),
    ("fr", "Ma mère est décédée, combien ça coûte d'arrêter le contrat ?"),
    ("es", "Huele a gas en la cocina, ¿cuánto cuesta la revisión?"),
    ("pt", "Estou desempregado, quanto custa o plano mais barato?"),
)
"""Moments with a key word that must not decide."""


async def odd_answers(rng: random.Random) -> tuple[int, int]:
    """How many faulty answers were left on a card, of how many."""
    left = 0
    strange = [("strange", text) for language, text in (*STRANGE, *VENDOR) if language == "en"]
    shapes = [(fault, text) for fault, text in (*FAULTY, *strange) if not _taken_out(fault, text)]
    for number, (fault, text) in enumerate(shapes):
        protocol = ("gemini", "openai")[number % 2]
        async with served(protocol, text, rng.randint(1, 30)) as model:
            origin, shown, instant = await ended(model, SECRET)
        if origin != "playbook" or shown != instant:
            left += 1
            progress(f"left on a card ({protocol}, {fault}): {shown!r}")
    return left, len(shapes)


async def odd_wires() -> tuple[int, int, int]:
    """Broken answers left on a card and whole ones lost, over all clients; and how many were tried."""
    roads = [("gemini", GEMINI), ("openai", OPENAI)]
    if find_spec("google.generativeai") is not None:
        roads.append(("generativeai", GEMINI))
    left = lost = tried = 0
    for protocol, wires in roads:
        for wire in wires:
            async with serving(wire) as url, client_of(protocol, url) as model:
                origin, shown, instant = await ended(model, SECRET)
            tried += 1
            left += not wire.whole and (origin, shown) != ("playbook", instant)
            lost += wire.whole and shown != WORDS
    return left, lost, tried


def strange_answers(rng: random.Random) -> int:
    """How many answers in a shape no card may have would have stayed on one, in five languages."""
    return sum(
        not _stopped(AnswerCheck(rules(language)), text, rng)
        for language, text in (*STRANGE, *VENDOR)
        for _ in range(3)
    )


def plain_answers(rng: random.Random) -> int:
    """How many answers that keep to the rules were stopped, in five languages."""
    held = [(rules, PLAIN), (natural_rules, NATURAL)]
    return sum(
        _stopped(AnswerCheck(to(language)), text, rng)
        for to, answers in held
        for language, text in answers
        for _ in range(3)
    )


def _stopped(check: AnswerCheck, text: str, rng: random.Random) -> bool:
    at = 0
    while at < len(text):
        size = rng.randint(1, 15)
        check.add(text[at : at + size])
        at += size
    check.finish()
    return check.fault is not None


def _taken_out(fault: str, text: str) -> bool:
    """Thoughts between tags are taken out by the clients, so that what stays is a good answer."""
    thoughts = AnswerFilter()
    stays = thoughts.feed(text, 0.0) + thoughts.finish()
    return fault in ("reasoning", "strange") and stays.strip() != text.strip()


def good_answers(rng: random.Random) -> int:
    """How many good answers were stopped, however they were cut."""
    stopped = 0
    for _ in range(20):
        for text in GOOD:
            check, at = AnswerCheck(Rules(language="en", sources=GOOD)), 0
            while at < len(text):
                size = rng.randint(1, 15)
                check.add(text[at : at + size])
                at += size
            check.finish()
            stopped += check.fault is not None or check.text != text
    return stopped


def careless() -> int:
    """Moments that call for care and got another move, over all playbooks."""
    wrong = 0
    for playbook in list_playbooks():
        for language, text in (*LOUD, *((language, text) for _, language, text in MOMENTS)):
            choice = MoveChooser(playbook).choose(
                Moment("price", text, "tab", detect(text, language), language)
            )
            wrong += choice is None or choice.care is None
    return wrong


def longest_prompt(rng: random.Random) -> int:
    """Estimated tokens of the longest of many prompts about moments of long meetings."""
    longest = 0
    said_here = "we they budget price board next week maybe 40 percent the data of our plan is what it costs"
    words = said_here.split()
    for _ in range(60):
        talk = tuple(
            said(" ".join(rng.choices(words, k=rng.randint(1, 40))), n * 9.0)
            for n in range(rng.randint(0, 200))
        )
        material = Material(
            talk,
            brief=" ".join(rng.choices(words, k=rng.randint(0, 400))),
            snippets=tuple(("a.md", " ".join(rng.choices(words, k=120))) for _ in range(rng.randint(0, 5))),
            shown=tuple(" ".join(rng.choices(words, k=50)) for _ in range(rng.randint(0, 6))),
            facts=tuple(" ".join(rng.choices(words, k=12)) for _ in range(rng.randint(0, 12))),
        )
        moment = talk[-1] if talk else said(PRICE)
        candidate = Candidate("price", Reason.QUESTION, 80, moment.end, moment.id, moment.text, moment.speaker)
        for playbook in list_playbooks():
            prompt = build(playbook, candidate, material, fence=f"m{secrets.token_hex(4)}")
            longest = max(longest, estimate_tokens(prompt.system) + estimate_tokens(prompt.user))
    return longest


async def most_frequent() -> tuple[float, int]:
    """The share of the card text shown most over all scripted meetings without a model, and how many cards."""
    texts: Counter[str] = Counter()
    for folder in ("tuning", "heldout"):
        for one in script.load(folder):
            played = await play(one, noise.clean(one))
            texts.update(card.text for card in played.cards)
    return texts.most_common(1)[0][1] / sum(texts.values()), sum(texts.values())


async def left_out_notes(folder: Path | None) -> list[Figure]:
    """Notes chosen by weights that have not seen them, with the shipped shares, by words and by meaning."""
    sets = sets_of(folder)
    figures = _chosen(await turns(sets), BY_WORDS, " by words alone")
    if not installed():
        progress("notes by meaning: not measured (the extra `meaning` is not installed)")
        return figures
    encoder = SentenceEncoder()
    try:
        found = await turns(sets, encoder, adapters_of(sets, encoder))
    finally:
        encoder.close()
    return [*figures, *_chosen(found, BY_ADAPTER, "")]


def _chosen(found: Sequence[Turn], weights: Weights, how: str) -> list[Figure]:
    figures: list[Figure] = []
    for source, part in parts(judged(found)).items():
        name = f"{source} turns{how}"
        worth = rates(part, weights.at_least, weights.asked)
        count = sum(bool(one.turn.right) for one in part)
        if not count:
            note = f"of {len(part)} that none answers, two in three of them near ones; before the gate"
            figures.append(Figure(f"{name}: needless note", worth.needless, note=note))
            continue
        note = f"of {count} that a note answers, weights unseen"
        figures += [
            Figure(f"{name}: right note", worth.right, None if how else 0.75, ">=", note=note),
            Figure(f"{name}: wrong note", worth.wrong, 0.03, note=note),
            Figure(f"{name}: notes that do not answer", worth.misled, note="of those shown, before the gate"),
        ]
        if not how:
            label = f"{name}: right note among those a model reads"
            figures.append(Figure(label, among(part), 0.75, ">="))
    return figures


async def on_conversations(folder: Path) -> list[Figure]:
    """Notes and repetition on labelled conversations."""
    encoder = SentenceEncoder() if installed() else None
    try:
        tally: Tally = await judge(folder, "", encoder)
    finally:
        if encoder is not None:
            encoder.close()
    noted, cards = tally.answerable, len(tally.judged)
    answerable = sum(noted.values())
    note = f"of {answerable} cards to turns a note answers{'' if encoder else ', by words alone'}"
    return [
        Figure("conversations: cards", cards),
        Figure("conversations: most frequent card text", tally.most_frequent[1], 0.12, note="share of cards"),
        *(
            Figure(
                f"conversations: cards that {name}",
                _share(tally, fault),
                limit,
                note=f"of {cards}, by a rubric",
            )
            for fault, name, limit in (
                ("echo", "say back what was said", 0.0),
                ("again", "say what a card said just before", 0.05),
                ("general", "fit any moment of their kind", None),
                ("needless", "come where an expert is silent", None),
            )
        ),
        Figure("conversations: right note", noted["right"] / max(1, answerable), 0.75, ">=", note=note),
        Figure("conversations: wrong note", noted["wrong"] / max(1, answerable), 0.03, note=note),
    ]


def _share(tally: Tally, fault: str) -> float:
    return sum(fault in one.faults for one in tally.judged) / max(1, len(tally.judged))


def facts_by_meaning() -> Sequence[Figure]:
    """Questions in other words than the brief's that answers them, and such as none answers."""
    encoder = SentenceEncoder()
    try:
        worth = measured("held", encoder)
    finally:
        encoder.close()
    return (
        Figure("brief: right fact by meaning", worth.right, note="of 60 questions, written before the topics"),
        Figure("brief: wrong fact by meaning", worth.wrong, 0.0, "==", note="of the same"),
        Figure("brief: fact to what none answers", worth.needless, 0.0, "==", note="of 60"),
    )


def _labelled() -> Path | None:
    """The folder of labelled conversations, where there is one."""
    folder = Path(os.environ.get("WINGMAN_CONVERSATIONS", FOLDER))
    return folder if folder.is_dir() else None


async def measure() -> Sequence[Figure]:
    seed = int(os.environ.get("WINGMAN_SEED", "0")) or random.randrange(10**6)
    rng = random.Random(seed)
    progress(f"seed {seed} (WINGMAN_SEED repeats it)")
    left, shapes = await odd_answers(rng)
    broken, lost, wires = await odd_wires()
    share, cards = await most_frequent()
    books = [move_book(language) for language in SPOKEN]
    figures = [
        Figure("faulty answers left on a card", left, 0, "==", note=f"of {shapes} shapes, two protocols"),
        Figure("shapes tried", shapes, 40, ">="),
        Figure("broken streams left on a card", broken, 0, "==", note=f"of {wires}, all clients"),
        Figure("whole answers lost in odd streams", lost, 0, "==", note=f"of {wires}, all clients"),
        Figure("good answers stopped or changed", good_answers(rng), 0, "=="),
        Figure(
            "strange answers let through, five languages",
            strange_answers(rng),
            0,
            "==",
            note=f"of {len(STRANGE) + len(VENDOR)}",
        ),
        Figure(
            "plain answers stopped, five languages",
            plain_answers(rng),
            0,
            "==",
            note=f"of {len(PLAIN) + len(NATURAL)}",
        ),
        Figure("moments that call for care and got another move", careless(), 0, "=="),
        Figure(
            "harmless moments taken for such",
            sum(bool(detect(text, language).intersection(CARE)) for language, text in HARMLESS),
            0,
            "==",
        ),
        Figure("longest prompt about a moment", longest_prompt(rng), 1200, unit="tokens", note="estimated"),
        Figure("most frequent card text", share, 0.12, note=f"of {cards} cards in the scripted meetings"),
        Figure(
            "languages with moves for every kind",
            sum(book is not None and all(book.common.get(kind) for kind in KINDS) for book in books),
            5,
            ">=",
        ),
    ]
    figures += facts_by_meaning() if installed() else ()
    folder = _labelled()
    figures += await left_out_notes(folder)
    if folder is not None:
        figures += await on_conversations(folder)
        if installed():
            encoder = SentenceEncoder()
            figures += await notes_read(folder, encoder)
            encoder.close()
    else:
        progress("notes on labelled conversations: not measured (set WINGMAN_CONVERSATIONS)")
    return figures

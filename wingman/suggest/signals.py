"""Built-in detectors over one utterance's text. Pure, and built for recognisers: no case, no punctuation needed.

A question mark, when there is one, counts as evidence; its absence never counts against a question.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Signal(StrEnum):
    """What an utterance does, as far as its words tell."""

    QUESTION = "question"
    PRICE = "price"
    COMPETITOR = "competitor"
    OBJECTION = "objection"
    STALL = "stall"
    DECISION = "decision"
    COMMITMENT = "commitment"
    BUYING = "buying"
    PAIN = "pain"
    RISK = "risk"
    FRUSTRATION = "frustration"


_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'"})
_NOT_WORD = re.compile(r"[^\w'$€£%]+")
_GAP = r"(?:\S+ ){0,4}?"


def normalise(text: str) -> str:
    """Lower case, plain apostrophes, words separated by single spaces; everything else dropped."""
    plain = _NOT_WORD.sub(" ", text.lower().translate(_APOSTROPHES))
    return " ".join(word.strip("'") or word for word in plain.split())


def compile_phrase(phrase: str) -> re.Pattern[str]:
    """A phrase as a pattern over normalised text; `*` stands for up to four words.

    Raises `ValueError` when nothing is left to match.
    """
    words = [normalise(part) for part in phrase.split("*")]
    if not any(words):
        raise ValueError("holds no word to listen for")
    body = ""
    for index, part in enumerate(words):
        if not part:
            continue
        if body:
            body += r"\b " + (_GAP if index else "")
        body += re.escape(part)
    return re.compile(rf"(?<!\S){body}(?!\S)")


_FILLER = r"(?:(?:so|and|but|or|well|okay|ok|um|uh|yeah|yes|right|alright|now|then|also|hey|hi|sorry|just|actually|because|look|great|thanks|thank you|i mean|you know|oh) )*"
_AUX = r"(?:can|could|do|does|did|is|are|was|were|will|would|should|shall|has|have|had|may|might|am|isn't|aren't|don't|doesn't|didn't|can't|couldn't|won't|wouldn't|shouldn't|haven't|hasn't)"
_SUBJECT = r"(?:you|we|i|it|that|this|there|they|he|she|the|your|our|my|any|anyone|someone|these|those|an|a|all|everything|each|both)"
_WH = r"(?:what|who|when|where|why|how|which|whose)"

_QUESTION = re.compile(
    "|".join(
        (
            rf"^{_FILLER}{_AUX} {_SUBJECT}\b",
            rf"^{_FILLER}(?:and |for |in |at |on |by |to |with )?{_WH}(?:'s|'re)? (?:{_AUX}|about|if|else|kind|sort|type|happens|happened|makes|made|exactly|of|plan|version|many|much|long|often|soon|fast|big|far|come|other|time|changed|goes)\b(?! you doing\b)",
            rf"(?:^| ){_WH}(?:'s| {_AUX}) (?:you|we|i|your|our|the|that|it|this|they|there)\b",
            r"\bhow (?:much|many|long|soon|often|fast|quickly|big|far|exactly|come)\b",
            rf"\bhow (?:do|does|did|would|can|could|will|should|is|are) {_SUBJECT}\b",
            r"\b(?:can|could|would|will) you (?:\S+ )?(?:tell|explain|walk|show|give|share|send|help|say|describe|clarify|confirm|talk|repeat|elaborate)\b",
            r"\b(?:do|did|does|are|is|have|has) (?:you|your) (?:guys |team |also |even |product |platform |company )?(?:have|offer|support|provide|include|do|know|think|guarantee|see|plan|integrate|handle|charge|use|offering|able|open|sure|happy|willing|planning|considered|thought|tried|ever)\b",
            r"\b(?:i was|i am|i'm|we were|we are|we're|just|still) (?:just |also |really |still )?(?:wondering|curious|asking)\b",
            r"\b(?:i'd|i would|we'd|we would) (?:really |just )?(?:like|love|want|need) to (?:know|understand|hear|see how)\b",
            r"\b(?:i|we) (?:want|need|wanted|have) to (?:know|understand|ask|ask you)\b",
            r"\b(?:my|one|another|the|our|next|big|last|quick) question(?: \S+){0,3} (?:is|was|for you|about)\b",
            r"\b(?:tell me|walk me through|help me understand|explain to me|talk me through)\b",
            r"\b(?:any|what) (?:idea|thoughts|plans|chance|update|updates) (?:on|about|how|when|if|for|of)\b",
            r"\bis (?:there|it possible|that right|that correct|that included|that something)\b",
            r"\b(?:right|correct|isn't it|doesn't it|don't you|won't it|aren't you|is that so)$",
        )
    )
)
_NO_QUESTION = re.compile(
    "|".join(
        (
            r"^(?:\S+ ){0,3}how are you(?: doing)?(?: today)?$",
            r"^(?:\S+ ){0,3}how(?:'s| is) it going$",
            r"^(?:\S+ ){0,3}(?:can|could) you (?:all |guys |both )?(?:hear|see) (?:me|us|my screen|this)\b",
            r"^(?:\S+ ){0,2}(?:shall we|should we) (?:start|begin|get started|wait)\b",
            r"^(?:\S+ ){0,2}(?:is|are) (?:everyone|everybody|we all) (?:here|on|ready)\b",
            r"\bhow (?:was|is) your (?:weekend|day|morning|evening|holiday|trip|week)\b",
            r"^(?:\S+ )?(?:that's|that is|this is|it's|which is|which was|which means|that was) (?:what|why|how|where|when)\b",
            r"^(?:you know what|guess what|what a|how nice|how funny|how cool|why not)\b",
            r"\bi (?:don't|do not) know (?:what|how|why|when|where|who)\b",
            r"\b(?:i'll|i will|we'll|we will|let me) (?:\S+ )?(?:tell|show|explain|see)\b",
            r"^(?:\S+ ){0,2}what (?:we|i|they) (?:do|did|have|need|want|use|like)\b",
            r"^(?:\S+ ){0,3}(?:right|correct)$",
        )
    )
)

_PATTERNS: dict[Signal, re.Pattern[str]] = {
    Signal.PRICE: re.compile(
        r"\b(?:pric(?:e|es|ed|ing|ey|y)|costs?|budgets?|discounts?|expensive|cheap(?:er|est)?|"
        r"per (?:month|year|seat|user|head|licen[cs]e)|how much (?:is|are|does|do|would|will|for|the|it)|"
        r"licen[cs]e fees?|quotes?|pay (?:for|per|more|less)|invoices?|afford)\b"
    ),
    Signal.COMPETITOR: re.compile(
        r"\b(?:competitors?|competition|alternatives?|(?:other|another|different|current|existing) "
        r"(?:vendor|provider|tool|supplier|solution|product|option|system)s?|"
        r"(?:also|already|been) (?:looking at|talking to|evaluating|comparing|testing|using)|"
        r"offered us|compared? (?:to|with)|instead of you|versus|shortlist(?:ed)?|switch(?:ing)? (?:from|to))\b"
    ),
    Signal.OBJECTION: re.compile(
        r"\b(?:too (?:expensive|much|high|complex|complicated|risky|slow|long|early|big)|(?:not|n't) (?:sure|convinced|"
        r"comfortable|ready|the right|a (?:good )?fit|see (?:the|why|how)|need|have (?:the )?(?:time|budget|people))|"
        r"(?:my|our|the|one|main|biggest|only) (?:concern|worry|hesitation|issue|problem) (?:is|here|with)|concerned|worried|"
        r"hard to (?:justify|sell|believe)|doubt|no (?:budget|time)|out of (?:our )?(?:budget|range)|over (?:our )?budget|"
        r"skeptical|sceptical|hesitant|afraid|deal ?breaker|(?:can't|cannot|couldn't) (?:justify|afford|commit|use|accept))\b"
    ),
    Signal.STALL: re.compile(
        r"\b(?:(?:need|have|want|going) to (?:think|discuss|check|review|talk|speak|ask|run)\b.{0,20}\b(?:it|this|that|"
        r"boss|team|manager|partner|board|legal|internally|finance|procurement|them|him|her)|think (?:about it|it over)|"
        r"get back to you|circle back|come back to you|next quarter|next year|not (?:a|the) (?:right|good) time|"
        r"send me (?:some )?(?:information|info|an email|something)|talk to (?:our|my|the) (?:team|boss|legal|finance|board))\b"
    ),
    Signal.DECISION: re.compile(
        r"\b(?:(?:who|how) (?:makes|make|decides|approves|signs)|decision(?: maker| makers| process| criteria)?|decide|"
        r"sign(?:s|ed|ing)? off|approval|procurement|final say|stakeholders?|timeline|deadline)\b"
    ),
    Signal.COMMITMENT: re.compile(
        r"\b(?:(?:i|we)(?:'ll| will| can| am going to| are going to|'m going to|'re going to) (?:\S+ )?(?:send|share|check|"
        r"schedule|follow up|get (?:you|back|that|it)|prepare|set up|book|email|call|draft|arrange|put together|deliver|fix|"
        r"look into|have it|introduce|forward|review it)|by (?:the end of|monday|tuesday|wednesday|thursday|friday|tomorrow|"
        r"next week|end of)|(?:until|before) (?:monday|tuesday|wednesday|thursday|friday|tomorrow)|i promise|you have my word)\b"
    ),
    Signal.BUYING: re.compile(
        r"\b(?:sounds (?:great|good to me|perfect|exactly)|move forward|go ahead|next steps?|ready to (?:sign|start|buy|go)|"
        r"let's do (?:it|that|this)|let us do (?:it|that|this)|when (?:can|could) we (?:start|begin|get started)|sign (?:up|the contract|today)|"
        r"we(?:'d| would) (?:like|love) to (?:start|buy|go|try)|i(?:'m| am) (?:sold|in)|works for us|start (?:a|the) (?:trial|pilot))\b"
    ),
    Signal.PAIN: re.compile(
        r"\b(?:(?:main|biggest|our|the|real|a) (?:problem|pain|challenge|struggle|headache|bottleneck)|takes? (?:too long|forever|"
        r"hours|days|weeks)|struggl(?:e|es|ing)|broke|broken|crash(?:es|ed|ing)?|too slow|losing (?:time|money|customers|deals)|waste(?:s|d)? "
        r"(?:time|hours|money)|not working|(?:doesn't|does not|didn't|don't|do not) work|manual(?:ly)?|error prone|spreadsheets?)\b"
    ),
    Signal.RISK: re.compile(
        r"\b(?:cancel(?:l?ing|l?ation|led|ed)?|terminat(?:e|ion|ing)|security|secure|gdpr|complian(?:ce|t)|legal|liabilit(?:y|ies)|"
        r"data (?:protection|residency|breach|privacy)|privacy|audit(?:s|ed)?|soc ?(?:2|two)|iso|encrypt(?:ed|ion)|lock ?in|locked in|sla|uptime|refund)\b"
    ),
    Signal.FRUSTRATION: re.compile(
        r"\b(?:frustrat\w+|annoy\w+|unacceptable|fed up|disappoint\w+|ridiculous|nobody (?:answers?|helps?|calls?|cares?|told)|never "
        r"(?:answers?|answered|works?|worked|called|heard)|(?:yet|once) again|third time|second time|sick of|waste of (?:my )?time|angry|"
        r"furious|upset|terrible|horrible|useless|still (?:not|broken|waiting|no)|waiting (?:for )?(?:days|weeks|hours|three|two)|"
        r"speak to (?:a|your) (?:manager|supervisor))\b"
    ),
}


def detect(text: str) -> frozenset[Signal]:
    """All signals of one utterance. `text` may be raw; cost is some tens of microseconds."""
    plain = normalise(text)
    found = {signal for signal, pattern in _PATTERNS.items() if pattern.search(plain)}
    if is_question(text, plain):
        found.add(Signal.QUESTION)
    return frozenset(found)


def is_question(text: str, plain: str | None = None) -> bool:
    """True when the words ask for an answer (greetings and sound checks do not)."""
    plain = normalise(text) if plain is None else plain
    if len(plain.split()) < 3 or _NO_QUESTION.search(plain):
        return False
    return text.rstrip().endswith("?") or _QUESTION.search(plain) is not None

"""The shapes of an answer that is not worth showing. Data only; `answer_check` says what they mean."""

from __future__ import annotations

import re
from enum import StrEnum

from wingman.suggest.playbook.signals import normalise


class AnswerFault(StrEnum):
    """Why an answer is not shown; stands in `suggestion.skipped` as `model_<fault>`."""

    PASS = "pass"
    """The model has nothing to add. No fault of its own, and no card either."""
    EMPTY = "empty"
    LEAK = "leak"
    """The prompt's secret token, its section tags or its rules."""
    REASONING = "reasoning"
    """Thinking aloud, or talk about the task in place of the answer."""
    REFUSAL = "refusal"
    MARKUP = "markup"
    """Markdown, tags, JSON or code."""
    GARBLED = "garbled"
    """Control signs, broken characters, words without end."""
    TRANSCRIPT = "transcript"
    """The model goes on with the meeting in other people's voices."""
    PLACEHOLDER = "placeholder"
    """`[price]`, `{name}`: words for somebody else to fill in."""
    REPETITION = "repetition"
    ECHO = "echo"
    """Says the moment's own words back and nothing more."""
    LENGTH = "length"
    LANGUAGE = "language"
    NUMBER = "number"
    """A number that nothing in the prompt holds."""
    LINK = "link"
    UNSAFE = "unsafe"
    """Asks for a password, a code or the like."""
    UNFINISHED = "unfinished"
    """Breaks off in the middle of a sentence."""


ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
LOOKALIKES = str.maketrans("АВЕКМНОРСТХаеорсхуѕіΑΒΕΗΙΚΜΝΟΡΤΧ", "ABEKMHOPCTXaeopcxysiABEHIKMNOPTX")

SENTENCES = {
    AnswerFault.PASS: "the model has nothing to add",
    AnswerFault.EMPTY: "the model answered without a word",
    AnswerFault.LEAK: "the model repeated its instructions instead of helping",
    AnswerFault.REASONING: "the model thought aloud instead of answering",
    AnswerFault.REFUSAL: "the model refused to answer",
    AnswerFault.MARKUP: "the model wrote markup instead of words to say",
    AnswerFault.GARBLED: "the model's answer was garbled",
    AnswerFault.TRANSCRIPT: "the model went on with the meeting instead of answering",
    AnswerFault.PLACEHOLDER: "the model left holes to be filled in",
    AnswerFault.REPETITION: "the model repeated itself",
    AnswerFault.ECHO: "the model only said the question back",
    AnswerFault.LENGTH: "the model's answer was too long to be read in a meeting",
    AnswerFault.LANGUAGE: "the model answered in another language",
    AnswerFault.NUMBER: "the model named a number that neither facts nor notes hold",
    AnswerFault.LINK: "the model named an address that neither facts nor notes hold",
    AnswerFault.UNSAFE: "the model asked for a secret",
    AnswerFault.UNFINISHED: "the model broke off in the middle of a sentence",
}
"""What the user is told about each."""

PASS_START = re.compile(
    r"^(?:pass (?:because|since|as |there is|there's|nothing|no |the (?:user|counterpart|model)\b)"
    r"|(?:there(?: is|'s| was) )?(?:i have )?(?:nothing|no)(?: \S+){0,2} "
    r"(?:to (?:add|say|suggest)|needed|useful)\b"
    r"|nichts(?: \S+){0,2} (?:hinzuzufügen|zu sagen|beizutragen)|rien(?: \S+){0,2} (?:à|a) (?:ajouter|dire)"
    r"|nada(?: \S+){0,2} (?:que|a|para) (?:añadir|agregar|decir|acrescentar|dizer))"
)
PASS_WHOLE = re.compile(
    r"(?:i(?: will|'ll)? |just )?pass(?: this one| on this(?: one)?| for now| pass)*"
    r"|no (?:suggestions?|comment|response|answer|card|output|reply|action)(?: \S+){0,4}"
    r"|n/?a|n a|none|null|nil|nan|undefined|silence|silent|skip|empty"
    r"|(?:stay|remain) silent|say nothing|p a s s"
)
PASS_LOUD = re.compile(r"(?<![\w'])P[\s.\-_*]?A[\s.\-_*]?S[\s.\-_*]?S(?![\w'])")
"""In capitals it is the agreed word wherever it stands."""
PASS_MARKED = re.compile(r"^\W*pass\W*?(?:[:.!,;)\]*_\"']|\s[—–-])(?:\s|$)", re.IGNORECASE)

_REASONING = """
    the user | the counterpart is | the counterpart has | the speaker | the moment | the question is about
    let me think | let's think | let's see | let me analyze | let me analyse | okay so the
    ok so the | okay the user
    hmm | thought | thoughts | thinking | think | reasoning | analysis | first i need to
    first i should | i need to
    i should | we need to respond | we need to answer | we should respond | we are asked | step 1 | step one
    based on the conversation | based on the context | based on the notes | given the context
    given the conversation | here is | here's a | here's my | here's the | here are | sure here | certainly
    of course here | absolutely here | suggestion | suggested response | response | final answer
    answer | output
    the best response | a good response | you could say something like
    gedanke | überlegung | der nutzer | die nutzerin | hier ist | réflexion | l'utilisateur | voici
    el usuario | aquí tienes | pensamiento | o usuário | aqui está
"""
_REFUSALS = """
    i'm sorry but i | i am sorry but i | sorry but i can | sorry i can't | sorry i cannot | i can't assist
    i cannot assist | i can't help with | i cannot help with | i'm unable to | i am unable to | i'm not able to
    as an ai | as a language model | as an assistant | i cannot provide | i can't provide | i don't have access
    i do not have access | i don't have enough | es tut mir leid aber ich kann | als ki
    je suis désolé mais je ne | en tant qu'ia | lo siento pero no puedo | como ia | desculpe mas não posso
"""
_ROLES = """
    user | counterpart | counterpart 1 | counterpart 2 | counterpart 3 | assistant | system | model | speaker
    customer | agent | human | ai | bot | wingman
"""
_LABELS = """
    thought | thoughts | thinking | think | reasoning | analysis | suggestion | response | answer | output | hmm
    gedanke | überlegung | réflexion | pensamiento | suggested response | final answer | step 1
    step one | certainly
"""
_PASSES = """
    pass | i pass | i'll pass | i will pass | just pass | none | null | n/a | n a | nil | skip | silence
    nothing to add | nothing more to add | nothing useful to add | nothing further to add
    there is nothing to add
    there's nothing to add | there is nothing useful to add | i have nothing to add
    no suggestion | no suggestions
    no comment | no response needed | no response | no action needed | stay silent | remain silent | say nothing
    nichts hinzuzufügen | rien à ajouter | nada que añadir | nada a acrescentar
"""


def _phrases(table: str) -> tuple[str, ...]:
    return tuple(normalise(phrase) for phrase in re.split(r" \| |\n", table) if phrase.strip())


OPENINGS: dict[AnswerFault, tuple[str, ...]] = {
    AnswerFault.REASONING: _phrases(_REASONING),
    AnswerFault.REFUSAL: _phrases(_REFUSALS),
    AnswerFault.TRANSCRIPT: _phrases(_ROLES),
}
LABELS = frozenset(_phrases(_LABELS) + _phrases(_ROLES))
"""Openings that only give themselves away by the sign that follows."""
BEGINNINGS = tuple(dict.fromkeys((*(p for known in OPENINGS.values() for p in known), *_phrases(_PASSES))))
"""Openings for which the first words are held back until they are told apart."""

ROLE_LATER = re.compile(
    r"(?:^|[.!?\n\"”]\s*)(?:\d\d:\d\d )?"
    r"(?:User|Counterpart(?: \d)?|Assistant|System|Speaker(?: \d)?|Human)\s*(?:\[[^\]]*\])?\s*:"
)
REASONING_ANYWHERE = re.compile(
    r"</?\s*(?:think|thinking|thought|reason|reasoning|reflection|scratchpad|analysis|answer|output|response)\b"
    r"|<\|[^>]*|◁|\[/?(?:think|thinking|reasoning|inst|sys)\]|\bassistantfinal\b|\banalysis(?=we |the user)",
    re.IGNORECASE,
)
MARKUP = re.compile(
    r"```|`[^`\s]|\*\*|__\w|~~|(?:^|\n)\s*(?:#{1,6}\s|[-*•‣▪]\s|\d{1,2}[.)]\s|>\s|\|)|\|\s*-{3}|!?\[[^\]]*\]\("
    r"|</?[a-zA-Z!][^>\n]*|&(?:lt|gt|amp|nbsp|quot|#\d+);|\$\$|\\(?:n|t|u[0-9a-f]{4}|\(|\[|frac"
    r"|text|boxed)|^\s*[{\[]\s*[\"']"
    r"|^\s*\{|(?<!\w)[*_][A-Za-z][^*_\n]*[*_](?!\w)|<(?=\w)"
)
GARBLED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]"
    r"|(.)\1{7,}|\S{60,}"
)
PLACEHOLDER = re.compile(r"\[[^\]\d][^\]]{0,40}(?:\]|$)|\{[^}]*(?:\}|$)|\bX{2,}\b|_{3,}|<[^>]*>")
UNSAFE = re.compile(
    r"\b(?:tell|give|send|read|share|confirm|say|spell|repeat|type|sag|nenn|donne[sz]?|dites?"
    r"|dígame|deme|diga)\b"
    r"[^.?!]{0,40}"
    r"\b(?:password|passcode|pin|cvv|cvc|security code|one.time code|verification code|passwort"
    r"|kennwort|mot de passe"
    r"|contraseña|senha)\b"
    r"|\bwhat(?: is|'s) your (?:password|passcode|pin|cvv|cvc|security code)\b",
    re.IGNORECASE,
)
PROMPT_TALK = re.compile(
    r"\b(?:system prompt|my instructions|previous instructions|these instructions|my rules|prompt injection"
    r"|i was (?:told|instructed) to)\b"
    r"|</?\w*:(?:conversation|moment|notes|facts|brief|shown|tone)\b|(?:^|\n)Task:",
    re.IGNORECASE,
)
DANGLING = frozenset(
    re.findall(
        r"\S+",
        """
        a about an and as at be but by das de der die do du e ein eine el en et for from für her his if
        in into is la
        las le les los mais mas mit my o oder of on or os our pero su than that the their then these
        this those to
        una und une von was were which who with your
        """,
    )
)
"""Words that no sentence ends with."""
ENDS = ".!?…\"'”’»«“)]"

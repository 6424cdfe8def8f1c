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

DECISION = re.compile(r"^[\s\"'“*_`(\[]*(?:SAY|SPEAK)\b[\s\])*_`:.\-–—]*")
"""The decision before the words (see `prompt`); only in capitals, for a card may begin with "say"."""
PASS_START = re.compile(
    r"^(?:decision (?:no|none|pass|silent|silence|skip)\b"
    r"|pass (?:because|since|as |there is|there's|nothing|no |the (?:user|counterpart|model)\b)"
    r"|(?:there(?: is|'s| was) )?(?:i (?:have|see) )?(?:nothing|no)(?: \S+){0,2} "
    r"(?:to (?:add|say|suggest)|needed|useful)\b"
    r"|(?:i would|i'd|i will|i'll|let me|let's) pass\b"
    r"|(?:there is |there's )?no (?:need to|(?:whisper|suggestion|response|reply|answer|comment|action"
    r"|intervention|input|hint|help)s? (?:is |are )?(?:needed|necessary|required|warranted|at))"
    r"|(?:this|that|it)(?: has|'s| is| was)(?: already)?(?: been)? (?:already )?(?:answered|covered|handled)\b"
    r"|(?:dazu |hier |es gibt )?(?:habe ich )?(?:hier )?nichts(?: \S+){0,2} (?:hinzuzufügen|zu sagen"
    r"|beizutragen)"
    r"|kein\w* (?:antwort|vorschlag|vorschläge|beitrag|hinweis|kommentar|karte)(?: (?:nötig|notwendig"
    r"|erforderlich))?"
    r"|(?:je n'ai |il n'y a )?rien(?: \S+){0,2} (?:à|a) (?:ajouter|dire)"
    r"|aucune? (?:suggestion|réponse|intervention|remarque|carte|proposition)"
    r"|(?:no tengo |no hay |não tenho |não há )?nada(?: \S+){0,2} (?:que|a|para) "
    r"(?:añadir|agregar|decir|acrescentar|dizer)"
    r"|(?:sin|sem) (?:sugerencias?|comentarios?|respuesta|sugestões|sugestão|comentários?|resposta)\b"
    r"|(?:ich|je|yo|eu) (?:passe|paso|passo)\b)"
)
PASS_WHOLE = re.compile(
    r"(?:i(?: will|'ll)? |just )?pass(?: this one| on this(?: one)?| for now| pass)*"
    r"|no (?:suggestions?|comment|response|answer|card|output|reply|action|whisper)(?: \S+){0,4}"
    r"|n/?a|n a|none|nope|no|null|nil|nan|undefined|object object|silence|silent|skip(?: this(?: one)?)?|empty"
    r"|(?:stay|remain|keep|be) (?:silent|quiet)(?: here| now)?|say nothing(?: here| now| more)?"
    r"|not (?:applicable|needed|necessary|relevant)"
    r"|passe|passo|paso|schweigen|stille|silêncio|silencio|p a s|pas|p a s s"
)
PASS_LOUD = re.compile(r"(?<![\w'])P[\s.\-_*]?A[\s.\-_*]?S[\s.\-_*]?S(?:E|EN|O|ER)?(?![\w'])")
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
    first let me | the task is | my task | great question | good question | you could say | you might say
    here you go | error | internal server error | traceback | rate limit | exception
    hello how can i | how can i help you today | how may i assist | hope this helps | i hope this helps
"""
_REFUSALS = """
    i'm sorry but i | i am sorry but i | sorry but i can | sorry i can't | sorry i cannot | i can't assist
    i cannot assist | i can't help with | i cannot help with | i'm unable to | i am unable to | i'm not able to
    as an ai | as a language model | as an assistant | i cannot provide | i can't provide | i don't have access
    i do not have access | i don't have enough | es tut mir leid aber ich kann | als ki
    i'm just an ai | i am just an ai | i'm an ai | i am an ai | i am a language model | i'm a language model
    i am only a | unfortunately i do not have access | unfortunately i don't have access
    ich bin eine ki | ich bin ein sprachmodell | leider kann ich ihnen nicht | désolé je ne peux pas
    je suis une ia | je suis un modèle | como modelo de | como uma ia | como um modelo | soy una ia | sou uma ia
    desculpe não posso | lo siento no puedo
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

LABEL = re.compile(
    r"^[\W_]*(?:(?P<word>[^\W\d_]+(?: says)?)|(?P<two>(?:option|variant|step|version|title|text|short|suggested"
    r"|possible|final|next|étape) (?:[a-z]|\d|answer|response|reply|whisper|card|line)))\s*(?:\*\*)?\s*:",
    re.IGNORECASE,
)
"""One or two words and a colon at the beginning: the name of a role or of a field, when it is one"
" of `FIELDS`."""
FIELDS = frozenset(
    re.findall(
        r"\w+",
        """
        wingman coach seller buyer vendor rep salesperson representative you me guest caller interviewer
        candidate manager host doctor patient moderator assistant user customer client agent system model
        speaker human tip hint whisper card speak decision title text message content summary context kind
        type category emotion tone language action output response answer result say_this vorschlag antwort
        tipp hinweis entscheidung ich du verkäufer kunde berater assistent nutzer karte réponse conseil
        décision vous moi vendeur assistante utilisateur carte astuce respuesta sugerencia consejo decisión
        usted yo vendedor cliente asistente usuario tarjeta resposta sugestão dica decisão você eu
        assistente usuário cartão
        """,
    )
)
META = re.compile(
    r"\bthe (?:counterpart|playbook|transcript|prompt)(?:'s)?\b|\b(?:as an?|i'm an?|i am an?) (?:ai"
    r"|language model)\b"
    r"|\b(?:you (?:could|might|can) say )?the following\s*:|\blet me know if you (?:want|need|would"
    r"|prefer)[^.]{0,30}\b"
    r"(?:options?|rephrase|else|more|help)|\bhope (?:this|that) helps\b|\bgenerated by (?:an? )?ai\b"
    r"|\bhow (?:can|may) i (?:help|assist) you\b|\banything else you (?:would|'d) like me\b"
    r"|\bthe (?:notes|facts|brief) (?:say|says|state|do not|don't|does not|hold)\b|\(\d+ words?\)"
    r"|\bno preamble\b|\bfit this sentence, or do better\b",
    re.IGNORECASE,
)
"""Talk about the task or to whoever set it."""
ASSENT = re.compile(
    r"^\W*(?:sure|certainly|of course|absolutely|okay|ok|gerne|bien sûr|claro|por supuesto)\s*!", re.I
)
NO_ANSWER = re.compile(
    r"(?:sorry |unfortunately |i'm sorry |i am sorry )?i (?:don't|do not) (?:have|know) (?:that|this|the|any)"
    r"(?: (?:information|data|answer|details?|price))?(?: \S+){0,3}"
)
CALL = re.compile(r"\b\w+(?:\.\w+)*\((?:[^)\s]*=|['\"{\[])|\bfunctions?\.\w+|\btool_calls?\b", re.IGNORECASE)
DISTORTED = re.compile("[\u0300-\u036f\u0488\u0489]")
"""Marks that no letter takes up: piled on others they make a text unreadable."""
HARMLESS_SIGNS = frozenset("°©®™№")

ROLE_LATER = re.compile(
    r"(?:^|[.!?\n\"”]\s*)(?:\d\d:\d\d )?"
    r"(?:User|Counterpart(?: \d)?|Assistant|System|Speaker(?: \d)?|Human)\s*(?:\[[^\]]*\])?\s*:"
)
REASONING_ANYWHERE = re.compile(
    r"^\W*[(*](?:thinking|thinks|thoughts?)[)*]|</?\s*(?:think|thinking|thought|reason|reasoning"
    r"|reflection|scratchpad|analysis|answer|output|response)\b"
    r"|<\|[^>]*|◁|\[/?(?:think|thinking|reasoning|inst|sys)\]|\bassistantfinal\b|\banalysis(?=we |the user)",
    re.IGNORECASE,
)
MARKUP = re.compile(
    r"```|`[^`\s]|\*\*|__\w|~~|#{2,}|-{3,}|(?:^|\s)[a-d]\)\s|\boption [a-d1-4]\s*[:.]"
    r"|(?:^|\n)\s*(?:#{1,6}\s|[-–—*•‣▪◦●►➤✓✔]\s|\d{1,2}[.)]\s|>\s|\|)|\|\s*-{3}|!?\[[^\]]*\]\("
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
    r"\b(?:ask|tell|give|get|send|read|share|confirm|say|spell|repeat|type|enter|need|want|take|sag\w*"
    r"|nenn\w*|frag\w*"
    r"|donne[sz]?|demande[sz]?|dites?|dígame|deme|diga|pid[ae]|pregunt[ea]|pergunt[ea]|peça)\b"
    r"(?! (?:them |him |her )?(?:not|never)\b)[^.?!]{0,50}"
    r"\b(?:password|passcode|pin|cvv|cvc|security (?:code|number)|one.time (?:code|password)|verification code"
    r"|card number|three digits|social security|code from the (?:text|sms|mail|app)"
    r"|passwort|kennwort|kartennummer|prüfziffer|mot de passe|numéro de carte|code secret"
    r"|contraseña|número de (?:la )?tarjeta|senha|número do cartão)\b"
    r"|\bwhat(?: is|'s) your (?:password|passcode|pin|cvv|cvc|security code)\b",
    re.IGNORECASE,
)
NEGATED = re.compile(
    r"\b(?:never|not|don't|do not|no|without|nie|niemals|nicht|kein\w*|jamais|pas|ne|nunca|não|sin|sem)\b",
    re.IGNORECASE,
)
"""Before a request for a secret it turns it into good advice."""
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
        whether because although unless ob weil dass parce lorsque porque aunque embora
        """,
    )
)
"""Words that no sentence ends with."""
ENDS = ".!?…\"'”’»«“)]"

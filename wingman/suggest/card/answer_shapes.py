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
    NAME = "name"
    """Somebody, a firm or a place that nothing in the prompt names."""
    LINK = "link"
    UNSAFE = "unsafe"
    """Asks for a password, a code or the like."""
    UNFINISHED = "unfinished"
    """Breaks off in the middle of a sentence."""


ZERO_WIDTH = re.compile("[\u00ad\u061c\u200b-\u200f\u2060-\u2064\ufeff]")
"""Signs that nobody sees; a card can do without them."""
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
    AnswerFault.NAME: "the model named somebody or something that nobody has named",
    AnswerFault.LINK: "the model named an address that neither facts nor notes hold",
    AnswerFault.UNSAFE: "the model asked for a secret",
    AnswerFault.UNFINISHED: "the model broke off in the middle of a sentence",
}
"""What the user is told about each."""

DECISION = re.compile(
    r"^[\s\"'“*_`(\[]*(?:(?:SAY|SPEAK)(?:\b|(?=[A-ZÄÖÜÀÉ][a-zà-ÿ]|[¿¡“«„]))[\s\])*_`:.,|\-–—]*)+"
)
"""The decision before the words (see `prompt`); only in capitals, for a card may begin with "say"."""
DECISION_AGAIN = re.compile(r"\bSAY(?:\b|[A-Z])")
"""The decision where words should be: the model talks about it."""
_OFFER = (
    r"(?:whisper|suggestion|response|reply|answer|comment|action|intervention|input|output|hint|help|card"
    r"|message|antwort|vorschl[aä]ge?|beitrag|hinweise?|kommentare?|karte|suggestions?|réponse|intervention"
    r"|remarque|carte|proposition|sugerencias?|comentarios?|respuesta|sugestões|sugestão|comentários?"
    r"|resposta)s?"
)
_NEEDED = (
    r"(?:needed|necessary|required|warranted|useful|helpful|nötig|notwendig|erforderlich|sinnvoll|nécessaire"
    r"|utile|necesari[oa]|necessári[oa]|precis[oa])"
)
PASS_START = re.compile(
    r"^(?:decision (?:no|none|pass|silent|silence|skip)\b"
    r"|pass (?:because|since|as |say|there is|there's|nothing|no |the (?:user|counterpart|model)\b)"
    r"|(?:there(?: is|'s| was) )?(?:i (?:have|see) )?(?:nothing|no)(?: \S+){0,2} "
    r"(?:to (?:add|say|suggest)|needed|useful)\b"
    r"|(?:i would|i'd|i will|i'll|let me|let's) pass\b"
    r"|(?:i (?:see|don't see|don't think|do not think) |there is |there's )?(?:no|any) "
    rf"(?:need (?:to|for)|{_OFFER} "
    r"(?:is |are )?(?:needed|necessary|required|warranted|at))"
    r"|(?:this|that|it)(?: has|'s| is| was)(?: already)?(?: been)? (?:already )?(?:answered|covered|handled)\b"
    r"|(?:dazu |hier |es gibt )?(?:habe ich )?(?:hier )?nichts(?: \S+){0,2} (?:hinzuzufügen|zu sagen"
    r"|beizutragen)"
    rf"|kein\w* {_OFFER}(?: {_NEEDED})?"
    r"|(?:je n'ai |il n'y a )?rien(?: \S+){0,2} (?:à|a) (?:ajouter|dire)"
    rf"|(?:aucune?|pas d[e'] ?|pas besoin d[e'] ?|inutile d[e'] ?)(?: ?{_OFFER}| ?intervenir| ?répondre)"
    r"|(?:no tengo |no hay |não tenho |não há )?nada(?: \S+){0,2} (?:que|a|para) "
    r"(?:añadir|agregar|decir|acrescentar|dizer)"
    r"|(?:no hace falta|não precisa|não é preciso|no es necesario|não é necessário) "
    r"(?:decir|responder|dizer|intervir|intervenir)"
    rf"|(?:sin|sem|ninguna?|nenhuma?) {_OFFER}\b"
    r"|(?:ich|je|yo|eu) (?:passe|paso|passo)\b)"
)
PASS_WHOLE = re.compile(
    r"(?:i(?: will|'ll)? |just )?pass(?:ing|ed)?(?: this one| on this(?: one)?| for now| pass)*"
    rf"|no (?:{_OFFER})(?: \S+){{0,4}}"
    r"|n/?a|n a|none|nope|no|null|nil|nan|undefined|object object|silence|silent|skip(?: this(?: one)?)?|empty"
    r"|(?:i will |i'll |i am |i'm )?(?:stay|remain|keep|be)(?:ing)? (?:silent|quiet)(?: here| now)?"
    r"|(?:do not|don't) (?:speak|interrupt|intervene|respond)(?: here| now)?"
    r"|say nothing(?: here| now| more)?|nothing(?: useful| here| now| else)?"
    r"|(?:hier ist |es ist )?(?:not|none|nicht|nichts|pas|no es|não é) "
    rf"(?:applicable|relevant|{_NEEDED})(?: \S+){{0,3}}"
    r"|passe|passo|paso|passer|passen|pasar|passar|schweigen|stille|silêncio|silencio|p a s|pas|p a s s"
)
PASS_LOUD = re.compile(r"(?<![\w'])P[\s.\-_*]?A[\s.\-_*]?S[\s.\-_*]?S(?:E|EN|O|ER|AR)?(?![\w'])|\bPASAR\b")
"""In capitals it is the agreed word wherever it stands."""
PASS_MARKED = re.compile(r"^\W*pass\W*?(?:[:.!,;)\]*_\"'»”]|\s[—–-])(?:\s|$)|^\W*pass\s*\n", re.IGNORECASE)

_REASONING = """
    the user | the counterpart is | the counterpart has | the speaker | the moment | the question is about
    let's think | let's see what | let me analyze | let me analyse | okay so the | let's tackle | alright let's
    ok so the | okay the user
    hmm | thought | thoughts | thinking | think | reasoning | analysis | denkprozess | first i need to
    first i should | we need to respond | we need to answer | we should respond | we are asked | step 1
    step one
    based on the conversation | based on the context | based on the notes | given the context
    considering the context | considering the conversation | looking at the conversation
    looking at the context
    given the conversation | sure here | certainly | because they asked | because they want | because the
    of course here | absolutely here | suggestion | suggested response | response | final answer
    answer | output | my suggestion | lass mich überlegen | réfléchissons | pensemos | vamos pensar
    the best response | a good response | you could say something like
    gedanke | überlegung | der nutzer | die nutzerin | hier ist ein vorschlag | réflexion | l'utilisateur
    voici une suggestion | voici ce que
    el usuario | aquí tienes | pensamiento | o usuário | aqui está
    first let me | the task is | my task | great question | good question | you could say | you might say
    here you go | error | internal server error | traceback | rate limit | exception
    hello how can i | how can i help you today | how may i assist | hope this helps | i hope this helps
"""
_MAYBE = """
    let me think | i need to | i should | here is | here's | here are | i would suggest | i'll go with
    i choose | final | they asked | they want | this is a | i don't think | i must | i apologize
"""
"""Beginnings of words to say as well as of thinking aloud: what follows tells."""
_REFUSALS = """
    i'm sorry but i | i am sorry but i | sorry but i can | sorry i can't | sorry i cannot | i can't assist
    i cannot assist | i can't help with | i cannot help with | i'm unable to | i am unable to | i'm not able to
    as an ai | as a language model | as an assistant | i cannot provide | i can't provide | i don't have access
    i do not have access | i don't have enough | es tut mir leid aber ich kann | als ki
    i'm just an ai | i am just an ai | i'm an ai | i am an ai | i am a language model | i'm a language model
    i am only a | unfortunately i do not have access | unfortunately i don't have access
    ich bin eine ki | ich bin ein sprachmodell | leider kann ich ihnen nicht | désolé je ne peux pas
    je suis une ia | je suis un modèle | como modelo de | como uma ia | como um modelo | soy una ia | sou uma ia
    desculpe não posso | lo siento no puedo | i must decline | i'm designed to | i am designed to
    i apologize for the confusion | i apologise for the confusion | i'm not comfortable with this
    i can't comply | i cannot comply | i can't fulfill | i cannot fulfill | i can't fulfil | i cannot fulfil
    je suis désolé mais je ne | en tant qu'ia | lo siento pero no puedo | como ia | desculpe mas não posso
"""
_ROLES = """
    user | counterpart | counterpart 1 | counterpart 2 | counterpart 3 | assistant | system | model | speaker
    customer | agent | human | ai | bot | wingman
"""
_LABELS = """
    thought | thoughts | thinking | think | reasoning | analysis | suggestion | response | answer | output | hmm
    gedanke | überlegung | réflexion | pensamiento | suggested response | final answer | step 1
    step one | certainly | my suggestion | denkprozess | réfléchissons | pensemos | vamos pensar
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
OPENING = tuple(f"{phrase} " for known in OPENINGS.values() for phrase in known)
"""All of them, each with the space behind it."""
BEGINNINGS = tuple(
    sorted({*(p for known in OPENINGS.values() for p in known), *_phrases(_PASSES), *_phrases(_MAYBE)})
)
"""Openings for which the first words are held back until they are told apart; in the order of letters."""

LABEL = re.compile(
    r"^[\W_]*(?:(?P<word>[^\W\d_]+(?: says)?)|(?P<two>(?:option|variant|step|version|title|text|short|suggested"
    r"|possible|final|next|étape) (?:[a-z]|\d|answer|response|reply|whisper|card|line)))\s*(?:\*\*)?\s*:",
    re.IGNORECASE,
)
"""One or two words and a colon at the beginning; the name of a role or a field is one of `FIELDS`."""
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
        assistente usuário cartão prospect client observation action rationale explanation reason reasons
        alternative alternatively option q words whispers user_says denkprozess begründung razón motivo raison
        """,
    )
)
OWN_WORDS = re.compile(
    r"\b(?:whisper\w*|counterparts?|playbooks?|wingman(?!-)|(?:the|this|my) (?:prompt|transcript))\b",
    re.IGNORECASE,
)
"""Words of the task, which people in a meeting hardly use."""
_ABOUT_THE_USER = (
    r"(?:the user|der nutzer|die nutzerin|l'utilisat(?:eur|rice)|el usuario|la usuaria|o usuário|a usuária)"
)
META = re.compile(
    rf"^(?:[^\s,:]+[,:]? ){{0,2}}(?<!whether )(?<!if )(?<!what )(?<!which )(?<!where ){_ABOUT_THE_USER}\b"
    r"|^i (?:need to|should|must) (?:respond|answer|suggest|help the|give the|decide|consider|anal|think"
    r"|produce|write|provide|figure|pass|say)|^let me think(?: about (?:what|how|the )| through| step|[.:]|$)"
    r"|^here(?:'s| is| are) (?:a|an|my|the|some|one|two|three)? ?(?:\w+ )?"
    r"(?:suggest|response|repl|answer|line|option)"
    r"|^here(?:'s| is) (?:what|how|one way) (?:you|the user|to)\b"
    r"|^hier ist (?:ein|mein)e? (?:vorschlag|antwort)"
    r"|^i would suggest that|^(?:i'll go with|i choose)\b"
    r"|^(?:this|it) (?:is|seems|looks like) an? \w+ (?:question|moment|objection|signal|request|situation)\b"
    r"|^they \w+ [^.]{0,40}\bso i should\b|^i don't think (?:a|any)\b[^.]{0,30}\bneeded"
    r"|\bword count\b|\bignore (?:all|any|the|previous|your) (?:rules|instructions)\b"
    r"|\bviolates? (?:the|our|my) (?:content |safety |usage )?polic"
    r"|\b(?:as an?|i'm an?|i am an?) (?:ai"
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
REFUSAL_WHOLE = re.compile(
    r"(?:(?:i'm |i am )?(?:so |very )?sorry |my apologies |i apologi[sz]e |unfortunately |i'm afraid )*"
    r"(?:but )?i (?:can't|cannot|can not|won't be able to|am not able to|am unable to) (?:\S+ ){0,2}"
    r"(?:that|this|it|your)(?: (?:request|question|one))?"
    r"|(?:entschuldigung |es tut mir leid |tut mir leid |leider )*(?:aber )?(?:dabei |das |hier |ich )*"
    r"(?:kann|darf) (?:ich )?(?:\S+ ){0,4}nicht (?:\S+ )?"
    r"(?:helfen|weiterhelfen|beantworten|erfüllen|unterstützen)"
    r"|(?:je suis désolée? |désolée? )*(?:mais )?je ne (?:peux pas|suis pas en mesure d[e'] ?) ?"
    r"(?:vous |te )?(?:aider|répondre|fournir|traiter)(?: \S+){0,4}"
    r"|(?:lo siento |lo lamento )*(?:pero )?no puedo (?:ayudar\w*|responder|proporcionar|cumplir)(?: \S+){0,4}"
    r"|(?:sinto muito |desculpe |lamento )*(?:mas )?não (?:posso|consigo) (?:te )?"
    r"(?:ajudar|responder|fornecer|atender)(?: \S+){0,4}"
)
"""One sentence that refuses and says no more; with more behind it, it may be what the user had better say."""
NO_ANSWER = re.compile(
    r"(?:sorry |unfortunately |i'm sorry |i am sorry )?i (?:don't|do not) (?:have|know) (?:that|this|the|any)"
    r"(?: (?:information|data|answer|details?|price))?(?: \S+){0,3}"
)
CALL = re.compile(r"\b\w+(?:\.\w+)*\((?:[^)\s]*=|['\"{\[])|\bfunctions?\.\w+|\btool_calls?\b", re.IGNORECASE)
DISTORTED = re.compile("[\u0300-\u036f\u0488\u0489]")
"""Marks that no letter takes up: piled on others they make a text unreadable."""

ROLE_LATER = re.compile(
    r"(?:^|[.!?\n\"”]\s*+)(?:\d\d:\d\d )?"
    r"(?:User|Counterpart(?: \d)?|Assistant|System|Speaker(?: \d)?|Human|You|Me|Customer|Client|Prospect"
    r"|Buyer|Seller|Agent|Caller|Patient|Candidate|Interviewer|Manager|Kunde|Kundin|Verkäufer|Sie|Vous|Vendeur|Cliente|Vendedor"
    r"|Usted|Você|A|Q)\s*(?:\[[^\]]*\])?\s*:"
)
FIELD_LATER = re.compile(
    r"(?:[.!?\n\"”)]\s*+)(?:rationale|explanation|reason(?:ing)?|why|alternative(?:ly)?|or|option|variant|begründung"
    r"|erklärung|alternativ\w*|oder|explication|ou|razón|explicación|o|explicação|words)\s*:|^alternative(?:ly)?\s*:",
    re.IGNORECASE,
)
"""A second part that explains the first, or another answer to choose."""
REASONING_ANYWHERE = re.compile(
    r"^(?-i:(?:assistant|analysis|final|commentary|think(?:ing)?|thoughts?|model)+(?=[A-Z]|\s*\n))|^\W*[(*](?:thinking|thinks|thoughts?)[)*]|</?\s*(?:think|thinking|thought|reason|reasoning"
    r"|reflection|scratchpad|analysis|answer|output|response)\b"
    r"|<\|[^>]*|◁|\[/?(?:think|thinking|reasoning|inst|sys)\]|\bassistantfinal\b|\banalysis(?=we |the user)",
    re.IGNORECASE,
)
MARKUP = re.compile(
    r"'{3}|```|`[^`\s]|\*\*|__\w|~~|#{2,}|-{3,}|(?:^|\s)(?:[a-d]|i{1,3}|iv)\)\s|\(\d\)\s|[:;]-?[()DP](?=\W|$)"
    r"|\boption [a-d1-4]\s*[:.]"
    r"|(?:^|\n)\s*+(?:#{1,6}\s|[-–—*•‣▪◦●►➤✓✔]\s|\d{1,2}[.)]\s|>\s|\|)|\|\s*-{3}|!?\[[^\]]*\]\("
    r"|</?[a-zA-Z!][^>\n]*|&#?\w{2,8};|\$\$|\\(?:n|t|u[0-9a-f]{4}|\(|\[|frac"
    r"|text|boxed)|^\s*[{\[]\s*[\"']"
    r"|^\s*\{|(?<!\w)[*_][A-Za-z][^*_\n]*[*_](?!\w)|<(?=\w)"
)
GARBLED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]"
    r"|(.)\1{7,}|\S{60,}|(\w{2,5}?)\2{4,}|Ã[^A-ZÇÕÉ\s]|â€"
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
        they we he she would could should den dem sie womit ils elles ce qu'ils ellos qué eles
        """,
    )
)
"""Words that no sentence ends with."""
ENDS = ".!?…\"'”’»«“)]"

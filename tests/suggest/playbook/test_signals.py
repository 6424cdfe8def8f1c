from __future__ import annotations

import re
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.suggest.playbook.prefix_index import prefixes_of
from wingman.suggest.playbook.signals import (
    SPOKEN,
    Signal,
    compile_phrase,
    detect,
    is_question,
    normalise,
    outright,
)


@each(
    "text",
    [
        "can you tell me how much the enterprise plan costs per month",
        "Can you tell me how much the enterprise plan costs per month?",
        "who is going to be responsible for the migration on your side",
        "so what happens if we cancel in the middle of the year",
        "is there a limit on the number of users",
        "i was wondering if it works offline",
        "and how long does the setup take",
        "do you have a reference in our industry",
        "what uptime do you guarantee",
        "we would like to know where the servers are",
        "could we start with five people",
        "any chance of a discount",
        "This works with Okta?",
    ],
)
def test_a_question_needs_neither_case_nor_punctuation(text: str) -> None:
    assert is_question(text)


@each(
    "text",
    [
        "hi how are you today",
        "can you hear me now",
        "can you see my screen",
        "that is what we do on mondays",
        "what we do is sell shoes",
        "when we started there were nine of us",
        "i do not know what happened",
        "let me show you how it works",
        "you know what that sounds fine",
        "she asked me when it would be ready",
        "how was your weekend",
        "yes",
        "what",
    ],
)
def test_greetings_sound_checks_and_statements_are_no_questions(text: str) -> None:
    assert not is_question(text)


@each(
    ("text", "signal"),
    [
        ("your competitor offered us the same features for half the money", Signal.COMPETITOR),
        ("we are worried about the price because our budget is tight", Signal.OBJECTION),
        ("i need to talk to my boss about it", Signal.STALL),
        ("i will send you the updated proposal by friday", Signal.COMMITMENT),
        ("i am really frustrated that it broke again", Signal.FRUSTRATION),
        ("where is our data stored and is it encrypted", Signal.RISK),
        ("we can move forward this week", Signal.BUYING),
        ("the reports take too long to load", Signal.PAIN),
        ("who signs off on this", Signal.DECISION),
        ("how much is it per seat", Signal.PRICE),
    ],
)
def test_signals_are_found_in_bare_text(text: str, signal: Signal) -> None:
    assert signal in detect(text)


@each(
    ("text", "kind"),
    [
        ("i'm honestly just so fed up with this", Signal.FRUSTRATION),
        ("we are getting a bit annoyed now", Signal.FRUSTRATION),
        ("My team is really frustrated with the exports.", Signal.FRUSTRATION),
        ("That's just not good enough, is it.", Signal.FRUSTRATION),
        ("the biggest issue for us is that nobody knows where the van is", Signal.PAIN),
        ("It's costing us about two days a month.", Signal.PAIN),
        ("I'd like to cancel my subscription please", Signal.CHURN),
        ("yeah let me think it over", Signal.STALL),
        ("Also ich bin wirklich stinksauer", Signal.FRUSTRATION),
        ("das ärgert uns jetzt schon länger", Signal.FRUSTRATION),
        ("unser größtes problem hier ist die zeit", Signal.PAIN),
        ("Dann möchte ich den Vertrag kündigen.", Signal.CHURN),
        ("Darüber muss ich erst noch mal nachdenken.", Signal.STALL),
        ("je suis franchement très déçue", Signal.FRUSTRATION),
        ("Ça nous énerve à la fin.", Signal.FRUSTRATION),
        ("notre plus gros souci chez nous est le stock", Signal.PAIN),
        ("je voudrais résilier", Signal.CHURN),
        ("Laissez-moi y réfléchir.", Signal.STALL),
        ("la verdad estamos bastante hartos", Signal.FRUSTRATION),
        ("No estoy nada contenta con esto", Signal.FRUSTRATION),
        ("nuestro mayor problema ahora es el reparto", Signal.PAIN),
        ("quiero darme de baja", Signal.CHURN),
        ("déjeme pensarlo", Signal.STALL),
        ("estou mesmo chateada com isto", Signal.FRUSTRATION),
        ("o nosso maior problema aqui é a rede", Signal.PAIN),
        ("quero cancelar o contrato", Signal.CHURN),
        ("tenho de pensar com calma", Signal.STALL),
    ],
)
def test_what_is_said_outright_is_heard_in_every_language(text: str, kind: Signal) -> None:
    assert outright(text) == {kind}


@each(
    "text",
    [
        "I was really frustrated with the one before",
        "I'm not annoyed, it happens",
        "our main problem is solved since spring",
        "I don't want to cancel my contract",
        "we have two hundred users in three offices",
        "Ich bin nicht sauer, wirklich nicht.",
        "je n'étais pas très content à l'époque",
        "no quiero cancelar el pedido",
        "não vou cancelar o pedido",
        "and if I want to cancel my contract after a year",
        "I want to cancel my appointment on Tuesday",
        "he gets so annoyed with the neighbours",
        "and she was like I'm so fed up with you",
        "we need to think about the children first",
        "hm let me think about that for a second, about forty",
        "on a mattress like that, you never sleep on it twice",
        "did you send me an email about that",
        "I've had enough coffee, thanks",
        "wenn ich kündige bekomme ich dann etwas zurück",
        "ich will mich nicht beschweren",
        "mir reicht es wenn Sie am Freitag liefern",
        "wir haben genug davon im Lager",
        "wir kündigen das eine Woche vorher an",
        "lassen Sie mich kurz überlegen, vier oder fünf",
        "ça nous coûte combien par mois",
        "j'en ai assez pour la semaine",
        "je veux pas résilier",
        "no estoy enfadada, tranquilo",
        "tenemos que pensar en los niños",
        "cuánto nos está costando eso",
        "não estou chateada",
        "se quero cancelar o contrato pago alguma coisa",
        "vamos encerrar a reunião por aqui",
    ],
)
def test_what_is_denied_supposed_or_long_past_is_not_said_outright(text: str) -> None:
    assert not outright(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("So, um, what is the whole thing going to cost us?", Signal.PRICE),
        ("okay and how much is the big one a month", Signal.PRICE),
        ("And what if nobody is on site, does it lock itself?", Signal.RISK),
        ("what happens if we decide we want to cancel our plan", Signal.RISK),
        ("Fine. How long does the change take, roughly?", Signal.QUESTION),
        ("and when would we hear from you", Signal.QUESTION),
        ("Could we just try it in one branch?", Signal.BUYING),
        ("was kostet uns das denn im jahr", Signal.PRICE),
        ("Und was ist, wenn der Server ausfällt?", Signal.RISK),
        ("wie lange dauert das denn bei so einem haus", Signal.QUESTION),
        ("Können wir das erst mal in einer Filiale testen?", Signal.BUYING),
        ("d'accord et ça coûte combien", Signal.PRICE),
        ("et si je veux résilier avant la fin", Signal.RISK),
        ("Ça prend combien de temps, à peu près ?", Signal.QUESTION),
        ("Y esto, ¿cuánto nos saldría al año?", Signal.PRICE),
        ("y si me quiero dar de baja antes", Signal.RISK),
        ("¿Cuánto tardan en venir?", Signal.QUESTION),
        ("quanto é que fica por mês", Signal.PRICE),
        ("E se falhar a meio do dia?", Signal.RISK),
        ("Podemos experimentar primeiro?", Signal.BUYING),
        ("well it's a good bit... that's more than we'd planned", Signal.OBJECTION),
        ("the other firm quoted us nine hundred", Signal.COMPETITOR),
        ("I'd have to run it past the partners first", Signal.DECISION),
        ("look I've phoned you people four times", Signal.FRUSTRATION),
        ("Das ist teurer, als wir erwartet hatten.", Signal.OBJECTION),
        ("meine schwester zahlt bei denen weniger", Signal.COMPETITOR),
        ("Da muss ich erst mit meinem Chef sprechen und das klären.", Signal.DECISION),
        ("ça fait quatre fois que je vous appelle", Signal.FRUSTRATION),
        ("c'est plus cher que je pensais", Signal.OBJECTION),
        ("Es bastante más caro de lo que esperábamos.", Signal.OBJECTION),
        ("ya hemos llamado tres veces", Signal.FRUSTRATION),
        ("preciso de falar com o meu sócio", Signal.DECISION),
    ],
)
def test_what_is_always_worth_a_card_is_heard_outright(text: str, kind: Signal) -> None:
    assert kind in outright(text)


@pytest.mark.parametrize(
    "text",
    [
        "I don't know what it costs",
        "That's how long it takes.",
        "he asked me how much the small one is",
        "We counted what it costs us.",
        "It's not more than we planned.",
        "ich weiß nicht was das kostet",
        "Das ist nicht teurer als wir erwartet hatten.",
        "je sais pas combien ça coûte",
        "no sé cuánto cuesta",
        "ela não me disse e eu não sei quanto custa",
        "I was so upset about the match, honestly",
        "I'm so fed up with this weather, the game was off again",
        "ich bin so sauer über das spiel gestern",
        "je suis tellement déçue du match",
        "estoy muy enfadado con el partido de ayer",
        "estou mesmo chateada com o jogo",
    ],
)
def test_what_is_only_told_of_or_beside_the_matter_is_not(text: str) -> None:
    assert not outright(text)


@pytest.mark.parametrize(
    "text",
    [
        "Was soll das?",
        "Was wird die nächste Version können?",
        "Was würde uns das bringen?",
        "Wie viel ist schon erledigt?",
        "Was nehmen Sie aus dem Gespräch mit?",
        "Was würde die Kosten senken?",
        "How much do you know about us?",
        "How much does it hurt?",
        "What do people usually come to us for?",
        "What will you do when costs rise?",
        "How much is it hurting you?",
        "What do your clients do about cost?",
        "Combien est-ce que vous êtes ?",
        "Combien ça fait de personnes ?",
        "¿Cuánto nos va a llevar?",
        "Can we start with one quick question?",
        "Can we start with a few introductions?",
        "Can we test the microphone?",
        "Can we try that again?",
        "Können wir mit einer kurzen Vorstellungsrunde anfangen?",
        "Können wir kurz das Mikrofon testen?",
        "On peut commencer par une présentation ?",
        "On peut tester le micro ?",
        "¿Podemos empezar con una ronda?",
        "¿Podemos probar el micrófono?",
        "Podemos começar com uma apresentação?",
        "Podemos testar o microfone?",
        "What if we meet on Tuesday?",
        "What if I share my screen?",
        "Und wenn wir uns am Dienstag treffen?",
        "Was wäre, wenn wir das zu zweit machen?",
        "Et si on faisait une pause ?",
        "Et si on arrêtait là ?",
        "¿Y si nos vemos el martes?",
        "E se a gente fizer uma pausa?",
        "It saves us twice what we pay",
        "That's more than we hoped for!",
        "I liked it a lot more than I expected",
        "Das bringt uns mehr als wir gedacht haben",
        "Das ist mehr, als wir gehofft haben.",
        "Wir verkaufen doppelt so viel wie vorher",
        "Das ist nicht viel Geld",
        "J'ai aimé plus que je pensais",
        "Ça nous rapporte le double de ce qu'on paie",
        "me gustó más de lo que esperaba",
        "no es mucho dinero",
        "nos ahorra el doble de lo que pagamos",
        "demorou mais do que pensava",
        "não é muito dinheiro",
        "My colleague is with your team today",
        "My colleague has half an hour",
        "Mein Kollege ist heute bei einem Kunden",
        "Meine Kollegin hat heute weniger Zeit",
        "Ma collègue a pris un rendez-vous",
        "Ma collègue est chez un client",
        "on a eu une démo la semaine dernière",
        "mi colega está con otro cliente",
        "minha colega está com gripe",
        "We looked at the product",
        "llevo tres meses sin problemas",
    ],
)
def test_words_of_a_price_a_trial_a_fear_or_a_rival_alone_are_none(text: str) -> None:
    assert outright(text) <= {Signal.QUESTION}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("What does it cost us?", Signal.PRICE),
        ("What exactly does it cost us?", Signal.PRICE),
        ("That's good, what does it cost?", Signal.PRICE),
        ("What would a licence for ten people cost?", Signal.PRICE),
        ("How much would that be a year?", Signal.PRICE),
        ("How much do you charge for it?", Signal.PRICE),
        ("What does that come to?", Signal.PRICE),
        ("Was soll der Spaß kosten?", Signal.PRICE),
        ("Was würde uns das kosten?", Signal.PRICE),
        ("Wie viel ist das im Monat?", Signal.PRICE),
        ("Was nehmen Sie dafür?", Signal.PRICE),
        ("Combien est-ce que ça coûte ?", Signal.PRICE),
        ("Combien vous prenez par mois ?", Signal.PRICE),
        ("¿Cuánto nos va a costar?", Signal.PRICE),
        ("¿Cuánto sería al mes?", Signal.PRICE),
        ("Quanto custa por mês?", Signal.PRICE),
        ("Can we start with one branch?", Signal.BUYING),
        ("Could we start with five people?", Signal.BUYING),
        ("Can we try it for a month?", Signal.BUYING),
        ("Can we test the software first?", Signal.BUYING),
        ("Könnten wir erst mal nur mit einer Filiale anfangen?", Signal.BUYING),
        ("Können wir das vorher ausprobieren?", Signal.BUYING),
        ("On peut commencer avec deux équipes ?", Signal.BUYING),
        ("On peut essayer avant ?", Signal.BUYING),
        ("On peut l'essayer pendant un mois ?", Signal.BUYING),
        ("¿Podemos empezar con una tienda?", Signal.BUYING),
        ("¿Podemos probarlo antes?", Signal.BUYING),
        ("Podemos começar com uma loja?", Signal.BUYING),
        ("Podemos testar antes?", Signal.BUYING),
        ("What if the power goes?", Signal.RISK),
        ("What if it breaks down at night?", Signal.RISK),
        ("What if we can't get people to use it?", Signal.RISK),
        ("Und wenn keiner da ist?", Signal.RISK),
        ("Was ist mit der Nummer, wenn ihr das abschaltet?", Signal.RISK),
        ("Und wenn das System ausfällt?", Signal.RISK),
        ("Et si ça tombe en panne ?", Signal.RISK),
        ("Et si on n'y arrive pas ?", Signal.RISK),
        ("¿Y si se rompe?", Signal.RISK),
        ("¿Y si no funciona?", Signal.RISK),
        ("E se o sistema cair?", Signal.RISK),
        ("E se não funcionar?", Signal.RISK),
        ("That's double what we pay now", Signal.OBJECTION),
        ("It's a lot more than we budgeted", Signal.OBJECTION),
        ("Das ist mehr, als wir geplant hatten", Signal.OBJECTION),
        ("Das ist doppelt so viel wie bisher", Signal.OBJECTION),
        ("Ça fait le double de ce qu'on paie", Signal.OBJECTION),
        ("es el doble de lo que pagamos", Signal.OBJECTION),
        ("é mais caro do que eu esperava", Signal.OBJECTION),
        ("é muito dinheiro", Signal.OBJECTION),
        ("my sister pays half of that elsewhere", Signal.COMPETITOR),
        ("My colleague is with another provider", Signal.COMPETITOR),
        ("we looked at two other systems", Signal.COMPETITOR),
        ("we've looked at another tool", Signal.COMPETITOR),
        ("Meine Kollegin zahlt die Hälfte", Signal.COMPETITOR),
        ("Mein Bruder ist bei der Konkurrenz", Signal.COMPETITOR),
        ("ma sœur paie moins cher ailleurs", Signal.COMPETITOR),
        ("on a vu deux autres logiciels", Signal.COMPETITOR),
        ("mi vecina paga menos", Signal.COMPETITOR),
        ("o meu vizinho paga metade", Signal.COMPETITOR),
        ("We're fed up, this is the final straw", Signal.FRUSTRATION),
        ("We're really fed up, and now you mention the penalty clause", Signal.FRUSTRATION),
        ("I'm furious, a final demand again", Signal.FRUSTRATION),
        ("C'est inadmissible, des pannes en série", Signal.FRUSTRATION),
        ("On en a marre, la coupe est pleine", Signal.FRUSTRATION),
        ("Ich bin stinksauer, das Spiel mache ich nicht mehr mit", Signal.FRUSTRATION),
        ("Wir sind sauer, die Serie von Ausfällen hört nicht auf", Signal.FRUSTRATION),
        ("Estamos hartos de la serie de fallos", Signal.FRUSTRATION),
        ("Estou farta, não entro nesse jogo de empurra", Signal.FRUSTRATION),
        ("llevo tres semanas sin respuesta", Signal.FRUSTRATION),
        ("We'd like to sleep on it", Signal.STALL),
        ("Hm. That's, I mean, that's about double what I'd pencilled in.", Signal.OBJECTION),
        ("Could we start with one house, like, see how it goes?", Signal.BUYING),
        ("mein nachbar der ist bei den stadtwerken der zahlt die hälfte", Signal.COMPETITOR),
        ("celui de mon frère il est à trente", Signal.COMPETITOR),
        ("É mais do que eu pensava.", Signal.OBJECTION),
    ],
)
def test_what_names_the_price_the_thing_tried_or_what_fails_is_heard(text: str, kind: Signal) -> None:
    assert kind in outright(text)


DISPUTED = {
    Signal.FRUSTRATION: (
        "I'd like to talk to your supervisor, please",
        "put me through to a manager",
        "Please stop ringing me.",
        "and don't call this number again",
        "So is that how you treat loyal customers?",
        "you've charged me twice for the same thing",
        "Why was I never told about the change?",
        "why didn't anybody warn us",
        "Why am I being charged for a line I gave back?",
        "Ich möchte jetzt bitte mit Ihrem Vorgesetzten sprechen.",
        "rufen Sie mich nicht mehr an",
        "Warum wurde ich nicht informiert?",
        "Sie haben mir die Gebühr zweimal abgebucht",
        "je veux parler à un responsable",
        "Arrêtez de m'appeler !",
        "Pourquoi personne ne m'a prévenue ?",
        "vous m'avez facturé deux fois",
        "quiero hablar con su supervisor",
        "dejen de llamarme",
        "¿Por qué nadie me avisó?",
        "quero falar com o gerente",
        "parem de me ligar",
        "Por que ninguém me avisou?",
    ),
    Signal.PAIN: (
        "we still have no heating",
        "Wir haben seit Montag kein Internet mehr.",
        "on n'a plus de chauffage depuis hier",
        "no tenemos luz desde ayer",
        "estamos sem água há dois dias",
    ),
    Signal.OBJECTION: (
        "But we've already paid that!",
        "I'm pretty sure I returned all of them",
        "I'm not paying for something I never had",
        "we won't pay twice",
        "I don't have an account with you",
        "I never signed up for this.",
        "The quote is quite a bit higher than we budgeted.",
        "we were hoping for something around £4,000",
        "Das habe ich schon letzte Woche überwiesen.",
        "Ich bin sicher, dass ich alles unterschrieben abgeschickt habe.",
        "dafür zahle ich nichts und ich bezahle das sicher nicht",
        "Ich habe keinen Vertrag bei Ihnen.",
        "Wir hatten eher mit 3000 Euro gerechnet.",
        "on a déjà réglé ça",
        "je ne paierai pas deux fois",
        "Je n'ai pas de contrat avec vous.",
        "on pensait plutôt mettre 3 000 euros",
        "ya lo hemos pagado",
        "No pienso pagar eso.",
        "yo no tengo ninguna cuenta con ustedes",
        "pensábamos más bien en 3.000 euros",
        "já paguei ontem",
        "não vou pagar duas vezes",
        "Não tenho nenhum contrato com vocês.",
        "This is my final offer.",
        "Then we'll walk away.",
        "Sorry, it isn't going to work for us.",
        "You know, that's not fair.",
        "Das ist unser letztes Angebot.",
        "So passt das für uns nicht.",
        "C'est notre dernière offre, c'est à prendre ou à laisser.",
        "Ça ne me convient pas.",
        "Es nuestra última oferta.",
        "Así no nos sirve.",
        "Essa é a minha última oferta.",
        "Assim não nos serve.",
    ),
    Signal.COMPETITOR: (
        "I saw the same one at another shop for $80",
        "online it's 200 euros",
        "Ich habe die gleiche für 80 Euro gesehen.",
        "j'ai vu la même pour 80 euros",
        "vi una igual por $80",
        "vi uma igual por 80 euros",
    ),
    Signal.CHURN: (
        "then I'm cancelling everything",
        "Dann wechsle ich zur Konkurrenz.",
        "j'annule tout",
        "nos cambiamos a otra compañía",
        "vou para outra operadora",
    ),
    Signal.BUYING: (
        "We're ready to sign.",
        "Wir sind bereit zu unterschreiben.",
        "on est prêts à signer",
        "estamos listos para firmar",
        "estamos prontos para assinar",
    ),
}
ASKED_OUTRIGHT = {
    Signal.PRICE: (
        "Is the training included?",
        "do we have to pay extra for the second year",
        "Are there any hidden costs?",
        "Can we pay in instalments?",
        "Ist die Schulung inbegriffen?",
        "Kommen da noch Gebühren dazu oder gibt es Zusatzkosten?",
        "kann ich in raten zahlen",
        "Est-ce que c'est inclus ?",
        "Il y a des frais en plus ?",
        "On peut payer en trois fois ?",
        "¿Está incluida la formación en el precio o está incluido aparte?",
        "¿Hay gastos adicionales?",
        "¿Se puede pagar a plazos?",
        "Está incluído no preço?",
        "Há taxas adicionais?",
        "Posso pagar em prestações?",
        "Do I get a refund for the days without it?",
        "is there any compensation for that",
        "How much of our fee goes to the school?",
        "How much of my fiver actually ends up with them?",
        "La livraison, c'est compris ou je paie en plus ?",
        "Bekommen wir dafür eine Gutschrift?",
        "Y a-t-il un dédommagement ?",
        "¿Hay alguna compensación?",
        "Há algum reembolso?",
    ),
    Signal.RISK: (
        "How did you get my email?",
        "how do i know this isn't a scam",
        "Are you even a real person?",
        "Woher haben Sie eigentlich meine Adresse?",
        "Sind Sie ein Mensch?",
        "Comment vous avez eu mes coordonnées ?",
        "C'est fiable ?",
        "¿De dónde sacaron mi correo?",
        "¿Son fiables?",
        "De onde tiraram o meu telefone?",
        "É confiável?",
        "Could you promise us it holds?",
        "Können Sie mir das garantieren?",
        "Vous pouvez me le garantir ?",
        "¿Me lo puede garantizar?",
        "Vocês conseguem garantir isso?",
    ),
    Signal.QUESTION: (
        "When is the line going to be repaired?",
        "And what happens after the first year?",
        "What are our options?",
        "Wann ist das Netz wieder da?",
        "Was passiert nach den drei Monaten?",
        "Welche Möglichkeiten gibt es?",
        "Ce sera réparé quand ?",
        "Qu'est-ce qui se passe après l'essai ?",
        "Quelles sont mes options ?",
        "¿Cuándo va a estar arreglado?",
        "¿Qué pasa después de la prueba?",
        "¿Qué opciones tengo?",
        "Quando é que fica pronto?",
        "O que acontece depois do teste?",
        "Quais são as opções?",
    ),
    Signal.BUYING: (
        "How do I sign up?",
        "Wo kann ich mich anmelden?",
        "Comment je fais pour m'inscrire ?",
        "¿Cómo puedo contratarlo?",
        "Como é que faço para aderir?",
    ),
}
NOT_DISPUTED = (
    "I need to speak to the manager of the warehouse first",
    "we'd like to talk to a manager who uses it",
    "if I already paid it would show there",
    "we've already paid attention to that",
    "I'm not sure I sent it",
    "we're not paying for it at the moment",
    "I don't have an account with you yet",
    "the price is no higher than last year",
    "we were thinking around three o'clock",
    "we were looking at 20 sites",
    "I saw you at the fair for 10 minutes",
    "I saw the small one for $80 on your website",
    "we were expecting 3 thousand visitors",
    "I was thinking about 10k last Sunday",
    "we were looking for 200 pounds of flour",
    "Wir haben etwa 40 tausend Follower.",
    "Wir hatten mit 3 tausend Besuchern gerechnet.",
    "Ich hatte so 50 Euro dabei.",
    "on avait environ 40 mille visiteurs",
    "Esperábamos unos 40 mil visitantes.",
    "Esperávamos cerca de 40 mil visitantes.",
    "Le prix est dans notre budget.",
    "Le prix est plus élevé chez le concurrent.",
    "El precio está dentro de nuestro presupuesto.",
    "O preço está dentro do nosso orçamento.",
    "O valor está acima do esperado, ótimo resultado.",
    "Sinon on arrête là pour aujourd'hui.",
    "Sinon je m'en vais déjeuner.",
    "Oder bin ich raus aus dem Bild?",
    "Sonst bin ich weg zum Mittag.",
    "Ich zahle hier nichts, weil der Chef einlädt.",
    "I'm walking away from the desk for a second.",
    "I won't pay anything because the boss is inviting us",
    "¿Cambiamos el color o lo dejamos así?",
    "No voy a pagar nada porque invita el jefe.",
    "Senão vou embora almoçar.",
    "My son says that's not fair.",
    "She said this is my final offer.",
    "I never said that's not fair.",
    "That's unfair to the goalkeeper.",
    "Mein Sohn sagt, das ist unfair.",
    "Das ist ungerecht gegenüber den Bayern.",
    "C'est injuste pour les Bleus.",
    "Mon fils dit que c'est pas juste.",
    "C'est pas juste une question de temps.",
    "No es injusto.",
    "Mi hijo dice que eso no es justo.",
    "No es justo lo que busco.",
    "Não é injusto.",
    "O meu filho diz que isso não é justo.",
    "we have no service contract",
    "it will work for us",
    "we walk away with a good feeling",
    "that's fair",
    "I'm ready when you are",
    "das geht für uns in Ordnung",
    "das Angebot ist fair",
    "ça nous convient",
    "eso nos sirve",
    "isso serve",
    "Der Chef ist im Urlaub.",
    "das Angebot ist nicht teurer als letztes Jahr",
    "wir haben keinen Internetauftritt",
    "Wir hatten mit 20 Leuten gerechnet.",
    "j'ai déjà payé beaucoup de choses dans ma vie",
    "le responsable de la logistique n'est pas là",
    "on pensait venir à 15 heures",
    "vi una casa a 5 kilómetros",
    "ya lo he visto",
    "el encargado de compras viene mañana",
    "vi isso a cinco minutos daqui",
    "o gerente da loja vem amanhã",
    "já paguei muita coisa na vida",
)
NOT_ASKED_OUTRIGHT = (
    "The training is included.",
    "Is everybody included in the call?",
    "Is that a machine you built?",
    "What happens in the film?",
    "When does the year end?",
    "There is a discount for schools.",
    "We can guarantee that.",
    "Il y a une salle ?",
    "¿Hay café?",
    "Is your sister included in the photo?",
    "How much of that is actually your own work?",
    "What part of the team is remote?",
    "How much time is needed?",
    "How much do I owe you for the coffee?",
    "Can you ensure the door is closed?",
    "Where did you find my name badge?",
    "How do I join?",
    "Where can I order lunch?",
    "How do I register for the webinar?",
    "Why didn't you call me yesterday evening?",
    "Why did you tell me to restart?",
    "When does the train arrive?",
    "When will my colleague come back?",
    "Wann kommt Peter wieder?",
    "Wann kommt die Chefin wieder?",
    "Wann geht es wieder los?",
    "Wie viel Prozent Akku hast du noch?",
    "Wie viel davon kommt von dir?",
    "Wo kann ich Kaffee bestellen?",
    "C'est compris ?",
    "Quel pourcentage de batterie te reste ?",
    "Combien de places il reste pour la réunion ?",
    "Combien je dois pour le café ?",
    "Comment on fait pour commander à manger ?",
    "¿Qué porcentaje de batería te queda?",
    "¿Cuánto debo por el café?",
    "¿Dónde se puede comprar café?",
    "¿Dónde puedo apuntar esto?",
    "Onde posso comprar café?",
    "Quanto devo pelo café?",
    "Quando vai voltar de férias?",
    "Quando chega a Ana?",
    "Where did you get that chair?",
    "I know when it will be fixed.",
    "Ist das eine Maschine?",
    "Das ist inbegriffen.",
    "C'est une machine ?",
    "C'est inclus.",
    "¿Es una máquina?",
    "Está incluido.",
    "É uma máquina?",
    "Está incluído.",
)


def test_who_disputes_refuses_complains_or_has_seen_it_elsewhere_says_so_outright() -> None:
    for kind, texts in (*DISPUTED.items(), *ASKED_OUTRIGHT.items()):
        assert [text for text in texts if kind not in outright(text)] == []


def test_what_only_sounds_like_a_dispute_or_such_a_question_is_none() -> None:
    assert [(text, outright(text)) for text in (*NOT_DISPUTED, *NOT_ASKED_OUTRIGHT) if outright(text)] == []


def test_no_pattern_that_is_heard_outright_is_searched_for_everywhere() -> None:
    """One that may begin with anything is tried at each letter of each turn."""
    words = (import_module(f"wingman.suggest.playbook.patterns.{tag}") for tag in SPOKEN)
    groups = [group for of in words for name in ("OUTRIGHT", "ASKED") for group in getattr(of, name).values()]
    assert all(prefixes_of(re.compile(rf"\b(?:{'|'.join(group)})\b")) for group in groups)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What's the price, your absolute bottom line?", "en"),
        ("Was kostet das, Ihr allerletzter Preis?", "de"),
        ("Combien ça coûte, votre tout dernier prix ?", "fr"),
        ("¿Cuánto cuesta, su precio más bajo?", "es"),
        ("Quanto custa, o seu preço mais baixo?", "pt"),
    ],
)
def test_who_asks_for_the_price_and_the_limit_asks_for_both(text: str, language: str) -> None:
    assert {Signal.PRICE, Signal.LIMIT} <= detect(text, language)


@pytest.mark.parametrize("text", ["", "   ", "we sell shoes in three towns", "good morning everyone"])
def test_small_talk_has_no_signal(text: str) -> None:
    assert detect(text) == frozenset()


@given(st.text())
def test_normalised_text_stays_as_it_is(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(max_size=400))
def test_any_text_can_be_searched(text: str) -> None:
    assert detect(text) <= frozenset(Signal)


def test_a_phrase_matches_whole_words_and_its_star_up_to_four() -> None:
    pattern = compile_phrase("price * too high")
    assert pattern.search(normalise("The price you quoted is too high!"))
    assert pattern.search(normalise("price too high"))
    assert not pattern.search(normalise("price that you and your people named is too high"))
    assert not compile_phrase("raise").search("she raised her hand")


def test_a_phrase_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="no word"):
        compile_phrase(" * ?!")


BARE = {
    "en": (
        "which town are you in now",
        "who looks after the climate at night",
        "do i pay for it now or is that later",
        "and where do the old ones go",
    ),
    "de": (
        "bis wann könnten sie mir da was sagen",
        "und kostet mich das was",
        "die überstunden vom märz sind die dann auch wieder da oder",
        "stellen sie mir dann den strom ab",
    ),
    "fr": (
        "vous avez le soleil chez vous",
        "je ferme tout alors ou j'attends quelqu'un",
        "et pour la livraison c'est combien",
        "et chez vous les pauses elles sont payées ou c'est comme partout",
    ),
    "es": (
        "y la tasación en cuánto quedó",
        "pero el hijo cuántos años tiene",
        "eso me lo devolvéis o lo doy por perdido",
        "tengo que devolver los trozos o no",
    ),
    "pt": (
        "e por esses dias quanto é que pago",
        "isto agora fica assim ou volta a cair",
        "vocês descontam na fatura ou pago na mesma",
        "o soro continua a ir para os porcos ou já se vende",
    ),
}


@pytest.mark.parametrize("language", SPOKEN)
def test_without_any_marks_more_words_ask(language: str) -> None:
    heard = {text: is_question(text, language=language) for text in BARE[language]}
    assert heard == dict.fromkeys(BARE[language], True)


@each(
    ("text", "language"),
    [
        ("don't touch it when it is on", "en"),
        ("that is where the dog is", "en"),
        ("das geht ja ganz gut so", "de"),
        ("je peux vous sortir la facture", "fr"),
        ("ya está es el cuatro cuatro siete", "es"),
        ("eu não sei não estava escrito", "pt"),
        ("Vous avez le soleil chez vous.", "fr"),
        ("mais il m'a appelé vendredi quoi", "fr"),
        ("c'est ce que je vous disais hier", "fr"),
        ("c'est elle qui s'en occupe", "fr"),
        ("vous savez moi je prends mon temps", "fr"),
        ("vous avez dit que ce serait prêt", "fr"),
        ("dann ist das ja auch geklärt", "de"),
        ("das ist schon ganz richtig", "de"),
        ("gut dann machen wir das so", "de"),
        ("Ah, que legal, isso salvava duas horas.", "pt"),
        ("ich weiß leider nicht wann", "de"),
        ("hay mucha gente por la mañana", "es"),
        ("eso fue hace dos o tres años", "es"),
        ("sim por mim pode ser", "pt"),
        ("há três anos que é assim também", "pt"),
    ],
)
def test_what_only_sounds_like_a_question_without_marks_is_none(text: str, language: str) -> None:
    assert not is_question(text, language=language)


@pytest.mark.parametrize("language", SPOKEN)
def test_a_name_that_is_spelled_is_read_at_once(language: str) -> None:
    assert Signal.QUESTION not in detect("n a n e e s s a n a n e e s s a i e n a n", language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ja also gut erklären sie uns mal den ablauf", "de"),
        ("oui alors dites nous tout sur le contrat", "fr"),
        ("bueno pues explíqueme ese proceso", "es"),
        ("olha então me explica esse processo", "pt"),
    ],
)
def test_what_people_put_before_a_question_hides_it_in_no_language(text: str, language: str) -> None:
    assert is_question(text, language=language)
    assert not is_question(" ".join(text.split()[:3]), language=language)

"""German: the words behind the built-in signals, over normalised text."""

from __future__ import annotations

QUESTIONS = (
    r"^{fillers}(?:was|wie|wo|wann|warum|wieso|weshalb|wer|wen|wem|welche[rsnm]?|wozu|wofür|womit|woran|worauf"
    r"|wohin|woher|wovon|inwiefern|inwieweit|wie viele?)\b(?! (?:gesagt|schon gesagt|auch immer|es so ist))",
    r"^{fillers}(?:können|kann|könnten|könnte|haben|hat|hätten|hätte|sind|ist|wäre|wären|werden|wird"
    r"|würden|würde"
    r"|gibt|geht|ginge|gilt|müssen|muss|darf|dürfen|dürfte|soll|sollen|sollte|sollten|machen|macht"
    r"|bieten|bietet"
    r"|brauchen|brauche|braucht|wissen|kennen|meinen|glauben|läuft|kommt|bekommen|kriegen|kriege"
    r"|bekomme) "
    r"(?:sie|ihr|wir|ich|man|er|es|das|der|die|du|da|denn|dann|eigentlich|auch|so|ihre|unsere|eure|jemand)\b",
    r"\bwie (?:viel|viele|lange|oft|schnell|teuer|hoch|sieht|läuft|funktioniert|machen|mache|kommen|komme"
    r"|ist das|war das|geht|soll|würden|würde)\b",
    r"\b(?:ich|wir) (?:frage|fragen|frag|wollte|wollten|würde gern|würden gern|möchte|möchten) "
    r"(?:mich|uns|noch |gern |gerne |mal )*(?:fragen|wissen|verstehen|ob|was|wie|warum)\b",
    r"\b(?:können|könnten) sie (?:mir|uns|das|da|nicht|mal|bitte)\b",
    r"\b(?:meine|eine|noch eine|unsere|die) frage (?:ist|wäre|an sie|dazu|noch)\b",
    r"\b(?:was ist|was wäre|was kostet|was heißt|was bedeutet|was passiert|was würden|was machen|was mache"
    r"|wo landen|wo liegen|wo stehen|wer macht|wer kommt|wer zahlt|wer haftet)\b",
    r"^{fillers}(?:erklären|sagen|zeigen|erzählen) sie (?:mir|uns|mal)\b",
    r"\b(?:stimmt das|ist das so|richtig so|geht das|darf man das|kann man das|oder nicht|wissen sie das)$",
)
NOT_QUESTIONS = (
    r"\bwie geht(?:'s| es| s)\b",
    r"\b(?:hören|sehen) sie (?:mich|uns|meinen bildschirm)\b",
    r"\b(?:wie gesagt|was solls|was soll's|wer weiß|was weiß ich|wie dem auch sei|wie auch immer"
    r"|und so weiter)\b",
    r"^(?:\S+ ){{0,2}}(?:oder|gell|ne|nicht wahr|gelt|wissen sie|verstehen sie)$",
    r"\b(?:darf ich ihnen|möchten sie) (?:einen |noch )?(?:kaffee|tee|wasser)\b",
)
FILLERS = (
    "und|also|aber|oder|ja|nein|gut|okay|ok|äh|ähm|hm|na|nun|jetzt|dann|genau|so|ach|tja|mhm|sagen sie"
    r"|sagen sie mal"
    "|schauen sie|hören sie|entschuldigung|moment|bitte|danke|alles klar|noch was|eine frage|ganz kurz|nur|denn"
)
PRICE = (
    r"preis(?:e|es|en|lich|liste|erhöhung|nachlass)?|kost(?:et|en|enlos|spielig)|teuer(?:er)?|günstiger"
    r"|billiger",
    r"rabatt(?:e)?|nachlass|skonto|budget|angebot|gebühr(?:en)?|rechnung|gutschrift|honorar|zuschlag|aufpreis",
    r"(?:prozent|euro) (?:weniger|mehr|im monat|im jahr|pro|günstiger|drauf|runter)|pro (?:monat|jahr"
    r"|nutzer|stück)",
    r"was (?:zahlen|zahle|zahlt|kostet|nehmen sie)|wo landen wir|im monat|die hälfte|leisten können|zu zahlen",
)
COMPETITOR = (
    r"konkurrenz|konkurrent(?:en)?|mitbewerber|wettbewerb(?:er)?|andere[rn]? anbieter|vergleichsangebot",
    r"(?:ein|der|einen) (?:anderer|andere|anderen) (?:anbieter|lieferant|dienstleister|hersteller)",
    r"(?:auch|schon|noch) (?:mit|bei) (?:anderen|jemand anderem|der konkurrenz)|liegt (?:noch )?ein angebot",
    r"(?:wechseln|umsteigen|gewechselt|umgestiegen) (?:zu|auf)|macht der für|hat (?:uns|mir) .{0,30}angeboten",
    r"(?:mein|unser) (?:schwager|nachbar|bekannter|bruder|kollege) .{0,40}\b(?:hat|nutzt|zahlt|nimmt)",
    r"da ist einer aus|excel reicht|machen das selber|selbst bauen",
)
OBJECTION = (
    r"zu (?:teuer|viel|hoch|kompliziert|aufwendig|riskant|früh|groß|lang|schwierig)|rausgeschmissenes geld",
    r"(?:nicht|kein|keine|wenig) (?:überzeugt|sicher|sinn|interesse|bedarf|budget|zeit|das geld|nutzen|lust)",
    r"(?:ich|wir) (?:glaube|glauben|sehe|sehen|weiß|wissen) (?:\S+ ){0,3}nicht (?:ob|wie|warum|dass|so recht)",
    r"(?:bedenken|zweifel|skeptisch|sorge|sorgen|bauchschmerzen|haken|problem) (?:ist|dabei|damit|wegen"
    r"|habe|haben)?",
    r"(?:brauchen|brauche|können|kann) (?:wir|ich|das|es) (?:\S+ )?(?:nicht|eigentlich nicht"
    r"|uns nicht leisten)",
    r"haben (?:wir )?schon (?:was|so was|etwas|ein)|warum sollte(?:n)? (?:ich|wir)|das letzte mal"
    r"|schon mal probiert",
)
STALL = (
    r"(?:muss|müssen|müsste|möchte|will|wollen) (?:ich |wir |das |es |mir |uns |noch |erst |mal |darüber )+"
    r"(?:überlegen|nachdenken|besprechen|klären|abklären|rücksprache|schlafen|prüfen)",
    r"(?:melde|melden) (?:ich |wir )?(?:mich|uns)|komme(?:n)? (?:ich |wir )?(?:auf sie zu|drauf zurück"
    r"|darauf zurück)",
    r"(?:nach|erst nach) (?:dem|der|den) (?:urlaub|sommer|ferien|messe|inventur|quartal|jahreswechsel)",
    r"(?:nächstes|im nächsten|kommendes) (?:jahr|quartal)|(?:schicken|mailen) sie (?:mir|uns) (?:mal "
    r"|doch )?(?:was|etwas|unterlagen)",
    r"keine eile|eilt nicht|schauen wir mal|mal sehen|irgendwann|im moment nicht|gerade nicht",
)
DECISION = (
    r"entscheid(?:en|et|e|ung|er|ungen)|unterschr(?:eiben|eibt|ift)|freigabe|freigeben|genehmig(?:en|t|ung)",
    r"(?:der|mein|unser|die) (?:chef|chefin|vorstand|geschäftsführ\w+|einkauf|beirat|betriebsrat|senior"
    r"|junior)",
    r"durchwinken|nickt das|segnet .{0,20}ab|letzte wort|abstimmen|gremium|frist|stichtag|deadline",
)
COMMITMENT = (
    r"(?:ich|wir) (?:schick|schicke|schicken|sende|senden|maile|mailen|mache|machen|kläre|klären"
    r"|kümmere|kümmern"
    r"|liefere|liefern|bringe|bringen|bereite|rufe|rufen|melde|melden|gebe|trage|stelle|besorge) (?:\S+ ){0,6}"
    r"(?:bis|morgen|heute|übermorgen|montag|dienstag|mittwoch|donnerstag|freitag|nächste woche|zu|vor"
    r"|an|zurück|nach)",
    r"(?:bis|am|ab|noch vor) (?:morgen|heute abend|montag|dienstag|mittwoch|donnerstag|freitag|ende der woche"
    r"|nächste woche|zum|mittag)|versproch(?:en|ene)|zugesagt|verspreche|ich kümmere mich",
)
BUYING = (
    r"(?:klingt|hört sich) (?:\S+ )?(?:gut|super|prima|vernünftig) (?:an|für)?|machen wir (?:so|das)"
    r"|einverstanden"
    r"|abgemacht",
    r"(?:wann|wie schnell) (?:können|könnten|kann) (?:wir|es|sie) (?:\S+ )?(?:starten|anfangen|losgehen"
    r"|loslegen|liefern)",
    r"(?:nehmen|nehme|bestellen|bestelle|kaufen|unterschreiben|unterschreibe) (?:wir|ich) (?:das|die|es"
    r"|den|gleich)?",
    r"schicken sie (?:mir |uns )?(?:den|einen) vertrag|nächste[rn]? schritt(?:e)?|probeweise|testen wir"
    r"|bin dabei",
)
PAIN = (
    r"(?:größte[sn]?|eigentliche[sn]?|unser) (?:problem|ärger|baustelle|engpass|sorge)|von hand"
    r"|händisch|zettelwirtschaft",
    r"(?:dauert|kostet) (?:uns |mich )?(?:ewig|stunden|tage|wochen|zu lange|jedes mal|nerven)"
    r"|kommen nicht hinterher",
    r"(?:kaputt|ausgefallen|abgestürzt|steht still|stand still|geht nicht|funktioniert nicht)",
    r"bis halb (?:eins|zwölf)"
    r"|abgetippt|umsonst|fehler(?:haft)?|doppelt (?:angelegt|gemacht|arbeit)",
)
RISK = (
    r"künd(?:ig\w+)|vertragsstrafe|datenschutz|dsgvo|sicherheit|haft(?:ung|en|et)|gewährleistung|garantie\w*",
    r"(?:gesetz\w*|recht\w*|anwalt|illegal|erlaubt|verboten|vorschrift\w*|prüf(?:buch|ung|er)|zertifi\w+)",
    r"(?:gefährlich|risiko|unfall|verletz\w+|brand|stillstand|ausfall)|was passiert wenn|abgeschaltet",
)
FRUSTRATION = (
    r"(?:unmöglich|unverschämt|frechheit|katastrophe|lächerlich|zumutung|wütend|sauer|verärgert|genervt"
    r"|enttäuscht)",
    r"(?:schon wieder|zum (?:zweiten|dritten|vierten) mal|immer noch nicht|seit (?:tagen|wochen|monaten))",
    r"(?:niemand|keiner) (?:\S+ ){0,3}(?:meldet|antwortet|hilft|zuständig|gesagt|erreicht|ruft)",
    r"reicht(?:'s| es| s)? mir|die nase voll|so geht das nicht|was soll das|mit ihrem vorgesetzten|beschwer\w+",
)
CONFUSION = (
    r"(?:versteh|verstehe|verstehen) (?:ich |wir |das |es |nur )*(?:nicht|bahnhof)|komme? (?:ich )?nicht mit",
    r"(?:weiß|wissen) (?:ich |wir )?(?:gar |überhaupt |jetzt )?nicht was|was ist (?:das|denn)|was heißt"
    r"|was bedeutet",
    r"durcheinander|verwirr\w+|welche[rs]? denn (?:jetzt|nun)|blicke? (?:ich )?nicht durch|nicht schlau daraus",
)
CHURN = (
    r"kündig\w+|(?:wechsel|wechseln|wechsle) (?:ich|wir|dann|den|zu)|weg von ihnen|dann (?:geh|gehe"
    r"|gehen) (?:ich|wir)",
    r"letzte chance|geld zurück|vertrag (?:beenden|auflösen)|kommt (?:\S+ ){0,4}(?:auch )?bei uns hin"
    r"|noch (?:ein )?mal passiert",
)
CARE = {
    "grief": (r"(?:gestorben|verstorben|verschieden|beerdigung|trauer\w*|witwe\w?|todesfall)"
    r"|ist (?:im \w+ )?von uns gegangen",),
    "danger": (
        r"(?:brustschmerz\w*|keine luft|bewusstlos|notarzt|notaufnahme|rauch|es brennt|riecht nach gas"
        r"|gasgeruch"
        r"|blutet stark|umbringen|selbstmord|suizid|nicht mehr leben)",
    ),
    "secret": (r"(?:passwort|kennwort|geheimzahl|pin|sicherheitscode|zugangsdaten|kartennummer)",),
    "legal": (r"(?:anwalt|verklag\w+|klage|gericht|schadenersatz|schmerzensgeld|anzeige erstatten)",),
    "trap": (
        r"(?:unter uns|im vertrauen|ganz inoffiziell)|was (?:zahlen|zahlt) (?:denn )?(?:die anderen"
        r"|ihr anderer|der andere)"
        r"|(?:einfach|mal|trotzdem) (?:so )?(?:eintragen|bestätigen|unterschreiben)|ohne (?:prüfung|rechnung)",
    ),
    "limit": (r"(?:ihr|was ist ihr|das) (?:letzte[rs]?|äußerste[rs]?|bestes) (?:preis|angebot|wort)"
    r"|schmerzgrenze|wie weit (?:können|würden) sie",),
    "hardship": (r"(?:kein geld|arbeitslos|pleite|insolven\w+|schulden|obdachlos|kurzarbeit"
    r"|reicht (?:hinten und )?vorne nicht)",),
}  # fmt: skip

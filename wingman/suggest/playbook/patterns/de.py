"""German: the words behind the built-in signals, over normalised text."""

from __future__ import annotations

QUESTIONS = (
    r"^{fillers}(?:was|wie|wo|wann|warum|wieso|weshalb|wer|wen|wem|welche[rsnm]?|wozu|wofür|womit"
    r"|woran|worauf|wohin|woher|wovon|inwiefern|inwieweit|wie viele?)\b(?! (?:gesagt|schon gesagt"
    r"|auch immer|es so ist|ich (?:schon|ja|gesagt|sagte|sagen|meine)|sie (?:wissen|sehen|sagen)|immer\b"
    r"|mich\b|uns\b))",
    r"^(?!{fillers}(?:dann|jetzt|so|nun|da) ){fillers}(?:können|kann|könnten|könnte|haben|hat|hätten|hätte|sind"
    r"|ist|wäre|wären|werden|wird"
    r"|würden|würde|gibt|geht|ginge|gilt|müssen|muss|darf|dürfen|dürfte|soll|sollen|sollte|sollten"
    r"|machen|macht|bieten|bietet|brauchen|brauche|braucht|wissen|kennen|meinen|glauben|läuft|kommt"
    r"|bekommen|kriegen|kriege|bekomme) (?:sie|ihr|wir|ich|man|er|es|das|der|die|du|da|denn|dann"
    r"|eigentlich|auch|so|ihre|unsere|eure|jemand)\b",
    r"\bwie (?:viel|viele|lange|oft|schnell|teuer|hoch|sieht|läuft|funktioniert|machen|mache|kommen"
    r"|komme|ist das|war das|geht|soll|würden|würde)\b",
    r"\b(?:ich|wir) (?:frage|fragen|frag|wollte|wollten|würde gern|würden gern|möchte|möchten)"
    r" (?:mich|uns|noch |gern |gerne |mal )*(?:fragen|wissen|verstehen|ob|was|wie|warum)\b",
    r"\b(?:können|könnten) sie (?:mir|uns|das|da|nicht|mal|bitte)\b",
    r"\b(?:meine|eine|noch eine|unsere|die) frage (?:ist|wäre|an sie|dazu|noch)\b",
    r"\b(?:was ist|was wäre|was kostet|was heißt|was bedeutet|was passiert|was würden|was machen|was"
    r" mache|wo landen|wo liegen|wo stehen|wer macht|wer kommt|wer zahlt|wer haftet)\b",
    r"^{fillers}(?:erklären|sagen|zeigen|erzählen) sie (?:mir|uns|mal)\b",
    r"\b(?:stimmt das|ist das so|richtig so|geht das|darf man das|kann man das|oder nicht|wissen sie das)$",
)
BARE_QUESTIONS = (
    r"^(?!{fillers}(?:dann|jetzt|so|nun|da) ){fillers}(?:haben|sind|können|könnten|wissen|sehen"
    r"|kommen|kennen|nehmen|zahlen|stellen|liefern"
    r"|machen|bieten|brauchen|meinen|möchten|wollen|würden|werden|dürfen|müssen|hätten|wären|waren"
    r"|hatten|hast|bist|kannst|könntest|willst|weißt|gehst|kommst|machst|siehst|würdest|wirst|sollst"
    r"|musst|darfst|gibst|brauchst|hattest|warst|habt|seid|könnt|wollt|wisst|müsst|dürft|kriegt|kriege"
    r"|bekomme|zahlt|zahle|soll|sollen|kostet|gilt|reicht|passt|müssten) (?:\S+ )?(?:sie|du|ihr|wir"
    r"|ich|man|er|es|das|der|die|dafür|dann|den|dem|mich|mir|uns|euch|dir|denn|da)\b",
    r"^(?!{fillers}(?:dann|jetzt|so|nun|da) ){fillers}(?:gibt's|geht's|gibt|macht|kostet|kann|muss|darf|soll"
    r"|ist|sind|war|hat|wird|würde"
    r"|bleibt|kommt|bekommt|heißt|hält|zahlt|läuft|reicht) (?:das|es|der|die|ein|eine|man|mich|mir|ihr"
    r"|denn|da|dann|jemand|ich|sie|wir|unser\w*|mein\w*|ihre?)\b",
    r"\b(?:bis|seit|ab|von|für|auf|mit|zu|in|an) (?:wann|was|wem|wen|welche\w*|wie viele?n?)\b",
    r"\b(?:oder|oder nicht|oder wie|oder was|gell|stimmt's|nicht wahr)$",
    r"\b(?<!nicht )(?<!egal )(?<!weiß )(?<!ahnung )(?<!wissen )(?<!gesagt )(?<!auch )(?<!schon )(?:wie (?:lang"
    r"|lange|viel|viele|oft|teuer|hoch|schnell|groß|alt|weit)|wann|warum|wieso|weshalb"
    r"|welche[rsnm]?|wieviel|woher|wohin|wofür|womit|worauf)\b(?! (?:gesagt|auch immer|dem))",
    r"\b(?:wissen|weißt|sehen|siehst) (?:sie|du|ihr) (?:schon |zufällig |denn )?(?:wann|ob|was|wie|wo|wer"
    r"|warum)\b",
    r"\b(?:haben|hast|habt|sehen|siehst|können|könnten|kannst|könntest|könnt|meinen|meinst|würden|würdest"
    r"|wollen|willst"
    r"|zahlen|bieten|stellen|liefern|machen|machst) (?:sie|du"
    r"|ihr) (?:da|das|den|die|der|dem|mir|uns|es|eigentlich|denn|auch|schon|noch|mal|ein\w*|irgend\w*"
    r"|jetzt|dann|nicht|wann|ob|so|kein\w*)\b",
    r"\b(?:ist|sind|war|kann|muss|darf|soll|hat|wird|gibt|bleibt|geht) (?:das|es|der|die|man|da|dann"
    r"|er|sie|ich|wir) (?:\S+ ){{0,8}}oder\b",
    r"\b(?:was|wer|wo|wie) (?:ist|sind|war|kostet|passiert|macht|mache|machen|wird|wäre|kommt|hat"
    r"|haben|hält|heißt|bedeutet|soll|sollen|kann|können|geht|gilt|nehmen|zahlen|zahle|zahlt|trägt"
    r"|haftet)\b",
)
"""Of words that come without any marks: what would rarely be no question."""

NOT_QUESTIONS = (
    r"\bwie geht(?:'s| es| s)\b",
    r"\b(?:hören|sehen) sie (?:mich|uns|meinen bildschirm)\b",
    r"\b(?:wie gesagt|was solls|was soll's|wer weiß|was weiß ich|wie dem auch sei|wie auch immer|und"
    r" so weiter)\b",
    r"^(?:\S+ ){{0,2}}(?:oder|gell|ne|nicht wahr|gelt|wissen sie|verstehen sie)$",
    r"\b(?:darf ich ihnen|möchten sie) (?:einen |noch )?(?:kaffee|tee|wasser)\b",
)
FILLERS = (
    "und|also|aber|oder|ja|nein|gut|okay|ok|äh|ähm|hm|na|nun|jetzt|dann|genau|so|ach|tja|mhm"
    "|sagen sie|sagen sie mal|schauen sie"
    "|hören sie|entschuldigung|moment|bitte|danke|alles klar|noch was|eine frage|ganz kurz|nur|denn",
)
PRICE = (
    r"preis(?:e|es|en|lich|liste|erhöhung|nachlass)?|kost(?:et|en|enlos|spielig)"
    r"|teuer(?:er)?|günstiger|billiger",
    r"rabatt(?:e)?|nachlass|skonto|budget|angebot|gebühr(?:en)?|rechnung|gutschrift|honorar|zuschlag"
    r"|aufpreis",
    r"(?:prozent|euro) (?:weniger|mehr|im monat|im jahr|pro|günstiger|drauf|runter)|pro (?:monat"
    r"|jahr|nutzer|stück)",
    r"was (?:zahlen|zahle|zahlt|kostet|nehmen sie)|wo landen wir|im monat|die hälfte|leisten können"
    r"|zu zahlen",
)
COMPETITOR = (
    r"konkurrenz|konkurrent(?:en)?|mitbewerber|wettbewerb(?:er)?|andere[rn]? anbieter|vergleichsangebot",
    r"(?:ein|der|einen) (?:anderer|andere|anderen) (?:anbieter|lieferant|dienstleister|hersteller)",
    r"(?:auch|schon|noch) (?:mit|bei) (?:anderen|jemand anderem|der konkurrenz)|liegt (?:noch )?ein"
    r" angebot",
    r"(?:wechseln|umsteigen|gewechselt|umgestiegen) (?:zu|auf)|macht der für|hat (?:uns|mir)"
    r" .{0,30}angeboten",
    r"(?:mein|unser) (?:schwager|nachbar|bekannter|bruder|kollege) .{0,40}\b(?:hat|nutzt|zahlt|nimmt)",
    r"da ist einer aus|excel reicht|machen das selber|selbst bauen",
)
OBJECTION = (
    r"zu (?:teuer|viel|hoch|kompliziert|aufwendig|riskant|früh|groß|lang|schwierig)|rausgeschmissenes geld",
    r"(?:nicht|kein|keine|wenig) (?:überzeugt|sicher|sinn|interesse|bedarf|budget|zeit|das geld"
    r"|nutzen|lust)",
    r"(?:ich|wir) (?:glaube|glauben|sehe|sehen|weiß|wissen) (?:\S+ ){0,3}nicht (?:ob|wie|warum|dass"
    r"|so recht)",
    r"(?:bedenken|zweifel|skeptisch|sorge|sorgen|bauchschmerzen|haken|problem) (?:ist|dabei|damit"
    r"|wegen|habe|haben)?",
    r"(?:brauchen|brauche|können|kann) (?:wir|ich|das|es) (?:\S+ )?(?:nicht|eigentlich nicht|uns"
    r" nicht leisten)",
    r"haben (?:wir )?schon (?:was|so was|etwas|ein)|warum sollte(?:n)? (?:ich|wir)|das letzte mal"
    r"|schon mal probiert",
)
STALL = (
    r"(?:muss|müssen|müsste|möchte|will|wollen) (?:ich |wir |das |es |mir |uns |noch |erst |mal "
    r"|darüber )+(?:überlegen|nachdenken|besprechen|klären|abklären|rücksprache|schlafen|prüfen)",
    r"(?:melde|melden) (?:ich |wir )?(?:mich|uns)|komme(?:n)? (?:ich |wir )?(?:auf sie zu|drauf"
    r" zurück|darauf zurück)",
    r"(?:nach|erst nach) (?:dem|der|den) (?:urlaub|sommer|ferien|messe|inventur|quartal|jahreswechsel)",
    r"(?:nächstes|im nächsten|kommendes) (?:jahr|quartal)|(?:schicken|mailen) sie (?:mir|uns) (?:mal"
    r" |doch )?(?:was|etwas|unterlagen)",
    r"keine eile|eilt nicht|schauen wir mal|mal sehen|irgendwann (?:mal|später|einmal)"
    r"|im moment nicht|gerade nicht",
)
DECISION = (
    r"entscheid(?:en|et|e|ung|er|ungen)|unterschr(?:eiben|eibt|ift)|freigabe|freigeben|genehmig(?:en"
    r"|t|ung)",
    r"(?:der|mein|unser|die) (?:chef|chefin|vorstand|geschäftsführ\w+|einkauf|beirat|betriebsrat"
    r"|senior|junior)",
    r"durchwinken|nickt das|segnet .{0,20}ab|letzte wort|abstimmen|gremium|frist|stichtag|deadline",
)
COMMITMENT = (
    r"(?:ich|wir) (?:schick|schicke|schicken|sende|senden|maile|mailen|mache|machen|kläre|klären"
    r"|kümmere|kümmern|liefere|liefern|bringe|bringen|bereite|rufe|rufen|melde|melden|gebe|trage"
    r"|stelle|besorge) (?:\S+ ){0,6}(?:bis|morgen|heute|übermorgen|montag|dienstag|mittwoch"
    r"|donnerstag|freitag|nächste woche|zu|vor|an|zurück|nach)",
    r"(?:bis|am|ab|noch vor) (?:morgen|heute abend|montag|dienstag|mittwoch|donnerstag|freitag|ende"
    r" der woche|nächste woche|zum|mittag)|versproch(?:en|ene)|zugesagt|verspreche|ich kümmere mich",
)
BUYING = (
    r"(?:klingt|hört sich) (?:\S+ )?(?:gut|super|prima|vernünftig) (?:an|für)?|machen wir (?:so|das)"
    r"|einverstanden|abgemacht",
    r"(?:wann|wie schnell) (?:können|könnten|kann) (?:wir|es|sie) (?:\S+ )?(?:starten|anfangen"
    r"|losgehen|loslegen|liefern)",
    r"(?:nehmen|nehme|bestellen|bestelle|kaufen|unterschreiben|unterschreibe) (?:wir|ich) (?:das|die"
    r"|es|den|gleich)?",
    r"schicken sie (?:mir |uns )?(?:den|einen) vertrag|nächste[rn]? schritt(?:e)?|probeweise|testen"
    r" wir|bin dabei",
)
PAIN = (
    r"(?:größte[sn]?|eigentliche[sn]?|unser) (?:problem|ärger|baustelle|engpass|sorge)|von hand"
    r"|händisch|zettelwirtschaft",
    r"(?:dauert|kostet) (?:uns |mich )?(?:ewig|stunden|tage|wochen|zu lange|jedes mal|nerven)|kommen"
    r" nicht hinterher",
    r"(?:kaputt|ausgefallen|abgestürzt|steht still|stand still|geht nicht|funktioniert nicht)",
    r"bis halb (?:eins|zwölf)|abgetippt|umsonst|fehler(?:haft)?|doppelt (?:angelegt|gemacht|arbeit)",
)
RISK = (
    r"künd(?:ig\w+)|vertragsstrafe|datenschutz|dsgvo|sicherheit|haft(?:ung|en|et)|gewährleistung"
    r"|garantie\w*",
    r"(?:gesetz\w*|rechtlich\w*|rechts(?:anw|streit|wid|lage|abt|sich)\w*|anwalt|illegal|erlaubt|verboten"
    r"|vorschrift\w*|prüf(?:buch|ung|er)|zertifi\w+)",
    r"(?:gefährlich|risiko|unfall|verletz\w+|brand|stillstand|ausfall)|was passiert wenn|abgeschaltet",
)
FRUSTRATION = (
    r"(?:unmöglich|unverschämt|frechheit|katastrophe|lächerlich|zumutung|wütend|sauer|verärgert"
    r"|genervt|enttäuscht)",
    r"(?:schon wieder|zum (?:zweiten|dritten|vierten) mal|immer noch nicht|seit (?:tagen|wochen|monaten))",
    r"(?:niemand|keiner) (?:\S+ ){0,3}(?:meldet|antwortet|hilft|zuständig|gesagt|erreicht|ruft)",
    r"reicht(?:'s| es| s)? mir|die nase voll|so geht das nicht|was soll das|mit ihrem vorgesetzten"
    r"|beschwer\w+",
)
CONFUSION = (
    r"(?:versteh|verstehe|verstehen) (?:ich |wir |das |es |nur )*(?:nicht|bahnhof)|komme? (?:ich"
    r" )?nicht mit",
    r"(?:weiß|wissen) (?:ich |wir )?(?:gar |überhaupt |jetzt )?nicht was|was ist (?:das|denn)|was"
    r" heißt|was bedeutet",
    r"durcheinander|verwirr\w+|welche[rs]? denn (?:jetzt|nun)|blicke? (?:ich )?nicht durch|nicht"
    r" schlau daraus",
)
CHURN = (
    r"kündig\w+|(?:wechsel|wechseln|wechsle) (?:ich|wir|dann|den|zu)|weg von ihnen|dann (?:geh|gehe"
    r"|gehen) (?:ich|wir)",
    r"letzte chance|geld zurück|vertrag (?:beenden|auflösen)|kommt (?:\S+ ){0,4}(?:auch )?bei uns"
    r" hin|noch (?:ein )?mal passiert",
)
_SEHR = (
    r"(?:(?:wirklich|echt|sehr|ziemlich|langsam|so|total|absolut|ehrlich|gesagt|mittlerweile|inzwischen|richtig"
    r"|extrem|schon|einfach|wahnsinnig|ganz|schön|gerade|da|damit|darüber|davon) )*"
)
_BÖSE = (
    r"(?:frustriert|verärgert|genervt|sauer|stinksauer|wütend|enttäuscht|unzufrieden|nicht zufrieden|empört)"
)
_UNGEFÄHR = r"(?:(?:eher|so|an|mit|auf|etwa|ungefähr|rund|um|die|maximal|höchstens) )+"
_GEPLANT = r"(?:gedacht|gerechnet|eingeplant|kalkuliert|geplant|veranschlagt)\b"
_EURO = rf"(?:€| ?(?:tausend )?euro| ?tausend(?=$| {_GEPLANT}))"
"""Thousands of what else are no sum."""
SUPPOSED = (
    r"(?:wenn|falls|sollten? (?:ich|wir)|angenommen|ob|sobald|bevor|ehe|sagen wir|nicht (?:dass|weil)"
    r"|(?:er|sie) (?:sagt|sagte|meint|meinte)(?= ich\b)|(?:sagt|sagte|meint|meinte|gesagt)(?= das ist (?:\S+ )?"
    r"(?:fair|nicht fair|unfair|zu viel|ungerecht|mein|unser)\b))",
)
"""What only supposes, denies or repeats the words behind it."""
OUTRIGHT = {
    "frustration": (
        rf"(?:ich bin|wir sind|bin ich|sind wir|das macht mich|das macht uns|macht mich) {_SEHR}{_BÖSE}",
        rf"(?<!nicht )(?<!war )(?<!waren )(?<!wurde )(?<!wurden )(?:wirklich|echt|sehr|ziemlich|richtig"
        rf"|extrem) {_BÖSE}"
        r" (?:dass|über|von|weil|bin|sind)",
        r"(?:das|es) (?:nervt|ärgert|frustriert) (?:mich|uns)|(?:ich|wir) (?:habe|haben|hab) (?:\S+ ){0,2}"
        r"(?:die nase (?:gestrichen )?voll|es satt)|(?:mir|jetzt|langsam) reicht(?:'s| es| s)(?: mir)?(?=$"
        r"| jetzt"
        r"| langsam| endgültig| wirklich| mit)|es reicht mir(?=$| jetzt| langsam| endgültig| wirklich)",
        rf"(?:das|es) ist {_SEHR}(?:inakzeptabel|unverschämt|eine (?:frechheit|unverschämtheit|zumutung)"
        r"|nicht (?:akzeptabel|hinnehmbar))|(?:ich|wir) (?:möchte|will|möchten|wollen) (?:mich|uns)"
        r" (?:(?!nicht)\S+ )?beschweren",
        r"(?:drei|vier|fünf|sechs|zwei|zig|mehr|x)mal(?:s)? (?:bei ihnen |da |dort |hier )?(?:angerufen"
        r"|geschrieben|gefragt|nachgefragt|gemeldet)|jedes mal (?:erzählt|sagt|heißt|höre|kriege?|bekomme?"
        r"|verspricht)(?: \S+){1,4} (?:was|etwas) anderes",
        r"(?:keiner|niemand) (?:meldet sich|ruft (?:mich|uns|zurück|an)|sagt (?:mir|uns|einem) (?:was"
        r"|etwas|bescheid)|kümmert sich)|davon (?:kann|hab\w*) ich (?:mir )?(?:auch )?nichts",
        r"(?:ich|wir) (?:will|möchte|wollen|möchten|verlange)(?: (?!nicht\b)\S+){0,3} (?:ihren?|einen?)"
        r" (?:vorgesetzten?|chef|chefin|teamleiter\w*|filialleiter\w*) (?:sprechen|reden|haben)|(?:will"
        r"|möchte|wollen|möchten) (?:jetzt |sofort |endlich |bitte )*(?:mit )?(?:ihrem|ihrer|einem|einer"
        r"|ihren|einen) (?:vorgesetzten|chef|chefin|teamleiter\w*|filialleiter\w*) (?:sprechen|reden)"
        r"|(?:geben|holen) sie mir (?:\S+ )?(?:ihren|einen) (?:vorgesetzten|chef)|verbinden sie mich (?:\S+"
        r" )?mit (?:ihrem|ihrer|einem) (?:vorgesetzten|chef|chefin)",
        r"(?:rufen sie (?:mich|uns|hier) (?:bitte )?(?:nicht mehr|nie wieder)(?: hier)? an|belästigen sie"
        r" (?:mich|uns) (?:bitte )?(?:nicht mehr|nie wieder)|schreiben sie (?:mir|uns) (?:bitte )?(?:nicht"
        r" mehr|nie wieder))(?=$| (?:bitte|sonst)\b)|hören sie auf mich (?:anzurufen|zu belästigen)|das ist"
        r" (?:schon )?belästigung",
        r"(?:behandeln|geht|gehen) (?:sie|man) (?:so|hier so) (?:ihre |treue |langjährige |mit (?:ihren"
        r" |treuen )?)*kunden|so (?:behandeln|behandelt) (?:sie|man) (?:ihre |treue |langjährige |gute"
        r" )*kunden",
        r"(?:sie|ihr) (?:haben|habt) (?:mir|uns) (?:\S+ ){0,4}?(?:doppelt|zweimal|zu viel|zuviel|gebühr\w*"
        r"|mahngebühr\w*) (?:\S+ )?(?:abgebucht|berechnet|in rechnung gestellt|abgezogen)",
    ),
    "pain": (
        r"(?:unser|mein|das) (?:haupt|kern)problem(?: \S+){0,2} ist(?! (?:gelöst|weg))"
        r"|(?:unser|mein|das) (?:größtes|größte|eigentliches|eigentliche|wirkliches) (?:problem|ärgernis)"
        r"(?: \S+){0,2} ist(?! (?:gelöst|weg))",
        r"(?:das|es) kostet uns (?:jede\w*|jährlich|richtig|viel|unheimlich|\S+ stunden|kunden|geld)"
        r"|(?:wir|ich) verlieren? (?:dadurch|damit|deswegen|deshalb)",
        r"(?!.*\b(?:zug|bahn|tunnel|aufzug|fahrstuhl|flugzeug|auto)\b)(?:(?:ich|wir) (?:habe|haben|hab)"
        r"|(?:habe|haben|hab) (?:ich|wir)) (?:(?:\S+ ){0,2}?(?:seit|immer noch|noch immer|schon wieder"
        r"|wieder)(?: \S+){0,4}? (?:kein|keinen|keine) (?:internet|empfang|strom|warmwasser|heizung|wasser"
        r"|anschluss|telefon)\b|(?:kein|keinen|keine) (?:internet|empfang|strom|warmwasser|heizung|wasser"
        r"|anschluss|telefon) (?:mehr )?seit\b)",
    ),
    "churn": (
        r"(?:ich|wir|will|wollen|möchte|möchten) (?:ich|wir|will|wollen|möchte|möchten|werde|werden)"
        r" (?:(?!nicht)\S+ ){0,4}kündigen"
        r"|hiermit kündige|(?:ich kündige|wir kündigen)(?! nicht)(?! (?:\S+ ){0,5}an(?: |$))",
        r"(?:ich|wir) (?:storniere|storniert|stornieren) (?:alles|das ganze|die ganze \S+)|(?:dann|sonst)"
        r" (?:wechsle|wechsel|wechseln|gehe|gehen) (?:ich|wir)(?: \S+){0,2} (?:zur konkurrenz(?! (?:auf|im)\b)"
        r"|zu (?:einem anderen (?:anbieter|lieferanten|dienstleister|versorger)|einer anderen (?:bank|firma"
        r"|versicherung))|den anbieter)(?=$| (?:wenn|weil|nächste\w*)\b)"
        r"|sonst (?:wechsle|gehe|gehen|wechseln) (?:ich|wir)"
        r" (?:eben |halt )?woanders ?hin$",
    ),
    "stall": (
        r"(?:ich|wir) (?:muss|müssen|möchte|möchten|will|wollen|würde|würden) (?:(?:ich|wir|mir|uns|das|darüber"
        r"|da|noch|noch mal|erst|erstmal|mal|in|ruhe|einmal|eine|nacht) )+(?:überlegen|nachdenken|schlafen)"
        r"|(?:das|darüber|da) (?:muss|müssen|möchte|möchten) (?:(?:ich|wir|mir|uns|noch|erst|erstmal|mal|in"
        r"|ruhe|einmal|eine|nacht|drüber) )+(?:überlegen|nachdenken|schlafen)",
        r"lassen sie (?:mich|uns) (?:(?!kurz|mal|einen)\S+ ){0,4}(?:überlegen|nachdenken)|schicken sie (?:mir"
        r"|uns) (?:\S+ )?"
        r"(?:was|etwas|unterlagen|infos|informationen)",
        r"schicken sie (?:mir|uns)(?: \S+){0,2} (?:per mail|per e mail|schriftlich)|(?:muss|will"
        r"|möchte)(?: \S+){0,3} (?:drüber|darüber|eine nacht) schlafen",
    ),
    "objection": (
        r"(?<!nicht )(?<!nicht viel )teurer als (?:ich|wir) (?:\S+ )?(?:gedacht|erwartet|geplant|gerechnet"
        r"|zahlen"
        r"|bezahl\w+|dachte\w*)|(?:das|es) (?:ist|sind|wäre|wären)(?: (?!nicht\b)\S+){0,3} (?:mehr|höher) als"
        r" (?:ich"
        r"|wir) (?:\S+ ){0,2}(?:geplant|eingeplant|veranschlagt|gedacht|zahlen|bezahl\w+)",
        r"(?:eine|ne|ganz schöne) hausnummer|doppelt so teuer wie|(?:das|es) (?:ist|wäre|kostet)"
        r"(?: (?!nicht\b)\S+){0,2} doppelt so (?:viel|hoch) wie|(?:das|es) ist (?:(?!nicht\b)\S+ ){0,2}(?:viel"
        r" geld"
        r"|eine menge geld|happig|über unserem budget)",
        r"(?<!essen )(?<!kaffee )(?<!eintritt )(?:(?:ich|wir) (?:habe|haben|hab)|(?:habe|haben|hab) (?:ich"
        r"|wir)) (?:(?:das|es|die|den|ihnen|alles|doch|aber|rechnung|betrag) )*(?:schon|bereits|längst)"
        r" (?:(?:letzten?|vorletzten?|woche|monat|gestern|am|im|vor|\S+tag|\S+ (?:tagen|wochen)|zweimal"
        r"|doppelt|per|das|die|den|rechnung|betrag|gebühr|rate|alles|ihnen|komplett|vollständig)"
        r" ){0,5}?(?:bezahlt|überwiesen|beglichen)(?=$| und| aber| am| per| letzte)|(?:das|es|alles|die"
        r" (?:rechnung|gebühr|rate)|der betrag|den betrag) (?:(?:ist|wurde|ich|wir|doch|aber|ja) )*(?:schon"
        r"|bereits|längst) (?:bezahlt|überwiesen|beglichen)(?= (?:habe|haben|worden)$|$)",
        r"(?:das formular|die formulare|das paket|die schadensmeldung) (?:(?:habe|haben|hab|ich|wir|ihnen"
        r"|doch|aber) )*(?:schon|bereits|längst) (?:\S+ ){0,3}?(?:eingereicht|abgeschickt"
        r"|zurückgeschickt)(?=$| (?:habe|haben)\b)",
        r"(?:ich bin|bin ich) (?:mir )?(?:ganz |ziemlich |absolut |sehr )?sicher dass (?:ich|wir)"
        r" (?:(?:(?!essen\b|mittagessen\b|kaffee\b|termin\b|sitzung\b|besprechung\b)\S+ ){1,6}?(?:bezahlt"
        r"|überwiesen|gekündigt|zurückgeschickt)|(?:\S+ ){0,3}?(?:unterschrieben|formulare?|rechnung|belege?"
        r"|paket|kündigung) (?:\S+ ){0,3}?(?:eingereicht|geschickt|abgeschickt|abgegeben|beigelegt)|(?:\S+"
        r" ){0,4}?(?:dokumente|unterlagen) (?:eingereicht|abgegeben|beigelegt))",
        r"(?:ich|wir) (?:zahle|zahlen|bezahle|bezahlen|werde|werden) (?:(?:das|dafür|hier|da|ihnen|den"
        r"|die|gebühr|betrag) )*(?:(?:gar )?nichts(?=$| (?:mehr|dafür|davon|bis|solange)\b)|keinen (?:cent"
        r"|euro)|sicher nicht|bestimmt nicht"
        r"|nicht (?:doppelt|zweimal|zahlen|bezahlen))",
        r"(?:ich|wir) (?:habe|haben) (?:bei|mit) ihnen (?:gar |überhaupt |nie )*(?:keinen?|einen) (?:vertrag"
        r"|konto|auftrag|kredit|abo)(?! noch)|(?:ich|wir) (?:habe|haben) (?:gar |überhaupt )?(?:keinen"
        r"|kein) (?:vertrag|konto|abo|kredit) bei ihnen|das habe ich nie (?:bestellt|unterschrieben|beauftragt)"
        r"|habe ich (?:nie|nicht) (?:bestellt|unterschrieben|beauftragt)",
        r"(?:der preis|das angebot|die kosten|die gebühr|die miete|der beitrag) (?:ist|sind|liegt|liegen"
        r"|kam|kommt)(?: (?!nicht\b)\S+){0,3} (?:über (?:unserem|unser|meinem|dem) (?:budget|limit|rahmen)"
        r"|(?:höher|teurer|mehr) als (?:ich|wir|das was|geplant|gedacht|erwartet|unser))",
        rf"(?:ich|wir) (?:(?:dachte|dachten) {_UNGEFÄHR}\d[\d ]*{_EURO}|(?:hatte|hatten|habe|haben) {_UNGEFÄHR}"
        rf"\d[\d ]*{_EURO}(?: \S+)? {_GEPLANT})",
        r"(?:das ist|das wäre) (?:mein|unser) (?:letztes|äußerstes) (?:angebot|wort)|friss oder stirb"
        r"|(?:sonst|oder|dann) (?:lassen wir|lasse ich|lass ich) (?:es|das) (?:bleiben|sein)$|sonst"
        r" (?:bin ich|sind wir) (?:raus|weg)$",
        r"(?:^|(?<=^nein )|(?<=^also )|(?<=^aber )|(?<=^tut mir leid )|(?<=^leider )|(?<=^nee ))(?:das|so)"
        r" (?:(?:geht|passt|funktioniert) (?:das )?für (?:mich|uns)(?: so)? nicht|(?:geht|passt"
        r"|funktioniert) (?:so )?nicht für (?:mich|uns))(?=$| (?:weil|zu diesem preis|bei dem"
        r" preis)\b)(?!.*\b(?:\w+tag|\w+tags|morgen|mittwoch|\d+ uhr|uhr|bildschirm|mikro\w*|ton|kamera"
        r"|link)\b)",
        r"das (?:ist|finde ich"
        r"|finden wir) (?:(?:überhaupt|wirklich|aber|doch) )*(?:nicht fair|unfair|zu viel verlangt"
        r"|ungerecht)\b(?! (?:für|gegenüber|gegen) (?!mich\b|mir\b|uns\b))",
    ),
    "competitor": (
        r"(?:mein|meine|unser|unsere) (?:bruder|schwester|nachbar\w*|kolleg\w+|freund\w*|schwager"
        r"|schwägerin|cousin\w*)(?: \S+){0,2} (?:(?:\S+ ){0,6}?(?:be)?zahlt(?: \S+){0,4} (?:hälfte|weniger"
        r"|günstiger"
        r"|billiger)|(?:hat|nutzt|kauft|kaufte)(?: \S+){0,4} (?:günstiger|billiger|für die hälfte)|(?:ist"
        r"|geht) bei"
        r" (?:der konkurrenz|einem (?:mitbewerber|konkurrenten|anderen anbieter)|denen))",
        r"(?:die anderen|der andere|die konkurrenz)(?: \S+){0,5} (?:angeboten|bietet|bieten|verlangen"
        r"|verlangt|günstiger|billiger)|(?:haben|hatten) (?:wir )?(?:uns )?(?:auch |schon )?(?:ein|eine"
        r"|einen) (?:ander\w+|zweit\w+) (?:angebot|anbieter|system|firma)",
        r"(?:(?:(?:ich|wir) (?:habe|haben|hab)|(?:habe|haben|hab) (?:ich|wir)) (?:(?:\S+"
        r" ){0,2}?(?:(?:gleiche|selbe|ähnliche)[ns]?|dasselbe|dieselbe|denselben|billiger|günstiger)(?:"
        r" (?!film\b)\S+){0,5}?|(?:es|das|so ?was|so eine?n?)(?: (?:bei|im|auf|woanders|anderswo|online"
        r"|schon|auch|internet|amazon|ebay))*)|(?:das|dasselbe|(?:die|das|den) (?:gleiche|selbe)[n]?)"
        r" (?:habe|haben|hab) (?:ich|wir)(?: \S+){0,4}?) für (?:nur |rund |etwa )?\d[\d ]*(?:€| ?euro)(?:"
        r" \S+)? gesehen|(?:bei amazon|bei ebay|im internet|online|woanders|anderswo) (?:gibt's|gibt es"
        r"|kostet|kriege? ich|bekomme ich)(?: (?:es|das|die|den|sie|ihn|gleiche[ns]?|dasselbe|dieselbe|so"
        r" ?was|nur|schon|auch|für|ab))* \d[\d ]*(?:€| ?euro)",
    ),
    "decision": (
        r"(?:muss|müsste|müssen|müssten)(?: \S+){0,3} (?:mit|erst|noch) (?:\S+ )?(?:meinem|meiner|unserem"
        r"|unserer|dem|der|meinen|unseren) (?:\S+ )?\S+ (?:\S+ )?(?:besprechen|bereden|klären|sprechen"
        r"|abstimmen|absprechen)",
        r"(?:unterschreibt|entscheidet) (?:das |so etwas |sowas )?(?:mein|meine|unser|unsere|der chef"
        r"|die chefin|der vorstand|am ende)",
    ),
    "buying": (
        r"(?:ich bin|wir sind|bin ich|sind wir) (?:jetzt )?bereit (?:zu (?:unterschreiben|bestellen|kaufen)"
        r"|zum (?:kauf|abschluss))\b|(?:ich|wir) (?:möchte|möchten|würde|würden|will|wollen)(?: (?:das|es"
        r"|den|die|bei|ihnen|jetzt|gern|gerne|gleich|sofort|heute|dann|also|verbindlich|gerät|vertrag|abo"
        r"|paket|tarif|lizenz\w*|auftrag)){0,5} (?:bestellen|unterschreiben)$",
    ),
}
"""What somebody says of themselves in so many words: sure, whatever else is known."""
REPEATED = (
    r"(?:ich|wir|er|sie|keiner|niemand) (?:weiß|wissen|wusste|wussten|fragte|fragten|sagte|sagten)"
    r"|keine ahnung|(?:mich|uns|ihn|sie|die|hat|haben) (?:gefragt|gesagt|erklärt|gezeigt)|egal"
    r"|kommt drauf an|darum geht's",
)
"""What only tells of the question behind it."""
LEISURE = (
    r"(?:vom|beim|gestrige\w*) (?:spiel|match)|(?:über|wegen) (?:das|des|dem|dieses) (?:spiel\w*|match\w*"
    r"|finale"
    r"|wetter\w*)|(?:das|dem) (?:spiel|match|finale) (?:gestern|gegen|am (?:samstag|sonntag|wochenende))"
    r"|fußball"
    r"|elfmeter|endspiel|pokalfinale|bundesliga|über die wahl|(?:im|am) fernsehen|schiedsrichter|lotto|netflix",
)
"""What people are upset about before a talk begins."""
_SACHE = (
    r"\w*(?:filiale|niederlassung|team|abteilung|standort|lizenz|monat|woche|nutzer|person|leute|mitarbeiter"
    r"|fahrzeug|wagen|lkw|maschine|gerät|platz|plätze|büro|laden|läden|halle|linie|lager|kunde|kurs|klasse"
    r"|schule|paket|modul|projekt|raum|räume|zimmer|tour|fahrer|schicht|bereich|region|haus|häuser|gebäude"
    r"|praxis|klinik|hotel|küche)\w{0,3}"
)
_GESPRÄCH = (
    r"(?:mikro\w*|ton|kamera|verbindung|leitung|bildschirm\w*|audio|video|link|kurz|nochmal|was|etwas|anders)"
)
_FEHLT = (
    r"(?:nichts?|nie|niemand\w*|kein\w*|ausfällt|ausfallen|ausfiele|abstürzt|kaputt\w*|weg (?:ist|sind|fällt"
    r"|wäre)|zu spät|zu (?:macht|machen)|pleite|kündig\w*|aussteigen?|raus (?:will|wollen)|schief\w*|brennt"
    r"|stromausfall|streik\w*|krank|fehlt|fehlen|verlier\w*|verloren|gehackt|gestohlen|verspätet|verzögert"
    r"|bricht|platzt|ohne|falsch|schaden|beschädigt|undicht|storniere\w*|abbricht|wegfällt|weggeht)"
)
_GELD = r"(?:geld\w*|spende\w*|gebühr\w*|miete|summe|beitr\w+|preis\w*|honorar\w*|rechnung|betrag\w*)"
_NEBENBEI = (
    r"(?:kaffee|essen|mittag\w*|pizza|getränk\w*|tisch|taxi|meeting|zoom|teams|call|besprechung|konferenz"
    r"|sitzung|raum|zimmer|flug|termin|tür|fahrrad|wasser)"
)
"""What people in a meeting order, book or lock that nobody here sells."""
_GERÄT = (
    r"(?:(?:das|die|der|mein\w*|unser\w*) )?(?:netz|internet|strom|wasser|warmwasser|heizung|system|server"
    r"|leitung|anschluss|telefon|programm|anlage|gerät|maschine|seite|dienst|empfang|app)"
)
ASKED = {
    "price": (
        r"was (?:kostet|kosten)|was (?:würden?|wird|werden|soll|sollen)(?: (?!wenn|falls|passier\w*)\S+){0,4}"
        r" kosten(?=$| (?:im|pro|für|wenn|bei|mit|ohne|insgesamt|denn|ungefähr|etwa|und|oder|monatlich"
        r"|jährlich)\b)",
        r"wie ?viel (?:kostet|kosten|verlangen sie|zahlen wir|zahle ich)|wie ?viel nehmen sie (?:denn |da |so"
        r" )?"
        r"(?:dafür|für|pro)|wie ?viel (?:ist|wäre|wird|macht) (?:das|es)(?: (?:denn|dann|so|ungefähr|etwa"
        r"|insgesamt"
        r"|alles|zusammen))*(?=$| (?:im monat|im jahr|pro|für)\b)|wie teuer (?:ist|sind|wäre|wären|wird|werden"
        r"|kommt|käme)",
        r"was (?:verlangen|berechnen) sie|was nehmen sie (?:denn |da |so )?(?:dafür|für|pro)",
        r"(?:ist|sind|wäre|wären|wird) (?:das|es|die|der|dies)(?: (?!nicht\b)\S+){0,3} (?:inbegriffen"
        r"|inklusive|enthalten|mit drin|im preis|kostenlos|kostenfrei|umsonst|gratis)(?=$| (?:oder|bei"
        r"|im|mit|in)\b)|(?:kostet|kosten) (?:das|es|die|der)(?: \S+){0,2} (?:extra|zusätzlich|was|etwas)(?=$"
        r"| oder\b)",
        r"(?:gibt es|gibt's|fallen|kommen|entstehen)(?: (?!nicht\b)\S+){0,3} (?:gebühren|zusatzkosten"
        r"|nebenkosten|extrakosten|weitere kosten|zusätzliche kosten|versteckte\w* kosten)\b|(?:muss|müssen)"
        r" (?:ich|wir)(?: \S+){0,2} (?:extra|dafür|zusätzlich|etwas) (?:extra )?(?:bezahlen|zahlen)\b",
        r"(?:kann|können|könnte|könnten) (?:ich|wir|man)(?: \S+){0,2} (?:in raten|monatlich|später|auf"
        r" raten) (?:bezahlen|zahlen)\b",
        r"(?:gibt es|gibt's|bekomme ich|kriege ich|bekommen wir|kriegen wir"
        r"|krieg ich)(?: (?!kein\w*\b)\S+){0,4}"
        r" (?:entschädigung|erstattung|gutschrift|rabatt|nachlass|geld zurück|anzahlung zurück|mengenrabatt"
        r"|skonto)\b",
        rf"wie ?viel(?: prozent)? (?:von )?(?:meiner|meinem|meines|dem|der|des|unserem"
        rf"|unserer) {_GELD}(?: \S+){{0,3}}"
        r" (?:kommt|geht|landet|bleibt)\b|wie ?viel(?: prozent)? davon (?:geht an|landet bei)\b"
        r"|wie ?viel (?:geld"
        r" )?(?:ist|wäre)(?: (?:noch|jetzt|da|denn))* (?:fällig|offen)\b|wie ?viel (?:schulde"
        r"|schulden) (?:ich|wir)"
        r"\b(?! (?:dir|euch)\b)",
    ),
    "buying": (
        rf"(?:können|könnten|kann|könnte|dürfen|darf) (?:wir|ich|man)(?: (?!{_GESPRÄCH}\b)\S+){{0,6}}"
        r" (?:ausprobieren|testen|probieren|testweise)",
        rf"(?:können|könnten|kann|könnte) (?:wir|ich|man)(?: \S+){{0,2}} (?:erstmal |erst mal |erst |nur )?mit "
        rf"(?:nur )?(?:(?:einem|einer|zwei|drei|vier|fünf|zehn|\d+|ein paar|wenigen)(?: \S+)? {_SACHE}"
        rf"(?: \S+){{0,2}}|dem kleinen\w*(?: \S+)?) (?:anfangen|starten|beginnen)",
        r"gibt es (?:eine|einen) (?:test|probe)(?:phase|zeit\w*|version|zugang|lauf|monat|lizenz|betrieb"
        r"|installation|stellung|abo|woche\w*)?",
        rf"(?:wie|wo) (?:kann|können|könnte|muss) (?:ich|wir|man)(?: (?!{_NEBENBEI}\b)\S+){{0,4}} (?:anmelden"
        r"|bestellen|buchen|registrieren|mitmachen|abschließen|unterschreiben)\b|wie (?:melde ich mich|bestelle"
        r" ich|bestellt man|buche ich)\b",
    ),
    "risk": (
        r"was (?:passiert|mache ich|machen wir|geschieht|ist (?:mit|dann))(?: \S+){0,2} (?:wenn|falls)\b",
        rf"(?:was (?:ist|wäre)(?: \S+){{0,2}}|und) (?:wenn|falls) (?:\S+ ){{0,10}}?{_FEHLT}",
        r"(?:woher|wie) (?:haben|hat|kommen|kennen) (?:sie|ihr)(?: denn| eigentlich| überhaupt| an)* (?:meine"
        r"|unsere|meinen|unseren)\b(?: \S+)? ?(?:nummer|telefonnummer|handynummer|adresse|daten|namen?"
        r"|e ?mail\w*|mailadresse|kontaktdaten)",
        r"(?:woher|wie) (?:weiß|wissen|kann|soll|können)(?: (?:ich|wir|denn|sicher|wissen|da))+ (?:dass"
        r"|ob) (?:das|sie|es)(?: \S+){0,4} (?:betrug|seriös|echt|sicher|wirklich|betrüger\w*)",
        r"(?:ist|sind) (?:das|sie|es|die)(?: (?:denn|überhaupt|auch|wirklich|eigentlich|etwa))* (?:seriös"
        r"|vertrauenswürdig|betrug|abzocke|zuverlässig|betrüger\w*)(?=$| oder\b)|sind sie(?: (?:denn|überhaupt"
        r"|auch|wirklich|eigentlich|etwa|ein|eine))+ (?:roboter|computer|maschine|(?:echter )?mensch|betrüger\w"
        r"*)(?=$| oder\b)|kann (?:ich|man) (?:ihnen|dem|euch)(?: \S+)? (?:ver)?trauen\b",
        r"(?:können|könnten|würden) sie(?: (?:mir|uns|das|denn|wirklich|dafür|wenigstens))* (?:garantieren"
        r"|versprechen|zusichern)\b|(?:garantieren|versprechen) sie (?:mir|uns|das)\b",
    ),
    "question": (
        r"wie (?:lange|schnell) (?:dauert|dauern|brauchen sie|braucht|braucht's|binden|bindet|sind wir"
        r"|bin ich|müssen wir|muss ich|würde|wird|geht)\b",
        r"(?:wann|bis wann) (?:hör\w*|bekomm\w*|krieg\w*|erfahr\w*|kann ich mit|können wir mit|weiß ich"
        r"|wissen wir)\b",
        r"wen (?:ruf\w*|kann|können|sprech\w*|frag\w*)|an wen (?:kann|können|wend\w*)"
        r"|wer ist (?:dann )?(?:mein|unser) (?:ansprechpartner\w*|chef|vorgesetzte\w*)",
        r"was würden sie (?:\S+ ){0,3}(?:machen|tun|raten|empfehlen|vorschlagen)|was (?:raten"
        r"|empfehlen) sie",
        r"wo (?:liegen|landen|stehen|werden|sind|bleiben) (?:\S+ )?(?:die|unsere|meine|ihre|denn die"
        r"|diese) ?(?:\S+ )?\w*daten",
        r"(?<!seit )(?:wann|bis wann) (?:(?:ist|sind|wird|werden|läuft|geht|funktioniert|hab\w*)(?: \S+){1,5}"
        r" (?:fertig|repariert|behoben|geliefert|erledigt|gelöst|montiert)|(?:ist|sind|kommt|läuft|geht"
        r"|funktioniert"
        rf"|hab\w*) (?:(?:ich|wir) )?(?:denn )?(?:{_GERÄT}|(?<!ist )(?<!kommt )(?:es|das|alles)) (?:denn "
        rf"|endlich )?"
        r"wieder(?! los))\b",
        r"was (?:passiert|geschieht)(?: \S+)? (?:danach|hinterher|nach (?:den|der|dem|\d+|drei|sechs|zwölf)"
        r"|am ende (?:der|des|von))\b|wie geht es (?:danach|dann|nach \S+(?: \S+)?) weiter\b",
        r"welche (?:anderen |weiteren )?(?:möglichkeiten|optionen|behandlungen|alternativen|programme"
        r"|pakete)(?: (?:gibt|habe|haben|hätte|hätten|bieten|gäbe|kommen|sehen)\b|$)|was (?:gibt es|habe"
        r" ich|haben wir)(?: da| denn)? für (?:möglichkeiten|optionen|alternativen|programme)\b",
    ),
    "frustration": (
        r"(?:warum|wieso|weshalb) (?:wurde|wurden|bin|sind|hat|habe|haben)(?: (?:ich|wir|mir|mich|uns"
        r"|man|sie|denn|keiner|niemand|da|eigentlich))+(?: (?:nicht|nie|vorher|darüber|bescheid|rechtzeitig))*"
        r" (?:informiert|benachrichtigt|gesagt|gewarnt|angerufen|mitgeteilt|bescheid)\b",
        r"(?:warum|wieso|weshalb) (?:wurde|wurden|wird|haben|hat)(?: (?:mir|uns|sie|man|denn|ich|noch"
        r"|immer))+(?: \S+){0,5} (?:abgebucht|berechnet|in rechnung)\b",
    ),
}
"""What is worth a card whoever asks it: a price, how long, what if, a trial. Sure as what is said outright."""
_KIN = (
    r"(?:mann|frau|vater|mutter|papa|mama|sohn|tochter|bruder|schwester|oma|opa|großmutter|großvater"
    r"|onkel|tante"
    r"|partner|partnerin|kind|baby|freund|freundin|enkel|enkelin)"
)
CARE = {
    "grief": (
        rf"(?:mein|meine|unser|unsere|ihr|sein|seine)\w* {_KIN} .{{0,30}}(?:gestorben|tot|verschieden)"
        r"|(?:er|sie) ist (?:\S+ ){0,3}(?:gestorben|tot)|verstorben\w*"
        rf"|(?:seit|als|weil) (?:mein\w*|unser\w*) {_KIN} (?:tot|gestorben)"
        rf"|(?:mein|meine|unser|unsere)\w* {_KIN} hat es (?:leider |einfach )?nicht geschafft(?! (?:zu"
        rf"|zum|zur))",
        r"tod (?:meine[rs]?|unsere[rs]?)|zu grabe|beerdig\w+|beisetzung|trauer(?:fall|feier)"
        r"|in trauer|trauern|(?<!schwarze )witwer?|todesfall"
        r"|von uns gegangen|(?:friedlich|sanft|für immer) eingeschlafen"
        rf"|fehlgeburt|{_KIN} (?:\S+ )?verloren|hospiz|sterbebegleitung",
    ),
    "danger": (
        r"brustschmerz\w*|(?:druck|schmerz\w*|stechen|enge) (?:auf|in) (?:der|meiner) brust|(?:keine"
        r"|kaum|schlecht) luft|nicht (?:mehr )?atmen|bewusstlos|ohnmächtig|notarzt|notaufnahme"
        r"|krampfanfall|herzinfarkt|schlaganfall|nicht (?:mehr )?ansprechbar|wacht nicht (?:mehr )?auf"
        r"|blaue? lippen|lippen (?:sind |werden )?(?:ganz )?blau|(?:läuft|lief|angelaufen) blau"
        r"|blau angelaufen"
        r"|(?:hat|habe) (?:\S+ ){0,3}(?:eine?n?|die|den|das|mein\w*) \S+ verschluckt|hals (?:schwillt"
        r"|ist zugeschwollen)",
        r"es brennt|brennt (?:gerade|schon)|(?:es|das gerät|der akku|das ding|die \w+) (?:raucht|qualmt)"
        r"|rauch (?:kommt|steigt)|(?:riecht|stinkt) (?:\S+ )?(?:nach (?:gas|rauch|verbrannt)|verbrannt)"
        r"|gasgeruch|stromschlag|blutet stark|funken (?:sprühen|kommen|fliegen)|schmort|kohlenmonoxid",
        r"umbringen|selbstmord|suizid|nicht mehr leben|keinen sinn mehr|schluss machen mit allem"
        r"|(?:ganze|alle) (?:packung|tabletten|schachtel)|(?:er|mein mann|sie) (?:schlägt|bedroht) mich|mit"
        r" (?:einem|dem) messer|arm (?:ist )?taub|gesicht hängt|ich (?:wäre |bin )?nicht mehr da(?: wäre"
        r"| bin)?|ohne mich besser|besser ohne mich|(?:ritze|verletze) mich(?: selbst)?",
    ),
    "secret": (
        r"(?:mein|meine|dein|ihr|ihre|das|die|der|sein|seine) (?:passwort|kennwort|geheimzahl|pin|tan"
        r"|sicherheitscode|zugangsdaten|kartennummer)(?! (?:vergessen|zurück\w*|ändern|neu|manager))"
        r"|(?:passwort|kennwort|pin|tan|zugangsdaten) (?:ist|lautet|lauten|sind|sagen|schicken)"
        r"|(?:ihnen|dir"
        r"|euch) (?:\S+ )?(?:die|eine) (?:tan|pin)|code (?:aus der|aus dem|per) (?:sms|mail|app)|code"
        r" (?:ist|lautet) \d|prüfziffer|mädchenname",
    ),
    "legal": (
        r"(?:von|mit|zu|über|an) (?:meinem|meinen|unserem|unseren|einem|einen) (?:rechts)?anwalt|(?:zum"
        r"|beim) (?:rechts)?anwalt|mein\w* (?:rechts)?anwalt|meine anwältin"
        r" (?:wird|meldet|sagt|meint)|verklag\w+|vor gericht|klage (?:ein|erheb)\w*|schadenersatz"
        r"|schmerzensgeld|(?:straf)?anzeige (?:erstatten|gegen)|zeige (?:sie|ich) .{0,12}an|rechtliche"
        r" schritte|verbraucherzentrale|schlichtungsstelle|abmahnung|ist das (?:überhaupt )?(?:legal"
        r"|erlaubt)",
    ),
    "trap": (
        r"unter uns|im vertrauen|ganz inoffiziell|muss (?:ja )?keiner wissen|sag(?:e)? (?:ich )?(?:'s |es"
        r" )?(?:auch )?(?:keinem|niemandem) (?:weiter)?|was (?:zahlen|zahlt) (?:denn )?(?:die anderen|ihr"
        r" anderer|der andere|(?:der|die) \S+ (?:bei|für))|(?:einfach|mal|trotzdem) (?:so )?(?:eintragen"
        r"|bestätigen|unterschreiben)|ohne (?:prüfung|rechnung)|rückdatier\w+|(?:altes|früheres)"
        r" datum|anderes datum (?:drauf|auf|rein|ein\w+)|am finanzamt|bar auf die hand"
        r"|schwarz (?:machen|zahlen|bezahlen|arbeiten)"
        r"|steht .{1,20} auf"
        r" der liste",
    ),
    "limit": (
        r"(?:ihr|ihre|das|der) (?:aller|absolut )?(?:letzte[rs]?|äußerste[rs]?|bestes|unterste[rs]?)"
        r" (?:preis|grenze|angebot|wort)|was ist (?:das|ihr)"
        r" äußerstes?|schmerzgrenze|wie weit (?:können|würden|gehen) sie|(?:maximal|höchstens) (?:zahlen"
        r"|ausgeben|bieten)|unterste grenze|(?:ihre|ihnen die|euch die) (?:unter|ober)grenze|ihr (?:limit"
        r"|minimum|maximum)|mindestpreis|welches budget|(?:was|wie hoch) ist (?:(?:denn|eigentlich|so"
        r"|ungefähr|etwa) )*ihr budget|(?:noch )?(?:weiter|tiefer) runter(?:gehen)?",
    ),
    "hardship": (
        r"kein geld (?:mehr|dafür|für)|arbeitslos|(?:arbeit|job|stelle) verloren|(?:wurde|worden|bin)"
        r" gekündigt|pleite|privatinsolvenz|verschuldet|habe schulden|obdachlos|kurzarbeit|bürgergeld"
        r"|hartz|grundsicherung|sozialhilfe|gerichtsvollzieher|gepfändet|pfändung|im rückstand|mahnbescheid"
        r"|konto (?:ist )?(?:überzogen|im minus)|tafel angewiesen|(?:miete|strom|heizung"
        r"|rechnung\w*) (?:\S+"
        r" )?(?:nicht (?:mehr )?(?:bezahlen|zahlen)|zahlen soll|bezahlen soll)|reicht (?:hinten und )?vorne"
        r" nicht|nicht leisten kann",
    ),
}

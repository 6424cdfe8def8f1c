"""French: the words behind the built-in signals, over normalised text."""

from __future__ import annotations

QUESTIONS = (
    r"\b(?<!c')est ce (?:que|qu'\S+|qui)\b|\bc'est (?:quoi|qui|quand(?! même)|où|combien|lequel|laquelle"
    r"|possible)\b",
    r"^{fillers}(?:que|quoi|quand(?! (?:j'|(?:je|tu|on|ils?|elles?|nous|ça|le|la|les|mon|ma|mes|un|une|c'est"
    r"|même)\b))"
    r"|où|pourquoi|comment|combien|qui|quel|quelle|quels|quelles|lequel"
    r"|laquelle|qu'est)\b",
    r"\b(?:comment|combien|pourquoi|quand) (?:ça|on|vous|je|nous|il|elle|de|d'\S+|est|sont|se|le|la|les)\b",
    r"\b(?:pouvez|pourriez|avez|auriez|êtes|seriez|savez|voulez|voudriez|faites|proposez|allez"
    r"|connaissez|pensez) vous\b",
    r"\b(?<!c')(?:peut|doit|va|a|est|faut) (?:on|il|elle|t il|t elle|t on)\b",
    r"\b(?:je (?:voulais|voudrais|me demande|me demandais)|j'aimerais|on aimerait) (?:\S+"
    r" )?(?:savoir|demander|comprendre|si|comment|pourquoi)\b",
    r"\b(?:ma|une|notre|la) question (?:c'est|est|serait|pour vous)\b",
    r"^{fillers}(?:dites|expliquez|montrez|racontez) (?:moi|nous)\b",
    r"\bon est (?:dans quelles eaux|sur quoi|à combien)\b|\bça (?:coûte|fait|donne|prend|marche)"
    r" (?:combien|comment|quoi)\b",
)
BARE_QUESTIONS = (
    r"\b(?:est ce qu'\S+|qu'est ce (?:que|qui|qu'\S+)|c'est quoi|c'est combien|c'est où|c'est quand"
    r"|ça fait combien|ça coûte combien|à quoi ça|quand est ce|d'où (?:ça|vous|tu|il|elle|vient|sort))\b",
    r"\b(?<!pas )(?<!sais )(?<!sait )(?<!savoir )(?<!voilà )(?<!est )(?<!dépend )(?<!explique )(?<!plus )"
    r"(?:combien|pourquoi|comment (?:ça|vous|on|je|tu|il|elle|ils|faire|se))\b",
    r"^{fillers}(?:qui|où|quel|quelle|quels|quelles|lequel|laquelle|combien|pourquoi|comment"
    r"|depuis quand|jusqu'à quand|à partir de quand|à quel\w*|de quel\w*|avec quel\w*"
    r"|pour quel\w*)\b(?! (?:même|à même))",
    r"\b(?:vous|tu|on|il|elle|ils|elles|je|ça|c'est|nous|sera|est|faut) (?:\S+ ){{0,6}}(?:(?:c'est|fait|fais"
    r"|faut"
    r"|faire|à|de|en|sur|avec) quoi|quand|où|qui|combien|comment|ou pas|ou non|ou quoi|quel \S+|quelle \S+)"
    r"(?: au juste| exactement| maintenant| alors| déjà| en fait)?$",
    r"(?<!je )(?<!on )(?<!ne )(?<!nous )(?<!tu )(?<!il )(?<!elle )(?<!vous )(?<!qui )(?<!ils )\b(?<!c')"
    r"(?:pouvez"
    r"|pourriez|avez|êtes|faites|savez|voulez|voudriez|connaissez|prenez|comptez|proposez|garantissez"
    r"|serait|est|sont|a t|ont|peut|pourrait|faut|doit|dois|puis|suis|ai|auriez|avais|as|es|peux|veux"
    r"|sais|fais) (?:vous|je|tu|il|elle|on|ils|elles|nous|t il|t elle|t on|ce)\b",
    r"^{fillers}(?:vous|tu) (?:n')?(?:pouvez|pourriez|voulez|connaissez|prenez|auriez|seriez|comptez|proposez"
    r"|garantissez|livrez|gardez|remboursez|déduisez|peux|veux|connais|aurais|serais"
    r"|(?:avez|as)(?! (?:dit|promis|oublié|raison|bien raison|de la chance)\b)"
    r"|(?:savez|sais) (?:si|où|quand|combien|comment|qui)) ",
    r"\b(?:on|je|il|elle|ça|c'est|vous|tu) (?:\S+ ){{0,12}}ou (?:je|j'\S+|on|il|elle|ça|c'est|vous|tu"
    r"|bien|pas|plutôt|alors|seulement|juste|faut)\b",
    r"\b(?:c'est ça|ou pas|ou non)$",
    r"^{fillers}(?:et )?(?:si|pour|avec|pendant) (?:\S+ ){{1,10}}(?:qui|comment|combien|quand|où"
    r"|que faire|je fais quoi|on fait quoi)\b",
)
"""Of words that come without any marks: what would rarely be no question."""

NOT_QUESTIONS = (
    r"\bcomment (?:allez vous|ça va|vas tu)\b|^(?:\S+ ){{0,3}}ça va$",
    r"\bvous m'entendez\b|\bvous voyez (?:mon écran|ce que je veux dire)\b",
    r"\b(?:qu'est ce que (?:vous voulez|tu veux)|que voulez vous|va savoir|n'est ce pas|vous savez quoi)$",
    r"\bvous imaginez la tête\b|\bquoi qu'il en soit\b|\bc'est (?:quoi|qui) déjà\b",
)
FILLERS = (
    "et|mais|donc|alors|bon|ben|bah|euh|oui|non|si|ok|d'accord|voilà|écoutez|dites|dites moi"
    "|attendez|enfin|ah|oh|hein"
    "|justement|pardon|excusez moi|s'il vous plaît|merci|en fait|du coup|et puis|après|sinon|juste",
)
PRICE = (
    r"prix|tarifs?|coûte(?:nt|ra|rait)?|coûts?|cher|chère|budget|devis|remise|rabais|ristourne"
    r"|réduction|facture\w*",
    r"combien (?:ça|on|il|pour|je|vous)|(?:euros?|pour ?cent) (?:par|de moins|de plus|en moins"
    r"|hors)|par (?:mois|an)",
    r"dans quelles eaux|moins cher|franchise|cotisation|acompte|frais|l'argent|payer|la moitié",
)
COMPETITOR = (
    r"concurren(?:t|ts|ce|te)|(?:un|une|d'un|les) autres? (?:prestataire|fournisseur|agence|offre"
    r"|devis|solution|outil)s?",
    r"(?:on|nous) (?:regarde|compare|a vu|discute|consulte) (?:\S+ )?(?:aussi|ailleurs|d'autres)|ailleurs",
    r"(?:changer|passer|basculer) (?:de prestataire|chez|à)|(?:voisin|beau frère|collègue)"
    r" .{0,40}\b(?:a pris|utilise|paie|a fait)",
    r"ils ont tout fait avec|on le fait nous mêmes|sur excel",
)
OBJECTION = (
    r"trop (?:cher|chère|compliqué|long|tôt|gros|grand|risqué|tard|juste)|l'argent jeté|jeter"
    r" l'argent|pas donné",
    r"pas (?:convaincue?s?|sûre?s?|certaine?s?|besoin|intéressée?s?|le temps|le budget|les moyens"
    r"|prêts?|d'accord|pour nous)",
    r"(?:je|on) (?:ne )?(?:vois|voit|comprends|sais) pas (?:l'intérêt|pourquoi|bien|trop|ce que|à quoi)",
    r"(?:ma|notre|la) (?:crainte|réserve|peur|inquiétude)|ce qui (?:me|nous) (?:gêne|fait peur"
    r"|retient|inquiète)|j'hésite",
    r"(?:on|nous) (?:a|avons) déjà (?:un|une|ce|quelque|essayé)|la dernière fois (?:ça|c'était|on"
    r"|qu'on|nous|que nous)|il y a des gens"
    r" .{0,30}qui trouvent",
)
STALL = (
    r"(?:laissez moi|je vais|on va|il faut que (?:je|j'|on)|besoin de) (?:\S+ )?(?:réfléchir"
    r"|réfléchisse|en parler|voir|regarder|passer|consulter|le temps)",
    r"on se (?:rappelle|recontacte|reparle|tient au courant)|je (?:vous|te) (?:rappelle|recontacte"
    r"|redis)|je reviens vers vous",
    r"(?:après|à la rentrée|en) (?:les vacances|l'été|la rentrée|le salon|septembre)|plus tard"
    r"|l'année prochaine|le mois prochain|mi \w+|pas (?:maintenant|le moment|pressée?s?|urgent)",
    r"envoyez (?:moi|nous) (?:quelque chose|un mail|une doc|la doc|une plaquette)|on verra|tranquillement",
)
DECISION = (
    r"déci(?:de|der|sion|dé|dent|dera)|(?:qui|c'est) .{0,15}signe|signature|valid(?:er|ation|e)"
    r"|approuv\w+|vot(?:e|er|ent)",
    r"(?:le|mon|au|du) (?:conseil|patron|président|directeur|comité|syndic|bureau|associé)|feu vert"
    r"|dernier mot|échéance|date limite",
)
COMMITMENT = (
    r"je (?:vous )?(?:envoie|enverrai|fais|ferai|prépare|rappelle|transmets|confirme|m'en occupe"
    r"|m'occupe|réserve|règle)(?: \S+){0,6} (?:demain|lundi|mardi|mercredi|jeudi|vendredi|ce soir"
    r"|aujourd'hui|semaine|avant|d'ici|pour)",
    r"(?:avant|d'ici|pour) (?:demain|lundi|mardi|mercredi|jeudi|vendredi|la fin|ce soir)|promis|je"
    r" vous promets|c'est noté|je m'en (?:occupe|charge)",
)
BUYING = (
    r"ça (?:me|nous) (?:va|plaît|convient)|c'est (?:parfait|bon pour moi|d'accord)|on (?:y va|signe"
    r"|le fait|part là dessus)",
    r"(?:quand|dès quand) (?:est ce qu'on|on|pouvez vous|peut on) (?:\S+ )?(?:commencer|démarrer"
    r"|lancer|livrer)",
    r"envoyez (?:moi|nous) le contrat|prochaine étape|je signe|je prends|vendu|banco|on commence",
)
PAIN = (
    r"(?:le|notre|mon) (?:vrai |gros |principal )?(?:problème|souci)|galère|casse tête|à la main"
    r"|perdre du temps|prend des heures",
    r"(?:ça|il|elle) (?:ne )?(?:marche|fonctionne) (?:pas|plus|mal)|en panne|cassée?|plante"
    r"|bloquée?s?|fuite|abîmée?",
    r"(?:a|ont|avons) perdu (?:la moitié|du temps|de l'argent|des clients)|on (?:n'y|y) arrive"
    r" (?:pas|plus)",
)
RISK = (
    r"résili\w+|rgpd|sécurité|données|responsab\w+|garantie?s?|assurance|clause|pénalité\w*|préavis"
    r"|engagement",
    r"(?:légal\w*|illégal\w*|avocat|autoris\w+|interdit\w*|norme\w*|arrêté|préfecture|pompier\w*"
    r"|incendie|sécheresse)",
    r"(?:danger\w*|risque\w*|accident\w*|blessée?s?|électri\w+)|si (?:jamais|ça tombe)|et si",
)
FRUSTRATION = (
    r"inadmissible|scandaleux|honteux|n'importe quoi|ras le bol|marre|furieu(?:x|se)"
    r"|énervée?s?|déçue?s?|agacée?s?|inacceptable",
    r"(?:encore une fois|toujours pas|ça fait (?:\S+ ){1,3}(?:fois|jours|semaines|mois)|depuis"
    r" (?:des|trois|deux|quinze) \w+)",
    r"personne (?:ne |n')?(?:\S+ ){0,2}(?:répond|rappelle|sait|vient|aide)|on se moque|se fiche|se"
    r" foutent|votre responsable",
)
CONFUSION = (
    r"(?:comprends|comprend|comprenons) (?:rien|pas|plus|plus rien)|j'y comprends|je suis perdue?|on"
    r" s'y perd|je m'y perds",
    r"c'est quoi|ça veut dire quoi|qu'est ce que c'est|lequel (?:croire|c'est)|l'un (?:me )?dit"
    r" .{0,60}l'autre|m'a dit que .{0,80}m'a dit que",
)
CHURN = (
    r"résili\w+|(?:je|on) (?:vais|va|préfère) (?:\S+ )?(?:partir|changer|arrêter|ailleurs|voir"
    r" ailleurs)|dernière (?:fois|chance)",
    r"rembours(?:er|ement|ez)|je (?:vous )?quitte|annul(?:er|e|ez) (?:le|mon|tout)|fermer (?:mon|le)"
    r" compte",
)
_TRÈS = (
    r"(?:(?:vraiment|très|assez|plutôt|tellement|un peu|franchement|complètement|carrément|extrêmement"
    r"|quand même|trop|si|de plus en plus|plus que|là|aussi) )*"
)
_FÂCHÉ = (
    r"(?:frustrée?s?|énervée?s?|agacée?s?|en colère|furieu(?:x|se|ses)|déçue?s?|exaspérée?s?|mécontente?s?"
    r"|excédée?s?|fâchée?s?|à bout)"
)
SUPPOSED = (
    r"(?:si (?=j'|je|on|nous|vous|il|ils|elle|ça|jamais|un|c')|s'il|s'ils|quand (?=j'|je|on|nous)|le jour où"
    r"|au cas où"
    r"|supposons|imaginons|pas que|(?:il|elle) (?:m'a dit|me dit|dit|a dit)(?= j'| je)"
    r"|(?:dit|disait)(?: que)?(?= (?:c'est|ce n'est) (?:vraiment )?(?:pas (?:juste|équitable|honnête)|injuste"
    r"|trop demander|(?:mon|ma|notre) derni)))",
)
"""What only supposes, denies or repeats the words behind it."""
OUTRIGHT = {
    "frustration": (
        rf"(?:je suis|j'suis|on est|nous sommes|ça me rend|ça nous rend) {_TRÈS}{_FÂCHÉ}",
        rf"(?<!pas )(?<!étais )(?<!était )(?<!été )(?:vraiment|très|tellement|extrêmement) {_FÂCHÉ}"
        r" (?:que|par|de|parce|contre|du|des)",
        r"(?:ça|cela) (?:m'|nous |me )(?:énerve|agace|exaspère|frustre|rend (?:fou|folle|dingue)"
        r"|met en colère)|(?:j'en ai|on en a|nous en avons) (?:vraiment |plus que |franchement )?(?:marre"
        r"|assez(?= d'| de (?:ce|cette|ces|vos|votre|vous|toujours|devoir)\b|$)|ras le bol)",
        rf"(?:c'est|ce n'est|cela est) {_TRÈS}(?:pas (?:acceptable|normal du tout)|inacceptable|inadmissible"
        r"|scandaleux|honteux|une honte|lamentable)|(?:je ne suis|on n'est|nous ne sommes|je suis) pas"
        r" (?:du tout |vraiment )?(?:contente?s?|satisfaite?s?)",
        r"(?:appelé|téléphoné|écrit|relancé)(?: \S+){0,2} (?:deux|trois|quatre|cinq|dix|plusieurs) fois"
        r"|(?:deux|trois|quatre|cinq|dix|plusieurs) fois que (?:j'appelle|je (?:vous )?(?:appelle|demande"
        r"|relance|écris))",
        r"personne (?:ne |n')?(?:(?:me|nous) (?:rappelle|répond|dit rien|prévient)|rappelle|est venu)"
        r"|à chaque fois (?:que j'appelle|on me dit)",
        r"(?:je|on|nous) (?:veux|voudrais|veut|voulons|demande à|exige de)(?: (?!pas\b)\S+)? (?:parler à"
        r" (?:(?:une?|votre) (?:responsable|supérieure?|chef|cheffe|manager)|le responsable)(?! (?:de|du|des"
        r"|qui|pour|sur|avant|par)\b)|(?:avoir|voir) (?:une?|votre) (?:responsable|supérieure?)(?=$| (?:tout"
        r" de suite|maintenant|immédiatement|s'il)\b))|passez moi (?:un|votre|le) (?:responsable|supérieur"
        r"|chef)",
        r"arrêtez de (?:m'|nous )(?:harceler\b|appeler(?=$| (?:s'il|tous|toutes|sans arrêt|ici|chez moi"
        r"|maintenant|à (?:la maison|mon|toute))\b))|ne (?:me rappelez|nous rappelez|nous appelez|m'appelez)"
        r" (?:plus|plus jamais|jamais)(?=$| (?:ici|à ce numéro|s'il)\b)|(?:c'est|vraiment) du harcèlement"
        r"|vous (?:me |nous )(?:fatiguez|harcelez)(?! (?:pas|plus|jamais)\b)|vous commencez à (?:me|nous)"
        r" fatiguer",
        r"c'est (?:comme ça|ainsi) que vous traitez (?:vos |les |de )*(?:bons |fidèles )?clients",
        r"vous (?:m'avez|nous avez) (?:\S+ )?(?:facturée?s?|prélevée?s?|débitée?s?|compté)(?: \S+){0,3}"
        r" (?:deux fois|en double|en trop|frais|pénalités?)",
    ),
    "pain": (
        r"(?:notre|mon|le) (?:principal|gros|vrai|plus gros|plus grand) (?:problème|souci)(?: \S+){0,3}"
        r" (?:c'est|est)(?! (?:réglé|résolu|pas))|(?<!combien )(?:ça|cela) nous (?:coûte (?:cher|une fortune"
        r"|énormément|beaucoup|de l'argent|du temps|des (?:heures|clients|milliers)|un temps)|fait perdre)"
        r"|on perd (?:un temps fou|des (?:heures|clients))|nous perdons des (?:heures|clients)",
        r"(?!.*\b(?:train|tunnel|métro|ascenseur|avion|bus|voiture)\b)(?:j'ai|je n'ai|on a|on n'a|nous"
        r" n'avons|nous avons) (?:toujours (?:plus|pas) (?:d'(?:internet|eau chaude|eau|électricité)|de"
        r" (?:réseau|chauffage|courant|connexion|ligne|téléphone|service))\b|(?:plus|pas) (?:d'(?:internet"
        r"|eau chaude|eau|électricité)|de (?:réseau|chauffage|courant|connexion|ligne|téléphone|service))"
        r" depuis\b)",
    ),
    "churn": (
        r"(?:je|on|nous) (?:veux|veut|voudrais|souhaite|vais|va|allons|voulons|souhaitons|aimerais) (?:(?!pas"
        r"|jamais)\S+ )?"
        r"(?:résilier|annuler (?:mon|notre)\b(?! (?:rendez|rdv|réunion|visite|cours))"
        r"|changer (?:de (?:fournisseur|banque|opérateur|prestataire)"
        r"|d'opérateur))|je résilie|nous résilions",
        r"(?:j'annule|on annule|nous annulons) tout\b|(?:je|on|nous) (?:pars|part|partons|passe|passons"
        r"|vais|va) (?:chez|à) (?:la concurrence|un concurrent|un autre (?:fournisseur|opérateur|prestataire)"
        r"|une autre (?:banque|société|compagnie))(?=$| (?:si|alors|sinon|parce"
        r"|le mois prochain|l'an prochain|la semaine prochaine)\b)",
    ),
    "stall": (
        r"(?:je|on|nous) (?:vais|va|dois|doit|devons|allons|voudrais|préfère) (?:(?!pas)\S+ )?(?:y "
        r"|en )?réfléchir"
        r"(?! (?:deux|une|un|cinq) )|laissez (?:moi|nous) (?:\S+ )?(?:y )?réfléchir(?! (?:deux|une|un|cinq) )"
        r"|(?:que j'y|qu'on y) réfléchisse"
        r"|envoyez (?:moi|nous) (?:\S+ )?(?:une|un|de la|des|votre) (?:doc\w*|mail|brochure|infos?)",
        r"envoyez (?:moi|nous)(?: \S+){0,2} (?:mail|par écrit|proposition|devis)|c'est à voir"
        r"|la nuit porte conseil",
    ),
    "objection": (
        r"(?:c'est|ça fait|ce serait|ça revient)(?: (?:bien|beaucoup|un peu|nettement|quand même|vraiment))*"
        r" plus"
        r" (?:cher (?:que|qu') ?(?:ce que )?(?:je |j'|on |nous )(?:\S+ )?(?:pensais|pensait|pensions|prévu"
        r"|imaginais"
        r"|croyais|paie|paye)|(?:que|qu') ?(?:ce (?:que |qu'))?(?:je |j'|on |nous )(?:\S+ )?(?:prévu|paie|paye"
        r"|pensais|pensait))",
        r"ah (?:oui|ouais) quand même|(?:c'est|ça fait|ce serait) (?:\S+ )?le double de (?:ce|mon|notre)"
        r"|c'est (?:une (?:sacrée )?somme|pas donné)",
        r"(?:j'ai|on a|nous avons|je l'ai|je les ai|on l'a|on les a|nous l'avons)(?: bien)? déjà (?:tout"
        r" )?(?:payée?s?|réglée?s?)(?=$| (?:ça|cela|tout|cette|la facture|les frais|ces frais|le montant"
        r"|hier|deux fois|par (?:carte|virement|chèque|prélèvement)|le mois|la semaine)\b)(?!.*\b(?:micro"
        r"|son|caméra|volume|écran|problème|déjeuner|resto|restaurant)\b)|c'est déjà payé(?=$| (?:depuis|par"
        r"|hier|et)\b)",
        r"(?:j'ai|on a|nous avons)(?: bien)? déjà (?:renvoyé|envoyé|rendu) (?:le|la|les|mon|ma|mes|ce|cette"
        r"|votre) (?:formulaire|colis|facture|chèque|paiement|déclaration|réclamation)s?\b",
        r"(?:je suis|on est) (?:\S+ )?(?:sûre?|certaine?)s? (?:d'avoir|de l'avoir|de les avoir|que je l'ai"
        r"|que j'ai|qu'on a) (?:\S+ )?(?:(?:payée?s?|résiliée?s?)(?! (?:le (?:déjeuner|dîner|café)"
        r"|l'addition)\b)|(?:réglé|envoyé|rendu|fourni|joint|transmis)(?: \S+){0,3} (?:formulaires?|colis"
        r"|factures?|chèques?|paiements?|déclarations?|réclamations?)\b)",
        r"(?:je|on|nous) (?:ne )?(?:paierai|paierons|paiera|payerai|vais pas payer|paie|paye) (?:pas (?:ça"
        r"|pour|deux)|rien(?=$| (?:du tout|de plus)\b)|pas un (?:centime|euro)|jamais)\b|(?:je"
        r"|on) refuse de payer",
        r"(?:je n'ai|j'ai|on n'a|nous n'avons) (?:pas|aucun|jamais)(?: eu| signé| ouvert)? (?:de |d'|aucun"
        r" )?(?:dossier|contrat|compte|abonnement|commande|crédit)s? (?:chez|avec) vous\b(?! encore)|(?:je"
        r" n'ai|j'ai|on n'a) jamais (?:signé|commandé|demandé|accepté) (?:ça|cela|rien|ce )",
        r"(?:le prix|le tarif|le devis|le coût|votre (?:prix|devis|offre)|le loyer)(?: \S+)? (?:(?:est"
        r"|était)(?: (?!pas\b)\S+){0,3} (?:(?:plus (?:élevé|cher|haut)|supérieur\w*)(?=$| que\b| qu'| à (?:ce"
        r"|notre"
        r"|mon)\b)|au dessus de (?:ce|notre|mon|nos)|hors (?:de )?(?:notre|mon|nos|du) budget)"
        r"|dépasse(?: (?!pas\b)"
        r"\S+){0,2} (?:notre|mon|nos|le) budget)",
        r"(?:je|on|nous) (?:pensais|pensait|pensions|tablais|tablait|comptais|comptait|espérais|espérait"
        r"|(?:avais"
        r"|avait|avions) (?:plutôt )?(?:prévu|budgété|un budget))(?: (?:plutôt|plus|à|sur|mettre|payer|dans|les"
        r"|autour|de|environ|quelque|chose|comme|un|budget))* \d[\d ]*(?:€| ?(?:mille )?euros| ?mille(?=$))",
        r"c'est (?:mon|ma|notre) (?:dernière (?:offre|proposition)|dernier (?:mot|prix))|c'est à prendre"
        r" ou à laisser|à prendre ou à laisser|sinon (?:je|on) (?:laisse tomber|m'en vais|s'en va|arrête"
        r"|abandonne)$",
        r"(?:^|(?<=^non )|(?<=^désolé )|(?<=^désolée )|(?<=^mais )|(?<=^écoutez )|(?<=^franchement ))(?:ça"
        r"|cela) (?:ne )?(?:me|nous) (?:convient|va|conviendra|convient vraiment) pas(?=$| (?:du tout|parce|car"
        r"|à ce prix|à ce tarif)\b)(?!.*\b(?:\w+di|demain|dimanche|heures?|\d+ ?h|matin|écran|micro|son|caméra"
        r"|lien)\b)|(?:ce n'est|c'est)(?: vraiment)? pas (?:juste|équitable|honnête)"
        r"(?=$| (?:du tout|(?:pour|envers) (?:moi|nous)|de (?:votre|me|nous))\b)|c'est (?:injuste"
        r"|trop demander)\b"
        r"(?! (?:pour|envers|avec) (?!moi\b|nous\b))",
    ),
    "competitor": (
        r"(?:mon|ma) (?:frère|sœur|voisine?|collègue|cousine?|amie?|beau frère|belle sœur) (?:\S+ )?(?:(?:paie"
        r"|paye)"
        r"(?: \S+){0,3} (?:moins|moitié|euros|par mois)|a (?:pris|acheté)(?: \S+){0,3} (?:moins cher|la moitié"
        r"|concurren\w+)|est chez (?:la concurrence|un (?:concurrent|autre (?:fournisseur|opérateur"
        r"|prestataire)))"
        r"|utilise une? autre)|(?:celui|celle) de (?:mon|ma) (?:\S+ ){1,2}(?:il |elle )?(?:coûte|est (?:moins"
        r" cher|à (?:dix|vingt|trente|quarante|cinquante|soixante|cent|mille|\d+)))",
        r"(?:vos concurrents|l'autre (?:fournisseur|société|boîte|agence)) (?:\S+ ){0,3}(?:dit|disent"
        r"|propose\w*|offr\w*)|on a (?:aussi )?(?:vu|regardé|essayé|eu|reçu) (?:(?:une?|deux|trois|d') ?autres?"
        r"|deux|trois) (?:démo\w*|logiciels?|offres?|fournisseurs?|outils?|devis|sociétés?|prestataires?"
        r"|solutions?)",
        r"on a (?:aussi )?(?:(?:vu|regardé|essayé) un logiciel|(?:vu|regardé|eu) une démo\w* (?:d'une?"
        r" (?:autre|logiciel)"
        r"|un logiciel|chez|ailleurs))",
        r"(?:(?:j'en ai|on en a) (?:vu|trouvé)|(?:j'ai|on a) (?:vu|trouvé) (?:(?:la|le|les) mêmes?|moins"
        r" cher|pareil|une? (?:\S+ )?(?:similaire|équivalente?|identique)))(?: (?!film\b"
        r"|spectacle\b)\S+){0,5}? (?:à|pour) \d[\d ]*(?:€| ?euros)(?! (?:sur|chez) (?:votre|vous))|(?:sur"
        r" (?:amazon|internet|le bon coin)|ailleurs|en ligne) (?:c'est|ça (?:coûte|vaut)|il est|elle est|il"
        r" y en a|on en trouve|(?:on|je) trouve (?:la|le) même|je (?:l'ai|la|le)(?: (?:vue?|trouvée?|trouve"
        r"|vois))?)(?: (?:moins cher|seulement|aussi))?(?: (?:à|pour))? \d[\d ]*(?:€| ?euros)(?=$|\W)",
    ),
    "decision": (
        r"(?:je|il faut que je|faut que je|je dois|on doit) (?:\S+ )?(?:regarde|vois|parle|demande"
        r"|demander|voir|parler|regarder|discuter)(?: \S+){0,3} (?:avec|à) (?:mon|ma|notre|le|la) (?:mari"
        r"|femme|associée?|patronn?e?|directeur|directrice|comptable|conseil|frère|chef|direction)",
        r"le conseil (?:doit|décide|vote|a (?:dit|trouvé|refusé))|c'est (?:mon|ma|notre) \S+ qui (?:signe"
        r"|décide)",
    ),
    "buying": (
        r"(?:je suis|on est|nous sommes) (?:prêts?|prête|prêtes) à (?:signer|s'engager|(?:commander"
        r"|acheter)(?! (?:\S+ ){0,2}(?:manger|déjeuner|dîner|pizzas?|cafés?|billets?)\b)|(?:démarrer"
        r"|commencer) (?:le|l'|avec le) ?(?:contrat|abonnement))\b",
    ),
}
"""What somebody says of themselves in so many words: sure, whatever else is known."""
REPEATED = (
    r"(?<!comment )(?:je|on|il|elle|nous) (?:sais|sait|savais|savait|savons)|(?:m'a|nous a|lui a"
    r"|m'ont) (?:demandé|dit"
    r"|expliqué)|aucune idée|peu importe|ça dépend",
)
"""What only tells of the question behind it."""
LEISURE = (
    r"(?:le|du|au|ce) (?:match|foot|loto|temps qu'il fait)|finale (?:de la (?:coupe|ligue)|d'hier|du mondial)"
    r"|coupe (?:du"
    r" monde|de france|d'europe)|la série (?:d'hier|sur netflix)|à la télé|l'arbitre|netflix",
)
"""What people are upset about before a talk begins."""
_CHOSE = (
    r"(?:seule? |petite?s? |premi\S+ )?(?:agences?|équipes?|mois|semaines?|licences?|utilisateurs?|personnes?"
    r"|services?|sites?|bureaux?|magasins?|boutiques?|camions?|véhicules?|machines?|salles?|modules?|dépôts?"
    r"|entrepôts?|classes?|écoles?|clients?|projets?|postes?|chambres?|étages?|filiales?|départements?|régions?"
    r"|maisons?|serres?|bâtiments?|cabinets?|cliniques?|hôtels?|ateliers?|tournées?|chauffeurs?)\b"
)
_ESSAYÉ = (
    r"(?:$| (?:ça|cela|d'abord|avant|gratuitement|juste|seulement|pendant|chez)\b| (?:dans|avec|sur|par)"
    r" (?:une?|deux"
    rf"|trois|quelques|nos|notre) {_CHOSE}| (?:une?|deux|trois|quelques) {_CHOSE}| (?:le|la|votre) (?:système"
    r"|logiciel|produit|service|module|solution|version|machine|plateforme|formule|forfait)| l'(?:outil"
    r"|appli\w*"
    r"|offre))"
)
_CASSE = (
    r"(?:pas|jamais|rien|personne|aucune?|ne|n'\S+|panne|casse|cassé|plante|tombe\w*|coupe|coupure|perd\w*"
    r"|résili\w*"
    r"|annul\w*|s'arrête|arrête|retard|échou\w*|fuite|malade|quitt\w*|faillite|trompe|erreur|problème|manque"
    r"|refus\w*"
    r"|dépass\w*|bug\w*|pirat\w*|grève|inond\w*|brûle|sans|trop (?:tard|lent|cher|petit))\b"
)
ASKED = {
    "price": (
        r"(?:c'est|ça fait|ça coûte|ça revient à|vous prenez|on paie|je paie) combien\b(?! de\b)|combien"
        r" (?:est ce"
        r" qu(?:e |'))?(?:(?:ça|cela) (?:nous |me |vous )?(?:coûte\w*|fait|ferait|revient|reviendrait|vaut)(?!"
        r" de\b)"
        r"|vous (?:prenez|facturez|demandez)|(?:on|je) (?:paie|paye|paierait|paierais)|il faut (?:payer"
        r"|compter|mettre)"
        r"|coûte\w*|vaut)\b|quel (?:est|serait) (?:le|votre) (?:prix|tarif|coût)|ça (?:nous |me )?coûterait"
        r" combien"
        r"|quel budget|c'est quel prix",
        r"(?:c'est|est ce que c'est|ce serait|tout est|l'installation est|la livraison est|la formation"
        r" est|le support est)(?: (?!pas\b)\S+){0,2} (?:(?:inclus\w*|en plus|gratuit\w*|offerte?s?)(?=$"
        r"| (?:dans"
        r"|ou|avec|aussi|dedans)\b)|compris\w*(?= (?:dans|dedans|ou (?:en plus|en supplément|à part"
        r"|payant|(?:je|on) paie|il faut))\b))"
        r"|(?:l'installation|la livraison|la formation|le support) est comprise?(?=$| ou\b)",
        r"(?:il y a|y a t il|y a|vous avez|est ce qu'il y a)(?: (?:aussi|encore))? des (?:frais|coûts"
        r"|suppléments)(?: \S+){0,2}(?=$| (?:en plus|cachés|à côté|supplémentaires|de)\b)|(?:je dois|il"
        r" faut|on doit|faut il|dois je)(?: \S+)? payer (?:en plus|un supplément|quelque chose|pour ça)\b",
        r"(?:je peux|on peut|peut on|puis je|est ce qu'on peut|est ce que je peux)(?: \S+)? (?:payer|régler)"
        r" (?:en (?:plusieurs|trois|quatre|deux|\d) fois|au mois|mensuellement|plus tard|à crédit)\b",
        r"(?:il y a|y a t il|est ce qu'il y a|y a|j'ai droit à|on a droit à|est ce que j'ai droit à|je"
        r" peux avoir|on peut avoir|vous faites)(?: (?!pas\b)\S+){0,2} (?:dédommagement|compensation"
        r"|remboursement"
        r"|remise|réduction|ristourne|geste)\b|(?:je|on) (?:serai|sera|suis|est) remboursée?s?\b",
        r"(?:combien|quelle part|quel pourcentage) (?:de l'argent|(?:de|du) (?:(?:mon|ma|mes|notre|nos|la|ce"
        r"|cette)"
        r" )?(?:\S+ )?(?:dons?|cotisation|loyer|somme|prix|facture|frais|participation"
        r"|budget))(?: \S+){0,3} (?:va"
        r"|vont|revient|arrive|reste)\b|combien (?:(?:je|on) (?:vous )?doi[st](?=$| (?:payer|encore|en tout|au"
        r" total)\b)|reste t il à payer|il reste à payer)\b",
    ),
    "buying": (
        rf"(?:on|je|nous) (?:peut|pourrait|peux|pourrais|pouvons|pourrions)(?: \S+){{0,2}}"
        rf" (?:l')?(?:(?:essayer|tester)"
        rf"(?={_ESSAYÉ})|faire un essai(?! (?:de (?:son|micro\w*|caméra)|micro))|commencer (?:par|avec)"
        rf" (?:juste "
        rf"|seulement )?(?:une?|deux|trois|quelques) {_CHOSE})",
        rf"(?:est ce qu'|y a t il |il y a )(?:\S+ ){{0,3}}(?:une? )?(?:période d'essai|essai gratuit)|peut on"
        rf" (?:\S+ )?"
        rf"(?:l')?(?:essayer|tester)(?={_ESSAYÉ})",
        r"comment (?:je fais pour|on fait pour|faire pour|puis je|peut on|je peux|on peut|est ce que je"
        r" peux)(?: m'| s'| nous )? ?(?:m'inscrire|s'inscrire|inscrire|souscrire|adhérer|s'abonner"
        r"|m'abonner|signer|(?:commander|réserver)(?! (?:à manger|(?:un|une|le|la|du|des) (?:cafés?|déjeuner"
        r"|dîner"
        r"|repas|table|salle|taxi|pizzas?|chambre|train|vol))\b))\b",
    ),
    "risk": (
        r"(?:qu'est ce qui se passe|que se passe t il|il se passe quoi|ça se passe comment|on fait (?:quoi"
        r"|comment)|je fais (?:quoi|comment)) (?:si|quand)\b",
        rf"et (?:si|s'il|s'ils)\b(?! (?:on|nous) (?!perd|ne|n')\S+(?:ait|ions)\b)(?: \S+){{0,8}}? {_CASSE}",
        r"(?:d'où|comment|où)(?: est ce que)? (?:avez vous|vous avez|tenez vous|vous tenez|sortez vous)(?:"
        r" \S+)? (?:mon|mes|ma|notre|nos) (?:\S+ )?(?:numéro|coordonnées|adresse|nom|mail|données|téléphone)"
        r"|(?:qui vous a donné|vous avez eu) (?:mon|mes|notre) (?:\S+ )?(?:numéro|coordonnées|adresse"
        r"|mail)",
        r"(?:comment (?:je sais|savoir|je peux savoir|être sûre?)|qui me dit|qu'est ce qui me (?:dit|prouve"
        r"|garantit))(?: (?:que|si|qu'))? ?(?:c'est|ce n'est|vous|que|qu'il)",
        r"(?:c'est|est ce que c'est|est ce)(?: (?!pas\b)\S+)? (?:une arnaque|fiable)(?=$| ou\b| au moins\b)"
        r"|(?:vous êtes|êtes vous|est ce que vous êtes)(?: (?!pas\b)\S+)? (?:fiables?|un robot|une machine"
        r"|un vrai humain|une vraie personne|un ordinateur)(?=$| ou\b| au moins\b)|(?:je peux|on peut"
        r"|puis je) (?:vraiment )?vous faire confiance",
        r"(?:vous (?:pouvez|pourriez)|pouvez vous|pourriez vous|est ce que vous pouvez)(?: (?:me|nous"
        r"|le|vraiment|au moins))* (?:garantir|promettre|certifier)\b|vous (?:me |nous "
        r")?(?:garantissez|promettez)\b",
    ),
    "question": (
        r"(?:ça (?:prend|prendrait|dure|va prendre|met)|il faut(?: compter)?|vous mettez) combien de temps"
        r"|combien de temps (?:ça|cela|il|est ce|pour|faut|vous|prend|dure|avant)|on s'engage (?:pour "
        r"|sur )?combien|engagés? (?:pour |sur )?combien",
        r"(?:quand|sous combien|dans combien)(?: est ce qu\w*'?| \S+){0,3} (?:aurai|aura|aurons|saurai"
        r"|saurons|recevrai|recevrons|nouvelles|réponse)|j'aurai (?:une )?réponse quand",
        r"qui (?:est ce que )?(?:j'appelle|on appelle|je dois appeler|appeler)|j'appelle qui"
        r"|on appelle qui",
        r"vous feriez quoi|que feriez vous|qu'est ce que vous (?:feriez|conseillez|proposez|recommandez)"
        r"|vous (?:nous |me )?conseillez quoi|que (?:nous )?conseillez vous",
        r"où (?:sont|vont|seront|est ce que sont)(?: \S+){0,2} données|(?:les|nos"
        r"|mes) données(?: \S+){0,3} où",
        r"(?:quand|pour quand)(?: est ce que| est ce qu'| exactement)?(?: \S+){0,4} (?:réparée?s?|prête?s?"
        r"|rétablie?s?|livrée?s?|réglée?s?|résolue?s?|installée?s?|remarche\w*|de retour)\b|(?:ce sera"
        r"|ça sera|c'est) (?:réparé|prêt|rétabli|livré|réglé|résolu) (?:quand|pour quand)",
        r"(?:qu'est ce qui se passe|que se passe t il|il se passe quoi|ça se passe comment)(?: \S+)? (?:après"
        r"|ensuite|à la fin|au bout)\b",
        r"(?:quelles? sont|c'est quoi|quels sont) (?:les|mes|nos|vos) (?:\S+ )?(?:options|possibilités"
        r"|traitements|solutions|alternatives|choix|programmes|formules)\b|(?:quel genre|quel type|quelle"
        r" sorte) (?:de|d') ?(?:programmes?|formules?|aides?|offres?|traitements?|options?)\b",
    ),
    "frustration": (
        r"pourquoi (?:je n'ai|on ne m'a|on m'a|on ne nous a|personne ne m'a|personne ne nous a|est ce"
        r" que je n'ai|vous ne m'avez|n'ai je|n'avons nous)(?: \S+){0,2} (?:prévenue?s?|avertie?s?|informée?s?"
        r"|dit|appelée?s?|notifiée?s?|rien dit)\b",
        r"pourquoi (?:on m'a|vous m'avez|m'avez vous|ai je|est ce qu'on m'a|est ce que vous m'avez|j'ai"
        r" été)(?: \S+)? (?:facturée?|prélevée?|débitée?|compté)\b",
    ),
}
"""What is worth a card whoever asks it: a price, how long, what if, a trial. Sure as what is said outright."""
_KIN = (
    r"(?:mari|femme|père|mère|papa|maman|fils|fille|frère|sœur|compagnon|compagne|bébé|enfant"
    r"|grand père|grand mère"
    r"|mamie|papi|oncle|tante|conjoint|ami|amie)"
)
_DAY = (
    r"(?:hier|aujourd'hui|déjà|tôt|ce matin|ce soir|cette semaine|ce week end"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)(?: matin| soir| dernier)?"
)
_DOING = (
    r"(?:s'|se |y |en |m'|me |nous )?"
    r"(?:(?!(?:hier|janvier|février|hiver|premier|dernier|léger|fier|reposer en)\b)\w+er"
    r"|vivre|faire|prendre|apprendre|vendre|suivre|voir|courir|dormir|boire|construire|conduire|servir)"
)
"""A verb, and so what somebody left to do: the few other words that end alike tell when or how."""
_GOING = (
    r"chez(?! le (?:bon dieu|seigneur))|avec(?! les anges)"
    r"|pour(?! (?:toujours|de bon|l'éternité|l'au delà|l'autre|un monde|un meilleur|le ciel|le paradis"
    r"|(?:son|le) (?:dernier|grand)))"
    r"|aux?(?! (?:ciel|cieux|paradis|petit|mois|printemps|début|milieu|bout|terme|cours|moment|matin|réveil"
    r"|lever))"
    r"|à (?!\d|l'(?:hôpital|âge|aube|automne)|la (?:suite|fin|veille|toussaint)|cause|jamais|noël|pâques|midi"
    r"|minuit|(?:peine|presque|seulement|plus|un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze"
    r"|treize|quatorze|quinze|seize|vingt|trente|quarante|cinquante|soixante|cent)\b)\w+"
    r"|en (?:vacances|voyage|week|ville|déplacement)"
)
"""Where to, or with whom: not when, at what age, of what, or to heaven."""
_RESTOS = r"restos? du c(?:œ|oe)ur"
CARE = {
    "grief": (
        rf"(?:mon|ma|notre|son|sa) {_KIN} .{{0,20}}(?:est mort|est morte|est décédée?"
        rf"|nous a quittée?s?|vient de"
        rf" mourir|est partie?(?!(?: {_DAY})? (?:{_DOING}|{_GOING})\b))"
        r"|(?:il|elle) est (?:mort|morte|décédée?)(?! de rire)|(?:il|elle) nous a quittés"
        r"|décédée?s?",
        rf"mort de (?:mon|ma|notre)|perdu (?:mon|ma|notre|le|un) {_KIN}|enterr(?:é|ée|ement)|obsèques"
        rf"|en deuil|veuve(?! (?:noire|clicquot))|veuf"
        rf"|fausse couche"
        r"|incinér\w+|soins palliatifs",
    ),
    "danger": (
        r"(?:mal|douleur|poids|pression|serre) (?:à|dans|sur) la poitrine|(?:n'arrive (?:plus|pas) à|ne"
        r" peut (?:plus|pas)|peine à|du mal à) respirer|respire (?:plus|mal)|inconsciente?|évanouie?|le"
        r" samu|les urgences|crise (?:d'épilepsie|cardiaque)|ne se réveille (?:plus|pas)"
        r"|lèvres? (?:toutes? )?(?:bleues?"
        r"|violettes?)|(?:tout|devient|devenue?) bleue?|gorge (?:gonfle|qui gonfle|se ferme)",
        r"(?:de la|il y a|y a) fumée|de la fumée|ça (?:brûle|fume|sent le brûlé)|odeur de (?:gaz"
        r"|brûlé)|sent le"
        r" gaz|électrocut\w+|étincelles|monoxyde|saigne beaucoup|suicid\w+|(?:veux|envie d') ?en finir|plus"
        r" envie de vivre|veux mourir|mieux sans moi|ne plus me réveiller|me fai(?:s|re) du mal"
        r"|avalé (?:toute"
        r"|tous|toutes|une?|des|la|le|les)|il me (?:frappe|bat|menace)|(?:avec|un) couteau|bras (?:engourdi"
        r"|paralysé)",
    ),
    "secret": (
        r"(?<!oublié mon )(?<!oublié le )(?<!réinitialiser mon )(?<!réinitialiser le )(?<!changer mon )"
        r"(?<!changer le )(?<!changer de )(?<!gestionnaire de )mots? de passe|code secret|code pin"
        r"|code de sécurité|mes"
        r" identifiants|numéro de (?:ma )?carte|code (?:reçu|que j'ai reçu|par sms|de ma carte)"
        r"|le pin|trois"
        r" chiffres (?:au dos|derrière)",
    ),
    "legal": (
        r"mon avocat|notre avocat (?:va|vous|nous|prendra|dit)|(?:prendre un|par un|par mon) avocat|(?:voir"
        r"|appeler|contacter) (?:un|mon) avocat|au tribunal|porter plainte|portez? plainte|poursui\w+ en"
        r" justice|(?:vous|les) poursuivre|dommages et intérêts|mise en demeure|c'est illégal|c'est"
        r" légal|prud'hommes|répression des fraudes|en justice",
    ),
    "trap": (
        r"entre nous|à titre confidentiel|confidentiellement|officieusement|personne n'en saura"
        r"|ça reste entre"
        r"|(?:dirai|répéterai|dirais) (?:rien )?à personne|combien (?:paient|vous font|ont payé) les autres"
        r"|combien (?:(?:elle|il|ils|elles) )?(?:paie|paye|paient|payent) (?:la|le|les|l'|vos|votre"
        r"|leur)|sans"
        r" facture|(?<!écran passe )(?<!écran est passé )(?<!écran vire )(?<!écran reste )au noir"
        r"|de la main à la main|fermer les yeux(?! quand (?:le|la) (?:laser|flash|lumière))|antidat\w+"
        r"|une autre date (?:sur|dessus)",
    ),
    "limit": (
        r"(?:votre|le|quel est votre) (?:tout )?(?:dernier prix|prix (?:minimum|le plus bas)|dernier mot"
        r"|meilleur prix|prix plancher|budget maximum)|votre"
        r" (?:maximum|limite|plancher|plafond)|le (?:maximum|minimum) que vous|jusqu'où (?:vous )?(?:pouvez"
        r"|pourriez|iriez|descend\w*|êtes vous prêt)",
    ),
    "hardship": (
        r"au chômage|surendett\w+|plus d'argent|fins? de mois|à la rue|sans abri|le rsa|pas les moyens"
        r"|perdu mon (?:travail|emploi|boulot)|licenciée?|(?:payer|régler) (?:le|mon|notre) loyer"
        rf"|(?:(?:mange(?!r)\w*|dîne(?!r)\w*|droit)(?: \S+){{0,3}} aux|inscri\w+ aux|aidée?s? par les"
        rf"|(?:vi[ts]|vivons|vivent|survi\w+|dépend\w*)(?: \S+)? (?:des|avec les|grâce aux)) {_RESTOS}"
        rf"|(?:je|tu|on|nous|ils?|elles?|parents|enfants|famille|{_KIN}) (?:vais|vas|va|vont|allons|allait"
        rf"|allais|suis allée?|est allée?s?) (?:(?:maintenant|même|aussi|déjà|encore|souvent|chercher|manger)"
        rf" (?:\S+ )?)*aux {_RESTOS}(?! (?:\S+ )?(?:bénévol\w+|aider|distribuer|servir|donner|déposer))"
        rf"|(?:reste(?: plus)?(?: que)?|plus que|en (?:suis|est|sommes)|sinon c'est) (?:les|aux) {_RESTOS}"
        rf"|{_RESTOS} (?:me|nous) (?:aid|nourri|dépann|donn|sauv)\w+"
        r"|huissiers?|endettée?s?"
        r"|à découvert|interdit bancaire|loyers? (?:de retard"
        r"|en retard|impayés?)"
        r"|mois de retard|saisie sur salaire",
    ),
}

"""Spanish: the words behind the built-in signals, over normalised text."""

from __future__ import annotations

QUESTIONS = (
    r"^{fillers}(?:qué|cómo|cuándo|dónde|por qué|quién|quiénes|cuál|cuáles|cuánto|cuánta|cuántos"
    r"|cuántas|para qué|de qué|a qué|con qué|en qué)\b(?! (?:bien|bonito|bueno|va|pena|lástima|alegría"
    r"|maravilla"
    r"|suerte|ilusión|rico|susto|barbaridad|horror|fuerte|calor|frío)\b)",
    r"\b(?:cuánto|cuándo|cómo|dónde) (?:cuesta|cuestan|vale|sale|sería|es|está|puede|podemos|pueden"
    r"|se|lo|tarda|funciona|hacen|hace|van|va|me|nos)\b",
    r"\b(?:y|pero|entonces) (?:qué|cómo|cuánto|cuándo|quién) (?:\S+)",
    r"^{fillers}(?:puede|pueden|podría|podrían|tiene|tienen|hay|es|está|se puede|me puede|nos puede"
    r"|sabe|saben|ofrecen|incluye|funciona|sirve|cree|creen) (?:usted|ustedes|que|algún|alguna|algo"
    r"|un|una|posible|cierto|decirme|decirnos|el|la)\b",
    r"\b(?:quería|quisiera|me gustaría|nos gustaría|queremos|quiero) (?:saber|preguntar\w*|entender)\b",
    r"\b(?:mi|una|otra|nuestra|la) pregunta (?:es|sería|para)\b",
    r"^{fillers}(?:dígame|díganos|explíqueme|explíquenos|cuénteme|dime|explícame)\b",
    r"\b(?:verdad que no|es así|se puede|no es cierto|o no)$",
)
BARE_QUESTIONS = (
    r"(?<!sé )(?<!sabe )(?<!dice )(?<!saber )(?<!sabemos )(?<!acuerdo )(?<!ver )(?<!digo )(?<!ni"
    r" )(?<!sabes )(?<!explica )\b(?:qué|cuánt[oa]s?|cuándo|dónde|quién|quiénes|cuál|cuáles|cómo"
    r"|adónde)\b(?! (?:bien|bonito|bueno|va|pena|lástima|tarde|cosas|rico|alegría|maravilla|suerte"
    r"|ilusión|más quisiera"
    r"|sé yo))",
    r"^{fillers}(?:puede(?! ser)|puedes|podéis|pueden|podría|podrías|podríais|podrían|tienes|tenéis"
    r"|(?:sabe|sabes|sabéis|saben) (?:si|qué|cuánto|cuándo|dónde|quién|cómo|cuál)|hacéis|vais|has|habéis"
    r"|quieres|queréis|conocéis|se puede|se pueden|se podría|lleváis|dais|cobráis|ofrecéis|me puede"
    r"|me puedes|me podéis|me podría|nos puede|nos podéis|nos podría) \S+ \S+",
    r"\b(?:(?<!la )(?<!es )(?<!de )verdad|o no|o qué|o cómo)$",
    r"\b(?:o (?:lo|la|los|las|hay|es|se|no|ya|tengo|puedo|tenemos|sigo|seguimos|va|te|me|nos|es que"
    r"|solo|también|qué)) \S+",
    r"\b(?:tengo que|tenemos que|hay que|puedo|podemos|debo|eso me lo|eso lo) (?:\S+ ){{1,8}}o (?:no|lo|la|se"
    r"|ya"
    r"|es|puedo|me|te|nos)\b",
    r"\b(?:me lo|nos lo|eso lo|esto lo|lo) (?:hacéis|lleváis|devolvéis|ponéis|dais|descontáis|cobráis"
    r"|incluís|traéis|mandáis|arregláis) \S+",
)
"""Of words that come without any marks: what would rarely be no question."""

NOT_QUESTIONS = (
    r"\b(?:cómo está|cómo están|qué tal|cómo le va|cómo estamos)(?: usted| ustedes| todo| por ahí)*$",
    r"\bme (?:oye|oyen|escucha|escuchan|ve|ven)\b",
    r"\b(?:qué sé yo|qué le vamos a hacer|quién sabe|sabe usted|sabe qué|qué va|qué más da)$",
    r"^(?:\S+ ){{0,2}}(?:verdad|no|vale|sabe)$",
)
FILLERS = (
    "y|pero|o|pues|bueno|entonces|a ver|mire|oiga|eh|este|sí|no|vale|ok|claro|ya|ah|perdón"
    "|disculpe|por favor|gracias|además"
    "|también|es que|o sea|digo|una cosa|otra cosa",
)
PRICE = (
    r"preci(?:o|os)|cuest(?:a|an|e)|coste?s?|costo|car(?:o|a|os|as)|barat\w+|presupuesto|descuento"
    r"|rebaja|factura\w*|tarifa\w*",
    r"cuánto (?:cuesta|vale|sale|me|nos|es|sería|cobran)|(?:euros|dólares|pesos|por ciento) (?:al"
    r"|por|más|menos|cada)|al (?:mes|año)|por (?:mes|usuario)|la mitad|pagar|cobran",
)
COMPETITOR = (
    r"competencia|competidor\w*|(?:otro|otra|otros|otras) (?:proveedor|empresa|oferta|opción"
    r"|herramienta|sistema|compañía)\w*",
    r"(?:estamos|están) (?:mirando|viendo|comparando|hablando con)|cambiar(?:nos)? (?:a|de)|me"
    r" ofrec\w+|nos ofrec\w+",
    r"(?:probamos|hemos probado|tuvimos|usamos) (?:\S+ )?(?:otro|unos|una|con)|mi (?:cuñado|primo"
    r"|vecino) .{0,40}(?:tiene|paga|usa)|con (?:el )?excel",
)
OBJECTION = (
    r"ya (?:lo |la |los |las )?(?:probamos|probé|tuvimos|usamos|hemos probado)",
    r"(?:muy|demasiado|tan) (?:caro|cara|complicado|largo|pronto|grande|arriesgado|difícil)|tirar el"
    r" dinero",
    r"no (?:estoy|estamos|lo veo|la veo|me convence|nos convence|creo que|necesit\w+|tenemos"
    r" (?:tiempo|presupuesto)|me fío|sé si|veo)",
    r"(?:mi|nuestra|la) (?:duda|preocupación|pega)|me (?:preocupa|da miedo|echa para atrás)|ya"
    r" tenemos|la última vez|para qué (?:voy|vamos) a",
)
STALL = (
    r"(?:tengo|tenemos|déjeme|déjame|hay) que (?:pensar\w*|consultar\w*|hablar\w*|ver\w*|mirar\w*)"
    r"|me lo (?:pienso|pensaré)",
    r"(?:le|te|les|os) (?:llamo|llamaremos|llamaré|digo algo|aviso)|(?:después|pasad[oa]) (?:de|del"
    r"|el|la) (?:verano|campaña|vacaciones|feria)",
    r"más adelante|el año que viene|no (?:hay|corre) prisa|mánde(?:me|nos) (?:algo|información|un"
    r" correo)|ya (?:veremos|hablaremos)",
)
DECISION = (
    r"decid(?:e|en|ir|o|imos|irá)|decisión|firm(?:a|ar|an)|aprob(?:ar|ación|ado)|aprueb\w+|consejo"
    r"|junta|gerente|director\w?",
    r"(?:el|mi|la) (?:jefe|jefa|dueño|socio)|visto bueno|última palabra|plazo|fecha límite|votan?",
)
COMMITMENT = (
    r"(?:le|les|te|os|se lo|yo) (?:mando|mandaré|envío|enviaré|paso|pasaré|llamo|llamaré|preparo"
    r"|confirmo|aviso)(?: \S+){0,6} (?:mañana|hoy|lunes|martes|miércoles|jueves|viernes|semana|antes|para)",
    r"(?:antes del?|para el|el) (?:lunes|martes|miércoles|jueves|viernes)|mañana (?:mismo|sin falta)"
    r"|prometo|prometido|me encargo|me comprometo",
)
BUYING = (
    r"(?:me|nos) (?:parece bien|interesa|gusta|encaja|convence)|(?:lo|la) (?:compro|compramos|firmo"
    r"|firmamos|cogemos|hacemos)|adelante",
    r"cuándo (?:podemos|podríamos|pueden|podrían) (?:empezar|arrancar|comenzar|probar)|mánde(?:me"
    r"|nos) el contrato|siguiente paso|trato hecho|(?<!ya )probamos|hagamos una prueba",
)
PAIN = (
    r"(?:el|nuestro|mi|gran) (?:mayor )?problema|dolor de cabeza|a mano|a ojo|perd(?:emos|imos|ido"
    r"|er) (?:tiempo|dinero|horas|\S+ palés|clientes|la carga)",
    r"no (?:funciona|va|sirve|llega|llegó)|se (?:rompe|rompió|cae|estropea|estropeó|para)|averiad\w+"
    r"|esto es (?:un|una) (?:desastre|lío)|tardamos|nos lleva (?:horas|días)",
)
RISK = (
    r"cancel\w+|rgpd|seguridad|datos|responsab\w+|garant\w+|cláusula\w*|penaliza\w+|auditor\w+",
    r"(?:legal\w*|ilegal\w*|abogad\w+|normativa|inspecci\w+|sanidad|multa|denunci\w+)|(?:peligr\w+"
    r"|riesgo\w*|accidente\w*|herid\w+)|qué pasa si|y si",
)
FRUSTRATION = (
    r"vergüenza|inadmisible|intolerable|hart[oa]s?|enfadad\w+|indignad\w+|decepcionad\w+|furios\w+"
    r"|tomadura de pelo|estoy cansad\w+",
    r"otra vez|todavía no|sigo (?:esperando|sin)|llevo (?:\S+ ){1,3}(?:días|semanas|meses|horas)"
    r"|nadie (?:\S+ ){0,3}(?:contesta|responde|ayuda|sabe|llama|viene)|por (?:segunda|tercera"
    r"|cuarta) vez|con su (?:superior|jefe|encargado)",
)
CONFUSION = (
    r"no (?:entiendo|lo entiendo|comprendo|me aclaro|me entero)|me (?:pierdo|lío|he perdido)|qué"
    r" (?:es eso|significa|quiere decir)|un lío|uno (?:me )?dice .{0,60}otro",
)
CHURN = (
    r"(?:me|nos) (?:voy|vamos|cambio|cambiamos) (?:a|de|con)|cancel(?:ar|o|amos)|dar(?:me)? de baja"
    r"|última (?:vez|oportunidad)|devuélv\w+|que me devuelvan|devolución del dinero",
)
_MUY = (
    r"(?:(?:muy|realmente|bastante|de verdad|un poco|tan|super|súper|francamente|ya|completamente|la verdad"
    r"|verdaderamente|sinceramente|cada vez más) )*"
)
_ENFADADO = (
    r"(?:frustrad|enfadad|cabread|molest|hart|indignad|decepcionad|furios|disgustad|enojad|descontent)[oa]s?"
)
SUPPOSED = (
    r"(?:si (?=me|nos|quiero|queremos|quisiera|estoy|estamos|un|lo|no|voy|vamos)|cuando (?=quier|estoy"
    r"|estamos|me|nos)"
    r"|en caso de que|suponga\w*|digamos que|no es que|(?:me )?(?:dice|dijo)(?= que estoy| estoy| yo)"
    r"|(?:dice|dijo|dicen|dijeron|dije)(?: que)?(?= (?:(?:eso|esto) )?(?:no )?es (?:nada )?(?:justo|justa"
    r"|razonable"
    r"|injusto|pedir|mucho pedir|mi|nuestra)\b))",
)
"""What only supposes, denies or repeats the words behind it."""
OUTRIGHT = {
    "frustration": (
        rf"(?<!no )(?:estoy|estamos|me tiene|nos tiene) {_MUY}(?:{_ENFADADO}|cansad[oa]s? de)",
        rf"(?<!no )(?<!era )(?<!estaba )(?<!estuve )(?<!estábamos )(?<!no estoy )(?:muy|realmente|bastante"
        rf"|tan) {_ENFADADO} (?:que|con|por|de|porque)",
        r"(?:esto|eso) (?:es|me parece|nos parece) (?:\S+ )?(?:inaceptable|intolerable|inadmisible"
        r"|una (?:vergüenza|tomadura de pelo))|(?<!no )(?:me|nos) (?:frustra|indigna|cabrea|saca de quicio)"
        r"|ya no (?:puedo|podemos) más|no (?:estoy|estamos) (?:nada |muy |para nada )?(?:content|satisfech"
        r"|conform)\w+|(?<!no )(?:quiero|queremos|quisiera) poner una (?:queja|reclamación)",
        r"(?:he|hemos|ya) (?:\S+ )?(?:llamado|escrito|preguntado|reclamado)(?: \S+){0,2} (?:dos|tres"
        r"|cuatro|cinco|varias|mil) veces|llevo (?:\S+ ){0,3}(?:mañana|tarde|días?|semanas?|horas?"
        r"|meses)(?: \S+){0,3} (?:esperando|sin (?:respuesta|noticias|servicio|internet|línea|luz|agua"
        r"|teléfono|solución|conexión|sistema|acceso|poder|saber|recibir|que (?:me|nos|nadie)))",
        r"nadie (?:me|nos) (?:llama|dice nada|contesta|responde|avisa|avisó|llamó)|aquí no ha venido nadie",
        r"(?<!no )(?:quiero|queremos|exijo|quisiera|necesito) (?:hablar con|que se ponga) (?:(?:un|una|su"
        r"|tu) (?:supervisor\w*|encargad[oa]|gerente|jef[ea]|responsable|superior)|(?:el|la) (?:supervisor\w*"
        r"|encargad[oa]|gerente|responsable))(?! (?:de|del|que|sobre|para|antes|primero)\b)|(?:páseme|pásame"
        r"|póngame|comuníqueme) con (?:un|una|su|el|la) (?:supervisor\w*|encargad[oa]"
        r"|gerente|jef[ea]|responsable|superior)",
        r"(?:deje|dejen|dejad|paren) de (?:(?:llamarme|llamarnos)(?=$| (?:a|al|por favor|todos|cada|ya"
        r"|tanto)\b)|molestarme|molestarnos|acosarme)|no (?:me|nos) (?:llame|llamen|llames|molesten?) (?:más"
        r"|nunca más|otra vez)(?=$| (?:por favor|a (?:este|casa)|al)\b)|(?:esto|eso) (?:ya )?es acoso",
        r"así (?:tratan|es como tratan|tratáis|trata) (?:ustedes )?a (?:los|sus|vuestros) (?:buenos )?clientes",
        r"(?:me|nos) (?:han|habéis|ha) cobrado(?: \S+){0,3} (?:dos veces|doble|de más|comisión|recargo"
        r"|penalización|algo que)|(?:me|nos) cobraron(?: \S+){0,3} (?:dos veces|doble|de más|comisión"
        r"|recargo)",
    ),
    "pain": (
        r"(?:nuestro|mi|el) (?:principal|mayor|gran|verdadero) problema(?: \S+){0,3} es(?! (?:que )?ya no)"
        r"|problema principal(?: \S+){0,2} es|(?<!cuánto )(?<!cuanto )(?<!no )nos está costando"
        r"|estamos perdiendo (?:\S+ )?(?:dinero|clientes"
        r"|tiempo|horas|ventas)",
        r"(?!.*\b(?:tren|metro|túnel|ascensor|avión|autobús|coche)\b)(?:no (?:tengo|tenemos|hay)(?: \S+)?"
        r" (?:internet|señal|cobertura|luz|agua|agua caliente|calefacción|línea|conexión|servicio) desde"
        r" (?:ayer|anteayer|anoche|hace|hoy|el|la|las)\b|(?:todavía|aún|otra vez) no (?:tengo|tenemos)"
        r" (?:internet|luz|agua|agua caliente|calefacción|línea)\b|(?:sigo|seguimos) sin (?:internet|señal"
        r"|cobertura|luz|agua|calefacción|línea|conexión|servicio)\b)",
    ),
    "churn": (
        r"(?<!no )(?:quiero|queremos|quisiera|voy a|vamos a|me gustaría) (?:\S+ )?(?:cancelar (?:el|la|mi"
        r"|nuestr[oa])\b(?! (?:cita|reunión|visita|llamada|clase|entrevista|consulta))|dar(?:me|nos)? de baja"
        r"|rescindir|cambiar(?:me|nos)? de (?:compañía|proveedor|banco))",
        r"(?<!no )(?:voy a cancelar|cancelo|vamos a cancelar|cancelamos) todo\b|(?:me voy|nos vamos|me"
        r" cambio|nos cambiamos) (?:a|con) (?:la competencia|otr[oa] (?:empresa|proveedor|compañía|banco"
        r"|operador\w*))(?=$| (?:si|entonces|porque|el (?:mes|año) que viene|el próximo)\b)",
    ),
    "stall": (
        r"(?:tengo que|tenemos que|déjame|déjeme|déjenos|lo voy a|lo vamos a|prefiero|me gustaría) (?:\S+ )?"
        r"(?:pensar(?:lo|melo|noslo)|pensármelo|pensárnoslo|consultarlo)(?= |$)(?! un (?:segundo|momento))"
        r"|(?:tengo|tenemos) que pensar$|consultar(?:lo)? con la"
        r" almohada|lo consultamos con la almohada|(?:envíe|mande|envía|manda)(?:me|nos) (?:\S+ )?"
        r"(?:información|algo|un correo|un email)",
        r"(?:mándeme|envíeme|mándame|envíame|mándenos|páseme)(?: \S+){0,3} (?:correo|email|mail|escrito"
        r"|propuesta|presupuesto)|(?:me lo pienso|me lo tengo que pensar|nos lo pensamos)",
    ),
    "objection": (
        r"(?<!no )(?:es|sería|sale|son)(?: (?:bastante|mucho|algo|un poco))* más (?:car[oa]s? de lo que (?:\S+"
        r" )?(?:pensaba"
        r"|pensábamos|esperaba|esperábamos|creía|imaginaba|pago|pagamos|tenía|teníamos)|de lo que (?:\S+"
        r" )?(?:pensaba|pensábamos|pago|pagamos|ten(?:ía|íamos) (?:previsto|presupuestado)))",
        r"(?<!no )(?:es|sería|son|cuesta|sale) (?:\S+ )?el doble de lo que|(?<!no )es mucho dinero|(?:se sale"
        r"|se me va"
        r"|se nos va) (?:de|del) (?:mi |nuestro )?presupuesto",
        r"ya (?:(?:lo |la |los |las |se lo |se la )?(?:he|hemos|había|habíamos) (?:pagado|abonado)|(?:lo |la"
        r" |los |las |se lo |se la )?(?:pagué|pagamos|aboné))(?=$| (?:eso|esto|todo|ayer|dos veces|hace|esa"
        r" factura|ese recibo|la factura|el recibo|la cuota|el mes|la semana|por (?:transferencia|el banco)"
        r"|con tarjeta)\b)|ya (?:está|están|estaba) pagad[oa]s?(?=$| (?:desde|hace|por|con)\b)",
        r"ya (?:les |le )?(?:he |hemos )?(?:enviado|mandado|devuelto|envié|mandé|devolví) (?:el|la|los|mi"
        r"|ese|esa) (?:formularios?|paquete|reclamación|recibos?|factura|justificante|aparato)\b",
        r"(?:estoy|estamos) (?:\S+ )?(?:segur[oa]s?) de (?:que (?:ya )?(?:lo |la |los |las )?(?:(?:he|hemos)"
        r" (?:pagado|abonado|devuelto)|pagué|aboné)|haber(?:lo|la|los|las)? (?:pagado|abonado|devuelto)"
        r"|(?:que (?:he |hemos )?|haber )(?:enviado|entregado|mandado|adjuntado|envié|mandé|entregué)(?:"
        r" \S+){1,3} (?:formularios?|paquete|reclamación|recibos?|facturas?|justificante))\b(?! (?:el"
        r" (?:almuerzo|café)|la (?:comida|cena|llamada))\b)",
        r"no (?:pienso|voy a|vamos a|pensamos) pagar (?:eso|esto|nada(?=$| más\b)|ni un|dos veces|por (?:eso"
        r"|esto|algo))\b|me niego a pagar|no pagaré (?:eso|nada(?=$| más\b)|ni)\b",
        r"(?:yo )?no tengo (?:ningún |ninguna |una? )?(?:contrato|cuenta|pedido|deuda|expediente|préstamo)"
        r" con (?:ustedes|vosotros|usted)(?! todavía)|(?:yo )?nunca (?:he |hemos )?(?:pedí|pedido|firmé"
        r"|firmado|contraté|contratado|acepté|autoricé|autorizado) (?:eso|esto|nada|ese|esa)",
        r"(?:el|su|ese) (?:precio|presupuesto|coste|costo|alquiler)(?: \S+)? (?:(?:es|está|sale)(?:"
        r" (?!no\b)\S+){0,3} (?:(?:más alto|mayor|superior)(?=$| que\b| (?:de|a) (?:lo|nuestro|mi)\b)"
        r"|(?:por encima"
        r"|fuera) de (?:lo|nuestro|mi)\b)|supera(?: \S+)? (?:nuestro|mi|el) presupuesto)|(?:eso"
        r"|esto) (?:está|queda) (?:\S+ )*?fuera de (?:mi|nuestro) presupuesto",
        r"(?<!no )(?:pensaba|pensábamos|esperaba|esperábamos|contaba|contábamos|(?:tenía|teníamos) (?:pensado"
        r"|previsto|presupuestado))(?: (?:más|bien|en|con|algo|como|pagar|gastar|unos|unas|alrededor|de|entre"
        r"|sobre"
        r"))* (?:[$€]\d+|\d[\d ]*(?:€| ?(?:mil )?(?:euros|dólares|pesos)| ?mil(?=$)))",
        r"(?:es|esa es|esta es) (?:mi|nuestra) (?:última|mejor) oferta\b|lo toma o lo deja|lo tomas o"
        r" lo dejas",
        r"(?:^|(?<=^no )|(?<=^pero )|(?<=^pues )|(?<=^mire )|(?<=^bueno )|(?<=^lo siento ))(?:eso|esto|así) no"
        r" (?:me|nos) (?:sirve|conviene|vale|funciona)(?=$| (?:para nada|porque|a ese precio)\b)(?!.*\b(?:lunes"
        r"|martes|miércoles|jueves|viernes|sábado|domingo|mañana|hora|pantalla|micro|micrófono|volumen|cámara"
        r"|enlace|sonido|audio)\b)|no (?:es|me parece|nos"
        r" parece) (?:nada )?(?:justo|justa|razonable)(?=$| (?:que|para (?:mí|nosotros)|cobrar\w*)\b)"
        r"|(?<!no )es"
        r" (?:injusto|pedir demasiado|mucho pedir)(?=$| (?:que|para (?:mí|nosotros)|cobrar\w*)\b)",
    ),
    "competitor": (
        r"mi (?:herman[oa]|vecin[oa]|colega|amig[oa]|prim[oa]|cuñad[oa]) (?:\S+ )?(?:paga(?: \S+){0,3}"
        r" (?:menos|mitad|euros"
        r"|pesos|al mes|barato)|compró en|(?:compró|contrató)(?: \S+){0,3} (?:barato|mitad|competencia)|está"
        r" con (?:la"
        r" competencia"
        r"|otr[oa] (?:empresa|proveedor|compañía|operador\w*)))|(?:la otra empresa|la competencia) (?:\S+"
        r" ){0,3}(?:dic\w*"
        r"|dij\w*|ofrec\w*|cobra\w*)",
        r"(?:(?:he visto|vi|hemos visto|vimos|encontré|encontramos)(?: \S+){0,3}? (?:mism[oa]s?|igual(?:es)?"
        r"|parecid[oa]s?|similar(?:es)?|más barat[oa]s?)(?: (?!película\b)\S+){0,5}?|(?:lo|la|los|las) (?:he"
        r" visto|hemos visto|vi|vimos|encontré|encontramos) (?:más barat[oa]s?|en (?:otra tienda|otro sitio"
        r"|internet|amazon|mercadolibre))(?: \S+){0,2}?) (?:a|por|en) (?:sólo |solo |unos )?(?:[$€]\d[\d ]*+"
        r"|\d[\d ]*(?:€|\$| ?(?:euros|dólares|pesos)))(?! ?en su)|(?:en (?:amazon|internet|mercadolibre|otra"
        r" tienda|otro sitio)|por internet)(?: (?:lo|la|los|las|hay|una?|igual|mism[oa]|eso|esto|encuentro"
        r"|encontré|vi|tienen|venden|está|están|cuesta|vale|sale|a|por)){1,6} (?:[$€]\d+|\d[\d ]*(?:€|\$|"
        r" ?(?:euros|dólares|pesos)))",
    ),
    "decision": (
        r"(?:tengo que|tenemos que|tendría que|debo) (?:\S+ )?(?:hablarlo|consultarlo|hablar|consultar"
        r"|verlo|preguntarle|comentarlo)(?: \S+){0,2} (?:con|a) (?:mi|el|la|mis|nuestr\w+)",
    ),
    "buying": (
        r"(?:estoy|estamos) (?:list[oa]s?|preparad[oa]s?|dispuest[oa]s?) (?:para|a) (?:firmar|contratar"
        r"|pedirlo|comprar(?! (?:\S+ )?(?:café|comida|pan|pizzas?|entradas)\b)|(?:empezar|avanzar) con (?:el|la"
        r"|su) (?:contrato|suscripción|pedido))\b",
    ),
}
"""What somebody says of themselves in so many words: sure, whatever else is known."""
REPEATED = (
    r"(?:no|ya) (?:sé|sabe|sabemos|sabía)|(?:me|nos|le) (?:preguntó|preguntaron|dijo|dijeron|explicó"
    r"|contó)|ni idea|da igual|depende de",
)
"""What only tells of the question behind it."""
LEISURE = (
    r"(?:el|del|al|este) (?:partido|fútbol|árbitro)|la liga|la final de (?:la )?(?:copa|liga|champions|ayer)"
    r"|la serie de"
    r" anoche|la lotería|en la tele|netflix",
)
"""What people are upset about before a talk begins."""
_COSA = (
    r"(?:sol[oa] |pequeñ[oa]s? )?(?:sucursal(?:es)?|tiendas?|equipos?|mes(?:es)?|semanas?|licencias?|usuarios?"
    r"|personas?|departamentos?|oficinas?|sedes?|centros?|vehículos?|furgonetas?|camión|camiones|máquinas?"
    r"|salas?"
    r"|módulos?|almacén|almacenes|clases?|colegios?|clientes?|proyectos?|casas?|naves?|edificios?|clínicas?"
    r"|hotel|puestos?|habitaciones|plantas?|rutas?"
    r"|conductor(?:es)?)\b"
)
_FALLA = (
    r"(?:no(?!$)|nunca|nadie|nada|ning\w+|falla\w*|fallo|cae|caen|cayera|rompe\w*|pierd\w*|perdemos|de baja"
    r"|cancel\w*"
    r"|retras\w*|problemas?|error|rob[ao]n?|hackea\w*|apagón|se (?:va|corta) la luz|deja de|(?:sale|va) mal"
    r"|quiebr\w*"
    r"|enferm\w*|huelga|incendi\w*|inund\w*|rescind\w*|averí\w*|equivoc\w*|faltan?|arrepient\w*|sin)\b"
)
ASKED = {
    "price": (
        r"cuánto (?:(?:me |nos )?(?:saldría|costaría|cobrarían|cuesta|cuestan|sale)|vale|valdría|cobran|cobra"
        r"|pagamos|pago"
        r"|(?:me |nos )?(?:va|van) a (?:costar|salir|cobrar)|(?:es|sería)(?=$| (?:al|por|en total|cada"
        r"|todo)\b))\b"
        r"|(?:qué|cuál es el) (?:precio|coste|costo|tarifa)\b|a cuánto (?:sale|me sale|nos sale)",
        r"(?:está|están|viene|va|estaría)(?: (?!no\b)\S+){0,3} (?:incluid[oa]s?|incluid[oa]s? en el precio"
        r"|aparte)(?=$| (?:en|o|con)\b)|(?:es|son|sería)(?: (?!no\b)\S+){0,1} (?:gratis|gratuit[oa]s?)(?=$"
        r"| o\b)|(?:tiene|lleva|cuesta) (?:algún |un )?(?:coste|costo|cargo) (?:extra|adicional|aparte)",
        r"hay (?:algún |alguna |que pagar )?(?:otros |otro )?(?:gastos?|comisi(?:ón|ones)|coste|costes"
        r"|costos?|cargos?|recargo|extra)(?=$| (?:adicional\w*|ocult\w*|extra\w*|por|aparte|de)\b)|(?:tengo"
        r"|tenemos|hay) que pagar (?:algo |más |extra |aparte )",
        r"(?:puedo|podemos|podría|podríamos|se puede)(?: \S+)? pagar(?:lo|la)? (?:en|a) (?:cuotas|plazos"
        r"|mensualidades|meses)\b|(?:puedo|podemos|se puede) pagar (?:mensualmente|más tarde|después)\b",
        r"(?:hay|tengo derecho a|tenemos derecho a|me dan|nos dan|me hacen|nos hacen|pueden darme|puede"
        r" darme)(?: (?!no\b)\S+){0,2} (?:compensación|reembolso|descuento|rebaja|devolución|abono"
        r"|indemnización)"
        r"\b|(?:me|nos) (?:devuelven|devolverán|van a devolver|reembolsan) (?:el dinero|la fianza|algo)\b",
        r"(?:cuánto|qué parte|qué porcentaje) (?:de (?:mi|lo|la|nuestr[oa]|este|ese)|del) (?:\S+ )?(?:dinero"
        r"|donación|donativo|cuota|alquiler|precio|pago|importe|pagamos)(?: \S+){0,3} (?:va|llega|queda"
        r"|se destina)\b"
        r"|cuánto (?:debo|debemos)(?=$| (?:pagar|en total|todavía|aún|ahora)\b)|cuánto (?:hay que pagar"
        r"|falta por"
        r" pagar|queda por pagar)(?! por\b)\b",
    ),
    "buying": (
        r"(?:podemos|podríamos|puedo|podría|se puede)(?: \S+){0,2} (?:probar(?:lo|la|los|las)?(?=$| (?:primero"
        r"|antes|durante"
        rf"|gratis)\b| (?:en |con )?(?:un|una|dos|tres|nuestr\w+) {_COSA}| (?:el|la|su) (?:sistema|programa"
        rf"|producto"
        r"|servicio|software|herramienta|aplicación|plataforma|versión|máquina))|hacer una prueba(?! de"
        r" (?:sonido|audio"
        rf"|micr\w+|conexión|vídeo))|empezar (?:con|por) (?:sólo |solo )?(?:un|una|dos|tres|unos|unas"
        rf"|poc[oa]s) {_COSA})",
        r"hay (?:un |una )?(?:período de )?prueba(?! de que)",
        r"(?:cómo|dónde) (?:puedo|podemos|hago para|hacemos para|me|nos|se puede)(?: \S+)? ?(?:inscribir\w*"
        r"|apuntar(?:me|nos)|apunto|inscribo|contratar\w*|pedir(?:lo|la)|comprar(?:lo|la|los|las)"
        r"|registrar(?:me"
        r"|nos)|registro|reservar(?:lo|la)|suscribir\w*)\b",
    ),
    "risk": (
        r"(?:qué (?:pasa|pasaría|ocurre|hago|hacemos)) (?:si|cuando)\b",
        rf"y si(?: \S+){{0,8}}? {_FALLA}",
        r"(?:de dónde|cómo) (?:tiene|tienen|sacó|sacaron|ha sacado|han sacado|consiguió|consiguieron|han"
        r" conseguido|obtuvo|obtuvieron)(?: ustedes| usted)? (?:mi|nuestro|mis|nuestros) (?:\S+ )?(?:número"
        r"|teléfono|correo|datos|dirección|nombre)",
        r"cómo (?:sé|sabemos|puedo saber|puedo estar segur[oa]) (?:que|si) (?:no )?(?:es|son|usted|ustedes"
        r"|esto|está|están)",
        r"(?:es|son|sois|eres)(?: (?:esto|eso|usted|ustedes|realmente|de verdad))* (?:confiables?|fiables?"
        r"|de fiar|una estafa|un robot|una persona real|un bot)(?=$| o\b| usted\b)|(?:puedo|podemos) (?:confiar"
        r" en|fiarme de) (?:usted|ustedes|esto|ello|vosotros)",
        r"(?:me|nos) (?:lo )?(?:puede|pueden|podría|podrían) (?:garantizar|asegurar|prometer)\b|(?:puede"
        r"|pueden|podría) (?:garantizar(?:me|nos|lo|melo)?|prometer(?:me|nos|lo|melo)?|asegurar(?:me|nos"
        r"|melo))\b|(?:me|nos) (?:garantizan?|prometen?)\b",
    ),
    "question": (
        r"cuánto (?:tiempo |tarda|tardan|tardaría|tardarían|dura|se tarda|van a tardar|hay que esperar)"
        r"|(?:por )?cuánto tiempo|cuántos (?:días|meses|semanas) (?:tarda|son|hay|de permanencia)"
        r"|hay permanencia",
        r"cuándo (?:me|nos|voy a|vamos a|lo|la|tendré|tendremos|sabré|sabremos|puedo"
        r"|podemos)\b(?: \S+){0,2}",
        r"a quién (?:llamo|llamamos|tengo que|puedo|pregunto)",
        r"(?:usted )?qué (?:haría|harías|harían|me recomienda|nos recomienda|me aconseja|nos aconseja)",
        r"dónde (?:están|se guardan|quedan|van)(?: \S+){0,2} datos",
        r"cuándo (?:va a|van a|estará|estarán|está|se|vuelve|volverá|tendré|llega|llegará|funcionará)(?:"
        r" \S+){0,4}? (?:arreglad[oa]s?|list[oa]s?|reparad[oa]s?|solucionad[oa]|resuelt[oa]|instalad[oa]"
        r"|funcionar|funcionando|arreglar|solucionar|servicio|pedido|paquete|luz|línea)\b",
        r"qué (?:pasa|pasará|sucede|ocurre) (?:después|luego|al (?:final|terminar|cabo)|tras|cuando (?:acab"
        r"|termin)\w+)\b",
        r"(?:cuáles son|qué) (?:las |mis |nuestras |los |otras )?(?:opciones|tratamientos|posibilidades"
        r"|alternativas|programas|planes)(?: (?:hay|tengo|tenemos|existen|ofrecen|tienen|disponibles|posibles)"
        r"|$)|qué (?:tipo|clase) de (?:programas?|planes|ayudas?|opciones|tratamientos?)\b",
    ),
    "frustration": (
        r"por ?qué (?:no )?(?:me|nos|nadie|se)(?: \S+){0,2} (?:avis[oóa]\w*|avisado|avisaron|dijeron|dijo"
        r"|informaron|informó|llamaron|llamó|notificaron)\b",
        r"por ?qué (?:me|nos|se) (?:\S+ )?(?:han cobrado|cobraron|cobran|ha cobrado|están cobrando|siguen"
        r" cobrando)\b",
    ),
}
"""What is worth a card whoever asks it: a price, how long, what if, a trial. Sure as what is said outright."""
_KIN = (
    r"(?:marido|mujer|esposa|esposo|padre|madre|papá|mamá|hijo|hija|hermano|hermana|abuelo|abuela"
    r"|pareja|bebé|tío|tía"
    r"|amigo|amiga|nieto|nieta)"
)
CARE = {
    "grief": (
        rf"(?:mi|nuestr[oa]|su) {_KIN} .{{0,20}}(?:murió|ha muerto|se murió|falleci\w+|nos dejó"
        rf"|se nos fue)|ha"
        r" fallecido|muerte de (?:mi|nuestr[oa])|fallec(?:ió|ido|ida|imiento)|se nos fue|(?:se|él"
        r"|ella) (?:ha muerto|murió)(?! de)"
        rf"|perd(?:í|ido|er|imos) (?:a (?:mi|nuestr[oa])|al|el|un) {_KIN}|entierro|enterramos"
        r"|funeral|de luto|viud[oa](?! negra)|aborto espontáneo|cuidados paliativos",
    ),
    "danger": (
        r"(?:dolor|presión|opresión) en el pecho|no (?:puede|puedo|podía) respirar|le cuesta respirar|se"
        r" ahoga|inconsciente|desmay\w+|a urgencias|ambulancia|convulsion\w*|infarto|un ictus|no (?:se"
        r" despierta|reacciona)|labios (?:morados|azules)|(?:poniendo|puesto|pone) (?:azul|morad[oa])"
        r"|tragado"
        r"|se tragó|garganta (?:se )?(?:cierra|hincha)",
        r"(?:sale|saliendo|hay|echa) humo|se (?:quema|está quemando)|huele a (?:gas|quemado)|olor a (?:gas"
        r"|quemado)|echa(?:ndo)? chispas|monóxido|sangra mucho|descarga eléctrica|suicid\w+"
        r"|quitarme la vida|no"
        r" quiero (?:vivir|seguir viviendo)|quiero morir|mejor sin mí|hacerme daño|(?:toda la caja"
        r"|todas las"
        r" pastillas)|me (?:pega|amenaza)|con un cuchillo|brazo dormido",
    ),
    "secret": (
        r"(?<!olvidado la )(?<!olvidado mi )(?<!olvidé la )(?<!olvidé mi )(?<!cambiar la )(?<!cambiar mi"
        r" )(?<!restablecer la )(?<!restablecer mi )(?<!gestor de )contraseñas?|(?:mi|su"
        r"|la) clave (?:es|de)"
        r"|usuario y (?:la |mi )?clave|(?:el|mi|su) pin|código de seguridad|número de (?:la "
        r"|mi )?tarjeta|código"
        r" (?:que me|del sms|por sms)|tres números de atrás",
    ),
    "legal": (
        r"mi abogad[oa]|nuestr[oa] abogad[oa] (?:le|les|va|dice)|(?:con un|a un|buscar un) abogad[oa]"
        r"|(?:con"
        r"|llamar"
        r" a) (?:mi|un) abogad[oa]|demand(?:ar|aré|aremos|arles|arlo)|poner (?:una )?(?:denuncia|demanda"
        r"|reclamación)|denunciar\w*|denúncie(?:me|nos)|demánde(?:me|nos)|(?:a|en) (?:los )?tribunales"
        r"|(?:al|en el) juzgado|indemnización"
        r"|es ilegal"
        r"|es legal|(?:reclam\w+|denunci\w+|ir|voy|queja) (?:a|ante|en) consumo|hoja de reclamaciones",
    ),
    "trap": (
        r"entre nosotros|en confianza|extraoficialmente|nadie (?:tiene|tendría) que saber\w*|no se lo"
        r" (?:digo|diré|cuento|contaré) a nadie|cuánto (?:pagan|les cobra|cobra) (?:los|el|la) otr\w+"
        r"|cuánto"
        r" (?:le|les) cobran? a|sin factura"
        r"|(?<!pantalla )(?<!pantalla está )(?<!se queda )(?<!se quedó )(?<!se pone )"
        r"(?<!imagen sale )(?<!monitor )(?<!monitor está )(?<!modelo )(?<!imprime )(?<!imprime solo )"
        r"(?<!capa )en negro(?! (?:mate|brillante|satinado))"
        r"|sin iva|bajo mano|haga la vista gorda|fecha anterior"
        r"|otra fecha (?:en|a) (?:la|el) (?:factura|contrato|recibo)|antedat\w+",
    ),
    "limit": (
        r"(?:su|el) (?:último precio|precio más bajo|última palabra|mejor precio|precio mínimo)|su (?:tope"
        r"|límite|máximo|mínimo)"
        r"|hasta (?:dónde"
        r"|cuánto) (?:puede|pueden|llegaría|bajaría|baja)|lo (?:máximo|mínimo) que (?:pagaría"
        r"|pagarían|puede"
        r"|pueden|aceptaría)|(?:tope|máximo|mínimo) que (?:puede|pueden|pagaría|aceptaría)",
    ),
    "hardship": (
        r"sin trabajo|perdí (?:el|mi) (?:trabajo|empleo)|me han (?:despedido|echado)|en el paro|no"
        r" (?:tengo|tenemos) dinero|no (?:llego|llegamos) a fin de mes|a fin de mes no|tengo deudas|vivo"
        r" en la calle|arruinad\w+|(?:pagar|pago) (?:el alquiler|la hipoteca)|banco de alimentos"
        r"|desahuci\w+"
        r"|embarg(?:ar|an|aron|ado|o)(?!,)|(?:meses|cuotas|recibos) sin pagar|cuotas? atrasadas?",
    ),
}

"""Portuguese: the words behind the built-in signals, over normalised text."""

from __future__ import annotations

QUESTIONS = (
    r"^{fillers}(?:o que|que(?! (?:bo[ma]|pena|chat[oa]|sorte|maravilha|legal|giro|ótimo|lind[oa])\b)|como"
    r"|quando(?! (?:eu|el[ea]s?|a gente|[oa]s?)\b)|onde|por que|porque é que|quem|qual|quais|quanto|quanta"
    r"|quantos|quantas|para que"
    r"|pra que|será que|e se|cadê)\b(?! (?:eu |a gente )?(?:disse|falei))",
    r"\b(?:quanto|quando|como|onde) (?:custa|custam|fica|sai|seria|é|está|pode|podemos|podem|se|demora"
    r"|funciona|vai|vão|que)\b",
    r"^{fillers}(?:pode|podem|poderia|poderiam|tem|têm|dá|dava|daria|consegue|conseguem|existe|inclui"
    r"|funciona|sabe|acha|vocês|você|o senhor"
    r"|a senhora) (?:me|nos|pra|para|como|de|algum|alguma|algo|isso|um|uma|que|tem|têm|pode|podem"
    r"|consegue|conseguem|faz|fazem|acha|sabe)\b",
    r"\b(?:queria|gostaria|gostava|quero|queremos) (?:de )?(?:saber|perguntar|entender|perceber)\b",
    r"\b(?:minha|uma|outra|nossa|a) pergunta (?:é|seria|pra|para)\b",
    r"^{fillers}(?:me (?:diz|diga|explica|explique|conta|conte)|diga me|explique me)\b",
    r"\b(?:é isso|não é|pode|pode isso|ou não|tem como|dá pra fazer|é possível)$",
)
BARE_QUESTIONS = (
    r"\b(?:(?:o que|quem|onde|quando|como|quanto|qual) é que"
    r"|o que é que|(?<!sei )(?<!sabe )(?:qual|quais|quantos|quantas)|cadê|porquê|quanto (?:é"
    r"|custa|fica|tempo|vale|sai|pago|vou|cobra\w*|tenho|seria)|quem (?:é|vai|paga|decide|foi|me|trata"
    r"|assina|faz|vem)|onde (?:é|está|fica|posso|fic\w+)|quando (?:é|vem|vão|posso|podem|chega|fica"
    r"|começa)|por que|como (?:é|faço|fazem|faz|funciona|fica|vai|posso|podemos))\b",
    r"^{fillers}(?:quem|quando|onde|quanto|como|qual|quais|quantos|quantas|por que|porque é|o que"
    r"|de quem|até quando|desde quando|a que|em que|de que)\b(?! (?:eu|a gente|já|lhe) )",
    r"^{fillers}(?:pode|podem|podia|podiam|consegue|conseguem|tem|têm|tens|há|vai|vão"
    r"|vais|dá|sabe|sabem|sabes|faz|fazem|posso|podemos|preciso de|precisa de|precisamos de|vocês"
    r"|os senhores) (?:\S+ ){{1,16}}(?:ou não|ou (?:é|tem|já|vai|só|posso|pago)|não é)\b",
    r"^{fillers}(?:podia|podiam|poderia|consegue|conseguem|consegues|(?:sabe|sabem|sabes) (?:se|onde|quando"
    r"|quanto|como|quem|qual|dizer)|podes|queres|querem|há (?:algum|alguma|mais|como)|vocês (?:têm|fazem|vão"
    r"|conseguem|cobram|podem|descontam"
    r"|aceitam|entregam)) \S+ \S+",
    r"\b(?:não é|não é verdade|não está|ou não|ou quê|ou como)$",
    r"\bou (?:não|pago|fica|volta|tenho|vai|já|é|são|está|isso|só|posso|devo|vamos|temos|ainda"
    r"|continua|cobram)\b",
    r"\b(?:tenho|temos) (?:de|que) (?:pagar|fazer|levar|devolver|trazer|assinar|avisar|esperar"
    r"|cancelar) (?:\S+ ){{0,8}}(?:ou|isso|isto|já|também|a mais)$",
)
"""Of words that come without any marks: what would rarely be no question."""

NOT_QUESTIONS = (
    r"\b(?:como vai|tudo bem|tudo bom|como está|como estão|como é que vai)(?: o senhor| a senhora| você"
    r"| vocês| por aí)*$",
    r"\b(?:me ouve|me ouvem|tão me ouvindo|estão me ouvindo|tá me ouvindo|veem a minha tela)\b",
    r"\b(?:sei lá|fazer o quê|quem sabe|sabe como é|vai saber|né)$",
    r"^(?:\S+ ){{0,2}}(?:né|não é|sabe|entende|viu)$",
)
FILLERS = (
    "e|mas|ou|então|bom|olha|olhe|escuta|ah|é|sim|não|ok|tá|certo|claro|já|pois|desculpa"
    r"|desculpe|por favor|obrigado"
    "|obrigada|também|aí|agora|só|uma coisa|outra coisa|na verdade",
)
PRICE = (
    r"preç(?:o|os)|cust(?:a|am|o|os|ar)|car(?:o|a|os|as)|barat\w+|orçamento|desconto|reajuste|fatura"
    r"|boleto|mensalidade|tarifa\w*",
    r"quanto (?:custa|fica|sai|é|seria|vai|dá|cobram)|(?:reais|euros|por cento) (?:por|ao|a mais"
    r"|a menos|de)|por (?:mês|ano|cabeça)"
    r"|ao mês|metade|pagar|paga|cobram|aumento",
)
COMPETITOR = (
    r"concorr\w+|(?:outro|outra|outros|outras) (?:fornecedor|empresa|proposta|opção|ferramenta|sistema"
    r"|operadora|plano)\w*",
    r"(?:estamos|tamos|estou|tô) (?:olhando|vendo|comparando|cotando|conversando com)|trocar (?:de|por"
    r"|pra)|trocou tudo|me ofereceram",
    r"(?:meu|minha) (?:cunhado|primo|vizinho|irmão|amigo) .{0,40}(?:tem|paga|usa|trocou|botou)"
    r"|já (?:testamos|usamos|tivemos)|no excel",
)
OBJECTION = (
    r"(?:muito|demais|tão) (?:caro|cara|complicado|longo|cedo|grande|arriscado|difícil)|(?:caro"
    r"|complicado) demais|jogar dinheiro fora",
    r"não (?:estou|tô|estamos|me convence|vejo|acho que|acredito|precis\w+|temos (?:tempo|verba"
    r"|dinheiro)|confio|sei se)",
    r"(?:minha|nossa|a) (?:dúvida|preocupação|bronca)|me (?:preocupa|assusta)|já temos|da última vez"
    r"|pra que (?:eu )?vou",
)
STALL = (
    r"(?:tenho|temos|preciso|precisamos|deixa eu|deixe me|vou|vamos) (?:que |de )?(?:pensar|consultar"
    r"|conversar|falar com|ver com|analisar|amadurecer)",
    r"(?:te|lhe) (?:ligo|retorno|aviso)|a gente (?:se fala|conversa|vê)|(?:depois|passando) (?:do|da"
    r"|das|o|a|as) (?:férias|verão|carnaval|feira|safra)",
    r"mais (?:pra frente|tarde)|ano que vem|sem pressa|não tem pressa|me manda (?:alguma coisa"
    r"|um e mail|um material|por e mail)|depois a gente vê",
)
DECISION = (
    r"decid(?:e|em|ir|o|imos)|decisão|assin(?:a|ar|am|o)|aprov(?:a|ar|ação|ado)|diretoria|conselho"
    r"|sócio\w*|gerente|diretor\w?",
    r"(?:o|meu|minha|a) (?:chefe|dono|dona|patrão)|palavra final|prazo|data limite|votam?",
)
COMMITMENT = (
    r"(?:eu |a gente |vou |te |lhe )(?:mando|envio|enviar|mandar|passo|passar|ligo|ligar|preparo"
    r"|preparar|confirmo|retorno)(?: \S+){0,6} "
    r"(?:amanhã|hoje|segunda|terça|quarta|quinta|sexta|semana|antes|até)",
    r"até (?:amanhã|segunda|terça|quarta|quinta|sexta|o dia|dia|o fim|sexta feira)|prometo|prometido"
    r"|pode deixar|me comprometo|fica comigo",
)
BUYING = (
    r"(?:me|nos) (?:interessa|agrada|serve)|fechado|fechamos|pode mandar|vamos (?:fechar|nessa"
    r"|em frente|começar)|(?:eu )?assino|combinado",
    r"quando (?:podemos|podem|dá pra|a gente pode) (?:começar|iniciar|testar)|manda o contrato"
    r"|próximo passo|negócio fechado"
    r"|se você me trouxer",
)
PAIN = (
    r"(?:o|nosso|meu|maior) (?:grande )?problema|dor de cabeça|na mão|à mão|manualmente|perd(?:emos|er"
    r"|eu|ido) (?:tempo|dinheiro|horas|cliente\w*|venda\w*)",
    r"não (?:funciona|está funcionando|tá funcionando|chega|chegou|anda)|quebr(?:a|ou|ado)|trav(?:a|ou"
    r"|ado)|caiu|parad[oa]|retrabalho"
    r"|uma (?:bagunça|confusão|luta)|leva (?:horas|dias)",
)
RISK = (
    r"cancel\w+|lgpd|rgpd|segurança|dados|responsab\w+|garantia\w*|cláusula\w*|multa\w*"
    r"|carência|auditor\w+",
    r"(?:legal\w*|ilegal\w*|advogad\w+|justiça|norma\w*|fiscaliza\w+)|(?:perig\w+|risco\w*|acidente\w*"
    r"|ferid\w+)|o que acontece se|e se",
)
FRUSTRATION = (
    r"absurdo|vergonha|inadmissível|palhaçada|de saco cheio|irritad\w+|chatead\w+|decepcionad\w+"
    r"|furios\w+|revoltad\w+|cansad[oa] d\w+",
    r"de novo|mais uma vez|ainda não|faz (?:\S+ ){1,3}(?:dias|semanas|meses|horas) que"
    r"|ninguém (?:\S+ ){0,3}(?:atende|responde|ajuda|sabe|liga|resolve)"
    r"|(?:segunda|terceira|quarta) vez|com o seu (?:supervisor|gerente|superior)",
)
CONFUSION = (
    r"não (?:entendi|entendo|estou entendendo|tô entendendo|percebi|percebo)|me perdi|estou perdid\w+"
    r"|o que (?:é isso|significa|quer dizer)"
    r"|um (?:me )?diz .{0,60}outro|não sei nem como",
)
CHURN = (
    r"(?:vou|vamos) (?:trocar|mudar|sair|cancelar|embora)|cancel(?:ar|o)|última (?:vez|chance)"
    r"|meu dinheiro de volta|reembols\w+|encerrar (?:a|minha) conta",
)
_MUITO = (
    r"(?:(?:muito|mesmo|realmente|bastante|bem|um pouco|tão|super|completamente|já|francamente|sinceramente"
    r"|cada vez mais|a ficar|ficando) )*"
)
_ZANGADO = (
    r"(?:frustrad|irritad|chatead|zangad|fart|furios|decepcionad|desiludid|aborrecid|revoltad"
    r"|insatisfeit)[oa]s?"
)
SUPPOSED = (
    r"(?:se (?=eu|quero|queremos|queria|estou|estamos|fico|ficamos|vou|vamos|não|um|a gente|nós)|quando (?=eu"
    r"|quero|estou)"
    r"|caso (?=eu|queira|quiser)|suponha\w*|digamos que|não é que|(?:me )?(?:disse|diz)(?= que estou| estou"
    r"| eu)|(?:diz|disse|dizem|disseram)(?: que)?(?= (?:(?:isso|isto) )?(?:não )?é (?:nada |muito )?(?:justo"
    r"|justa"
    r"|razoável|injusto|pedir|a minha|a nossa)\b))",
)
"""What only supposes, denies or repeats the words behind it."""
OUTRIGHT = {
    "frustration": (
        rf"(?<!não )(?:estou|estamos|tô|tou|fico|ficamos) {_MUITO}(?:{_ZANGADO}|cansad[oa]s? d\w+"
        rf"|de saco cheio)",
        rf"(?<!não )(?<!era )(?<!estava )(?<!fiquei )(?<!ficou )(?<!não estou )(?:muito|mesmo|realmente"
        rf"|bastante|tão) {_ZANGADO} (?:que|com|por|de|porque)",
        r"(?:isto|isso) é (?:\S+ )?(?:inaceitável|inadmissível|uma (?:vergonha|palhaçada)|um absurdo)"
        r"|não (?:estou|estamos|tô) (?:nada |muito )?(?:content|satisfeit)\w+|não aguento mais"
        r"|(?<!não )(?:quero|queremos|queria) (?:\S+ )?(?:fazer|apresentar) (?:uma )?(?:queixa|reclamação)",
        r"(?:liguei|telefonei|escrevi|reclamei)(?: \S+){0,2} (?:duas|três|quatro|cinco|várias|mil) vezes"
        r"|ninguém (?:me|nos) (?:liga|diz nada|responde|atende|avisa|avisou|ligou)|(?:à espera"
        r"|esperando) há (?:\S+ )?(?:dias|semanas|horas|meses)",
        r"(?<!não )(?:quero|queremos|exijo|preciso de|preciso|gostaria de|gostava de) falar com (?:(?:um|uma"
        r"|o|a|o seu|a sua|seu|sua) (?:supervisor\w*|gerente|superior|responsável|encarregad[oa])|(?:um|uma"
        r"|o seu|a sua|seu|sua) chefe)(?! (?:de|do|da|que|pela|pelo|sobre|para|antes|primeiro)\b)|(?:me"
        r" passa|passe me|me passe|passa me|chame) (?:para |pra |com )?(?:um|uma|o|o seu|a|seu)"
        r" (?:supervisor\w*|gerente|chefe|superior|responsável)",
        r"(?:pare|parem|deixe|deixem) de (?:(?:me|nos) (?:ligar|incomodar|perturbar|chatear|assediar)"
        r"|(?:ligar|incomodar|perturbar|chatear|assediar) me)(?! (?:antes|o|os|as)\b)|não (?:me|nos)"
        r" (?:ligue|liguem|liga|ligues) (?:mais|nunca mais|de novo|outra vez)(?=$| (?:por favor|para (?:este"
        r"|esse|casa)|pra)\b)|(?:isso|isto) (?:já )?é (?:assédio|perseguição)",
        r"(?:é assim que|assim que) (?:vocês )?(?:tratam|trata) (?:os |seus |os seus |bons )*clientes",
        r"(?:vocês |me )?(?:me |nos )?(?:cobraram|debitaram)(?: \S+){0,3} (?:duas vezes|em dobro|a mais"
        r"|taxa|multa|juros)",
    ),
    "pain": (
        r"(?:nosso|meu|o) (?:principal|maior|grande|verdadeiro) problema(?: \S+){0,3} é|problema principal"
        r"(?: \S+){0,2} é|(?<!quanto )(?:isso|isto) está (?:a custar|custando|nos custando)"
        r"|estamos (?:a perder|perdendo) (?:\S+ )?(?:dinheiro|clientes|tempo|horas|vendas)",
        r"(?!.*\b(?:elevador|comboio|trem|túnel|metrô|metro|avião|ônibus|autocarro|carro)\b)(?:(?:continuo"
        r"|continuamos|ainda estou|ainda estamos) sem (?:internet|luz|água|sinal|rede|linha|conexão|ligação"
        r"|aquecimento|serviço)\b|(?:estou|estamos|tô|fiquei|ficamos) sem (?:internet|luz|água|sinal|rede|linha"
        r"|conexão|ligação|aquecimento|serviço) (?:de novo|outra vez|desde|há)\b|não (?:tenho|temos)(?: \S+)?"
        r" (?:internet|luz|água|sinal|rede|linha|conexão) (?:desde|há)\b)",
    ),
    "churn": (
        r"(?<!não )(?:quero|queremos|queria|gostava de|gostaria de|vou|vamos) (?:\S+ )?(?:cancelar (?:o|a|meu"
        r"|minha|nosso|nossa)\b(?! (?:consulta|reunião|visita|chamada|aula|entrevista|marcação))|rescindir"
        r"|encerrar (?:a|minha|nossa|a minha|a nossa) conta|mudar de (?:operadora|fornecedor|banco))",
        r"(?<!não )(?:vou cancelar|cancelo|vamos cancelar) tudo\b|(?:vou|vamos) (?:mudar |passar )?(?:para"
        r"|pra|pro) (?:a concorrência|concorrência|concorrente|outr[oa] (?:empresa|fornecedor|operadora"
        r"|banco))(?=$| (?:se|então|porque|(?:no|para o) (?:mês|ano)|no próximo|mês que vem|ano que vem)\b)",
    ),
    "stall": (
        r"(?:tenho (?:que|de)|temos (?:que|de)|preciso|precisamos de|vou|vamos|deixe me|deixa eu|me deixa"
        r"|gostava de) (?:\S+ )?pensar (?:nisso|nisto|melhor|no assunto|um bocado|um pouco|bem|com calma)"
        r"|(?:mande|envie|manda|envia)(?: me| nos) (?:\S+ )?(?:informaç\w+|um e ?mail|alguma coisa)",
        r"(?:mande|envie|manda) (?:me |nos )?(?:\S+ ){0,2}(?:proposta|por escrito|por e ?mail|por mail"
        r"|orçamento)",
    ),
    "objection": (
        r"(?<!não )(?:é|seria|fica|sai)(?: (?:bem|muito|bastante|um pouco|mesmo))* mais (?:car[oa]s? (?:do"
        r" )?que (?:\S+ )?"
        r"(?:pensava|pensávamos|esperava|esperávamos|imaginava|pago|pagamos)|do que (?:\S+ )?(?:pensava"
        r"|pensávamos|pago|pagamos|(?:tinha"
        r"|tínhamos) (?:previsto|orçamentado)))",
        r"(?<!não )(?:é|seria|custa|fica|sai) (?:\S+ )?o dobro do que|(?<!não )é muito dinheiro|fora do (?:meu"
        r"|nosso) orçamento",
        r"já (?:lhe |lhes )?(?:paguei|pagamos|pagámos)(?=$| (?:isso|isto|tudo|ontem|duas vezes|há|essa"
        r" (?:fatura|conta|taxa)|a fatura|o boleto|a mensalidade|a semana|no mês|por (?:pix|transferência"
        r"|multibanco))\b)|já (?:está|estão|foi|foram) pag[oa]s?(?=$| (?:desde|há|por|ontem)\b)",
        r"já (?:lhe |lhes )?(?:enviei|enviamos|devolvi|mandei) (?:o|a|os|esse|essa|meu|minha) (?:formulários?"
        r"|encomenda|comprovante|comprovativo|recibo|pacote|aparelho|reclamação|fatura|boleto)\b",
        r"(?:(?:tenho|temos) (?:\S+ )?certeza|estou cert[oa]) (?:de )?que (?:já )?(?:eu )?(?:(?:paguei"
        r"|pagamos)(?! (?:o (?:almoço|jantar|café)|a (?:comida|conta do))\b)|(?:enviei|mandei|devolvi"
        r"|entreguei|enviamos|entregamos|anexei)(?: \S+){1,3} (?:formulários?|encomenda|comprovantes?"
        r"|comprovativos?|recibos?|pacote|aparelho|reclamação|faturas?)\b)",
        r"não (?:vou|vamos|pretendo) pagar (?:isso|isto|nada(?=$| mais\b)|nem|duas vezes|por (?:isso|isto"
        r"|algo))\b|me recuso a pagar|recuso me a pagar|não pago (?:isso|nada(?=$| mais\b)|nem|um)\b",
        r"(?:eu )?não tenho (?:nenhum |nenhuma |um |uma )?(?:contrato|conta|pedido|dívida|cadastro|processo"
        r"|empréstimo) (?:com|na|no) (?:vocês|vosso|vossa|você|essa empresa)(?! ainda)|(?:eu )?nunca (?:pedi"
        r"|assinei|contratei|autorizei|aceitei) (?:isso|isto|nada|esse|essa)",
        r"(?:o|seu|esse) (?:preço|orçamento|custo|aluguel)(?: \S+)? (?:(?:é|está|fica"
        r"|ficou)(?: (?!não\b)\S+){0,3}"
        r" (?:mais alto(?=$| (?:do )?que\b)|maior do que|superior ao|(?:acima|fora) do (?:que|nosso|meu"
        r"|esperado"
        r"|previsto)\b)|(?:passa|ultrapassa)(?: \S+)? (?:nosso|meu|o) orçamento)",
        r"(?<!não )(?:eu )?(?:pensava|pensávamos|esperava|esperávamos|contava|contávamos|(?:tinha"
        r"|tínhamos) (?:previsto|pensado|orçamentado))(?: (?:mais|em|com|algo|como|pagar|gastar|uns|umas"
        r"|cerca|de"
        r"|entre|por))* (?:[r$€]+\d+|r\$ ?\d+|\d[\d ]*(?:€| ?(?:mil )?(?:euros|reais)| ?mil(?=$)))",
        r"(?:é|essa é|esta é) a (?:minha|nossa) (?:última|melhor) (?:oferta|proposta)\b|é pegar ou largar"
        r"|pegar ou largar|senão (?:eu )?(?:desisto|vou embora|saio)$",
        r"(?:^|(?<=^não )|(?<=^mas )|(?<=^olha )|(?<=^olhe )|(?<=^bom )|(?<=^desculpe ))(?:isso|isto|assim) não"
        r" (?:(?:me |nos )?(?:serve|convém|funciona|dá)(?: para mim| para nós| pra mim| pra gente)|(?:me |nos"
        r" )(?:serve|convém))(?=$| (?:de jeito nenhum|porque|a esse preço)\b)(?!.*\b(?:segunda|terça|quarta"
        r"|quinta|sexta|sábado|domingo|amanhã|hora|horas|tela|ecrã|microfone|volume|câmera|câmara|link|som"
        r"|áudio)\b)|não (?:é|acho|me parece)"
        r" (?:nada |muito )?(?:justo|justa|razoável)(?=$| (?:que|para (?:mim|nós)|comigo|connosco|conosco"
        r"|cobrar\w*)"
        r"\b)|(?<!não )é (?:injusto|pedir demais)(?=$| (?:que|para (?:mim|nós)|comigo|connosco|conosco"
        r"|cobrar\w*)\b)",
    ),
    "competitor": (
        r"(?:minha|meu) (?:irmã|irmão|vizinh[oa]|colega|amig[oa]|prim[oa]|cunhad[oa]) (?:\S+ ){0,6}?(?:paga(?:"
        r" \S+){0,3} (?:menos"
        r"|metade|reais|euros|por mês|barato)|(?:contratou|comprou)(?: \S+){0,3} (?:barato|metade"
        r"|concorrência)|usa (?:o da concorrência|outr[oa]|uma? (?:\S+ )?que)|está com (?:a concorrência"
        r"|outr[oa] (?:empresa|fornecedor|operadora)))|(?:a"
        r" outra empresa"
        r"|a concorrência|o concorrente) (?:\S+ ){0,3}(?:diz\w*|disser\w*|oferec\w*|cobra\w*)",
        r"(?:vi|vimos|achei|encontrei|encontramos)(?: \S+){0,3}? (?:mesm[oa]s?|igual|iguais|parecid[oa]s?"
        r"|similar|mais barat[oa]s?)(?: (?!filme\b)\S+){0,5}? (?:por|a) (?:só |apenas |uns )?(?:r\$ ?\d[\d"
        r" ]*+|[$€]\d[\d ]*+|\d[\d ]*(?:€| ?(?:euros|reais)))(?! ?no seu)|(?:na amazon|na internet|no"
        r" mercado livre|noutra loja|em outra loja|noutro sítio|online)(?: (?:há|tem|uma?|igual|o|a|mesm[oa]"
        r"|isso|isto|é|está|tá|custa|por|vende|vendem|vi|achei|encontrei|sai|fica)){1,6} (?:r\$ ?\d+|[$€]\d+"
        r"|\d[\d ]*(?:€| ?(?:euros|reais)))",
    ),
    "decision": (
        r"(?:tenho de|tenho que|temos de|temos que|preciso de|preciso) (?:\S+ )?(?:falar|consultar"
        r"|conversar|ver)(?: \S+){0,2} (?:com|ao|à) (?:o |a )?(?:meu|minha|nosso|nossa|sócio|sócia|marido"
        r"|mulher|chefe|direção|diretora?)|(?:é que manda no|quem (?:decide|assina) é) ",
    ),
    "buying": (
        r"(?:estou|estamos) (?:pront[oa]s?|dispost[oa]s?) (?:para|a|pra) (?:assinar|contratar"
        r"|comprar(?! (?:\S+ )?(?:café|comida|pão|pizzas?|bilhetes)\b)|fechar (?:negócio|o negócio|contrato|o"
        r" contrato)|(?:começar|avançar) com (?:o|a) (?:contrato|assinatura|encomenda))\b",
    ),
}
"""What somebody says of themselves in so many words: sure, whatever else is known."""
REPEATED = (
    r"(?:não|já) (?:sei|sabe|sabemos|sabia)|(?:me|nos|lhe) (?:perguntou|perguntaram|disse|disseram"
    r"|explicou)|nem ideia|tanto faz|depende de",
)
"""What only tells of the question behind it."""
LEISURE = (
    r"(?:com o|do|no) jogo(?! (?:de empurra|duplo))|o jogo (?:de ontem|contra)|(?:o|do|no|ao|com o) (?:futebol"
    r"|árbitro)"
    r"|a final (?:da (?:taça|copa|liga)|do campeonato)|a novela (?:das|de ontem)|lotaria|loteria|na televisão"
    r"|na tv|netflix",
)
"""What people are upset about before a talk begins."""
_COISA = (
    r"(?:só |pequen[oa]s? |únic[oa] )?(?:lojas?|filial|filiais|equipas?|equipes?|times?|mês|meses|semanas?"
    r"|licenças?"
    r"|utilizador(?:es)?|usuários?|pessoas?|departamentos?|escritórios?|unidades?|viaturas?|veículos?"
    r"|carrinhas?"
    r"|máquinas?|salas?|módulos?|armazém|armazéns|turmas?|escolas?|clientes?|projetos?|casas?|edifícios?"
    r"|clínicas?|estufas?|postos?|quartos?|rotas?"
    r"|motoristas?|agências?)\b"
)
_FALHA = (
    r"(?:não(?!$)|nunca|ninguém|nada|nenhum\w*|falh\w*|cai|cair|caísse|partir|quebr\w*|perd\w*|cancel\w*"
    r"|atras\w*"
    r"|problemas?|erro|roub\w*|hacke\w*|faltar|falta|avari\w*|der errado|dá errado|correr mal|desist\w*"
    r"|rescind\w*"
    r"|doente|greve|incêndio|inund\w*|falir|(?:for|vai) abaixo|(?:quiser|quisermos|quero) sair|sem|(?:sistema"
    r"|máquina|servidor"
    r"|linha|isso"
    r"|isto|tudo) parar)\b"
)
ASKED = {
    "price": (
        r"quanto (?:é que |é |)(?:isto |isso |me |nos |)(?:custa|custam|custaria|fica(?! (?:por fazer|para|de"
        r" fora))|ficaria|vai custar"
        r"|sai|sairia|cobram|cobra|pagamos|vou pagar)\b|qual (?:é |seria )?o (?:preço|valor|custo)\b",
        r"(?:está|estão|vem|vêm|fica|já vem)(?: (?!não\b)\S+){0,3} (?:incluíd[oa]s?|inclus[oa]s?|à parte)(?=$"
        r"| (?:no|na|ou|com)\b)|(?:é|são|seria)(?: (?!não\b)\S+){0,1} (?:grátis|gratuit[oa]s?|de graça)(?=$"
        r"| ou\b)|(?:tem|tem algum|há algum) (?:custo|valor) (?:extra|adicional|a mais)",
        r"(?:há|tem|existe|existem) (?:algum |alguma |outros |outras |mais )?(?:taxas?|custos?|encargos"
        r"|tarifas?)(?=$| (?:extra\w*|adicion\w*|escondid\w*|ocult\w*|de|por|além)\b)|(?:tenho|temos|preciso"
        r"|precisamos) (?:que |de )?pagar (?:mais|extra|algo|à parte|a mais)\b",
        r"(?:posso|podemos|dá para|dá pra|pode|podia)(?: \S+)? pagar (?:em (?:prestações|parcelas|várias"
        r"|\d)|às prestações|a prestações|mensalmente|parcelado|depois|mais tarde)\b|(?:posso|podemos"
        r"|dá para|dá pra) parcelar\b",
        r"(?:há|tem|existe|tenho direito a|temos direito a|me dão|dão|vocês dão|fazem)(?: (?!não\b)\S+){0,2}"
        r" (?:compensação|reembolso|desconto|devolução|indemnização|indenização|abatimento|estorno)\b"
        r"|(?:me |nos )?(?:devolvem|vão devolver) (?:o dinheiro|o valor|a caução|alguma coisa)\b",
        r"(?:quanto|que parte|que (?:percentagem|porcentagem)|qual (?:a )?(?:percentagem|porcentagem)) (?:da"
        r"|do|de"
        r" (?:minha|meu|cada)) (?:\S+ )?(?:dinheiro|doação|mensalidade|quota|cota|renda|aluguel|preço"
        r"|pagamento)"
        r"(?: \S+){0,3} (?:vai|chega|fica)\b|quanto (?:é que )?(?:devo|devemos)(?=$| (?:pagar|no total|ainda"
        r"|agora)"
        r"\b)|quanto (?:é que )?(?:falta pagar|tenho (?:de|que) pagar)\b(?! pel[oa]s?\b)",
    ),
    "buying": (
        r"(?:podemos|poderíamos|posso|podia|dá para|dá pra|a gente pode)(?: \S+){0,2} (?:(?:experimentar"
        r"|testar)(?=$"
        rf"| (?:isso|isto|primeiro|antes|durante|de graça)\b| (?:só )?(?:em |com |num |numa |na |no |nas |nos"
        rf" )?(?:(?:um|uma|dois|duas|três) )?{_COISA}"
        r"| (?:o|a) (?:sistema|programa|produto|serviço|software|ferramenta|plataforma|versão|máquina))|fazer"
        r" um teste"
        rf"(?! (?:de (?:som|áudio|micro\w*|vídeo|ligação|conexão)))|começar (?:com|por) (?:só |apenas )?(?:um"
        rf"|uma|dois|duas"
        rf"|três|pouc[oa]s) {_COISA})",
        r"(?:há|tem) (?:um )?(?:período de teste|período experimental)",
        r"(?:como|onde) (?:é que )?(?:posso|podemos|faço para|faço pra|fazemos para|me|nos|eu)(?: me|"
        r" nos)? ?(?:inscrever|inscrevo|contratar|assinar|aderir|cadastrar|(?:encomendar|comprar|registr?ar"
        r"|reservar)"
        r"(?=$| (?:isso|isto|(?:o|um) (?:serviço|plano|produto|sistema)|(?:a|uma) (?:licença|ferramenta|versão"
        r"|assinatura))\b))\b",
    ),
    "risk": (
        r"o que (?:é que )?(?:acontece|aconteceria|faço|fazemos|a gente faz) (?:se|quando)\b",
        rf"e se(?: \S+){{0,8}}? {_FALHA}",
        r"(?:de onde|como|onde)(?: é que)? (?:vocês |você )?(?:tem|têm|tirou|tiraram|conseguiu|conseguiram"
        r"|arranjou|arranjaram|pegou|pegaram|obteve|obtiveram) (?:o |os )?(?:meu|nosso|meus|nossos) (?:\S+"
        r" )?(?:número|telefone|e ?mail|dados|contacto|contato|endereço|nome)",
        r"como(?: é que)? (?:eu )?(?:sei|vou saber|posso saber|posso ter certeza)(?: de)? (?:que|se) (?:não"
        r" )?(?:é|são|isto|isso|vocês|você|está)",
        r"(?:é|são)(?: (?:isso|isto|você|vocês|mesmo|realmente))* (?:confiável|confiáveis|de confiança"
        r"|golpe|um golpe|burla|uma burla|um robô|robô|uma pessoa de verdade)(?=$| ou\b| mesmo\b)|(?:isso"
        r"|isto) não é (?:um )?(?:golpe|uma burla)(?=$| é| não| ou)|(?:posso|podemos|dá para|dá pra) (?:mesmo"
        r" )?confiar (?:em|nisso|nisto|nessa|neste)",
        r"(?:você |vocês |o senhor |a senhora )?(?:pode|podem|consegue|conseguem) (?:me |nos )?(?:garantir"
        r"|assegurar|prometer)\b|(?:você |vocês )?(?:me |nos )(?:garante|garantem|promete|prometem)\b",
    ),
    "question": (
        r"quanto tempo (?:é que |)(?:demora|leva|levaria|dura|vai|fica|ficamos|precisa)"
        r"|(?:por )?quanto tempo|em quanto tempo|há fidelização|tem fidelidade",
        r"quando (?:é que )?(?:me |nos |vou |vamos |eu |)(?:sei|saberei|recebo|recebemos|tenho|terei"
        r"|teremos|dizem|respondem|saber|receber)\b",
        r"(?:a |para )?quem (?:é que )?(?:eu )?(?:ligo|ligamos|contacto|chamo|falo)\b"
        r"|com quem (?:é que )?(?:eu )?falo",
        r"o que (?:é que )?(?:\S+ )?(?:faria|fariam|aconselha|recomenda|sugere)\b",
        r"onde (?:é que )?(?:ficam|estão|são guardados)(?: \S+){0,2} dados",
        r"quando(?! (?:estiver|ficar|for|tiver))(?: é que)?(?: \S+){0,4}? (?:(?:pronto|pronta|arranjad[oa]"
        r"|consertad[oa]|resolvid[oa]|reparad[oa]|instalad[oa]|funcionar|normalizad[oa])(?=$| (?:a|o|de|aqui"
        r"|em)\b)"
        r"|(?:volta|voltar|chega|chegar) (?:a|o) (?:luz|água|internet|rede|sinal|serviço|sistema|encomenda"
        r"|pedido"
        r"|entrega|técnico|linha)|(?:luz|água|internet|rede|sinal|serviço|sistema|encomenda|pedido|entrega"
        r"|técnico"
        r"|linha) (?:\S+ ){0,2}(?:voltar|chegar)(?=$| (?:aqui|em)\b))",
        r"o que (?:é que )?(?:acontece|vai acontecer) (?:depois|a seguir|no fim|no final|ao fim|após|quando"
        r" (?:acab|termin)\w+)\b",
        r"(?:quais são|que|quais)(?: as| os| minhas| nossas)? (?:opções|tratamentos|possibilidades|alternativas"
        r"|programas|planos)(?: (?:há|tenho|temos|existem|vocês|possíveis|disponíveis|tem)|$)|que (?:tipo"
        r"|género) de (?:programas?|planos?|ajuda|opções|tratamentos?)\b",
    ),
    "frustration": (
        r"por ?que (?:é que )?(?:eu |ninguém |não )*(?:me |nos )?(?:não )?(?:fui|fomos|avisaram|avisou"
        r"|disseram|disse|informaram|informou|ligaram)(?: \S+)?(?: (?:avisad[oa]s?|informad[oa]s?))?(?=$"
        r"| (?:antes|nada|disso|disto|que|da|do|sobre)\b)",
        r"por ?que (?:é que )?(?:vocês )?(?:me |nos )?(?:cobraram|estão cobrando|estão a cobrar|fui cobrad[oa]"
        r"|foi cobrad[oa])\b",
    ),
}
"""What is worth a card whoever asks it: a price, how long, what if, a trial. Sure as what is said outright."""
_KIN = (
    r"(?:marido|esposa|mulher|pai|mãe|filho|filha|irmão|irmã|avô|avó|companheiro|companheira|bebê"
    r"|bebé|tio|tia|amigo"
    r"|amiga|neto|neta)"
)
CARE = {
    "grief": (
        rf"(?:meu|minha|nosso|nossa|seu|sua|o|a) {_KIN} .{{0,20}}(?:morreu|faleceu|se foi|nos deixou|partiu"
        r"(?! para| pra))|morte d[oae] (?:meu|minha|noss[oa])|falec(?:eu|ido|ida|imento)|(?:ele"
        r"|ela) (?:morreu|se foi)"
        rf"|perd(?:i|emos|eu) (?:o |a )?(?:(?:meu|minha|nosso|nossa) )?{_KIN}"
        r"|enterr(?:o|ei|amos)|velório|de luto|viúv[oa](?! negra)|aborto espontâneo|cuidados paliativos"
        r"|se foi em",
    ),
    "danger": (
        r"(?:dor|aperto|pressão) no peito|não (?:consegue|consigo|estava conseguindo) respirar|falta de"
        r" ar|(?:fica|ficou|ficando|está|tô|estou|tá) sem ar(?! condicionado)|inconsciente|desmai\w+"
        r"|ambulância|samu|convuls\w+|infarto|derrame|não (?:acorda|está acordando)|lábios? (?:roxos?|azuis"
        r"|azulados?)|ficando rox[oa]|engoli(?:u|ram)|garganta (?:fechando|inchando)",
        r"(?:saindo|tem|está saindo) fumaça|pegando fogo|(?:cheiro|cheirando) (?:de|a) (?:gás|queimado)"
        r"|levei um choque|curto circuito|faíscas?|monóxido|sangrando muito|suic[ií]d\w+|me (?:matar|cortar"
        r"|machucar)|não quero (?:mais )?viver|quero morrer|melhor (?:sem mim|eu não estar)"
        r"|(?:caixa inteira"
        r"|todos os comprimidos)|ele me (?:bate|ameaça)|com uma faca|braço dormente",
    ),
    "secret": (
        r"(?<!esqueci )(?<!trocar )(?<!redefinir )(?<!mudar )(?<!recuperar )(?:minha|sua|a"
        r"|da) senha(?! do)|(?:passar|passo|dar|dou|mandar|mando|dizer|digo) (?:\S+ )?senha|senha"
        r" é|código de segurança|(?:meu|seu|o) pin|número do (?:meu )?cartão|palavra passe"
        r"|código que chegou"
        r"|código do sms|três números de trás",
    ),
    "legal": (
        r"(?:meu|minha|com um|um) advogad[oa]|process(?:ar|o judicial)|(?:vou|vemos|vê"
        r"|entrar|entro) (?:para|pra|à|na|com) (?:a )?justiça|na justiça|tribunal|procon|indenização|isso é"
        r" (?:ilegal|crime)|é legal isso|denunciar",
    ),
    "trap": (
        r"(?:aqui |cá )?entre nós|em off|ninguém precisa saber|não (?:conto|falo"
        r"|digo) (?:nada )?(?:pra|para|a)"
        r" ninguém|quanto (?:pagam|os outros pagam|cobra) (?:os|o|a)? ?(?:outr\w+)?|quanto (?:vocês"
        r" )?(?:cobram|cobra) (?:do|da|dos|das|pro|pros)|sem nota"
        r"|(?<!casa )(?<!janela )(?<!porta )(?<!parede )(?<!cabo )(?<!estou )(?<!estava )(?<!tô )(?<!ficou )"
        r"por fora(?! (?:é|d[aeo] (?:assunto|casa|janela|parede|porta|prédio))\b)"
        r"|caixa dois|dar um jeitinho|data"
        r" anterior|outra data na (?:nota|fatura)|retroativ\w+",
    ),
    "limit": (
        r"(?:seu|o) (?:último preço|preço mais baixo|melhor preço|preço mínimo)|seu (?:limite|teto|máximo"
        r"|mínimo|piso)|até"
        r" (?:onde|quanto) (?:você |vocês )?(?:pode|podem|consegue|conseguem|vai|vão)|até onde vocês|o"
        r" (?:máximo|mínimo) que (?:você|vocês|o senhor|a senhora)",
    ),
    "hardship": (
        r"desempregad\w+|perdi (?:o|meu) (?:emprego|trabalho)|(?:fui|me) (?:demitid\w+|mandad\w+ embora)"
        r"|sem dinheiro|endividad\w+|não (?:tenho|temos) (?:como pagar|dinheiro)|não (?:consigo"
        r"|conseguimos) pagar|morando na rua|fali(?:do|mos|u)|pagar o aluguel|cesta básica|despej\w+"
        r"|(?:parcelas?|prestações|prestação|contas?|boletos?|aluguel) (?:\S+ )?atrasad\w+"
        r"|banco vai (?:tomar"
        r"|levar)|nome sujo|negativad\w+",
    ),
}

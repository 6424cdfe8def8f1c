"""The words behind the built-in signals, as patterns over normalised text (see `playbook.signals`).

One alternative a line, so that a change reads as one line. Only data lives here.
"""

from __future__ import annotations

FILLERS = (
    "so|and|but|or|well|okay|ok|um|uh|er|yeah|yes|no|right|alright|now|then|also|hey|hi|sorry|just|actually",
    "because|look|great|thanks|thank you|i mean|you know|oh|hmm|again|quick question|one more thing|listen",
    "please|honestly|sure|perfect|maybe|though|anyway|by the way|if i may ask",
)
"""What people put before what they mean."""

AUXILIARIES = (
    "can|could|do|does|did|is|are|was|were|will|would|should|has|have|had|may|might|am|must|shall",
    "isn't|aren't|don't|doesn't|didn't|can't|couldn't|won't|wouldn't|shouldn't|haven't|hasn't",
)
SUBJECTS = (
    "you|we|i|it|that|this|there|they|he|she|the|your|our|my|any|anyone|someone|somebody|these|those",
    "an|a|all|everything|everyone|each|both|people|customers",
)
QUESTION_WORDS = "what|who|when|where|why|how|which|whose"

QUESTIONS = (
    # can you …, does the …
    r"^{fillers}(?:{aux}) (?:{subject})\b",
    # what does …, how much …, which plan …
    r"^{fillers}(?:(?:for|in|at|on|by|to|with|under|until|from|since) )?(?:{wh})(?:'s|'re"
    r"|'d)? (?:{aux}|about|if|else|kind|sort|type|happens|happened|makes|made|exactly|of|plan"
    r"|version|many|much|long|often|soon|fast|quickly|big|far|come|other|time|changed|goes|one|part"
    r"|parts|percentage|languages|data)\b",
    # … and what is your …
    r"\b(?:{wh})(?:'s| (?:{aux})) (?:you|we|your|our)\b",
    r"\b(?:what|when|where|why|how)(?:'s| is| are| does| do) (?:the|it|they|there)\b.{{0,60}}$",
    r"\bhow (?:much|many|long|soon|often|fast|quickly|big|far|exactly|come)\b",
    r"\bhow (?:do|does|did|would|can|could|will|should|is|are) (?:{subject})\b",
    # … could you tell me …
    r"\b(?:can|could|would|will) you (?:\S+ )?(?:tell|explain|walk|show|give|share|send|help|say"
    r"|describe|clarify|confirm|talk|repeat|elaborate|check|look|recommend|do|match|come|make|offer)\b",
    r"\b(?:do|did|does|are|have) (?:you|your)(?: guys| team| also| even| product| platform|"
    r" company)? (?:have|offer|support|provide|include|do|know|think|guarantee|see|plan|integrate"
    r"|handle|charge|use|offering|able|open|sure|happy|willing|planning|considered|thought|tried"
    r"|ever|need|want|work|expect)\b",
    # indirect ones
    r"\b(?:i was|i am|i'm|we were|we are|we're|just|still) (?:just |also |really |still"
    r" )?(?:wondering|curious|asking)\b",
    r"\b(?:i'd|i would|we'd|we would) (?:really |just )?(?:like|love|want|need) to (?:know"
    r"|understand|hear|see how)\b",
    r"\b(?:i|we) (?:just |really |also )?(?:want|need|wanted|have) to (?:know|understand|ask)\b",
    r"\b(?:my|one|another|the|our|next|big|last|quick) question(?: \S+){{0,3}} (?:is|was|for you|about)\b",
    r"^{fillers}(?:tell (?:me|us)|walk (?:me|us) through|help me understand|explain to me|talk me"
    r" through)\b",
    r"\b(?:any idea|any thoughts|what are your thoughts|any plans|any update|any news) (?:on|about"
    r"|how|when|if|for|of)\b",
    r"\bis (?:there (?:a|an|any|some)|it possible|that right|that correct|that included|that something)\b",
    r"\b(?:is that right|is that correct|isn't it|doesn't it|don't you|won't it|aren't you|is that"
    r" so|or not|or what)$",
    r"^{fillers}what if\b",
    # … with a small word the recogniser lost: (how) long does it, can (you) tell me
    r"^{fillers}(?:long|much|many|often|soon|fast|quickly) (?:{aux}) (?:{subject})\b",
    r"^{fillers}(?:can|could|would) (?:tell|explain|walk|show|give|share|send|help|describe|clarify"
    r"|confirm|repeat|elaborate|check|recommend|fix|rebuild|match)\b",
    r"^{fillers}(?:any|anything) (?:chance|way|discount|else|we can|you can)\b",
)

NOT_QUESTIONS = (
    # greetings and sound checks
    r"^(?:\S+ ){{0,4}}how are you(?: doing| all| today| both| guys| feeling)*$",
    r"^(?:\S+ ){{0,3}}(?:how's|how is) (?:it going|everyone|everybody|life)\b",
    r"^(?:\S+ ){{0,3}}(?:can|could|do) (?:you|everyone|everybody|they) (?:all |guys |both |still "
    r"|now )?(?:hear|see) (?:me|us|my screen|this|my slides)\b",
    r"\b(?:am i|is my) (?:audible|muted|on mute|sound|camera|mic|microphone|screen)\b",
    r"^(?:\S+ ){{0,2}}(?:shall we|should we|are we) (?:start|begin|get started|wait|ready|all here)\b",
    r"^(?:\S+ ){{0,2}}(?:is|are) (?:everyone|everybody|we all) (?:here|on|ready)\b",
    r"\b(?:how (?:was|is)|how's) (?:your|the) (?:weekend|day|morning|evening|holiday|trip|week"
    r"|weather|family)\b",
    r"\b(?:did|do) you (?:have|had) a (?:good|nice|great) (?:weekend|holiday|trip|day|evening|week)\b",
    # statements built from question words
    r"^(?:\S+ ){{0,2}}(?:that's|that is|this is|it's|which is|which was|which means|that was)"
    r" (?:what|why|how|where|when|who)\b",
    r"^(?:\S+ )?(?:you know what|guess what|what a|how nice|how funny|how cool|why not|how lovely)\b",
    r"\b(?:i|we) (?:don't|do not|didn't) (?:really )?(?:know|care|remember|mind) (?:what|how|why"
    r"|when|where|who|if)\b",
    r"\b(?:i'll|i will|we'll|we will|let me) (?:\S+ )?(?:tell|show|explain|see)\b",
    r"^(?:\S+ ){{0,2}}what (?:we|i|they) (?:do|did|have|need|want|use|like|usually|found|really)\b",
    r"^(?:\S+ ){{0,2}}(?:when|where|while) (?:i|we|they|he|she) (?:was|were|started|first|did|had"
    r"|moved|joined)\b",
    r"\b(?:he|she|they|somebody|someone) (?:asked|wondered|told|said)\b",
    r"^(?:\S+ ){{0,3}}(?:right|correct|okay|you know)$",
    r"^(?:\S+ ){{0,4}}what (?:can|could|do) (?:i|you|we) (?:say|expect|do)$",
    r"^(?:\S+ )?(?:who|what) (?:knows|cares)\b",
    r"^(?:\S+ ){{0,2}}is (?:that|this) (?:so|true|right)$",
)

PRICE = (
    r"pric(?:e|es|ed|ing|ey|y)|priced|costs?|budgets?|discounts?|expensive|cheap(?:er|est)?|rebates?",
    r"per (?:month|year|seat|user|head|licen[cs]e|annum)|a (?:month|year) per",
    r"how much (?:is|are|does|do|would|will|for|the|it|you|we|money)|licen[cs]e fees?|setup fees?|fees?",
    r"(?:hundred|thousand) (?:\S+ )?(?:a|the|per|each|every) (?:day|week|month|quarter|year)",
    r"(?:a|your|the) quote|quotation|pay (?:for|per|more|less|you)|invoic(?:e|es|ing)|afford|dollars"
    r"|euros|pounds",
)
COMPETITOR = (
    r"competitors?|competition|alternatives?",
    r"(?:other|another|different|current|existing|second|rival) (?:vendor|provider|tool|supplier"
    r"|solution|product|option|system|platform|company|offer|agency)s?",
    r"(?:also|already|been) (?:looking at|talking to|evaluating|comparing|testing|speaking with)",
    r"offered us|compared? (?:to|with)|instead of you|versus|shortlist(?:ed)?|switch(?:ing)? (?:from|to)",
    r"(?:why|what makes) (?:should we choose )?you (?:over|better|different)|different from|better than",
)
OBJECTION = (
    r"too (?:expensive|much|high|complex|complicated|risky|early|big|hard|difficult|many)",
    r"(?:not|n't) (?:sure|convinced|comfortable|ready|the right|a (?:good |great )?fit|see (?:the"
    r"|why|how|any)|need|have (?:the )?(?:time|budget|people|capacity)|really need|think (?:this|it"
    r"|we)|believe)",
    r"(?:my|our|the|one|main|biggest|only) (?:concern|worry|hesitation|objection) (?:is|here|with|would)",
    r"(?:i'm|i am|we're|we are|bit|little|really|quite) (?:concerned|worried|skeptical|sceptical"
    r"|hesitant|afraid|nervous)",
    r"hard to (?:justify|sell|believe|see)|i doubt|no (?:budget|time)|out of (?:our )?(?:budget"
    r"|range)|over (?:\S+ )?budget",
    r"deal ?breaker|(?:can't|cannot|couldn't|can not) (?:justify|afford|commit|accept|go ahead)|not"
    r" going to (?:work|fly)",
    r"why (?:would|should) (?:we|i) (?:change|switch|pay|buy|do)|already have (?:a|something|one)"
    r"|happy with what we",
)
STALL = (
    r"(?:need|have|want|going) to (?:think|discuss|check|review|talk|speak|ask|run)\b.{0,20}\b(?:it"
    r"|this|that|boss|team|manager|partner|board|legal|internally|finance|procurement|them|him|her)",
    r"think (?:about it|it over)|get back to you|circle back|come back to you|next quarter|next year"
    r"|after the summer",
    r"not (?:a|the) (?:right|good|best) time|no rush|send me (?:some )?(?:information|info|an email"
    r"|something)",
    r"talk to (?:our|my|the) (?:team|boss|legal|finance|board)|maybe later|hold off|park (?:this|it)",
)
DECISION = (
    r"(?:who|how) (?:makes|make|decides|approves|signs)|decision(?: maker| makers| process|"
    r" criteria)?|decide",
    r"sign(?:s|ed|ing)? off|approval|procurement|final say|stakeholders?|deadline",
)
COMMITMENT = (
    r"(?:i|we)(?:'ll| will| can| am going to| are going to|'m going to|'re going to) (?:\S+"
    r" )?(?:send|share|check|schedule|follow up|get (?:you|back|that|it)|prepare|set up|book|email"
    r"|call|draft|arrange|put together|deliver|fix|look into|have it|introduce|forward|review it"
    r"|make sure|take care|write)",
    r"(?:i|we)(?:'ll| will|'m going to| am going to|'re going to| are going to) (?:\S+"
    r" ){1,8}(?:tomorrow|today|tonight|(?:by|on) (?:monday|tuesday|wednesday|thursday|friday)|next week)",
    r"by (?:the end of|monday|tuesday|wednesday|thursday|friday|tomorrow|next week|end of)",
    # … and when the recogniser lost the `I`
    r"^(?:(?:so|and|then|okay|yes) )*will (?:send|share|check|schedule|follow up|get (?:you|back)"
    r"|prepare|book|email|call you|draft|arrange|forward|look into|make sure|take care)",
    r"(?:until|before) (?:monday|tuesday|wednesday|thursday|friday|tomorrow)|i promise|you have my word",
)
BUYING = (
    r"sounds (?:great|good to me|perfect|exactly)|move forward|go ahead|next steps?",
    r"ready to (?:sign|start|buy|go)|when (?:can|could) we (?:start|begin|get started)",
    r"(?:let's|let us|we could|we can) (?:do|try|start) (?:it|that|this|the|a|with|in)",
    r"sign (?:up|the contract|today)|we(?:'d| would) (?:like|love) to (?:start|buy|go|try)|i'm sold"
    r"|count us in",
    r"that works for us|start (?:a|the|with a) (?:trial|pilot)|send (?:me|us|over) the contract",
)
PAIN = (
    r"(?:main|biggest|our|real|huge) (?:problem|pain|challenge|struggle|headache|bottleneck|issue)",
    r"takes? (?:us |me |them )?(?:too long|forever|hours|days|weeks|ages)|struggl(?:e|es|ing)",
    r"broke|broken|crash(?:es|ed|ing)?|too slow|losing (?:time|money|customers|deals)|(?:not"
    r"|stopped) working",
    r"wast(?:e|es|ed|ing) (?:so much |a lot of |our )?(?:time|hours|money)|(?:doesn't|does not"
    r"|didn't) work",
    r"by hand|manually|error prone|copy and paste|the hard part|what slows us|painful",
)
RISK = (
    r"cancel(?:l?ing|l?ation|led|ed)?|terminat(?:e|ion|ing)|security|secure|gdpr|complian(?:ce|t)",
    r"legal|liabilit(?:y|ies)|data (?:protection|residency|breach|privacy|center|centre)|privacy"
    r"|audit(?:s|ed)?",
    r"soc ?(?:2|two)|iso \S+|encrypt(?:ed|ion)|lock ?in|locked in|sla|uptime|refunds?|where is"
    r" (?:our|the) data",
)
FRUSTRATION = (
    r"frustrat\w+|annoy\w+|unacceptable|fed up|disappoint\w+|ridiculous|furious|useless",
    r"(?:i'm|i am|we're|we are|really|very|so|quite) (?:upset|angry|mad)",
    r"(?:terrible|horrible|awful) (?:service|support|experience|product|quality)",
    r"nobody (?:answers?|answered|helps?|calls?|called|cares?|told)|no one (?:answers?|answered"
    r"|helps?|calls?|cares?|told)",
    r"never (?:answers?|answered|works?|worked|called|heard)|(?:yet|once) again|(?:second|third"
    r"|fourth|fifth) time",
    r"sick of|waste of (?:my |our )?time|still (?:not|broken|waiting|no)|had enough|a joke",
    r"waiting (?:for )?(?:days|weeks|hours|three|two|a week)|speak to (?:a|your) (?:manager"
    r"|supervisor)|let (?:me|us) down",
)
CONFUSION = (
    r"(?:don't|do not|didn't|can't|not sure i|never) (?:\S+ )?(?:understand|follow|get it|get this"
    r"|see what you mean)",
    r"(?:i'm|i am|we're|you've|you) (?:\S+ )?(?:lost|confused)(?: me| us)?|makes no sense|doesn't"
    r" make sense|confusing",
    r"what (?:does|do) (?:\S+ ){1,4}(?:even )?mean|what(?:'s| is) (?:a|an|the) \S+(?: even)?$|no"
    r" idea what|which (?:one|of them) is it|who is it that|in plain (?:english|words)|did i"
    r" (?:understand|get) (?:that|it|you) right",
)
CHURN = (
    r"(?:cancel|close|end|leave|terminate) (?:\S+ )?(?:account|contract|subscription|plan|service"
    r"|membership|policy)",
    r"(?:i'm|i am|we're|we are|i'll|we'll|i will|we will|might|going to) (?:\S+ )?(?:leave|leaving"
    r"|cancel|cancell?ing|switch|switching|moving to|move to|going elsewhere|go elsewhere|take (?:my"
    r"|our) business)",
    r"last (?:chance|straw)|one more (?:time|like that|email|outage|mistake)|money back|(?:another|a"
    r" new|new) (?:job|offer|role)|(?:look|looking) (?:for another|elsewhere|around)|find (?:another"
    r"|someone else)|done with (?:you|this)",
)
CARE = {
    "grief": (
        r"passed away",
        r"(?:he|she|mum|mom|dad|(?:my|our|her|his) (?:husband|wife|father|mother|dad|daddy|mum|mom|mummy"
        r"|son|daughter|partner|brother|sister|baby|gran|grandma|grandad|nan|uncle|aunt|friend"
        r"|fiancée?)) (?:just |sadly )?passed",
        r"(?:he|she|mum|mom|dad|(?:my|our|her|his) (?:husband|wife|father|mother|dad|daddy|mum|mom|mummy"
        r"|son|daughter|partner|brother|sister|baby|gran|grandma|grandad|nan|uncle|aunt|friend"
        r"|fiancée?)) (?:has |had |have |'s )?(?:just |sadly |suddenly )?died",
        r"(?:my|our|her|his) (?:late|dead|deceased) (?:husband|wife|father|mother|dad|daddy|mum|mom"
        r"|mummy|son|daughter|partner|brother|sister|baby|gran|grandma|grandad|nan|uncle|aunt|friend"
        r"|fiancée?)",
        r"death of (?:my|our|her|his) (?:husband|wife|father|mother|dad|daddy|mum|mom|mummy|son|daughter"
        r"|partner|brother|sister|baby|gran|grandma|grandad|nan|uncle|aunt|friend|fiancée?)",
        r"(?:since|when|after) (?:he|she|my \w+) died",
        r"(?:the|his|her|my|mum's|dad's|a|to|at) funeral(?! (?:directors?|homes?|business|industry"
        r"|company|parlou?rs?))",
        r"bereave\w*",
        r"widow(?:ed|er)?",
        r"miscarr\w+",
        r"stillborn",
        r"lost (?:my|our|her|his) (?:husband|wife|father|mother|dad|daddy|mum|mom|mummy|son|daughter"
        r"|partner|brother|sister|baby|gran|grandma|grandad|nan|uncle|aunt|friend|fiancée?)",
        r"buried (?:my |our |her |his )?(?:(?:husband|wife|father|mother|dad|daddy|mum|mom|mummy|son"
        r"|daughter|partner|brother|sister|baby|gran|grandma|grandad|nan|uncle|aunt|friend|fiancée?)|him"
        r"|her)",
        r"no longer with us",
        r"(?:took|taken) (?:his|her|their) own life",
        r"for the (?:head)?stone",
        r"terminal(?:ly)? ill",
        r"hospice",
    ),
    "danger": (
        r"chest (?:pains?|discomfort|tight\w*|hurts)|(?:pain|tightness|pressure|tight) (?:in|across|on)"
        r" (?:my|his|her|the) chest|sitting on my chest",
        r"(?:can't|cannot|couldn't|not|hard to|struggling to|trouble) breath\w*|short of breath|choking",
        r"(?:can't|cannot|couldn't) (?:move|feel) (?:my|his|her|one)|can't see (?:anything|out of)",
        r"unconscious|collapsed on|has collapsed|fainted|overdos\w+|seizure",
        r"(?<!any )(?<!no )(?<!not )(?<!never )suicid\w*",
        r"kill (?:my|him|her)self|end (?:it all|my life)|don't want to (?:live|be here|be alive)|(?:no"
        r"|the) point (?:in|of) going on|better off dead",
        r"took (?:the whole|all (?:the|my)|a whole) (?:box|bottle|packet|pack|pills|tablets)",
        r"(?:he|she|they|my \w+) (?:hits|beats|is hitting|keeps hitting|threatened) me|been hitting me",
        r"(?:call|called|calling|need|get) (?:an |the )?ambulance",
        r"(?:smell|smells|smelling) (?:of |like )?(?:gas|burning|smoke)|smoke (?:is )?(?:coming|pouring)"
        r" (?:out|from)|it's smoking",
        r"gas leak|(?:is|it's|was|going|went|caught) (?:on )?fire(?! drill)|electric shock|bleeding (?:a"
        r" lot|badly|heavily)|anaphyla\w*|swallowed (?:a|some|the)",
        r"(?:face|arm) (?:is |has |went |has gone |'s )?(?:numb|drooping|weak)",
        r"emergency (?:room|services)|pendant alarm|hurt (?:someone|somebody|myself)",
    ),
    "secret": (
        r"(?:my|your|our|his|her|admin|root|master) (?:password|passcode|pin(?: code| number)?|cvv"
        r"|security code|login details)(?! (?:manager|policy|reset))",
        r"(?:password|passcode|security code) is|pin is (?:\d|one|two|three|four|five|six|seven|eight"
        r"|nine|zero)",
        r"the code (?:they|you|that|i|it) .{0,24}(?:is|says) [\d ]{3,}|the code is [\d ]{3,}",
        r"three digits on the back",
        r"one time (?:code|password)|verification code|(?:my|whole|full) card number|engineer code"
        r"|there's a code|bypass code|read (?:you|out) the code",
    ),
    "legal": (
        r"(?:my|our|a) (?:lawyer|attorney|solicitor|barrister)s? (?:will|is going|'ll|says? i|says? we"
        r"|about this|advis)|(?:from|through|to|with|get|call|see|need) (?:my|our|a) (?:lawyer|attorney"
        r"|solicitor|barrister)",
        r"su(?:e|ing) (?:you|them|the)|(?:going to|gonna|we'll|i'll|will) sue|lawsuit|legal action|take"
        r" you to court|see you in court|small claims|ombudsman|trading standards|class action",
        r"against the law|is (?:it|that|this) (?:even legal|illegal|legal to)|(?:that's|this is|it's)"
        r" (?:discrimination|harassment|illegal)|report (?:you|this|it) to the",
    ),
    "trap": (
        r"between (?:ourselves|us|you and me|you me)|off the record|hypothetically speaking|don't tell"
        r" (?:anyone|anybody|them)|nobody (?:needs|has) to know",
        r"(?:what|how much) (?:did|do|does|are|is|were|have) (?:the |your )?(?:others?|other"
        r" (?:suppliers?|clients?|customers?|people)|competitors?|they|he|she) (?:\S+ )?(?:pay|paying"
        r"|charge|charging|quote|quoting|offer|offering|earn|earning)",
        r"what you've had from the others|(?:just|simply) (?:put|write|sign|tick|enter|say) (?:it |that "
        r"|them )?(?:down|off|in|that it's|they're)|put (?:last|an earlier|another) \S+ date|back"
        r" ?dat\w+|leave it off (?:the|my)|doesn't have to (?:go|be) (?:down|on)|in writing that"
        r" (?:they're|it's|you'll)",
    ),
    "limit": (
        r"(?:your|the) (?:lowest|best|final|rock bottom|absolute best) (?:price|offer|number|figure|you"
        r" can)|(?:what's|what is) your (?:bottom line|lowest|best)|bottom line (?:price|number)|how low"
        r" (?:can|could|would)|lowest you(?:'d| would| could| can|'ll)",
        r"walk away (?:price|point|number)|(?:what's|what is) (?:your|the) (?:limit|maximum|ceiling"
        r"|budget limit|floor)|what budget (?:did|have|do) (?:they|you)",
        r"(?:most|least) you(?:'d| would| could| can)? (?:pay|take|accept|go)|how (?:far|high|much"
        r" further) (?:can|could|would) you go",
    ),
    "hardship": (
        r"(?:i'm|i am|we're|we are|i are|been|am|me) homeless|unemployed|lost (?:my|his|her|our)"
        r" jobs?|laid off|(?:made|been|got) redundant|out of work|(?:i'm|i am|so|pretty|flat) broke|skint",
        r"food bank|on (?:benefits|welfare|disability|ssi|universal credit)|live on (?:ssi|benefits)",
        r"(?:can't|cannot|couldn't|struggling to) (?:pay|afford|make|cover) (?:(?:the |my |our )?(?:rent"
        r"|food|bills|heating|mortgage)|to (?:pay|eat|live|heat))|behind (?:on|with) (?:the |my |our"
        r" )?(?:rent|bills|mortgage)",
        r"money is (?:really |very )?tight|(?:pounds|dollars|euros|quid) (?:to last|left) (?:till|until"
        r"|for)|struggling (?:college )?(?:student|financially)",
        r"(?:sleep|sleeping|live|living) in (?:my|our|the|a|parking) (?:car|lots?|shelter)|bailiffs?|in"
        r" debt|evict\w+|poor right now",
    ),
}
"""What calls for care before anything else."""

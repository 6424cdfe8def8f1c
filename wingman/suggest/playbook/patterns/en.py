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
    r"^{fillers}(?:(?:for|in|at|on|by|to|with|under|until|from|since) )?(?:{wh})(?:'s|'re|'d)? "
    r"(?:{aux}|about|if|else|kind|sort|type|happens|happened|makes|made|exactly|of|plan|version|many|much|long"
    r"|often|soon|fast|quickly|big|far|come|other|time|changed|goes|one|part|parts|percentage"
    r"|languages|data)\b",
    # … and what is your …
    r"\b(?:{wh})(?:'s| (?:{aux})) (?:you|we|your|our)\b",
    r"\b(?:what|when|where|why|how)(?:'s| is| are| does| do) (?:the|it|they|there)\b.{{0,60}}$",
    r"\bhow (?:much|many|long|soon|often|fast|quickly|big|far|exactly|come)\b",
    r"\bhow (?:do|does|did|would|can|could|will|should|is|are) (?:{subject})\b",
    # … could you tell me …
    r"\b(?:can|could|would|will) you (?:\S+ )?(?:tell|explain|walk|show|give|share|send|help|say|describe"
    r"|clarify|confirm|talk|repeat|elaborate|check|look|recommend|do|match|come|make|offer)\b",
    r"\b(?:do|did|does|are|have) (?:you|your)(?: guys| team| also| even| product| platform| company)? "
    r"(?:have|offer|support|provide|include|do|know|think|guarantee|see|plan|integrate|handle|charge|use"
    r"|offering|able|open|sure|happy|willing|planning|considered|thought|tried|ever|need|want|work|expect)\b",
    # indirect ones
    r"\b(?:i was|i am|i'm|we were|we are|we're|just|still) (?:just |also |really "
    r"|still )?(?:wondering|curious|asking)\b",
    r"\b(?:i'd|i would|we'd|we would) (?:really |just )?(?:like|love|want|need) to (?:know|understand"
    r"|hear|see how)\b",
    r"\b(?:i|we) (?:just |really |also )?(?:want|need|wanted|have) to (?:know|understand|ask)\b",
    r"\b(?:my|one|another|the|our|next|big|last|quick) question(?: \S+){{0,3}} (?:is|was|for you|about)\b",
    r"^{fillers}(?:tell (?:me|us)|walk (?:me|us) through|help me understand|explain to me|talk me through)\b",
    r"\b(?:any idea|any thoughts|what are your thoughts|any plans|any update|any news) (?:on|about"
    r"|how|when|if|for|of)\b",
    r"\bis (?:there (?:a|an|any|some)|it possible|that right|that correct|that included|that something)\b",
    r"\b(?:is that right|is that correct|isn't it|doesn't it|don't you|won't it|aren't you|is that so"
    r"|or not|or what)$",
    r"^{fillers}what if\b",
    # … with a small word the recogniser lost: (how) long does it, can (you) tell me
    r"^{fillers}(?:long|much|many|often|soon|fast|quickly) (?:{aux}) (?:{subject})\b",
    r"^{fillers}(?:can|could|would) (?:tell|explain|walk|show|give|share|send|help|describe|clarify|confirm"
    r"|repeat|elaborate|check|recommend|fix|rebuild|match)\b",
    r"^{fillers}(?:any|anything) (?:chance|way|discount|else|we can|you can)\b",
)

NOT_QUESTIONS = (
    # greetings and sound checks
    r"^(?:\S+ ){{0,4}}how are you(?: doing| all| today| both| guys| feeling)*$",
    r"^(?:\S+ ){{0,3}}(?:how's|how is) (?:it going|everyone|everybody|life)\b",
    r"^(?:\S+ ){{0,3}}(?:can|could|do) (?:you|everyone|everybody|they) (?:all |guys |both |still |now )?"
    r"(?:hear|see) (?:me|us|my screen|this|my slides)\b",
    r"\b(?:am i|is my) (?:audible|muted|on mute|sound|camera|mic|microphone|screen)\b",
    r"^(?:\S+ ){{0,2}}(?:shall we|should we|are we) (?:start|begin|get started|wait|ready|all here)\b",
    r"^(?:\S+ ){{0,2}}(?:is|are) (?:everyone|everybody|we all) (?:here|on|ready)\b",
    r"\b(?:how (?:was|is)|how's) (?:your|the) (?:weekend|day|morning|evening|holiday|trip|week"
    r"|weather|family)\b",
    r"\b(?:did|do) you (?:have|had) a (?:good|nice|great) (?:weekend|holiday|trip|day|evening|week)\b",
    # statements built from question words
    r"^(?:\S+ ){{0,2}}(?:that's|that is|this is|it's|which is|which was|which means|that was) "
    r"(?:what|why|how|where|when|who)\b",
    r"^(?:\S+ )?(?:you know what|guess what|what a|how nice|how funny|how cool|why not|how lovely)\b",
    r"\b(?:i|we) (?:don't|do not|didn't) (?:really )?(?:know|care|remember|mind) (?:what|how|why|when"
    r"|where|who|if)\b",
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
    r"(?:other|another|different|current|existing|second|rival) "
    r"(?:vendor|provider|tool|supplier|solution|product|option|system|platform|company|offer|agency)s?",
    r"(?:also|already|been) (?:looking at|talking to|evaluating|comparing|testing|speaking with)",
    r"offered us|compared? (?:to|with)|instead of you|versus|shortlist(?:ed)?|switch(?:ing)? (?:from|to)",
    r"(?:why|what makes) (?:should we choose )?you (?:over|better|different)|different from|better than",
)
OBJECTION = (
    r"too (?:expensive|much|high|complex|complicated|risky|early|big|hard|difficult|many)",
    r"(?:not|n't) (?:sure|convinced|comfortable|ready|the right|a (?:good |great )?fit|see (?:the|why"
    r"|how|any)|need"
    r"|have (?:the )?(?:time|budget|people|capacity)|really need|think (?:this|it|we)|believe)",
    r"(?:my|our|the|one|main|biggest|only) (?:concern|worry|hesitation|objection) (?:is|here|with|would)",
    r"(?:i'm|i am|we're|we are|bit|little|really|quite) (?:concerned|worried|skeptical|sceptical"
    r"|hesitant|afraid|nervous)",
    r"hard to (?:justify|sell|believe|see)|i doubt|no (?:budget|time)|out of (?:our )?(?:budget"
    r"|range)|over (?:\S+ )?budget",
    r"deal ?breaker|(?:can't|cannot|couldn't|can not) (?:justify|afford|commit|accept|go ahead)"
    r"|not going to (?:work|fly)",
    r"why (?:would|should) (?:we|i) (?:change|switch|pay|buy|do)|already have (?:a|something|one)"
    r"|happy with what we",
)
STALL = (
    r"(?:need|have|want|going) to (?:think|discuss|check|review|talk|speak|ask|run)\b.{0,20}"
    r"\b(?:it|this|that|boss|team|manager|partner|board|legal|internally|finance|procurement|them|him|her)",
    r"think (?:about it|it over)|get back to you|circle back|come back to you|next quarter|next year"
    r"|after the summer",
    r"not (?:a|the) (?:right|good|best) time|no rush|send me (?:some )?(?:information|info|an email|something)",
    r"talk to (?:our|my|the) (?:team|boss|legal|finance|board)|maybe later|hold off|park (?:this|it)",
)
DECISION = (
    r"(?:who|how) (?:makes|make|decides|approves|signs)|decision(?: maker| makers| process| criteria)?|decide",
    r"sign(?:s|ed|ing)? off|approval|procurement|final say|stakeholders?|deadline",
)
COMMITMENT = (
    r"(?:i|we)(?:'ll| will| can| am going to| are going to|'m going to|'re going to) (?:\S+ )?"
    r"(?:send|share|check|schedule|follow up|get (?:you|back|that|it)|prepare|set up|book|email|call"
    r"|draft|arrange"
    r"|put together|deliver|fix|look into|have it|introduce|forward|review it|make sure|take care|write)",
    r"(?:i|we)(?:'ll| will|'m going to| am going to|'re going to| are going to) (?:\S+ ){1,8}"
    r"(?:tomorrow|today|tonight|(?:by|on) (?:monday|tuesday|wednesday|thursday|friday)|next week)",
    r"by (?:the end of|monday|tuesday|wednesday|thursday|friday|tomorrow|next week|end of)",
    # … and when the recogniser lost the `I`
    r"^(?:(?:so|and|then|okay|yes) )*will (?:send|share|check|schedule|follow up|get (?:you|back)|prepare|book"
    r"|email|call you|draft|arrange|forward|look into|make sure|take care)",
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
    r"broke|broken|crash(?:es|ed|ing)?|too slow|losing (?:time|money|customers|deals)|(?:not|stopped) working",
    r"wast(?:e|es|ed|ing) (?:so much |a lot of |our )?(?:time|hours|money)|(?:doesn't|does not|didn't) work",
    r"by hand|manually|error prone|copy and paste|the hard part|what slows us|painful",
)
RISK = (
    r"cancel(?:l?ing|l?ation|led|ed)?|terminat(?:e|ion|ing)|security|secure|gdpr|complian(?:ce|t)",
    r"legal|liabilit(?:y|ies)|data (?:protection|residency|breach|privacy|center|centre)|privacy"
    r"|audit(?:s|ed)?",
    r"soc ?(?:2|two)|iso \S+|encrypt(?:ed|ion)|lock ?in|locked in|sla|uptime|refunds?|where is (?:our"
    r"|the) data",
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
    r"(?:i'm|i am|we're|you've|you) (?:\S+ )?(?:lost|confused)(?: me| us)?|makes no sense"
    r"|doesn't make sense|confusing",
    r"what (?:does|do) (?:\S+ ){1,4}(?:even )?mean|what(?:'s| is) (?:a|an|the) \S+(?: even)?$|no idea what"
    r"|which (?:one|of them) is it|who is it that|in plain (?:english|words)|did i (?:understand"
    r"|get) (?:that|it|you) right",
)
CHURN = (
    r"(?:cancel|close|end|leave|terminate) (?:\S+ )?(?:account|contract|subscription|plan|service"
    r"|membership|policy)",
    r"(?:i'm|i am|we're|we are|i'll|we'll|i will|we will|might|going to) (?:\S+ )?(?:leave|leaving"
    r"|cancel|cancell?ing|switch|switching"
    r"|moving to|move to|going elsewhere|go elsewhere|take (?:my|our) business)",
    r"last (?:chance|straw)|one more (?:time|like that|email|outage|mistake)|money back|(?:another"
    r"|a new|new) (?:job|offer|role)"
    r"|(?:look|looking) (?:for another|elsewhere|around)|find (?:another|someone else)|done with (?:you|this)",
)
CARE = {
    "grief": (
        r"passed away|he passed|she passed|(?:has|have|had|'s|just) died|died (?:in|on|last|this|of"
        r"|from)|(?:my|our|her|his) late "
        r"(?:husband|wife|father|mother|son|daughter|partner|brother|sister)|funeral|bereave\w*"
        r"|widow(?:ed|er)?|miscarriage",
        r"lost (?:my|our|her|his) (?:husband|wife|father|mother|dad|mum|mom|son|daughter|partner"
        r"|brother|sister|baby)"
        r"|for the (?:head)?stone|terminal(?:ly)? ill|hospice",
    ),
    "danger": (
        r"chest (?:pain|discomfort|tight\w*|hurts)|sitting on my chest|(?:can't|cannot|couldn't|not"
        r"|hard to) breath\w*|short of breath"
        r"|(?:can't|cannot|couldn't) (?:move|feel) (?:my|his|her|one|the)|can't see (?:anything|out of)"
        r"|unconscious|collapsed|overdos\w+"
        r"|(?<!any )(?<!no )(?<!not )(?<!never )suicid\w*"
        r"|kill (?:my|him|her)self|end (?:it all|my life)"
        r"|don't want to (?:live|be here)",
        r"(?:call|called|calling|need|get) (?:an |the )?ambulance|(?:smell|smells|smelling) (?:of "
        r"|like )?(?:gas|burning|smoke)"
        r"|gas leak|on fire|caught fire|electric shock|bleeding (?:a lot|badly|heavily)|anaphyla\w*"
        r"|(?:face|arm) (?:is |went |has gone )?"
        r"(?:numb|drooping|weak)|emergency (?:room|services)|pendant alarm|hurt (?:someone|somebody|myself)",
    ),
    "secret": (
        r"(?:my|the|your|our|his|her|admin) (?:password|passcode|pin(?: code| number)?|cvv"
        r"|security code|login details)"
        r"|(?:password|passcode|pin|security code) (?:is|for)|one time (?:code|password)"
        r"|verification code|card number|engineer code"
        r"|there's a code|bypass code",
    ),
    "legal": (
        r"(?:my|our|a|the) (?:lawyer|attorney|solicitor|barrister)s?|su(?:e|ing) (?:you|them|the)"
        r"|lawsuit|legal action|take you to court"
        r"|small claims|ombudsman|trading standards|class action|against the law"
        r"|is (?:it|that|this) (?:even legal|illegal|legal to)",
    ),
    "trap": (
        r"between (?:ourselves|us|you and me|you me)|off the record|hypothetically speaking"
        r"|don't tell (?:anyone|anybody|them)",
        r"(?:what|how much) (?:did|do|does|are|is|were|have) (?:the |your )?(?:others?"
        r"|other (?:suppliers?|clients?|customers?|people)"
        r"|competitors?|they|he|she) (?:\S+ )?(?:pay|paying|charge|charging|quote|quoting|offer"
        r"|offering|earn|earning)",
        r"what you've had from the others|(?:just|simply) (?:put|write|sign|tick|enter|say) (?:it "
        r"|that |them )?(?:down|off|in|that it's|they're)"
        r"|back ?dat\w+|leave it off (?:the|my)|doesn't have to (?:go|be) (?:down|on)"
        r"|in writing that (?:they're|it's|you'll)",
    ),
    "limit": (
        r"(?:your|the) (?:lowest|best|final|rock bottom|absolute best) (?:price|offer|number|figure|you can)"
        r"|bottom line (?:price|number)|how low (?:can|could|would)"
        r"|walk away (?:price|point|number)|(?:what's|what is) (?:your|the) (?:limit|maximum|ceiling"
        r"|budget limit|floor)"
        r"|(?:most|least) you(?:'d| would| could| can)? (?:pay|take|accept|go)|how (?:far|high"
        r"|much further) (?:can|could|would) you go",
    ),
    "hardship": (
        r"(?:i'm|i am|we're|we are|i are|been|am|me) homeless|unemployed|lost my job|laid off"
        r"|out of work|(?:i'm|i am|so|pretty|flat) broke"
        r"|food bank|on (?:benefits|welfare|disability|ssi)"
        r"|live on (?:ssi|benefits)"
        r"|can't (?:pay|afford) (?:(?:the |my )?(?:rent|food|bills|heating)|to (?:pay|eat|live|heat))"
        r"|money is (?:really |very )?tight"
        r"|struggling (?:college )?(?:student|financially)|(?:sleep|sleeping|live|living) in (?:my|our"
        r"|the|a|parking) (?:car|lots?|shelter)"
        r"|bailiffs?|in debt|evict\w+|poor right now",
    ),
}
"""What calls for care before anything else."""

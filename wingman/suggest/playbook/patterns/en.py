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

BARE_QUESTIONS = (
    r"^{fillers}(?:who|why|whose|where|how)(?:'s|'re|'d|'ll|'ve)? (?!i\b|we\b|they\b|he\b|she\b|the\b"
    r"|it\b|knows\b|cares\b|not\b|ever\b)\S+ \S+",
    r"^{fillers}(?:what(?:'s|'re|'ll|'d)?|when) (?:{aux})\b(?! (?:i|we)\b)",
    r"^{fillers}which \S+ (?:are|is|do|does|did|would|will|can|should|was|were|have|has)\b",
    r"^{fillers}(?:can|could|does|did|is|are|was|were|would|should|will|has|am|isn't|aren't|doesn't"
    r"|didn't|won't|can't|shouldn't|wasn't) (?!do\b)\S+ \S+",
    r"\b(?:or not|or what|or no|isn't it|aren't they|can you|are you|do you|does it|is it|won't you"
    r"|could you|will it|don't you|didn't you|or is it|or do we|or do i|or are we)$",
    r"(?<!what )(?<!that )(?<!as )(?<!if )(?<!thank )\b(?:are|aren't|do|don't|did|didn't|could|would"
    r"|will|won't|haven't|can|can't) you (?!know\b|see\b|believe\b)\S+",
    r"(?<!all )(?<!thing )(?<!what )(?<!that )\b(?:can|could|should|shall) (?:i|we) \S+",
    r"\b(?:is|are|would|will|does|do|should) (?:it|that|they|there|we|i|you) (?:\S+ ){{1,8}}or (?:is"
    r"|are|would|will|does|do|should|not|what|just|only|a|the)\b",
    r"^{fillers}(?:you mean|do you|so (?:is|are|do|does|will|can|would|what|how|who|when|where))\b",
    r"\bwhat about (?:the|your|my|our|if|a)\b|\bhow about\b",
)
"""Of words that come without any marks: what would rarely be no question."""

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
_VERY = (
    r"(?:(?:really|very|so|quite|pretty|extremely|absolutely|honestly|just|incredibly|totally|completely"
    r"|getting|a bit|a little|rather|deeply|frankly|more than|beyond|genuinely|seriously|real|actually"
    r"|increasingly|still) )*"
)
_ANGRY = (
    r"(?:frustrated|annoyed|angry|furious|livid|upset|fed up|disappointed|irritated|unhappy|outraged|fuming"
    r"|exasperated|pissed off)"
)
_NO_DATE = (
    r"(?! (?:\S+ ){0,2}?(?:appointment|meeting|call|visit|lesson|class|interview|date|dinner|dentist"
    r"|session)s?\b)"
)
_FOR_GOOD = r"(?=$| from (?:it|(?:this|the|that|your) (?:deal|offer|table|contract))\b)"
"""The end of a turn, or what is walked away from: nobody's desk."""
SUPPOSED = (
    r"(?:if|unless|suppose|supposing|whenever|in case|when (?:i|we)|once (?:i|we)|say (?:i|we)|not that"
    r"|can't say"
    r"|cannot say|(?:he|she|they) (?:said|says|goes|went|was like|were like|is like)(?= i\b| i'm| we\b"
    r"| we're)|(?:says|said|thinks)(?: that)?(?= (?:that's|that is|this is|it's) (?:(?:really|just|hardly) )?"
    r"(?:not fair|unfair|fair|asking|my)\b))",
)
"""What only supposes, denies or repeats the words behind it."""
OUTRIGHT = {
    "frustration": (
        rf"(?:i'm|i am|im|am|we're|we are|i feel|we feel|makes me|makes us|leaves us) {_VERY}(?:{_ANGRY}"
        r"|sick (?:and tired )?of|not (?:at all )?(?:happy|impressed)|at (?:my|our) wits'? end"
        r"|at the end of (?:my|our) (?:rope|tether)|losing (?:my |our )?patience|running out of patience)",
        r"(?<!not )(?<!was )(?<!were )(?<!be )(?<!been )(?<!he's )(?<!she's )(?<!he is )(?<!she is )"
        r"(?<!they're )"
        r"(?<!they are )(?<!got )(?<!gets )(?<!get )(?<!really )(?<!very )(?<!so )"
        r"(?:really|very|so|extremely|deeply|incredibly|pretty"
        rf"|quite) {_ANGRY} (?:that|with|by|about|at|because|over|the|your|you)",
        rf"(?:this|that|it|which)(?:'s| is) {_VERY}(?:unacceptable|outrageous|infuriating|disgraceful"
        r"|a disgrace|not good enough|not acceptable|driving (?:me|us) (?:mad|crazy|nuts|insane"
        r"|up the wall))",
        r"(?:i've|i have|we've|we have) (?:had (?:quite )?enough(?= of (?:this|that|it|your|you|these)\b| now"
        r"| and"
        r"| i\b| we\b|$)|had it (?:up to here|with)|lost (?:all )?patience)|(?:(?:i|we)(?: really"
        r"| just)? (?:want|need"
        r"|have|wish)|(?:i'd|we'd|i would|we would) like|i'm going|how do i|how can i|i'll"
        r"|we'll)(?: to)? make a"
        r" (?:formal )?complaint",
        r"(?:i've|i have|we've|we have) (?:already )?(?:called|rung|rang|phoned|written|emailed|asked"
        r"|told) (?:you|them|your|already|here|there|to)(?: \S+){0,4}"
        r" (?:three|four|five|six|twice|several|ten|3|4|5) ?times",
        r"(?:nobody|no one) (?:tells|told|calls|called|rings|rang) (?:me|us) (?:anything|back|a thing|why"
        r"|when)|every time (?:i|we) (?:call|ring|phone)",
        r"(?:i|we)(?: really| just| still)? (?:want|need|demand) to (?:speak|talk) (?:to|with) (?:a|your"
        r"|the) (?:manager|supervisor)(?! (?:who|that|at|of|from|in|for|about|on)\b)|(?:i'd|we'd|i would"
        r"|we would) like to (?:speak|talk) (?:to|with) (?:a|your|the) (?:manager|supervisor)(?! (?:who"
        r"|that|at|of|from|in|for|about|on)\b)|let me (?:speak|talk) (?:to|with) (?:(?:a|your|the) (?:manager"
        r"|supervisor)(?! (?:who|that|at|of|from|in|for|about|on|before|first)\b)|your boss(?=$| (?:now|then"
        r"|please|right)\b))|(?:speak|talk) (?:to|with) (?:someone|somebody|whoever is|whoever's) in charge(?=$"
        r"| (?:now|then|please|right)\b)|(?:get|put) me (?:through to )?(?:a"
        r"|your|the) (?:manager|supervisor)",
        r"(?:stop|quit) (?:calling|ringing|phoning|emailing|pestering|harassing) (?:(?:me|us)(?=$| (?:at"
        r" (?:home|work|night)|again|every|now|all the time|so often|please|day|constantly)\b)|(?:my|our)"
        r" (?:house|home|phone|number|wife|husband|mother|father)\b)|(?:don't|do not|never) (?:call|ring"
        r"|phone|contact) (?:me|us|here|this number) (?:again|any ?more|ever again|ever)(?=$| (?:please|ok"
        r"|okay)$| or (?:i|we)\b)",
        r"(?:this is|is this|that's|is that) (?:really )?(?:how|the way) you treat (?:your |loyal |good"
        r" |long ?standing |paying )*(?:customers|clients|people|me|us)\b",
        r"(?:you|your (?:company|system|people))(?:'ve| have| had)?(?: just| even| still| also)? (?:charged"
        r"|billed|debited) (?:me|us) (?:twice|double|too much|for (?:something|nothing)|the wrong|(?:a|an)"
        r" (?:late|cancell?ation|hidden|extra|second|penalty) (?:fee|charge)|a penalty)\b(?!.*\b(?:fine|okay"
        r"|ok|no problem|gave it back|refunded)\b)",
    ),
    "pain": (
        r"(?<!not )(?:our|my|the) (?:main|biggest|real|number one|worst|one big) (?:problem|issue|headache"
        r"|trouble"
        r"|complaint|challenge|struggle|bottleneck|pain point)(?: (?:right now|at the moment|today|here"
        r"|for us|with \S+(?: \S+)?))? (?:is|are|has been)(?! (?:solved|fixed|gone|sorted|not))",
        r"(?:it's|it is|that's|that is|this is) (?:really |actually )?"
        r"(?:costing|killing|hurting) (?:us|me|our)",
        r"(?!.*\b(?:train|tunnel|lift|elevator|plane|bus|car|underground)\b)(?:(?:(?:i|we) (?:still"
        r" (?:have(?: got)?|had|got)|have still(?: got| had)?)|(?:i|we)'ve still(?: got| had)?) no"
        r" (?:service|internet|heating|hot water|running water|electricity|phone line)(?! (?:contracts?"
        r"|fees?|charges?|provider|issues?|problems?|department|desk)\b)|(?:i|we)(?:'ve| have)(?: got| had)?"
        r" no (?:service|internet|heating|hot water|running water|electricity|phone line)(?= (?:again|since"
        r"|any ?more|all (?:day|week|morning)|for (?:\S+ ){1,3}?(?:hours?|days?|weeks?|months?))\b))",
    ),
    "churn": (
        r"(?:i|we) (?:want|would like|need|have decided|am going|are going) to (?:cancel (?:my|our|the)\b"
        rf"{_NO_DATE}|close (?:my|our|the) account|terminate)|(?:i|we)'d like to cancel (?:my|our"
        rf"|the)\b{_NO_DATE}"
        rf"|(?:i'm|i am|we're|we are) (?:cancell?ing (?:my|our|the)\b{_NO_DATE}|leaving you(?=$| for | guys"
        rf"| because)"
        r"|done with you)",
        r"(?:i'm|i am|we're|we are|i'll|we'll) (?:just )?cancel(?:l?ing)? (?:everything|all of it|the"
        r" whole (?:thing|lot))\b|(?:i'm|i am|we're|we are) (?:moving|going|switching) (?:over )?to"
        r" (?:(?:another|a different) (?:provider|supplier|vendor|bank|company|carrier|operator|insurer"
        r"|contractor|agency|broker)|your competitor\w*|the competition)(?=$| (?:then|instead|if|unless"
        r"|because|soon|next (?:week|month|quarter|year))\b)",
    ),
    "stall": (
        r"(?:let me|let us|i'd like to|i need to|we need to|i have to|we have to|i want to|we'd like to|i'll"
        r"|we'll) (?:(?:have a )?think (?:about (?:it|this|that|your offer|the offer)|it over|on it|this over"
        r"|that over"
        r"|it through)\b(?!(?: just)?(?: for)? (?:a|one) (?:\w+ )?(?:second|sec|moment|minute|bit))"
        r"|sleep on it)"
        r"|(?<!to )(?<!did you )(?<!they )(?<!never )(?<!always )(?<!didn't )(?<!'d )send (?:me"
        r"|us) (?:something"
        r"|some info\w*|an email|it in writing)(?= |$)",
        r"(?<!did you )send (?:me|us) (?:something|it|that|an offer|a quote"
        r"|the numbers)(?: \S+){0,3} (?:paper|mail|email|e mail|writing)|(?:want to|have to|need to|i'll"
        r"|we'll|(?:i|we)'d like to) sleep on it",
    ),
    "objection": (
        r"(?:(?:that's|it's|that is|it is|that would be|you want|you're asking)(?: \S+){0,2} |^(?:well |but "
        r"|wow"
        r" )?)"
        r"(?:double|twice|three times|triple) (?:of )?(?:what|as much as) (?:i|we)(?:'d| had| have| are|'re)?"
        r" (?:\S+ )?(?:pay|paid|paying|planned|budgeted|spend|expected|allowed|pencilled|thought|reckoned)",
        r"(?:that's|it's|that is|it is)(?: (?:about|a good bit|a bit|a lot|quite a bit|way|much|far|still"
        r"|rather"
        r"|quite|already))* (?:(?:more|higher) than (?:i|we)(?:'d| had| have)? (?:\S+ )?(?:planned|budgeted"
        r"|pay|paid|pencilled|allowed|bargained|thought)|(?:higher|dearer|pricier|more expensive) than (?:i"
        r"|we)(?:'d| had"
        r"| have)? (?:\S+ )?(?:thought|expected|reckoned))",
        r"(?:i|we)(?:'d| would) need (?:a bit |a little |quite a bit )?more than that|(?:that's|it's"
        r"|that is) (?:a lot of money|(?:over|out of|outside) (?:our|my) budget|more than we have(?=$| to spend"
        r"| budgeted| in the budget))",
        r"(?:i|we)(?:'ve| have)? (?:already paid|paid already)$|(?:i|we)(?:'ve| have)? paid (?:for )?(?:it"
        r"|that|this|the (?:bill|invoice|fee|balance)) already$",
        r"(?:i|we)(?:'ve| have)? already (?:paid (?:(?:it|that|this|for (?:it|that|this)|in full)\b|you(?=$"
        r"| (?:last|yesterday|twice|by|for (?:it|that|this))\b)|(?=last\b|yesterday\b|twice\b|by (?:card"
        r"|bank|transfer|cheque|direct)\b|on (?:mon|tues|wednes|thurs|fri|satur|sun)))|(?:paid|settled) the"
        r" (?:bill|invoice|fee|balance)\b(?! at\b))|(?:i|we)(?:'ve| have)? already sent (?:you )?(?:(?:the"
        r"|that|this|my|our|a) (?:\S+ )?(?:forms?|claims?|invoice|parcel|payment|cheque|receipts?)\b"
        r"|(?:it|that|them|this)(?: all)? (?:twice|(?:two|three|four) times)\b)",
        r"(?:i'm|i am|we're|we are) (?:quite |pretty |absolutely |very |fairly |almost )?(?:sure|certain"
        r"|positive) (?:that )?(?:i|we)(?:'ve| have| had)? (?:\S+ )?(?:paid\b(?! (?:attention|you a|for"
        r" (?:lunch|dinner|coffee|drinks))\b)|returned (?:it|that|this|them|all of (?:it|them)"
        r"|everything)\b(?! to (?:the list|him|her)\b)|(?:sent|submitted|included|attached|handed|posted"
        r"|cancell?ed)(?: \S+){0,4}? (?:forms?|claims?|invoices?|parcels?|payments?|cheques?|receipts?"
        r"|paperwork|contract|subscription|policy)\b)",
        r"(?:(?:i'm|i am|we're|we are) not going to pay|(?:i'm|we're|i am|we are) not paying|(?:i|we)"
        r" (?:won't|will not|refuse to|am not going to) pay)(?= (?:for (?:that|this|it|something|your)"
        r"|that|this|it|any ?thing(?=$| (?:else|more|for|until)\b)|a (?:cent|penny)|extra|twice"
        r"|you)\b(?! (?:at the moment|right now|yet"
        r"|today|currently|monthly|now)\b)|$)",
        r"(?:i|we) (?:don't|do not|didn't|never)(?: even| ever)? (?:have|had|signed|sign|opened|open|ordered"
        r"|order) (?:an?|any|the) (?:\S+ )?(?:contract|account|file|order|policy|loan|debt) (?:with|at"
        r"|from) you\b(?! yet)|(?:i|we) never (?:signed(?: up for)?|ordered|agreed to|asked for|requested"
        r"|authori[sz]ed) (?:that|this|it|anything|any of (?:that|this)|an?y? \S+ (?:like that|from you))(?=$"
        r"| so| and| but| why| from)|(?:i|we)(?:'ve| have) never (?:signed|agreed to|authori[sz]ed) (?:anything"
        r"|any of (?:that|this))(?=$| so| and| but| from| with you)",
        r"(?:the|your|this) (?:\S+ )?(?:price|quote|cost|fee|estimate|quotation|rent|premium)(?:'s| is"
        r"| was| came in| comes in| came out| comes out)(?: (?:a bit|a lot|way|far|much|quite a bit|a"
        r" good bit|still|well|rather))* (?:higher|more|above|over)(?: than)?(?: what)? (?:(?:i|we)(?:'d"
        r"| had| have)?(?: \S+)? (?:planned|budgeted|expected|thought|wanted|pay|paid|hoped|reckoned|can)"
        r"|(?:our|my) budget)\b",
        r"(?:i|we) (?:were|was|had been|'d been) (?:thinking|hoping|budgeting|expecting|counting on|looking)(?:"
        r" (?:of|for|at|more|like|around|about|something|somewhere|in|the|region|closer|to|pay|spend|between"
        r"|maybe|roughly|under))* (?:[$€£]\d+|\d[\d ]*(?:[$€£]| ?(?:dollars|euros|pounds(?! of\b)|quid|a month"
        r"|a year|annually|tops)\b| ?(?:k|thousand|grand)(?=$| (?:dollars|euros|pounds|quid|a month|a year|tops"
        r"|at most|max)\b)))",
        r"(?:that's|that is|this is|here's) my (?:final|last|best and final) offer\b|take it or leave"
        rf" it|(?:or|then|otherwise) (?:i'll|we'll|i will|we will|i'd|i|we) (?:have to )?walk away{_FOR_GOOD}"
        rf"|(?:i'm|we're|i am|we are) walking away{_FOR_GOOD}",
        r"(?:^|(?<=^sorry )|(?<=^no )|(?<=^so )|(?<=^but )|(?<=^well )|(?<=^look )|(?<=^i'm afraid )"
        r"|(?<=^i'm sorry but )|(?<=^sorry but ))(?:that|this|it) (?:won't|will not|doesn't|does not"
        r"|isn't going to|is not going to) work for (?:me|us)(?=$| (?:at all|like that|because|since|at"
        r" that price|financially)\b)(?!.*\b(?:\w+day|tomorrow|o'clock|\d+ ?[ap]m|morning|afternoon|screen"
        r"|mic|microphone|volume|camera|link|sound|audio)\b)",
        r"(?:that's|that is|this is|it's) (?:really |just |hardly )?(?:not fair|unfair|hardly"
        r" fair|asking (?:a bit |a little |way )?too much)\b(?! (?:to|on|for) (?!me\b|us\b))|(?:i"
        r"|we) (?:don't|do not|can't) (?:consider"
        r"|call|find) (?:that|this|it) (?:very )?fair\b",
    ),
    "competitor": (
        r"other (?:lot|company|firm|supplier|vendor|provider|agency|place|shop)\b.{0,30} (?:said|say|says"
        r"|told|offer\w*|quot\w*|charg\w*)",
        r"(?:i've|we've|i have|we have) (?:also )?(?:got |had )?(?:another|a second|one other"
        r"|two other) (?:place|offer|quote|bidder|firm|bid)",
        r"we(?:'ve| have)? (?:did |also |already )*(?:looked|look|had a look) at (?:another|(?:two|three|a few"
        r"|a couple of)(?: other)?|(?:some|the|one) other) (?:\S+ )?(?:systems?|tools?|software|products?"
        r"|vendors?|platforms?|apps?|providers?)",
        r"we(?:'ve| have)? (?:did |also |already )*(?:looked|look|had a look) at an? (?:\S+ )?(?:system|tool"
        r"|software|product|platform|app)(?: (?:\S+ ){1,3}ago| once| before| last (?:year|month))",
        r"my (?:brother|sister|neighbou?r|colleague|friend|mate|cousin|sister in law|brother in law)(?: (?:she"
        r"|he))?(?:(?:'s| is| went) (?:\S+ )?with (?:(?:another|a different) (?:company|firm|provider|supplier"
        r"|bank|vendor|insurer)|the (?:other (?:lot|one|company|firm)|competition)|your competitors?)| (?:pays"
        r"|paid)"
        r"(?: \S+){0,3} (?:half|less|cheaper)|(?:'s| has| got| gets| bought) (?:\S+ ){0,3}?(?:cheaper|for"
        r" (?:half"
        r"|less|\d+)|for (?:\S+ ){1,3}(?:pounds|euros|dollars|quid)))",
        r"(?:i|we)(?:'ve| have)?(?: also| just| even)? (?:saw|seen|found|spotted) (?:it|one|(?:(?:the|a|an)"
        r" )?(?:exact )?(?:same|similar|identical|cheaper)(?! (?:film|movie|show|concert)\b)|(?:\S+"
        r" ){1,3}?(?:at|in) (?:another|a different) (?:shop|store|dealer|supplier))(?: (?!your\b|you\b"
        r"|her\b|him\b|my\b|our\b)\S+){0,5}? (?:for|at)(?: only| just| about| around| like)? (?:[$€£]\d[\d"
        r" ]*+|\d[\d ]*(?:euros|dollars|pounds|quid|bucks|[$€£]))(?! ?(?:on|in|from) your)",
        r"(?:(?:online|elsewhere|on (?:amazon|ebay)) (?:it's|it is|they're|it costs|(?:i|we|you) can get (?:it"
        r"|one) for)|(?:get|buy|have|got) (?:it|one|the same(?: one| thing)?) (?:online|elsewhere|on (?:amazon"
        r"|ebay)) (?:for|at)|(?:amazon|ebay) (?:has|sells) (?:it|one|them|the same(?: one| thing)?) (?:for|at))"
        r"(?: only| just| about| around| like)? (?:[$€£]\d+|\d[\d ]* ?(?:euros|dollars|pounds|quid|bucks|[$€£])"
        r"(?!\w))",
    ),
    "decision": (
        r"(?:i'll|i'd|i|we|we'll|we'd) (?:need|have|will have|would have) to (?:take (?:this|it|that) to|ask"
        r"|check (?:this |that |it )?with|run (?:it|this|that) (?:by|past)|discuss (?:it|this|that) with"
        r"|clear (?:it|this|that) with) (?:my|our|the)\b",
        r"(?:he|she|they|the board|the trustees|my \w+|our \w+) (?:signs (?:anything|everything|it|that|this"
        r"|off on)|has to sign|have to sign|needs to sign|has to approve|have to approve)",
    ),
    "buying": (
        r"(?:i'm|i am|we're|we are) ready to (?:sign(?! (?:in|off|out|into|for the)\b)|(?:order|buy)(?!"
        r" (?:\S+ )?(?:lunch|dinner|food|pizzas?|drinks?|coffees?|breakfast|tickets?)\b)|(?:go ahead|move"
        r" forward|get started|start|commit) (?:with|to) (?:the|a|this|that|our|your) (?:\S+ )?(?:contract"
        r"|subscription|order|purchase|deal|offer)|(?:go ahead|move forward)(?= (?:what's next|what is next"
        r"|what do (?:i|we) sign|where do (?:i|we) sign)\b))\b(?!(?: \S+)? (?:when|if|once|as soon))",
    ),
}
"""What somebody says of themselves in so many words: sure, whatever else is known."""
REPEATED = (
    r"(?:don't|do not|doesn't|didn't|never|(?<!how do )(?<!how can )(?:i|we)|he|she|they) (?:know|knows"
    r"|knew|care|remember|asked"
    r"|wondered|forgot)|no idea|(?:asked|told|tells|explained|showed) (?:me|us|him|her|them|you)"
    r"|that's(?= (?:how|what)\b)|depends on|no matter|doesn't matter",
)
"""What only tells of the question behind it."""
LEISURE = (
    r"(?:the|that|our|last night's|yesterday's) (?:football|cup final|cup|referee|playoffs?|series finale"
    r"|season finale)\b|(?:last night's|yesterday's) (?:match|game|final|penalty)|penalty (?:kick|shoot ?out)"
    r"|(?:the|that) match(?! (?:between|with|of|rate|on|in|to)\b)|(?:the|that) game(?! (?:you|your|plan|we)\b)"
    r"|the final (?:last night|yesterday|against|whistle)|(?:about|with|of|at|by) (?:the|this|that|all this)"
    r" (?:weather|election)|bake off|on (?:tv|telly|the telly)|lottery|netflix",
)
"""What people are upset about before a talk begins."""
_TRIED = (
    r"(?:branch(?:es)?|teams?|sites?|months?|weeks?|licen[cs]es?|seats?|users?|people|departments?|offices?"
    r"|locations?|stores?|shops?|vans?|vehicles?|trucks?|machines?|rooms?|units?|packages?|modules?|depots?"
    r"|warehouses?|class(?:es)?|schools?|clients?|customers?|projects?|pallets?|shifts?|regions?|boxes|floors?"
    r"|beds?|houses?|buildings?|halls?|farms?|fields?|flats?|clinics?|hotels?|restaurants?|wards?|devices?"
    r"|cars?|routes?|drivers?)\b(?! (?:updates?|rounds?|questions?|intro\w*|meetings?|calls?"
    r"|stor(?:y|ies)|examples?|numbers?))"
)
_OURS = r"(?:system|tool|software|product|app|platform|service|version|plan|package|module)"
_FAILS = (
    r"(?:not|\w+n't|never|nobody|no one|nothing|none|cannot|without|fail\w*|break\w*|broken?|crash\w*|stops?"
    r"|(?:go|goes|went|gone|going) (?:down|wrong|out|off|bankrupt|bust|under|missing|offline)|power goes"
    r"|dies|lost|lose|loses|losing|leaks?|leaking|late|delay\w*|miss|misses|missed|cancel\w*|quits?"
    r"|leaves?(?! (?:it|that|this|the|out)\b)|get out|back out|wrong|problems?|errors?|down|offline|hacked"
    r"|stolen|breach\w*|sick|ill|runs? out|strikes?|fire|flood\w*|damaged?|sued?|refuses?|rejects?"
    r"|too (?:late|slow|small|big|many)|chang\w+ (?:our|my|their) minds?|short|outgrow|bankrupt)"
)
_MONEY = (
    r"(?:money|fees?|price|payments?|rent|donations?|premium|bill|budget|sum|amount|deposit|tenner|fiver"
    r"|tax(?:es)?)"
)
_TREAT = (
    r"(?:lunch|food|coffee|dinner|breakfast|pizza|drinks?|beer|taxi|cab|table|room|hotel|flight|train|tickets?"
    r"|meetings?|slot|call|webinar|session|car|my|our)"
)
"""What people in a meeting order or book that nobody here sells."""
_ARRIVES = (
    r"(?:it|this|(?:the|my|our) (?:\S+ )?(?:orders?|parcel|package|delivery|device|parts?|router|technician"
    r"|engineer|replacement|power|internet|service|line|system|machine|water|heating|network|connection|site"
    r"|equipment|goods|refund|money))"
)
ASKED = {
    "price": (
        r"what (?:exactly |precisely |actually )?(?:does|do|did|would|will) (?:it|this|that|they|these|one|we"
        r"|(?:the|a|an|your|all|each|such)"
        r"(?: (?!of\b|when\b|if\b|about\b|on\b|in\b|to\b|and\b|you\b)\S+){1,5})(?: (?:um|uh|all|then|roughly"
        r"|actually"
        r"|usually|end up))* (?:cost|costing|set (?:us|me) back)(?! (?:of|if|you|drivers?|savings?"
        r"|structure)\b)",
        r"what(?:'s| is| are|'re)(?: (?!of\b|when\b|if\b|about\b|on\b|in\b)\S+){1,4} (?:going to|gonna)"
        r" (?:cost|set (?:us|me) back)(?! you\b)|what's (?:it|this|that|all this|all that) (?:cost|costing)"
        r"(?! you\b)|what (?:will|would) the (?:total |overall )?costs? be|what are (?:the|your) (?:costs"
        r"|prices"
        r"|fees|rates)(?=$| for| per)",
        r"what (?:does|do|would|will) (?:it|that|this|they|all (?:of )?(?:it|this|that)|the (?:whole (?:thing"
        r"|lot)|total)) (?:all )?come to(?=$| then| altogether| in total| a (?:month|year)| per)",
        r"how much (?:does|do|would|will|did) (?:it|this|that|they|one|we|the \S+(?: \S+)?|your \S+|all (?:this"
        r"|that|of (?:this|that|it)))(?: (?:all|then|usually|normally|roughly|actually|end up))* (?:cost|come"
        r" to"
        r"|set (?:us|me) back)(?! you\b)|how much (?:do|would|will|does) (?:you|your \S+|they)(?: \S+)?"
        r" (?:charge"
        r"|ask for|want for)",
        r"how much (?:is|are|for|would|will) (?:it|this|that|they|one|the \S+(?: \S+)?|your \S+|all (?:this"
        r"|that"
        r"|of (?:this|that|it)))(?: (?:be|um|uh|then|again|now|roughly|going to (?:be|cost)|altogether|in total"
        r"|a month|a year|per \S+|each|for \S+(?: \S+)?))*$|how much (?:is|are|for|would|will) (?:it|this|that"
        r"|they|one|the \S+(?: \S+)?|your \S+)(?: be)? (?:a month|a year|per (?:month|year|seat|user|head|unit"
        r"|person|licen[cs]e)|each)",
        r"what (?:do|would|will|does) (?:you|your \w+) charge|how (?:do|would|will) you charge(?! (?:it|the"
        r"|this|that|your|my)\b)"
        r"|what(?:'s| is) (?:the|your) (?:price|fee|rate|cost)\b(?! (?:of|for) (?:doing|not|failure|waiting))",
        r"what (?:does|would|will) (?:it|that|this|the \S+) (?:um |uh )?pay\b(?! for\b)",
        r"(?:is|are|would|will|was) (?:that|this|it|those|these|they|(?:the|your) (?!(?:sister|brother"
        r"|wife|husband|son|daughter|boss|colleague|friend|name|face|photo)s?\b)\S+(?: \S+)?)(?: all| already"
        r"| also| be| then)* (?:included(?! in (?:the|your|our|this|that) (?:meeting|call|invite|email|minutes"
        r"|photo|picture|team|group|list|slides?|screenshot|recording)\b)"
        r"|extra(?=$| then| or)|part of the (?:price|package|deal)|in the price|free of charge|for free)\b",
        r"(?:do|would|will|must) (?:i|we) (?:have to |need to )?pay (?:extra|more|for (?:that|this"
        r"|it)|anything|on top)\b|(?:is|are) there (?:any |an )?(?:other |extra |hidden |additional |set"
        r" ?up |further )*(?:costs?|fees?|charges?)\b(?! (?:centre|center|saving|code|driver))|(?:do|would)"
        r" you charge (?:extra|more|for (?:that|this|it))\b",
        r"(?:can|could|may) (?:i|we) (?:also |maybe )?pay (?:(?:it |that |this )?(?:in|by) (?:instal?lments?"
        r"|parts|rates)|monthly|by the month|it off|later|half|over)\b",
        r"(?:is|are) there (?:any |some |a )?(?:\S+ )?(?:compensation|refund|discounts?|reduction|rebate"
        r"|service credit|goodwill)\b|(?:do|can|will|would|could) (?:i|we) (?:at least |also |still )?(?:get"
        r"|claim|have) (?:(?:any|some|a|my|our) (?:\S+ )?(?:compensation|refund|discount|reduction|rebate"
        r"|credit|money back|deposit back)|(?:\S+ )?money back)\b",
        rf"(?:how much|(?:what|which) (?:percentage|share|part|proportion)) of (?:my|our|the|that|this|your)"
        rf" (?:\S+ )?{_MONEY}(?: \S+){{0,4}} (?:goes|go|ends?|is|are|actually|do (?:i|we) get)\b"
        r"|how much of (?:it|that|this)(?: actually| really)? (?:goes to|ends? up with)\b"
        rf"|how much(?: (?:{_MONEY}|still|exactly))* (?:is|are|do i|do we)(?: still)? (?:due|owed|owe"
        rf"|outstanding)\b"
        r"(?! (?:(?:you|her|him|them) )?for\b)",
    ),
    "buying": (
        r"(?:can|could|may|might) (?:we|i) (?:just |maybe |perhaps |also |first )?(?:(?:try|test) (?:out )?"
        r"(?:(?:it|this|that)\b(?! (?:again|once more|one more|another|differently|later|you|we|i|my|the"
        r"|your)\b)"
        rf"|(?:the|your) (?:\S+ )?{_OURS}|(?:one|two|a few|a couple of|a single|half) (?:\S+ )?{_TRIED})"
        r"|(?:trial|pilot) (?:it|this|that|the|one|in|with)\b)",
        rf"(?:can|could|may|might) (?:we|i) (?:just |maybe |perhaps |also |first )?(?:(?:start|begin) with"
        rf" (?:just "
        rf"|only )?(?:(?:one|two|three|four|five|ten|\d+|a few|a couple of|a single|half)(?: of (?:our|the))? "
        rf"(?:\S+ )?{_TRIED}|half of (?:it|them)|(?:the|a) small\w* (?:one|{_TRIED}))|(?:have|do|run) a"
        rf" (?:trial"
        rf"|pilot|test)\b(?! (?:calls?|recording|of the|of my|of your)\b))",
        r"is there (?:a|any) (?:free (?:trial|test|pilot)|trial|pilot|test (?:period|version|account|phase"
        r"|run))\b",
        r"(?:how|where) (?:can|do|does|would|could|should) (?:i|we|someone|somebody|one|you) (?:actually"
        r" |go about |then |just )?(?:sign(?:ing)? up|subscrib(?:e|ing)|enrol(?:l|ling|ling)?"
        r"|get(?:ting)? started"
        rf"|(?:order|register|book)(?:ing)?(?! (?:\S+ ){{0,2}}?{_TREAT}\b))\b",
    ),
    "risk": (
        r"what (?:happens|would happen|do (?:we|i) do|then) (?:if|when)\b",
        rf"what (?:about )?if(?: \S+){{0,8}}? {_FAILS}",
        r"(?:where|how) (?:did|do|have) you (?:get|got|find|found|have) (?:my|our) (?:\S+ )?(?:number"
        r"|email|address|details|data|name|contact)\b(?! (?:badges?|tags?|plates?|cards?|sheets?|sets?"
        r"|books?)\b)",
        r"(?:where|how)'d you (?:get|find) (?:my|our) (?:\S+ )?(?:number|email|address|details|data)$",
        r"how (?:do|can|could|would|should) (?:i|we) (?:know|tell|be sure)(?: that| if| whether)? (?:it's"
        r"|this is|that's|you're|you are|it is|this isn't|it isn't|you aren't|you really|that is) (?:not"
        r" )?(?:really |actually )?(?:a scam|a fraud|fraud|real|legit\w*|genuine|safe|secure|who you|from"
        r"|serious)\b",
        r"(?:is (?:this|it|that)|are (?:you|they|these))(?: guys)?(?: even| really| actually)? (?:a scam"
        r"|a fraud|scammers?|a scammer|legit|legitimate|trustworthy|reliable)\b|are you(?: even| really"
        r"| actually)? (?:a (?:robot|bot|machine|real person|human|human being|computer)|an ai|real)(?=$"
        r"| or| at least)|can (?:i|we) (?:really |actually )?trust (?:you|this|that|them|it)\b",
        r"(?:can|could|do|will|would) (?:you|u|anyone|somebody) (?:actually |really |at least |please"
        r" )?(?:guarantee|promise|assure (?:me|us)|vouch)\b",
    ),
    "question": (
        r"how (?:long|soon|quickly|fast) (?:does|do|will|would|is|until|before|can|could|are|am)\b (?:it"
        r"|this|that|we|i|you|the (?:installation|set ?up|whole|change|repair|process|training|move"
        r"|migration|job|work|delivery)|before|until|your)\b(?! (?:you|they)? ?(?:have|has|been))",
        r"when (?:will|would|can|could|do|should) (?:i|we) (?:hear|get (?:it|the|my|an|that)|expect|know"
        r"|find out)",
        r"who (?:do|would|will|can|should|am) (?:i|we) (?:ring|call|contact|talk to|speak to|be working"
        r"|be reporting|report)",
        r"how long (?:are|would|will|am) (?:we|i) (?:be )?(?:tied|locked|bound|committed|stuck)|how (?:do"
        r"|would|can) (?:we|i) get out (?:of|again|early)",
        r"what would you (?:do|suggest|recommend|advise)(?: \S+){0,2}(?: in (?:our|my) (?:place|shoes"
        r"|position)|if you were (?:us|me)|first|$)",
        r"where (?:does|do|is|are|will) (?:the|our|my|your|all|that) (?:\S+ )?data",
        r"when(?: exactly)? (?:will|is|are|does|do) (?:it|this|that|they|(?:the|my|our) \S+(?: \S+)?)(?:"
        r" \S+)? (?:be |get |going to be )?(?:fixed|repaired|ready|restored|resolved|delivered|installed"
        r"|shipped|back (?:up|on|online|running)|(?:up and )?running|sorted|working)\b",
        r"what happens (?:after (?:the|that|those|this|\d+|one|two|three|six|twelve|my|our)|at the end"
        r" of|once (?:the|we|i|it|that|our|my)|then after)\b|what happens in (?:the|a|this) (?:pilot|trial"
        r"|demo|workshop|onboarding|audit)\b",
        r"what (?:are|were|would be) (?:the|my|our|your) (?:possible |other |different )?(?:options|treatments"
        r"|alternatives|choices|possibilities)\b|what (?:kind|sort) of (?:programs?|programmes?|plans?"
        r"|options|treatments?|help|support|packages?)(?=$| (?:do you|are there|is there|would|could))",
        rf"when(?: exactly)? (?:will|does|do|is|are) {_ARRIVES} (?:finally |actually )?(?:ship|arrive|arriving"
        r"|come back|work again)\b",
    ),
    "frustration": (
        r"why (?:wasn't|weren't|was|were|haven't|have|hadn't) (?:i|we)(?: not| never| ever)?(?: been)?"
        r" (?:told|notified|informed|warned|contacted)\b|why (?:(?:didn't|hasn't"
        r"|couldn't) (?:i|we|anyone|anybody|you|somebody|someone)(?: ever)?|(?:did|has) (?:no one|nobody|(?:i"
        r"|we"
        r"|you) (?:not|never))) (?:get (?:told|notified|a (?:call|message|warning|letter|text))|(?:tell|warn"
        r"|inform|notify|told|warned) (?:me|us)|(?:call|ring|called) (?:me|us) (?:back|about|before|first)"
        r"|let (?:me|us) know)\b",
        r"why (?:was|am|were|are|have|has) (?:i|we|my (?:card|account))(?: been| being| still)* (?:charged"
        r"|billed|debited)\b|why (?:did|have|do|are) (?:you|they) (?:keep )?(?:charged?|bill(?:ed)?|charging"
        r"|billing) (?:me|us|my)\b",
    ),
}
"""What is worth a card whoever asks it: a price, how long, what if, a trial. Sure as what is said outright."""
_KIN = (
    r"(?:husband|wife|father|mother|dad|daddy|mum|mom|mummy|son|daughter|partner|brother|sister|baby"
    r"|child|kid|gran"
    r"|grandma|grandad|grandson|granddaughter|nan|uncle|aunt|cousin|friend|fiancée?"
    r"|(?:little )?(?:girl|boy)"
    r"|\w+ in law)"
)
_THEIRS = rf"(?:he|she|mum|mom|dad|(?:my|our|her|his) {_KIN})"
CARE = {
    "grief": (
        r"passed away|passed (?:on )?in (?:his|her|their) sleep",
        rf"{_THEIRS} (?:has |had |have |'s )?(?:just |sadly |suddenly )?(?:passed|died)",
        rf"{_THEIRS} (?:sadly )?(?:didn't|did not) make it(?! (?:to|on|in|back|here|home|for|up))",
        rf"(?:my|our|her|his) (?:late|dead|deceased) {_KIN}|death of (?:my|our|her|his) {_KIN}",
        r"(?:since|when|after) (?:he|she|my \w+) died",
        r"(?:the|his|her|my|mum's|dad's|a|to|at) (?:funeral|cremation)(?! (?:directors?|homes?|business"
        r"|industry|company|parlou?rs?))",
        r"bereave\w*",
        r"(?<!black )widow(?:ed|er)?(?! (?:spider|maker|peak|s peak))",
        r"miscarr\w+|stillborn|lost the baby",
        rf"lost (?:my|our|her|his) {_KIN}",
        rf"buried (?:my |our |her |his )?(?:{_KIN}|him|her)",
        r"no longer with us|death in the family|(?:he|she)'s gone (?:my|our)",
        r"(?:took|taken) (?:his|her|their) own life",
        r"for the (?:head)?stone|scatter(?:ed|ing)? (?:his|her|the|dad's|mum's) ashes",
        r"terminal(?:ly)? ill",
        r"hospice",
    ),
    "danger": (
        r"(?:chest|heart) (?:pains?|discomfort|tight\w*|hurts|(?:is|feels|went) tight)|(?:pain|tightness"
        r"|pressure|tight) (?:in|across|on) (?:my|his|her|the) chest|sitting on my chest|heart attack",
        r"(?:can't|cannot|couldn't|not|hard to|struggling to|trouble) breath\w*|short of breath|choking",
        r"(?:can't|cannot|couldn't) (?:move|feel) (?:my|his|her|one)|can't see (?:anything|out of)",
        r"unconscious|unresponsive|collapsed on|has collapsed|fainted|overdos\w+|seizure|having a stroke"
        r"|(?:won't|not|can't) (?:wak\w+ up|wake (?:him|her)(?: up)?)",
        r"(?:blue|purple) (?:a?round|at) (?:the|his|her|my) (?:lips|mouth)|lips (?:are |have |'ve )?(?:gone"
        r" |turned |going |turning )?blue|(?:gone|going|turned|turning) blue",
        r"(?:throat|tongue|face) (?:is |has |'s )?(?:closing|swelling|swollen|swelled)",
        r"(?<!any )(?<!no )(?<!not )(?<!never )suicid\w*",
        r"kill (?:my|him|her)self|end (?:it all|my life)|don't want to (?:live|be here|be alive|wake up)"
        r"|(?:no|the) point (?:in|of) going on|better off (?:dead|without me|if i)|(?:wish i"
        r"|if i) (?:was|were|wasn't"
        r"|weren't) (?:dead|around|here any ?more)|(?:cut|cutting|harm|harming|hurt|hurting) (?:my"
        r"|him|her)self",
        r"took (?:the whole|all (?:the|my)|a whole) (?:box|bottle|packet|pack|pills|tablets)",
        r"(?:he|she|they|my \w+) (?:hits|beats|is hitting|keeps hitting|(?:has |'s )?threatened"
        r"|is threatening"
        r"|'s threatening|strangled) (?:me|to (?:come|kill|hurt))|been hitting me|with a (?:knife|gun)",
        r"(?:call|called|calling|need|get) (?:an |the )?ambulance",
        r"(?:smell|smells|smelling) (?:of |like )?(?:gas|burning|smoke)|burning smell|smoke (?:is"
        r" )?(?:coming|pouring) (?:out|from)|it's smoking|sparks? (?:are )?(?:coming|flying|out)|sparking"
        r"|carbon monoxide",
        r"gas leak|(?:is|it's|was|going|went|caught) (?:on )?fire(?! drill)|electric shock|electrocuted"
        r"|bleeding (?:a lot|badly|heavily)|won't stop bleeding|anaphyla\w*|swallowed (?:an?|some|one|two"
        r"|his|her|my|the (?:whole|battery|magnet|coin|pills?|tablets?|bleach|key|cap))|(?:water|leak\w*"
        r"|drip\w*|pouring) .{0,25}(?:electric\w*|sockets?|fuse ?box)",
        r"(?:face|arm) (?:is |has |went |has gone |'s )?(?:numb|drooping|weak)",
        r"emergency (?:room|services)|pendant alarm|hurt (?:someone|somebody)",
    ),
    "secret": (
        r"(?<!forgot )(?<!forgotten )(?<!lost )(?<!reset )(?<!resetting )(?<!change )(?<!changing )(?:my|your"
        r"|our|his|her|their|admin|root|master) (?:password|passcode|pin(?: code| number)?|cvv|security"
        r" code|login details)(?! (?:manager|policy|reset))",
        r"(?:password|passcode|security code)(?: for (?:\S+ ){1,4}?)? ?is|pin is (?:\d|one|two|three|four"
        r"|five|six|seven|eight|nine|zero)",
        r"the code (?:they|you|that|i|it) .{0,24}(?:is|says) [\d ]{3,}|the code is [\d ]{3,}",
        r"(?:three digits|security number|number) on the back of",
        r"three digits on the back|mother's maiden name|log (?:me )?in as (?:him|her|them|me)",
        r"one time (?:code|password)|verification code|(?:my|whole|full|the long) card number|card number"
        r" (?:is|it's)|engineer code|there's a code|bypass code|(?:read|give|tell) (?:you|me) (?:out )?the"
        r" (?:code|pin|card number|password)",
    ),
    "legal": (
        r"my (?:lawyer|attorney|solicitor|barrister)s?|(?:our|a) (?:lawyer|attorney|solicitor"
        r"|barrister)s? (?:will|is going|'ll|(?:says?|reckons?"
        r"|thinks?) (?:i|we|you|that|it)|about this|advis)|(?:from|through|to|with|get|call|see"
        r"|need) (?:my|our"
        r"|a) (?:lawyer|attorney|solicitor|barrister)",
        r"su(?:e|ing) (?:you|them|the)|(?<!so )(?<!well )(?<!^)sue (?:me|us)|suing (?:me|us)|(?:going to|gonna"
        r"|we'll"
        r"|i'll|will) sue|lawsuit|legal action|take (?:you|me|us) to court(?! (?:number\b|no\b|\d|(?:\S+ ){0,2}"
        r"(?:to|and) play))|see you in court|small claims|ombudsman|trading standards"
        r"|class action|tribunal"
        r"|(?:in |a )breach (?:of|under)|you're in breach|negligen(?:t|ce)|press(?:ing)? charges",
        r"against the law|is (?:it|that|this) (?:even legal|illegal|legal to)|(?:that's|this is|it's)"
        r" (?:discrimination|harassment|illegal)|report(?:ing)? (?:you|this|it) to the",
    ),
    "trap": (
        r"between (?:ourselves|us|you and me|you me)|off the record|hypothetically speaking|don't tell"
        r" (?:anyone|anybody|them)|nobody (?:needs|has) to know|our little secret|(?:won't|wouldn't"
        r"|not going"
        r" to) (?:say|tell|breathe) (?:anything|a word|anyone|anybody|a soul)",
        r"(?:what|how much) (?:did|do|does|are|is|were|have) (?:the |your )?(?:others?|other"
        r" (?:suppliers?|clients?|customers?|people)|competitors?|they|he|she) (?:\S+ )?(?:pay|paying"
        r"|charge|charging|quote|quoting|offer|offering|earn|earning)",
        r"(?:tell me )?what \S+ (?:pays?|paid|is paying|are paying) you|what does \S+ pay you",
        r"what you've had from the others|(?:just|simply) (?:put|write|sign|tick|enter|say) (?:it |that "
        r"|them )?(?:down|off|in|that it's|they're)|put (?:last|an earlier|another) \S+ date|back"
        r" ?dat\w+|leave (?:it|that|this) off (?:the|my)|doesn't have to (?:go|be) (?:down|on)"
        r"|in writing that"
        r" (?:they're|it's|you'll)|(?:so|that|before) the tax ?(?:man|office|people)|off the books|cash in"
        r" hand|on the (?:redundancy|layoff|lay off) list|list to go",
    ),
    "limit": (
        r"(?:your|the) (?:lowest|best|final|rock bottom|absolute best) (?:(?:monthly"
        r"|yearly) )?(?:amount|rate|price|offer|number|figure|you"
        r" can)|your (?:absolute |very |real )?(?:bottom (?:line|price)|lowest|minimum)|(?:what's|what is) your"
        r" best|bottom line (?:price|number)|how low"
        r" (?:can|could|would|will|are)|lowest you(?:'d| would| could| can|'ll| will)|go any lower",
        r"walk away (?:price|point|number)|before you(?:'d| would)? walk(?: away)?|(?:what's|what is"
        r"|what would be)"
        r" (?:your (?:limit|maximum|ceiling|floor|reserve)|the (?:limit|maximum|minimum) you)|your (?:floor"
        r"|reserve)(?: price)?|what budget (?:did|have|do) (?:they|you)|what (?:would|will"
        r"|'d) you settle for",
        r"(?:most|least) you(?:'d| would| could| can| will)? (?:pay|take|accept|go)"
        r"|what(?: is|'s| would be) the (?:\w+ )?(?:most|least) you(?:'d|'ll| would| could| can| will)"
        r" (?:do (?:it|this|that) for|spend|let (?:it|this|that) go|sell (?:it|this|that|the \w+) (?:for|at)$)"
        r"|(?:most|least) you(?:'d| would) charge"
        r"|what(?: is|'s| would be) your (?:(?:overall|total|rough) )?budget(?: for (?:this|that|it)"
        r"|$| if| roughly| range| like$| then| please)|how much"
        r" (?:can|could|would) you (?:guys )?(?:absorb|swallow|come down)|how (?:far|high|much"
        r" further) (?:can|could|would) you go",
    ),
    "hardship": (
        r"(?:i'm|i am|we're|we are|i are|been|am|me) homeless|unemployed|lost (?:my|his|her|our)"
        r" jobs?|laid off|(?:made|been|got) redundant|out of work|(?:i'm|i am|so|pretty|flat) broke|skint"
        r"|(?:cut my|my) hours(?: (?:got|were|have been) cut)?(?= (?:got|were|have)|$)",
        r"food bank|on (?:benefits|welfare|disability|ssi|universal credit)|live on (?:ssi|benefits)"
        r"|(?:haven't|not|didn't) (?:eaten|eat|ate) (?:since|today|for)|skipping meals",
        r"(?:can't|cannot|couldn't|struggling to) (?:pay|afford|make|cover) (?:(?:the |my |our )?(?:rent"
        r"|food|bills|heating|mortgage)|to (?:pay|eat|live|heat))|behind (?:on|with) (?:the |my |our"
        r" )?(?:rent|bills|mortgage|payments|loan)|living (?:on|off) (?:the |my )?credit cards?|final"
        r" demand|repossess\w+|in arrears|payday loans?",
        r"money is (?:really |very )?tight|(?:pounds|dollars|euros|quid) (?:to last|left) (?:till|until"
        r"|for)|struggling (?:college )?(?:student|financially)",
        r"(?:sleep|sleeping|live|living) in (?:my|our|the|a|parking) (?:car|lots?|shelter)|bailiffs?|in"
        r" debt|evict\w+|poor right now",
    ),
}
"""What calls for care before anything else."""

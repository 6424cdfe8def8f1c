CONFUSION = (
    r"(?:don't|do not|didn't|can't|not sure i|never) (?:\S+ )?(?:understand|follow|get it|get this|see what you mean)",
    r"(?:i'm|i am|we're|you've|you) (?:\S+ )?(?:lost|confused)(?: me| us)?|makes no sense|doesn't make sense|confusing",
    r"what (?:does|do) (?:\S+ ){1,4}(?:even )?mean|what(?:'s| is) (?:a|an|the) \S+(?: even)?$|no idea what"
    r"|which (?:one|of them) is it|who is it that|in plain (?:english|words)|did i (?:understand|get) (?:that|it|you) right",
)
CHURN = (
    r"(?:cancel|close|end|leave|terminate) (?:\S+ )?(?:account|contract|subscription|plan|service|membership|policy)",
    r"(?:i'm|i am|we're|we are|i'll|we'll|i will|we will|might|going to) (?:\S+ )?(?:leave|leaving|cancel|cancell?ing|switch|switching"
    r"|moving to|move to|going elsewhere|go elsewhere|take (?:my|our) business)",
    r"last (?:chance|straw|time)|one more (?:time|like that|email|outage|mistake)|money back|(?:another|a new|new) (?:job|offer|role)"
    r"|(?:look|looking) (?:for another|elsewhere|around)|find (?:another|someone else)|done with (?:you|this)",
)
CARE = {
    "grief": (
        r"passed away|he passed|she passed|(?:has|have|had|'s|just) died|died (?:in|on|last|this|of|from)|(?:my|our|her|his) late "
        r"(?:husband|wife|father|mother|son|daughter|partner|brother|sister)|funeral|bereave\w*|widow(?:ed|er)?|miscarriage",
        r"lost (?:my|our|her|his) (?:husband|wife|father|mother|dad|mum|mom|son|daughter|partner|brother|sister|baby)"
        r"|for the (?:head)?stone|terminal(?:ly)? ill|hospice",
    ),
    "danger": (
        r"chest (?:pain|discomfort|tight\w*|hurts)|sitting on my chest|(?:can't|cannot|couldn't|not|hard to) breath\w*|short of breath"
        r"|unconscious|collapsed|overdos\w+|suicid\w*|kill (?:my|him|her)self|end (?:it all|my life)|don't want to (?:live|be here)",
        r"(?:call|called|calling|need|get) (?:an |the )?ambulance|(?:smell|smells|smelling) (?:of |like )?(?:gas|burning|smoke)"
        r"|gas leak|on fire|caught fire|electric shock|bleeding (?:a lot|badly|heavily)|anaphyla\w*|(?:face|arm) (?:is |went |has gone )?"
        r"(?:numb|drooping|weak)|emergency (?:room|services)|pendant alarm|hurt (?:someone|somebody|myself)",
    ),
    "secret": (
        r"(?:my|the|your|our|his|her|admin) (?:password|passcode|pin(?: code| number)?|cvv|security code|login details)"
        r"|(?:password|passcode|pin|security code) (?:is|for)|one time (?:code|password)|verification code|card number|engineer code"
        r"|there's a code|bypass code",
    ),
    "legal": (
        r"(?:my|our|a|the) (?:lawyer|attorney|solicitor|barrister)s?|su(?:e|ing) (?:you|them|the)|lawsuit|legal action|take you to court"
        r"|small claims|ombudsman|trading standards|class action|is (?:it|that) (?:even )?(?:legal|illegal|against the law)",
    ),
    "trap": (
        r"between (?:ourselves|us|you and me|you me)|off the record|hypothetically speaking|don't tell (?:anyone|anybody|them)",
        r"(?:what|how much) (?:did|do|does|are|is|were|have) (?:the |your )?(?:others?|other (?:suppliers?|clients?|customers?|people)"
        r"|competitors?|they|he|she) (?:\S+ )?(?:pay|paying|charge|charging|quote|quoting|offer|offering|earn|earning)",
        r"what you've had from the others|(?:just|simply) (?:put|write|sign|tick|enter|say) (?:it |that |them )?(?:down|off|in|that it's|they're)"
        r"|back ?dat\w+|leave it off (?:the|my)|doesn't have to (?:go|be) (?:down|on)|in writing that (?:they're|it's|you'll)",
    ),
    "limit": (
        r"(?:lowest|best|final|rock bottom|absolute best) (?:price|offer|number|figure|you can)|bottom line (?:price|number)|how low (?:can|could|would)"
        r"|walk away (?:price|point|number)|(?:what's|what is) (?:your|the) (?:limit|maximum|ceiling|budget limit|floor)"
        r"|(?:most|least) you(?:'d| would| could| can)? (?:pay|take|accept|go)|how (?:far|high|much further) (?:can|could|would) you go",
    ),
    "hardship": (
        r"homeless|unemployed|lost my job|laid off|out of work|(?:i'm|i am|so|pretty|flat) broke|food bank|on (?:benefits|welfare|disability|ssi)"
        r"|live on (?:ssi|benefits)|can't (?:pay|afford) (?:the |my )?(?:rent|food|bills|heating)|money is (?:really |very )?tight"
        r"|struggling (?:college )?(?:student|financially)|(?:sleep|sleeping|live|living) in (?:my|our|the|a|parking) (?:car|lots?|shelter)"
        r"|bailiffs?|in debt|evict\w+|poor right now",
    ),
}
"""What calls for care before anything else."""

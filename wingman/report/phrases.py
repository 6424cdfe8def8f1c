"""What people say when they decide, promise, ask for something or put it off (English)."""

from __future__ import annotations

import re

DECISION = re.compile(
    r"""\b(
    we(?:'ve|\ have)?\ (?:decided|agreed|settled)
    | let'?s\ (?:go\ with|do\ (?:it|that|this)|move\ forward|start\ with)
    | (?:we|i)(?:\ will|'ll)\ go\ with
    | that'?s\ (?:a\ deal|settled|decided|agreed) | we\ have\ a\ deal | it'?s\ a\ deal
    | (?:i|we)\ (?:approve|sign\ off)
    | (?:sounds|looks)\ good,?\ (?:let'?s|we)
    | agreed
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)

PROMISE = re.compile(
    r"""\b(?:i|we)
    (?: (?:'ll|\ will|'m\ going\ to|\ am\ going\ to|'re\ going\ to|\ are\ going\ to)
        \ (?!be\b|see\b|go\ with\b)\w+
      | \ (?:need|have)\ to\ (?!(?:be|see|go|run|leave|jump|drop|head|stop|say|admit)\b)\w+)
    | \blet\ me\ (?!know\b|see\b|think\b|guess\b|tell\b|say\b|ask\b|explain\b|show\b|come\b)\w+
      .*\b(?:and|then)\ (?:i(?:'ll|\ will)\ )?(?:call|send|write|mail|get\ back|come\ back|let\ you\
      know|confirm|share)\b
    | \blet\ me\ (?:send|call|get\ back|come\ back|write|mail|check\ with|talk\ to|speak\ to|ask\ (?:my|our))\b
    | \b(?:one\ of\ )?(?:our|my)\ (?:\w+\ ){0,2}?\w+(?:'ll|\ will)\ (?!be\ (?:fine|ok|happy|glad)\b)\w+
    | \byou(?:'ll|\ will)\ (?:have|get|receive)\b.*\b(?:from\ (?:me|us)|by|until|tomorrow|today|next)\b""",
    re.IGNORECASE | re.VERBOSE,
)

REQUEST = re.compile(
    r"""\b(?:can|could|would|will)\ you\ (?:please\ )?
    (?:send|share|check|prepare|write|set\ up|schedule|book|call|email|follow|introduce|confirm|find|get|look)\b
    | \bplease\ (?:send|share|check|prepare|confirm|schedule)\b""",
    re.IGNORECASE | re.VERBOSE,
)

DEFERRED = re.compile(
    r"""\b(
    get\ back\ to\ you | i\ don'?t\ know | not\ sure | have\ to\ check | need\ to\ check
    | find\ out | let\ me\ check | follow\ up
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)

_COMMON_WORDS = (
    "the a an and or but so to of in on at for with from by is are was were be been being it this that "
    "these those i you he she we they me him her us them my your our their its as if then than not no yes "
    "do does did have has had will would can could should may might just like really very well okay ok "
    "right yeah um uh what which who how when where why there here about into over also too some any all "
    "more most other up out get got going go know think mean want need make thing things lot"
)
COMMON = frozenset(_COMMON_WORDS.split())
"""Words that say nothing about what a meeting was about."""

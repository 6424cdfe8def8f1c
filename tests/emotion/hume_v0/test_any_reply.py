"""Whatever a gateway answers: events within the clip, or a `WireError`; never anything else."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wingman.core.emotion import EmotionSpan
from wingman.core.speech import Word
from wingman.core.time import Channel
from wingman.emotion.faces.tracking import FaceTracker
from wingman.emotion.hume_v0 import wire
from wingman.emotion.hume_v0.analyzer import heard, text_spans
from wingman.emotion.hume_v0.clips import Clip
from wingman.emotion.hume_v0.faces import face_spans

ODD = (
    st.integers(-(10**20), 10**20)
    | st.floats()
    | st.none()
    | st.booleans()
    | st.sampled_from(["", "0.4", "E0300"])
)
TIME = ODD | st.fixed_dictionaries({}, optional={"begin": ODD, "end": ODD})
SCORES = st.lists(
    ODD | st.fixed_dictionaries({"name": st.sampled_from(["Joy", "Sigh"]) | ODD, "score": ODD}), max_size=4
)
BOX = ODD | st.fixed_dictionaries({}, optional=dict.fromkeys("xywh", ODD))
ITEM = st.fixed_dictionaries(
    {},
    optional={
        "time": TIME,
        "position": TIME,
        "emotions": ODD | SCORES,
        "descriptions": SCORES,
        "bbox": BOX,
        "text": ODD,
    },
)
NOTICE = ODD | st.fixed_dictionaries({}, optional={"code": ODD, "message": ODD, "error": ODD})
MODEL = ODD | st.fixed_dictionaries(
    {},
    optional={
        "predictions": ODD | st.lists(ODD | ITEM, max_size=3),
        "warning": ODD,
        "error": NOTICE,
        "code": ODD,
    },
)
MEMBERS = (*wire.MODELS, "error", "warning", "code", "message", "type", "payload_id", "job_details")
REPLY = st.dictionaries(st.sampled_from(MEMBERS), MODEL | NOTICE, max_size=4)


@settings(max_examples=200)
@given(REPLY | st.lists(REPLY, max_size=2))
def test_any_reply_is_events_of_its_clip_or_a_wire_error(raw: Any) -> None:
    try:
        reply = wire.decode(json.dumps(raw))
    except wire.WireError:
        return
    clip = Clip(16_000, bytes(32_000))
    for event in heard(reply, clip, Channel.TAB, 0, 0.2):
        assert clip.start <= event.span.start <= event.span.end <= clip.span.end
        scores = [score.value for score in event.scores] if isinstance(event, EmotionSpan) else [event.score]
        json.dumps(scores, allow_nan=False)
    text_spans(reply, (Word("so", 0, 10),), Channel.TAB)
    face_spans(reply, 16_000, 32_000, Channel.TAB, FaceTracker())
    if reply.failure is not None:
        assert reply.failure.effect.gravity > 0

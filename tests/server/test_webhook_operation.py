"""What the OpenAPI document tells of a webhook is what one is."""

from __future__ import annotations

import json

import jsonschema

from tests.support import story
from wingman.core import codec
from wingman.events import webhooks
from wingman.server.webhook_operation import ENVELOPE, EXAMPLE, WEBHOOK


def test_every_event_is_an_envelope_as_it_is_described() -> None:
    validator = jsonschema.Draft202012Validator(ENVELOPE)
    validator.validate(EXAMPLE)
    for envelope in story.events():
        validator.validate(json.loads(codec.encode(envelope)))
    assert not validator.is_valid({**EXAMPLE, "type": "meeting.unheard_of"})


def test_the_waits_between_the_attempts_are_the_real_ones() -> None:
    for delay in webhooks.DELAYS:
        assert f"{delay:.0f}" in WEBHOOK["description"]

"""The providers of a replay: they answer what was answered then, at once, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence

from wingman.core.events import Envelope, SuggestionCompleted, SuggestionCreated
from wingman.llm.base import AnswerEmpty, Prompt, Usage

PLAYBOOK = "playbook"


class RecordedModel:
    """A `SuggestionModel` whose answers come from a log, by the utterance they were given to."""

    remote = False

    def __init__(self, name: str, answers: Mapping[str, str]) -> None:
        self._name = name
        self._answers = answers
        self.asking = ""
        """Recorded id of the utterance the next prompt is about; the replay sets it when a card is created."""

    @property
    def name(self) -> str:
        return self._name

    @property
    def last_usage(self) -> Usage:
        return Usage()

    async def probe(self) -> None:
        """Always ready."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """The recorded answer in one piece; `AnswerEmpty` where none was recorded."""
        answer = self._answers.get(self.asking)
        if not answer:
            raise AnswerEmpty("no answer of the model was recorded for this moment")
        yield answer

    async def aclose(self) -> None:
        """Nothing is held."""


def recorded_model(events: Sequence[Envelope]) -> RecordedModel | None:
    """The model of a recorded meeting; None when only its playbook spoke."""
    asked = {e.data.id: e.data.utterance for e in events if isinstance(e.data, SuggestionCreated)}
    answers: dict[str, str] = {}
    name = ""
    for event in events:
        data = event.data
        if isinstance(data, SuggestionCompleted) and data.origin != PLAYBOOK:
            name = data.origin
            if utterance := asked.get(data.id):
                answers[utterance] = data.text
    return RecordedModel(name, answers) if name else None

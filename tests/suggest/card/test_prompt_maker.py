"""A prompt holds what was said, how, by whom, and the user's own words about the call."""

from __future__ import annotations

from typing import Any

from tests.suggest.support import said
from wingman.config.suggest import SuggestSettings
from wingman.core.events import Media
from wingman.core.time import Channel, samples
from wingman.core.utterance import EmotionShift, Family
from wingman.llm.base import Prompt
from wingman.suggest.card.active_card import ActiveCard
from wingman.suggest.card.card_meanings import CardMeanings
from wingman.suggest.card.composer import CardComposer, NoSnippets
from wingman.suggest.card.draft import Draft
from wingman.suggest.card.lifecycle import CardLife
from wingman.suggest.card.novelty import Novelty
from wingman.suggest.card.prompt_maker import PromptMaker
from wingman.suggest.gate.decisions import Candidate, Reason
from wingman.suggest.playbook.playbook import load_playbook
from wingman.suggest.speculation import EARLY
from wingman.testing.virtual_time import run

ASKED = said("how much is it for sixty people", 10.0)


def maker(names: dict[str, str] | None = None, **options: Any) -> PromptMaker:
    composer = CardComposer(load_playbook("sales"), "a renewal", NoSnippets())
    composer.names.update(names or {})
    novelty = Novelty(CardMeanings(None))
    return PromptMaker(SuggestSettings(), composer, novelty, fence="f00d", **options)


def flight(utterance: str) -> ActiveCard:
    candidate = Candidate("price", Reason.QUESTION, 60, samples(13), utterance, ASKED.text, "tab")
    life: CardLife = None  # type: ignore[assignment]  # nothing shows before it is handed over
    return ActiveCard(
        life, candidate, Draft(life, Novelty(CardMeanings(None)), lambda: None, lambda _: None), None
    )


def made(prompts: PromptMaker, utterance: str = ASKED.id) -> Prompt:
    return run(prompts.make(flight(utterance), ()))


def test_it_holds_words_names_tone_and_brief() -> None:
    prompts = maker({"tab": "Dana"})
    prompts.hear(said("we met in spring", 2.0, channel=Channel.MIC))
    prompts.hear(ASKED)
    prompts.shift(EmotionShift(Channel.TAB, "tab", samples(12), Family.NEUTRAL, Family.NEGATIVE, ASKED.id))
    prompt = made(prompts)
    for expected in ("sixty people", "we met in spring", "Dana", "a renewal", "f00d"):
        assert expected in prompt.system + prompt.user


def test_words_that_are_not_final_are_only_in_the_prompt_about_them() -> None:
    prompts = maker()
    prompts.hear(ASKED)
    prompts.foresee(said("and does it run offline", 14.0))
    assert "offline" not in made(prompts).user
    assert "offline" in made(prompts, EARLY).user


def test_what_another_process_heard_is_recalled_and_reacts_to_nothing() -> None:
    prompts = maker(wait_s=5.0)
    prompts.recall([ASKED])
    assert [one.id for one in prompts.said] == [ASKED.id]
    assert prompts.media(ASKED.id) == Media(Channel.TAB, 10.0, 13.0)
    assert prompts.media(None) is None
    assert prompts.media("u-unknown") is None

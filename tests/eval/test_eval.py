"""The harness itself: a meeting is read, heard, played and scored as it says."""

from __future__ import annotations

import math

import pytest

from tests.eval import noise, script
from tests.eval.judge import difference, judge_prompt, verdict
from tests.eval.play import Card, Played, play
from tests.eval.score import judge
from wingman.core.time import Channel

TEXT = """\
# playbook: sales
# title: Short
00:03 U good morning everyone
00:07 C good morning to you too
00:20 C!price,question how much does the enterprise plan cost per month // value; number
00:40 C?emotion~anger i am really fed up with the slow answers of your team
"""


def short() -> script.Script:
    return script.parse("short", TEXT)


def test_a_script_is_read_with_its_labels() -> None:
    one = short()
    assert (one.playbook, one.title) == ("sales", "Short")
    assert [line.label for line in one.lines] == ["must-not", "must-not", "must", "may"]
    assert one.lines[2].types == ("price", "question")
    assert one.lines[2].points == ("value", "number")
    assert one.lines[3].tone == "anger"
    assert one.lines[0].channel is Channel.MIC


def test_a_line_that_is_no_utterance_is_named() -> None:
    with pytest.raises(ValueError, match="line 3"):
        script.parse("bad", "# playbook: sales\n# title: x\nhello there\n")


def test_there_are_twenty_meetings_of_ten_minutes_and_half_are_held_out() -> None:
    tuning, heldout = script.load("tuning"), script.load("heldout")
    assert len(tuning) == len(heldout) == 10
    for one in (*tuning, *heldout):
        assert 500 < one.seconds < 660
        assert any(line.label == "must" for line in one.lines)
    assert not {line.text for one in tuning for line in one.lines if len(line.text) > 40} & {
        line.text for one in heldout for line in one.lines
    }


@pytest.mark.parametrize("name", sorted(noise.VARIANTS))
def test_every_variant_is_the_same_each_time(name: str) -> None:
    variant = noise.VARIANTS[name]
    assert variant(short()) == variant(short())


def test_variants_do_what_their_names_say() -> None:
    one = short()
    assert len(noise.echo(one)) == len(one.lines) + 3
    assert len(noise.split(one)) == len(one.lines) + 1
    assert noise.silence(one)[-1].start == noise.bare(one)[-1].start + 30
    late, usual = noise.late_emotion(one)[-1].emotion_at, noise.clean(one)[-1].emotion_at
    assert late is not None
    assert usual is not None
    assert late > usual


async def test_a_played_meeting_gets_its_cards() -> None:
    played = await play(short(), noise.bare(short()))
    assert [card.kind for card in played.cards] == ["price", "frustration"]
    score = judge(played)
    assert (score.must, score.met, score.right_kind, score.kept_quiet) == (1, 1, 1, 2)
    assert (score.precision, score.recall, score.silence) == (1.0, 1.0, 1.0)


def test_scores_see_what_is_wrong() -> None:
    one = short()
    heard = noise.bare(one)
    cards = [Card(f"s{n}", "tab-4", "cue", 30.0 + n, "Say the same thing again.") for n in range(2)]
    score = judge(Played(one, heard, cards))
    assert (score.precision, score.recall) == (0.0, 0.0)
    assert (score.repeated, score.stale, score.kept_quiet) == (1, 2, 1)
    assert len(score.misses) == 1


async def test_the_gate_does_well_on_the_tuning_meetings() -> None:
    """A net under the rules; the promises are measured by `scripts/prove suggest` on both halves."""
    for one in script.load("tuning"):
        score = judge(await play(one, noise.bare(one)))
        assert score.silence >= 0.9, one.name
        assert score.cards <= 8
        assert score.repeated == 0


def test_the_judge_has_its_slot() -> None:
    one = short()
    asked = judge_prompt(one, one.lines[2], "Name one number.")
    assert "value; number" in asked
    assert "Name one number." in asked


async def test_a_verdict_is_a_digit_or_nothing() -> None:
    async def four(_prompt: str) -> str:
        return " 4\n"

    async def chatty(_prompt: str) -> str:
        return "I would say 4"

    one = short()
    assert await verdict(four, one, one.lines[2], "x") == 4
    assert await verdict(chatty, one, one.lines[2], "x") is None


def test_the_difference_comes_with_its_interval() -> None:
    same = difference([4, 3, 5, 4], [4, 3, 5, 4])
    assert (same.mean, same.low, same.high) == (0.0, 0.0, 0.0)
    better = difference([5] * 30, [4] * 20 + [5] * 10)
    assert better.low < better.mean < better.high
    assert math.isnan(difference([], []).mean)

"""One clip of a run, gathered."""

from __future__ import annotations

import dataclasses
import json

import pytest
from shown_clips import EXPLAINED, REFERENCES, SPLIT, make_run

from benchmark.errors import RunError, UnknownNameError, UsageError
from benchmark.leaderboard.one_clip import look_at_clip
from benchmark.runs.withholding import withhold_captions

RUN = make_run()


def by_name(clip):
    return {system.name: system for system in clip.systems}


def test_a_clip_has_its_references_captions_scores_and_reasons():
    clip = look_at_clip(RUN, SPLIT, "a")
    assert clip.references == REFERENCES["a"]
    assert [system.name for system in clip.systems] == ["human", "toy", "mute"]
    toy = by_name(clip)["toy"]
    assert (toy.caption, toy.rung) == ("it rains on a", "system")
    assert toy.scores == {"cider_d": 0.1}
    assert toy.explained == EXPLAINED["a"]


def test_who_gave_no_caption_or_several_says_so():
    systems = by_name(look_at_clip(RUN, SPLIT, "b"))
    assert (systems["mute"].caption, systems["mute"].silence) == (None, "no caption")
    human = systems["human"]
    assert (human.caption, human.silence) == (None, "each reference against the others")
    assert systems["toy"].explained.error == "LookupError: why"


def test_systems_are_chosen_by_name():
    clip = look_at_clip(RUN, SPLIT, "a", ["mute", "toy"])
    assert [system.name for system in clip.systems] == ["toy", "mute"]
    with pytest.raises(
        UnknownNameError, match=r"no system of runs/1 named 'toi'. Did you mean 'toy"
    ):
        look_at_clip(RUN, SPLIT, "a", ["toi"])


def test_an_alias_of_a_clip_is_the_clip():
    assert look_at_clip(RUN, SPLIT, "a.wav").clip_id == "a"


@pytest.mark.parametrize(
    ("clip", "message"),
    [
        ("f", "'f' is a clip of clotho:evaluation, but not one of the 5 that runs/1 is about"),
        ("a.wave", r"no clip 'a.wave' in runs/1, which is about 5 clips"),
        ("\x1b", r"no clip '\\x1b' in runs/1.*Its clips are 'a', 'b', 'c' and 2 more"),
    ],
)
def test_a_clip_that_is_not_there_is_refused_with_what_is(clip, message):
    with pytest.raises(UsageError, match=message):
        look_at_clip(RUN, SPLIT, clip)


def test_the_nearest_clips_are_named():
    clip_ids = ("rain-01.wav", "rain-02.wav", "wind.wav")
    plan = dataclasses.replace(RUN.plan, clip_ids=clip_ids)
    with pytest.raises(UsageError, match=r"Did you mean 'rain-01.wav' or 'rain-02.wav'"):
        look_at_clip(dataclasses.replace(RUN, plan=plan), SPLIT, "rain-01")


def test_a_record_without_captions_is_refused():
    with pytest.raises(RunError, match="holds scores and no captions"):
        look_at_clip(withhold_captions(RUN, ["cider_d"]), SPLIT, "a")


def test_it_is_spelled_for_programs_and_holds_no_traceback():
    told = look_at_clip(RUN, SPLIT, "b", ["toy"]).to_json()
    assert json.loads(json.dumps(told))["systems"] == [
        {
            "system": "toy",
            "rung": "system",
            "caption": "it rains on b",
            "why_no_caption": None,
            "scores": {"cider_d": 0.2},
            "explanation": None,
            "why_unexplained": "LookupError: why",
        }
    ]
    (silent,) = look_at_clip(RUN, SPLIT, "c", ["toy"]).to_json()["systems"]
    assert silent["explanation"] == {}

"""Which clips a run is about, and what is refused for its clips."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from benchmark import Split
from benchmark.errors import DataError, UsageError
from benchmark.runs.clip_choice import choose_clips, refuse_leaks
from benchmark.runs.learning import Learning
from benchmark.runs.requests import RunRequest

REFERENCES = {f"{name}.wav": (f"{name} hums", f"{name} rings") for name in "abcd"}
REQUEST = RunRequest(("system",), "noises:test", Path("data"), ())


def split_of(present="abcd", **changes):
    present = frozenset(f"{name}.wav" for name in present)
    return dataclasses.replace(
        Split("noises", "test", REFERENCES, present, lambda clip_id, rate: None), **changes
    )


def choose(split, request=REQUEST):
    return choose_clips(split, request)


def test_clips_with_a_sound_are_chosen_in_order_up_to_the_limit():
    assert choose(split_of("dba")) == ("a.wav", "b.wav", "d.wav")
    limited = dataclasses.replace(REQUEST, limit=2)
    assert choose(split_of("dba"), limited) == ("a.wav", "b.wav")
    with pytest.raises(UsageError, match="--limit is 0; expected at least 1"):
        choose(split_of(), dataclasses.replace(REQUEST, limit=0))


def test_text_alone_takes_every_clip():
    assert choose(split_of(""), dataclasses.replace(REQUEST, text_only=True)) == tuple(REFERENCES)


def test_no_sound_at_all_is_told_with_the_place_looked_in():
    with pytest.raises(DataError, match=r"none of the 4 clips has a sound under the data root dat"):
        choose(split_of(""))


@pytest.mark.parametrize(("name", "option"), [("train", "--train"), ("validation", "--val")])
def test_what_is_learnt_from_may_hold_the_sounds_and_not_their_captions(name, option):
    evaluated = split_of()
    others = dict.fromkeys(REFERENCES, ("another caption",))
    refuse_leaks(evaluated.clip_ids, evaluated, Learning())
    refuse_leaks(evaluated.clip_ids, evaluated, Learning(**{name: split_of(references=others)}))
    leaking = split_of(references={**others, "c.wav": ("c rings",)}, name=name)
    with pytest.raises(DataError, match=rf"noises:{name}, which holds 1 .*'c\.wav'.*{option}"):
        refuse_leaks(evaluated.clip_ids, evaluated, Learning(**{name: leaking}))
    refuse_leaks(("a.wav",), evaluated, Learning(**{name: leaking}))  # nobody captions it


def test_another_version_of_the_evaluated_captions_is_no_other_data():
    evaluated = split_of()
    reworded = dict.fromkeys(REFERENCES, ("something else",)) | {"c.wav": ("C hums.",)}
    version = split_of(references=reworded, dataset="noises@2.0")
    with pytest.raises(DataError, match=r"noises@2\.0:test, which holds 1 .*'c\.wav'"):
        refuse_leaks(evaluated.clip_ids, evaluated, Learning(version))

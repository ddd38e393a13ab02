"""Captions that say nothing, the same of everything, or what went wrong, are told."""

from __future__ import annotations

import pytest
from odd_captioners import describe, findings, findings_of, system

from benchmark.testing import check_captioner


@pytest.mark.parametrize(
    ("caption", "rule", "message"),
    [
        (lambda clip: "", "empty", "every one of 5 clips got an empty caption; expected words."),
        (lambda clip: " \t", "empty", "declares kind='floor'"),
        (lambda clip: "a sound", "constant", "every one of 5 clips got 'a sound'; expected capt"),
        (lambda clip: "A  Sound" if len(clip.waveform) > 40_000 else "a sound", "constant", "A  S"),
    ],
)
def test_a_system_says_something_and_not_the_same_of_all_but_a_floor_may(caption, rule, message):
    def caption_all(clips):
        return [caption(clip) for clip in clips]

    ((found, told),) = findings_of(caption_all)
    assert found == rule
    assert message in told
    check_captioner(system(caption_all, kind="floor"))
    check_captioner(system(caption_all), skip=[rule])


def test_one_clip_may_get_an_empty_caption():
    check_captioner(
        system(lambda clips: [describe(c) if len(c.waveform) > 50_000 else "" for c in clips])
    )


@pytest.mark.parametrize(
    ("caption", "what"),
    [
        ("error", "no caption"),
        ("None", "no caption"),
        ("nan nan", "no caption"),
        ("N/A.", "no caption"),
        ("<unk>", "a tokenizer's marks"),
        ("<s> <unk><unk> </s>", "a tokenizer's marks"),
        ("<|endoftext|>", "a tokenizer's marks"),
        ("[UNK] [PAD]", "a tokenizer's marks"),
        ("Traceback (most recent call last):\n  File", "a traceback"),
        ("requests.exceptions.ConnectionError: no route", "an exception"),
        ("CUDA out of memory: RuntimeError", None),
        ("Error: 503 Service Unavailable", "an exception"),
        ("<!DOCTYPE html><title>502</title>", "a page of the web"),
        ('{"error": "rate limit"}', "an answer that tells of an error"),
        ("<generator object caption at 0x7f00>", "an object of Python"),
        ("tensor([1, 2])", "an object of Python"),
        ("an error message sounds", None),
        ("none of the birds sing", None),
        ("nan bread sizzles in a pan", None),
        ("a <unk> barks", None),
    ],
)
def test_a_caption_that_reads_like_an_error_is_told_even_that_of_silence(caption, what):
    def caption_all(clips):
        return [caption if not clip.waveform.any() else describe(clip) for clip in clips]

    for kind in ("system", "floor"):
        if what is None:
            check_captioner(system(caption_all, kind=kind))
            continue
        ((rule, told),) = findings_of(caption_all, kind=kind)
        assert rule == "placeholders"
        assert told.startswith("clip 'silent' got ")
        assert f", which is {what}; expected words about the sound" in told


def test_more_of_them_are_counted():
    found = findings(system(lambda clips: [f"Error {len(clip.waveform)}" for clip in clips]))
    assert "(and 9 more)" in found["placeholders"]


def test_a_rule_to_be_left_out_must_be_one():
    with pytest.raises(ValueError, match="no rule is named 'emtpy'; expected of"):
        check_captioner(system(), skip=["emtpy"])

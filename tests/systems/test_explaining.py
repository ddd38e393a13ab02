"""A captioner asked what its captions leaned on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping

import numpy as np
import pytest

from benchmark import Clip, Evidence
from benchmark.systems.explaining import (
    MOST_CHARACTERS,
    MOST_PIECES,
    Explained,
    Explainer,
    can_explain,
    check_explanations,
)

CLIPS = [Clip(name, np.zeros(16, np.float32), 16_000) for name in ("a", "b")]
RAIN = Evidence("rain falls", 0.5)


class Saying:
    def __init__(self, explain):
        self.explain = explain

    def caption(self, clips):
        return ["rain" for _ in clips]


def ask(explain, timeout_s=None):
    return Explainer(Saying(explain), timeout_s).ask(CLIPS)


@pytest.mark.parametrize("timeout_s", [None, 20])
def test_what_was_leaned_on_comes_back_clip_by_clip_in_its_order(timeout_s):
    given = [{"guidance": [RAIN, Evidence("wind")], "prompt": (Evidence(""),)}, {}]
    first, second = ask(lambda clips: given, timeout_s)
    assert first == Explained({"guidance": (RAIN, Evidence("wind")), "prompt": (Evidence(""),)})
    assert list(first.evidence) == ["guidance", "prompt"]
    assert second == Explained({})


def test_whole_numbers_become_weights_and_kinds_without_evidence_are_dropped():
    explained = check_explanations(({"a": [Evidence("x", 2)], "b": []}, {}), CLIPS)
    assert repr(explained[0].evidence["a"][0].weight) == "2.0"
    assert list(explained[0].evidence) == ["a"]


def test_it_gets_the_clips_that_were_captioned():
    seen = []
    ask(lambda clips: seen.extend(clips) or [{}, {}])
    assert seen == CLIPS


class Kinds(Mapping):
    def __getitem__(self, key):
        return [RAIN]

    def __iter__(self):
        return iter(["odd"])

    def __len__(self):
        return 1


def test_any_mapping_will_do():
    assert ask(lambda clips: [Kinds(), Kinds()]) == [Explained({"odd": (RAIN,)})] * 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "explain() returned NoneType; expected a list of 2 mappings"),
        ({"a": [RAIN]}, "explain() returned dict; expected a list"),
        ([{}], "returned 1 explanations for 2 clips (first clip 'a')"),
        ([{}, [RAIN]], "for clip 'b' is [Evidence"),
        ([{}, {1: [RAIN]}], "for clip 'b' names a kind 1 (int); expected one line"),
        ([{" ": [RAIN]}, {}], "for clip 'a' names a kind ' ' (str)"),
        ([{"two\nlines": [RAIN]}, {}], "names a kind 'two\\nlines'"),
        ([{"bell\x07": [RAIN]}, {}], "names a kind 'bell\\x07' (str)"),
        ([{"a \ud800": [RAIN]}, {}], "names a kind 'a \\ud800' (str)"),
        ([{"a": [Evidence("\ud800")]}, {}], "has a text that holds half a surrogate pair"),
        ([{"k" * 41: [RAIN]}, {}], "1 to 40 characters"),
        ([{"a": "rain"}, {}], "has 'rain' (str) under 'a'; expected a sequence of Evidence"),
        ([{"a": iter([RAIN])}, {}], "under 'a'; expected a sequence"),
        ([{"a": ["rain"]}, {}], "for clip 'a', 'a' holds 'rain' (str); expected Evidence("),
        ([{"a": [Evidence(b"rain")]}, {}], "has the text b'rain' (bytes); expected a str"),
        ([{"a": [Evidence("rain", "0.5")]}, {}], "has the weight '0.5' (str)"),
        ([{"a": [Evidence("rain", float("nan"))]}, {}], "has the weight nan (float)"),
        ([{"a": [Evidence("rain", float("-inf"))]}, {}], "has the weight -inf (float)"),
        ([{"a": [Evidence("rain", True)]}, {}], "has the weight True (bool)"),
        ([{"a": [Evidence("rain", np.float32(1))]}, {}], "Write float(...) around a number of"),
        ([{"a": [RAIN] * 20, "b": [RAIN] * 13}, {}], "has 33 pieces of evidence; expected at most"),
    ],
)
def test_what_breaks_the_contract_is_told_and_costs_the_whole_batch(given, message):
    explained = ask(lambda clips: given)
    assert [each.evidence for each in explained] == [{}, {}]
    for each in explained:
        assert each.error.startswith("PluginError: ")
        assert message in each.error


def test_what_is_raised_is_kept_with_its_traceback():
    explained = ask(lambda clips: 1 / 0)
    assert [each.error for each in explained] == ["ZeroDivisionError: division by zero"] * 2
    assert "1 / 0" in explained[0].traceback


def test_a_captioner_that_wants_to_end_the_process_is_heard_and_stays():
    assert ask(lambda clips: sys.exit(3))[0].error == (
        "PluginError: explain() raised SystemExit(3)."
    )


def test_nothing_more_is_asked_of_a_captioner_that_took_too_long():
    never, asked = threading.Event(), []
    explainer = Explainer(Saying(lambda clips: asked.append(clips) or never.wait(20)), 0.05)
    slow = "CallTimeoutError: explain() took longer than 0.05 s for 2 clips"
    assert [each.error for each in explainer.ask(CLIPS)] == [slow] * 2
    assert [each.error for each in explainer.ask(CLIPS)] == [
        "not asked: a call before took too long"
    ] * 2
    assert len(asked) == 1
    never.set()


def test_one_failure_is_no_reason_not_to_ask_again():
    answers = iter([[], [{}, {"a": [RAIN]}]])
    explainer = Explainer(Saying(lambda clips: next(answers)), None)
    assert explainer.ask(CLIPS)[1].error
    assert explainer.ask(CLIPS)[1] == Explained({"a": (RAIN,)})


def test_a_text_is_cut_where_it_is_too_long_and_says_how_long_it_was():
    texts = ["x" * MOST_CHARACTERS, "x" * 1234]
    pieces = [Evidence(text) for text in texts]
    (explained,) = check_explanations([{"a": pieces}], CLIPS[:1])
    assert [piece.text for piece in explained.evidence["a"]] == [
        texts[0],
        f"{texts[0]} … (1,234 characters)",
    ]


def test_as_many_pieces_as_are_kept_may_be_given():
    (explained,) = check_explanations([{"a": [RAIN] * MOST_PIECES}], CLIPS[:1])
    assert len(explained.evidence["a"]) == MOST_PIECES


def test_who_has_no_explain_cannot_explain_and_who_has_another_thing_is_told():
    class Silent:
        def caption(self, clips):
            return []

    assert not can_explain(Silent())
    assert not can_explain(Saying(None))
    assert can_explain(Saying("because"))
    (first, _) = ask("because")
    assert first.error == "PluginError: the captioner's explain is 'because'; expected a method."


def test_evidence_is_spelled_by_kind():
    explained = Explained({"guidance": (RAIN, Evidence("wind"))})
    assert explained.spell_evidence() == {
        "guidance": [{"text": "rain falls", "weight": 0.5}, {"text": "wind", "weight": None}]
    }

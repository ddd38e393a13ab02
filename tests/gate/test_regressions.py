"""The clips that fell most: how far, in whose words, in which order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from made_nights import cell_of, night_of, system_of

from benchmark.gate.regressions import worst_regressions


def fallen(before, now, key="cider_d", n_clips=10):
    night = night_of([system_of("toy", {key: before})], [system_of("toy", {key: now})])
    return worst_regressions(night, key, n_clips)


def test_clips_that_fell_stand_worst_first():
    now = [1.0, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0, 1.5, 1.0, 0.25]
    assert [(r.clip_id, r.loss) for r in fallen(1.0, now)] == [
        ("j", 0.75),
        ("b", 0.5),
        ("c", 0.25),
    ]


def test_a_clip_is_listed_with_its_scores_and_both_captions():
    before = system_of("toy", {"cider_d": [1.0]}, clips="a", captions={"a": "rain falls"})
    now = system_of("toy", {"cider_d": [0.25]}, clips="a", captions={"a": "a noise"})
    (first,) = worst_regressions(night_of([before], [now]), "cider_d", 10)
    assert (first.system, first.metric) == ("toy", "cider_d")
    assert (first.baseline_score, first.run_score, first.loss) == (1.0, 0.25, 0.75)
    assert (first.baseline_caption, first.run_caption) == ("rain falls", "a noise")


def test_a_caption_that_is_gone_is_empty():
    before = system_of("toy", {"cider_d": [1.0]}, clips="a")
    now = system_of("toy", {"cider_d": [0.25]}, clips="a", captions={})
    (first,) = worst_regressions(night_of([before], [now]), "cider_d", 10)
    assert first.run_caption == ""


def test_only_so_many_are_listed():
    assert [r.clip_id for r in fallen(1.0, 0.5, n_clips=3)] == ["a", "b", "c"]
    assert fallen(1.0, 0.5, n_clips=0) == []


def test_clips_that_stayed_or_rose_are_not_listed():
    assert fallen(0.5, [0.5] * 5 + [0.75] * 5) == []


def test_of_errors_those_that_rose_are_listed():
    (first,) = fallen([0.0] * 10, [1.0] + [0.0] * 9, key="fer")
    assert (first.clip_id, first.loss, first.run_score) == ("a", 1.0, 1.0)
    assert fallen([1.0] * 10, [0.0] * 10, key="fer") == []


def test_clips_of_all_systems_stand_in_one_list():
    before = [system_of(name, {"cider_d": 1.0}) for name in ("b", "a")]
    now = [
        system_of("b", {"cider_d": [0.5] + [1.0] * 9}),
        system_of("a", {"cider_d": [0.5, 0.25] + [1.0] * 8}),
    ]
    listed = worst_regressions(night_of(before, now), "cider_d", 10)
    assert [(r.system, r.clip_id) for r in listed] == [("a", "b"), ("a", "a"), ("b", "a")]


def test_clips_that_fell_alike_stand_by_system_before_clip():
    before = [system_of(name, {"cider_d": 1.0}) for name in ("b", "a")]
    now = [
        system_of("b", {"cider_d": [0.5] + [1.0] * 9}),
        system_of("a", {"cider_d": [1.0, 0.5] + [1.0] * 8}),
    ]
    listed = worst_regressions(night_of(before, now), "cider_d", 10)
    assert [(r.system, r.clip_id) for r in listed] == [("a", "b"), ("b", "a")]


def test_only_common_clips_are_looked_at_each_in_its_own_row():
    before = system_of("toy", {"cider_d": [1.0, 0.5, 0.25]}, clips="abc")
    now = system_of("toy", {"cider_d": [0.25, 0.25, 0.0]}, clips="bcd")
    (first,) = worst_regressions(night_of([before], [now]), "cider_d", 10)
    assert (first.clip_id, first.baseline_score, first.run_score) == ("b", 0.5, 0.25)


def test_systems_that_are_new_or_lack_the_metric_are_passed_over():
    before = [system_of("a", {"cider_d": 1.0}), system_of("b", {"spice": 1.0})]
    now = [
        system_of("a", {"spice": 0.0}),
        system_of("b", {"cider_d": 0.0}),
        system_of("new", {"cider_d": 0.0}),
    ]
    assert worst_regressions(night_of(before, now), "cider_d", 10) == []


def test_a_metric_that_was_made_otherwise_is_passed_over():
    other = {"cider_d": cell_of("cider_d", 0.0, tok="blanks")}
    before = system_of("toy", {"cider_d": 1.0})
    now = system_of("toy", {"cider_d": 0.0}, cells=other)
    assert worst_regressions(night_of([before], [now]), "cider_d", 10) == []


def test_a_metric_without_statistics_is_passed_over():
    bare = system_of("toy", {"spice": 0.0}, cells={"cider_d": cell_of("cider_d", 0.0)})
    night = night_of([system_of("toy", {"cider_d": 1.0})], [bare])
    assert worst_regressions(night, "cider_d", 10) == []


def test_an_unscored_system_has_no_clip_to_list():
    night = night_of([system_of("toy", {"cider_d": 1.0})], [system_of(clips=())])
    assert worst_regressions(night, "cider_d", 10) == []


@given(
    before=st.lists(st.integers(0, 16), min_size=10, max_size=10),
    now=st.lists(st.integers(0, 16), min_size=10, max_size=10),
    n_clips=st.integers(0, 12),
)
def test_what_is_listed_is_the_head_of_all_losses(before, now, n_clips):
    listed = fallen([x / 4 for x in before], [x / 4 for x in now], n_clips=n_clips)
    losses = sorted(((b - n) / 4 for b, n in zip(before, now, strict=True) if b > n), reverse=True)
    assert [r.loss for r in listed] == losses[:n_clips]
    assert all(r.loss == r.baseline_score - r.run_score for r in listed)

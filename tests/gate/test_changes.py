"""What a new baseline changes: one line each, and none where nothing changed."""

from __future__ import annotations

import dataclasses

from machines import SERVER
from made_nights import accept, cell_of, night_of, run_of, system_of, timed_in

from benchmark.gate.changes import list_changes
from benchmark.gate.held import HeldRun
from benchmark.systems.makeup import Makeup


def changes(before, now, **of_run):
    return list_changes(night_of([before], [now], **of_run))


def test_an_equal_run_changes_nothing():
    system = system_of("toy", {"cider_d": 0.5}, timed=timed_in([2.0] * 10, encode=1.0))
    lines = changes(system, system)
    assert lines == ["toy: latency x1.00", "toy: stage encode x1.00"]
    assert changes(system_of("toy", {"cider_d": 0.5}), system_of("toy", {"cider_d": 0.5})) == []


def test_values_are_said_with_label_before_and_after():
    before = system_of("toy", {"cider_d": 0.5, "bert_score.f1": 0.25, "rouge_l": 0.75})
    now = system_of("toy", {"cider_d": 0.25, "bert_score.f1": 0.5, "rouge_l": 0.75})
    assert changes(before, now) == [
        "toy: CIDEr-D 0.5000 -> 0.2500",
        "toy: BERTScore-F1 0.2500 -> 0.5000",
    ]


def test_what_a_system_is_made_of_is_compared_where_both_say_it():
    before = system_of("toy", makeup=Makeup("a" * 64, {"option model": "b" * 64}))
    now = system_of("toy", makeup=Makeup("c" * 64, {"option model": "d" * 64}))
    said = "the files of aac-bench-toy, the weights of option model"
    assert changes(before, now) == [f"toy: changed: {said}"]
    assert changes(system_of("toy"), now) == changes(now, now) == []
    assert changes(system_of("toy", version="1"), system_of("toy", version="2")) == [
        "toy: version 1 -> 2"
    ]


def test_metrics_that_come_and_go_are_named():
    before = system_of("toy", {"cider_d": 0.5})
    now = system_of("toy", {"spice": 0.5})
    assert changes(before, now) == ["toy: CIDEr-D removed", "toy: SPICE added"]


def test_a_metric_that_became_unavailable_is_removed():
    lost = {"cider_d": cell_of("cider_d", None, "no jar")}
    assert changes(system_of("toy", {"cider_d": 0.5}), system_of("toy", cells=lost)) == [
        "toy: CIDEr-D removed"
    ]


def test_metrics_that_were_made_otherwise_are_not_subtracted():
    other = {"cider_d": cell_of("cider_d", 0.25, tok="blanks")}
    (line,) = changes(
        system_of("toy", {"cider_d": 0.5}), system_of("toy", {"cider_d": 0.25}, cells=other)
    )
    assert line == (
        "toy: CIDEr-D cannot be compared: made with tok:blanks where the baseline has tok:ptb"
    )


def test_systems_that_come_and_go_are_named():
    night = night_of([system_of("a"), system_of("b")], [system_of("b"), system_of("c")])
    assert list_changes(night) == ["removed: a", "added: c"]


def test_a_system_that_stopped_is_held_against_what_it_had():
    before = system_of("toy", {"cider_d": 0.5})
    assert changes(before, system_of("toy", clips=())) == ["toy: CIDEr-D removed"]


def test_clips_that_come_and_go_are_counted():
    system = system_of(clips="abc")
    before = accept(run_of(system, clip_ids="abcd"))
    night = HeldRun(run_of(system, clip_ids="cdefg"), before)
    assert list_changes(night) == ["2 clips fewer to caption", "3 clips more to caption"]


def test_times_are_ratios_of_medians_in_units_of_calibration_work():
    before = system_of(timed=timed_in([2.0] * 10, encode=1.0, decode=0.5))
    now = system_of(timed=timed_in([3.0] * 10, encode=2.0))
    assert changes(before, now) == ["toy: latency x1.50", "toy: stage encode x2.00"]


def test_void_times_are_no_change():
    before = system_of(timed=timed_in([2.0] * 10))
    now = system_of(timed=timed_in([3.0] * 10, is_same=False))
    assert changes(before, now) == []
    assert changes(now, before) == []


def test_a_stage_that_took_nothing_before_has_no_ratio():
    before = system_of(timed=timed_in([2.0] * 10, polish=0.0))
    now = system_of(timed=timed_in([2.0] * 10, polish=1.0))
    assert changes(before, now) == ["toy: latency x1.00"]


def test_memory_and_machine_are_told_of_the_whole_run():
    big = dataclasses.replace(SERVER, cores=64)
    before = accept(run_of(system_of(), machine=SERVER, peak_rss_mib=1000.0))
    night = HeldRun(run_of(system_of(), machine=big, peak_rss_mib=1500.4), before)
    assert list_changes(night) == [
        "peak memory 1,000 -> 1,500 MiB",
        "another machine: cores 64 (baseline: 2)",
    ]


def test_memory_that_nobody_measured_is_no_change():
    before = accept(run_of(system_of(), peak_rss_mib=1000.0))
    assert list_changes(HeldRun(run_of(system_of()), before)) == []


def test_other_references_leave_nothing_to_compare():
    before = system_of("toy", {"cider_d": 0.5})
    now = system_of("new", {"cider_d": 0.25})
    assert changes(before, now, references_sha256="0" * 64) == [
        "other references than the clotho:evaluation before: nothing compares"
    ]

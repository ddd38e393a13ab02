"""What metrics say of single clips."""

from __future__ import annotations

from run_records import contributions, run_of, system

from benchmark.leaderboard.by_clip import clip_values, list_clip_metrics


def test_only_metrics_that_judge_a_clip_and_that_someone_has_are_listed():
    values = contributions("ab", cider_d=[0.1, 0.2], rouge_l=[0.3, 0.4], bleu_1=[0.5, 0.6])
    run = run_of(system("toy", "ab"), system("other", "ab", contributions=values))
    assert [metric.key for metric in list_clip_metrics(run)] == ["rouge_l", "cider_d"]


def test_a_clips_values_are_looked_up_by_clip():
    of_two = contributions("ab", cider_d=[0.1, 0.2])
    assert clip_values(of_two, "cider_d") == {"a": 0.1, "b": 0.2}
    assert clip_values(of_two, "spice") == {}

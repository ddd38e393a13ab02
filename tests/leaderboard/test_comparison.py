"""Two rows on their common clips: verdicts, refusals, clusters."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil

import numpy as np
import pytest
from leaderboard_rows import cell
from read_tables import read_open
from resealed import reseal
from run_records import contributions, system
from scored_files import good_on, invoke, score, write_captions
from small_clips import write_clips

from benchmark.display.tables import View
from benchmark.display.widths import width_of
from benchmark.errors import DataError, UsageError
from benchmark.leaderboard.clusters import read_clusters
from benchmark.leaderboard.comparison import ComparedMetric, SwapTest, compare_systems
from benchmark.leaderboard.power import PowerSettings, study_power
from benchmark.leaderboard.ranking import rank_rows
from benchmark.leaderboard.rows import Row
from benchmark.leaderboard.tables.comparison import render_comparison
from benchmark.leaderboard.tiers import tiers_of
from benchmark.metrics.contributions import Contributions
from benchmark.runs.pairs import SystemPair, UnlikeParts
from benchmark.runs.reading import find_systems
from benchmark.stats import PairedResult, correct_holm

KEYS = ("bleu_1", "rouge_l", "cider_d")
SYSTEMS = {
    "good": good_on(range(12)),
    "twin": good_on(range(12)),
    "poor": good_on([]),
    "fair": good_on(range(6)),
    "partial": {clip: text for clip, text in good_on(range(6)).items() if clip > "test-01.wav"},
    "single": dict(list(good_on([0]).items())[:1]),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("comparison")
    return score(write_clips(place / "clips", n_test=12), place / "scored", SYSTEMS)


def rows(run, first, second):
    return SystemPair.match(*find_systems([f"{run}::{first}", f"{run}::{second}"]))


def compare(run, first, second, **settings):
    return compare_systems(rows(run, first, second), **settings)


def by_key(comparison):
    return {metric.key: metric for metric in comparison.metrics}


def test_the_better_system_is_named_whichever_stands_first(run):
    assert {metric.verdict for metric in compare(run, "good", "poor").metrics} == {"A better"}
    assert {metric.verdict for metric in compare(run, "poor", "good").metrics} == {"B better"}


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_a_comparison_fits_the_terminal_and_keeps_difference_and_verdict(run, width):
    text = render_comparison(compare(run, "good", "poor"), "text", View(width, is_painted=True))
    plain = re.sub("\x1b\\[\\d+m", "", text)
    assert max(map(width_of, plain.split("\n"))) <= width
    cells = {cell for row in read_open(plain)[0] for cell in row}  # it may lie on its side
    assert {"metric", "A - B", "verdict"} <= cells
    assert "\x1b[32mA better\x1b[0m" in text


def test_equal_captions_cannot_be_told_apart(run):
    found = compare(run, "good", "twin")
    assert {metric.key for metric in found.metrics} == set(KEYS)
    for metric in found.metrics:
        assert metric.result.difference == metric.result.low == metric.result.high == 0
        assert metric.p_corrected == 1
        assert metric.verdict == "same on every clip"
        assert metric.detectable is None
    text = render_comparison(found, "text")
    assert "By CIDEr-D: the same on every clip." in text
    assert "0.00 [" not in text


def test_figures_are_those_of_the_common_clips(run):
    found = compare(run, "fair", "partial")
    assert found.pair.n_clips == 10
    for metric in found.metrics:
        assert metric.result.difference == 0  # the captions of common clips are the same
    values = found.pair.first.contributions.per_clip("cider_d")[2:]
    assert by_key(found)["cider_d"].result.first == pytest.approx(values.mean())


def test_p_values_are_corrected_over_the_metrics_of_the_comparison(run):
    primary, *others = compare(run, "good", "fair").metrics
    assert (primary.key, primary.is_primary) == ("cider_d", True)
    assert primary.p_corrected == primary.result.p_randomisation
    plain = [metric.result.p_randomisation for metric in others]
    assert [metric.p_corrected for metric in others] == correct_holm(plain)
    (alone,) = compare(run, "good", "fair", keys=["cider_d"]).metrics
    assert alone.p_corrected == primary.p_corrected
    first, *_ = compare(run, "good", "fair", primary="bleu_1").metrics
    assert (first.key, first.p_corrected) == ("bleu_1", first.result.p_randomisation)
    with pytest.raises(UsageError, match="FENSE cannot be tested of these two"):
        compare(run, "good", "fair", primary="fense")


def test_metrics_that_cannot_be_compared_are_named_with_the_reason(run):
    found = compare(run, "good", "fair", keys=["cider_d", "fense", "sent_len.cands"])
    assert found.absent == {
        "fense": f"not computed in {run}",
        "sent_len.cands": "it only describes",
    }
    with pytest.raises(DataError, match=r"no metric can be resampled in .* FENSE: not computed"):
        compare(run, "good", "fair", keys=["fense"])


def test_what_was_scored_again_is_compared_not_what_was_planned(run, tmp_path):
    again = shutil.copytree(run, tmp_path / "again")
    result = invoke("rescore", again, "--metrics", "bleu_4,rouge_l", "--only")
    assert result.exit_code == 0, result.output
    found = compare(again, "good", "poor")
    assert [metric.key for metric in found.metrics] == ["bleu_4", "rouge_l"]
    assert found.absent == {}
    asked = compare(again, "good", "poor", keys=["bleu_1", "bleu_4"])
    assert asked.absent == {"bleu_1": f"not computed in {again}"}


def test_where_less_is_better_the_lower_value_wins():
    alike, other = UnlikeParts((), ()), UnlikeParts(("tok:a",), ("tok:b",))
    higher = PairedResult(0.4, 0.3, 0.05, 0.15, 0.025, 0.001, 0.001, 0.05, 0.05)

    def verdict(key, p, unlike=alike, detectable=0.1, n_differing=9):
        tested = None if any(unlike) else SwapTest(p, p, 0.05, 0.15, detectable)
        return ComparedMetric(key, 9, n_differing, higher, tested, True, unlike).verdict

    assert verdict("fer", 0.001) == "B better"
    assert verdict("cider_d", 0.001) == "A better"
    assert verdict("fer", 0.0501) == "not distinguishable"
    assert verdict("fer", 0.0501, detectable=None) == "too few clips"
    assert verdict("fer", 0.001, other) == "not to be compared"
    assert verdict("fer", 1.0, n_differing=0) == "same on every clip"


def test_other_data_and_other_references_are_refused(run, tmp_path):
    (same,) = find_systems([f"{run}::good"])
    clips = write_clips(tmp_path / "clips", n_test=12)
    elsewhere = score(clips, tmp_path / "elsewhere", {"good": SYSTEMS["good"]})
    (copy,) = find_systems([str(elsewhere)])
    assert SystemPair.match(same, copy).n_clips == 12
    header = dataclasses.replace(copy.plan.header, dataset="clotho:evaluation")
    other = dataclasses.replace(copy, plan=dataclasses.replace(copy.plan, header=header))
    with pytest.raises(UsageError, match="only rows of one data set can be compared"):
        SystemPair.match(same, other)
    table = clips / "test.csv"
    table.write_text(table.read_text().replace("the test hiss", "that test hiss"))
    changed = score(clips, tmp_path / "changed", {"good": SYSTEMS["good"]})
    with pytest.raises(UsageError, match="of different references"):
        SystemPair.match(*find_systems([str(elsewhere), str(changed)]))


def test_one_common_clip_is_not_enough(run):
    with pytest.raises(DataError, match="1 common clips of 12 and 1; expected two or more"):
        rows(run, "good", "single")


def test_numbers_that_were_made_differently_say_in_what(run, tmp_path):
    scores = json.loads((run / "scores.json").read_text())
    cell = scores["systems"]["poor"]["metrics"]["cider_d"]
    changed = tmp_path / "changed"
    changed.mkdir()
    for path in run.iterdir():
        (changed / path.name).write_bytes(path.read_bytes())
    parts = dict(cell["signature"]["parts"])
    cell["signature"]["parts"] = [*{**parts, "tok": "spaces"}.items()]
    (changed / "scores.json").write_text(json.dumps(scores))
    reseal(changed)
    found = by_key(
        compare_systems(SystemPair.match(*find_systems([f"{run}::good", f"{changed}::poor"])))
    )
    assert found["cider_d"].unlike == UnlikeParts(("tok:ptb-3.4.1",), ("tok:spaces",))
    assert not found["cider_d"].is_one_thing
    assert found["cider_d"].verdict == "not to be compared"
    assert found["cider_d"].figures["p_corrected"] is None
    assert found["cider_d"].figures["difference"] is None
    assert found["rouge_l"].is_one_thing
    assert found["rouge_l"].verdict == "A better"


def test_clips_of_one_recording_count_as_one(run, tmp_path):
    clusters = {f"test-{clip:02d}.wav": f"recording {clip // 6}" for clip in range(12)}
    path = write_captions(tmp_path / "clusters.csv", clusters)
    path.write_text(path.read_text().replace("caption_predicted", "cluster"))
    alone, together = (compare(run, "good", "poor", clusters_file=file) for file in (None, path))
    assert together.n_clusters == 2
    assert by_key(alone)["cider_d"].verdict == "A better"
    assert by_key(together)["cider_d"].verdict == "too few clips"
    assert by_key(together)["cider_d"].result.p_randomisation == pytest.approx(0.5, abs=0.02)


def clusters_of(tmp_path, text, clip_ids):
    path = tmp_path / "clusters.csv"
    path.write_text(text)
    return read_clusters(path, clip_ids)


def test_clusters_come_in_the_order_of_the_clips(tmp_path):
    text = "clip_id,cluster\nb,2\n a,1\nunused,3\n"
    assert clusters_of(tmp_path, text, [" a", "b"]) == ("1", "2")
    text = "cluster,file_name,more\nx y,a,\n"
    assert clusters_of(tmp_path, text, ["a"]) == ("x y",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("clip_id,cluster\na,1\n", "names no cluster for 1 of 2 clips: 'b'"),
        ("clip_id,cluster\na,1\nb, \n", "empty cluster for 'b'"),
        ("clip_id,cluster\na,1\nb,1\na,2\n", "same clip_id more than once: 'a'"),
        ("clip,cluster\na,1\nb,1\n", "no column 'clip_id'"),
        ("clip_id,recording\na,1\nb,1\n", "no column 'cluster'"),
    ],
)
def test_clusters_that_do_not_fit_say_why(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        clusters_of(tmp_path, text, ["a", "b"])


def test_one_cluster_of_all_clips_is_refused(run, tmp_path):
    path = tmp_path / "clusters.csv"
    path.write_text("clip_id,cluster\n" + "".join(f"test-{n:02d}.wav,x\n" for n in range(12)))
    with pytest.raises(DataError, match="all clips into one cluster"):
        compare(run, "good", "poor", clusters_file=path)


def test_the_same_comparison_gives_the_same_numbers(run):
    first, again = (compare(run, "good", "fair").to_json() for _ in range(2))
    assert first == again
    assert np.isfinite(first["metrics"]["cider_d"]["p_randomisation"])


def lacking(name, *clips):
    """A system of 40 clips whose SPICE has no value of some of them."""
    values = np.random.default_rng(len(name)).random(40)
    spice = np.where(np.isin(np.arange(40), clips), np.nan, values)
    ids = [f"clip-{clip:02d}" for clip in range(40)]
    cells = {"cider_d": cell(values.mean()), "spice": cell(np.nanmean(spice), "long", "spice")}
    made = contributions(ids, cider_d=values, spice=spice)
    return system(name, ids, contributions=made, metrics=cells)


def test_a_metric_that_lacks_clips_is_compared_on_those_that_both_have_and_the_table_says_so():
    first, second = lacking("a", 1, 2), lacking("other", 2, 3, 4)
    found = by_key(compare_systems(SystemPair.match(first, second), n_draws=500))
    assert (found["cider_d"].n_clips, found["spice"].n_clips) == (40, 36)
    shared = [clip for clip in range(40) if clip not in (1, 2, 3, 4)]
    for side, value in (
        (first, found["spice"].result.first),
        (second, found["spice"].result.second),
    ):
        assert value == pytest.approx(side.contributions.per_clip("spice")[shared].mean())
    assert found["spice"].result.low < found["spice"].result.difference < found["spice"].result.high
    comparison = compare_systems(SystemPair.match(first, second), n_draws=500)
    text = render_comparison(comparison, "text")
    assert "SPICE: on the 36 clips that have it in both." in text
    assert "CIDEr-D: on the" not in text
    assert json.loads(render_comparison(comparison, "json"))["metrics"]["spice"]["n_clips"] == 36


def pair_of(n_clips, shift=0.3, keys=("cider_d",), names=("one", "two")):
    """Two systems that differ by about ``shift`` on every clip, by metrics of equal values."""
    ids = [f"clip-{clip:03d}" for clip in range(n_clips)]
    rng = np.random.default_rng(n_clips)
    sides = []
    for name, moved in zip(names, (shift, 0.0), strict=True):
        values = {key: 1 + moved + rng.random(n_clips) for key in keys}
        cells = {key: cell(float(each.mean()), metric=key) for key, each in values.items()}
        made = contributions(ids, **values)
        sides.append(system(name, ids, contributions=made, metrics=cells))
    return SystemPair.match(*sides)


def test_so_few_draws_that_nothing_can_be_called_are_refused_with_the_number_that_does():
    pair = pair_of(
        40, keys=("cider_d", "rouge_l", "spice", "sbert_sim", "fense", "fer", "bert_score.f1")
    )
    with pytest.raises(
        UsageError, match=r"100 draws can never call .* of 6 metrics .* 119 or more"
    ):
        compare_systems(pair, n_draws=100)
    assert len(compare_systems(pair, n_draws=119).metrics) == 7


def test_too_few_clips_have_no_verdict_and_no_interval_and_the_table_says_how_many_would():
    comparison = compare_systems(pair_of(5, shift=9.0, keys=("cider_d", "spice", "rouge_l")))
    for metric in comparison.metrics:
        assert metric.verdict == "too few clips"
        assert metric.tested.low is None
    text = " ".join(render_comparison(comparison, "text").split())
    assert "5 clips are too few: a test by swaps needs 6, one of 2 metrics 7" in text
    assert compare_systems(pair_of(6, shift=9.0)).metrics[0].verdict == "A better"


def test_what_is_not_distinguishable_comes_with_what_would_have_been():
    comparison = compare_systems(pair_of(50, shift=0.02))
    (metric,) = comparison.metrics
    assert metric.verdict == "not distinguishable"
    assert 2.7 < metric.detectable / metric.result.standard_error < 3.0
    gap = f"{100 * metric.detectable:.2f}"
    text = render_comparison(comparison, "text")
    assert f"not distinguishable; a difference of {gap} would have been called with 80 %" in text


def test_the_verdict_of_one_run_each_is_of_captions_and_of_seeds_of_systems():
    pair = pair_of(50)
    assert "of these two sets of captions" in render_comparison(compare_systems(pair), "text")
    far = [pair_of(50, shift=shift).first.contributions for shift in (-0.7, 0.3, 1.3)]
    seeds = dataclasses.replace(pair.first, contributions=Contributions.average(far))
    several = compare_systems(SystemPair.match(seeds, pair.second))
    assert several.n_seeds == (3, 1)
    one, other = compare_systems(pair).metrics[0], several.metrics[0]
    assert one.result.difference == pytest.approx(other.result.difference)
    assert (one.verdict, other.verdict) == ("A better", "not distinguishable")
    assert other.tested.high - other.tested.low > 5 * (one.tested.high - one.tested.low)
    assert "clips and seeds both count as chance" in render_comparison(several, "text")


def test_the_table_of_two_rows_and_their_comparison_give_one_verdict():
    seen = set()
    for n_clips in range(30, 60, 2):
        pair = pair_of(n_clips, shift=0.14)
        rows = [Row.of(record) for record in pair.systems]
        tiers = tiers_of(rank_rows(rows))
        (metric,) = compare_systems(pair).metrics
        assert (tiers == [1, 2]) == (metric.verdict in ("A better", "B better"))
        seen.add(metric.verdict)
    assert {"A better", "not distinguishable"} <= seen


def test_power_is_simulated_of_a_metric_that_lacks_clips():
    settings = PowerSettings(n_trials=50)
    for against in (None, lacking("other", 2, 3, 4)):
        report = study_power(lacking("a", 1, 2), against, ["spice"], settings)
        (metric,) = report.metrics
        assert metric.value == pytest.approx(lacking("a", 1, 2).value("spice"))
        assert 0 < metric.gap < 1

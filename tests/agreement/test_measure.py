"""Agreement of metrics with people: by hand on made-up pairs, as in print on Clotho-Eval."""

from __future__ import annotations

import csv
import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
from lent_specs import lend
from shared_data import shared_path
from toy_metrics import overlap_engine

from benchmark.agreement.judgements import JudgedPair, read_judgements
from benchmark.agreement.measure import compare_with_people, measure_agreement
from benchmark.agreement.report import AgreementRequest, report_agreement
from benchmark.errors import DataError
from benchmark.metrics.catalogue import METRIC_SETS
from benchmark.metrics.scores import IdfSource, ScoringTask
from benchmark.metrics.suite import MetricModels, score_tasks

# Zhou et al. 2022, Clotho-Eval: HC, HI, HM, MM, total in %. CIDEr is left out: its IDF there is
# that of the judged captions.
IN_PRINT = {
    "bleu_1": (51.0, 90.6, 65.5, 50.3, 59.0),
    "bleu_4": (52.9, 88.9, 65.1, 53.2, 60.5),
    "meteor": (54.8, 93.0, 74.6, 57.8, 65.4),
    "rouge_l": (56.2, 90.6, 69.4, 50.7, 60.5),
}
COLUMNS = ("HC", "HI", "HM", "MM", "total")


def made_up(clip, category, preference):
    return JudgedPair(clip, category, ("x", "y"), (preference,), ("x", "z"))


def clotho_eval():
    return shared_path("data/human/clotho_eval.json")


@pytest.fixture(scope="module")
def clotho():
    path = shared_path("data/clotho/clotho_captions_evaluation.csv")
    with path.open(encoding="utf-8", newline="") as file:
        references = {row.pop("file_name"): tuple(row.values()) for row in csv.DictReader(file)}
    return IdfSource("clotho:evaluation", references)


@pytest.fixture(scope="module")
def judged():
    return [pair for pair in read_judgements(clotho_eval()) if pair.preference]


@pytest.fixture(scope="module")
def measured(judged, clotho):
    return measure_agreement(judged, METRIC_SETS["java"], MetricModels(), clotho)


def test_agreement_is_the_share_of_pairs_with_the_same_preference():
    pairs = [made_up("a", "HI", 1), made_up("a", "MM", 1), made_up("b", "MM", -1),
             made_up("b", "MM", -1), made_up("c", "MM", 1)]  # fmt: skip
    scores = np.array([[0.9, 0.1], [0.2, 0.4], [0.1, 0.3], [0.3, 0.1], [0.7, 0.2]])
    found = compare_with_people("cider_d", pairs, scores)
    assert list(found) == ["HI", "MM", "total"]
    assert (found["HI"].n_agreed, found["HI"].n_pairs) == (1, 1)
    assert (found["HI"].low, found["HI"].high) == (None, None)
    assert (found["MM"].n_agreed, found["MM"].n_pairs) == (2, 4)
    assert found["total"].value == pytest.approx(3 / 5)
    assert found["total"].low <= 3 / 5 <= found["total"].high


def test_a_metric_whose_lower_values_are_better_prefers_the_lower():
    pairs = [made_up("a", "MM", 1), made_up("b", "MM", 1)]
    found = compare_with_people("fer", pairs, np.array([[0.0, 1.0], [1.0, 0.0]]))
    assert found["MM"].n_agreed == 1
    assert compare_with_people("fer", pairs[:1], np.array([[0.0, 1.0]]))["MM"].value == 1.0


def test_equal_scores_are_ties_and_count_as_disagreement():
    pairs = [made_up(clip, "MM", 1) for clip in "abcd"]
    # Equal, equal but for float32 rounding, both nothing, and small but truly different.
    scores = np.array([[0.5, 0.5], [0.5 + 1e-8, 0.5], [0.0, 0.0], [3e-11, 1e-11]])
    found = compare_with_people("bleu_4", pairs, scores)["MM"]
    assert (found.n_agreed, found.n_ties, found.n_pairs) == (1, 3, 4)


def test_the_interval_draws_clips_not_pairs():
    """A hundred pairs of one clip that all agree say no more than one of them."""
    once = [made_up("a", "MM", 1), made_up("b", "MM", 1), made_up("c", "MM", 1)]
    often = [pair for pair in once for _ in range(100)]
    narrow = compare_with_people("cider_d", once, np.array([[1, 0], [1, 0], [0, 1]]))["MM"]
    wide = compare_with_people(
        "cider_d", often, np.repeat(np.array([[1, 0], [1, 0], [0, 1]]), 100, axis=0)
    )["MM"]
    assert (wide.low, wide.high) == (narrow.low, narrow.high)


@pytest.mark.parametrize("key", IN_PRINT)
def test_clotho_eval_comes_out_as_in_print(measured, key):
    found = [100 * measured[key].agreement[name].value for name in COLUMNS]
    assert found == pytest.approx(IN_PRINT[key], abs=0.051)


def test_pairs_are_counted_without_those_that_divide_people(measured):
    for metric in measured.values():
        counts = [metric.agreement[name].n_pairs for name in COLUMNS]
        assert counts == [210, 244, 232, 869, 1555]


def test_swapping_all_captions_machines_made_changes_nothing(judged, clotho, measured):
    """Only MM can be swapped whole: elsewhere the first caption decides the references."""
    machines = [pair for pair in judged if pair.category == "MM"]
    swapped = [
        dataclasses.replace(
            pair,
            captions=pair.captions[::-1],
            judgements=tuple(-vote for vote in pair.judgements),
        )
        for pair in machines
    ]
    found = measure_agreement(swapped, METRIC_SETS["lexical"], MetricModels(), clotho)
    for key, metric in found.items():
        assert metric.agreement["MM"] == measured[key].agreement["MM"], key


def test_the_signature_names_protocol_pairs_and_the_source_of_the_idf(measured):
    parts = str(measured["cider_d"].signature).split("|")
    assert parts[0] == "cider_d"
    assert "idf:clotho:evaluation,1045 clips" in parts
    assert parts[-4] == "refs:4"
    assert re.fullmatch("references:[0-9a-f]{12}", parts[-3])
    assert parts[-2:] == ["protocol:fense", "pairs:1555"]


def test_captions_with_references_of_their_own_keep_the_idf_of_the_split(clotho):
    """CIDEr-D of a clip is the same, whether it stands in its split or apart from it."""
    references = clotho.references
    ids = sorted(references)[:40]
    candidates = {clip_id: references[clip_id][0] for clip_id in ids}
    fewer = {clip_id: references[clip_id][1:] for clip_id in ids}
    whole = ScoringTask("whole", "clotho:evaluation", {**references, **fewer}, candidates)
    apart = ScoringTask("apart", "made:up", fewer, candidates, IdfSource("whole", whole.references))
    alone = ScoringTask("alone", "made:up", fewer, candidates)
    scores = [
        found["cider_d"]
        for found in score_tasks([whole, apart, alone], ["cider_d"], MetricModels())
    ]
    np.testing.assert_array_equal(scores[0].per_clip, scores[1].per_clip)
    assert "idf:whole,1045 clips" in str(scores[1].signature)
    assert abs(scores[2].per_clip - scores[1].per_clip).max() > 0.1
    assert "idf:made:up,40 clips" in str(scores[2].signature)


def request(data_root, dataset=None):
    return AgreementRequest(clotho_eval(), Path(data_root), ("cider_d", "vocab.cands"), dataset)


def test_without_the_split_the_idf_is_that_of_the_files_clips_and_says_so(tmp_path):
    report = report_agreement(request(tmp_path), MetricModels())
    assert "idf:clotho_eval.json,250 clips" in str(report.metrics["cider_d"].signature)
    assert report.idf == "clotho_eval.json, 250 clips"
    assert "no captions for clotho:evaluation" in report.idf_reason


def test_a_metric_without_scores_of_one_caption_is_unavailable_with_the_reason(tmp_path):
    metric = report_agreement(request(tmp_path), MetricModels()).metrics["vocab.cands"]
    assert not metric.available
    assert "one caption" in metric.reason
    assert metric.agreement == {}


def test_a_split_that_was_asked_for_must_be_there_and_hold_the_clips(tmp_path):
    with pytest.raises(DataError, match="no captions for clotho:evaluation"):
        report_agreement(request(tmp_path, "clotho:evaluation"), MetricModels())
    with pytest.raises(DataError, match=r"references of 250 of the 250 clips.*10882ef9"):
        report_agreement(request(shared_path("data"), "clotho:validation"), MetricModels())


def test_a_file_on_which_people_are_divided_throughout_is_refused(tmp_path):
    path = tmp_path / "human.json"
    path.write_text(
        '[{"raw_name": "a", "references": ["x", "y"], "MM_1": ["z", "w", "s", "t", [1, -1]]}]'
    )
    with pytest.raises(DataError, match="divided on all 1 pairs"):
        report_agreement(AgreementRequest(path, tmp_path, ("bleu_1",)), MetricModels())


def test_a_metric_of_a_plugin_is_held_against_people_as_others_are():
    pairs = [
        JudgedPair("a", "HI", ("a dog", "rain"), (1,), ("a dog barks", "a dog")),
        JudgedPair("b", "MM", ("a dog", "rain"), (-1,), ("a dog barks", "a dog")),
    ]
    with lend("metric", overlap_engine()):
        found = measure_agreement(pairs, ("overlap",), MetricModels(), IdfSource("", {}))["overlap"]
    assert found.reason is None
    assert found.agreement["total"].value == 0.5

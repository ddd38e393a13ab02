from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest
from real_captions import SYSTEMS, clotho_candidates, joined, published
from tiny_models import make_bert

from benchmark.contract import hash_captions
from benchmark.errors import MissingWeightsError
from benchmark.files import sha256_of
from benchmark.metrics.fluency import (
    FER_MODEL,
    FluencyErrorDetector,
    find_checkpoint,
    has_error,
    penalise,
)
from benchmark.metrics.scores import ScoringTask
from benchmark.metrics.suite import MetricModels, score_tasks

CAPTIONS = ["A dog barks.", "rain and rain and", "", "a dog, a dog!", "A DOG BARKS", "rain " * 100]


@pytest.fixture
def detector_of_aac_metrics(tmp_path, monkeypatch):
    """Their classifier with random weights, on a tiny BERT that BENCH_MODELS holds."""
    import torch
    from aac_metrics.functional.fer import BERTFlatClassifier

    folder = make_bert(tmp_path / "bert-tiny")
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    torch.manual_seed(1)
    return BERTFlatClassifier(model_type=str(folder), num_classes=6).eval().requires_grad_(False)


@pytest.fixture
def checkpoint(tmp_path, detector_of_aac_metrics):
    """That classifier, saved in FENSE's format, position ids and all."""
    return save(tmp_path / "tiny.ckpt", detector_of_aac_metrics)


def save(path, classifier, **changes):
    import torch

    states = OrderedDict(classifier.state_dict())
    states["encoder.embeddings.position_ids"] = torch.arange(512).unsqueeze(0)
    content = {"model_type": "bert-tiny", "num_classes": 6, "state_dict": states}
    torch.save(content | changes, path)
    return path


def test_probabilities_are_those_of_aac_metrics(detector_of_aac_metrics, checkpoint, tmp_path):
    from aac_metrics.functional.fer import fer
    from transformers import AutoTokenizer

    captions = CAPTIONS + joined(clotho_candidates(SYSTEMS[0])[:40])
    corpus, clips = fer(
        captions,
        echecker=detector_of_aac_metrics,
        echecker_tokenizer=AutoTokenizer.from_pretrained(tmp_path / "bert-tiny"),
        return_probs=True,
        device="cpu",
    )
    detector = FluencyErrorDetector(find_checkpoint(checkpoint))
    ours = detector.error_probabilities(captions)
    np.testing.assert_allclose(ours, clips["fer.error_prob"].numpy(), rtol=0, atol=1e-5)
    np.testing.assert_allclose(
        detector.probabilities(captions)[:, 0], clips["fer.add_tail_prob"].numpy(), atol=1e-5
    )
    assert has_error(ours).mean() == pytest.approx(float(corpus["fer"]))
    assert ours.std() > 0.01


def test_case_and_punctuation_make_no_difference(checkpoint):
    probabilities = FluencyErrorDetector(checkpoint).error_probabilities(CAPTIONS)
    assert probabilities[0] == probabilities[4]


def test_the_penalty_turns_the_published_sbert_sim_into_fense_and_spider_into_spider_fl():
    errors = np.array(published("fer"))
    assert errors.sum() == 1
    for score, penalised in (("sbert_sim", "fense"), ("spider", "spider_fl")):
        np.testing.assert_allclose(
            penalise(np.array(published(score)), errors), published(penalised), rtol=0, atol=1e-12
        )


def test_a_probability_at_the_threshold_is_no_error():
    scores = penalise(np.array([1.0, 1.0, 1.0]), np.array([0.89, 0.9, 0.91]))
    np.testing.assert_allclose(scores, [1.0, 1.0, 0.1])


def test_the_signature_names_detector_tokenizer_length_and_threshold(checkpoint):
    assert [name for name, _ in FluencyErrorDetector(checkpoint).signature_parts()] == [
        *("model", "detector", "tokenizer", "max_tokens", "threshold")
    ]
    parts = dict(FluencyErrorDetector(checkpoint).signature_parts())
    assert parts["model"] == "tiny"
    assert parts["detector"] == sha256_of(checkpoint)[:12]
    assert (parts["max_tokens"], parts["threshold"]) == ("64", "0.9")


def test_every_score_that_the_detector_is_part_of_says_so(checkpoint, tmp_path):
    references = {"a": ("rain falls", "rain"), "b": ("a dog barks", "a dog")}
    task = ScoringTask("toy", "made:up", references, {"a": "rain and rain and", "b": "a dog"})
    models = MetricModels(str(make_bert(tmp_path / "sentences")), fer_model=str(checkpoint))
    (scores,) = score_tasks([task], ("sbert_sim", "fer", "fense"), models)
    parts = {key: [name for name, _ in score.signature.own_parts] for key, score in scores.items()}
    assert parts["sbert_sim"] == ["model", "weights", "tokenizer", "max_tokens"]
    assert parts["fer"] == ["model", "detector", "tokenizer", "max_tokens", "threshold"]
    # The two tokenizers of this test are one.
    assert set(parts["fense"]) == {*parts["sbert_sim"], *parts["fer"], "penalty"}
    assert scores["fense"].signature.models == ("sentences", "tiny")
    assert ("penalty", "0.9") in scores["fense"].signature.parts
    assert dict(scores["fense"].signature.parts)["references"] == hash_captions(references)[:12]
    expected = scores["sbert_sim"].per_clip * (1 - 0.9 * scores["fer"].per_clip)
    np.testing.assert_allclose(scores["fense"].per_clip, expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("named", "sha256"),
    [
        ("base", "1a719f09"),
        ("echecker_clotho_audiocaps_base", "1a719f09"),
        ("tiny", "90ed0ac5"),
        ("echecker_clotho_audiocaps_tiny", "90ed0ac5"),
        ("echecker_clotho_audiocaps_tiny.ckpt", "90ed0ac5"),
    ],
)
def test_the_published_detectors_are_called_by_size_or_name(tmp_path, monkeypatch, named, sha256):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    for size in ("base", "tiny"):
        (tmp_path / f"echecker_clotho_audiocaps_{size}.ckpt").write_bytes(b"not the release")
    with pytest.raises(MissingWeightsError, match=f"expected {sha256}"):
        find_checkpoint(named)


def test_a_missing_checkpoint_says_where_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("FENSE_DATA", str(tmp_path / "fense"))
    with pytest.raises(MissingWeightsError) as caught:
        find_checkpoint()
    for part in (
        str(tmp_path / "models" / f"{FER_MODEL}.ckpt"),
        str(tmp_path / "fense" / f"{FER_MODEL}.ckpt"),
        f"https://github.com/blmoistawinde/fense/releases/download/V0.1/{FER_MODEL}.ckpt",
    ):
        assert part in str(caught.value)


def test_a_published_checkpoint_with_other_content_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("FENSE_DATA", str(tmp_path))
    (tmp_path / f"{FER_MODEL}.ckpt").write_bytes(b"not the release")
    with pytest.raises(MissingWeightsError, match="expected 1a719f09"):
        find_checkpoint()


def test_a_checkpoint_that_would_run_code_is_not_loaded(tmp_path):
    import torch

    class Runs:
        def __reduce__(self):
            return print, ("ran",)

    torch.save({"model_type": Runs()}, tmp_path / "evil.ckpt")
    with pytest.raises(MissingWeightsError, match="Expected a torch file of plain tensors"):
        FluencyErrorDetector(tmp_path / "evil.ckpt")


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04broken"])
def test_a_damaged_checkpoint_is_refused(tmp_path, content):
    (tmp_path / "damaged.ckpt").write_bytes(content)
    with pytest.raises(MissingWeightsError, match=r"cannot read .*damaged"):
        FluencyErrorDetector(tmp_path / "damaged.ckpt")


def test_another_number_of_classes_is_refused(tmp_path, detector_of_aac_metrics):
    path = save(tmp_path / "five.ckpt", detector_of_aac_metrics, num_classes=5)
    with pytest.raises(MissingWeightsError, match="tells 5 classes apart; expected 6"):
        FluencyErrorDetector(path)


def test_weights_of_another_bert_are_refused(tmp_path, detector_of_aac_metrics):
    make_bert(tmp_path / "deeper", n_layers=3)
    path = save(tmp_path / "other.ckpt", detector_of_aac_metrics, model_type="deeper")
    with pytest.raises(MissingWeightsError, match="not those of a classifier on deeper"):
        FluencyErrorDetector(path)


def test_a_checkpoint_on_an_unknown_bert_says_which_is_wanted(tmp_path, detector_of_aac_metrics):
    path = save(tmp_path / "lost.ckpt", detector_of_aac_metrics, model_type="bert-of-nobody")
    with pytest.raises(MissingWeightsError, match="'bert-of-nobody' is not on this machine"):
        FluencyErrorDetector(path)

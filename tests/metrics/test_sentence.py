from __future__ import annotations

import json

import numpy as np
import pytest
from real_captions import SYSTEMS, clotho_candidates, clotho_references, joined
from tiny_models import make_bert

from benchmark.errors import MissingWeightsError
from benchmark.metrics.sentence import SBERT_SIM_MODEL, SentenceSimilarity
from benchmark.models.weights import OFFLINE_NAME, choose_model


@pytest.fixture(scope="module")
def minilm():
    return choose_model(SBERT_SIM_MODEL, OFFLINE_NAME)


@pytest.fixture(scope="module")
def similarity(minilm):
    return SentenceSimilarity(minilm)


@pytest.fixture(scope="module")
def sentence_transformer(minilm):
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(minilm.folder), device="cpu")


def real_pairs(n_clips):
    candidates = joined(clotho_candidates(SYSTEMS[0])[:n_clips])
    return candidates, [joined(of_clip) for of_clip in clotho_references()[:n_clips]]


def test_embeddings_are_those_of_sentence_transformers(similarity, sentence_transformer):
    _, references = real_pairs(30)
    sentences = [*(text for of_clip in references for text in of_clip), "", " Rain!  ", "犬 😀"]
    sentences.append("long " * 600)
    expected = sentence_transformer.encode(sentences, normalize_embeddings=True)
    np.testing.assert_allclose(similarity.embed(sentences), expected, rtol=0, atol=1e-5)


def test_real_captions_score_as_with_aac_metrics(similarity, sentence_transformer):
    from aac_metrics.functional.sbert_sim import sbert_sim

    candidates, references = real_pairs(60)
    _, outside = sbert_sim(candidates, references, sbert_model=sentence_transformer, device="cpu")
    np.testing.assert_allclose(
        similarity.score(candidates, references), outside["sbert_sim"].numpy(), rtol=0, atol=1e-5
    )


def test_a_caption_beside_itself_scores_one_and_references_are_averaged(similarity):
    dog, rain = "a dog barks", "rain falls on a roof"
    alone = similarity.score([dog, dog], [[dog], [rain]])
    assert alone[0] == pytest.approx(1.0, abs=1e-6)
    assert similarity.score([dog], [[dog, rain]])[0] == pytest.approx(alone.mean(), abs=1e-6)


def test_scores_do_not_depend_on_what_else_is_scored(minilm, similarity):
    candidates, references = real_pairs(20)
    few = SentenceSimilarity(minilm).score(candidates[:2], references[:2])
    many = similarity.score(candidates, references)[:2]
    np.testing.assert_allclose(few, many, rtol=0, atol=1e-6)


def test_fewer_references_than_candidates_are_refused(similarity):
    with pytest.raises(ValueError, match="zip"):
        similarity.score(["a", "b"], [["a"]])


def test_a_model_with_another_pooling_is_refused(tmp_path):
    folder = make_bert(tmp_path / "cls-model")
    (folder / "1_Pooling").mkdir()
    pooling = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    with pytest.raises(MissingWeightsError, match="uses pooling_mode_cls_token"):
        SentenceSimilarity(choose_model(SBERT_SIM_MODEL, folder))


def test_a_model_with_a_layer_after_pooling_is_refused(tmp_path):
    folder = make_bert(tmp_path / "dense-model")
    modules = [{"type": "sentence_transformers.models.Dense"}]
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(MissingWeightsError, match="uses Dense, mean"):
        SentenceSimilarity(choose_model(SBERT_SIM_MODEL, folder))


def test_models_of_equal_weights_that_read_otherwise_have_other_signatures(tmp_path):
    """The same weights scored .8304, .8498 and .7984 under one signature."""
    usual, cased, short = (make_bert(tmp_path / name / "bert") for name in ("1", "2", "3"))
    config = json.loads((cased / "tokenizer_config.json").read_text())
    (cased / "tokenizer_config.json").write_text(json.dumps({**config, "do_lower_case": False}))
    (short / "sentence_bert_config.json").write_text('{"max_seq_length": 4}')
    parts = [
        dict(SentenceSimilarity(choose_model(SBERT_SIM_MODEL, folder)).signature_parts())
        for folder in (usual, cased, short)
    ]
    assert len({(of["model"], of["weights"]) for of in parts}) == 1
    assert [of["max_tokens"] for of in parts] == ["512", "512", "4"]
    assert parts[0]["tokenizer"] == parts[2]["tokenizer"] != parts[1]["tokenizer"]


def test_a_model_that_lowers_sentences_itself_says_so(tmp_path):
    folders = [make_bert(tmp_path / name / "bert") for name in ("1", "2")]
    for folder in folders:
        config = json.loads((folder / "tokenizer_config.json").read_text())
        cased = {**config, "do_lower_case": False}
        (folder / "tokenizer_config.json").write_text(json.dumps(cased))
    (folders[1] / "sentence_bert_config.json").write_text('{"do_lower_case": true}')
    plain, lowering = (
        SentenceSimilarity(choose_model(SBERT_SIM_MODEL, folder)).signature_parts()
        for folder in folders
    )
    assert plain != lowering

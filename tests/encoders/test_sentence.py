from __future__ import annotations

import json

import numpy as np
import pytest
from tiny_models import make_bert

from benchmark.encoders import CaptionEncoder, load_caption_encoder
from benchmark.errors import MissingWeightsError

SENTENCES = ["a dog barks", "rain", "", "a dog barks", "a dog and rain and a dog"]


def load(folder):
    return load_caption_encoder(f"sentence[model={folder}]")


@pytest.fixture(scope="module")
def minilm():
    return load_caption_encoder("sentence")


def test_minilm_puts_like_sentences_beside_each_other(minilm):
    assert isinstance(minilm, CaptionEncoder)
    dog, puppy, rain = minilm.embed_text(["a dog barks", "a puppy is barking", "heavy rain falls"])
    assert dog @ puppy > 0.7 > 0.3 > dog @ rain
    assert minilm.dim == len(dog) == 384
    assert minilm.name == "sentence"


def test_rows_have_unit_length_and_stand_in_the_order_of_the_sentences(minilm):
    rows = minilm.embed_text(SENTENCES)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(rows[0], rows[3])
    for row, sentence in zip(rows, SENTENCES, strict=True):
        np.testing.assert_allclose(minilm.embed_text([sentence])[0], row, atol=1e-6)


def test_no_sentences_have_no_rows(minilm):
    assert minilm.embed_text([]).shape == (0, 384)


def test_a_model_may_ask_for_lower_case(tmp_path):
    folder = make_bert(tmp_path / "bert")
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["normalizer"]["lowercase"] = False
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    (folder / "sentence_bert_config.json").write_text('{"do_lower_case": true}')
    upper, lower = load(folder).embed_text(["A DOG", "a dog"])
    np.testing.assert_array_equal(upper, lower)


def test_the_fingerprint_tells_weights_and_tokenisers_apart(tmp_path):
    fingerprints = [load(make_bert(tmp_path / str(seed), seed=seed)).fingerprint for seed in (0, 1)]
    copy = load(make_bert(tmp_path / "copy"))
    assert fingerprints[0] == copy.fingerprint != fingerprints[1]
    (tmp_path / "copy" / "sentence_bert_config.json").write_text('{"max_seq_length": 4}')
    assert load(tmp_path / "copy").fingerprint != copy.fingerprint


def test_a_model_that_is_not_here_is_not_replaced(monkeypatch):
    monkeypatch.delenv("BENCH_HUB", raising=False)
    with pytest.raises(MissingWeightsError, match="no-such-model"):
        load_caption_encoder("sentence[model=nobody/no-such-model]")

"""Tokenizers that spell alike have one hash, and others have another."""

from __future__ import annotations

import json

import pytest
from tiny_models import VOCABULARY, make_bert, save_roberta_tokenizer

from benchmark.models.text_encoder import load_tokenizer
from benchmark.models.tokenizer_hash import hash_tokenizer
from benchmark.models.weights import OFFLINE_NAME, find_folder


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return make_bert(tmp_path_factory.mktemp("models") / "bert")


@pytest.fixture(scope="module")
def usual(bert):
    return hash_tokenizer(load_tokenizer(bert))


def changed(tokenizer_of, path, change):
    """Load a copy of a tokenizer whose file ``change`` has edited."""
    tokenizer = load_tokenizer(tokenizer_of)
    tokenizer.save_pretrained(path)
    (path / "config.json").write_text((tokenizer_of / "config.json").read_text())
    content = json.loads((path / "tokenizer.json").read_text())
    change(content)
    (path / "tokenizer.json").write_text(json.dumps(content))
    return load_tokenizer(path)


def test_the_hash_is_twelve_hex_digits_and_the_same_again(bert, usual):
    assert len(usual) == 12
    assert int(usual, 16) >= 0
    assert hash_tokenizer(load_tokenizer(bert)) == usual


def test_the_layout_of_the_files_does_not_count(bert, usual, tmp_path):
    copy = changed(bert, tmp_path, lambda content: None)
    assert (tmp_path / "tokenizer.json").read_text() != (bert / "tokenizer.json").read_text()
    assert hash_tokenizer(copy) == usual


def test_neither_padding_nor_cutting_counts(bert, usual):
    tokenizer = load_tokenizer(bert)
    tokenizer(["a dog", "rain"], padding=True, truncation=True, max_length=3)
    assert hash_tokenizer(tokenizer) == usual


def test_words_of_other_numbers_are_another_tokenizer(bert, usual, tmp_path):
    def swap(content):
        numbers = {"dog": VOCABULARY.index("rain"), "rain": VOCABULARY.index("dog")}
        content["model"]["vocab"] |= numbers

    assert hash_tokenizer(changed(bert, tmp_path, swap)) != usual


@pytest.mark.parametrize("setting", ["do_lower_case", "strip_accents", "tokenize_chinese_chars"])
def test_whatever_changes_tokens_changes_the_hash(tmp_path, setting):
    """With a real vocabulary: a tiny one knows neither accents nor scripts."""
    usual = load_tokenizer(find_folder(OFFLINE_NAME)[0])
    usual.save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    path = tmp_path / "tokenizer_config.json"
    assert hash_tokenizer(load_tokenizer(tmp_path)) == hash_tokenizer(usual)
    path.write_text(json.dumps({**json.loads(path.read_text()), setting: False}))
    assert hash_tokenizer(load_tokenizer(tmp_path)) != hash_tokenizer(usual)


def test_sentences_that_are_lowered_first_are_another_way(tmp_path):
    save_roberta_tokenizer(tmp_path / "bpe")
    (tmp_path / "bpe" / "config.json").write_text('{"model_type": "roberta"}')
    tokenizer = load_tokenizer(tmp_path / "bpe")
    assert hash_tokenizer(tokenizer, is_lowered=True) != hash_tokenizer(tokenizer)


def test_the_order_of_merges_counts(tmp_path):
    save_roberta_tokenizer(tmp_path / "bpe")
    (tmp_path / "bpe" / "config.json").write_text('{"model_type": "roberta"}')
    usual = hash_tokenizer(load_tokenizer(tmp_path / "bpe"))
    other = changed(
        tmp_path / "bpe", tmp_path / "other", lambda content: content["model"]["merges"].reverse()
    )
    assert hash_tokenizer(other) != usual


def test_a_space_before_the_first_word_counts(tmp_path):
    save_roberta_tokenizer(tmp_path / "bpe")
    (tmp_path / "bpe" / "config.json").write_text('{"model_type": "roberta"}')
    plain, spaced = (
        load_tokenizer(tmp_path / "bpe", add_prefix_space=is_spaced) for is_spaced in (False, True)
    )
    assert hash_tokenizer(plain) != hash_tokenizer(spaced)

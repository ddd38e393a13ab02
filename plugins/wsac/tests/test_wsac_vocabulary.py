from __future__ import annotations

import numpy as np
import pytest
from bench_wsac.vocabulary import GPT2_ROWS, Vocabulary, used_pieces
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from wsac_toy import word_tokenizer

from benchmark import DataError, UsageError
from benchmark.models import OFFLINE_NAME, find_folder

CAPTIONS = [
    "a dog barks, twice",
    "birds chirping while an unbelievably loud motorcycle accelerates",
    "someone's typing on a keyboard",
    "rain",
]


def word_pieces():
    """BERT's own pieces, as all-MiniLM-L6-v2 has them."""
    tokenizer = Tokenizer.from_file(str(find_folder(OFFLINE_NAME)[0] / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def byte_pairs():
    """A small byte-level BPE with RoBERTa's start and end."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CAPTIONS * 3, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return tokenizer


TOKENIZERS = {"word pieces": word_pieces(), "byte pairs": byte_pairs()}


@pytest.fixture(params=TOKENIZERS, ids=lambda name: name.replace(" ", "-"))
def tokenizer(request):
    return TOKENIZERS[request.param]


def vocabularies(tokenizer, captions):
    yield Vocabulary(tokenizer, used_pieces(tokenizer, captions))
    yield Vocabulary(tokenizer, None)
    yield Vocabulary(tokenizer, None, GPT2_ROWS)


def plain(tokenizer, caption):
    """What the tokenizer makes of a caption, and back."""
    ids = tokenizer.encode(caption).ids
    return tokenizer.decode(ids, skip_special_tokens=True).strip()


@pytest.mark.parametrize("with_start", [False, True])
def test_captions_come_back_as_the_tokenizer_spells_them(tokenizer, with_start):
    for vocabulary in vocabularies(tokenizer, CAPTIONS):
        encoded, n_cut = vocabulary.encode(CAPTIONS, 200, with_start=with_start)
        assert n_cut == 0
        for caption, rows in zip(CAPTIONS, encoded, strict=True):
            assert rows.dtype == np.int64
            assert rows[-1] == vocabulary.end
            assert 0 <= rows.min() <= rows.max() < vocabulary.n_rows
            assert vocabulary.decode(rows.tolist()) == plain(tokenizer, caption)


def test_word_pieces_and_byte_pairs_give_the_very_captions_back():
    """Both spell lower-case words without punctuation as they were."""
    for tokenizer in TOKENIZERS.values():
        for vocabulary in vocabularies(tokenizer, CAPTIONS):
            caption = CAPTIONS[1]
            (rows,), _ = vocabulary.encode([caption], 200, with_start=False)
            assert vocabulary.decode(rows.tolist()) == caption


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=4), st.integers(2, 12), st.booleans())
def test_whatever_the_captions_what_is_not_cut_comes_back(captions, max_tokens, with_start):
    special = {"[CLS]", "[SEP]", "[PAD]", "[MASK]", "[UNK]", "<s>", "</s>", "<pad>", "<unk>"}
    captions = [caption for caption in captions if not any(word in caption for word in special)]
    for tokenizer in TOKENIZERS.values():
        vocabulary = Vocabulary(tokenizer, None)
        encoded, n_cut = vocabulary.encode(captions, max_tokens, with_start=with_start)
        n_pieces = [len(tokenizer.encode(caption).ids) - (not with_start) for caption in captions]
        assert n_cut == sum(n > max_tokens for n in n_pieces)
        for caption, rows, n in zip(captions, encoded, n_pieces, strict=True):
            assert len(rows) == min(n, max_tokens)
            assert rows[-1] == vocabulary.end
            if n <= max_tokens:
                assert vocabulary.decode(rows.tolist()) == plain(tokenizer, caption)


def test_a_caption_that_just_fits_is_not_cut_and_one_more_word_is():
    tokenizer = word_tokenizer(["a", "b", "c", "d"])
    vocabulary = Vocabulary(tokenizer, None)
    encoded, n_cut = vocabulary.encode(["a b c", "a b c d"], 4, with_start=False)
    assert n_cut == 1
    assert [vocabulary.decode(rows.tolist()) for rows in encoded] == ["a b c", "a b c"]
    encoded, n_cut = vocabulary.encode(["a b c", "a b"], 4, with_start=True)
    assert n_cut == 1
    assert [vocabulary.decode(rows.tolist()) for rows in encoded] == ["a b", "a b"]
    assert all(len(rows) == 4 and rows[-1] == vocabulary.end for rows in encoded)


def test_a_caption_of_400_words_is_cut_and_still_ends(tokenizer):
    vocabulary = Vocabulary(tokenizer, None)
    (rows,), n_cut = vocabulary.encode(["rain " * 400], 40, with_start=False)
    assert (n_cut, len(rows), rows[-1]) == (1, 40, vocabulary.end)


def test_with_the_start_the_same_pieces_follow_one_more():
    tokenizer = TOKENIZERS["word pieces"]
    vocabulary = Vocabulary(tokenizer, None)
    (without,), _ = vocabulary.encode(["a dog barks"], 9, with_start=False)
    (with_start,), _ = vocabulary.encode(["a dog barks"], 9, with_start=True)
    assert with_start.tolist() == [tokenizer.token_to_id("[CLS]"), *without]


def test_only_pieces_in_use_get_a_row():
    tokenizer = TOKENIZERS["word pieces"]
    vocabulary = Vocabulary(tokenizer, used_pieces(tokenizer, ["a dog", "the dog"]))
    assert vocabulary.n_rows == 3 + 2  # a, dog, the; start and end
    assert Vocabulary(tokenizer, None).n_rows == 30_522
    assert Vocabulary(tokenizer, None, GPT2_ROWS).n_rows == 50_257


def test_rows_of_no_piece_and_what_follows_the_end_are_not_spelled():
    tokenizer = word_tokenizer(["a", "b"])
    vocabulary = Vocabulary(tokenizer, None, 100)
    a, b = tokenizer.token_to_id("a"), tokenizer.token_to_id("b")
    assert vocabulary.decode([a, 99, b, vocabulary.end, a, a]) == "a b"
    assert vocabulary.decode([vocabulary.end]) == ""
    assert vocabulary.decode([]) == ""


def test_a_tokenizer_without_start_and_end_is_refused():
    bare = Tokenizer(models.WordLevel({"a": 0, "?": 1}, unk_token="?"))
    with pytest.raises(UsageError, match="adds 0 tokens to a caption; expected a start and an end"):
        Vocabulary(bare, None)


def test_a_table_with_too_few_rows_is_refused():
    with pytest.raises(UsageError, match=r"has 30,522 pieces; expected at most 1,000\. Choose"):
        Vocabulary(TOKENIZERS["word pieces"], None, 1000)


@pytest.mark.parametrize("captions", [["\u200b", "\u200b\u200b"], ["\x00"]])
def test_captions_without_any_piece_are_nothing_to_learn_from(captions):
    with pytest.raises(DataError, match=rf"finds no word in {len(captions)} training captions"):
        used_pieces(TOKENIZERS["word pieces"], captions)

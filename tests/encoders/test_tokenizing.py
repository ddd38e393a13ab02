from __future__ import annotations

import pytest
from tiny_models import make_bert

from benchmark.encoders import TokenizingEncoder, load_caption_encoder, load_sequence_encoder
from benchmark.encoders.tagbridge import Tagbridge, TagbridgeOptions
from benchmark.models.text_encoder import load_tokenizer, plain_tokenizer


class SilentTagger:
    name = "silent"
    fingerprint = "silent-1"
    sample_rate_hz = 8_000
    labels = ("silence", "noise")
    trained_on = ()


@pytest.fixture(scope="module")
def sentence():
    return load_caption_encoder("sentence")


def test_a_sentence_model_gives_its_tokenizer(sentence):
    assert isinstance(sentence, TokenizingEncoder)
    tokens = sentence.tokenizer.encode("A dog barks").tokens
    assert tokens == ["[CLS]", "a", "dog", "bark", "##s", "[SEP]"]
    assert len(sentence.tokenizer.encode("dog " * 600).ids) == 602


def test_tagbridge_gives_its_sentence_models(sentence):
    bridge = Tagbridge(SilentTagger(), sentence, TagbridgeOptions(), "tagbridge")
    assert isinstance(bridge, TokenizingEncoder)
    assert bridge.tokenizer is sentence.tokenizer


def test_an_encoder_without_text_has_no_tokenizer():
    assert not isinstance(load_sequence_encoder("vggish[weights=random]"), TokenizingEncoder)


def test_it_neither_pads_nor_cuts_whatever_the_original_is_set_to(tmp_path):
    original = load_tokenizer(make_bert(tmp_path / "bert"))
    plain = plain_tokenizer(original)
    original(["a dog", "a"], padding=True, truncation=True, max_length=3)
    assert len(original.backend_tokenizer.encode("a dog barks and barks").ids) == 3
    after = plain_tokenizer(original)
    for tokenizer in (plain, after):
        lengths = [len(e.ids) for e in tokenizer.encode_batch(["a dog and rain and a dog", "a"])]
        assert lengths == [9, 3]


def test_its_numbers_are_those_that_the_text_encoder_reads(sentence):
    caption = "Rain falls, and a dog barks."
    (ids,) = sentence._encoder.token_ids([caption])
    assert sentence.tokenizer.encode(caption).ids == ids

"""What is learnt, and what the best epoch is chosen by."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from bench_wsac.captions import read_validation, training_captions
from bench_wsac.options import MINI
from bench_wsac.preparation import choose_vocabulary, prepare_wsac
from wsac_toy import QUICK, ToyEncoder, ToyOptions, make_resources, make_split

from benchmark import DataError
from benchmark.embeddings import EmbeddingStore

ENCODER = ToyEncoder("toy", ToyOptions())
LEARNT = ["a dog barks", "rain falls"]


def test_captions_are_listed_by_clip_and_blank_ones_left_out():
    split = make_split(3, captions=[("b", " "), (), ("a", "", "c")])
    captions, clip_of = training_captions(split)
    assert (captions, clip_of.tolist()) == (["b", "a", "c"], [0, 2, 2])


def validation_of(*captions):
    split = make_split(len(captions), captions=captions, missing=len(captions))
    return replace(split, name="val")


def read(root, split, **settings):
    settings = replace(MINI, **settings)
    vocabulary = choose_vocabulary(ENCODER, LEARNT, settings)
    return read_validation(split, ENCODER, EmbeddingStore(root), vocabulary, settings), vocabulary


def test_the_best_epoch_is_chosen_by_all_captions_of_the_split_that_the_decoder_could_write(
    tmp_path,
):
    split = validation_of(("rain falls", "a bell rings", " "), ("a dog falls", "a dog barks"))
    examples, vocabulary = read(tmp_path, split)
    assert examples.captions == ["rain falls", "a dog falls", "a dog barks"]
    assert [vocabulary.decode(rows) for rows in examples.targets] == examples.captions
    assert examples.clip_of.tolist() == [0, 1, 1]
    np.testing.assert_array_equal(examples.embeddings, ENCODER.embed_text(examples.captions))
    whole, _ = read(tmp_path, split, vocabulary="tokenizer")
    assert whole.captions == ["rain falls", "a bell rings", "a dog falls", "a dog barks"]


def test_without_a_split_or_where_the_last_epoch_is_taken_there_is_nothing_to_read(tmp_path):
    assert read(tmp_path, None)[0] is None
    assert read(tmp_path, validation_of(("rain falls",)), best_by="last")[0] is None


def test_a_split_without_a_caption_of_the_training_words_says_what_to_do(tmp_path):
    with pytest.raises(
        DataError,
        match=r"captions of toy:val, and of 1 that hold a word none.*--val none.*=tokenizer",
    ):
        read(tmp_path, validation_of(("a bell rings", ""), ("  ",)))


# In a preparation


def prepare(root, split=None, strategy="none", **options):
    resources = replace(make_resources(root, make_split()), validation=split)
    return prepare_wsac(strategy, resources, replace(QUICK, **options))


def test_the_facts_say_what_the_best_epoch_was_chosen_by(tmp_path):
    split = validation_of(("rain falls", "a dog barks"), ("a bell rings",))
    facts = [
        tuple(system.facts[name] for name in ("best_by", "validation", "n_validation_captions"))
        for system in (
            prepare(tmp_path, split),
            prepare(tmp_path, split, best_by="cider_d"),
            prepare(tmp_path),
            prepare(tmp_path, split, best_by="last"),
            prepare(tmp_path, validation_share=0.0),
        )
    ]
    assert facts == [
        ("loss", "toy:val", 3),
        ("cider_d", "toy:val", 3),
        ("loss", "0.1 of the clips of toy:train", 6),
        ("last", None, 0),
        ("last", None, 0),
    ]


def test_every_training_caption_is_learnt_where_there_is_a_validation_split(tmp_path):
    system = prepare(tmp_path, validation_of(("rain falls",)))
    folder = tmp_path / system.facts["weights"]
    history = json.loads((folder / "history.json").read_text())
    texts = [text for texts in make_split().references.values() for text in texts]
    n_tokens = sum(len(text.split()) + 1 for text in texts)
    assert {epoch["n_items"] for epoch in history["epochs"]} == {n_tokens}
    assert all(epoch["validation_loss"] > 0 for epoch in history["epochs"])


def test_another_validation_split_trains_others_and_a_share_beside_it_has_no_say(tmp_path):
    split = validation_of(("rain falls",))
    weights = prepare(tmp_path, split).facts["weights"]
    assert prepare(tmp_path, split, "pd", validation_share=0.4).facts["weights"] == weights
    others = {
        prepare(tmp_path).facts["weights"],
        prepare(tmp_path, validation_of(("a dog barks",))).facts["weights"],
        prepare(tmp_path, split, best_by="last").facts["weights"],
        prepare(tmp_path, validation_of(("rain falls",), ("a bell rings",))).facts["weights"],
    }
    assert len(others - {weights}) == 4
    alone = prepare(tmp_path, best_by="last", validation_share=0.3).facts["weights"]
    assert alone in others

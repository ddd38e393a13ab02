from __future__ import annotations

from caption_sketches import PATH, spell_sketches

from benchmark.datasets.wording import (
    SKETCH_SIZE,
    Overlap,
    Share,
    Sketch,
    count_overlap,
    fold,
    hash_words,
    known_sketches,
)


def test_case_punctuation_and_blanks_are_no_words():
    assert fold("  A Dog's bark -- loud, LOUD!\n2 times ") == "a dog s bark loud loud 2 times"
    assert fold("Straße…") == fold("STRASSE")
    assert fold(" . ") == ""


def test_captions_that_stand_in_the_training_split_are_counted_with_their_clips():
    train = {"t1": ("A dog barks.", "rain"), "t2": ("wind",)}
    test = {"a": ("a dog barks", "Rain!", "a cat"), "b": ("WIND",), "c": ("a dog bark",)}
    assert count_overlap(test, train, "toy:train") == Overlap(3, 2, 5, "toy:train")


def test_a_sketch_estimates_how_many_captions_are_in_a_split():
    split = [f"sound number {number}" for number in range(20_000)]
    sketch = Sketch.of(split)
    assert len(sketch.hashes) == SKETCH_SIZE
    assert sketch.share_of(hash_words(split)) == Share(SKETCH_SIZE, SKETCH_SIZE)
    mixed = split[:9_000] + [f"another sound {number}" for number in range(1_000)]
    share = sketch.share_of(hash_words(text.upper() for text in mixed))
    assert 0.85 < share.value < 0.95
    assert share.of > 200
    strange = sketch.share_of(hash_words(f"nothing of it {number}" for number in range(20_000)))
    assert (strange.known, strange.of > 400) == (0, True)
    assert sketch.share_of([]).value == 0.0


def test_a_split_of_few_captions_is_sketched_whole():
    sketch = Sketch.of(["a dog", "A dog.", "rain"])
    assert len(sketch.hashes) == 2
    assert sketch.share_of(hash_words(["a dog", "rain"])) == Share(2, 2)


def test_the_shipped_sketches_are_those_of_the_official_captions():
    assert PATH.read_text(encoding="utf-8") == spell_sketches(), (
        "run `python tests/helpers/caption_sketches.py`"
    )
    assert {len(sketch.hashes) for sketch in known_sketches().values()} == {SKETCH_SIZE}

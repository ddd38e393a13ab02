from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench_wsac.gap import measure_gap
from bench_wsac.options import MINI
from wsac_toy import RATE_HZ, ToyEncoder, ToyOptions, make_resources, make_split

from benchmark import DataError, UnknownNameError
from benchmark.embeddings import (
    Contents,
    EmbeddingStore,
    Recipe,
    open_files,
    with_embeddings,
    write_embeddings,
)

ENCODER = ToyEncoder("toy", ToyOptions())


OWN = replace(MINI, gap_source="train")


def measure(root, split, **settings):
    store = EmbeddingStore(root / "embeddings")
    resources = make_resources(root / "artifacts", split)
    return measure_gap(ENCODER, store, resources, replace(OWN, **settings))


def gap_by_hand(split, ids):
    """The mean sound less the mean over clips of their mean captions."""
    difference = np.zeros(ENCODER.dim)
    for clip_id in ids:
        (sound,) = ENCODER.embed_audio([split.read_clip(clip_id, RATE_HZ).waveform])
        worded = [text for text in split.references[clip_id] if text.strip()]
        difference += sound - ENCODER.embed_text(worded).astype(np.float64).mean(axis=0)
    return difference / len(ids)


def test_the_gap_is_the_mean_sound_less_the_mean_caption(tmp_path):
    split = make_split(6)
    gap = measure(tmp_path, split)
    np.testing.assert_allclose(gap.vector, gap_by_hand(split, split.clip_ids), atol=1e-6)
    assert (gap.vector.dtype, gap.n_clips, gap.source) == (np.float32, 6, "toy:train")


def test_a_clip_with_many_captions_counts_no_more_than_one_with_few(tmp_path):
    split = make_split(2, captions=[("a dog barks",) * 5, ("rain falls", "heavy rain falls")])
    gap = measure(tmp_path, split)
    np.testing.assert_allclose(gap.vector, gap_by_hand(split, split.clip_ids), atol=1e-6)


def test_the_gap_points_where_the_encoder_put_the_sounds(tmp_path):
    far = ENCODER._gap / np.linalg.norm(ENCODER._gap)
    gap = measure(tmp_path, make_split(24))
    assert gap.vector @ far > 0.2


def test_blank_captions_and_clips_without_any_are_left_out(tmp_path):
    texts = [("a dog barks", ""), (), ("  ",), ("a saw cuts wood",)]
    split = make_split(4, captions=texts)
    gap = measure(tmp_path, split)
    assert gap.n_clips == 2
    expected = gap_by_hand(split, ["clip-00", "clip-03"])
    np.testing.assert_allclose(gap.vector, expected, atol=1e-6)


def test_clips_without_a_sound_are_left_out(tmp_path):
    split = make_split(6, missing=4)
    gap = measure(tmp_path, split)
    assert gap.n_clips == 2
    np.testing.assert_allclose(gap.vector, gap_by_hand(split, ["clip-00", "clip-01"]), atol=1e-6)


def test_the_gap_is_the_same_from_embeddings_of_the_sounds(tmp_path):
    split = make_split(6)
    gap = measure(tmp_path, split)
    recipe = Recipe(ENCODER.name, ENCODER.fingerprint, "sounds", ENCODER.dim)
    vectors = [
        (clip_id, ENCODER.embed_audio([split.read_clip(clip_id, RATE_HZ).waveform]))
        for clip_id in split.clip_ids
    ]
    write_embeddings(tmp_path / "file", Contents(recipe, "toy:train", 6, split.clip_ids), vectors)
    mute = make_split(6, missing=6)
    train = with_embeddings(mute, open_files([tmp_path / "file"], [mute]))
    resources = replace(
        make_resources(tmp_path / "other", train), embedding_files=(tmp_path / "file",)
    )
    store = EmbeddingStore.open(resources, ENCODER, "sounds")
    given = measure_gap(ENCODER, store, resources, OWN)
    np.testing.assert_allclose(given.vector, gap.vector, atol=1e-6)
    assert given.n_clips == 6


def test_no_more_clips_than_asked_are_drawn_and_the_seed_draws_them(tmp_path):
    split = make_split(24)
    gap = measure(tmp_path, split, gap_clips=5)
    assert gap.n_clips == 5
    np.testing.assert_array_equal(measure(tmp_path, split, gap_clips=5).vector, gap.vector)
    store = EmbeddingStore(tmp_path / "embeddings")
    resources = make_resources(tmp_path, split, seed=1)
    other = measure_gap(ENCODER, store, resources, replace(OWN, gap_clips=5))
    assert not np.array_equal(other.vector, gap.vector)


@pytest.mark.parametrize(
    "split", [make_split(3, missing=3), make_split(2, captions=[("",), ()])], ids=["mute", "blank"]
)
def test_a_split_without_sounds_with_captions_says_what_to_do(tmp_path, split):
    with pytest.raises(
        DataError, match=r"no clip of toy:train has both.*bench embed toy.*gap_source"
    ):
        measure(tmp_path, split)


def test_the_gap_may_come_from_another_data_set(tmp_path, tones_folder):
    gap = measure(tmp_path, make_split(3, missing=3), gap_source=f"folder:{tones_folder}:train")
    assert (gap.n_clips, gap.source) == (6, f"folder:{tones_folder}:train")
    assert np.linalg.norm(gap.vector) > 0.1


def test_the_gap_of_the_embedded_data_set_is_measured_on_its_other_sounds(tmp_path):
    elsewhere = replace(make_split(5), dataset="soundscapes", name="pretrain")
    asked = []

    def load(label):
        asked.append(label)
        return elsewhere

    train = replace(make_split(9), dataset="soundscapes")
    resources = replace(make_resources(tmp_path, train), load_split=load)
    store = EmbeddingStore(tmp_path / "embeddings")
    gap = measure_gap(ENCODER, store, resources, MINI)
    assert (asked, gap.source) == (["soundscapes:pretrain"], "soundscapes:pretrain")
    np.testing.assert_allclose(gap.vector, gap_by_hand(elsewhere, elsewhere.clip_ids), atol=1e-6)


def test_a_data_set_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(UnknownNameError, match="no data set named 'cloto'"):
        measure(tmp_path, make_split(3), gap_source="cloto:evaluation")


def test_of_another_folder_no_file_of_embeddings_is_asked_for(tmp_path):
    """A file knows no path: it would be one of any folder."""
    other = replace(make_split(3, missing=3), dataset="folder:elsewhere")
    resources = replace(make_resources(tmp_path, make_split(3)), load_split=lambda _: other)
    with pytest.raises(DataError, match=r"no clip of folder:elsewhere:train has both") as caught:
        measure_gap(
            ENCODER,
            EmbeddingStore(tmp_path),
            resources,
            replace(MINI, gap_source="folder:elsewhere"),
        )
    assert "bench data verify folder:elsewhere:train" in str(caught.value)
    assert "--embeddings" not in str(caught.value)

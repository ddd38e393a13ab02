"""What captions leaned on, against softmax and cosines written out."""

from __future__ import annotations

import bench_wsac.evidence
import numpy as np
import pytest
from bench_wsac.evidence import heaviest_captions, nearest_captions
from bench_wsac.strategies import Crossing


def unit_rows(*shape, seed=0):
    rows = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


MEMORY, SOUNDS = unit_rows(50, 12), unit_rows(7, 12, seed=1)
CAPTIONS = [f"caption {number}" for number in range(50)]


def weights_by_hand(sound, memory, temperature):
    cosines = memory.astype(np.float64) @ sound / np.linalg.norm(sound)
    weights = np.exp(cosines / temperature)
    return weights / weights.sum()


def test_the_nearest_captions_come_with_their_cosines_and_the_first_is_decoded_from():
    shown = nearest_captions(SOUNDS * 3, MEMORY, CAPTIONS)
    read = Crossing("nnd", MEMORY, 0.01, None, False, "cpu").cross(SOUNDS * 3)
    for sound, evidence, decoded in zip(SOUNDS, shown, read, strict=True):
        cosines = MEMORY @ sound
        nearest = np.argsort(-cosines)[:5]
        assert [each.text for each in evidence] == [CAPTIONS[row] for row in nearest]
        assert [each.weight for each in evidence] == pytest.approx(cosines[nearest], abs=1e-6)
        np.testing.assert_array_equal(MEMORY[CAPTIONS.index(evidence[0].text)], decoded)


def test_a_caption_that_many_clips_share_is_shown_once():
    """As AudioCaps' "a man speaking": the five nearest rows may be one caption."""
    row = MEMORY[:1]
    memory = np.concatenate([np.repeat(row, 40, axis=0), MEMORY[1:4]])
    captions = ["rain falls"] * 40 + ["a dog barks", "a bell rings", "a saw cuts wood"]
    (nearest,) = nearest_captions(row, memory, captions)
    assert nearest[0].text == "rain falls"
    assert sorted(each.text for each in nearest) == sorted(set(captions))
    assert len(nearest_captions(row[:0], memory, captions)) == 0


@pytest.mark.parametrize("temperature", [0.01, 0.3, 100.0])
def test_the_heaviest_captions_come_with_their_shares_of_the_projection(temperature):
    shown = heaviest_captions(SOUNDS * 3, MEMORY, CAPTIONS, temperature)
    for sound, evidence in zip(SOUNDS, shown, strict=True):
        weights = weights_by_hand(sound, MEMORY, temperature)
        heaviest = np.argsort(-weights)[:5]
        assert [each.text for each in evidence] == [CAPTIONS[row] for row in heaviest]
        assert [each.weight for each in evidence] == pytest.approx(weights[heaviest], rel=1e-4)


def test_the_weights_of_equal_captions_are_added_and_all_of_them_are_one():
    captions = ["a dog barks", "rain falls", "a dog barks", "a bell rings"]
    weights = weights_by_hand(SOUNDS[0], MEMORY[:4], 0.3)
    (evidence,) = heaviest_captions(SOUNDS[:1], MEMORY[:4], captions, 0.3)
    found = {each.text: each.weight for each in evidence}
    assert found["a dog barks"] == pytest.approx(weights[0] + weights[2], rel=1e-5)
    assert sum(found.values()) == pytest.approx(1)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_what_is_shown_depends_neither_on_other_sounds_nor_on_chunks(monkeypatch):
    together = heaviest_captions(SOUNDS, MEMORY, CAPTIONS, 0.05)
    alone = [heaviest_captions(sound[None], MEMORY, CAPTIONS, 0.05)[0] for sound in SOUNDS]
    assert alone == together
    monkeypatch.setattr(bench_wsac.evidence, "_CHUNK_ROWS", 16)
    for ours, theirs in zip(
        heaviest_captions(SOUNDS, MEMORY, CAPTIONS, 0.05), together, strict=True
    ):
        assert [each.text for each in ours] == [each.text for each in theirs]

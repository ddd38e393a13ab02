"""Bootstrap draws and random swaps: one product of counts equals each draw computed anew."""

from __future__ import annotations

import numpy as np
import pytest
from peak_memory import growth_mib
from real_captions import clotho_candidates, clotho_references

from benchmark.metrics.bleu import BleuReferences, bleu
from benchmark.metrics.ngrams import count_ngrams, count_references
from benchmark.stats import Sample, draw_counts, draws, randomise, resample
from benchmark.stats.draws import count_blocks, swap_blocks


def ratio(statistics):
    return Sample(np.asarray(statistics, float), lambda sums: sums[..., 0] / sums[..., 1])


def made_up(n_clips=40):
    rng = np.random.default_rng(0)
    return [Sample.of_mean(rng.normal(size=n_clips)), ratio(rng.integers(1, 9, (n_clips, 2)))]


def rows_of(counts):
    """The clips of a draw, by index."""
    return np.repeat(np.arange(len(counts)), counts.astype(int))


def test_every_draw_holds_as_many_clips_as_there_are():
    counts = draw_counts(7, n_draws=50)
    assert counts.shape == (50, 7)
    assert (counts.sum(axis=1) == 7).all()


@pytest.mark.parametrize("cells", [5, 100, 1 << 20])
def test_draws_do_not_depend_on_the_size_of_blocks(monkeypatch, cells):
    rng = np.random.default_rng(20_240_101)
    plain = [np.bincount(rng.integers(0, 9, size=9), minlength=9) for _ in range(60)]
    monkeypatch.setattr(draws, "_CELLS_OF_BLOCK", cells)
    np.testing.assert_array_equal(np.concatenate(list(count_blocks(9, 60))), plain)


def test_draws_are_made_once_and_nobody_changes_those_that_are_remembered():
    before = draws._all_counts.cache_info().hits
    first, second = (np.concatenate(list(count_blocks(9, 61))) for _ in range(2))
    assert draws._all_counts.cache_info().hits > before
    first[0, 0] = 5
    assert second[0, 0] == next(count_blocks(9, 61))[0, 0]


def test_draws_too_many_to_remember_are_the_same_ones(monkeypatch):
    remembered = draw_counts(9, 70)
    monkeypatch.setattr(draws, "_MOST_KEPT", 0)
    np.testing.assert_array_equal(draw_counts(9, 70), remembered)


def test_the_first_draws_of_many_are_those_of_few():
    samples = made_up()
    np.testing.assert_array_equal(resample(samples, 900)[:, :50], resample(samples, 50))


def test_each_draw_is_the_value_of_the_clips_drawn():
    samples = made_up()
    counts = draw_counts(40, n_draws=30)
    found = resample(samples, 30)
    for row, sample in enumerate(samples):
        plain = [sample.take(rows_of(drawn)).value for drawn in counts]
        np.testing.assert_allclose(found[row], plain, rtol=1e-12)


def test_resampled_bleu_is_bleu_of_the_clips_drawn():
    candidates = [count_ngrams(tokens) for tokens in clotho_candidates("enclap-clotho-sw")]
    references = count_references(clotho_references())
    statistics = BleuReferences(references).score(candidates).statistics
    samples = [Sample(statistics, lambda sums, n=n: bleu(sums)[..., n]) for n in range(4)]
    found = resample(samples, 20)
    for draw, counts in enumerate(draw_counts(len(candidates), n_draws=20)):
        rows = rows_of(counts)
        corpus = BleuReferences([references[row] for row in rows])
        plain = corpus.score([candidates[row] for row in rows]).corpus
        np.testing.assert_allclose(found[:, draw], plain, rtol=1e-12)


def test_whole_clusters_are_drawn():
    clusters = ["x", "x", "y", "z", "z", "z"]
    sample = Sample.of_mean(np.array([1.0, 2.0, 10.0, 100.0, 200.0, 300.0]))
    members = np.array([3.0, 10.0, 600.0]), np.array([2.0, 1.0, 3.0])
    counts = draw_counts(3, n_draws=200)
    plain = (counts @ members[0]) / (counts @ members[1])
    np.testing.assert_allclose(resample([sample], 200, clusters)[0], plain)
    alone = resample([sample], 200, [str(clip) for clip in range(6)])
    np.testing.assert_allclose(alone, resample([sample], 200))


def test_alike_clips_in_clusters_widen_the_spread():
    values = np.repeat(np.random.default_rng(1).normal(size=50), 4)
    clusters = np.repeat(np.arange(50), 4)
    spread = resample([Sample.of_mean(values)])[0].std()
    clustered = resample([Sample.of_mean(values)], clusters=clusters)[0].std()
    assert clustered == pytest.approx(2 * spread, rel=0.1)


def test_each_round_of_swaps_is_the_difference_after_swapping():
    first, second = (made_up(), made_up()[::-1])
    pairs = [(first[0], first[0].take(np.arange(40)[::-1])), (first[1], second[0])]
    swaps = np.concatenate(list(swap_blocks(40, 30)))
    found = randomise(pairs, 30)
    for row, (one, other) in enumerate(pairs):
        for round_, swapped in enumerate(swaps.astype(bool)[:, np.newaxis].transpose(0, 2, 1)):
            left = np.where(swapped, other.statistics, one.statistics)
            right = np.where(swapped, one.statistics, other.statistics)
            plain = Sample(left, one.aggregate).value - Sample(right, one.aggregate).value
            assert found[row, round_] == pytest.approx(plain, abs=1e-12)


def test_every_clip_is_swapped_half_of_the_time():
    swaps = np.concatenate(list(swap_blocks(11, 4000)))
    assert set(np.unique(swaps)) == {0.0, 1.0}
    assert np.abs(swaps.mean(axis=0) - 0.5).max() < 0.04
    assert np.abs(np.corrcoef(swaps.T) - np.eye(11)).max() < 0.08


def test_whole_clusters_are_swapped():
    one, other = np.array([5.0, -1.0, 2.0, 0.0]), np.zeros(4)
    clusters = ["a", "a", "b", "b"]
    found = randomise([(Sample.of_mean(one), Sample.of_mean(other))], 300, clusters)[0]
    assert set(found) == {-1.5, -0.5, 0.5, 1.5}


def test_the_spread_of_means_is_the_standard_error():
    values = np.random.default_rng(3).normal(10.0, 2.0, size=1000)
    means = resample([Sample.of_mean(values)])
    assert np.std(means) == pytest.approx(2.0 / np.sqrt(1000), rel=0.1)


def test_memory_does_not_grow_with_the_number_of_draws():
    before = """
import numpy as np
from benchmark.stats import Sample, randomise, resample
samples = [Sample.of_mean(values) for values in np.random.default_rng(0).normal(size=(8, 3000))]
resample(samples, 500), randomise([(samples[0], samples[1])], 500)
"""
    measured = "resample(samples, 20_000), randomise([(samples[0], samples[1])], 20_000)"
    assert growth_mib(before, measured) < 40  # all draws at once are 458 MiB


def test_a_draw_of_clips_without_a_value_is_left_out():
    statistics = np.zeros((4, 2))
    statistics[0] = (0.5, 1.0)
    seldom = Sample(statistics, lambda sums: np.where(sums[..., 1] > 0, 0.5, np.nan))
    draws = resample([seldom], 1000)
    assert draws.shape[0] == 1
    assert 600 < draws.shape[1] < 760  # (3 / 4)^4 of the draws lack the one clip
    assert set(draws[0]) == {0.5}

"""Statistics against outside implementations: scipy's, statsmodels' and sacrebleu's.

What one module does alone is held against scipy in that module's own tests; here is what several
do together, on captions of published systems where that matters.
"""

from __future__ import annotations

import gc

import numpy as np
import pytest
from real_captions import SYSTEMS, clotho_candidates, clotho_references, joined
from scipy import stats as scipy_stats

from benchmark.metrics.bleu import BleuReferences, bleu
from benchmark.metrics.ngrams import count_ngrams, count_references
from benchmark.stats import (
    Sample,
    compare_pairs,
    correct_holm,
    draw_counts,
    judge_non_inferiority,
    resample,
)

N_DRAWS = 500
NEAR = ("enclap-clotho-baseline", "whisper-rose-lake-75")
APART = ("conette_clotho_eval", "enclap-clotho-baseline")


@pytest.fixture(scope="module")
def statistics():
    """BLEU's ten counts a clip, by system."""
    references = BleuReferences(count_references(clotho_references()))
    return {
        system: references.score(list(map(count_ngrams, clotho_candidates(system)))).statistics
        for system in SYSTEMS
    }


def bleu_4(statistics):
    return Sample(statistics, lambda sums: bleu(sums)[..., 3])


def sacrebleu_metric():
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize="none", smooth_method="none", force=True)


def rows_of_references():
    """References as sacrebleu has them: one list a position, clip by clip."""
    return [joined(of_position) for of_position in zip(*clotho_references(), strict=True)]


def test_holm_of_two_thousand_families_is_that_of_statsmodels(monkeypatch):
    # statsmodels collects garbage in every call, which takes long where other tests left much.
    monkeypatch.setattr(gc, "collect", lambda: 0)
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(0)
    for _ in range(2000):
        n_tests = rng.integers(1, 30)
        # Half of the families have ties, as p-values of few draws do.
        p_values = rng.random(n_tests) if rng.random() < 0.5 else rng.integers(1, 21, n_tests) / 20
        theirs = multipletests(p_values, method="holm")[1]
        np.testing.assert_allclose(correct_holm(p_values.tolist()), theirs, rtol=1e-12, atol=0)


@pytest.mark.parametrize("system", NEAR)
def test_bleu_of_every_system_is_that_of_sacrebleu(statistics, system):
    theirs = sacrebleu_metric().corpus_score(
        joined(clotho_candidates(system)), rows_of_references()
    )
    assert bleu_4(statistics[system]).value == pytest.approx(theirs.score / 100, rel=1e-9)


def test_bleu_of_a_draw_is_bleu_of_the_clips_that_were_drawn(statistics):
    """Recomputed by sacrebleu from the captions, each as often as it was drawn."""
    system = NEAR[0]
    found = resample([bleu_4(statistics[system])], 2)[0]
    captions, references = joined(clotho_candidates(system)), rows_of_references()
    for value, counts in zip(found, draw_counts(len(captions), 2), strict=True):
        drawn = np.repeat(np.arange(len(captions)), counts.astype(int))
        theirs = sacrebleu_metric().corpus_score(
            [captions[clip] for clip in drawn],
            [[row[clip] for clip in drawn] for row in references],
        )
        assert value == pytest.approx(theirs.score / 100, rel=1e-9)


def p_of_sacrebleu(pair, test):
    from sacrebleu.significance import PairedTest

    captions = [(system, joined(clotho_candidates(system))) for system in pair]
    metrics = {"BLEU": sacrebleu_metric()}
    _, results = PairedTest(captions, metrics, rows_of_references(), test, N_DRAWS)()
    return results["BLEU"][1].p_value


def chance(*p_values):
    """Four standard errors of the difference of two p-values that are of random draws."""
    p = max(np.mean(p_values), 1 / N_DRAWS)
    return 4 * np.sqrt(2 * p * (1 - p) / N_DRAWS)


@pytest.mark.parametrize("pair", [NEAR, APART])
def test_approximate_randomisation_of_a_corpus_metric_is_that_of_sacrebleu(statistics, pair):
    theirs = p_of_sacrebleu(pair, "ar")
    samples = bleu_4(statistics[pair[0]]), bleu_4(statistics[pair[1]])
    ours = compare_pairs([samples], N_DRAWS)[0].p_randomisation
    assert abs(ours - theirs) <= chance(ours, theirs)
    assert (ours <= 0.05) is (theirs <= 0.05) is (pair == APART)


@pytest.mark.parametrize("pair", [NEAR, APART])
def test_the_paired_bootstrap_of_a_corpus_metric_draws_as_that_of_sacrebleu(statistics, pair):
    """By Moses' rule, which sacrebleu follows: one side of absolute differences; ours has two."""
    theirs = p_of_sacrebleu(pair, "bs")
    samples = bleu_4(statistics[pair[0]]), bleu_4(statistics[pair[1]])
    first, second = resample(samples, N_DRAWS)
    distances = np.abs(first - second)
    observed = abs(samples[0].value - samples[1].value)
    by_their_rule = np.mean(distances - distances.mean() > observed)
    assert abs(by_their_rule - theirs) <= chance(by_their_rule, theirs)
    ours = compare_pairs([samples], N_DRAWS)[0].p_bootstrap
    assert abs(ours - 2 * theirs) <= 2 * chance(ours, theirs)


@pytest.mark.parametrize("loss", [0.0, 0.2, 0.6, 0.9])
def test_bounds_of_non_inferiority_are_those_of_two_one_sided_t_tests(loss):
    """On 400 clips the paired bootstrap and Student's t come to the same, and so do findings."""
    rng = np.random.default_rng(int(10 * loss))
    baseline = rng.gamma(2, size=400)
    candidate = baseline - loss + rng.normal(0, 2, size=400)
    margin = 0.5
    found = judge_non_inferiority(Sample.of_mean(candidate), Sample.of_mean(baseline), margin)
    test = scipy_stats.ttest_rel(candidate, baseline)
    low, high = test.confidence_interval(0.90)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.02)
    p_worse = scipy_stats.ttest_1samp(candidate - baseline, -margin, alternative="greater").pvalue
    p_better = scipy_stats.ttest_1samp(candidate - baseline, -margin, alternative="less").pvalue
    expected = "shown" if p_worse < 0.05 else "refuted" if p_better < 0.05 else "undecided"
    assert found.finding == expected

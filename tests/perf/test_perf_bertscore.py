"""All pairs of real captions: against bert-score's own scorer, and against the machine's limit."""

from __future__ import annotations

import time

import numpy as np
import pytest
from bertscore_oracle import training_captions

from benchmark.metrics.bertscore import BERT_SCORE_MODEL, BertScore
from benchmark.models.weights import OFFLINE_NAME, choose_model

N_SUBSET = 200
N_TEXTS = 2000


@pytest.fixture(scope="module")
def model():
    return choose_model(BERT_SCORE_MODEL, OFFLINE_NAME)


def timed(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - start


def ordered_pairs(n_texts):
    return np.divmod(np.arange(n_texts**2), n_texts)


@pytest.fixture(scope="module")
def bert_score_s(model):
    """Seconds that bert-score needs for all pairs of ``N_TEXTS``, from those of a subset.

    Twice: with torch's own number of threads, which is also ours, and with a single one, which
    suits bert-score better on a machine with other work.
    """
    import torch
    from bert_score import BERTScorer

    captions = training_captions(N_SUBSET)
    scorer = BERTScorer(str(model.folder), 6, device="cpu")
    scorer.score(captions[:5], captions[:5])
    rows, columns = ordered_pairs(N_SUBSET)
    candidates, references = [captions[i] for i in rows], [captions[i] for i in columns]
    n_threads = torch.get_num_threads()
    found = []
    for n_used in (n_threads, 1):
        torch.set_num_threads(n_used)
        _, encoding_s = timed(scorer.score, captions, captions)
        _, both_s = timed(scorer.score, candidates, references)
        pair_s = (both_s - encoding_s) / (len(rows) - N_SUBSET)
        found.append(encoding_s / N_SUBSET * N_TEXTS + pair_s * N_TEXTS**2)
    torch.set_num_threads(n_threads)
    return found


def test_all_pairs_of_2000_captions_beat_bert_score(benchmark, model, bert_score_s):
    captions = training_captions(N_TEXTS)
    scorer = BertScore(model)

    def run():
        return sum(block.n_pairs for block in scorer.all_pairs(captions))

    n_pairs = benchmark.pedantic(run, rounds=1, iterations=1)
    assert 2 * n_pairs + N_TEXTS == N_TEXTS**2  # F1 both ways, and of each with itself
    ratio, to_one_thread = np.array(bert_score_s) / benchmark.stats.stats.median
    benchmark.extra_info |= {"times_faster": ratio, "times_faster_than_one_thread": to_one_thread}
    print(f"\n{ratio:.1f} times bert-score, {to_one_thread:.1f} its one thread")  # noqa: T201
    assert ratio >= 20


def product_rates():
    """Multiplications and additions a second of some 2048-cubed float32 products."""
    import torch

    square = torch.randn(2048, 2048)
    out = torch.empty_like(square)
    return [2 * 2048**3 / timed(lambda: torch.mm(square, square, out=out))[1] for _ in range(12)]


def test_the_pair_stage_runs_at_most_of_the_machines_product_rate(benchmark, model):
    captions = training_captions(4000)
    scorer = BertScore(model)
    lengths = np.array(
        [len(ids) for ids in scorer._engine.find_sentences(captions).token_ids], float
    )
    width = scorer._engine.encoder.width
    n_operations = width * (lengths.sum() ** 2 - (lengths**2).sum())
    rates = product_rates()
    blocks = scorer.all_pairs(captions)
    n_first = next(blocks).n_pairs  # encoding ends before the first block comes
    n_later = benchmark.pedantic(
        lambda: sum(block.n_pairs for block in blocks), rounds=1, iterations=1
    )
    rates += product_rates()
    seconds = benchmark.stats.stats.median
    rate = n_operations * n_later / (n_first + n_later) / seconds
    share = rate / np.median(rates)
    benchmark.extra_info |= {"pairs_per_s": n_later / seconds, "share_of_product_rate": share}
    print(f"\n{n_later / seconds:,.0f} pairs/s, {rate / 1e9:.0f} GFLOP/s, {share:.0%}")  # noqa: T201
    assert share >= 0.7

"""BERTScore as bert-score itself computes it, and texts to try it on."""

from __future__ import annotations

import csv

import numpy as np
from shared_data import shared_path


def bert_score_one_by_one(folder, layer, candidates, references, *, idf=False):
    """Precision, recall and F1, ``(3, n_candidates)``, at batch size 1, unpadded."""
    import bert_score
    import torch

    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)  # for such small products several are slower, on a busy machine far
    try:
        scores = bert_score.score(
            candidates,
            references,
            model_type=str(folder),
            num_layers=layer,
            batch_size=1,
            device="cpu",
            idf=idf,
            nthreads=0,
        )
    finally:
        torch.set_num_threads(n_threads)
    return np.stack([values.numpy() for values in scores])


def as_array(scores):
    return np.stack([scores.precision, scores.recall, scores.f1])


def training_captions(n_captions):
    """The first different training captions of AudioCaps."""
    with shared_path("data/audiocaps/train.csv").open(encoding="utf-8", newline="") as file:
        captions = dict.fromkeys(row["caption"] for row in csv.DictReader(file))
    return list(captions)[:n_captions]


def made_up_texts(n_texts, *, n_words=(1, 9), seed=0):
    """Different texts of words that the tiny models know."""
    rng = np.random.default_rng(seed)
    texts = {}
    while len(texts) < n_texts:
        words = rng.choice(["a", "dog", "barks", "rain", "and", "bark"], rng.integers(*n_words))
        texts[" ".join(words)] = None
    return list(texts)


def dense_f1(scorer, candidates, references):
    """F1 of all pairs, ``(n_candidates, n_references)``, as the all-pairs engine defines it.

    Each reference is given once a call, so that IDF weights come from each of them once.
    """
    rows = []
    for candidate in candidates:
        scores = scorer.score_pairs([candidate] * len(references), references)
        is_positive = np.minimum(scores.precision, scores.recall) > 0
        rows.append(np.where(is_positive, scores.f1, 0))
    return np.stack(rows)

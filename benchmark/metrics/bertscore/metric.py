"""BERTScore as a metric: the standard model, and what a signature says of the scorer."""

from __future__ import annotations

from benchmark.metrics.bertscore import BERT_SCORE_MODEL, BertScore
from benchmark.metrics.signature import Part

__all__ = ["BERT_SCORE_MODEL", "BertScore", "signature_parts"]


def signature_parts(scorer: BertScore) -> tuple[Part, ...]:
    """Say what decides the numbers: two scores compare only where all of it agrees."""
    return (
        ("model", scorer.model.name),
        ("weights", scorer.model.sha256[:12]),
        ("tokenizer", scorer.hash_tokenizer()),
        ("max_tokens", str(scorer.max_tokens)),
        ("layer", str(scorer.layer)),
        ("idf", "yes" if scorer.idf else "no"),
        ("rescaled", "no"),
    )

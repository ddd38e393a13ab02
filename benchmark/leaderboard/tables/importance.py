"""Which metrics a terminal shows first where it has no room for all."""

from __future__ import annotations

_BY_IMPORTANCE = (
    *("spider", "fense", "cider_d", "spice", "meteor", "sbert_sim", "bert_score.f1", "spider_fl"),
    *("fer", "rouge_l", "bleu_4", "bleu_1", "vocab.cands", "bleu_2", "bleu_3"),
)
"""Those first that papers compare systems by."""

_AFTER_OTHERS = 10


def order_of_metric(key: str) -> int:
    """Return the ``order`` of a metric's column; what is no metric may stand before all of them."""
    known = key in _BY_IMPORTANCE
    return _AFTER_OTHERS + (_BY_IMPORTANCE.index(key) if known else len(_BY_IMPORTANCE))

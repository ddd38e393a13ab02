"""BERTScore for pairs and for all pairs of a corpus: metric, oracle and guidance use it alike."""

from __future__ import annotations

from benchmark.bertscore.best_captions import BestCaptionSearch, find_best_captions
from benchmark.bertscore.layers import BERT_SCORE_MODEL, standard_layer
from benchmark.bertscore.scorer import BertScore
from benchmark.bertscore.scores import BertScores
from benchmark.bertscore.shards import PairBlock
from benchmark.bertscore.sparse import SimilarPairs

__all__ = [
    "BERT_SCORE_MODEL",
    "BertScore",
    "BertScores",
    "BestCaptionSearch",
    "PairBlock",
    "SimilarPairs",
    "find_best_captions",
    "standard_layer",
]

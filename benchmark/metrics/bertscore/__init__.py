"""BERTScore for pairs and for all pairs of a corpus: metric, oracle and guidance use it alike."""

from benchmark.metrics.bertscore.across import SimilarAcross
from benchmark.metrics.bertscore.best_captions import (
    BestCaptionSearch,
    ScoredCaption,
    find_best_captions,
    score_best_captions,
)
from benchmark.metrics.bertscore.layers import BERT_SCORE_MODEL, standard_layer
from benchmark.metrics.bertscore.scorer import BertScore
from benchmark.metrics.bertscore.scores import BertScores
from benchmark.metrics.bertscore.shards import PairBlock
from benchmark.metrics.bertscore.sparse import SimilarPairs

__all__ = [
    "BERT_SCORE_MODEL",
    "BertScore",
    "BertScores",
    "BestCaptionSearch",
    "PairBlock",
    "ScoredCaption",
    "SimilarAcross",
    "SimilarPairs",
    "find_best_captions",
    "score_best_captions",
    "standard_layer",
]

"""The training captions that suit one clip's references best: what a copier could say at most."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.contract import Evidence, Split
from benchmark.files import JsonObject
from benchmark.metrics.bertscore.best_captions import training_captions
from benchmark.metrics.bertscore.layers import BERT_SCORE_MODEL
from benchmark.models.weights import choose_model

N_BEST = 5  # as many as Koizumi et al. (2020) print


@dataclass(frozen=True, slots=True)
class OracleCaptions:
    """Training captions, the best first.

    Attributes:
        captions: each with its BERTScore, the mean F1 over the references.
        train: label of the split that they are from.
        model: that BERTScore stands on.
    """

    captions: tuple[Evidence, ...]
    train: str
    model: str

    def to_json(self) -> JsonObject:
        return {
            "train": self.train,
            "model": self.model,
            "captions": [
                {"caption": piece.text, "bert_score": piece.weight} for piece in self.captions
            ],
        }


def ask_oracle(
    references: tuple[str, ...], train: Split, model: str | None = None, *, device: str = "cpu"
) -> OracleCaptions:
    """Find the training captions with the best BERTScore against references.

    Every different training caption is encoded, which takes minutes for many thousands.

    Args:
        references: of one clip.
        train: whose captions are looked through.
        model: of BERTScore, a folder or a name; None takes what the metric would.
        device: torch's spelling.

    Raises:
        DataError: the training split holds no caption.
        MissingWeightsError: the model is not on this machine.
    """
    from benchmark.metrics.bertscore.scorer import BertScore

    corpus = training_captions(train)
    chosen = choose_model(BERT_SCORE_MODEL, model)
    scorer = BertScore(chosen, device=device)
    indices, scores = scorer.top_k_of_groups([references], corpus, N_BEST)
    best = zip(indices[0].tolist(), scores[0].tolist(), strict=True)
    captions = tuple(Evidence(corpus[index], score) for index, score in best)
    return OracleCaptions(captions, str(train.label), chosen.name)

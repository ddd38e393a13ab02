"""One engine per group of metrics: tokenised tasks in, signed scores out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.metrics.bleu import bleu
from benchmark.metrics.corpus import TokenisedTask
from benchmark.metrics.scores import PerClip, Score, mean_score
from benchmark.metrics.signing import sign
from benchmark.metrics.spice.limits import MAX_WORDS

Scores = dict[str, Score]


@dataclass(frozen=True, slots=True)
class MetricModels:
    """Which models metrics stand on, and what they may take; None means the field's standard.

    Attributes:
        sbert_model: sentence model of SBERT-sim and FENSE: a folder or a model's name.
        bert_score_model: text model of BERTScore: a folder or a model's name.
        fer_model: fluency error detector of FER, FENSE and SPIDEr-FL: see ``find_checkpoint``.
        device: torch's spelling.
        spice_max_words: SPICE parses no sentence that is longer.
    """

    sbert_model: str | None = None
    bert_score_model: str | None = None
    fer_model: str | None = None
    device: str = "cpu"
    spice_max_words: int = MAX_WORDS


def score_lexical(item: TokenisedTask) -> Scores:
    """BLEU-1 to 4, ROUGE-L and CIDEr-D."""
    task = item.task
    statistics = item.split.bleu.score(item.ngrams, item.rows).statistics
    corpus, per_clip = bleu(statistics.sum(axis=0)), bleu(statistics)
    scores = {
        f"bleu_{n}": Score(
            float(corpus[n - 1]),
            per_clip[:, n - 1],
            sign(f"bleu_{n}", task, [("length", "closest")]),
            statistics=statistics,
        )
        for n in (1, 2, 3, 4)
    }
    rouge_l = item.split.rouge.score(item.tokens, item.rows)
    scores["rouge_l"] = mean_score(rouge_l, sign("rouge_l", task, [("beta", "1.2")]))
    scores["cider_d"] = _score_cider(item)
    return scores


def _score_cider(item: TokenisedTask) -> Score:
    task, n_clips = item.task, len(item.task.documents.references)
    if item.split.cider.weigh_nothing:
        clips = "one clip" if n_clips == 1 else f"{n_clips:,} clips that all have the same words"
        return Score.unavailable(
            f"words weigh by how few clips have them, and the IDF is that of {clips}: it would be "
            "0 whatever is said. Score against two clips or more with other references."
        )
    idf = f"{task.documents.label},{n_clips} clips"
    parts = (("n", "4"), ("sigma", "6"), ("idf", idf))
    cider_d = item.split.cider.score(item.ngrams, item.rows)
    return mean_score(cider_d, sign("cider_d", task, parts))


def score_vocabulary(item: TokenisedTask) -> Scores:
    """Figures that describe the candidates' words; they have no direction and no interval."""
    return {
        key: Score.unavailable("there is nothing to divide by")
        if math.isnan(value)
        else Score(value, None, sign(key, item.task))
        for key, value in item.split.vocabulary.score(item.tokens).items()
    }


def score_sentence(items: Sequence[TokenisedTask], models: MetricModels) -> list[Scores]:
    """SBERT-sim."""
    from benchmark.metrics.sentence import SBERT_SIM_MODEL, SentenceSimilarity
    from benchmark.models.weights import choose_model

    model = choose_model(SBERT_SIM_MODEL, models.sbert_model)
    similarity = SentenceSimilarity(model, models.device)
    parts = similarity.signature_parts()
    return [
        {
            "sbert_sim": mean_score(
                similarity.score(item.joined, item.joined_references),
                sign("sbert_sim", item.task, parts),
            )
        }
        for item in items
    ]


def score_bert_score(items: Sequence[TokenisedTask], models: MetricModels) -> list[Scores]:
    """BERTScore precision, recall and F1, each the best over the references."""
    from benchmark.metrics.bertscore.metric import BERT_SCORE_MODEL, BertScore, signature_parts
    from benchmark.models.weights import choose_model

    model = choose_model(BERT_SCORE_MODEL, models.bert_score_model)
    scorer = BertScore(model, device=models.device)
    parts = signature_parts(scorer)
    results = []
    for item in items:
        scores = scorer.score(item.joined, item.joined_references)
        arrays = {"precision": scores.precision, "recall": scores.recall, "f1": scores.f1}
        results.append(
            {
                f"bert_score.{name}": mean_score(
                    values, sign(f"bert_score.{name}", item.task, parts)
                )
                for name, values in arrays.items()
            }
        )
    return results


def score_fluency_errors(
    items: Sequence[TokenisedTask], models: MetricModels
) -> list[tuple[PerClip, Score]]:
    """FER; with it the error probability of each candidate, for the metrics it penalises."""
    from benchmark.metrics.fluency import FluencyErrorDetector, find_checkpoint, has_error

    detector = FluencyErrorDetector(find_checkpoint(models.fer_model or "base"), models.device)
    parts = detector.signature_parts()
    results = []
    for item in items:
        probabilities = detector.error_probabilities(item.joined)
        signature = sign("fer", item.task, parts)
        results.append((probabilities, mean_score(has_error(probabilities), signature)))
    return results

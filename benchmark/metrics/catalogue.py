"""One record per metric: all that a table, a gate or a plot must know about a number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from benchmark.errors import RunError, UnknownNameError, UsageError, listed

Aggregation = Literal["mean", "corpus"]
Group = Literal["lexical", "meteor", "spice", "sentence", "bert_score", "fluency", "vocabulary"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of the suite.

    Attributes:
        key: as aac-metrics returns it.
        label: as papers print it.
        higher_is_better: None for figures that only describe.
        bounds: least and greatest possible value.
        aggregation: ``mean`` if the corpus value is the mean of the clips' values.
        group: the metrics that one engine computes together.
        in_percent: tables show the value x100.
        in_table: False for figures that only csv and json hold.
        is_extra: computed only where it is asked for by name, not by ``all``.
    """

    key: str
    label: str
    higher_is_better: bool | None
    bounds: tuple[float, float]
    aggregation: Aggregation
    group: Group
    in_percent: bool = True
    in_table: bool = True
    is_extra: bool = False


STANDARD_MODELS = frozenset(
    {"paraphrase-TinyBERT-L6-v2", "roberta-large", "echecker_clotho_audiocaps_base"}
)
"""What published figures of SBERT-sim and FENSE, BERTScore and FER were computed with."""

_UNIT = (0.0, 1.0)
_COUNT = (0.0, float("inf"))

METRICS: dict[str, Metric] = {
    metric.key: metric
    for metric in (
        Metric("bleu_1", "BLEU-1", True, _UNIT, "corpus", "lexical"),
        Metric("bleu_2", "BLEU-2", True, _UNIT, "corpus", "lexical"),
        Metric("bleu_3", "BLEU-3", True, _UNIT, "corpus", "lexical"),
        Metric("bleu_4", "BLEU-4", True, _UNIT, "corpus", "lexical"),
        Metric("meteor", "METEOR", True, _UNIT, "corpus", "meteor"),
        Metric("rouge_l", "ROUGE-L", True, _UNIT, "mean", "lexical"),
        Metric("cider_d", "CIDEr-D", True, (0.0, 10.0), "mean", "lexical"),
        Metric("spice", "SPICE", True, _UNIT, "mean", "spice"),
        *(
            Metric(f"spice.{part}", f"SPICE {part}", True, _UNIT, "mean", "spice", is_extra=True)
            for part in (
                *("precision", "recall"),
                *("object", "attribute", "relation", "cardinality", "color", "size"),
            )
        ),
        Metric("spider", "SPIDEr", True, (0.0, 5.5), "mean", "spice"),
        Metric("spider_fl", "SPIDEr-FL", True, (0.0, 5.5), "mean", "fluency"),
        Metric("fense", "FENSE", True, (-1.0, 1.0), "mean", "fluency"),
        Metric("fer", "FER", False, _UNIT, "mean", "fluency"),
        Metric("sbert_sim", "SBERT-sim", True, (-1.0, 1.0), "mean", "sentence"),
        Metric(
            "bert_score.precision",
            "BERTScore-P",
            True,
            (-1.0, 1.0),
            "mean",
            "bert_score",
            in_table=False,
        ),
        Metric(
            "bert_score.recall",
            "BERTScore-R",
            True,
            (-1.0, 1.0),
            "mean",
            "bert_score",
            in_table=False,
        ),
        Metric("bert_score.f1", "BERTScore-F1", True, (-1.0, 1.0), "mean", "bert_score"),
        Metric("vocab.cands", "Vocabulary", None, _COUNT, "corpus", "vocabulary", False),
        *(
            Metric(key, label, None, _COUNT, "corpus", "vocabulary", False, False)
            for key, label in (
                ("vocab.mrefs_full", "Reference vocabulary"),
                ("vocab.ratio_full", "Vocabulary / references'"),
                ("vocab.mrefs_expected", "Vocabulary of one reference a clip"),
                ("vocab.ratio_expected", "Vocabulary / one reference's"),
                ("sent_len.cands", "Words a caption"),
            )
        ),
    )
}


def _of_groups(*groups: Group) -> tuple[str, ...]:
    return tuple(key for key, metric in METRICS.items() if metric.group in groups)


METRIC_SETS: dict[str, tuple[str, ...]] = {
    "all": tuple(key for key, metric in METRICS.items() if not metric.is_extra),
    "lexical": _of_groups("lexical"),
    "spice-parts": tuple(key for key in METRICS if key.split(".")[0] == "spice"),
    "java": _of_groups("lexical", "meteor"),
    # What pip alone brings, with the extra of that name.
    "offline": _of_groups("lexical", "meteor", "sentence", "bert_score", "vocabulary"),
}


def select_metrics(names: Iterable[str]) -> tuple[str, ...]:
    """Resolve metric keys and the names of sets, in table order, each once.

    Raises:
        UnknownNameError: a name is neither a metric nor a set.
    """
    chosen: set[str] = set()
    for name in names:
        if name not in METRICS and name not in METRIC_SETS:
            raise UnknownNameError("metric", name, [*METRICS, *METRIC_SETS])
        chosen.update(METRIC_SETS.get(name, (name,)))
    return tuple(key for key in METRICS if key in chosen)


def require_rankable(key: str) -> str:
    """Return a metric's key if rows can be ranked by it.

    Raises:
        UnknownNameError: there is no such metric.
        UsageError: neither end of it is the better one.
    """
    rankable = [name for name, metric in METRICS.items() if metric.higher_is_better is not None]
    if key not in METRICS:
        raise UnknownNameError("metric to rank by", key, rankable)
    if key not in rankable:
        raise UsageError(
            f"{key} describes captions and says nothing of which are better, so nothing is ranked "
            f"by it. Expected one of {', '.join(rankable)}."
        )
    return key


def require_known(keys: Iterable[str], where: object) -> None:
    """Refuse metrics that a file names and this version does not know.

    Args:
        keys: of metrics.
        where: names the file in messages.

    Raises:
        RunError: there is no metric of that key.
    """
    if strange := sorted(set(keys) - METRICS.keys()):
        raise RunError(
            f"{where}: no metric named {listed(strange)}; expected keys such as "
            f"{listed(list(METRICS), 3)}. The file is of a later aac-bench, or was changed by "
            "something else; restore it, or make it anew."
        )

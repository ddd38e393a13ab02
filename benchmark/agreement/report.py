"""Makes a report of a file of human judgements: which metrics agree with people, how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmark.agreement.judgements import (
    ALL_CATEGORIES,
    CATEGORIES,
    JudgedPair,
    match_clips,
    read_judgements,
    references_by_clip,
)
from benchmark.agreement.measure import TOTAL, Agreement, MetricAgreement, measure_agreement
from benchmark.agreement.people import CHANCE, measure_people
from benchmark.contract import hash_captions
from benchmark.datasets.catalogue import load_split
from benchmark.errors import DataError, listed
from benchmark.files import JsonObject, sha256_of
from benchmark.machine.places import artifacts
from benchmark.metrics.scores import IdfSource
from benchmark.metrics.suite import MetricModels

STANDARD_DATASET = "clotho:evaluation"


@dataclass(frozen=True, slots=True)
class AgreementRequest:
    """What ``bench meta-eval`` was asked for.

    Attributes:
        human: the file of judgements.
        dataset: where its clips come from: CIDEr-D's IDF is that of the whole split. None tries
            ``STANDARD_DATASET`` and, where that is not at hand or holds other clips, takes the
            IDF from the references in the file.
    """

    human: Path
    data_root: Path
    metrics: tuple[str, ...]
    dataset: str | None = None


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """What ``bench meta-eval`` prints.

    Attributes:
        human, human_sha256: name and hash of the file of judgements.
        n_clips: clips in the file.
        n_pairs: pairs in the file, per category and in all.
        n_judged: those of them on which people are not divided; only they count.
        idf: where the IDF of CIDEr-D comes from.
        idf_reason: why it is that of the file's own references, else None.
        metrics: by key, in table order.
        people: one judge against the others, per category and in all; none where pairs have no
            two judges.
    """

    human: str
    human_sha256: str
    n_clips: int
    n_pairs: Mapping[str, int]
    n_judged: Mapping[str, int]
    idf: str
    idf_reason: str | None
    metrics: Mapping[str, MetricAgreement]
    people: Mapping[str, Agreement] = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        metrics = {
            key: {
                "available": metric.available,
                **asdict(metric),
                "signature": str(metric.signature or ""),
            }
            for key, metric in self.metrics.items()
        }
        return {**asdict(self), "metrics": metrics, "chance": CHANCE}


def report_agreement(request: AgreementRequest, models: MetricModels) -> AgreementReport:
    """Score both captions of every judged pair with every metric, and compare with people.

    Raises:
        DataError: the file is malformed, people are divided on every pair, or the data set that
            was asked for is missing or holds other clips.
        UnknownNameError: there is no such data set.
        MachineError: Java is missing.
    """
    pairs = read_judgements(request.human)
    judged = [pair for pair in pairs if pair.preference]
    if not judged:
        raise DataError(f"{request.human}: people are divided on all {len(pairs)} pairs.")
    idf, idf_reason = _choose_idf(pairs, request)
    return AgreementReport(
        human=request.human.name,
        human_sha256=sha256_of(request.human),
        n_clips=len(references_by_clip(pairs)),
        n_pairs=_count(pairs),
        n_judged=_count(judged),
        idf=f"{idf.label}, {len(idf.references):,} clips",
        idf_reason=idf_reason,
        metrics=measure_agreement(judged, request.metrics, models, idf),
        people=measure_people(pairs),
    )


def _choose_idf(
    pairs: Sequence[JudgedPair], request: AgreementRequest
) -> tuple[IdfSource, str | None]:
    try:
        split = load_split(request.dataset or STANDARD_DATASET, request.data_root, artifacts())
        matches = match_clips(pairs, split.references)
        if unknown := [clip for clip, clip_id in matches.items() if clip_id is None]:
            raise DataError(
                f"{split.label} has no clip with the references of {len(unknown)} of the "
                f"{len(matches)} clips in {request.human.name}: {listed(unknown)}."
            )
    except DataError as error:
        if request.dataset is not None:
            raise
        return IdfSource(request.human.name, references_by_clip(pairs)), str(error)
    label = split.label.identify(hash_captions(split.references))
    return IdfSource(label, split.references), None


def _count(pairs: Sequence[JudgedPair]) -> dict[str, int]:
    """Count pairs by category; of those beyond FENSE's, only where there are some."""
    counts = Counter(pair.category for pair in pairs)
    names = [name for name in ALL_CATEGORIES if name in CATEGORIES or counts[name]]
    return {**{name: counts[name] for name in names}, TOTAL: len(pairs)}

"""``score``: captions that a program holds, scored as ``bench score`` scores files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmark.api.datasets import Dataset
from benchmark.api.given import Captions, References, gather, gather_metrics
from benchmark.api.results import Result
from benchmark.contract import Split
from benchmark.metrics.suite import MetricModels
from benchmark.plugins.called_files import calling_files
from benchmark.runs.given import score_given, score_in_memory


def score(
    captions: Captions | Mapping[str, Captions],
    references: References | Split | Dataset | str,
    *,
    metrics: str | Iterable[str] = "all",
    allow_missing: bool = False,
    out: str | Path | None = None,
    data_root: str | Path | None = None,
    models: MetricModels | None = None,
) -> Result:
    """Score captions against references.

    ``score({"a.wav": "a dog barks"}, {"a.wav": ["a dog barks at a gate"], ...})``

    Args:
        captions: clip id to caption, ids matched by the rules of ``datasets.clip_ids``; or a list
            of captions, whose order is that of a list of references; or the ``Path`` of a file, in
            any form that ``bench score`` reads; or several systems, by name, of one of these.
        references: clip id to its captions; or a list of lists; or the ``Path`` of a file; or a
            split, or the name of one (``"clotho:evaluation"``). CIDEr-D takes its IDF from all.
        metrics: keys of metrics and names of sets, as ``--metrics`` takes them: ``"lexical"``,
            ``["cider_d", "fense"]``, ``"./my_metric.py"``. One that cannot run here has its
            reason, and takes no other along.
        allow_missing: score systems that have captions of some of the clips only, and say so.
        out: folder to keep it in as a run; else it lies in memory, until ``Result.save``.
        data_root: the folder that holds the data sets; else BENCH_DATA, else the platform's.
        models: what metrics stand on, and on which device; else the field's standard.

    Raises:
        UsageError: what was given cannot be meant.
        DataError: captions and references do not fit each other.
        UnknownNameError: no such metric or data set; names the nearest.
        RunError: the folder holds a run.
        MachineError: Java is missing or died, so that nothing can be tokenised.
    """
    with calling_files():
        keys = gather_metrics(metrics)
        given = gather(captions, references, allow_missing=allow_missing, data_root=data_root)
        using = models or MetricModels()
        if out is None:
            return Result(score_in_memory(given.rows, given.split, keys, using))
        return Result(score_given(given.rows, given.split, Path(out), keys, using))

"""From a finished run to files in the form that was asked for."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args
from urllib.parse import quote

from benchmark.errors import UsageError, listed
from benchmark.files import spell_json, write_rows, write_text
from benchmark.leaderboard.exports.every_eval_ever import evaluation_record, record_path
from benchmark.leaderboard.exports.facts import (
    Figure,
    Provenance,
    figures_of,
    stand_in_run,
    tell_lacking,
)
from benchmark.leaderboard.exports.hub import eval_results, model_index
from benchmark.leaderboard.exports.naming import Naming
from benchmark.leaderboard.exports.submissions import HEADER, about, submission_rows
from benchmark.leaderboard.ranking import FALLBACK, USUAL
from benchmark.metrics.catalogue import select_metrics
from benchmark.runs.aac_metrics_files import files_of, write_aac_metrics_files
from benchmark.runs.reading import read_run
from benchmark.runs.record import RunRecord, SystemRecord

Form = Literal["every-eval-ever", "model-index", "eval-results", "dcase", "aac-metrics"]
FORMS: tuple[Form, ...] = get_args(Form)
OF_CAPTIONS: tuple[Form, ...] = ("dcase", "aac-metrics")
"""Forms that hold captions."""

_SAYING_TIERS: tuple[Form, ...] = ("every-eval-ever", *OF_CAPTIONS)
"""Forms that hold all of a run's systems; of one model's card or task the table is no part."""

_MOST_OF_A_STEM = 150


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What was asked for.

    Attributes:
        run: its folder, or a baseline's file.
        form: to write it in.
        out: the folder to write into.
        system_names: none is all but floors and ceilings.
        metrics: keys, or names of sets; none is all that have a value.
        naming: what only the user knows.
        trust_edited: go on with a run that was edited since it was sealed; the files say so.
    """

    run: Path
    form: Form
    out: Path
    system_names: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    naming: Naming = field(default_factory=Naming)
    trust_edited: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """What was written.

    Attributes:
        paths: the files.
        warnings: what must be known of them, in sentences.
    """

    paths: tuple[Path, ...]
    warnings: tuple[str, ...]


def export_run(request: ExportRequest) -> Export:
    """Write a finished run's results in one form; files of the same names are replaced.

    Raises:
        RunError: there is no finished run, it was edited, or a caption that the form must have is
            missing.
        UsageError: something was asked for that the run or the form has not, or that is not known.
        MachineError: the folder cannot be written.
    """
    request.naming.require_meant()
    record = read_run(request.run, trust_edited=request.trust_edited)
    if request.form in OF_CAPTIONS:
        record.require_captions()
    # The run may describe metrics of plugins that are not here.
    request = dataclasses.replace(request, metrics=select_metrics(request.metrics))
    systems = _choose(record, request)
    stands = stand_in_run(record) if request.form in _SAYING_TIERS else {}
    provenances = [Provenance(record, each, stands.get(each.name)) for each in systems]
    # Everything is spelt before the first file is written.
    writers = [each for source in provenances for each in _WAYS[request.form](source, request)]
    for write in writers:
        write()
    return Export(
        tuple(dict.fromkeys(path for write in writers for path in write.paths)),
        tuple(_warnings(record, systems, request)),
    )


@dataclass(frozen=True, slots=True)
class _Write:
    """Something to write, once all else is known to be fine."""

    paths: tuple[Path, ...]
    work: Callable[[], object]

    def __call__(self) -> None:
        self.work()


def _text(path: Path, text: str) -> _Write:
    return _Write((path,), lambda: write_text(path, text))


def _choose(record: RunRecord, request: ExportRequest) -> list[SystemRecord]:
    if request.system_names:
        systems = [record.system(name) for name in dict.fromkeys(request.system_names)]
    else:
        systems = [each for each in record.systems.values() if each.planned.kind == "system"]
    if not systems:
        raise UsageError(
            f"{record.path} holds floors and ceilings alone; name one with --system to export it."
        )
    is_of_one = request.form == "eval-results" or request.naming.model_id is not None
    if is_of_one and len(systems) > 1:
        names = listed([system.name for system in systems])
        raise UsageError(
            f"one model's {request.form} are of one system, and {record.path} holds "
            f"{len(systems)}. Name it with --system: {names}."
        )
    return systems


def _write_evaluation(provenance: Provenance, request: ExportRequest) -> Iterator[_Write]:
    figures = figures_of(provenance.system, request.metrics)
    content = evaluation_record(provenance, figures, request.naming)
    path = request.out / record_path(provenance, request.naming)
    yield _text(path, spell_json(content, indent=2))


def _write_model_index(provenance: Provenance, request: ExportRequest) -> Iterator[_Write]:
    figures = figures_of(provenance.system, request.metrics)
    content = {"model-index": model_index(provenance, figures, request.naming)}
    path = request.out / f"{_stem(provenance.system.name)}.md"
    yield _text(path, f"---\n{spell_yaml(content)}---")


def _write_eval_results(provenance: Provenance, request: ExportRequest) -> Iterator[_Write]:
    figure = _one_figure(provenance.system, request.metrics)
    entries = eval_results(provenance, figure, request.naming)
    benchmark = provenance.system.plan.references_name.replace(":", "-")
    name = _stem(f"{benchmark}-{figure.metric.key}")
    yield _text(request.out / ".eval_results" / f"{name}.yaml", spell_yaml(entries))


def _write_submission(provenance: Provenance, request: ExportRequest) -> Iterator[_Write]:
    rows, stem = submission_rows(provenance.system), _stem(provenance.system.name)
    path = request.out / f"{stem}.csv"
    yield _Write((path,), lambda: write_rows(path, HEADER, rows))
    yield _write_about(provenance, request)


def _write_aac_metrics(provenance: Provenance, request: ExportRequest) -> Iterator[_Write]:
    system = provenance.system
    if system.planned.leave_one_out:
        raise UsageError(
            f"{system.title} is scored leave-one-out, which aac-metrics' files cannot hold. Name "
            "another system with --system."
        )
    paths = files_of(system.name, request.out)
    yield _Write(paths, lambda: write_aac_metrics_files(provenance.run, request.out, [system.name]))
    yield _write_about(provenance, request)


def _write_about(provenance: Provenance, request: ExportRequest) -> _Write:
    content = about(provenance, figures_of(provenance.system, request.metrics))
    return _text(request.out / f"{_stem(provenance.system.name)}.about.yaml", spell_yaml(content))


_Way = Callable[[Provenance, ExportRequest], Iterator[_Write]]
_WAYS: Mapping[Form, _Way] = MappingProxyType(
    {
        "every-eval-ever": _write_evaluation,
        "model-index": _write_model_index,
        "eval-results": _write_eval_results,
        "dcase": _write_submission,
        "aac-metrics": _write_aac_metrics,
    }
)


def _one_figure(system: SystemRecord, keys: Sequence[str]) -> Figure:
    """Take the one metric that was asked for, else the one that tables rank by."""
    if len(keys) > 1:
        raise UsageError(
            "eval-results hold one value a task; name one metric with --metrics, and call it again "
            "with another --hub-task for the next."
        )
    usual = USUAL if system.value(USUAL) is not None else FALLBACK
    return figures_of(system, keys or (usual,))[0]


def _warnings(
    record: RunRecord, systems: Sequence[SystemRecord], request: ExportRequest
) -> Iterator[str]:
    if caveat := record.describe_integrity():
        yield caveat
    for system in systems:
        if lacking := tell_lacking(system, request.metrics):
            yield f"{system.title} has {'; '.join(lacking)}."
        if system.sealed.flaws:
            yield f"{system.title_with_flaws}: its file says so beside every number."
    if request.form == "every-eval-ever" and request.naming.model_id is None:
        yield (
            "nobody said what the model is called on the hub; Every Eval Ever files records by "
            "ORG/NAME, which --model-id gives."
        )


def spell_yaml(content: object) -> str:
    """Spell what JSON can hold as YAML, in ASCII: what steers a terminal or a text is escaped."""
    import yaml

    text = yaml.safe_dump(content, sort_keys=False, width=float("inf"))
    assert isinstance(text, str)
    return text


def _stem(name: str) -> str:
    """Spell a system's name as a file's; of a long one the end is its hash."""
    stem = quote(name, safe=" ")
    if len(stem) <= _MOST_OF_A_STEM:
        return stem
    return f"{stem[:_MOST_OF_A_STEM]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"

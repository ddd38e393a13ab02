"""The system ``captions``: captions that were made elsewhere, as a row of a run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from benchmark.contract import (
    API_VERSION,
    Captioner,
    Clip,
    EvaluatedClips,
    Fact,
    Kind,
    Need,
    Resources,
    Split,
    SystemSpec,
)
from benchmark.datasets.forms.columns import ColumnChoice
from benchmark.datasets.forms.reading import read_captions
from benchmark.errors import DataError, UsageError, listed
from benchmark.files import read_json, sha256_of
from benchmark.machine.typed_json import read_as
from benchmark.plugins.hookspecs import hookimpl
from benchmark.runs.predictions import match_captions
from benchmark.systems.disclosure import read_trained_on

BENCH_API = API_VERSION
_ABOUT = ".about.json"
_TOLD = ("kind", "is_retrieval", "trained_on", "facts")


@hookimpl
def bench_systems() -> Iterable[SystemSpec]:
    yield SystemSpec(
        "captions",
        "captions that were made elsewhere, from a file of any usual form",
        _prepare,
        options=CaptionsOptions,
        needs_audio=False,
        is_timed=False,
        variant=_vary,
        weights=_list_files,
        needs=_list_needs,
    )


@dataclass(frozen=True, slots=True)
class CaptionsOptions:
    """Which captions, and what is to be known of them.

    Attributes:
        file: csv, tsv, json, jsonl, parquet or arrow, as ``bench score`` reads them.
        kind: what stands in the table; none: as the file beside says, else system.
        is_retrieval: whether they copy training captions; none: as the file beside says, else
            false.
        trained_on: data sets that what made them has seen, separated by blanks, or the word
            nothing; none: as the file beside says, else nobody knows.
        about: a JSON file that says kind, is_retrieval, trained_on and facts; none: the one beside
            the captions that is called as they are and ends in .about.json, if it is there.
        id_column: of the clips' ids; none: known by its name.
        caption_column: of the captions; none: known by its name.
        encoding: of the file; none: UTF-8.
    """

    file: str = ""
    kind: Literal["system", "floor", "ceiling"] | None = None
    is_retrieval: bool | None = None
    trained_on: str | None = None
    about: str | None = None
    id_column: str | None = None
    caption_column: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What is declared of captions, where they lie.

    Attributes:
        kind: floors and ceilings frame the ranked rows.
        is_retrieval: they are copies of training captions.
        trained_on: data sets that what made them has seen; None where nobody says.
        facts: what people should know of how they were made.
    """

    kind: Kind = "system"
    is_retrieval: bool = False
    trained_on: tuple[str, ...] | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GivenCaptioner:
    """Looks captions up by their clip."""

    captions: Mapping[str, str]
    trained_on: tuple[str, ...] | None
    facts: Mapping[str, Fact]

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        missing = [clip.clip_id for clip in clips if clip.clip_id not in self.captions]
        if missing:
            raise DataError(f"the file has no caption of {listed(missing)}.")
        return [self.captions[clip.clip_id] for clip in clips]


def read_about(options: CaptionsOptions) -> About:
    """Read what is declared of captions; what an option says counts.

    Raises:
        DataError: the file that says it says more than that.
        RunError: it cannot be read, or says something of another type.
    """
    about = About()
    if path := _about_path(options):
        about = _parse_about(path)
    trained_on = read_trained_on(options.trained_on)
    if trained_on is not None:
        about = dataclasses.replace(about, trained_on=trained_on)
    if options.kind is not None:
        about = dataclasses.replace(about, kind=options.kind)
    if options.is_retrieval is not None:
        about = dataclasses.replace(about, is_retrieval=options.is_retrieval)
    return about


def _vary(spec: SystemSpec, options: CaptionsOptions) -> SystemSpec:
    about = read_about(options)
    return dataclasses.replace(spec, kind=about.kind, is_retrieval=about.is_retrieval)


def _prepare(resources: Resources, options: CaptionsOptions) -> Captioner:
    about, path = read_about(options), _path_of(options)
    captions, n_others = _match(resources.evaluated, options)
    told: dict[str, Fact] = {"file": path.name, "sha256": sha256_of(path)[:12]}
    if n_others:
        told["captions of other clips"] = n_others
    return GivenCaptioner(captions, about.trained_on, {**told, **about.facts})


def _list_needs(resources: Resources, options: CaptionsOptions) -> Iterable[Need]:
    def look() -> None:
        _match(resources.evaluated, options)

    return [Need(look)]


def _list_files(options: CaptionsOptions, dataset: str) -> Iterator[Path]:
    yield _path_of(options)
    if path := _about_path(options):
        yield path


def _match(
    evaluated: EvaluatedClips | None, options: CaptionsOptions
) -> tuple[Mapping[str, str], int]:
    """Read the captions of the clips that are asked for; count those of others.

    Raises:
        DataError: the file cannot be read, or does not fit the split.
        MachineError: it needs pyarrow, which is not installed.
        UsageError: there is no such file.
    """
    choice = ColumnChoice(options.id_column, options.caption_column)
    path = _path_of(options)
    captions = read_captions(path, choice, encoding=options.encoding).captions
    if evaluated is None:
        return captions, 0
    split = _split_of(evaluated)
    cure = "To caption only the clips that a run has, say --clips-of RUN."
    found = match_captions(
        captions, split, str(path), among=evaluated.clip_ids, cure_of_missing=cure
    )
    return found.captions, len(captions) - len(found.captions)


def _split_of(evaluated: EvaluatedClips) -> Split:
    """Make a split of ids alone, by which others' spellings of them are found."""

    def read_no_clip(clip_id: str, sample_rate_hz: int) -> Clip:
        raise DataError(f"the sound of {clip_id!r} is not here; expected its id alone.")

    spellings, label = evaluated.spellings, evaluated.label
    references = dict.fromkeys(spellings.values(), ("",))
    aliases = {text: clip_id for text, clip_id in spellings.items() if text != clip_id}
    return Split(label.dataset, label.split, references, frozenset(), read_no_clip, aliases)


def _path_of(options: CaptionsOptions) -> Path:
    if not options.file:
        raise UsageError(
            "no file was named; expected one of captions, as captions[file=theirs.csv]."
        )
    path = Path(options.file).expanduser()
    if not path.is_file():
        raise UsageError(f"there is no file {options.file!r}; expected one of captions.")
    return path


def _about_path(options: CaptionsOptions) -> Path | None:
    if options.about is not None:
        return Path(options.about).expanduser()
    beside = Path(f"{options.file}{_ABOUT}").expanduser()
    return beside if options.file and beside.is_file() else None


def _parse_about(path: Path) -> About:
    """Read what stands beside captions.

    Raises:
        DataError: it says something else.
    """
    said = read_json(path)
    if unknown := sorted(said.keys() - {*_TOLD}):
        raise DataError(
            f"{path} holds {listed(unknown)}; expected no more than {', '.join(_TOLD)}."
        )
    return read_as(About, said, path)

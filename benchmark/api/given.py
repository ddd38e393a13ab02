"""Captions and references as programs hold them: mappings, lists and paths, never guessed at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeGuard

from benchmark.api.datasets import Dataset, load_dataset
from benchmark.contract import FOLDER, Split
from benchmark.datasets.forms.reading import read_captions, read_references
from benchmark.datasets.references import split_of_references
from benchmark.errors import DataError, UsageError, quoted, shown
from benchmark.files import sha256_of
from benchmark.machine.notes import tell
from benchmark.metrics.catalogue import select_metrics
from benchmark.plugins.called_files import take_metrics
from benchmark.runs.given import GivenCaptions, give_captions
from benchmark.runs.row_names import require_row_name

Captions = Mapping[str, str] | Sequence[str] | Path
"""Of one system: clip id to caption, a list in the order of the references, or a file."""
References = Mapping[str, Sequence[str]] | Sequence[Sequence[str]] | Path
"""Clip id to all that people wrote for the clip, a list of such lists, or a file.

A text in the place of a list is the clip's only reference.
"""

ONE_SYSTEM = "captions"
"""The row of a system that was given without a name."""
_CAPTIONS = (
    "Expected {clip id: caption}, a list of captions, a Path of a file, or {system: one of these}; "
    "a pandas Series becomes one with .to_dict() or .tolist()."
)
_REFERENCES = (
    "Expected {clip id: [caption, ...]}, a list of lists, a Path of a file, a Split, or a data "
    "set's name, such as 'clotho:evaluation'."
)
_TOGETHER = (
    "Captions in a list go with references in a list, in the same order; captions by clip id go "
    "with all others."
)

_Texts = Mapping[str, str] | Sequence[str] | Path


class ToScore(NamedTuple):
    """Rows of captions, and the split that they are held against."""

    rows: list[GivenCaptions]
    split: Split


def gather_metrics(metrics: str | Iterable[str]) -> tuple[str, ...]:
    """Resolve keys of metrics, names of sets and paths of files that bring some.

    They come one by one or comma-separated as in a command. Files are plugins from here on, to the
    end of the ``calling_files`` around it.

    Raises:
        UnknownNameError: one is neither.
        UsageError: there is none.
    """
    names = metrics.split(",") if isinstance(metrics, str) else metrics
    keys = select_metrics(take_metrics(name.strip() for name in names))
    if not keys:
        raise UsageError("metrics is empty; expected some, such as 'lexical' or ['cider_d'].")
    return keys


def gather(
    captions: Captions | Mapping[str, Captions],
    references: References | Split | Dataset | str,
    *,
    allow_missing: bool = False,
    data_root: str | Path | None = None,
) -> ToScore:
    """Bring captions and references into one form; of files a line says what was recognised.

    Args:
        captions: of one system, or of several by name.
        references: of the clips.
        allow_missing: take systems that have captions of some of the clips only.
        data_root: see ``load_dataset``.

    Raises:
        UsageError: what was given is no captions or no references, or only one of them is a list.
        DataError: their ids or numbers do not fit, one is no text, or a reference has no word.
        UnknownNameError: there is no data set of that name.
    """
    systems = _part_systems(captions)
    if _is_list(references):
        split = split_of_references(_number(references))
        listed = {name: _in_order(name, texts, split) for name, texts in systems.items()}
        return ToScore([give_captions(name, texts, split) for name, texts in listed.items()], split)
    split = _find_split(references, data_root)
    rows = [
        _give(name, texts, split, allow_missing=allow_missing) for name, texts in systems.items()
    ]
    return ToScore(rows, split)


def _part_systems(given: object) -> dict[str, _Texts]:
    """Tell captions of one system from those of several by what stands inside."""
    if isinstance(given, Path):
        return {given.stem: given}
    if not isinstance(given, Mapping) or not any(map(_holds_texts, given.values())):
        return {ONE_SYSTEM: _require_texts(given, ONE_SYSTEM)}
    systems = {}
    for name, texts in given.items():
        if not isinstance(name, str):
            raise UsageError(f"a system is named {shown(name)}; expected a string. {_CAPTIONS}")
        require_row_name(name, "a system's name", "Give it another.")
        systems[name] = _require_texts(texts, name)
    return systems


def _require_texts(texts: object, name: str) -> _Texts:
    if not _holds_texts(texts):
        raise UsageError(f"captions of {quoted(name)}: found {shown(texts)}. {_CAPTIONS}")
    if not isinstance(texts, Path) and not texts:
        raise DataError(f"captions of {quoted(name)}: there are none; expected at least one.")
    return texts


def _give(name: str, texts: _Texts, split: Split, *, allow_missing: bool) -> GivenCaptions:
    """Match one system's captions, and say what was recognised where it was not to the letter."""
    if isinstance(texts, Path):
        file = read_captions(texts)
        row = give_captions(
            name,
            file.captions,
            split,
            allow_missing=allow_missing,
            source=str(texts),
            version=sha256_of(texts),
        )
        tell(file.recognised + row.describe_rules())
        return row
    if not isinstance(texts, Mapping):
        raise UsageError(
            f"captions of {quoted(name)} are a list, the references are by clip id. {_TOGETHER}"
        )
    row = give_captions(name, texts, split, allow_missing=allow_missing, source=quoted(name))
    if how := row.describe_rules():
        tell(f"{name}{how}")
    return row


def _in_order(name: str, texts: _Texts, split: Split) -> Mapping[str, str]:
    if isinstance(texts, Mapping | Path):
        raise UsageError(
            f"captions of {quoted(name)} are by clip id, the references are a list. {_TOGETHER}"
        )
    if len(texts) != len(split.references):
        raise DataError(
            f"captions of {quoted(name)}: {len(texts):,}, and there are references of "
            f"{len(split.references):,} clips; expected as many, in the same order."
        )
    return dict(zip(split.references, texts, strict=True))


def _find_split(references: object, data_root: str | Path | None) -> Split:
    if isinstance(references, str):
        return load_dataset(references, data_root=data_root).split
    if isinstance(references, Path):
        file = read_references(references)
        tell(file.recognised)
        dataset, source = f"{FOLDER}:{file.path}", str(file.path)
        return split_of_references(file.references, dataset=dataset, source=source)
    if isinstance(references, Dataset):
        return references.split
    if isinstance(references, Split):
        return references
    if not isinstance(references, Mapping):
        raise UsageError(f"the references are {shown(references)}. {_REFERENCES}")
    return split_of_references(references)


def _number(references: Sequence[Sequence[str]]) -> dict[str, Sequence[str]]:
    """Give clips that stand in a list ids whose order is the list's."""
    width = len(str(len(references) - 1))
    return {f"{at:0{width}}": texts for at, texts in enumerate(references)}


def _holds_texts(value: object) -> TypeGuard[_Texts]:
    """Tell what may be one system's captions; what is in it is looked at later."""
    return isinstance(value, Mapping | Path) or _is_list(value)


def _is_list(value: object) -> TypeGuard[Sequence[Sequence[str]]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)

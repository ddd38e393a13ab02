"""The check that authors of data sets call."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmark.artifacts import Artifacts
from benchmark.contract import DatasetSpec, SplitLabel
from benchmark.errors import DataError, UnknownNameError, describe
from benchmark.files import scratch_folder
from benchmark.machine.places import data_root
from benchmark.testing.dataset_rules import SPLIT_RULES, load_split
from benchmark.testing.declaration import examine_declaration
from benchmark.testing.findings import (
    BrokenRuleError,
    Finding,
    finding_of,
    raise_findings,
    require_rules,
)
from benchmark.testing.record import examine_record
from benchmark.testing.settings import Settings
from benchmark.testing.watching import look_at, watched

RULES = frozenset(SPLIT_RULES) | {
    *("record", "import", "network", "cheap", "missing", "splits", "unknown-split"),
    *("output", "settings", "left-open"),
}
"""All rules of a data set, by name."""
_NO_SPLIT = "no-such-split"


def check_dataset(
    spec: DatasetSpec,
    root: str | Path | None = None,
    splits: Sequence[str] | None = None,
    *,
    skip: Collection[str] = (),
) -> None:
    """Load splits as commands would, and tell every rule of the contract that is broken.

    Its record is checked; the plugin is imported in a process of its own without network; each
    split is loaded twice, its ids, captions and hashes are looked at, and a few sounds are read;
    and it is loaded from a folder where nothing lies. Meanwhile it is watched as a captioner is.

    Args:
        spec: what the plugin's hook yields.
        root: where its files lie, such as a small folder of the tests; None: where those of
            commands do.
        splits: those to try; None: all.
        skip: names of rules that are not held against it.

    Raises:
        ConformanceError: an ``AssertionError`` whose message lists what was found, what was
            expected and how to mend it, rule by rule.
        ValueError: no rule has a name of ``skip``.
    """
    require_rules(skip, RULES)
    with scratch_folder("bench-plugin") as folder:
        found = _examine(spec, Path(root or data_root()), splits, folder)
        findings = [finding for finding in found if finding.rule not in skip]
    raise_findings(str(getattr(spec, "name", spec)), findings)


def _examine(
    spec: DatasetSpec, root: Path, splits: Sequence[str] | None, folder: Path
) -> Iterator[Finding]:
    flaws = list(examine_record("dataset", spec))
    flaws += [Finding("record", told) for told in _flaws_of_record(spec)] if not flaws else []
    yield from flaws
    if flaws:
        return
    yield from examine_declaration("dataset", spec.name, spec.load)
    names = spec.splits if splits is None else tuple(splits)
    yield from watched(partial(_examine_at_work, spec, root, names, folder))


def _flaws_of_record(spec: DatasetSpec) -> Iterator[str]:
    if not spec.summary.strip() or "\n" in spec.summary:
        yield f"summary is {spec.summary!r}; expected one line of text."
    if not spec.licence.strip():
        yield "it tells no licence; expected what may be done with it, or that nobody says."
    if not spec.how_to_get.strip():
        yield "how_to_get is empty; expected words that say where its files are to be had."
    for what in ("train_split", "validation_split"):
        split = getattr(spec, what)
        if split and split not in spec.splits:
            yield f"{what} is {split!r}; expected one of {', '.join(spec.splits)}, or nothing."


def _examine_at_work(
    spec: DatasetSpec, root: Path, names: Sequence[str], folder: Path, settings: Settings
) -> Iterator[Finding]:
    artifacts = Artifacts(folder / "artifacts")
    yield from _try_nothing(spec, folder, names[0] if names else spec.default_split)
    yield from _try_no_split(spec, root, artifacts)
    for name in names:
        try:
            split = load_split(spec, name, root, artifacts)
        except BrokenRuleError as broken:
            yield finding_of("splits", broken)
            continue
        again = partial(load_split, spec, name, root, artifacts)
        for rule_name, rule in SPLIT_RULES.items():
            try:
                rule(spec, split, again)
            except BrokenRuleError as broken:
                yield finding_of(rule_name, broken)
    yield from look_at(settings, "load()")


def _try_nothing(spec: DatasetSpec, folder: Path, split: str) -> Iterator[Finding]:
    """Load it where no files are: it says so in words, unless it needs none."""
    empty = folder / "nothing"
    empty.mkdir()
    label = SplitLabel(spec.name, split)
    try:
        spec.load(label, empty, Artifacts(folder / "nothing-built"))
    except DataError:
        return
    except (Exception, SystemExit) as error:
        yield Finding(
            "missing",
            f"without its files load() raises {describe(error)}; expected a DataError that says "
            "which file lacks and how to get it.",
            error,
        )


def _try_no_split(spec: DatasetSpec, root: Path, artifacts: Artifacts) -> Iterator[Finding]:
    try:
        spec.load(SplitLabel(spec.name, _NO_SPLIT), root, artifacts)
    except UnknownNameError:
        return
    except (Exception, SystemExit) as error:
        told = f"load() raises {describe(error)}"
    else:
        told = "load() gives one"
    yield Finding(
        "unknown-split",
        f"asked for the split {_NO_SPLIT!r} {told}; expected UnknownNameError('split', name, "
        "splits).",
    )

"""The check that authors call: every rule of the contract, and all that is broken at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

from benchmark.contract import Resources, SystemSpec
from benchmark.errors import PluginError
from benchmark.files import scratch_folder
from benchmark.systems.calling import sample_rate_of
from benchmark.systems.lending import ClipFiles, lent_scratch
from benchmark.testing.behaviour import Rule, closes, first_rules, rules_for
from benchmark.testing.chance import read_chance
from benchmark.testing.declaration import examine_declaration
from benchmark.testing.examples import (
    example_clips,
    example_references,
    example_resources,
    example_train,
    example_validation,
)
from benchmark.testing.findings import (
    BrokenRuleError,
    Finding,
    finding_of,
    raise_findings,
    require_rules,
)
from benchmark.testing.record import examine_spec
from benchmark.testing.settings import Settings
from benchmark.testing.trial import Trial, prepare
from benchmark.testing.watching import look_at, watched

RULES = frozenset(
    {
        *("record", "options", "import", "network", "cheap", "prepare", "disclosure", "captions"),
        *("repetition", "empty", "constant", "placeholders", "order", "batching", "profile"),
        *("explanations", "one-sample", "short", "long", "silent", "full-scale", "text-only"),
        *("embedded", "output", "chance", "artifacts", "seed", "closing", "settings", "left-open"),
    }
)
"""All rules of a captioner, by name."""


def check_captioner(
    spec: SystemSpec,
    resources: Resources | None = None,
    options: Any = None,
    *,
    skip: Collection[str] = (),
) -> None:
    """Try a system as a run would, and tell every rule of the contract that it breaks.

    The record is checked as the registry does; the plugin is imported in a process of its own
    without network; the system is prepared twice more, once from the artifacts it built and once
    without them; and it captions sounds of the soundscapes in several orders and batches, one
    sample, 10 ms, silence, full scale and 60 s. Meanwhile it is watched: what it prints, which
    settings of the process it changes, what it leaves open.

    Args:
        spec: what the plugin's hook yields.
        resources: device, seed, artifacts and training split; the rest is filled in as a run
            does. None: ``example_resources`` in a temporary folder.
        options: of ``spec.options``; None: its defaults. Name settings that train for seconds.
        skip: names of rules that are not held against it, such as ``"constant"`` for a toy whose
            weights are not trained.

    Raises:
        ConformanceError: an ``AssertionError`` whose message lists what was found, what was
            expected and how to mend it, rule by rule.
        ValueError: no rule has a name of ``skip``.
    """
    require_rules(skip, RULES)
    with scratch_folder("bench-plugin") as folder:
        found = _examine(spec, resources or example_resources(folder), options)
        findings = [finding for finding in found if finding.rule not in skip]
    raise_findings(str(getattr(spec, "name", spec)), findings)


def _examine(spec: SystemSpec, resources: Resources, options: Any) -> Iterator[Finding]:
    """Give findings; what cannot be meant without an earlier rule is not tried."""
    flaws = list(examine_spec(spec))
    yield from flaws
    if flaws:
        return
    yield from examine_declaration("system", spec.name, spec.prepare)
    try:
        options = _choose_options(spec, options)
    except BrokenRuleError as broken:
        yield finding_of("prepare", broken)
        return
    yield from watched(partial(_examine_at_work, spec, resources, options))


def _examine_at_work(
    spec: SystemSpec, resources: Resources, options: Any, settings: Settings
) -> Iterator[Finding]:
    given = _as_a_run_gives(spec, resources)
    with lent_scratch(given) as lent, lent_scratch(given) as apart:
        try:
            captioner = prepare(spec, lent, options)
        except BrokenRuleError as broken:
            yield finding_of("prepare", broken)
            return
        chance = read_chance()
        yield from look_at(settings, "prepare()")
        try:
            clips = example_clips(sample_rate_of(captioner, spec))
        except PluginError as error:
            yield Finding("disclosure", str(error))
            return
        files = ClipFiles(apart.scratch) if spec.needs_file else None
        trial = Trial(spec, lent, options, captioner, clips, files, chance)
        yield from _examine_captions(trial)
        yield from look_at(settings, "caption(), or another prepare() and close(),")
        yield from _try_rule(trial, "closing", closes)
        yield from look_at(settings, "close()")


def _examine_captions(trial: Trial) -> Iterator[Finding]:
    for name, rule in first_rules():
        if flaws := _try_rule(trial, name, rule):
            yield from flaws
            return
    for name, rule in rules_for(trial):
        yield from _try_rule(trial, name, rule)


def _try_rule(trial: Trial, name: str, rule: Rule) -> list[Finding]:
    try:
        rule(trial)
    except BrokenRuleError as broken:
        return [finding_of(name, broken)]
    return []


def _choose_options(spec: SystemSpec, options: Any) -> Any:
    if options is None:
        return None if spec.options is None else spec.options()
    if spec.options is None or not isinstance(options, spec.options):
        expected = "None" if spec.options is None else spec.options.__name__
        raise BrokenRuleError(f"options are {options!r}; expected {expected}, as declared.")
    return options


def _as_a_run_gives(spec: SystemSpec, resources: Resources) -> Resources:
    """Give training data to those that need it, references to ceilings, and to no others."""
    references = None
    if spec.kind == "ceiling":
        references = {**(resources.references or {}), **example_references()}
    train = (resources.train or example_train()) if spec.needs_train else None
    validation = None
    if spec.uses_validation:
        validation = resources.validation or example_validation()
    return dataclasses.replace(resources, train=train, validation=validation, references=references)

"""The check that authors call: every rule of the contract, and all that is broken at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from benchmark.contract import Captioner, Resources, SystemSpec
from benchmark.errors import PluginError
from benchmark.files import scratch_folder
from benchmark.systems.calling import sample_rate_of
from benchmark.systems.lending import ClipFiles, lent_scratch
from benchmark.testing.behaviour import Rule, closes, first_rules, rules_for
from benchmark.testing.declaration import examine_declaration
from benchmark.testing.examples import (
    example_clips,
    example_references,
    example_resources,
    example_train,
    example_validation,
)
from benchmark.testing.findings import BrokenRuleError, ConformanceError, Finding
from benchmark.testing.record import examine_spec
from benchmark.testing.trial import Trial, prepare


def check_captioner(
    spec: SystemSpec, resources: Resources | None = None, options: Any = None
) -> None:
    """Try a system as a run would, and tell every rule of the contract that it breaks.

    The record is checked as the registry does; the plugin is imported in a process of its own
    without network; the system is prepared twice more, once from the artifacts it built and once
    without them; and it captions sounds of the soundscapes in several orders and batches, one
    sample, 10 ms, silence, full scale and 60 s.

    Args:
        spec: what the plugin's hook yields.
        resources: device, seed, artifacts and training split; the rest is filled in as a run
            does. None: ``example_resources`` in a temporary folder.
        options: of ``spec.options``; None: its defaults. Name settings that train for seconds.

    Raises:
        ConformanceError: an ``AssertionError`` whose message lists what was found and what was
            expected, rule by rule.
    """
    with scratch_folder("bench-plugin") as folder:
        findings = list(_examine(spec, resources or example_resources(folder), options))
    if findings:
        cause = next((finding.cause for finding in findings if finding.cause), None)
        raise ConformanceError(str(getattr(spec, "name", spec)), findings) from cause


def _examine(spec: SystemSpec, resources: Resources, options: Any) -> Iterator[Finding]:
    """Give findings; what cannot be meant without an earlier rule is not tried."""
    flaws = list(examine_spec(spec))
    yield from flaws
    if flaws:
        return
    yield from examine_declaration(spec)
    try:
        options = _choose_options(spec, options)
    except BrokenRuleError as broken:
        yield _finding("prepare", broken)
        return
    given = _as_a_run_gives(spec, resources)
    with lent_scratch(given) as lent, lent_scratch(given) as apart:
        try:
            captioner = prepare(spec, lent, options)
        except BrokenRuleError as broken:
            yield _finding("prepare", broken)
            return
        files = ClipFiles(apart.scratch) if spec.needs_file else None
        yield from _examine_captioner(spec, lent, options, captioner, files)


def _examine_captioner(
    spec: SystemSpec,
    resources: Resources,
    options: Any,
    captioner: Captioner,
    files: ClipFiles | None,
) -> Iterator[Finding]:
    try:
        clips = example_clips(sample_rate_of(captioner, spec))
    except PluginError as error:
        yield Finding("disclosure", str(error))
        return
    trial = Trial(spec, resources, options, captioner, clips, files)
    for name, rule in first_rules():
        if flaws := _try_rule(trial, name, rule):
            yield from flaws
            yield from _try_rule(trial, "closing", closes)
            return
    for name, rule in rules_for(trial):
        yield from _try_rule(trial, name, rule)


def _try_rule(trial: Trial, name: str, rule: Rule) -> list[Finding]:
    try:
        rule(trial)
    except BrokenRuleError as broken:
        return [_finding(name, broken)]
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


def _finding(rule: str, broken: BrokenRuleError) -> Finding:
    return Finding(rule, str(broken), broken.__cause__)

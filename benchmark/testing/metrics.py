"""The check that authors of metrics call."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from benchmark.contract.metrics import Engine, MetricModels, MetricResources
from benchmark.errors import PluginError, describe
from benchmark.metrics.jvm.text_java import TextJava
from benchmark.testing.declaration import examine_declaration
from benchmark.testing.findings import (
    BrokenRuleError,
    Finding,
    finding_of,
    raise_findings,
    require_rules,
)
from benchmark.testing.metric_rules import RULES as RULES_AT_WORK
from benchmark.testing.metric_rules import first_rules, rules_for
from benchmark.testing.metric_trial import MetricTrial
from benchmark.testing.record import examine_engine
from benchmark.testing.settings import Settings
from benchmark.testing.watching import look_at, watched

RULES = RULES_AT_WORK | {
    *("record", "import", "network", "cheap", "needs", "output", "settings", "left-open"),
}
"""All rules of a metric, by name."""


def check_metric(
    engine: Engine, models: MetricModels | None = None, *, skip: Collection[str] = ()
) -> None:
    """Try an engine as the suite would, and tell every rule of the contract that it breaks.

    Its record is checked; the plugin is imported in a process of its own without network; and it
    scores captions of the soundscapes: in other orders of clips and references, in parts, several
    systems at once, a reference against itself, rubbish, empty and odd captions. Meanwhile it is
    watched as a captioner is. What it builds on is made up, so no other metric is computed.

    Args:
        engine: what the plugin's hook yields.
        models: as a command would be told of them; None: nothing.
        skip: names of rules that are not held against it.

    Raises:
        ConformanceError: an ``AssertionError`` whose message lists what was found, what was
            expected and how to mend it, rule by rule.
        ValueError: no rule has a name of ``skip``.
    """
    require_rules(skip, RULES)
    name = str(getattr(engine, "name", engine))
    raise_findings(
        name, [f for f in _examine(engine, models or MetricModels()) if f.rule not in skip]
    )


def _examine(engine: Engine, models: MetricModels) -> Iterator[Finding]:
    flaws = list(examine_engine(engine))
    yield from flaws
    if flaws:
        return
    yield from examine_declaration("metric", engine.name, engine.score or engine.score_aside)
    yield from watched(partial(_examine_at_work, engine, models))


def _examine_at_work(engine: Engine, models: MetricModels, settings: Settings) -> Iterator[Finding]:
    lacking = list(_look_for_needs(engine, models))
    with TextJava() as java:
        trial = MetricTrial(engine, models, java)
        for name, rule in first_rules():
            try:
                rule(trial)
            except BrokenRuleError as broken:
                yield from lacking or [_name_finding(name, broken, engine)]
                return
        if lacking:
            (told,) = lacking[:1]
            yield Finding(
                "needs",
                f"{told.message} But it scored without; expected only what it cannot do without.",
            )
        yield from look_at(settings, "score()")
        for name, rule in rules_for(trial):
            try:
                rule(trial)
            except BrokenRuleError as broken:
                yield finding_of(name, broken)
        yield from look_at(settings, "score()")


def _look_for_needs(engine: Engine, models: MetricModels) -> Iterator[Finding]:
    if engine.needs is None:
        return
    resources = MetricResources(frozenset(metric.key for metric in engine.metrics), models)
    try:
        for need in engine.needs(resources):
            need.look()
            if need.fetch is not None:
                need.fetch()
    except Exception as error:
        yield Finding("needs", f"it says that it lacks something: {describe(error)}.", error)


def _name_finding(name: str, broken: BrokenRuleError, engine: Engine) -> Finding:
    """Lay what could not be loaded to what is said of needs."""
    cause = broken.__cause__
    if isinstance(cause, ImportError | OSError) and not isinstance(cause, PluginError):
        says = "names none" if engine.needs is None else "says that all is here"
        return Finding(
            "needs",
            f"{broken}. Engine.needs {says}; expected a Need whose look() says what lacks and how "
            "to get it, before any captions are scored.",
            cause,
        )
    return finding_of(name, broken)

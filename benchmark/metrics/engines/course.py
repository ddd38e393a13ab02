"""Engines asked one after the other, each after those that it builds on.

What one raises is the reason why its metrics have no value, and costs no other metric.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from benchmark.contract.metrics import (
    MetricModels,
    MetricResources,
    MetricTask,
    Part,
    TaskValues,
)
from benchmark.errors import (
    BenchError,
    MachineError,
    MissingWeightsError,
    PluginError,
    describe,
    harmless,
)
from benchmark.machine.notes import tell
from benchmark.metrics.corpus import TaskTexts
from benchmark.metrics.engines.hosting import hosting
from benchmark.metrics.engines.installed import InstalledEngine
from benchmark.metrics.engines.needs import require_needs
from benchmark.metrics.engines.values import sign_values, values_of
from benchmark.metrics.scores import Score, ScoringTask

Scores = dict[str, Score]
_MOST_CHARS = 600
"""Of an error that was raised somewhere in a library."""
_TRY_AGAIN = "All other metrics stand; `bench rescore RUN` tries it again."


@dataclass(slots=True)
class Course:
    """All tasks on their way through the engines.

    Attributes:
        texts: what the tasks say, in each form.
        models: what the command was told of models.
        keys: metrics that are needed.
        results: by task and key, what is known so far.
    """

    texts: TaskTexts
    models: MetricModels
    keys: frozenset[str]
    results: list[Scores] = field(init=False)

    def __post_init__(self) -> None:
        self.results = [{} for _ in self.texts.tasks]

    @property
    def tasks(self) -> Sequence[ScoringTask]:
        return self.texts.tasks

    def lack(self, key: str, reason: str) -> None:
        """Note that nothing computes a metric."""
        for result in self.results:
            result[key] = Score.unavailable(reason)

    def take(self, engines: Sequence[InstalledEngine]) -> None:
        """Ask all engines.

        Raises:
            BenchError: of the core's, that is of the request and not of a model.
        """
        with ExitStack() as stack:
            waiting = [self._begin(each, stack) for each in engines if each.engine.score_aside]
            if not waiting:
                self.texts.end_java()
            rest = [each for each in engines if not each.engine.score_aside]
            while rest or waiting:
                ready = next((each for each in rest if self._has_parents(each)), None)
                if ready is not None:
                    rest.remove(ready)
                    self._ask(ready)
                elif waiting:
                    waiting.pop(0)()
                else:
                    self._refuse_circle(rest)
                    return

    def _has_parents(self, each: InstalledEngine) -> bool:
        return all(key in self.results[0] for key in each.engine.builds_on)

    def _refuse_circle(self, engines: Sequence[InstalledEngine]) -> None:
        for each in engines:
            self._give(each, Score.unavailable(f"{each.brought_by}: it builds on itself"))

    def _ask(self, each: InstalledEngine) -> None:
        score = each.engine.score
        assert score is not None  # what is declared was checked
        rows = self._find_rows(each)
        if rows:
            self._settle(each, rows, lambda resources: score(self._show(each, rows), resources))

    def _find_rows(self, each: InstalledEngine) -> list[int]:
        """Find the tasks that have all that an engine builds on; those of others get the reason."""
        rows = []
        for row, result in enumerate(self.results):
            lacking = [result[key] for key in each.engine.builds_on if result[key].per_clip is None]
            if lacking:
                reason = lacking[-1].reason or "a metric it is made of has no clip scores"
                missing = Score.unavailable(reason, has_failed=lacking[-1].has_failed)
                result.update(dict.fromkeys(self._wanted(each), missing))
            else:
                rows.append(row)
        return rows

    def _show(self, each: InstalledEngine, rows: Sequence[int]) -> Sequence[Any]:
        """Give an engine the tasks in the form that it reads."""
        if each.engine.reads == "corpus":
            return [self.texts.items[row] for row in rows]
        tasks = self.texts.raw if each.engine.reads == "raw" else self.texts.tokenised
        keys = each.engine.builds_on
        return [_with_parents(tasks[row], self.results[row], keys) for row in rows]

    def _wanted(self, each: InstalledEngine) -> frozenset[str]:
        return self.keys & {metric.key for metric in each.engine.metrics}

    def _begin(self, each: InstalledEngine, stack: ExitStack) -> Callable[[], None]:
        """Begin an engine that works aside, and return what waits for it."""
        rows = list(range(len(self.tasks)))
        aside = each.engine.score_aside
        assert aside is not None
        try:
            resources = MetricResources(self._wanted(each), self.models)
            parts = _look_for_needs(each, resources)
            with hosting(each):
                manager = aside(self._show(each, rows), resources)
                wait = manager.__enter__()
        except BaseException as error:
            missing = _why_missing(error, each)
            return lambda: self._give(each, missing)
        stack.push(partial(_leave, manager.__exit__, each))
        return lambda: self._settle(each, rows, lambda _: wait(), parts)

    def _settle(
        self,
        each: InstalledEngine,
        rows: Sequence[int],
        answer: Callable[[MetricResources], Iterable[TaskValues]],
        parts: tuple[Part, ...] | None = None,
    ) -> None:
        """Take an engine's answers into the results, metric by metric."""
        resources = MetricResources(self._wanted(each), self.models)
        try:
            with hosting(each):
                if parts is None:
                    parts = _look_for_needs(each, resources)
                answers = _as_many(answer(resources), len(rows))
        except BaseException as error:
            missing = _why_missing(error, each)
            for row in rows:
                self.results[row].update(dict.fromkeys(resources.wanted, missing))
            return
        for row, values in zip(rows, answers, strict=True):
            for key in resources.wanted:
                self.results[row][key] = self._sign(each, row, key, values, parts)

    def _sign(
        self,
        each: InstalledEngine,
        row: int,
        key: str,
        answer: TaskValues,
        parts: tuple[Part, ...],
    ) -> Score:
        parents = [self.results[row][parent] for parent in each.engine.builds_on]
        inherited = [part for one in parents if one.signature for part in one.signature.own_parts]
        try:
            values = values_of(answer, each, key)
            why_partial = next((one.reason for one in parents if one.reason), None)
            if why_partial is not None and values.reason is None:
                values = dataclasses.replace(values, reason=why_partial)
            return sign_values(values, key, self.tasks[row], each, [*inherited, *parts])
        except BaseException as error:
            return _why_missing(error, each)

    def _give(self, each: InstalledEngine, score: Score) -> None:
        for result in self.results:
            result.update(dict.fromkeys(self._wanted(each), score))


def _with_parents(task: MetricTask, result: Scores, keys: Sequence[str]) -> MetricTask:
    if not keys:
        return task
    built_on = {}
    for key in keys:
        array = np.array(result[key].per_clip, dtype=np.float64)
        array.setflags(write=False)
        built_on[key] = array
    return dataclasses.replace(task, built_on=built_on)


def _look_for_needs(each: InstalledEngine, resources: MetricResources) -> tuple[Part, ...]:
    """Look for what an engine needs, and say what the signatures of its metrics hold."""
    brought_by = () if each.is_own else (("plugin", each.brought_by),)
    return (*brought_by, *each.engine.signature, *require_needs(each, resources))


def _as_many(answers: Iterable[TaskValues], n_tasks: int) -> list[TaskValues]:
    found = list(answers)
    if len(found) != n_tasks:
        raise PluginError(
            f"it gave {len(found):,} answers for {n_tasks:,} systems; expected one for each."
        )
    return found


def _why_missing(error: BaseException, each: InstalledEngine) -> Score:
    """Say why an engine gave no scores; no fault of one metric takes the others along.

    Raises:
        KeyboardInterrupt: the error itself.
        BenchError: the error itself, where it is of the request and not of a model of the core's.
    """
    if isinstance(error, KeyboardInterrupt):
        raise error
    is_said = isinstance(error, BenchError)
    if each.is_own:
        if isinstance(error, MissingWeightsError):
            return Score.unavailable(str(error))
        if is_said and not isinstance(error, MachineError | PluginError):
            raise error
        if not isinstance(error, Exception):
            raise error
    what = str(error) if is_said else f"its model failed: {describe(error)}"
    if not each.is_own:
        what = f"{each.brought_by}: {str(error) if is_said else describe(error)}"
    if isinstance(error, MissingWeightsError):
        return Score.unavailable(harmless(what, _MOST_CHARS))
    said = harmless(what, _MOST_CHARS).rstrip(".")
    return Score.unavailable(f"{said}. {_TRY_AGAIN}", has_failed=True)


def _leave(leave: Callable[..., object], each: InstalledEngine, *raised: object) -> bool:
    """End what works aside; a stranger's trouble with that costs nothing more."""
    try:
        leave(*raised)
    except Exception as error:
        if each.is_own:
            raise
        tell(f"{each.brought_by}: {each.engine.name} could not be ended: {describe(error)}")
    return False

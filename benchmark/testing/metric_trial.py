"""An engine on trial: asked as the suite asks it, with captions of the soundscapes."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from benchmark.contract import References
from benchmark.contract.metrics import (
    Engine,
    Floats,
    MetricModels,
    MetricResources,
    MetricTask,
    TaskValues,
)
from benchmark.errors import BenchError, PluginError, describe
from benchmark.metrics.catalogue import METRICS
from benchmark.metrics.corpus import TaskTexts
from benchmark.metrics.engines.installed import InstalledEngine
from benchmark.metrics.engines.values import sign_values, values_of
from benchmark.metrics.jvm.text_java import TextJava
from benchmark.metrics.scores import Score, ScoringTask
from benchmark.testing.examples import example_references
from benchmark.testing.findings import BrokenRuleError


class Case(NamedTuple):
    """What one system said, and what people said."""

    name: str
    candidates: Mapping[str, str]
    references: References

    def part(self, clip_ids: Sequence[str]) -> Case:
        """Take some of the clips."""
        return Case(
            self.name,
            {clip_id: self.candidates[clip_id] for clip_id in clip_ids},
            {clip_id: self.references[clip_id] for clip_id in clip_ids},
        )


def example_case() -> Case:
    """Give ten clips, each with the last of its five references for a caption, and the others."""
    references = example_references()
    return Case(
        "example",
        {clip_id: texts[-1] for clip_id, texts in references.items()},
        {clip_id: texts[:-1] for clip_id, texts in references.items()},
    )


@dataclass(frozen=True)
class MetricTrial:
    """An engine, and what it is tried with.

    Attributes:
        engine: as it is declared.
        models: as a command is told of them.
        java: tokenises for what reads tokens; begun only then.
    """

    engine: Engine
    models: MetricModels
    java: TextJava

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(metric.key for metric in self.engine.metrics)

    def lay_out(self, cases: Sequence[Case]) -> list[ScoringTask]:
        """Make of cases what the suite scores."""
        return [
            ScoringTask(case.name, "soundscapes:test", case.references, case.candidates)
            for case in cases
        ]

    def score(self, *cases: Case) -> list[dict[str, Score]]:
        """Score cases, all at once; for each a score by metric.

        Raises:
            BrokenRuleError: it raised, or gave something else than values of its metrics.
        """
        laid_out = self.lay_out(cases)
        answers = self.ask(self._show(laid_out))
        brought = InstalledEngine.of(self.engine, "trial", "the plugin", "on trial")
        try:
            return [
                {
                    key: sign_values(values_of(answer, brought, key), key, task, brought)
                    for key in self.keys
                }
                for task, answer in zip(laid_out, answers, strict=True)
            ]
        except PluginError as error:
            raise BrokenRuleError(str(error)) from error
        except Exception as error:
            raise BrokenRuleError(f"Engine.corpus raised {describe(error)}") from error

    def show(self, *cases: Case) -> list[MetricTask]:
        """Lay cases out as the engine reads them."""
        return self._show(self.lay_out(cases))

    def ask(self, tasks: list[MetricTask]) -> list[TaskValues]:
        """Ask the engine.

        Raises:
            BrokenRuleError: it raised, or gave more or fewer answers than there are tasks.
        """
        n_tasks = len(tasks)
        resources = MetricResources(frozenset(self.keys), self.models)
        try:
            if self.engine.score is not None:
                answers = list(self.engine.score(tasks, resources))
            else:
                assert self.engine.score_aside is not None  # the record was checked
                with self.engine.score_aside(tasks, resources) as wait:
                    answers = list(wait())
        except (Exception, SystemExit) as error:
            said = str(error) if isinstance(error, BenchError) else describe(error)
            raise BrokenRuleError(f"score() raised {said}") from error
        if len(answers) != n_tasks:
            raise BrokenRuleError(
                f"it gave {len(answers)} answers for {n_tasks} systems; expected one for each."
            )
        return answers

    def _show(self, laid_out: Sequence[ScoringTask]) -> list[MetricTask]:
        texts = TaskTexts(laid_out, self.java)
        tasks = texts.raw if self.engine.reads == "raw" else texts.tokenised
        return [replace(task, built_on=self._make_up(task)) for task in tasks]

    def _make_up(self, task: MetricTask) -> dict[str, Floats]:
        """Make up values of what the engine builds on; they follow from the clip's texts."""
        return {key: _made_up(key, task) for key in self.engine.builds_on}


def _made_up(key: str, task: MetricTask) -> Floats:
    low, high = METRICS[key].bounds if key in METRICS else (0.0, 1.0)
    texts = zip(task.candidates, task.references, strict=True)
    parts = [
        zlib.crc32("\n".join([key, candidate, *sorted(references)]).encode()) / 2**32
        for candidate, references in texts
    ]
    values = low + np.array(parts) * (min(high, low + 1) - low)
    values.setflags(write=False)
    return values

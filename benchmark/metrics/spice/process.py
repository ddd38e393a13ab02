"""SPICE's child process: sentences to propositions, propositions to scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Self, TypeVar

from benchmark.errors import MachineError
from benchmark.machine.facts import usable_cores
from benchmark.metrics.java import pycocoevalcap_file
from benchmark.metrics.jvm.process import JavaProcess, JavaService
from benchmark.metrics.spice.limits import SpiceLimits
from benchmark.metrics.spice.parser_files import ParserFiles

T = TypeVar("T")

Propositions = list[list[str]]
"""Of one sentence: (object), (object, attribute) or (subject, object, relation) each."""

ScoresByPart = dict[str, tuple[float, float, float]]
"""Precision, recall and F1 of all propositions (``"all"``) and of each kind."""

_MODULE = Path(__file__).with_name("inside.py")
_SPICE_JARS = (
    "spice-1.0.jar",
    *(f"lib/{name}.jar" for name in (
        "SceneGraphParser-1.0", "Meteor-1.5", "ejml-0.23", "guava-19.0", "json-simple-1.1.1",
        "slf4j-api-1.7.12", "slf4j-simple-1.7.21",
    )),
)  # fmt: skip
"""Of pycocoevalcap's wheel; the others serve SPICE's main program alone."""
_QUIET = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
_MOST_THREADS = 8
_MOST_DEATHS = 3


class Parsed(NamedTuple):
    """What became of a sentence: its propositions, or the reason why it has none."""

    propositions: Propositions | None
    failure: str | None = None


class SpiceClip(NamedTuple):
    """One clip to score: its candidate's propositions, and each reference's."""

    candidate: Propositions
    references: list[Propositions]


class SpiceProcess:
    """SPICE 1.0 in a child that is started when it is first asked, and again where it died.

    Use it as a context manager: leaving the block ends the child.
    """

    def __init__(self, files: ParserFiles, limits: SpiceLimits) -> None:
        jars = [pycocoevalcap_file(f"spice/{name}") for name in _SPICE_JARS]
        self._limits = limits
        self._service = JavaService(
            "SPICE",
            _MODULE,
            (*jars, *files.jars),
            limits.heap(),
            ("-XX:+UseParallelGC", _QUIET),
            {
                "n_threads": min(usable_cores(), _MOST_THREADS),
                "n_words_alone": limits.n_words_alone,
            },
        )
        self._process: JavaProcess | None = None
        self._n_deaths = 0

    def parse(self, sentences: Sequence[str]) -> list[Parsed]:
        """Parse some sentences side by side; one that Java cannot parse does no harm to others.

        Returns:
            What became of each.

        Raises:
            MachineError: Java cannot be started, or died or fell silent more than three times.
        """
        if len(sentences) == 1:
            return self._parse(sentences)
        try:
            parsed = self._parse(sentences)
        except MachineError as error:  # which of them was it?
            parsed = [Parsed(None, str(error))] * len(sentences)
        return [
            # Memory that ran out beside another sentence may suffice for one by itself.
            self._parse_alone(sentence) if together.propositions is None else together
            for sentence, together in zip(sentences, parsed, strict=True)
        ]

    def score(self, clips: Sequence[SpiceClip], *, has_parts: bool) -> list[ScoresByPart]:
        """Score clips; see ``inside.Service.score``.

        Raises:
            MachineError: Java cannot be started or died.
        """
        return self._asking(
            lambda process: [
                {part: (scores[0], scores[1], scores[2]) for part, scores in answer.items()}
                for answer in process.ask(
                    "score",
                    self._limits.timeout_s(),
                    clips=[[clip.candidate, clip.references] for clip in clips],
                    has_parts=has_parts,
                )
            ]
        )

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _parse(self, sentences: Sequence[str]) -> list[Parsed]:
        return self._asking(
            lambda process: [
                Parsed(*answer)
                for answer in process.ask(
                    "parse", self._limits.timeout_s(), sentences=list(sentences)
                )
            ]
        )

    def _parse_alone(self, sentence: str) -> Parsed:
        try:
            return self._parse([sentence])[0]
        except MachineError as error:
            if self._n_deaths >= _MOST_DEATHS:
                raise
            return Parsed(None, str(error))

    def _asking(self, ask: Callable[[JavaProcess], list[T]]) -> list[T]:
        if self._process is None:
            self._process = JavaProcess(self._service)
        try:
            return ask(self._process)
        except MachineError:
            self._n_deaths += 1
            self.close()
            raise

"""METEOR 1.5 for many systems and folds: one process for a whole run, started early."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from benchmark.artifacts import Artifacts
from benchmark.machine.places import artifacts as default_artifacts
from benchmark.metrics.java import pycocoevalcap_file
from benchmark.metrics.meteor.index import index_table
from benchmark.metrics.meteor.normaliser import normalise
from benchmark.metrics.meteor.paraphrases import cut_table, write_table
from benchmark.metrics.meteor.process import MeteorProcess
from benchmark.metrics.meteor.score import meteor_score, parse_statistics

_SEPARATOR = "|||"
_WORD = re.compile(r"[^ \t\n\r\f]+")  # as Java's StringTokenizer parts them


@dataclass(frozen=True, slots=True)
class MeteorScores:
    """``statistics``: ``(n_clips, 23)``, columns as ``N_STATISTICS`` says."""

    statistics: NDArray[np.float64]

    @property
    def per_clip(self) -> NDArray[np.float64]:
        """``(n_clips,)``: METEOR of each clip, from 0 to 1."""
        return meteor_score(self.statistics)

    @property
    def corpus(self) -> float:
        """METEOR of all clips together."""
        return float(meteor_score(self.statistics.sum(axis=0)))


class Meteor:
    """A METEOR that knows which texts it will be asked about.

    Use it as a context manager: leaving the block ends the Java process. Work runs on a thread of
    its own, one request after the other. A caption is aligned with the same references once only.
    """

    def __init__(self, texts: Iterable[str], index: Path) -> None:
        """See ``start``."""
        self._index = index
        self._statistics: dict[str, str] = {}  # of each line asked so far
        self._process: MeteorProcess | None = None
        self._closed = False
        self._folder = tempfile.TemporaryDirectory(prefix="bench-meteor-")
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="meteor")
        self._normal_forms = self._worker.submit(self._launch, frozenset(texts))

    @classmethod
    def start(cls, texts: Iterable[str], artifacts: Artifacts | None = None) -> Self:
        """Start METEOR and return at once; the first score waits until it is ready.

        Args:
            texts: every candidate and reference that will be scored, tokenised, words parted by
                one space. METEOR gets the paraphrases that these texts can use.
            artifacts: where the index of all paraphrases is kept. It is built on the first use
                after an installation, which takes about 10 s.

        Raises:
            MachineError: METEOR's files are missing, or the index cannot be kept.
        """
        table = pycocoevalcap_file("meteor/data/paraphrase-en.gz")
        return cls(texts, index_table(table, artifacts or default_artifacts()))

    def score(self, candidates: Sequence[str], references: Sequence[Sequence[str]]) -> MeteorScores:
        """Score one candidate per clip against that clip's references.

        The corpus score is not the mean: it is the score of the summed statistics of all
        alignments (Denkowski and Lavie 2014).

        Args:
            candidates: one text for each clip; ``""`` scores 0.
            references: one or more texts for each clip.

        Raises:
            ValueError: there are no clips, candidates and references differ in number, a clip
                has no reference, or a text was not given to ``start``.
            MachineError: Java is missing or died.
        """
        return self.submit(candidates, references).result()

    def submit(
        self, candidates: Sequence[str], references: Sequence[Sequence[str]]
    ) -> Future[MeteorScores]:
        """Queue a ``score`` and return at once."""
        return self._worker.submit(self._score, candidates, references)

    def close(self) -> None:
        """End the Java process; what is queued is dropped, what is running fails."""
        self._closed = True
        if self._process is not None:
            self._process.kill()
        self._worker.shutdown(cancel_futures=True)
        if self._process is not None:
            self._process.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _launch(self, texts: frozenset[str]) -> dict[str, str]:
        normal_forms = normalise(
            part for text in texts for part in (_as_candidate(text), *_as_reference(text))
        )
        table = Path(self._folder.name) / "paraphrases.gz"
        words = (_WORD.findall(text.lower()) for text in normal_forms.values())
        write_table(cut_table(self._index, words), table)
        self._process = MeteorProcess(table)
        if self._closed:  # while this ran
            self._process.kill()
        return normal_forms

    def _score(
        self, candidates: Sequence[str], references: Sequence[Sequence[str]]
    ) -> MeteorScores:
        if not candidates:
            raise ValueError("METEOR was given no clips to score.")
        normal_forms = self._normal_forms.result()
        lines = [
            _score_line(candidate, several, normal_forms)
            for candidate, several in zip(candidates, references, strict=True)
        ]
        assert self._process is not None  # _launch came first
        new = [line for line in dict.fromkeys(lines) if line not in self._statistics]
        self._statistics.update(zip(new, self._process.align(new), strict=True))
        return MeteorScores(parse_statistics([self._statistics[line] for line in lines]))


def _as_candidate(text: str) -> str:
    return text.replace(_SEPARATOR, "").replace("  ", " ")


def _as_reference(text: str) -> list[str]:
    """METEOR takes a reference that holds its separator for several references."""
    return text.split(_SEPARATOR)


def _score_line(candidate: str, references: Sequence[str], normal_forms: dict[str, str]) -> str:
    if not references:
        raise ValueError(f"no reference for the candidate {candidate!r}; METEOR needs one or more.")
    parts = [part for reference in references for part in _as_reference(reference)]
    parts.append(_as_candidate(candidate))
    try:
        return f" {_SEPARATOR} ".join(["SCORE", *(normal_forms[part] for part in parts)])
    except KeyError as error:
        raise ValueError(
            f"METEOR was not told of the text {error.args[0]!r} when it was started; "
            "pass every candidate and reference to Meteor.start."
        ) from error

"""METEOR 1.5 for many systems and folds, all of them in one process."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from benchmark.artifacts import Artifacts
from benchmark.errors import MachineError
from benchmark.machine.places import artifacts as default_artifacts
from benchmark.metrics.java import pycocoevalcap_file
from benchmark.metrics.jvm.text_java import TextJava
from benchmark.metrics.meteor.index import index_table
from benchmark.metrics.meteor.normaliser import normalise
from benchmark.metrics.meteor.paraphrases import cut_table, write_table
from benchmark.metrics.meteor.score import N_STATISTICS, meteor_score, parse_statistics
from benchmark.metrics.meteor.synonyms import cut_synonyms, write_synonyms

_SEPARATOR = "|||"
_WORD = re.compile(r"[^ \t\n\r\f]+")  # as Java's StringTokenizer parts them
_BLANKS = "".join(map(chr, range(33)))  # as Java's String.trim takes them away
_CHUNK_WORK = 20_000
_SILENCE_S = 300.0

Pair = tuple[str, tuple[str, ...]]
"""A candidate and its references, normalised."""


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

    def __init__(self, texts: Iterable[str], index: Path, java: TextJava) -> None:
        """See ``start``."""
        self._index = index
        self._java = java
        self._statistics: dict[Pair, str] = {}  # of each pair asked so far
        self._folder = tempfile.TemporaryDirectory(prefix="bench-meteor-")
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="meteor")
        self._normal_forms = self._worker.submit(self._load, frozenset(texts))

    @classmethod
    def start(
        cls,
        texts: Iterable[str],
        java: TextJava | None = None,
        *,
        artifacts: Artifacts | None = None,
    ) -> Self:
        """Start METEOR and return at once; the first score waits until it is ready.

        Args:
            texts: every candidate and reference that will be scored, tokenised, words parted by
                one space. METEOR gets the paraphrases and synonyms that these texts can use.
            java: where it runs, and what it ends; default: a process of its own.
            artifacts: where the index of all paraphrases is kept. It is built on the first use
                after an installation, which takes about 10 s.

        Raises:
            MachineError: METEOR's files are missing, or the index cannot be kept.
        """
        table = pycocoevalcap_file("meteor/data/paraphrase-en.gz")
        index = index_table(table, artifacts or default_artifacts())
        return cls(texts, index, java or TextJava())

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
        self._java.kill()
        self._worker.shutdown(cancel_futures=True)
        self._java.close()
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

    def _load(self, texts: frozenset[str]) -> dict[str, str]:
        parts = (part for text in texts for part in (_as_candidate(text), *_as_references(text)))
        normal_forms = normalise(parts, self._java)
        running = [_WORD.findall(text) for text in normal_forms.values()]
        words = list(dict.fromkeys(word for text in running for word in text))
        folder = Path(self._folder.name)
        table = folder / "paraphrases.gz"
        entries = cut_table(self._index, running)
        write_table(entries, table)
        jar = pycocoevalcap_file("meteor/meteor-1.5.jar")
        write_synonyms(cut_synonyms(jar, words), words, folder)
        (n_read,) = self._java.ask(
            "load", _SILENCE_S, paraphrases=str(table), synonyms=str(folder), words=words
        )
        if n_read != len(entries):
            raise MachineError(
                f"METEOR read {n_read} of the {len(entries)} paraphrases in {table}. Check that "
                "the disk is not full and that nobody empties its temporary folder; score again."
            )
        return normal_forms

    def _score(
        self, candidates: Sequence[str], references: Sequence[Sequence[str]]
    ) -> MeteorScores:
        if not candidates:
            raise ValueError("METEOR was given no clips to score.")
        normal_forms = self._normal_forms.result()
        pairs = [
            _pair(candidate, several, normal_forms)
            for candidate, several in zip(candidates, references, strict=True)
        ]
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._statistics]
        self._statistics.update(zip(new, self._align(new), strict=True))
        return MeteorScores(parse_statistics([self._statistics[pair] for pair in pairs]))

    def _align(self, pairs: Sequence[Pair]) -> Iterator[str]:
        chunks = list(_chunks(pairs))
        answers = self._java.ask("align", _SILENCE_S, chunks=chunks)
        for chunk, statistics in zip(chunks, answers, strict=True):
            for pair, line in zip(chunk, statistics, strict=True):
                if line.count(" ") != N_STATISTICS - 1:
                    raise MachineError(
                        f"METEOR answered {line!r} to {pair!r}; expected {N_STATISTICS} numbers."
                    )
                yield line


def _as_candidate(text: str) -> str:
    return text.replace(_SEPARATOR, "").replace("  ", " ").strip(_BLANKS)


def _as_references(text: str) -> list[str]:
    """METEOR takes a reference that holds its separator for several references."""
    return [part.strip(_BLANKS) for part in text.split(_SEPARATOR)]


def _pair(candidate: str, references: Sequence[str], normal_forms: dict[str, str]) -> Pair:
    if not references:
        raise ValueError(f"no reference for the candidate {candidate!r}; METEOR needs one or more.")
    parts = [part for reference in references for part in _as_references(reference)]
    try:
        return (
            normal_forms[_as_candidate(candidate)],
            tuple(normal_forms[part] for part in parts),
        )
    except KeyError as error:
        raise ValueError(
            f"METEOR was not told of the text {error.args[0]!r} when it was started; "
            "pass every candidate and reference to Meteor.start."
        ) from error


def _chunks(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Part pairs so that each chunk has about the same work."""
    chunk: list[Pair] = []
    work = 0
    for candidate, references in pairs:
        chunk.append((candidate, references))
        work += candidate.count(" ") * sum(reference.count(" ") for reference in references)
        if work > _CHUNK_WORK:
            yield chunk
            chunk, work = [], 0
    if chunk:
        yield chunk

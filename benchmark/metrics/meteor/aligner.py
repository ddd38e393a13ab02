"""METEOR 1.5 for many systems and folds, all of them in one process."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from benchmark.artifacts import Artifacts
from benchmark.errors import MachineError
from benchmark.files import scratch_folder
from benchmark.machine.places import artifacts as default_artifacts
from benchmark.metrics.java import pycocoevalcap_file
from benchmark.metrics.jvm.text_java import METEOR_JAR, TextJava, kept_results
from benchmark.metrics.kept import KeptResults
from benchmark.metrics.meteor.index import index_table, sum_of_table
from benchmark.metrics.meteor.normaliser import normalise
from benchmark.metrics.meteor.pairs import (
    Pair,
    as_candidate,
    as_references,
    chunks_of,
    name_of,
    normal_pair,
    work_of,
)
from benchmark.metrics.meteor.paraphrases import cut_table, write_table
from benchmark.metrics.meteor.score import N_STATISTICS, meteor_score, parse_statistics
from benchmark.metrics.meteor.synonyms import cut_synonyms, write_synonyms

_WORD = re.compile(r"[^ \t\n\r\f]+")  # as Java's StringTokenizer parts them
_SILENCE_S = 300.0
_MOST_S_PER_WORD_PAIR = 1e-3
"""Ten times what a caption of 500 words needs that repeats two of its reference's 500."""

_TABLE = "meteor/data/paraphrase-en.gz"
_FORM = 1  # of what is kept: one more where the same files give other statistics


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


def kept_alignments() -> KeptResults:
    """Open the statistics that the same METEOR gave earlier.

    Raises:
        MachineError: as ``kept_results``.
    """
    version = [str(_FORM), sum_of_table(pycocoevalcap_file(_TABLE))]
    return kept_results("meteor", version, METEOR_JAR)


class Meteor:
    """A METEOR that knows which texts it will be asked about.

    Use it as a context manager: leaving the block ends the Java process. Work runs on a thread of
    its own, one request after the other. A caption is aligned with the same references once only.
    """

    def __init__(
        self, texts: Iterable[str], java: TextJava, artifacts: Artifacts, kept: KeptResults | None
    ) -> None:
        """See ``start``."""
        self._texts = frozenset(texts)
        self._java = java
        self._artifacts = artifacts
        self._kept = kept
        self._statistics: dict[Pair, str] = {}  # of each pair asked so far
        self._normal_forms: dict[str, str] | None = None  # known once METEOR is ready
        self._scratch = ExitStack()
        self._folder = self._scratch.enter_context(scratch_folder("bench-meteor"))
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="meteor")

    @classmethod
    def start(
        cls,
        texts: Iterable[str],
        java: TextJava | None = None,
        *,
        kept: KeptResults | None = None,
        artifacts: Artifacts | None = None,
    ) -> Self:
        """Make METEOR ready for what it will be asked, and return at once.

        Args:
            texts: every candidate and reference that will be scored, tokenised, words parted by
                one space. METEOR gets the paraphrases and synonyms that these texts can use.
            java: where it runs, and what it ends; default: a process of its own.
            kept: where alignments are looked up first and new ones added, see
                ``kept_alignments``; no Java is needed where all are known.
            artifacts: where the index of all paraphrases is kept. It is built on the first use
                after an installation, which takes about 10 s.
        """
        return cls(texts, java or TextJava(), artifacts or default_artifacts(), kept)

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
            MachineError: Java or a file of METEOR's is missing, Java died, or the index cannot be
                kept.
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
        self._scratch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _score(
        self, candidates: Sequence[str], references: Sequence[Sequence[str]]
    ) -> MeteorScores:
        if not candidates:
            raise ValueError("METEOR was given no clips to score.")
        pairs = [
            (candidate, tuple(several))
            for candidate, several in zip(candidates, references, strict=True)
        ]
        unknown = dict.fromkeys(pair for pair in pairs if pair not in self._statistics)
        names = {pair: name_of(pair) for pair in unknown}
        if self._kept is not None:
            self._statistics |= {p: self._kept[n] for p, n in names.items() if n in self._kept}
        for pair in unknown:
            self._require_scorable(pair)
        new = [pair for pair in unknown if pair not in self._statistics]
        if new:
            fresh = dict(zip(new, self._align(new), strict=True))
            self._statistics |= fresh
            if self._kept is not None:
                self._kept.add({names[pair]: line for pair, line in fresh.items()})
        return MeteorScores(parse_statistics([self._statistics[pair] for pair in pairs]))

    def _require_scorable(self, pair: Pair) -> None:
        candidate, references = pair
        if not references:
            raise ValueError(
                f"no reference for the candidate {candidate!r}; METEOR needs one or more."
            )
        for text in (candidate, *references):
            if text not in self._texts:
                raise ValueError(
                    f"METEOR was not told of the text {text!r} when it was started; "
                    "pass every candidate and reference to Meteor.start."
                )

    def _load(self) -> dict[str, str]:
        """Make METEOR ready, once: the normal form of each candidate and part of a reference."""
        if self._normal_forms is not None:
            return self._normal_forms
        index = index_table(pycocoevalcap_file(_TABLE), self._artifacts)
        texts = sorted(self._texts)
        parts = (part for text in texts for part in (as_candidate(text), *as_references(text)))
        normal_forms = normalise(parts, self._java)
        running = [_WORD.findall(text) for text in normal_forms.values()]
        words = list(dict.fromkeys(word for text in running for word in text))
        folder = self._folder
        table = folder / "paraphrases.gz"
        entries = cut_table(index, running)
        write_table(entries, table)
        write_synonyms(cut_synonyms(pycocoevalcap_file(METEOR_JAR), words), words, folder)
        (n_read,) = self._java.ask(
            "load", _SILENCE_S, paraphrases=str(table), synonyms=str(folder), words=words
        )
        if n_read != len(entries):
            raise MachineError(
                f"METEOR read {n_read} of the {len(entries)} paraphrases in {table}. Check that "
                "the disk is not full and that nobody empties its temporary folder; score again."
            )
        self._normal_forms = normal_forms
        return normal_forms

    def _align(self, pairs: Sequence[Pair]) -> Iterator[str]:
        normal_forms = self._load()
        normal_pairs = [normal_pair(pair, normal_forms) for pair in pairs]
        chunks = list(chunks_of(normal_pairs))
        silence_s = _SILENCE_S + _MOST_S_PER_WORD_PAIR * max(map(work_of, normal_pairs))
        answers = self._java.ask("align", silence_s, chunks=chunks)
        for chunk, statistics in zip(chunks, answers, strict=True):
            for pair, line in zip(chunk, statistics, strict=True):
                if line.count(" ") != N_STATISTICS - 1:
                    raise MachineError(
                        f"METEOR answered {line!r} to {pair!r}; expected {N_STATISTICS} numbers."
                    )
                yield line

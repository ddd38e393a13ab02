"""Sentences to propositions: each parsed once in the life of the cache."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Sequence

from benchmark.machine.distributions import version_of
from benchmark.machine.progress import progress_bar
from benchmark.metrics.kept import KeptResults
from benchmark.metrics.spice.limits import SpiceLimits
from benchmark.metrics.spice.parser_files import ParserFiles
from benchmark.metrics.spice.process import Parsed, SpiceProcess

_BATCH = 128
"""Sentences that are lost at most where a process is killed; two seconds of work."""


class Parses:
    """Propositions of sentences: kept ones, and new ones as they are needed."""

    def __init__(self, files: ParserFiles, limits: SpiceLimits) -> None:
        """Read what is kept.

        Raises:
            MachineError: the cache cannot be read or written.
        """
        self._limits = limits
        self._kept = KeptResults("spice-parses", made_with(files))
        self._failures: dict[str, str] = {}

    def __getitem__(self, sentence: str) -> Parsed:
        """Say what became of a sentence; it was given to ``make`` before."""
        if sentence in self._failures:
            return Parsed(None, self._failures[sentence])
        return Parsed(self._kept[sentence])

    def lacks(self, sentence: str) -> bool:
        """Tell whether SPICE's process is needed for a sentence."""
        return sentence not in self._kept and not self._is_too_long(sentence)

    def make(self, sentences: Iterable[str], process: SpiceProcess) -> None:
        """Parse what is new, and keep it batch by batch; failures are remembered, not kept.

        Raises:
            MachineError: Java cannot be started, or the cache cannot be written.
        """
        distinct = list(dict.fromkeys(sentences))
        for sentence in filter(self._is_too_long, distinct):
            self._failures[sentence] = (
                f"{len(sentence.split())} words, and SPICE parses {self._limits.max_words} at most "
                "(--spice-max-words)"
            )
        new = [sentence for sentence in distinct if self.lacks(sentence)]
        # Another process that is at the same sentences begins elsewhere, and each takes over
        # what the other has parsed.
        random.Random(os.getpid()).shuffle(new)
        with progress_bar("SPICE: parsing sentences", len(new)) as bar:
            for first in range(0, len(new), _BATCH):
                # Short ones last, so that no core waits long for another at the batch's end.
                batch = sorted(new[first : first + _BATCH], key=len, reverse=True)
                self._kept.refresh()
                self._parse([text for text in batch if text not in self._kept], process)
                bar.advance(len(batch))

    def _parse(self, batch: Sequence[str], process: SpiceProcess) -> None:
        if not batch:
            return
        parsed = dict(zip(batch, process.parse(batch), strict=True))
        for text, (_, failure) in parsed.items():
            if failure is not None:
                self._failures[text] = failure
        self._kept.add(
            {
                text: propositions
                for text, (propositions, _) in parsed.items()
                if propositions is not None
            }
        )

    def _is_too_long(self, sentence: str) -> bool:
        return sentence not in self._kept and len(sentence.split()) > self._limits.max_words


def made_with(files: ParserFiles) -> str:
    """Say all that a sentence's propositions depend on besides the sentence."""
    return f"spice 1.0 of pycocoevalcap {version_of('pycocoevalcap')}, parser {files.fingerprint}"

"""What SPICE may take: words of a sentence, memory, time without an answer."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.contract.metrics import SPICE_MAX_WORDS
from benchmark.machine.memory_limits import memory_limit_mib

MAX_WORDS = SPICE_MAX_WORDS
_PARSER_MIB = 400
"""The parser's grammar and code, WordNet, and the garbage of short sentences."""
_CHART_MIB = 0.06
"""Of one cell of a chart; a sentence of n words has n (n + 1) / 2."""
_LONG_WORDS = 41
_PATIENCE_S = 300.0
_PATIENCE_WORDS = 100
"""Up to here a sentence takes seconds, and beyond it the time grows with the cube of its words."""


@dataclass(frozen=True, slots=True)
class SpiceLimits:
    """What SPICE may take.

    Attributes:
        max_words: longer sentences are not parsed, and their clips have no SPICE. Time grows with
            the cube of the words, memory with the square.
        heap_mib: the memory of Java's objects; None for what ``max_words`` needs, and no more
            than three quarters of what this machine or container has.
    """

    max_words: int = MAX_WORDS
    heap_mib: int | None = None

    @property
    def n_words_alone(self) -> int:
        """From this length on no two sentences are parsed at once."""
        return _LONG_WORDS

    def heap(self) -> int:
        """Return the memory of Java's objects in MiB."""
        if self.heap_mib is not None:
            return self.heap_mib
        charts = _cells(self.max_words) + _cells(min(self.max_words, _LONG_WORDS))
        return min(int(_PARSER_MIB + charts * _CHART_MIB), int(memory_limit_mib() * 0.75))

    def timeout_s(self) -> float:
        """Return the longest silence that may be work."""
        return _PATIENCE_S * max(1.0, (self.max_words / _PATIENCE_WORDS) ** 3)


def _cells(n_words: int) -> float:
    return n_words * (n_words + 1) / 2

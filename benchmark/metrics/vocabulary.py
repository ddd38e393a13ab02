"""How many different words a system uses, and how long its captions are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from benchmark.metrics.ngrams import Tokens
from benchmark.metrics.references import require_references


class VocabularyReferences:
    """The words of a split's references, counted once for any number of systems."""

    def __init__(self, references: Sequence[Sequence[Tokens]]) -> None:
        """Count the different words of all references, and those to expect of one per clip.

        Raises:
            DataError: a clip has no reference.
        """
        require_references(references)
        self._n_words = count_words([tokens for clip in references for tokens in clip])
        self._n_expected = expected_words(references)

    def score(self, candidates: Sequence[Tokens]) -> dict[str, float]:
        """Describe one system's captions, all of them together.

        Keys, as aac-metrics spells them where the figure is the same:

        - ``vocab.cands``: different words of the candidates.
        - ``vocab.mrefs_full``, ``vocab.ratio_full``: of all references; candidates' over theirs.
        - ``vocab.mrefs_expected``, ``vocab.ratio_expected``: see ``expected_words``. aac-metrics
          estimates it by a few random draws and calls it ``vocab.mrefs_avg``.
        - ``sent_len.cands``: mean number of tokens of a candidate.

        A ratio or mean of nothing is nan.
        """
        n_words = count_words(candidates)
        n_tokens = sum(len(tokens) for tokens in candidates)
        return {
            "vocab.cands": float(n_words),
            "vocab.mrefs_full": float(self._n_words),
            "vocab.ratio_full": _ratio(n_words, self._n_words),
            "vocab.mrefs_expected": self._n_expected,
            "vocab.ratio_expected": _ratio(n_words, self._n_expected),
            "sent_len.cands": _ratio(n_tokens, len(candidates)),
        }


def count_words(sentences: Sequence[Tokens]) -> int:
    """Count the different words of some sentences."""
    return len(set().union(*sentences))


def expected_words(references: Sequence[Sequence[Tokens]]) -> float:
    """Return how many different words one reference per clip, drawn at random, has on average.

    Exactly, without drawing: the sum over the words of the probability that at least one clip's
    drawn reference has it. This is the fair measure for a system, which writes one caption per
    clip too.
    """
    absence: dict[str, float] = {}
    for clip in references:
        holders = Counter(word for tokens in clip for word in set(tokens))
        for word, n_holders in holders.items():
            absence[word] = absence.get(word, 1.0) * (1.0 - n_holders / len(clip))
    return math.fsum(1.0 - probability for probability in absence.values())


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan

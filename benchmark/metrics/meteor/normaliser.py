"""METEOR's own text normalisation, run ahead of scoring on the few texts that it changes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from benchmark.metrics.jvm.text_java import TextJava

_UNCHANGED = re.compile(r"([a-z0-9]+( [a-z0-9]+)*)?")
_CHUNK_TEXTS = 1000
_SILENCE_S = 300.0
"""A chunk takes a tenth of a second."""


def normalise(texts: Iterable[str], java: TextJava) -> dict[str, str]:
    """Normalise texts as METEOR 1.5's ``-norm`` does: punctuation is parted, case is lowered.

    Normalisation is two dozen regular expressions for punctuation. They leave words of ASCII
    letters and digits parted by single spaces as they are: nearly every tokenised caption. The
    others go through METEOR's class.

    Returns:
        Each distinct text and its normal form.

    Raises:
        MachineError: Java or METEOR's jar is missing or fails.
    """
    normal = {text: text for text in texts}
    changing = [text for text in normal if not _UNCHANGED.fullmatch(text)]
    for start in range(0, len(changing), _CHUNK_TEXTS):
        chunk = changing[start : start + _CHUNK_TEXTS]
        (answers,) = java.ask("normalise", _SILENCE_S, texts=chunk)
        normal.update(zip(chunk, answers, strict=True))
    return normal

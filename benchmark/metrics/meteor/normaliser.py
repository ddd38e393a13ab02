"""METEOR's own text normalisation, run ahead of scoring on the few texts that it changes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from benchmark.errors import MachineError
from benchmark.metrics.java import QUICK_START, pycocoevalcap_file, run_java
from benchmark.metrics.tokenise import encode_lines

_TASK = "METEOR's normaliser"
_UNCHANGED = re.compile(r"([a-z0-9]+( [a-z0-9]+)*)?")


def normalise(texts: Iterable[str]) -> dict[str, str]:
    """Normalise texts as METEOR 1.5's ``-norm`` does, except for its lower-casing.

    Normalisation is two dozen regular expressions for punctuation. They leave words of ASCII
    letters and digits parted by single spaces as they are: nearly every tokenised caption. The
    others go through METEOR's class in one start of Java; none is started where there are none.

    Returns:
        Each distinct text and its normal form.

    Raises:
        DataError: a text cannot be written as UTF-8.
        MachineError: Java or METEOR's jar is missing or fails.
    """
    normal = {text: text for text in texts}
    changing = [text for text in normal if not _UNCHANGED.fullmatch(text)]
    if not changing:
        return normal
    jar = pycocoevalcap_file("meteor/meteor-1.5.jar")
    utf8 = ("-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8")
    main_class, language, keep_punctuation = "edu.cmu.meteor.util.Normalizer", "en", "true"
    output = run_java(
        [*QUICK_START, *utf8, "-cp", jar, main_class, language, keep_punctuation],
        encode_lines(changing),
        _TASK,
    )
    lines = output.decode().replace("\r\n", "\n").split("\n")
    if lines.pop() != "" or len(lines) != len(changing):
        raise MachineError(
            f"{_TASK} was given {len(changing)} lines and gave back {len(lines)}. A caption must "
            "not hold a line break; tokenise captions before scoring them."
        )
    return normal | dict(zip(changing, lines, strict=True))

"""PTB tokenisation of captions, as every published captioning score uses it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmark.errors import DataError, MachineError
from benchmark.metrics.java import QUICK_START, pycocoevalcap_file, run_java

Tokens = tuple[str, ...]

_TASK = "the PTB tokeniser"
_PUNCTUATION = frozenset(["''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";"])
_LINE_SEPARATORS = str.maketrans(dict.fromkeys("\n\r\v\f\u2028\u2029", " "))
_NEUTRAL_LINE = "a"


def tokenise(texts: Sequence[str]) -> list[Tokens]:
    """Tokenise captions with Stanford's PTBTokenizer (CoreNLP 3.4.1), lower-cased.

    Punctuation is dropped as COCO caption evaluation does; brackets stay (``-lrb-``). A line
    separator inside a caption counts as a space. All texts take one start of Java, and equal
    texts are tokenised once.

    The tokeniser looks past the end of a line: ``no.`` keeps its full stop before a line that
    begins with a digit. So every caption is followed by a line ``a``, and its tokens do not
    depend on what else is tokenised with it.

    Returns:
        The tokens of each text, in order; an empty tuple where nothing is left.

    Raises:
        DataError: a text holds half a surrogate pair, which has no UTF-8 form.
        MachineError: Java or the jar is missing or fails, or lines went astray.
    """
    lines = list(dict.fromkeys(text.translate(_LINE_SEPARATORS) for text in texts))
    if not lines:
        return []
    tokens = dict(zip(lines, _run_tokeniser(lines), strict=True))
    return [tokens[text.translate(_LINE_SEPARATORS)] for text in texts]


def encode_lines(lines: Iterable[str]) -> bytes:
    """Encode lines as UTF-8, each with a line feed.

    Raises:
        DataError: a line holds half a surrogate pair.
    """
    try:
        return "".join(f"{line}\n" for line in lines).encode()
    except UnicodeEncodeError as error:
        start = max(error.start - 40, 0)
        raise DataError(
            f"a caption holds half a surrogate pair: {error.object[start : error.end + 40]!r}. "
            "It cannot be written as UTF-8; repair the captions file's encoding."
        ) from error


def _run_tokeniser(lines: Sequence[str]) -> list[Tokens]:
    jar = pycocoevalcap_file("tokenizer/stanford-corenlp-3.4.1.jar")
    main_class = "edu.stanford.nlp.process.PTBTokenizer"
    output = run_java(
        [*QUICK_START, "-cp", jar, main_class, "-preserveLines", "-lowerCase"],
        encode_lines(line for text in lines for line in (text, _NEUTRAL_LINE)),
        _TASK,
    )
    tokenised = output.decode().split("\n")
    if tokenised.pop() != "" or tokenised[1::2] != [_NEUTRAL_LINE] * len(lines):
        raise MachineError(
            f"{_TASK} was given {2 * len(lines)} lines and gave back {len(tokenised)}, "
            "or gave them back out of step. Please report this with the captions."
        )
    return [_words(line) for line in tokenised[::2]]


def _words(line: str) -> Tokens:
    """Drop punctuation, then split once more: PTB writes ``3 1/2`` with a no-break space."""
    return tuple(" ".join(word for word in line.split(" ") if word not in _PUNCTUATION).split())

"""PTB tokenisation of captions, as every published captioning score uses it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress

from benchmark.errors import DataError, MachineError
from benchmark.metrics.chunks import chunks
from benchmark.metrics.jvm.text_java import PTB_JAR, TextJava, kept_results
from benchmark.metrics.kept import KeptResults

Tokens = tuple[str, ...]

_PUNCTUATION = frozenset(["''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";"])
_LINE_SEPARATORS = str.maketrans(dict.fromkeys("\n\r\v\f\u2028\u2029", " "))
_NEUTRAL_LINE = "a"
_CHUNK_CHARACTERS = 1 << 16
_FORM = 1  # of what is kept: one more where the same jar gives other tokens
_SILENCE_S = 300.0
"""A chunk takes less than a second."""


def kept_tokens() -> KeptResults:
    """Open the tokens that the same jar gave earlier.

    Raises:
        MachineError: as ``kept_results``.
    """
    return kept_results("tokens", [str(_FORM)], PTB_JAR)


def tokenise(
    texts: Sequence[str], java: TextJava | None = None, kept: KeptResults | None = None
) -> list[Tokens]:
    """Tokenise captions with Stanford's PTBTokenizer (CoreNLP 3.4.1), lower-cased.

    Punctuation is dropped as COCO caption evaluation does; brackets stay (``-lrb-``). A line
    separator inside a caption counts as a space. Equal texts are tokenised once.

    The tokeniser looks past the end of a line: ``no.`` keeps its full stop before a line that
    begins with a digit. So every caption is followed by a line ``a``, and its tokens do not
    depend on what else is tokenised with it.

    Args:
        texts: captions.
        java: where they are tokenised; default: a process of its own, which is started.
        kept: where tokens are looked up first and new ones added; no Java is needed where all
            are known.

    Returns:
        The tokens of each text, in order; an empty tuple where nothing is left.

    Raises:
        DataError: a text holds half a surrogate pair, which has no UTF-8 form.
        MachineError: Java or the jar is missing or fails, or lines went astray.
    """
    lines = list(dict.fromkeys(text.translate(_LINE_SEPARATORS) for text in texts))
    for line in lines:
        _require_utf8(line)
    known = {line: tuple(kept[line].split()) for line in lines if kept is not None and line in kept}
    new = [line for line in lines if line not in known]
    if new:
        with TextJava() if java is None else nullcontext(java) as running:
            tokenised = list(_tokenise(list(chunks(new, len, _CHUNK_CHARACTERS)), running))
        fresh = dict(zip(new, tokenised, strict=True))
        if kept is not None:
            with suppress(MachineError):  # n-grams need no cache; what is not kept is made again
                kept.add({line: " ".join(words) for line, words in fresh.items()})
        known |= fresh
    return [known[text.translate(_LINE_SEPARATORS)] for text in texts]


def _require_utf8(line: str) -> None:
    try:
        line.encode()
    except UnicodeEncodeError as error:
        start = max(error.start - 40, 0)
        raise DataError(
            f"a caption holds half a surrogate pair: {line[start : error.end + 40]!r}. "
            "It cannot be written as UTF-8; repair the captions file's encoding."
        ) from error


def _tokenise(parts: Sequence[Sequence[str]], java: TextJava) -> Iterator[Tokens]:
    texts = ["".join(f"{line}\n{_NEUTRAL_LINE}\n" for line in lines) for lines in parts]
    answers = java.ask("tokenise", _SILENCE_S, chunks=texts)
    for lines, answer in zip(parts, answers, strict=True):
        tokenised = answer.split("\n")
        if tokenised.pop() != "" or tokenised[1::2] != [_NEUTRAL_LINE] * len(lines):
            raise MachineError(
                f"the PTB tokeniser was given {2 * len(lines)} lines and gave back "
                f"{len(tokenised)}, or gave them back out of step. Please report this with the "
                "captions."
            )
        yield from map(_words, tokenised[::2])


def _words(line: str) -> Tokens:
    """Drop punctuation, then split once more: PTB writes ``3 1/2`` with a no-break space."""
    return tuple(" ".join(word for word in line.split(" ") if word not in _PUNCTUATION).split())

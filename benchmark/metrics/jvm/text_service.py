"""What the child for texts answers: PTB's tokeniser, METEOR's normaliser and METEOR's aligner.

Run beside a JVM by ``child``, never imported by the bench. Java's classes are called as their own
command lines call them, so that numbers are theirs.
"""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jpype import JArray, JClass, JString

_LOWER = JClass("java.util.Locale").ENGLISH


class Service:
    """See ``child.Order``; ``n_threads`` work at a time."""

    def __init__(self, n_threads: int) -> None:
        self._pool = ThreadPoolExecutor(n_threads)
        self._aligners = threading.local()
        self._stems: Any = None
        self._scorer: Any = None

    def tokenise(self, chunks: Sequence[str]) -> Iterator[str]:
        """Tokenise chunks of lines, as ``PTBTokenizer -preserveLines -lowerCase`` does."""
        return self._work(_tokenise, chunks)

    def normalise(self, texts: Sequence[str]) -> Iterator[list[str]]:
        """Normalise texts, as ``Normalizer en true`` does, in lower case."""
        constants = JClass("edu.cmu.meteor.util.Constants")
        normaliser = JClass("edu.cmu.meteor.util.Normalizer")
        language = constants.getLanguageID(constants.normLanguageName("en"))
        yield [
            str(normaliser.normalizeLine(text, language, True).toLowerCase(_LOWER))
            for text in texts
        ]

    def load(self, paraphrases: str, synonyms: str, words: Sequence[str]) -> Iterator[int]:
        """Make METEOR ready, as ``-stdio -l en -lower -a paraphrases -d synonyms`` does.

        ``words`` are all that it will be asked about. Their stems are looked up: METEOR finds the
        stem of each word anew for each alignment.

        Yields:
            How many paraphrases it took in; it prints that it cannot read more, and goes on.
        """
        options = [*("-", "-", "-stdio", "-l", "en", "-lower"), "-a", paraphrases, "-d", synonyms]
        properties = JClass("Meteor").createPropertiesFromArgs(JArray(JString)(options), 2)
        configuration = JClass("edu.cmu.meteor.scorer.MeteorConfiguration")(properties)
        self._scorer = JClass("edu.cmu.meteor.scorer.MeteorScorer")(configuration)
        aligner = _get(self._scorer, "aligner")
        self._stems = _look_up(
            _get(aligner, "stemmer"), words, Path(paraphrases).with_name("stems.gz")
        )
        yield int(_get(_get(aligner, "paraphrase"), "paraphrase").size())

    def align(self, chunks: Sequence[Sequence[tuple[str, list[str]]]]) -> Iterator[list[str]]:
        """Align candidates with their references, the best reference for each.

        Yields:
            For each chunk the statistics of its alignments, as METEOR writes them.
        """
        return self._work(self._align, chunks)

    def _work(self, work: Callable[[Any], Any], chunks: Sequence[Any]) -> Iterator[Any]:
        """Work on chunks side by side, and give what comes of them in their order."""
        futures = [self._pool.submit(work, chunk) for chunk in chunks]
        try:
            for future in futures:
                yield future.result()
        finally:
            for future in futures:
                future.cancel()

    def _align(self, pairs: Sequence[tuple[str, list[str]]]) -> list[str]:
        scorer = self._own_scorer()
        array_list, as_list = JClass("java.util.ArrayList"), JClass("java.util.Arrays").asList
        return [
            str(
                scorer.getMeteorStats(
                    JString(candidate), array_list(as_list(JArray(JString)(references)))
                ).toString()
            )
            for candidate, references in pairs
        ]

    def _own_scorer(self) -> Any:
        """Give this thread a scorer: one works for one caller at a time, its tables for all."""
        if getattr(self._aligners, "original", None) is not self._scorer:
            scorer = JClass("edu.cmu.meteor.scorer.MeteorScorer")(self._scorer)
            if self._stems is not None:
                _set(_get(scorer, "aligner"), "stemmer", self._stems)
            self._aligners.scorer, self._aligners.original = scorer, self._scorer
        return self._aligners.scorer


def _tokenise(text: str) -> str:
    out = JClass("java.io.ByteArrayOutputStream")()
    encoded = JClass("java.io.OutputStreamWriter")(out, "utf-8")
    writer = JClass("java.io.BufferedWriter")(encoded)
    reader = JClass("java.io.StringReader")(text)
    yes, no = (JClass("java.lang.Boolean")(flag) for flag in (True, False))
    is_inside, options, keeps_lines, dumps, lowers = None, ",tokenizeNLs", yes, no, yes
    arguments = [reader, writer, is_inside, JString(options), keeps_lines, dumps, lowers]
    tokeniser = JClass("edu.stanford.nlp.process.PTBTokenizer")
    (method,) = (m for m in tokeniser.class_.getDeclaredMethods() if m.getName() == "tokReader")
    method.setAccessible(True)
    method.invoke(None, JArray(JClass("java.lang.Object"))(arguments))
    writer.flush()
    return bytes(out.toByteArray()).decode().replace(os.linesep, "\n")


def _look_up(stemmer: Any, words: Sequence[str], empty: Path) -> Any:
    """Make a stemmer that looks stems up, as METEOR has one; None where it would mix words up."""
    empty.write_bytes(gzip.compress(b""))
    address = JClass("java.io.File")(str(empty)).toURI().toURL()
    stems = JClass("edu.cmu.meteor.aligner.LookupTableStemmer")(address)
    table = _get(stems, "table")
    for word in words:
        word = JString(word)
        table.put(JClass("java.lang.Integer")(word.hashCode()), stemmer.stem(word))
    return stems if table.size() == len(words) else None  # its keys are hash codes


def _get(owner: Any, name: str) -> Any:
    return _field(owner, name).get(owner)


def _set(owner: Any, name: str, value: Any) -> None:
    _field(owner, name).set(owner, value)


def _field(owner: Any, name: str) -> Any:
    field = owner.getClass().getDeclaredField(name)
    field.setAccessible(True)
    return field

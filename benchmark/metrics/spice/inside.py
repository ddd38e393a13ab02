"""SPICE's own classes, driven from Python beside the JVM: run by ``jvm.child``, never imported.

SPICE's main program asks Java for a JavaScript engine, loads models of named entities that
nothing reads, and keeps parses where two processes, ARM and captions of 500 bytes cannot. What it
scores with is in classes that need none of that.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jpype

Proposition = list[str]
"""(object), (object, attribute) or (subject, object, relation)."""

Parsed = tuple[list[Proposition] | None, str | None]
"""A sentence's propositions, or why Java gave none."""

_PARTS = ("object", "attribute", "relation", "cardinality", "color", "size")
_ANNOTATORS = "tokenize,ssplit,parse,lemma"
"""SPICE asks for named entities besides, and never looks at them."""


class Service:
    """Sentences to propositions, propositions to scores."""

    def __init__(self, n_threads: int, n_words_alone: int) -> None:
        """Load SPICE.

        Args:
            n_threads: sentences parsed side by side.
            n_words_alone: sentences from this length on are parsed one at a time: the memory
                that one takes grows with the square of its words.
        """
        self._pool = ThreadPoolExecutor(n_threads)
        self._n_words_alone = n_words_alone
        self._alone = threading.Lock()
        self._reading = threading.Lock()
        self._pipeline: Any = None
        java = jpype.JClass
        self._annotation = java("edu.stanford.nlp.pipeline.Annotation")
        parser_class = java("edu.anu.spice.SpiceParser")
        self._parser = parser_class(None, 1, True)
        self._propose = parser_class.class_.getDeclaredMethod(
            "parseAnnotation", self._annotation.class_
        )
        self._propose.setAccessible(True)
        self._synonyms = _field(parser_class.class_, "synonyms").get(self._parser)
        # By name: looked up as attributes, Java's packages need a module that small runtimes lack.
        self._array_list = java("java.util.ArrayList")
        self._scene_graph = java("edu.anu.spice.SceneGraph")
        self._tuple_set = java("edu.anu.spice.TupleSet")
        self._evaluation = java("edu.anu.spice.Evaluation")
        filters = java("edu.anu.spice.TupleFilter")
        self._filters = {name: getattr(filters, f"{name}Filter") for name in _PARTS}

    def parse(self, sentences: Sequence[str]) -> Iterator[Parsed]:
        """Parse sentences side by side; what became of each comes in their order."""
        self._load_pipeline()
        yield from self._pool.map(self._try_parse, sentences)

    def score(
        self, clips: Sequence[tuple[list[Proposition], list[list[Proposition]]]], has_parts: bool
    ) -> Iterator[dict[str, list[float]]]:
        """Score propositions of a candidate against those of its clip's references.

        Yields:
            Precision, recall and F1, as ``all`` and, where asked for, of each kind of
            proposition. NaN where no reference has any of that kind.
        """
        for candidate, references in clips:
            graphs = self._graph([candidate]), self._graph(references)
            scores = {"all": self._evaluate(*map(self._tuple_set, graphs), allow_nan=False)}
            if has_parts:
                for name, chosen in self._filters.items():
                    sets = (self._tuple_set(graph, chosen) for graph in graphs)
                    scores[name] = self._evaluate(*sets, allow_nan=True)
            yield scores

    def _load_pipeline(self) -> None:
        if self._pipeline is None:
            properties = jpype.JClass("java.util.Properties")()
            properties.setProperty("annotators", _ANNOTATORS)
            properties.setProperty("depparse.extradependencies", "MAXIMAL")
            self._pipeline = jpype.JClass("edu.stanford.nlp.pipeline.StanfordCoreNLP")(properties)

    def _try_parse(self, sentence: str) -> Parsed:
        try:
            return self._parse(sentence), None
        except jpype.JException as error:
            return None, str(error)

    def _parse(self, sentence: str) -> list[Proposition]:
        annotation = self._annotation(sentence)
        if len(sentence.split()) >= self._n_words_alone:
            with self._alone:
                self._pipeline.annotate(annotation)
        else:
            self._pipeline.annotate(annotation)
        with self._reading:
            proposed = self._propose.invoke(self._parser, annotation)
        rows = _field(proposed.getClass(), "tuples").get(proposed)
        return [[str(word) for word in row] for row in rows]

    def _graph(self, several: Sequence[Sequence[Proposition]]) -> Any:
        graph = self._scene_graph(self._synonyms, True)
        for propositions in several:
            for proposition in propositions:
                words = self._array_list()
                for word in proposition:
                    words.add(jpype.JString(word))
                graph.addTuple(words)
        return graph

    def _evaluate(self, candidate: Any, references: Any, *, allow_nan: bool) -> list[float]:
        evaluation = self._evaluation(candidate, references, allow_nan, True)
        return [float(evaluation.pr), float(evaluation.re), float(evaluation.f)]


def _field(owner: Any, name: str) -> Any:
    field = owner.getDeclaredField(name)
    field.setAccessible(True)
    return field

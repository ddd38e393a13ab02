"""The texts of all tasks, tokenised once, and work on references that tasks share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from benchmark.contract import References
from benchmark.contract.metrics import MetricTask
from benchmark.metrics.bleu import BleuReferences, BleuScores
from benchmark.metrics.cider import CiderReferences
from benchmark.metrics.jvm.text_java import TextJava
from benchmark.metrics.ngrams import NgramCounts, count_ngrams
from benchmark.metrics.references import PreparedReferences
from benchmark.metrics.rouge import RougeReferences
from benchmark.metrics.scores import PerClip, ScoringTask
from benchmark.metrics.tokenise import kept_tokens, tokenise
from benchmark.metrics.vocabulary import VocabularyReferences

Tokens = tuple[str, ...]


def distinct_texts(tasks: Sequence[ScoringTask]) -> list[str]:
    """Gather every candidate and reference of all tasks, each once."""
    texts: dict[str, None] = {}
    seen: set[int] = set()
    for task in tasks:
        texts.update(dict.fromkeys(task.candidates.values()))
        for references in (task.references, task.documents.references):
            if id(references) not in seen:
                seen.add(id(references))
                for captions in references.values():
                    texts.update(dict.fromkeys(captions))
    return list(texts)


class TokenisedSplit:
    """One split's references as tokens, made ready for each lexical metric on first use."""

    def __init__(self, references: References, idf_references: References, corpus: Corpus) -> None:
        self.row_of = {clip_id: row for row, clip_id in enumerate(sorted(references))}
        self._texts = [references[clip_id] for clip_id in self.row_of]
        self._idf_texts = idf_references.values()
        self._corpus = corpus

    @cached_property
    def tokens(self) -> list[list[Tokens]]:
        return [[self._corpus.tokens[text] for text in clip] for clip in self._texts]

    @cached_property
    def ngrams(self) -> list[list[NgramCounts]]:
        return self._count(self._texts)

    @cached_property
    def bleu(self) -> PreparedReferences[NgramCounts, BleuScores]:
        return BleuReferences(self.ngrams)

    @cached_property
    def cider(self) -> CiderReferences:
        return CiderReferences(self.ngrams, documents=self._count(self._idf_texts))

    @cached_property
    def rouge(self) -> PreparedReferences[Tokens, PerClip]:
        return RougeReferences(self.tokens)

    @cached_property
    def vocabulary(self) -> VocabularyReferences:
        return VocabularyReferences(self.tokens)

    def _count(self, texts: Iterable[Sequence[str]]) -> list[list[NgramCounts]]:
        return [[self._corpus.ngrams(text) for text in clip] for clip in texts]


@dataclass(frozen=True, slots=True)
class TokenisedTask:
    """A task's candidates and references as tokens, in the task's clip order.

    ``joined`` texts are tokens with blanks between: what METEOR, SPICE and the model-based
    metrics read, as aac-metrics feeds them.
    """

    task: ScoringTask
    corpus: Corpus
    split: TokenisedSplit
    rows: list[int]
    tokens: list[Tokens]
    ngrams: list[NgramCounts]
    joined: list[str]
    joined_references: list[list[str]]


class Corpus:
    """Tokens of every text, and splits shared by the tasks that name the same references."""

    def __init__(self, tokens: Mapping[str, Tokens], java: TextJava) -> None:
        """Begin with the tokens of all texts, and the Java that made them."""
        self.tokens = tokens
        self.java = java
        self._ngrams: dict[str, NgramCounts] = {}
        self._splits: dict[tuple[int, int], TokenisedSplit] = {}

    def joined(self) -> set[str]:
        """Give every text as tokens with blanks between."""
        return {" ".join(tokens) for tokens in self.tokens.values()}

    def ngrams(self, text: str) -> NgramCounts:
        if text not in self._ngrams:
            self._ngrams[text] = count_ngrams(self.tokens[text])
        return self._ngrams[text]

    def tokenised(self, task: ScoringTask) -> TokenisedTask:
        """Lay out one task."""
        documents = task.documents.references
        key = (id(task.references), id(documents))
        split = self._splits.setdefault(key, TokenisedSplit(task.references, documents, self))
        captions = [task.candidates[clip_id] for clip_id in task.clip_ids]
        return TokenisedTask(
            task=task,
            corpus=self,
            split=split,
            rows=[split.row_of[clip_id] for clip_id in task.clip_ids],
            tokens=[self.tokens[text] for text in captions],
            ngrams=[self.ngrams(text) for text in captions],
            joined=[" ".join(self.tokens[text]) for text in captions],
            joined_references=[
                [" ".join(self.tokens[text]) for text in task.references[clip_id]]
                for clip_id in task.clip_ids
            ],
        )


class TaskTexts:
    """What tasks say in each form that engines read, made when one asks for it."""

    def __init__(self, tasks: Sequence[ScoringTask], java: TextJava) -> None:
        self.tasks = tasks
        self._java = java

    @cached_property
    def items(self) -> list[TokenisedTask]:
        """Tokenise and lay out all tasks.

        Raises:
            MachineError: Java is missing or died.
            DataError: a text cannot be tokenised.
        """
        texts = distinct_texts(self.tasks)
        tokens = tokenise(texts, self._java, kept_tokens())
        corpus = Corpus(dict(zip(texts, tokens, strict=True)), self._java)
        return [corpus.tokenised(task) for task in self.tasks]

    @cached_property
    def tokenised(self) -> list[MetricTask]:
        """Show tokens joined by blanks, of candidates and references."""
        return [
            MetricTask(
                item.task.name,
                item.task.clip_ids,
                tuple(item.joined),
                tuple(map(tuple, item.joined_references)),
            )
            for item in self.items
        ]

    @cached_property
    def raw(self) -> list[MetricTask]:
        """Show captions as they were given."""
        return [
            MetricTask(
                task.name,
                task.clip_ids,
                tuple(task.candidates[clip_id] for clip_id in task.clip_ids),
                tuple(tuple(task.references[clip_id]) for clip_id in task.clip_ids),
            )
            for task in self.tasks
        ]

    def end_java(self) -> None:
        """Let Java go, where nobody asks it any more."""
        self._java.close()

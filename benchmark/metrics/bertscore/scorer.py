"""BERTScore as bert-score computes it one pair at a time, for some pairs or for all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.artifacts import ArtifactKey, Artifacts, fingerprint
from benchmark.errors import UsageError
from benchmark.machine.places import artifacts
from benchmark.metrics.bertscore.across import SimilarAcross, spread_to_texts
from benchmark.metrics.bertscore.engine import Engine
from benchmark.metrics.bertscore.groups import Aggregation, find_top_k_of_groups
from benchmark.metrics.bertscore.scores import BertScores
from benchmark.metrics.bertscore.search import find_above, find_top_k
from benchmark.metrics.bertscore.shards import PairBlock, ShardFolder
from benchmark.metrics.bertscore.similar import BLOCKS_PER_SHARD, Threshold, find_similar
from benchmark.metrics.bertscore.sparse import SimilarPairs, write_sparse_rows
from benchmark.metrics.bertscore.tokens import Index, TextsOfRows
from benchmark.metrics.references import require_references
from benchmark.models.tokenizer_hash import hash_tokenizer
from benchmark.models.weights import ChosenModel


class BertScore:
    """BERTScore (Zhang et al. 2020): greedy matching of contextual token states.

    Every different sentence is encoded once, in batches of one length, so that no result depends
    on its company; bert-score's do, as it pads, and only its batch size 1 is well defined. The
    states of [CLS] and [SEP] may be matched but do not count in a mean. A text without words
    scores 0, and one that is longer than the model allows is cut. There is no rescaling.

    Precision and recall of unlike texts may be negative, and F1's formula has a pole where they
    sum to 0. ``score`` and ``score_pairs`` keep to the formula, as bert-score does. Where many
    texts are compared a few such pairs would decide the lowest F1 or the best match: there F1 is 0
    unless precision and recall are both positive.
    """

    def __init__(
        self,
        model: ChosenModel,
        layer: int | None = None,
        *,
        idf: bool = False,
        device: str = "cpu",
        memory_mib: int = 2048,
        half: bool = False,
        tokens_per_block: int | None = None,
    ) -> None:
        """Load the model up to one layer.

        Args:
            model: see ``models.weights.choose_model``.
            layer: whose states to compare, counted from 1; None takes ``standard_layer``.
            idf: weigh tokens by their inverse document frequency in the reference texts.
            device: torch's spelling.
            memory_mib: what states and products may take besides model and libraries; where all
                states of a corpus do not fit, they are read from a file, block by block.
            half: on a GPU, keep states in 16 bits, and compare all pairs and search in one fused
                kernel; similarities then have about three exact decimals.
            tokens_per_block: how much is matched in one product; None suits the device. It
                decides speed, not results.

        Raises:
            MissingWeightsError: the model cannot be loaded.
            UsageError: the model has no such layer; or ``half`` without a GPU.
        """
        self.model = model
        self.idf = idf
        self._engine = Engine(
            model,
            layer,
            idf=idf,
            device=device,
            memory_mib=memory_mib,
            half=half,
            tokens_per_block=tokens_per_block,
        )
        self.layer = self._engine.layer
        self.max_tokens = self._engine.encoder.text.max_tokens

    def hash_tokenizer(self) -> str:
        """Hash how texts become tokens, but for the length that they are cut to."""
        return hash_tokenizer(self._engine.encoder.text.tokenizer)

    def score(self, candidates: Sequence[str], references: Sequence[Sequence[str]]) -> BertScores:
        """Score one caption per clip against several.

        Precision, recall and F1 are each the largest over the references on their own, so they
        may come from different references.

        Args:
            candidates: one caption per clip.
            references: at least one caption per clip.

        Returns:
            Three arrays ``(n_clips,)``; a corpus value is their mean.

        Raises:
            DataError: there is no clip, or a clip has no reference.
            ValueError: candidates and references differ in number, or a clip's references are
                one text.
        """
        if any(isinstance(clip, str) for clip in references):
            raise ValueError(
                "references hold a text where several captions of a clip were expected; for one "
                "reference each there is score_pairs."
            )
        require_references(references)
        repeated = [
            candidate for candidate, clip in zip(candidates, references, strict=True) for _ in clip
        ]
        pairs = self.score_pairs(repeated, [text for clip in references for text in clip])
        return pairs.best_of([len(clip) for clip in references])

    def score_pairs(self, candidates: Sequence[str], references: Sequence[str]) -> BertScores:
        """Score each candidate against one reference.

        Returns:
            Three arrays ``(n_pairs,)``.

        Raises:
            ValueError: candidates and references differ in number.
        """
        return BertScores.of(*self._engine.match_pairs(candidates, references))

    def all_pairs(self, texts: Sequence[str]) -> Iterator[PairBlock]:
        """Compare all texts with all others, block by block.

        Each different sentence is compared once, as its first text; texts that differ only in
        what the tokenizer drops are one sentence. IDF weights come from all texts.

        Yields:
            F1 of text indices with text indices; every pair is in one block, once.
        """
        sentences = self._engine.find_sentences(texts)
        first_text = sentences.first_text
        with self._engine.pairing(sentences) as pairs:
            for shard in range(pairs.n_shards):
                for block in pairs.shard(shard):
                    rows, columns = first_text[block.rows], first_text[block.columns]
                    yield PairBlock(rows, columns, block.f1, block.n_pairs)

    def similar_pairs(
        self,
        texts: Sequence[str],
        threshold: float,
        *,
        normalised: bool = False,
        folder: Path | None = None,
    ) -> SimilarPairs:
        """Find all pairs of texts whose F1 is above a threshold, and keep them on disk.

        A killed call continues where it stopped; a finished one is there at once. Either is
        recognised by the weights, the layer, the texts and all that decides the numbers.

        Args:
            texts: captions; those that are spelled alike are compared once.
            threshold: pairs above it are similar.
            normalised: the threshold counts from the lowest F1 of all pairs, 0, to the F1 of a
                text with itself, 1 (Koizumi et al. 2020 take 0.7).
            folder: where results are kept; None means the cache.

        Raises:
            UsageError: there are not two different texts, or a normalised threshold is not in
                [0, 1].
            MachineError: the folder cannot be written.
        """
        limit = Threshold(threshold, normalised)
        sentences = self._engine.find_sentences(texts)
        if len(sentences.token_ids) < 2:
            raise UsageError(
                f"found {len(sentences.token_ids)} different texts among {len(texts)}; similar "
                "pairs need at least two."
            )
        key = self._key(texts, limit)
        store = artifacts() if folder is None else Artifacts(folder)
        shards_path = store.root / f"bertscore-shards-{fingerprint(key)}"

        def build(target: Path) -> None:
            folder = ShardFolder(shards_path)
            with self._engine.pairing(sentences) as pairs:
                shards, lowest_f1 = find_similar(pairs, folder, limit, pairs.guess_minimum())
            write_sparse_rows(target, sentences.row_of_text, folder, shards, lowest_f1)

        result = store.get_or_build("bertscore-pairs", key, build)
        shutil.rmtree(shards_path, ignore_errors=True)
        return SimilarPairs(result)

    def similar_across(
        self, references: Sequence[str], candidates: Sequence[str], threshold: float
    ) -> SimilarAcross:
        """Find all pairs of a text of one corpus and one of another whose F1 is above a threshold.

        Texts that are spelled alike are similar, as in ``similar_pairs``. IDF weights come from
        the references.

        Args:
            references: texts, at least one.
            candidates: the same.
            threshold: a plain F1, such as ``SimilarPairs.threshold``.

        Raises:
            UsageError: there are no texts.
        """
        asked = self._engine.find_sentences(references)
        known = self._engine.find_sentences(candidates)
        with self._engine.searching(asked, known) as (ours, theirs, workers):
            above = find_above(ours, theirs, threshold, self._engine.matcher, workers)
        return spread_to_texts(asked, known, above)

    def top_k(
        self, queries: Sequence[str], corpus: Sequence[str], k: int
    ) -> tuple[Index, NDArray[np.float32]]:
        """Find the texts of a corpus with the highest F1 for each query.

        F1 is the same in both directions. The queries are the references, which matters for IDF
        weights alone: they come from the queries.

        Args:
            queries: texts.
            corpus: texts, repeated ones too, which count on their own.
            k: how many; not more than the corpus holds are returned.

        Returns:
            Indices into the corpus and F1, both ``(n_queries, min(k, n_corpus))``, best first,
            equals by the lowest index.

        Raises:
            UsageError: the corpus or the queries are empty, or k is below 1.
        """
        if k < 1 or not queries or not corpus:
            raise UsageError(
                f"top_k needs a query, a text and k of at least 1; found {len(queries)} queries, "
                f"{len(corpus)} texts and k={k}."
            )
        asked, known = self._engine.find_sentences(queries), self._engine.find_sentences(corpus)
        with self._engine.searching(asked, known) as (ours, theirs, workers):
            texts = TextsOfRows(known.row_of_text)
            best = find_top_k(
                ours, theirs, texts, min(k, len(corpus)), self._engine.matcher, workers
            )
        return best[0][asked.row_of_text], best[1][asked.row_of_text]

    def top_k_of_groups(
        self,
        groups: Sequence[Sequence[str]],
        corpus: Sequence[str],
        k: int,
        aggregation: Aggregation = "mean",
    ) -> tuple[Index, NDArray[np.float32]]:
        """Find the texts of a corpus that suit groups of queries best, such as a clip's references.

        Args:
            groups: each at least one text.
            corpus: texts, repeated ones too, which count on their own.
            k: how many; not more than the corpus holds are returned.
            aggregation: a text's score is the ``mean`` or the ``max`` of its F1 with the group.

        Returns:
            Indices into the corpus and aggregated F1, both ``(n_groups, min(k, n_corpus))``,
            best first, equals by the lowest index.

        Raises:
            UsageError: there is no group, an empty one, no text, or k is below 1.
        """
        if k < 1 or not groups or not corpus or not all(groups):
            raise UsageError(
                f"top_k_of_groups needs groups of at least one query, a text and k of at least 1; "
                f"found {len(groups)} groups, {len(corpus)} texts and k={k}."
            )
        asked = self._engine.find_sentences([text for group in groups for text in group])
        known = self._engine.find_sentences(corpus)
        ends = np.cumsum([len(group) for group in groups])
        rows = np.split(asked.row_of_text, ends[:-1])
        with self._engine.searching(asked, known) as (ours, theirs, workers):
            texts = TextsOfRows(known.row_of_text)
            n_best = min(k, len(corpus))
            return find_top_k_of_groups(
                ours, rows, aggregation, theirs, texts, n_best, self._engine.matcher, workers
            )

    def _key(self, texts: Sequence[str], threshold: Threshold) -> ArtifactKey:
        return {
            "format": 1,
            "weights": self.model.sha256,
            "layer": self.layer,
            "idf": self.idf,
            "dtype": str(self._engine.encoder.dtype),
            "texts": hashlib.sha256(json.dumps(list(texts), allow_nan=False).encode()).hexdigest(),
            "tokens_per_block": self._engine.tokens_per_block,
            "blocks_per_shard": BLOCKS_PER_SHARD,
            "threshold": threshold.value,
            "normalised": threshold.normalised,
        }

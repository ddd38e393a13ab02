"""A loaded model with all that comparing texts needs: tokens, weights, threads, memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import UsageError
from benchmark.metrics.bertscore.layers import check_layer
from benchmark.metrics.bertscore.pairs import Matcher
from benchmark.metrics.bertscore.remembered import RememberedStates
from benchmark.metrics.bertscore.similar import AllPairs
from benchmark.metrics.bertscore.states import StateEncoder, TokenStates, encode_states
from benchmark.metrics.bertscore.tokens import (
    Sentences,
    TokenIds,
    TokenWeights,
    distinct_sentences,
    idf_weights,
    plan_blocks,
)
from benchmark.metrics.bertscore.workers import Workers, worker_threads
from benchmark.models.text_encoder import load_text_encoder
from benchmark.models.weights import ChosenModel

_CPU_TOKENS_PER_BLOCK = 1024
_GPU_TOKENS_PER_BLOCK = 8192
_MIB = 2**20


class Engine:
    """Encodes texts once and sets them side by side; ``BertScore`` says what the options mean."""

    def __init__(
        self,
        model: ChosenModel,
        layer: int | None,
        *,
        idf: bool,
        device: str,
        memory_mib: int,
        half: bool,
        tokens_per_block: int | None,
    ) -> None:
        """Load the model up to one layer; see ``BertScore``."""
        import torch

        if half and not (device.startswith("cuda") and torch.cuda.is_available()):
            raise UsageError(f"half=True needs a CUDA device; found {device!r}. Leave it out.")
        self.layer, width = check_layer(model, layer)
        # bert-score means the prefix space, though it gets lost with transformers 5.
        text = load_text_encoder(
            model.folder, device=device, n_layers=self.layer, add_prefix_space=True
        )
        tokenizer = text.tokenizer
        on_cpu = torch.device(device).type == "cpu"
        standard = _CPU_TOKENS_PER_BLOCK if on_cpu else _GPU_TOKENS_PER_BLOCK
        self.idf = idf
        self.encoder = StateEncoder(text, width, device, torch.float16 if half else torch.float32)
        self.matcher = Matcher(fused=half)
        self.tokens_per_block = tokens_per_block or standard
        self._special = frozenset({tokenizer.cls_token_id, tokenizer.sep_token_id} - {None})
        self._memory_bytes = memory_mib * _MIB
        self._remembered = RememberedStates(self.encoder, self._memory_bytes)
        self._label = f"BERTScore: {model.name}"

    def match_pairs(
        self, candidates: Sequence[str], references: Sequence[str]
    ) -> NDArray[np.float64]:
        """Compute precision and recall of single pairs: ``(2, n_pairs)``."""
        ours, theirs = self._tokenise(candidates), self._tokenise(references)
        pairs = list(zip(ours, theirs, strict=True))
        with worker_threads(self.encoder.device) as workers:
            return self._remembered.match(pairs, self._weights(theirs), workers, self._label)

    def find_sentences(self, texts: Sequence[str]) -> Sentences:
        """Find the different sentences among at least one text."""
        if not texts:
            raise UsageError("BERTScore was given no texts to compare; expected at least one.")
        return distinct_sentences(self._tokenise(texts))

    @contextmanager
    def pairing(self, sentences: Sentences) -> Iterator[AllPairs]:
        """Encode sentences to compare them with one another."""
        weights = self._weights_from_all(sentences)
        with (
            worker_threads(self.encoder.device) as workers,
            self._states(sentences, weights, workers) as states,
        ):
            yield AllPairs(states, self.matcher, workers)

    @contextmanager
    def searching(
        self, asked: Sentences, known: Sentences
    ) -> Iterator[tuple[TokenStates, TokenStates, Workers]]:
        """Encode queries, from which IDF weights come, and the sentences to search among."""
        weights = self._weights_from_all(asked)
        with (
            worker_threads(self.encoder.device) as workers,
            self._states(asked, weights, workers, share=0.25) as queries,
            self._states(known, weights, workers, share=0.75) as corpus,
        ):
            yield queries, corpus, workers

    def _tokenise(self, texts: Sequence[str]) -> list[TokenIds]:
        """Spell texts as token ids; a text without words is ``()``, whatever frames it."""
        return [
            tuple(ids) if any(token not in self._special for token in ids) else ()
            for ids in self.encoder.text.token_ids(texts)
        ]

    def _weights(self, references: Sequence[TokenIds]) -> TokenWeights:
        return idf_weights(self._special, references) if self.idf else TokenWeights(self._special)

    def _weights_from_all(self, references: Sentences) -> TokenWeights:
        return self._weights([references.token_ids[row] for row in references.row_of_text])

    @contextmanager
    def _states(
        self, sentences: Sentences, weights: TokenWeights, workers: Workers, share: float = 1.0
    ) -> Iterator[TokenStates]:
        plan = plan_blocks(sentences.token_ids, self.tokens_per_block)
        products = 2 * workers.n_threads * 4 * self.tokens_per_block**2
        memory = max(0, int(share * (self._memory_bytes - products)))
        with encode_states(
            self.encoder, sentences.token_ids, weights, plan, workers, memory, self._label
        ) as states:
            yield states

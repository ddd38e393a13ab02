"""The whole lexical suite as aac-metrics computes it, text to scores."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from aac_metrics_oracle import oracle_folder, oracle_java

Captions = Sequence[str]
ManyReferences = Sequence[Sequence[str]]


class Oracle:
    """aac-metrics 0.5.4 with its Java gate open."""

    def __init__(self, folder: Path) -> None:
        self._java = {"cache_path": str(oracle_folder(folder)), "java_path": oracle_java()}
        self._tmp = {"tmp_path": str(folder)}

    def tokenise(
        self, candidates: Captions, references: ManyReferences
    ) -> tuple[list[str], list[list[str]]]:
        """PTB-tokenise as ``aac_metrics.evaluate`` does."""
        from aac_metrics.utils.tokenization import preprocess_mono_sents, preprocess_mult_sents

        options = {**self._java, **self._tmp}
        return (
            preprocess_mono_sents(list(candidates), **options),
            preprocess_mult_sents([list(texts) for texts in references], **options),
        )

    def lexical(
        self, candidates: list[str], references: list[list[str]]
    ) -> tuple[dict[str, float], dict[str, np.ndarray]]:
        """BLEU, ROUGE-L and CIDEr-D of tokenised texts: corpus values and clips' values."""
        from aac_metrics.functional import bleu_1, bleu_2, bleu_3, bleu_4, cider_d, rouge_l

        corpus: dict[str, float] = {}
        per_clip: dict[str, np.ndarray] = {}
        for metric in (bleu_1, bleu_2, bleu_3, bleu_4, rouge_l, cider_d):
            totals, clips = metric(candidates, references)
            corpus |= {key: float(value) for key, value in totals.items()}
            per_clip |= {key: value.numpy() for key, value in clips.items()}
        return corpus, per_clip

    def meteor(
        self, candidates: list[str], references: list[list[str]]
    ) -> tuple[float, np.ndarray]:
        """METEOR of tokenised texts: corpus value and clips' values."""
        from aac_metrics.functional import meteor

        totals, clips = meteor(candidates, references, **self._java)
        return float(totals["meteor"]), clips["meteor"].numpy()

    def score(
        self, candidates: Captions, references: ManyReferences
    ) -> tuple[dict[str, float], dict[str, np.ndarray]]:
        """Everything, from raw text."""
        tokenised = self.tokenise(candidates, references)
        corpus, per_clip = self.lexical(*tokenised)
        corpus["meteor"], per_clip["meteor"] = self.meteor(*tokenised)
        return corpus, per_clip

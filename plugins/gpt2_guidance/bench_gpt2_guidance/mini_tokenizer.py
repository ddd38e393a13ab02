"""The tokenizer of the backbone ``mini``: a byte-level BPE of GPT-2's kind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from bench_gpt2_guidance.backbone import END
from bench_gpt2_guidance.guidance_text import hash_captions
from benchmark import ArtifactKey, Artifacts

TOKENIZER = "tokenizer.json"
END_TOKEN = 0
_CODE_VERSION = 1


def build_tokenizer(texts: Sequence[str], n_pieces: int, artifacts: Artifacts) -> Path:
    """Train a tokenizer on captions, unless that was done before.

    Args:
        texts: captions.
        n_pieces: at most, the 256 bytes and the end included; never fewer than these.
        artifacts: where it is kept.

    Returns:
        A folder with ``TOKENIZER``.
    """

    def build(folder: Path) -> None:
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=n_pieces,
            special_tokens=[END],  # gets the number END_TOKEN
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator(texts, trainer)
        tokenizer.save(str(folder / TOKENIZER))

    key: ArtifactKey = {
        "code": _CODE_VERSION,
        "n_pieces": n_pieces,
        "captions": hash_captions([texts]),
    }
    return artifacts.get_or_build("gpt2-mini-tokenizer", key, build)

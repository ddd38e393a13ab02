"""What may be chosen about WSAC: a preset decides, and any single option overrides it.

Where the paper and the authors' code disagree, ``paper`` and ``code`` each keep to their side.
``mini`` fits the embedded data set and its encoder.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from benchmark.datasets import EMBEDDED_DATASET
from benchmark.systems import Presets, require_ranges

Strategy = Literal["none", "ni", "es", "nnd", "pd"]
Mapping = Literal["mlp", "linear"]
Vocabulary = Literal["used", "tokenizer", "gpt2"]
Schedule = Literal["steps", "linear", "cosine", "constant"]
BestBy = Literal["loss", "cider_d", "last"]
NoiseStd = float | Literal["published", "estimated"]

PAPER_ENCODER = "ase"
"""The paper's CLAP: CNN14 and BERT, of WavCaps' training."""
PAPER_NOISE_STD = 0.114
"""The square root of the paper's variance, 0.013: a number of its CLAP's space alone."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Options of every WSAC system. A preset decides what is not named.

    Attributes:
        encoder: of sounds and captions, as ``"clap[model=laion/larger_clap_general]"``; the
            paper's has its weights in a file: ``"ase[checkpoint=FILE]"``.

    Decoder:
        mapping: from the embedding to the decoder's first input: ``linear``, or ``mlp``, two
            layers with a tanh between them.
        n_layers (layers): of the decoder, which has the form of GPT-2.
        n_heads (heads): of each layer.
        width (values): of the decoder.
        dropout (share): of the decoder.
        vocabulary: ``used``: the tokenizer's pieces that occur in the training captions;
            ``tokenizer``: all of them; ``gpt2``: all, in a table of GPT-2's 50,257 rows.
        max_tokens (tokens): longer captions are cut to it; the end is kept.
        start_is_target: the decoder also learns the tokenizer's start token.

    Training:
        learning_rate: the highest.
        warmup_epochs (epochs): in which it rises linearly to that,
        warmup_steps (steps): and in which it does after these.
        schedule: after the warm-up ``steps``: x 0.2 every 10 epochs; ``linear`` or ``cosine``: down
            to 0 at the end; ``constant``.
        drops_after_warmup: the 10 epochs of ``steps`` are counted from the end of the warm-up,
            not from the start.
        weight_decay: AdamW's.
        epochs (epochs): at most.
        patience (epochs): stop after so many without a better validation loss; 0: never.
        batch_size (captions): at a time.
        clip_norm (L2 norm): limit of the gradients' norm; 0: none.
        best_by: ``loss``: of all epochs the one with the lowest loss on the captions of the
            validation split; ``cider_d``: the one with the highest CIDEr-D of its clips, each
            decoded from its first caption's embedding; ``last``: the last, whatever it is worth.
        validation_share (share): of the training clips, whose captions choose the epoch where there
            is no validation split, and are not learnt; 0 takes the last epoch there.
        amp: matrix products in bfloat16 where the device gains from it.

    Gap between sounds and captions:
        noise_std: of ``wsac-ni``, for each value of an embedding; ``estimated``: the mean over
            pairs of captions of one clip of the largest difference of a value; ``published``:
            the paper's 0.114 with its encoder, ``ase``, and with any other, or where
            ``noise_source`` is named, ``estimated``.
        noise_clips (clips): that the estimate is made from.
        noise_source: whose captions they are: ``train``, or any data set, as
            ``clotho:development``; ``auto``: ``train`` where a clip of it has two captions, else
            ``clotho:development``.
        shift: ``training`` adds the gap to the captions' embeddings in training; ``decoding``
            takes it off the sound's embedding instead, and needs no training of its own.
        shift_noise_std: of ``wsac-es``, besides the shift.
        gap_clips (clips): with captions, on which the gap is measured, at most.
        gap_source: ``train``, or any data set, as ``clotho:development``; ``auto``: not the one
            trained on, whose sounds the paper does not hear: ``audiocaps:train`` for ``clotho``,
            ``soundscapes:pretrain`` for ``soundscapes``, ``clotho:development`` for all others.
        renormalised: embeddings have unit length again after noise and shift.

    Memory and projection:
        temperature: of the softmax of ``wsac-pd``.
        projection_renormalised: its result has unit length again.
        is_mapped: what is looked up goes through the mapping, as in training; otherwise it is
            the decoder's first input itself, and the widths must agree.
        memory_tail_dropped: the last ``n % 1000`` captions are no part of the memory.

    Writing:
        max_length (tokens): of a caption, at most.
        beam_size (beams): 1 decodes greedily.
        length_penalty: of the beam search.
        repetition_penalty: 1 is none.
        no_repeat_ngram (tokens): n-grams of so many occur once; 0: any may.
    """

    # The defaults are the paper's.
    encoder: str = PAPER_ENCODER
    mapping: Mapping = "mlp"
    n_layers: int = 4
    n_heads: int = 4
    width: int = 768
    dropout: float = 0.1
    vocabulary: Vocabulary = "tokenizer"
    max_tokens: int = 40
    start_is_target: bool = False
    learning_rate: float = 2e-5
    warmup_epochs: int = 5
    warmup_steps: int = 0
    schedule: Schedule = "steps"
    drops_after_warmup: bool = False
    weight_decay: float = 0.0
    epochs: int = 30
    patience: int = 0
    batch_size: int = 64
    clip_norm: float = 1.0
    best_by: BestBy = "loss"
    validation_share: float = 0.02
    amp: bool = True
    noise_std: NoiseStd = "published"
    noise_clips: int = 50
    noise_source: str = "auto"
    shift: Literal["training", "decoding"] = "training"
    shift_noise_std: float = 0.0
    gap_clips: int = 20_000
    gap_source: str = "auto"
    renormalised: bool = False
    temperature: float = 0.01  # not in the paper
    projection_renormalised: bool = False
    is_mapped: bool = True
    memory_tail_dropped: bool = False
    max_length: int = 40
    beam_size: int = 1
    length_penalty: float = 1.0
    repetition_penalty: float = 1.0
    no_repeat_ngram: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        positive, count, share = "above 0", "at least 1", "in [0, 1)"
        inf = float("inf")
        noise = 0.0 if isinstance(self.noise_std, str) else self.noise_std
        ranges = {
            "n_layers": (self.n_layers >= 1, count),
            "n_heads": (self.n_heads >= 1, count),
            "width": (
                self.width >= 1 and self.width % max(1, self.n_heads) == 0,
                f"a multiple of n_heads={self.n_heads}",
            ),
            "dropout": (0 <= self.dropout < 1, share),
            "max_tokens": (2 <= self.max_tokens <= 512, "2 to 512"),
            "learning_rate": (0 < self.learning_rate < inf, positive),
            "warmup_epochs": (self.warmup_epochs >= 0, "0 or more"),
            "warmup_steps": (self.warmup_steps >= 0, "0 or more"),
            "weight_decay": (0 <= self.weight_decay < inf, "0 or more"),
            "epochs": (self.epochs >= 1, count),
            "patience": (self.patience >= 0, "0 or more"),
            "batch_size": (self.batch_size >= 1, count),
            "clip_norm": (0 <= self.clip_norm < inf, "0 or more"),
            "validation_share": (0 <= self.validation_share <= 0.5, "in [0, 0.5]"),
            "noise_std": (0 <= noise < inf, "0 or more, published or estimated"),
            "noise_clips": (self.noise_clips >= 1, count),
            "shift_noise_std": (0 <= self.shift_noise_std < inf, "0 or more"),
            "gap_clips": (self.gap_clips >= 1, count),
            "temperature": (1e-30 <= self.temperature < inf, "above 0 in single precision"),
            "max_length": (1 <= self.max_length <= 512, "1 to 512"),
            "beam_size": (1 <= self.beam_size <= 64, "1 to 64"),
            "length_penalty": (-inf < self.length_penalty < inf, "a finite number"),
            "repetition_penalty": (0 < self.repetition_penalty < inf, positive),
            "no_repeat_ngram": (self.no_repeat_ngram >= 0, "0 or more"),
        }
        require_ranges(self, ranges)
        if self.noise_source != "auto" and not isinstance(self.noise_std, str):
            raise ValueError(
                f"noise_source={self.noise_source} names whose captions the noise is estimated "
                f"from, and noise_std={self.noise_std} gives it; expected one of the two. Choose "
                "noise_std=estimated, or leave noise_source out."
            )


WEIGHT_SETTINGS = (
    *("mapping", "n_layers", "n_heads", "width", "dropout"),
    *("vocabulary", "max_tokens", "start_is_target", "max_length"),
    *("learning_rate", "warmup_epochs", "warmup_steps", "schedule"),
    *("drops_after_warmup", "weight_decay", "epochs"),
    *("patience", "batch_size", "clip_norm", "best_by", "validation_share", "amp"),
)
"""What decides a decoder's weights; noise and shift do so by their values."""

PAPER = Settings()
CODE = Settings(
    mapping="linear",
    vocabulary="gpt2",
    max_tokens=22,
    start_is_target=True,
    learning_rate=1e-5,
    warmup_epochs=0,
    warmup_steps=100,
    schedule="linear",
    weight_decay=0.02,
    clip_norm=0.0,
    best_by="last",
    noise_std=0.0316,  # the square root of its variance, 0.001
    shift_noise_std=0.0316,
    renormalised=True,
    projection_renormalised=True,
    max_length=30,
)
# Chosen on soundscapes:val; the temperature is the one that mini-gap was trained at.
MINI = replace(
    PAPER,
    encoder="mini-gap",
    mapping="linear",
    n_layers=2,
    width=128,
    vocabulary="used",
    learning_rate=2e-3,
    warmup_epochs=1,
    schedule="cosine",
    weight_decay=0.02,
    epochs=10,
    validation_share=0.05,
    noise_std=0.05,
    renormalised=True,
    temperature=0.01,
    projection_renormalised=True,
)
PRESETS = Presets({"paper": PAPER, "code": CODE, "mini": MINI}, {EMBEDDED_DATASET: "mini"})
WsacOptions = PRESETS.options_type(
    "WsacOptions",
    """``paper``: as published; ``code``: as the authors' code runs; ``mini``: small. Where none
    is named, ``mini`` for training on the embedded data set, ``paper`` for any other.""",
)

"""What may be chosen about retrieval; the preset ``paper`` follows the paper where it speaks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from benchmark.datasets import EMBEDDED_DATASET
from benchmark.systems import Presets, require_ranges

Fallback = Literal["further", "furthest", "skip"]
FITTING = {EMBEDDED_DATASET: "mini"}
PRESET_MEANING = """``paper``: as published; ``mini``: small, with no download. Where none is
    named, ``mini`` for training on the embedded data set, ``paper`` for any other."""


@dataclass(frozen=True, slots=True)
class TripletSettings:
    """Options of module 1 of Koizumi et al. (arXiv 2012.07331, section 3.2).

    A preset decides what is not named.

    The paper names: the threshold, dropout before the layer, margin, optimiser and its rates,
    epochs, batch, spread of the first weights, and that the best model on validation is taken.
    The rest is not in it.

    Attributes:
        encoder: an encoder of sequences, as ``"vggish[postprocess=pca]"``.
        duration_s (s): sounds are cut to it or filled with silence, at their end.

    Similar captions:
        similarity_model: BERTScore's model, a name or a folder; never replaced by another.
        similarity_layer (layer): of that model; 0: the one that bert-score takes.
        similarity_idf: weigh tokens by inverse document frequency.
        threshold (F1): captions with a BERTScore F1 above it are similar.
        normalised: the threshold counts from the lowest F1 of all pairs, 0, to the F1 of a caption
            with itself, 1.
        floor_percentile (%): what counts as 0 then: 0: the lowest F1 itself, one extreme pair of
            all; otherwise this percentile of the F1 of all pairs, or of 100,000 drawn ones.
        exclude_duplicates: a clip whose caption is spelled alike is neither positive nor negative.

    Network:
        n_heads (heads): of the transformer layer.
        ffn_width (values): width of its feed-forward part.
        dropout (share): before the layer.
        layer_dropout (share): within the layer.
        positions: what is added to a patch for its place in time.
        norm: whether layer norms follow their sub-layers or precede them.
        initial_std: of the first weights.

    Training:
        margin: between squared distances, which lie in [0, 4].
        fallback: the negative where none is semi-hard. ``further``: the nearest one that is
            further than the positive, which costs nothing but counts in the mean; ``furthest``:
            if that is missing too, the furthest of all; ``skip``: none.
        learning_rate: AdaBound's first rate.
        final_learning_rate: the rate of SGD that AdaBound's bounds close in on.
        epochs (epochs): at most.
        patience (epochs): stop after so many without a better validation loss; 0: never.
        batch_size (clips): at a time.
        validation_share (share): of the training clips, held out to choose the best epoch where the
            run has no validation split; 0 takes the last epoch then.
    """

    # The defaults are the paper's.
    encoder: str = "vggish"
    duration_s: float = 10.0
    similarity_model: str = "roberta-large"
    similarity_layer: int = 0
    similarity_idf: bool = False
    threshold: float = 0.7
    normalised: bool = True
    floor_percentile: float = 0.0
    exclude_duplicates: bool = False
    n_heads: int = 4
    ffn_width: int = 512
    dropout: float = 0.3
    layer_dropout: float = 0.1
    positions: Literal["none", "sinusoidal"] = "none"
    norm: Literal["post", "pre"] = "post"
    initial_std: float = 0.02
    margin: float = 0.3
    fallback: Fallback = "further"
    learning_rate: float = 1e-4
    final_learning_rate: float = 0.1
    epochs: int = 200
    patience: int = 0
    batch_size: int = 128
    validation_share: float = 0.05

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        positive, share = "above 0", "in [0, 1)"
        inf = float("inf")
        ranges = {
            "duration_s": (0 < self.duration_s <= 3600, "above 0 and at most 3600"),
            "similarity_layer": (self.similarity_layer >= 0, "0 or more"),
            "n_heads": (self.n_heads >= 1, "at least 1"),
            "ffn_width": (self.ffn_width >= 1, "at least 1"),
            "dropout": (0 <= self.dropout < 1, share),
            "layer_dropout": (0 <= self.layer_dropout < 1, share),
            "initial_std": (0 < self.initial_std < inf, positive),
            "floor_percentile": (0 <= self.floor_percentile <= 100, "0 to 100"),
            "margin": (0 < self.margin <= 4, "above 0 and at most 4"),
            "learning_rate": (0 < self.learning_rate < inf, positive),
            "final_learning_rate": (0 < self.final_learning_rate < inf, positive),
            "epochs": (self.epochs >= 1, "at least 1"),
            "patience": (self.patience >= 0, "0 or more"),
            "batch_size": (self.batch_size >= 2, "at least 2: a negative is another clip"),
            "validation_share": (0 <= self.validation_share <= 0.5, "in [0, 0.5]"),
        }
        require_ranges(self, ranges)


TRIPLET_PAPER = TripletSettings()
TRIPLET_MINI = replace(
    TRIPLET_PAPER,
    encoder="mini",
    duration_s=5.0,
    similarity_model="all-MiniLM-L6-v2",
    threshold=0.6,  # 0.7 leaves two thirds of the soundscapes fewer than five similar ones
    epochs=60,
    patience=10,
    batch_size=64,
    validation_share=0.1,
)
TRIPLET_PRESETS = Presets({"paper": TRIPLET_PAPER, "mini": TRIPLET_MINI}, FITTING)
TripletOptions = TRIPLET_PRESETS.options_type("TripletOptions", PRESET_MEANING)

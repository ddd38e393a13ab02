"""What may be chosen about captioning with guidance; ``paper`` keeps to the paper."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bench_gpt2_guidance.triplet_options import (
    FITTING,
    PRESET_MEANING,
    TRIPLET_PRESETS,
    TripletSettings,
)
from bench_gpt2_guidance.triplet_system import TRIPLET_RETRIEVAL
from benchmark import UsageError
from benchmark.systems import (
    PresetOptions,
    Presets,
    build_options,
    canonical_name,
    parse_name,
    require_ranges,
)

MINI_BACKBONE = "mini"
GuidanceUnit = Literal["caption", "clip"]
BestBy = Literal["loss", "cider_d"]


@dataclass(frozen=True, slots=True)
class GuidanceSettings:
    """Options of module 2 of Koizumi et al. (arXiv 2012.07331, section 3.3).

    A preset decides what is not named.

    The paper names: GPT-2, the number of guidance captions, the branch's width, dropout, label
    smoothing, the optimiser, its rates and their period, epochs, batch and beam. The rest is not
    in it.

    Attributes:
        backbone: the frozen GPT-2, a name or a folder; ``mini``: a small one, trained before on
            the training captions.
        encoder: of sounds, patch by patch, for the audio branch and for retrieval.
        retrieval: options of ``triplet-retrieval``, as ``"epochs=20,threshold=0.6"``; they also say
            which clips are similar, and how long a sound is.

    Guidance:
        k_guidance (captions): that guide a clip.
        uses_audio: whether there is an audio branch. Without one, clips that have no sound are
            learnt from too.
        guidance_shuffled: each clip is captioned with another clip's guidance.
        aggregation: of ``gpt2-guid-gt``: over a clip's references, the mean or the largest F1.
        guidance_unit: what guides in training. ``caption``: captions that are similar to the one
            being learnt, as the paper has it; ``clip``: any captions of clips of which one caption
            is similar to one of the clip's. Where each clip has one caption, both are the same.
        exclude_duplicates: in training nothing is guided by what shares a caption with it, spelled
            alike; a clip's own captions never guide it.
        separator: stands between guidance captions.
        ending: what a guidance caption ends with; one that does already gets no second one.
        guidance_starts: the guidance begins with the start token, as what is written does.
        max_guidance_tokens (tokens): more are cut off.
        max_caption_tokens (tokens): longer training captions are cut, and have no end to learn.

    Network:
        n_heads (heads): of the attention over the guidance.
        n_audio_heads (heads): of the audio branch's.
        audio_width (values): of that branch.
        sublayers: ``plain``: an attention's result is what goes on; ``residual``: its queries are
            added and the sum is layer-normed.
        initial_std: of the attentions' and the branch's first weights.
        head_start: first weights of the output layer: GPT-2's own, or ``random``.
        dropout (share): after each attention.

    Training:
        label_smoothing (share): of a target, that is spread over the vocabulary.
        learning_rate: Adam's first.
        min_learning_rate: its last of a period.
        schedule: ``restarts``: down a cosine in a period, and at once up again; ``waves``: down in
            half a period and up in the other.
        period_epochs (epochs): of a period; the rate changes with every step.
        epochs (epochs): at most.
        patience (epochs): stop after so many without a better validation loss; 0: never.
        batch_size (captions): at a time.
        best_by: of all epochs the one with the lowest ``loss`` on the validation clips, or with the
            highest ``cider_d`` of what is decoded for them, greedily, guided as in training. The
            words of that are divided by blanks and punctuation, without Java.
        validation_share (share): of the training clips, held out to choose the best epoch where the
            run has no validation split; 0 takes the last epoch then.
        amp: matrix products in bfloat16 where the device gains from it.

    Writing:
        beam_size (beams): 1 decodes greedily.
        length_penalty: of the beam search.
        max_length (tokens): of a caption, at most.
    """

    # The defaults are the paper's.
    backbone: str = "gpt2"
    encoder: str = "vggish"
    retrieval: str = ""
    k_guidance: int = 5
    uses_audio: bool = True
    guidance_shuffled: bool = False
    aggregation: Literal["mean", "max"] = "mean"
    guidance_unit: GuidanceUnit = "caption"
    exclude_duplicates: bool = True
    separator: str = " "
    ending: str = "."
    guidance_starts: bool = True
    max_guidance_tokens: int = 256
    max_caption_tokens: int = 64
    n_heads: int = 12
    n_audio_heads: int = 6
    audio_width: int = 60
    sublayers: Literal["plain", "residual"] = "plain"
    initial_std: float = 0.02
    head_start: Literal["gpt2", "random"] = "gpt2"
    dropout: float = 0.3
    label_smoothing: float = 0.1
    learning_rate: float = 1e-4
    min_learning_rate: float = 1e-6
    schedule: Literal["restarts", "waves"] = "restarts"
    period_epochs: int = 20
    epochs: int = 200
    patience: int = 0
    batch_size: int = 512
    best_by: BestBy = "loss"
    validation_share: float = 0.05
    amp: bool = True
    beam_size: int = 4
    length_penalty: float = 1.0
    max_length: int = 30

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        count, share, inf = "at least 1", "in [0, 1)", float("inf")
        ranges = {
            "k_guidance": (1 <= self.k_guidance <= 100, "1 to 100"),
            "max_guidance_tokens": (2 <= self.max_guidance_tokens <= 4096, "2 to 4096"),
            "max_caption_tokens": (1 <= self.max_caption_tokens <= 512, "1 to 512"),
            "n_heads": (self.n_heads >= 1, count),
            "n_audio_heads": (self.n_audio_heads >= 1, count),
            "audio_width": (
                self.audio_width >= 1 and self.audio_width % max(1, self.n_audio_heads) == 0,
                "a multiple of n_audio_heads",
            ),
            "initial_std": (0 < self.initial_std < inf, "above 0"),
            "dropout": (0 <= self.dropout < 1, share),
            "label_smoothing": (0 <= self.label_smoothing < 1, share),
            "learning_rate": (0 < self.learning_rate < inf, "above 0"),
            "min_learning_rate": (
                0 <= self.min_learning_rate <= self.learning_rate,
                "0 to learning_rate",
            ),
            "period_epochs": (self.period_epochs >= 1, count),
            "epochs": (self.epochs >= 1, count),
            "patience": (self.patience >= 0, "0 or more"),
            "batch_size": (self.batch_size >= 1, count),
            "validation_share": (0 <= self.validation_share <= 0.5, "in [0, 0.5]"),
            "beam_size": (1 <= self.beam_size <= 64, "1 to 64"),
            "length_penalty": (-inf < self.length_penalty < inf, "a finite number"),
            "max_length": (1 <= self.max_length <= 512, "1 to 512"),
        }
        require_ranges(self, ranges)


WEIGHT_SETTINGS = (
    *("uses_audio", "k_guidance", "separator", "ending", "guidance_starts"),
    *("max_guidance_tokens", "max_caption_tokens"),
    *("n_heads", "n_audio_heads", "audio_width", "sublayers", "initial_std", "head_start"),
    *("dropout", "label_smoothing", "learning_rate", "min_learning_rate", "schedule"),
    *("period_epochs", "epochs", "patience", "batch_size", "validation_share", "amp"),
)
"""What decides a generator's weights; the others do so by their effects, or in decoding only."""

GUIDANCE_PAPER = GuidanceSettings()
GUIDANCE_MINI = replace(
    GUIDANCE_PAPER,
    backbone=MINI_BACKBONE,
    encoder="mini",
    n_heads=4,
    learning_rate=2e-3,
    epochs=30,
    patience=3,
    period_epochs=30,
    batch_size=32,
    validation_share=0.1,
)


def resolve_retrieval(settings: GuidanceSettings, preset: str) -> TripletSettings:
    """Decide module 1's options.

    Args:
        settings: those of module 2; the encoder is theirs.
        preset: what counts where the options of retrieval name none.

    Raises:
        UsageError: an option is out of its range.
    """
    options = _read_retrieval(settings.retrieval)
    named = replace(options, preset=options.preset or preset)
    return replace(TRIPLET_PRESETS.resolve(named).settings, encoder=settings.encoder)


def _read_retrieval(text: str) -> PresetOptions:
    given = parse_name(f"{TRIPLET_RETRIEVAL.name}[{text}]").options
    if "encoder" in given:
        raise UsageError(
            f"retrieval={text!r} names an encoder; expected it as an option of its own, for it is "
            f"the audio branch's too: encoder={given['encoder']!r}."
        )
    options: PresetOptions = build_options(TRIPLET_RETRIEVAL, given)
    return options


def spell_retrieval(text: str) -> str | None:
    """Return the one spelling of options of retrieval; None where they say nothing."""
    spelling = canonical_name(TRIPLET_RETRIEVAL, _read_retrieval(text))
    return spelling.removeprefix(TRIPLET_RETRIEVAL.name)[1:-1] or None


GUIDANCE_PRESETS = Presets({"paper": GUIDANCE_PAPER, "mini": GUIDANCE_MINI}, FITTING)
GuidanceOptions = GUIDANCE_PRESETS.options_type(
    "GuidanceOptions", PRESET_MEANING, {"retrieval": spell_retrieval}
)

"""Encoders by name: ``vggish``, ``tagbridge[n_labels=4]``; heavy imports wait until one loads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from benchmark.encoders.ase import AseOptions, load_ase
from benchmark.encoders.clap.encoder import ClapOptions, load_clap
from benchmark.encoders.contract import CaptionEncoder, Encoder, JointEncoder, SequenceEncoder
from benchmark.encoders.mini import MiniOptions, load_mini
from benchmark.encoders.sentence import SentenceOptions, load_sentence
from benchmark.encoders.tagbridge import TagbridgeOptions, load_tagbridge
from benchmark.encoders.vggish.encoder import VggishOptions, load_vggish
from benchmark.errors import UnknownNameError, UsageError
from benchmark.systems.names import build_options, canonical_name, parse_name

Ability = Literal["embed_audio", "embed_patches", "embed_text"]


@dataclass(frozen=True, slots=True)
class EncoderRecord:
    """What is known of an encoder before it is loaded.

    Attributes:
        name: lower case, without options.
        summary: one line for people.
        abilities: the methods it has.
        options: a frozen dataclass whose every field has a default.
        load: options, canonical name and device to the encoder.
        trained_on: what the weights of the standard options have seen, as ``Encoder`` spells it.
    """

    name: str
    summary: str
    abilities: tuple[Ability, ...]
    options: type[Any]
    load: Callable[[Any, str, str], Encoder]
    trained_on: tuple[str, ...]


_RECORDS = (
    EncoderRecord(
        "sentence",
        "captions only: a sentence transformer with mean pooling, all-MiniLM-L6-v2 unless named",
        ("embed_text",),
        SentenceOptions,
        load_sentence,
        ("sentence-transformers:1b-pairs",),
    ),
    EncoderRecord(
        "tagbridge",
        "sounds and captions: an AudioSet tagger's labels, embedded by a sentence transformer",
        ("embed_audio", "embed_text"),
        TagbridgeOptions,
        load_tagbridge,
        ("audioset:train", "sentence-transformers:1b-pairs"),
    ),
    EncoderRecord(
        "vggish",
        "sequences of sounds: VGGish, 128 values for each 0.96 s (Hershey et al. 2017)",
        ("embed_patches",),
        VggishOptions,
        load_vggish,
        ("youtube-8m",),
    ),
    EncoderRecord(
        "clap",
        "sounds and captions: a CLAP of transformers, laion/clap-htsat-unfused unless named",
        ("embed_audio", "embed_text"),
        ClapOptions,
        load_clap,
        ("audiocaps", "clotho", "audioset", "laion-audio-630k"),
    ),
    EncoderRecord(
        "ase",
        "sounds and captions: WavCaps' CNN14 and BERT, from a checkpoint file",
        ("embed_audio", "embed_text"),
        AseOptions,
        load_ase,
        ("wavcaps", "unknown"),
    ),
    EncoderRecord(
        "mini",
        "sounds and captions: small, shipped with the package, for the embedded soundscapes",
        ("embed_audio", "embed_patches", "embed_text"),
        MiniOptions,
        load_mini,
        ("soundscapes:pretrain",),
    ),
)
ENCODERS: Mapping[str, EncoderRecord] = {record.name: record for record in _RECORDS}


def load_encoder(text: str, device: str = "cpu") -> Encoder:
    """Load an encoder by name.

    Args:
        text: ``name`` or ``name[key=value,...]``.
        device: torch's spelling.

    Raises:
        UnknownNameError: there is no such encoder, or it has no such option.
        UsageError: the name cannot be read, or an option's value is not of its type.
        MissingWeightsError: its weights are not on this machine.
    """
    return _load(text, device, ())


def load_caption_encoder(text: str, device: str = "cpu") -> CaptionEncoder:
    """Load an encoder that embeds captions; otherwise as ``load_encoder``."""
    return cast("CaptionEncoder", _load(text, device, ("embed_text",)))


def load_joint_encoder(text: str, device: str = "cpu") -> JointEncoder:
    """Load an encoder of sounds and captions; otherwise as ``load_encoder``."""
    return cast("JointEncoder", _load(text, device, ("embed_audio", "embed_text")))


def load_sequence_encoder(text: str, device: str = "cpu") -> SequenceEncoder:
    """Load an encoder that embeds sounds patch by patch; otherwise as ``load_encoder``."""
    return cast("SequenceEncoder", _load(text, device, ("embed_patches",)))


def _load(text: str, device: str, wanted: tuple[Ability, ...]) -> Encoder:
    parsed = parse_name(text)
    if parsed.name not in ENCODERS:
        raise UnknownNameError("encoder", parsed.name, ENCODERS)
    record = ENCODERS[parsed.name]
    if not set(wanted) <= set(record.abilities):
        able = [other.name for other in _RECORDS if set(wanted) <= set(other.abilities)]
        raise UsageError(
            f"the encoder {record.name!r} gives {' and '.join(record.abilities)}; expected "
            f"{' and '.join(wanted)}. Encoders that do: {', '.join(able)}."
        )
    # The parser of options looks at the name and the options of what it is given, no more.
    spec = cast("Any", record)
    options = build_options(spec, parsed.options)
    return record.load(options, canonical_name(spec, options), device)

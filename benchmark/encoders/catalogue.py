"""Encoders by name: ``vggish``, ``tagbridge[n_labels=4]``; heavy imports wait until one loads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from benchmark.contract import (
    Ability,
    CaptionEncoder,
    Encoder,
    EncoderSpec,
    JointEncoder,
    Need,
    SequenceEncoder,
)
from benchmark.encoders.declared import Declared
from benchmark.errors import UsageError
from benchmark.plugins.names import build_options, canonical_name, parse_name
from benchmark.plugins.views import SpecsOf

_SPECS: SpecsOf[EncoderSpec[Any]] = SpecsOf("encoder")
ENCODERS: Mapping[str, EncoderSpec[Any]] = _SPECS
"""By name, those of plugins too; options are of any type."""


def load_encoder(text: str, device: str = "cpu") -> Encoder:
    """Load an encoder by name.

    Args:
        text: ``name`` or ``name[key=value,...]``.
        device: torch's spelling.

    Raises:
        UnknownNameError: there is no such encoder, or it has no such option.
        UsageError: the name cannot be read, or an option's value is not of its type.
        MissingWeightsError: its weights are not on this machine.
        PluginError: a plugin's encoder raises something else, or gives what is no encoder.
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


def list_encoder_files(text: str) -> list[Path]:
    """List the files that an encoder would be loaded from; nothing is read or fetched.

    Returns:
        None of what is not on this machine.

    Raises:
        UnknownNameError: there is no such encoder, or it has no such option.
        UsageError: the name cannot be read, or an option's value is not of its type.
    """
    declared, options = _find(text)
    return declared.listing("files", lambda: declared.spec.files(options))


def encoder_needs(text: str) -> list[Need]:
    """List what loading an encoder will need: models, files, packages. Nothing is loaded.

    Raises:
        UnknownNameError: there is no such encoder, or it has no such option.
        UsageError: the name cannot be read, or an option's value is not of its type.
    """
    declared, options = _find(text)
    needs = declared.spec.needs
    return [] if needs is None else declared.listing("needs", lambda: needs(options))


def _load(text: str, device: str, needed: tuple[Ability, ...]) -> Encoder:
    declared, options = _find(text)
    spec = declared.spec
    if not set(needed) <= set(spec.abilities):
        able = [other.name for other in ENCODERS.values() if set(needed) <= set(other.abilities)]
        raise UsageError(
            f"the encoder {spec.name!r} gives {' and '.join(spec.abilities)}; expected "
            f"{' and '.join(needed)}. Encoders that do: {', '.join(able)}."
        )
    return declared.load(options, canonical_name(spec, options), device)


def _find(text: str) -> tuple[Declared, Any]:
    parsed = parse_name(text)
    declared = Declared(*_SPECS.claim(parsed.name))
    return declared, build_options(declared.spec, parsed.options)

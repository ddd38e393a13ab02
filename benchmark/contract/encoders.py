"""Encoders: what every one promises, and what it declares before it is loaded.

An encoder is frozen and deterministic. What it returns for one sound or caption does not depend
on which others are embedded with it, beyond the rounding of single precision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

from benchmark.contract.clips import Waveform
from benchmark.contract.needs import Need

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

Ability = Literal["embed_audio", "embed_patches", "embed_text"]
Embeddings: TypeAlias = "NDArray[np.float32]"
Options = TypeVar("Options")


class Encoder(Protocol):
    """A frozen feature extractor, ready to use."""

    @property
    def name(self) -> str:
        """The canonical spelling, options included (``"vggish[postprocess=pca]"``)."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hash of all that an embedding depends on: weights, front end, options, code."""
        ...

    @property
    def dim(self) -> int:
        """The width of one embedding."""
        ...

    @property
    def trained_on(self) -> tuple[str, ...]:
        """Data sets that the weights have seen; ``"unknown"`` where nobody says."""
        ...


@runtime_checkable
class AudioEncoder(Encoder, Protocol):
    """Turns a sound into one vector."""

    @property
    def sample_rate_hz(self) -> int:
        """The rate that waveforms must have."""
        ...

    def embed_audio(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """Embed sounds.

        Args:
            waveforms: mono, ``(n_samples,)`` each, at ``sample_rate_hz``; of any length.

        Returns:
            ``(n_waveforms, dim)``.

        Raises:
            DataError: a sound is empty or holds values that are not finite.
        """
        ...


@runtime_checkable
class SequenceEncoder(Encoder, Protocol):
    """Turns a sound into a sequence of vectors, one per patch of time."""

    @property
    def sample_rate_hz(self) -> int:
        """The rate that waveforms must have."""
        ...

    def embed_patches(self, waveforms: Sequence[Waveform]) -> list[Embeddings]:
        """Embed sounds.

        Args:
            waveforms: mono, ``(n_samples,)`` each, at ``sample_rate_hz``; of any length.

        Returns:
            For each sound ``(n_patches, dim)``, at least one patch.

        Raises:
            DataError: a sound is empty or holds values that are not finite.
        """
        ...


@runtime_checkable
class CaptionEncoder(Encoder, Protocol):
    """Turns a caption into one vector."""

    def embed_text(self, captions: Sequence[str]) -> Embeddings:
        """Embed captions.

        Returns:
            ``(n_captions, dim)``, unit rows.
        """
        ...


@runtime_checkable
class TokenizingEncoder(Encoder, Protocol):
    """Has a text encoder, over whose vocabulary a system may train a decoder."""

    @property
    def tokenizer(self) -> Tokenizer:
        """The text encoder's tokenizer.

        It neither pads nor cuts, and ``encode`` adds the special tokens of start and end. What
        the encoder itself does to a caption before (lower case, a limit) is not part of it.
        """
        ...


@runtime_checkable
class JointEncoder(AudioEncoder, CaptionEncoder, Protocol):
    """Embeds sounds and captions into one space, unit rows both."""


@dataclass(frozen=True, slots=True)
class EncoderSpec(Generic[Options]):
    """What `bench encoders` shows, and how the encoder is loaded.

    Attributes:
        name: lower case with hyphens, without options.
        summary: one line for people.
        abilities: the methods it has.
        options: a frozen dataclass whose every field has a default, or None.
        load: options, canonical name and device to the encoder.
        trained_on: what the weights of the standard options have seen, as ``Encoder`` spells it.
        files: options to the files that ``load`` will read, as far as they are on this machine;
            nothing is read or fetched to tell.
        needs: options to what loading will need; nothing is loaded for it.
    """

    name: str
    summary: str
    abilities: tuple[Ability, ...]
    options: type[Options] | None
    load: Callable[[Options, str, str], Encoder]
    trained_on: tuple[str, ...]
    files: Callable[[Options], Iterable[Path]] = lambda options: ()
    needs: Callable[[Options], Iterable[Need]] | None = None

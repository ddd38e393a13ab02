"""What every encoder promises. Standard library and numpy only.

An encoder is frozen and deterministic. What it returns for one sound or caption does not depend
on which others are embedded with it, beyond the rounding of single precision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from benchmark.contract import Waveform
from benchmark.errors import DataError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Embeddings = NDArray[np.float32]


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


def embed_each(
    waveforms: Sequence[Waveform], embed: Callable[[Waveform], NDArray[Any]], dim: int
) -> Embeddings:
    """Embed sounds one by one, so that none depends on the others.

    Args:
        waveforms: mono, ``(n_samples,)`` each.
        embed: one sound to ``(dim,)``.
        dim: width of a vector.

    Returns:
        ``(n_waveforms, dim)``.

    Raises:
        DataError: as ``require_sounds``.
    """
    require_sounds(waveforms)
    rows = [embed(waveform) for waveform in waveforms]
    return np.array(rows, dtype=np.float32).reshape(-1, dim)


def require_sounds(waveforms: Sequence[Waveform]) -> None:
    """Refuse what is no sound.

    Raises:
        DataError: a waveform is not one-dimensional, is empty, or holds nan or infinity.
    """
    for number, waveform in enumerate(waveforms):
        where = f"sound {number} of {len(waveforms)}"
        if waveform.ndim != 1 or len(waveform) == 0:
            raise DataError(
                f"{where} has shape {waveform.shape}; expected (n_samples,) with at least one "
                "sample. A text-only run has no sound to embed."
            )
        is_finite = np.isfinite(waveform)
        if not is_finite.all():
            at = int(np.argmin(is_finite))
            raise DataError(
                f"{where} holds {waveform[at]} at sample {at} of {len(waveform)}; expected finite "
                "values. Export the file again."
            )

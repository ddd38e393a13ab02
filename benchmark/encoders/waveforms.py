"""Sounds as encoders take them: looked at before, and one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.contract import Embeddings, Waveform
from benchmark.errors import DataError


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

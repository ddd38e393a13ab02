"""What encoders answer, held to what they promise."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from benchmark.contract import Ability, Encoder, EncoderSpec
from benchmark.errors import PluginError, shown

_UNIT_TOLERANCE = 1e-3
"""By which the length of a row may miss 1: half precision misses it by less."""
_FINGERPRINT = re.compile(r"\S(.{0,198}\S)?")


def require_encoder(encoder: object, spec: EncoderSpec[Any], name: str) -> None:
    """Refuse what is no encoder of a record, or one whose embeddings could not be kept.

    Args:
        encoder: what ``spec.load`` gave.
        spec: the record.
        name: the canonical name that it was loaded by.

    Raises:
        PluginError: it breaks the contract; says what of it.
    """
    found = getattr(encoder, "name", None)
    if found != name:
        raise PluginError(f"its name is {shown(found)}; expected {name!r}, which load is given.")
    fingerprint = getattr(encoder, "fingerprint", None)
    if not (isinstance(fingerprint, str) and _FINGERPRINT.fullmatch(fingerprint)):
        raise PluginError(
            f"its fingerprint is {shown(fingerprint)}; expected a text of 1 to 200 characters: a "
            "hash of all that an embedding depends on, by which embeddings are kept."
        )
    _require_number("dim", getattr(encoder, "dim", None))
    seen = getattr(encoder, "trained_on", None)
    if not (isinstance(seen, tuple) and all(isinstance(each, str) for each in seen)):
        raise PluginError(
            f"its trained_on is {shown(seen)}; expected a tuple of names of data sets, as "
            "('audiocaps:train',), or ('unknown',)."
        )
    for ability in spec.abilities:
        if not callable(getattr(encoder, ability, None)):
            raise PluginError(f"it has no method {ability}, which its record promises.")
    if {"embed_audio", "embed_patches"} & {*spec.abilities}:
        _require_number("sample_rate_hz", getattr(encoder, "sample_rate_hz", None))


def require_embeddings(
    encoder: Encoder,
    ability: Ability,
    answer: object,
    n_items: int,
    *,
    is_unit: bool,
) -> None:
    """Refuse an answer that is not what its method promises.

    Args:
        encoder: whose; its ``name`` and ``dim`` count.
        ability: the method that was called.
        answer: what it returned.
        n_items: sounds or captions that it was given.
        is_unit: every row must have the length 1, as in a joint space.

    Raises:
        PluginError: it is not; says what was found and expected.
    """
    if ability != "embed_patches":
        require_rows(encoder, ability, answer, is_unit=is_unit)
    elif not isinstance(answer, list | tuple | np.ndarray):
        raise PluginError(
            f"{_called(encoder, ability)} {shown(answer)}; expected a list of arrays."
        )
    else:
        for rows in answer:
            require_rows(encoder, ability, rows, is_unit=False)
            if not len(rows):
                raise PluginError(f"{_called(encoder, ability)} a sound without any patch.")
    found = len(answer)  # type: ignore[arg-type] # looked at above
    if found != n_items:
        raise PluginError(
            f"{_called(encoder, ability)} {found} embeddings for {n_items} items; expected "
            "one each."
        )


def require_rows(encoder: Encoder, ability: Ability, rows: object, *, is_unit: bool) -> None:
    """Refuse what is no array ``(n, dim)`` of finite float32, of unit rows where they must be.

    Raises:
        PluginError: it is not.
    """
    if not isinstance(rows, np.ndarray):
        raise PluginError(f"{_called(encoder, ability)} {shown(rows)}; expected an array.")
    is_shaped = rows.ndim == 2 and rows.shape[1] == encoder.dim
    if not is_shaped or rows.dtype != np.float32 or not np.isfinite(rows).all():
        what = "" if not is_shaped or rows.dtype != np.float32 else ", not all of it finite"
        raise PluginError(
            f"{_called(encoder, ability)} {rows.dtype} of shape {rows.shape}{what}; expected "
            f"finite float32 of width {encoder.dim}, a row each."
        )
    lengths = np.linalg.norm(rows, axis=1)
    if is_unit and len(rows) and np.abs(lengths - 1).max() > _UNIT_TOLERANCE:
        worst = lengths[np.abs(lengths - 1).argmax()]
        raise PluginError(
            f"{_called(encoder, ability)} a row of length {worst:.4g}; expected unit rows. Divide "
            "each by its length."
        )


def _called(encoder: Encoder, ability: Ability) -> str:
    return f"{encoder.name}: {ability} returned"


def _require_number(what: str, found: object) -> None:
    if type(found) is not int or found < 1:
        raise PluginError(f"its {what} is {shown(found)}; expected a whole number above 0.")

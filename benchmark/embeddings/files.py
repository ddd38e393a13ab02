"""Embeddings to give away: one safetensors file for the clips of one split and one encoder.

``rows`` ``(n_rows, dim)`` holds the clips' vectors one after the other, ``offsets``
``(n_clips + 1,)`` where each clip's begin; the header says what they are. Any reader of
safetensors opens it. A file is believed only once its checksum agrees.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from benchmark.contract import SplitLabel, hash_clip_ids
from benchmark.errors import DataError
from benchmark.files import parse_json, sha256_of

FORMAT = "aac-bench embeddings"
VERSION = "1"

Rows = NDArray[np.float32]
EmbeddingKind = Literal["sounds", "patches"]
"""One vector a sound, or a sequence of them."""
_ROWS_AT_ONCE = 65_536


@dataclass(frozen=True, slots=True)
class Recipe:
    """How embeddings are made; those of one recipe may stand for each other.

    Attributes:
        encoder: its name, options included.
        fingerprint: of the encoder: weights, front end, options, code.
        kind: one vector a sound, or one for each patch.
        dim: width of a vector.
        duration_s: seconds to which sounds are cut or filled with silence first; None: as they
            are.
    """

    encoder: str
    fingerprint: str
    kind: EmbeddingKind
    dim: int
    duration_s: float | None = None

    def makes_same(self, other: Recipe) -> bool:
        """Tell whether embeddings of both may stand for each other; names do not matter."""
        mine = (self.fingerprint, self.kind, self.dim, self.duration_s)
        return mine == (other.fingerprint, other.kind, other.dim, other.duration_s)

    def __str__(self) -> str:
        length = "sounds as they are"
        if self.duration_s is not None:
            length = f"sounds of {self.duration_s:g} s"
        return f"{self.encoder} ({self.kind} of width {self.dim}, {length}, {self.fingerprint})"

    def difference(self, other: Recipe) -> str:
        """Say what keeps embeddings of this recipe from standing for those of another."""
        if self.encoder.split("[")[0] != other.encoder.split("[")[0]:
            return f"it is of another encoder than {other.encoder}"
        if self.fingerprint != other.fingerprint:
            return (
                f"its fingerprint is {self.fingerprint}, the encoder's here {other.fingerprint}: "
                "weights, options or version differ"
            )
        if self.kind != other.kind:
            return f"it holds {self.kind}, and {other.kind} are read"
        if self.dim != other.dim:
            return f"its vectors are {self.dim} wide, the encoder's here {other.dim}"
        mine, theirs = (
            "as they are" if seconds is None else f"cut or filled to {seconds:g} s"
            for seconds in (self.duration_s, other.duration_s)
        )
        return f"its sounds were taken {mine}, and the system takes them {theirs}"


def embed_command(
    label: SplitLabel, encoder: str, kind: str, duration_s: float | None = None
) -> str:
    """Spell the command that makes a file, for errors.

    Args:
        label: of the split, portable or not.
        encoder: its name, options included.
        kind: ``sounds`` or ``patches``.
        duration_s: see ``Recipe``.
    """
    options = f"--encoder {shlex.quote(encoder)} --kind {kind}"
    length = "" if duration_s is None else f" --duration {duration_s:g}"
    return f"bench embed {label.argument} {options}{length} -o FILE"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file's header says.

    Attributes:
        recipe: how the embeddings were made.
        split: its portable label.
        n_expected: clips of the split, embedded or not.
        clip_ids: those embedded, in the order of the rows.
    """

    recipe: Recipe
    split: str
    n_expected: int
    clip_ids: tuple[str, ...]

    def to_metadata(self, checksum: str) -> dict[str, str]:
        """Spell it as safetensors keeps it: strings alone."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "recipe": json.dumps(asdict(self.recipe), allow_nan=False),
            "split": self.split,
            "n_expected": str(self.n_expected),
            "clip_ids": json.dumps(self.clip_ids, allow_nan=False),
            "clip_ids_sha256": hash_clip_ids(self.clip_ids),
            "checksum": checksum,
        }


def begin_checksum(contents: Contents) -> hashlib._Hash:
    """Begin the checksum of a file; the bytes of its offsets follow, then those of its rows."""
    recipe = asdict(contents.recipe)
    header = [recipe, contents.split, contents.n_expected, contents.clip_ids]
    return hashlib.sha256(json.dumps(header, sort_keys=True, allow_nan=False).encode())


class EmbeddingFile:
    """A checked file of embeddings; rows are read when they are asked for."""

    def __init__(self, path: Path, contents: Contents, rows: Any, offsets: NDArray[Any]) -> None:
        """Take the parts; see ``open``."""
        self.path = path
        self.contents = contents
        self._rows = rows
        self._offsets = offsets
        self._at = {clip_id: at for at, clip_id in enumerate(contents.clip_ids)}

    @staticmethod
    def open(path: Path) -> EmbeddingFile:
        """Open a file and check all of it, about 1 s per GB; once for each process.

        Raises:
            DataError: there is no such file, it is none of ``bench embed``, or it is damaged.
        """
        try:
            state = path.stat()
        except OSError as error:
            raise DataError(
                f"cannot read the embeddings {path}: {error.strerror}; expected a file that "
                "`bench embed` wrote."
            ) from error
        if not path.is_file():  # the library would wait for what comes through a pipe
            raise DataError(f"{path} is no file; expected one that `bench embed` wrote.")
        return _open(path, state.st_size, state.st_mtime_ns)

    @property
    def recipe(self) -> Recipe:
        return self.contents.recipe

    @property
    def split(self) -> str:
        return self.contents.split

    def __contains__(self, clip_id: str) -> bool:
        return clip_id in self._at

    def read(self, clip_id: str) -> Rows:
        """Read one clip's vectors: ``(n_rows, dim)``, one row where the kind is ``sounds``."""
        at = self._at[clip_id]
        rows: Rows = self._rows[int(self._offsets[at]) : int(self._offsets[at + 1])]
        return rows

    def sha256(self) -> str:
        """Hash the file."""
        return sha256_of(self.path)


@lru_cache(maxsize=32)
def _open(path: Path, size: int, mtime_ns: int) -> EmbeddingFile:
    from safetensors import SafetensorError, safe_open

    try:
        file: Any = safe_open(path, framework="numpy")
        metadata = file.metadata() or {}
        _require_format(path, metadata)
        rows, offsets = file.get_slice("rows"), file.get_tensor("offsets")
    except (OSError, SafetensorError) as error:
        raise _damaged(path, str(error)) from error
    contents = _read_contents(path, metadata)
    _require_shapes(path, contents, rows, offsets)
    _require_checksum(path, contents, rows, offsets, metadata.get("checksum"))
    return EmbeddingFile(path, contents, rows, offsets)


def _require_format(path: Path, metadata: dict[str, str]) -> None:
    if metadata.get("format") != FORMAT:
        raise DataError(
            f"{path} is a safetensors file, but none that `bench embed` wrote: its header says "
            f"format={metadata.get('format')!r}; expected {FORMAT!r}."
        )
    if (version := metadata.get("version")) != VERSION:
        raise DataError(
            f"{path} is of version {version!r} of the format; this aac-bench reads {VERSION!r}. "
            "Use the aac-bench that wrote it, or embed the sounds again."
        )


def _read_contents(path: Path, metadata: dict[str, str]) -> Contents:
    try:
        recipe = Recipe(**parse_json(metadata["recipe"]))
        clip_ids = tuple(parse_json(metadata["clip_ids"]))
        contents = Contents(recipe, metadata["split"], int(metadata["n_expected"]), clip_ids)
        is_typed = isinstance(recipe.encoder, str) and isinstance(recipe.fingerprint, str)
        is_typed = is_typed and isinstance(recipe.duration_s, float | int | None)
        if not is_typed or recipe.kind not in get_args(EmbeddingKind):
            raise ValueError(f"{recipe}")
        if len(set(clip_ids)) != len(clip_ids):
            raise ValueError(f"{len(clip_ids)} clip ids, {len(set(clip_ids))} different ones")
        if hash_clip_ids(clip_ids) != metadata["clip_ids_sha256"]:
            raise ValueError("clip ids that do not have their hash")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(path, f"its header cannot be understood ({error!r})") from error
    return contents


def _require_shapes(path: Path, contents: Contents, rows: Any, offsets: NDArray[Any]) -> None:
    recipe, shape = contents.recipe, tuple(rows.get_shape())
    n_clips = len(contents.clip_ids)
    if rows.get_dtype() != "F32" or len(shape) != 2 or shape[1] != recipe.dim:
        raise _damaged(
            path,
            f"its rows are {rows.get_dtype()} of shape {shape}; its header says float32 of width "
            f"{recipe.dim}",
        )
    is_whole = offsets.dtype == np.int64 and offsets.shape == (n_clips + 1,)
    is_whole = is_whole and offsets[0] == 0 and offsets[-1] == shape[0]
    lengths = np.diff(offsets) if is_whole else np.zeros(1)
    if (lengths < 1).any() or (recipe.kind == "sounds" and (lengths != 1).any()):
        raise _damaged(path, f"its offsets do not cut {shape[0]} rows into {n_clips} clips")


def _require_checksum(
    path: Path, contents: Contents, rows: Any, offsets: NDArray[Any], expected: str | None
) -> None:
    digest = begin_checksum(contents)
    digest.update(offsets.astype("<i8").tobytes())
    n_rows = rows.get_shape()[0]
    for start in range(0, n_rows, _ROWS_AT_ONCE):
        part: Rows = rows[start : min(start + _ROWS_AT_ONCE, n_rows)]
        if not np.isfinite(part).all():
            raise _damaged(path, "it holds values that are not finite")
        digest.update(part.astype("<f4").tobytes())
    if (actual := digest.hexdigest()) != expected:
        raise _damaged(
            path, f"its content has the checksum {actual[:16]}, not {str(expected)[:16]}"
        )


def _damaged(path: Path, damage: str) -> DataError:
    return DataError(
        f"the embeddings {path} are damaged: {damage}. Expected the file as `bench embed` wrote "
        "it; fetch it again, or embed the sounds again."
    )

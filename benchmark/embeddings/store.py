"""Embeddings kept by content: systems that share an encoder embed each sound and caption once.

The key is the encoder's fingerprint and the hash of the decoded sound or of the caption, never a
name or a position, so that nothing stale can be served. The folder may be deleted at any time.
A clip that has no sound is looked up in the files of embeddings that were given with it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmark.artifacts import Artifacts
from benchmark.contract import Clip, Resources, Waveform
from benchmark.datasets.audio import hash_waveform
from benchmark.embeddings.files import EmbeddingFile, EmbeddingKind, Recipe
from benchmark.embeddings.given import GivenEmbeddings
from benchmark.embeddings.shards import KEY_BYTES, VectorFiles
from benchmark.encoders.contract import (
    AudioEncoder,
    CaptionEncoder,
    Embeddings,
    Encoder,
    SequenceEncoder,
    require_sounds,
)
from benchmark.errors import DataError, PluginError
from benchmark.machine.progress import progress_bar
from benchmark.stages import stage

_n_bypasses = 0
_TEXTS_AT_ONCE = 1024
_SOUNDS_AT_ONCE = 32
_Item = TypeVar("_Item")


@contextmanager
def embeddings_computed_anew() -> Iterator[None]:
    """Within the block every store computes all that it is asked for, in any thread.

    For timing: a figure that a cache made would be true on the second run only.
    """
    global _n_bypasses
    _n_bypasses += 1
    try:
        yield
    finally:
        _n_bypasses -= 1


class EmbeddingStore:
    """Embeddings under one folder; several processes may use it at once."""

    def __init__(self, root: Path) -> None:
        """Open a store, which need not exist yet."""
        self.root = root
        self._files: dict[Path, VectorFiles] = {}
        self._given: GivenEmbeddings | None = None

    @staticmethod
    def open(
        resources: Resources,
        encoder: Encoder,
        kind: EmbeddingKind,
        duration_s: float | None = None,
    ) -> EmbeddingStore:
        """Open the store of a run, and the files of embeddings that stand for missing sounds.

        Args:
            resources: of the system.
            encoder: the one encoder whose embeddings of sounds the system reads.
            kind: whether it reads them as ``embed_sounds`` gives them, or ``embed_sequences``.
            duration_s: seconds to which the system cuts or fills every sound before; None: it
                takes sounds as they are.

        Raises:
            DataError: evaluated clips lack a sound, and no file of theirs is of this encoder,
                kind and duration; or a file is damaged.
        """
        store = EmbeddingStore(resources.artifacts.root / "embeddings")
        recipe = Recipe(encoder.name, encoder.fingerprint, kind, encoder.dim, duration_s)
        files = [EmbeddingFile.open(path) for path in resources.embedding_files]
        store._given = GivenEmbeddings(files, recipe)
        if resources.embedded_split is not None:
            store._given.require_split(resources.embedded_split)
        return store

    def embed_sounds(self, encoder: AudioEncoder, clips: Iterable[Clip]) -> Embeddings:
        """Embed clips; only sounds that are new to the encoder are computed.

        Args:
            encoder: gives one vector per sound.
            clips: at the encoder's rate; taken a few at a time, so that a generator of a whole
                training split needs little memory.

        Returns:
            ``(n_clips, dim)``, in the order of the clips.

        Raises:
            DataError: a sound is empty or not finite; the message names the clip.
            PluginError: a clip has another rate, or the encoder returns something else.
            MachineError: the store cannot be written.
        """
        found = self.stream_sounds(encoder, clips)
        return np.concatenate([np.empty((0, encoder.dim), np.float32), *found])

    def embed_sequences(self, encoder: SequenceEncoder, clips: Iterable[Clip]) -> list[Embeddings]:
        """Embed clips patch by patch; otherwise as ``embed_sounds``.

        Returns:
            For each clip ``(n_patches, dim)``, read-only: a view of a file where it was known.
        """
        return list(self.stream_sequences(encoder, clips))

    def stream_sounds(
        self, encoder: AudioEncoder, clips: Iterable[Clip], n_clips: int | None = None
    ) -> Iterator[Embeddings]:
        """Embed clips one after the other: ``(1, dim)`` each; otherwise as ``embed_sounds``.

        Args:
            encoder: gives one vector per sound.
            clips: taken a few ahead.
            n_clips: how many there are, for the progress bar alone.
        """

        def embed(waveforms: Sequence[Waveform]) -> list[Embeddings]:
            return [row[None] for row in encoder.embed_audio(waveforms)]

        return self._embed_clips(encoder, "sounds", encoder.sample_rate_hz, clips, embed, n_clips)

    def stream_sequences(
        self, encoder: SequenceEncoder, clips: Iterable[Clip], n_clips: int | None = None
    ) -> Iterator[Embeddings]:
        """Embed clips one after the other, patch by patch: ``(n_patches, dim)`` each."""
        rate_hz, embed = encoder.sample_rate_hz, encoder.embed_patches
        return self._embed_clips(encoder, "patches", rate_hz, clips, embed, n_clips)

    def embed_texts(self, encoder: CaptionEncoder, texts: Sequence[str]) -> Embeddings:
        """Embed captions; only those that are new to the encoder are computed.

        Returns:
            ``(n_texts, dim)``, in the order of the texts.

        Raises:
            PluginError: the encoder returns something else.
            MachineError: the store cannot be written.
        """
        embeddings = np.empty((len(texts), encoder.dim), dtype=np.float32)
        self._fill(encoder, texts, embeddings)
        return embeddings

    def map_texts(self, encoder: CaptionEncoder, texts: Sequence[str]) -> Embeddings:
        """Embed captions into one file and map it: for memories larger than RAM.

        The file is checked against its checksum whenever it is opened, about 1 s per GB.

        Returns:
            ``(n_texts, dim)``, in the order of the texts, a read-only memory map.

        Raises:
            DataError: the file is damaged, and again so after it was built anew.
            PluginError: the encoder returns something else.
            MachineError: the store cannot be written.
        """

        def build(folder: Path) -> None:
            shape = (len(texts), encoder.dim)
            path = folder / "rows.npy"
            rows = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
            self._fill(encoder, texts, rows)
            rows.flush()
            (folder / "checksum").write_text(_hash_file(path))

        digest = hashlib.blake2b(digest_size=KEY_BYTES)
        for text in texts:
            digest.update(_text_key(text))
        key = {"encoder": encoder.fingerprint, "texts": digest.hexdigest()}
        for _ in range(2):
            folder = Artifacts(self.root).get_or_build("texts", key, build)
            if _is_whole(folder):
                mapped = np.load(folder / "rows.npy", mmap_mode="r", allow_pickle=False)
                return np.asarray(mapped)
            warnings.warn(f"the embeddings in {folder} are damaged; built again.", stacklevel=2)
            shutil.rmtree(folder)
        raise DataError(
            f"{folder} was damaged twice in a row; expected what was written. Check the disk."
        )

    def _fill(self, encoder: CaptionEncoder, texts: Sequence[str], target: Embeddings) -> None:
        # By length: what shares a chunk then shares batches.
        rows_of: dict[str, list[int]] = {}
        for row, text in enumerate(texts):
            rows_of.setdefault(text, []).append(row)

        def embed(chunk: Sequence[str]) -> list[Embeddings]:
            return [row[None] for row in encoder.embed_text(chunk)]

        distinct = sorted(rows_of, key=lambda text: (len(text), text))
        with progress_bar(f"{encoder.name}: captions", len(distinct)) as bar:
            for chunk in _chunks(distinct, _TEXTS_AT_ONCE):
                items = {_text_key(text): text for text in chunk}
                known = self._embed(encoder, "texts", items, embed)
                for text in chunk:
                    target[rows_of[text]] = known[_text_key(text)]
                bar.advance(len(chunk))

    def _embed_clips(
        self,
        encoder: Encoder,
        kind: EmbeddingKind,
        sample_rate_hz: int,
        clips: Iterable[Clip],
        embed: Callable[[Sequence[Waveform]], list[Embeddings]],
        n_clips: int | None,
    ) -> Iterator[Embeddings]:
        with progress_bar(f"{encoder.name}: clips", n_clips) as bar:
            for chunk in _chunks(clips, _SOUNDS_AT_ONCE):
                sounds: dict[bytes, Waveform] = {}
                keys: list[bytes | None] = []
                for clip in chunk:
                    keys.append(None if clip.split else _sound_key(clip, sample_rate_hz, encoder))
                    if (key := keys[-1]) is not None:
                        sounds[key] = clip.waveform
                known = self._embed(encoder, kind, sounds, embed)
                for clip, key in zip(chunk, keys, strict=True):
                    yield self._read_given(encoder, kind, clip) if key is None else known[key]
                bar.advance(len(chunk))

    def _read_given(self, encoder: Encoder, kind: EmbeddingKind, clip: Clip) -> Embeddings:
        given = self._given
        wanted = (encoder.fingerprint, kind)
        if given is None or (given.recipe.fingerprint, given.recipe.kind) != wanted:
            raise PluginError(
                f"clip {clip.clip_id!r} of {clip.split} has no sound, and the store was not opened "
                f"for the {kind} of {encoder.name}. Open it with "
                f"EmbeddingStore.open(resources, encoder, {kind!r})."
            )
        return given.read(clip)

    def _embed(
        self,
        encoder: Encoder,
        kind: str,
        items: Mapping[bytes, _Item],
        embed: Callable[[Sequence[_Item]], list[Embeddings]],
    ) -> dict[bytes, Embeddings]:
        """Read what is known of some items, compute and keep the rest."""
        family = re.sub(r"[^\w-]", "_", encoder.name.split("[")[0])
        folder = self.root / f"{family}-{encoder.fingerprint}" / kind
        files = self._files.setdefault(folder, VectorFiles(folder))
        known = {} if _n_bypasses else files.read(list(items))
        new = {key: item for key, item in items.items() if key not in known}
        if new:
            with stage("encode"):
                embedded = embed(list(new.values()))
            _require_embeddings(encoder, embedded, len(new))
            computed = dict(zip(new, embedded, strict=True))
            if not _n_bypasses:
                files.add(computed)
            known |= computed
        return known


def _sound_key(clip: Clip, sample_rate_hz: int, encoder: Encoder) -> bytes:
    _require_clip(clip, sample_rate_hz, encoder)
    return bytes.fromhex(hash_waveform(clip.waveform))


def _text_key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def _chunks(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _is_whole(folder: Path) -> bool:
    try:
        return (folder / "checksum").read_text() == _hash_file(folder / "rows.npy")
    except OSError:
        return False


def _require_clip(clip: Clip, sample_rate_hz: int, encoder: Encoder) -> None:
    if clip.sample_rate_hz != sample_rate_hz:
        raise PluginError(
            f"clip {clip.clip_id!r} is at {clip.sample_rate_hz} Hz; {encoder.name} expects "
            f"{sample_rate_hz} Hz. Declare SystemSpec(sample_rate_hz={sample_rate_hz})."
        )
    try:
        require_sounds([clip.waveform])
    except DataError as error:
        raise DataError(f"clip {clip.clip_id!r}: {error}") from error


def _require_embeddings(encoder: Encoder, embedded: Sequence[Embeddings], n_items: int) -> None:
    if len(embedded) != n_items:
        raise PluginError(
            f"{encoder.name} returned {len(embedded)} embeddings for {n_items} items; expected "
            "one each."
        )
    for rows in embedded:
        is_shaped = rows.ndim == 2 and len(rows) > 0 and rows.shape[1] == encoder.dim
        if not is_shaped or rows.dtype != np.float32 or not np.isfinite(rows).all():
            raise PluginError(
                f"{encoder.name} returned {rows.dtype} of shape {rows.shape}; expected finite "
                f"float32 of width {encoder.dim}, at least one row."
            )

"""Embeddings kept by content: systems that share an encoder embed each sound and caption once.

The key is the encoder's fingerprint and the hash of the decoded sound or of the caption, never a
name or a position, so that nothing stale can be served. The folder may be deleted at any time.
A clip that has no sound is looked up in the files of embeddings that were given with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmark.contract import (
    AudioEncoder,
    CaptionEncoder,
    Clip,
    Embeddings,
    Encoder,
    Resources,
    SequenceEncoder,
)
from benchmark.embeddings.files import EmbeddingFile, EmbeddingKind, Recipe
from benchmark.embeddings.given import GivenEmbeddings
from benchmark.embeddings.kept import KeptVectors
from benchmark.embeddings.sounds import Hearing
from benchmark.embeddings.texts import fill_texts, map_texts


class EmbeddingStore:
    """Embeddings under one folder; several processes may use it at once."""

    def __init__(self, root: Path) -> None:
        """Open a store, which need not exist yet."""
        self.root = root
        self._kept = KeptVectors(root)
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
        rows = self.stream_sounds(encoder, clips)
        return np.concatenate([np.empty((0, encoder.dim), np.float32), *rows])

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
        return Hearing.of_sounds(encoder).stream(self._kept, self._given, clips, n_clips)

    def stream_sequences(
        self, encoder: SequenceEncoder, clips: Iterable[Clip], n_clips: int | None = None
    ) -> Iterator[Embeddings]:
        """Embed clips one after the other, patch by patch: ``(n_patches, dim)`` each."""
        return Hearing.of_patches(encoder).stream(self._kept, self._given, clips, n_clips)

    def embed_texts(self, encoder: CaptionEncoder, texts: Sequence[str]) -> Embeddings:
        """Embed captions; only those that are new to the encoder are computed.

        Returns:
            ``(n_texts, dim)``, in the order of the texts.

        Raises:
            PluginError: the encoder returns something else.
            MachineError: the store cannot be written.
        """
        embeddings = np.empty((len(texts), encoder.dim), dtype=np.float32)
        fill_texts(self._kept, encoder, texts, embeddings)
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
        return map_texts(self._kept, encoder, texts)

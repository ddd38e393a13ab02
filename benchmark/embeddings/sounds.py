"""Clips to vectors: by the hash of their decoded sound, or from a file where they have none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmark.contract import AudioEncoder, Clip, Embeddings, Encoder, SequenceEncoder, Waveform
from benchmark.datasets.audio import hash_waveform
from benchmark.embeddings.files import EmbeddingKind
from benchmark.embeddings.given import GivenEmbeddings
from benchmark.embeddings.kept import KeptVectors, chunks
from benchmark.encoders.waveforms import require_sounds
from benchmark.errors import DataError, PluginError
from benchmark.machine.progress import progress_bar

_SOUNDS_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Hearing:
    """One of the ways in which an encoder takes sounds.

    Attributes:
        encoder: whose.
        kind: one vector a sound, or one a patch of time.
        sample_rate_hz: of the clips it takes.
        embed: gives ``(n_rows, dim)`` for each waveform.
    """

    encoder: Encoder
    kind: EmbeddingKind
    sample_rate_hz: int
    embed: Callable[[Sequence[Waveform]], list[Embeddings]]

    @staticmethod
    def of_sounds(encoder: AudioEncoder) -> Hearing:
        """Take one vector a sound: ``(1, dim)``."""

        def embed(waveforms: Sequence[Waveform]) -> list[Embeddings]:
            return [row[None] for row in encoder.embed_audio(waveforms)]

        return Hearing(encoder, "sounds", encoder.sample_rate_hz, embed)

    @staticmethod
    def of_patches(encoder: SequenceEncoder) -> Hearing:
        """Take a sequence of patches a sound: ``(n_patches, dim)``."""
        return Hearing(encoder, "patches", encoder.sample_rate_hz, encoder.embed_patches)

    def stream(
        self,
        kept: KeptVectors,
        given: GivenEmbeddings | None,
        clips: Iterable[Clip],
        n_clips: int | None,
    ) -> Iterator[Embeddings]:
        """Embed clips one after the other; see ``EmbeddingStore.stream_sounds``."""
        with progress_bar(f"{self.encoder.name}: clips", n_clips) as bar:
            for chunk in chunks(clips, _SOUNDS_AT_ONCE):
                keys = [None if clip.split else self._key(clip) for clip in chunk]
                pairs = zip(keys, chunk, strict=True)
                sounds = {key: clip.waveform for key, clip in pairs if key is not None}
                known = kept.embed(self.encoder, self.kind, sounds, self.embed)
                for clip, key in zip(chunk, keys, strict=True):
                    yield self._read_given(given, clip) if key is None else known[key]
                bar.advance(len(chunk))

    def _key(self, clip: Clip) -> bytes:
        if clip.sample_rate_hz != self.sample_rate_hz:
            raise PluginError(
                f"clip {clip.clip_id!r} is at {clip.sample_rate_hz} Hz; {self.encoder.name} "
                f"expects {self.sample_rate_hz} Hz. Declare "
                f"SystemSpec(sample_rate_hz={self.sample_rate_hz})."
            )
        try:
            require_sounds([clip.waveform])
        except DataError as error:
            raise DataError(f"clip {clip.clip_id!r}: {error}") from error
        return bytes.fromhex(hash_waveform(clip.waveform))

    def _read_given(self, given: GivenEmbeddings | None, clip: Clip) -> Embeddings:
        expected = (self.encoder.fingerprint, self.kind)
        if given is None or (given.recipe.fingerprint, given.recipe.kind) != expected:
            raise PluginError(
                f"clip {clip.clip_id!r} of {clip.split} has no sound, and the store was not opened "
                f"for the {self.kind} of {self.encoder.name}. Open it with "
                f"EmbeddingStore.open(resources, encoder, {self.kind!r})."
            )
        return given.read(clip)

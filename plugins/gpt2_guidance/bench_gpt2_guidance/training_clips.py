"""Training clips as both modules hear them: sequences of patches, and captions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmark import Clip, DataError, Resources, Split, UsageError
from benchmark.datasets import fit_length
from benchmark.embeddings import EmbeddingStore, embed_command
from benchmark.encoders import SequenceEncoder, load_sequence_encoder

SAMPLE_RATE_HZ = 16_000


@dataclass(frozen=True, slots=True)
class HeardClips:
    """Clips of a split that have a sound, in the order of their ids.

    Attributes:
        clip_ids: ``n_clips`` of them.
        captions: the references of each.
        patches: ``(n_clips, n_patches, dim)``, the frozen encoder's.
    """

    clip_ids: tuple[str, ...]
    captions: tuple[tuple[str, ...], ...]
    patches: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.clip_ids)


@dataclass(frozen=True, slots=True)
class PatchReader:
    """Turns clips into patches, all of one length.

    Attributes:
        encoder: frozen.
        store: where embeddings are kept.
        duration_s: see ``fit_length``.
    """

    encoder: SequenceEncoder
    store: EmbeddingStore
    duration_s: float

    def read(self, clips: Iterable[Clip]) -> NDArray[np.float32]:
        """Embed clips at the encoder's rate: ``(n_clips, n_patches, dim)``, at least one clip.

        Raises:
            DataError: a sound is empty or not finite; the message names the clip.
        """
        fitted = (fit_length(clip, self.duration_s) for clip in clips)
        return np.stack(self.store.embed_sequences(self.encoder, fitted))


def open_reader(encoder: str, duration_s: float, resources: Resources) -> PatchReader:
    """Load an encoder of sequences, and its embeddings so far.

    Raises:
        MissingWeightsError: its weights are not on this machine.
        UsageError: it takes sounds at another rate.
    """
    loaded = load_sequence_encoder(encoder, resources.device)
    if loaded.sample_rate_hz != SAMPLE_RATE_HZ:
        raise UsageError(
            f"the encoder {loaded.name} takes sounds at {loaded.sample_rate_hz} Hz; expected "
            f"{SAMPLE_RATE_HZ} Hz. Name another."
        )
    store = EmbeddingStore.open(resources, loaded, "patches", duration_s)
    return PatchReader(loaded, store, duration_s)


def require_train(train: Split | None) -> Split:
    """Return the training split.

    Raises:
        DataError: there is none.
    """
    if train is None:
        raise DataError("this run gave no training split; name one with --train.")
    return train


def load_training_clips(train: Split, reader: PatchReader) -> HeardClips:
    """Read and embed the clips of a training split that have a sound.

    Args:
        train: its missing clips are passed over.
        reader: of their sounds.

    Raises:
        DataError: fewer than 2 clips have a sound, or one cannot be read.
    """
    clip_ids = tuple(clip_id for clip_id in train.clip_ids if clip_id in train.present)
    if len(clip_ids) < 2:
        name = reader.encoder.name
        command = embed_command(train.label, name, "patches", reader.duration_s)
        raise DataError(
            f"{train.label}: {len(clip_ids)} of {len(train.references)} training clips have a "
            "sound; expected at least 2 to learn from. See `bench data verify "
            f"{train.label}`, give --embeddings of a machine that has them (`{command}`), or name "
            "another split with --train."
        )
    return _hear(train, clip_ids, reader)


def load_validation_clips(validation: Split, reader: PatchReader) -> HeardClips:
    """Read and embed the clips of a validation split that have a sound.

    Args:
        validation: its missing clips are passed over.
        reader: of their sounds.

    Raises:
        DataError: no clip has a sound, or one cannot be read.
    """
    clip_ids = tuple(clip_id for clip_id in validation.clip_ids if clip_id in validation.present)
    if not clip_ids:
        command = embed_command(validation.label, reader.encoder.name, "patches", reader.duration_s)
        raise DataError(
            f"{validation.label}: none of {len(validation.references)} clips has a sound; expected "
            "one at least, to choose the best epoch by. See `bench data verify "
            f"{validation.label}`, give --embeddings of a machine that has them (`{command}`), "
            "name another split with --val, or hold training clips out: --val none."
        )
    return _hear(validation, clip_ids, reader)


def _hear(split: Split, clip_ids: tuple[str, ...], reader: PatchReader) -> HeardClips:
    clips = (split.read_clip(clip_id, reader.encoder.sample_rate_hz) for clip_id in clip_ids)
    captions = tuple(split.references[clip_id] for clip_id in clip_ids)
    return HeardClips(clip_ids, captions, reader.read(clips))


def hash_patches(patches: NDArray[np.float32]) -> str:
    """Hash what training hears."""
    digest = hashlib.sha256(f"{patches.shape} ".encode())
    digest.update(np.ascontiguousarray(patches).data)
    return digest.hexdigest()


class WordedClips(NamedTuple):
    """Clips whose captions have words.

    Attributes:
        captions: those of each clip, at least one.
        patches: ``(n_clips, n_patches, dim)``; None where nobody listens.
    """

    captions: list[list[str]]
    patches: NDArray[np.float32] | None


def worded_clips(split: Split, clips: HeardClips | None) -> WordedClips:
    """Leave out captions without words, and clips without captions.

    Args:
        split: which holds the clips.
        clips: those that have a sound; None: all of the split.
    """
    of_clips = [split.references[clip_id] for clip_id in split.clip_ids]
    worded = [
        [caption for caption in captions if caption.strip()]
        for captions in (of_clips if clips is None else clips.captions)
    ]
    patches = None
    if clips is not None:
        kept = [row for row, captions in enumerate(worded) if captions]
        patches = clips.patches if len(kept) == len(worded) else clips.patches[kept]
    return WordedClips([captions for captions in worded if captions], patches)


def load_worded_validation(
    validation: Split | None, reader: PatchReader | None
) -> WordedClips | None:
    """Read the clips of a validation split that have words.

    Args:
        validation: None: there is none, and clips of the training split are held out.
        reader: of their sounds; None: nobody listens, and clips need none.

    Raises:
        DataError: there is a split, but no caption or no sound in it.
    """
    if validation is None:
        return None
    clips = None if reader is None else load_validation_clips(validation, reader)
    worded = worded_clips(validation, clips)
    if not worded.captions:
        raise DataError(
            f"{validation.label}: no clip{'' if clips is None else ' with a sound'} has a caption "
            "with words; expected one at least, to choose the best epoch by. Name another split "
            "with --val, or hold training clips out: --val none."
        )
    return worded

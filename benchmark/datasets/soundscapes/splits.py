"""The embedded data set: short synthetic soundscapes with captions, rendered when first asked for.

It needs no download. Every clip is a pure function of ``VERSION``, its split and its number, so
that two machines with the same numpy score the same sounds. No caption occurs in two splits.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmark.artifacts import ArtifactKey, Artifacts
from benchmark.contract import Clip, ClipClusters, DatasetSpec, KnownSplit, Split
from benchmark.datasets import audio
from benchmark.datasets.soundscapes.grammar import split_words, write_captions
from benchmark.datasets.soundscapes.scenes import Scene, draw_scene
from benchmark.datasets.soundscapes.signals import SAMPLE_RATE_HZ
from benchmark.datasets.soundscapes.synthesiser import render_scene
from benchmark.datasets.soundscapes.timbres import SOUNDS
from benchmark.errors import UnknownNameError
from benchmark.files import spell_json
from benchmark.machine.progress import progress_bar

EMBEDDED_DATASET = "soundscapes"
"""The data set that needs no download; systems take small models of the package for it."""
VERSION = 1
"""Raise it with any change to sounds, scenes or words: the clips become others."""

SPLITS: tuple[str, ...] = ("pretrain", "train", "val", "test")
N_CLIPS = {"pretrain": 600, "train": 400, "val": 60, "test": 120}
N_CAPTIONS = {"pretrain": 1, "train": 5, "val": 5, "test": 5}
_CAPTIONS_SHA256 = {
    "pretrain": "55c2dc18721145d09d7c841998e9d4b2386f13adc42798ceaafac7b635df4d91",
    "train": "89cb1df8fc8a6eef0d8ed081a69902c272cf3d2b72fb6757becdcef17303334e",
    "val": "83594478a068080268f86d8ff17a9f05bddc4f01f9985aa50a987b76d457bd96",
    "test": "9c155e206a7ce9aeade19e8467bbf91304cc0ad10d9fdf2a6f4044013403410c",
}
"""Of this version: a numpy that draws otherwise is found out by it."""
SPEC = DatasetSpec(
    name=EMBEDDED_DATASET,
    title="Soundscapes",
    summary="synthetic sounds with captions, made on this machine; needs no download",
    splits=SPLITS,
    default_split="test",
    train_split="train",
    validation_split="val",
    licence="made by this program; free to use",
    how_to_get="Nothing to get: it is synthesised on first use.",
    load=lambda label, _, artifacts: load_soundscapes(label.split, artifacts),
    known={
        split: KnownSplit(
            N_CLIPS[split], N_CLIPS[split] * N_CAPTIONS[split], captions_sha256=captions_sha256
        )
        for split, captions_sha256 in _CAPTIONS_SHA256.items()
    },
)

_SCENES = ClipClusters("scene", {})
"""Clips share no recording: each is synthesised from draws of its own. They share the classes of
sounds and the grammar, as all clips that this program could make do: so they are independent given
the generator, and say nothing of other sounds. Decks deal the classes evenly, which makes clips a
little less alike than by chance, and intervals, if anything, too wide."""
_SCENE, _SOUND, _WORDS, _DECK = range(4)  # streams of randomness that do not disturb each other


def load_soundscapes(split: str, artifacts: Artifacts) -> Split:
    """Load a split, rendering it first (seconds) where it is not in the store yet.

    Args:
        split: one of ``SPLITS``; ``pretrain`` is meant for encoders, ``train`` for captioners.
        artifacts: where the rendered clips are kept.

    Returns:
        Clips ``test-0000``, ``test-0001``, ... of 5 s, native rate 16 kHz; five
        references each, one in ``pretrain``.

    Raises:
        UnknownNameError: there is no such split.
        MachineError: the store cannot be written.
    """
    if split not in SPLITS:
        raise UnknownNameError("split of soundscapes", split, SPLITS)
    key: ArtifactKey = {"version": VERSION, "split": split, "captions": N_CAPTIONS[split]}
    folder = artifacts.get_or_build(f"soundscapes-{split}", key, partial(_render_split, split))
    clips = json.loads((folder / "clips.json").read_text(encoding="utf-8"))
    references = {clip["clip_id"]: tuple(clip["captions"]) for clip in clips}
    return Split(
        EMBEDDED_DATASET,
        split,
        references,
        frozenset(references),
        partial(_read, folder),
        clusters=_SCENES,
    )


def compose_scene(split: str, index: int) -> Scene:
    """Decide what happens in a clip.

    Each class comes once in every ``len(SOUNDS)`` clips as the clip's first choice, and once
    as its second and third, so that all classes are about equally frequent.
    """
    names = tuple(SOUNDS)
    block, position = divmod(index, len(names))
    chosen: list[str] = []
    for rank in range(3):
        deck = _rng(split, block, _DECK + rank).permutation(len(names))
        shift = 0
        while names[deck[(position + shift) % len(names)]] in chosen:
            shift += 1
        chosen.append(names[deck[(position + shift) % len(names)]])
    return draw_scene(_rng(split, index, _SCENE), (chosen[0], chosen[1], chosen[2]))


def render_clip(split: str, index: int) -> NDArray[np.int16]:
    """Render a clip's sound: ``(80_000,)`` at 16 kHz."""
    return render_scene(_rng(split, index, _SOUND), compose_scene(split, index))


def caption_clip(
    split: str, index: int, n_captions: int | None = None, *, reverses_order: bool = False
) -> tuple[str, ...]:
    """Write a clip's references.

    Args:
        split: one of ``SPLITS``.
        index: the clip's number. Numbers beyond ``N_CLIPS`` are further clips of the same kind,
            for those who learn from more than the split holds; theirs are no other split's
            captions either.
        n_captions: how many; None: as many as the split has. More begin with the same ones.
        reverses_order: tell what happens in turn from the last to the first: what cannot be said
            of the clip.
    """
    scene = compose_scene(split, index)
    if reverses_order:
        scene = replace(scene, events=scene.events[::-1])
    rng = _rng(split, index, _WORDS)
    return write_captions(rng, scene, n_captions or N_CAPTIONS[split], partial(_belongs, split))


def _belongs(split: str, caption: str) -> bool:
    """Deal captions out to splits by their words, so that no two splits share one."""
    digest = hashlib.sha256(" ".join(split_words(caption)).encode()).digest()
    return SPLITS[digest[0] % len(SPLITS)] == split


def _rng(split: str, index: int, stream: int) -> Generator:
    return np.random.default_rng([VERSION, SPLITS.index(split), index, stream])


def _render_split(split: str, folder: Path) -> None:
    """Write every clip as 16-bit FLAC, and ``clips.json`` with captions and the true events."""
    records = []
    with progress_bar(f"rendering soundscapes:{split}", N_CLIPS[split]) as bar:
        for index in range(N_CLIPS[split]):
            clip_id = f"{split}-{index:04}"
            samples = render_clip(split, index)
            content = audio.encode_flac(samples, SAMPLE_RATE_HZ)
            (folder / f"{clip_id}.flac").write_bytes(content)
            captions = caption_clip(split, index)
            scene = asdict(compose_scene(split, index))
            records.append({"clip_id": clip_id, "captions": captions, "scene": scene})
            bar.advance()
    (folder / "clips.json").write_text(spell_json(records, indent=1), encoding="utf-8")


def _read(folder: Path, clip_id: str, sample_rate_hz: int) -> Clip:
    waveform = audio.read_sound(folder / f"{clip_id}.flac", sample_rate_hz)
    return Clip(clip_id, waveform, sample_rate_hz)

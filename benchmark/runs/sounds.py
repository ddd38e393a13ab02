"""Sounds without references: found, and given to one system."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmark.contract import Clip, Resources, Split
from benchmark.datasets.audio import read_sound
from benchmark.embeddings.splits import open_files
from benchmark.errors import DataError, UsageError
from benchmark.machine.device import require_device
from benchmark.machine.places import artifacts
from benchmark.runs.clips import Clips
from benchmark.runs.learning import choose_learning, loader_for
from benchmark.runs.listening import Listener
from benchmark.runs.requests import CaptionRequest
from benchmark.systems.registry import Registry, System

SOUND_SUFFIXES = frozenset(
    {".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aiff", ".aif", ".au"}
)


class Seat(NamedTuple):
    """A system, what it may use, and the clips that it is to caption."""

    system: System
    resources: Resources
    clips: Clips


def find_seat(request: CaptionRequest, registry: Registry) -> Seat:
    """Find the system and the sounds that a request names.

    Raises:
        UsageError: the system needs a training split and none was named, or is a ceiling.
        DataError: a path does not exist, there is no sound, or a file of embeddings is not of
            the training split or damaged.
    """
    system = registry.system(request.system_name)
    require_device(request.device)
    if system.spec.kind == "ceiling" or system.spec.leave_one_out:
        raise UsageError(f"{system.name} is a ceiling: it captions from references alone.")
    if system.spec.needs_train and request.learning.train is None:
        raise UsageError(f"{system.name} needs training captions; name a split with --train.")
    split = _loose_split(find_sounds(request.paths))
    learning = choose_learning(request.learning, [system.spec], split, request.data_root)
    files = open_files(request.embeddings, [split, *learning.splits])
    learning = learning.for_system(system.spec, files)
    resources = Resources(
        device=request.device,
        seed=request.seed,
        artifacts=artifacts(),
        train=learning.train,
        validation=learning.validation,
        embedding_files=tuple(file.path for file in files),
        load_split=loader_for(system.spec, files, request.data_root),
    )
    clips = Clips(Listener(split, text_only=False), split.clip_ids, request.feeding)
    return Seat(system, resources, clips)


def find_sounds(paths: Sequence[Path]) -> list[Path]:
    """List sounds: files as they are named, folders searched through, each sound once.

    Raises:
        DataError: a path does not exist, or no sound was found.
    """
    sounds: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise DataError(f"{path} does not exist; expected a sound or a folder of sounds.")
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        named = (file for file in inside if file == path or file.suffix.lower() in SOUND_SUFFIXES)
        sounds |= dict.fromkeys(file for file in named if file.is_file())
    if not sounds:
        looked = ", ".join(map(str, paths))
        raise DataError(f"no sound in {looked}; expected files such as .wav, .flac, .ogg or .mp3.")
    return list(sounds)


def _loose_split(sounds: Sequence[Path]) -> Split:
    by_id = {str(path): path for path in sounds}

    def read_clip(clip_id: str, sample_rate_hz: int) -> Clip:
        return Clip(clip_id, read_sound(by_id[clip_id], sample_rate_hz), sample_rate_hz)

    return Split("sounds", "all", dict.fromkeys(by_id, ()), frozenset(by_id), read_clip)

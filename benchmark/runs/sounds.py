"""Sounds without references: found, and given to one system."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmark.contract import Clip, Resources, Split
from benchmark.datasets.audio import read_sound
from benchmark.datasets.sound_names import is_passed_over, is_sound
from benchmark.embeddings.splits import open_files
from benchmark.errors import DataError, UsageError
from benchmark.machine.device import require_device
from benchmark.machine.places import artifacts
from benchmark.runs.clips import Clips
from benchmark.runs.learning import choose_learning, loader_for
from benchmark.runs.listening import Listener
from benchmark.runs.requests import CaptionRequest
from benchmark.systems.registry import Registry, System


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
    split = _loose_split(find_sounds(request.paths).sounds)
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


class LooseSounds(NamedTuple):
    """Files that were found, each once, and those in their folders that are no sounds."""

    sounds: list[Path]
    left_out: list[Path]


def find_sounds(paths: Sequence[Path]) -> LooseSounds:
    """List sounds: files as they are named, folders searched through, links to folders too.

    Raises:
        DataError: a path does not exist, or no sound was found.
    """
    sounds: dict[Path, None] = {}
    left_out: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise DataError(f"{path} does not exist; expected a sound or a folder of sounds.")
        for file in _files_inside(path) if path.is_dir() else [path]:
            (sounds if file == path or is_sound(file) else left_out)[file] = None
    if not sounds:
        looked = ", ".join(map(str, paths))
        raise DataError(f"no sound in {looked}; expected files such as .wav, .flac, .ogg or .mp3.")
    return LooseSounds(list(sounds), [file for file in left_out if file not in sounds])


def _files_inside(folder: Path) -> list[Path]:
    """List the files of a folder and of those in it, sorted; a folder that links back is left."""
    files: list[Path] = []
    seen: set[tuple[int, int]] = set()
    for where, folders, names in os.walk(folder, followlinks=True):
        status = Path(where).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = [name for name in folders if not is_passed_over(name)]
        inside = (Path(where) / name for name in names if not is_passed_over(name))
        files += [file for file in inside if file.is_file() or file.is_symlink()]
    return sorted(files)


def _loose_split(sounds: Sequence[Path]) -> Split:
    by_id = {str(path): path for path in sounds}

    def read_clip(clip_id: str, sample_rate_hz: int) -> Clip:
        return Clip(clip_id, read_sound(by_id[clip_id], sample_rate_hz), sample_rate_hz)

    return Split("sounds", "all", dict.fromkeys(by_id, ()), frozenset(by_id), read_clip)

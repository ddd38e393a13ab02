"""A stranger's data set and encoder, one file each, and files for the data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np

POND = """
from benchmark import DatasetSpec, KnownSplit, hookimpl
from benchmark.datasets import read_split

BENCH_API = 2

def load(label, data_root, artifacts):
    folder = data_root / "pond"
    return read_split(label, folder / f"{label.split}.csv", [folder / "sounds"])

@hookimpl
def bench_datasets():
    yield DatasetSpec(
        "pond", "Pond 1", "frogs at night", ("dusk", "night"), "night", "dusk", "dawn",
        "CC0, the frogs agree", "Ask the frogs.", load,
    )
"""
EARS = """
from dataclasses import dataclass
import numpy as np
from benchmark import EncoderSpec, hookimpl

BENCH_API = 2

@dataclass(frozen=True)
class Options:
    turn: int = 0

class Ears:
    fingerprint, dim, trained_on, sample_rate_hz = "ears", 3, (), 16_000

    def __init__(self, options, name, device):
        self.name, self.turn = name, options.turn

    def embed_audio(self, waveforms):
        return unit([[abs(w).mean(), w.std(), 0.1 + self.turn] for w in waveforms])

    def embed_text(self, captions):
        return unit([[len(c), c.count(" ") + 1, 1 + self.turn] for c in captions])

def unit(rows):
    rows = np.array(rows, dtype=np.float32).reshape(-1, 3)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)

@hookimpl
def bench_encoders():
    yield EncoderSpec("ears", "a frog", ("embed_audio", "embed_text"), Options, Ears, ())
"""


def write_pond(
    data_root: Path, n_clips: int = 4, splits: tuple[str, ...] = ("dusk", "night")
) -> None:
    """Write both splits of the data set, every other sound in a folder of its own."""
    import soundfile

    folder = data_root / "pond"
    rng = np.random.default_rng(0)
    for split in splits:
        lines = ["file_name,caption_1,caption_2"]
        for index in range(n_clips):
            name = f"{split} {index}.wav"
            place = folder / "sounds" / (split if index % 2 else "")
            place.mkdir(parents=True, exist_ok=True)
            soundfile.write(place / name, rng.uniform(-0.1, 0.1, 1600 * (index + 1)), 16_000)
            lines.append(f"{name},frog {index} croaks at {split},a frog sings {index} times")
        (folder / f"{split}.csv").write_text("\n".join(lines) + "\n")

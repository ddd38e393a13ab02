"""Splits, their passports and sounds. This list is what plugins may use.

Knows no metric and no system.
"""

from benchmark.datasets.audio import fit_length, read_sound
from benchmark.datasets.catalogue import split_loader
from benchmark.datasets.folder import load_folder
from benchmark.datasets.soundscapes.splits import EMBEDDED_DATASET
from benchmark.datasets.split_files import read_split

__all__ = [
    "EMBEDDED_DATASET",
    "fit_length",
    "load_folder",
    "read_sound",
    "read_split",
    "split_loader",
]

"""METEOR 1.5: one process for a whole run, started early and asked many times."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import IO, Self

from benchmark.artifacts import Artifacts
from benchmark.errors import MachineError
from benchmark.metrics.java import QUICK_START, find_java, java_failure, pycocoevalcap_file
from benchmark.metrics.meteor_index import index_table
from benchmark.metrics.meteor_normaliser import normalise
from benchmark.metrics.meteor_statistics import (
    Statistics,
    add_statistics,
    meteor_score,
    parse_statistics,
)
from benchmark.metrics.meteor_table import cut_table, write_table
from benchmark.places import artifacts as default_artifacts
from benchmark.errors import UsageError

_SEPARATOR = "|||"
_JAVA_WORD = re.compile(r"[^ \t\n\r\f]+")


@dataclass(frozen=True, slots=True)
class MeteorScores:
    """METEOR of a corpus, and of each of its captions; from 0 to 1."""

    corpus: float
    per_clip: tuple[float, ...]

"""Lines of a ledger: what is on disk, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from machines import SERVER

from benchmark.errors import RunError
from benchmark.runs.entries import (
    ClipEntry,
    MachineEntry,
    PrepareEntry,
    TimedEntry,
)
from benchmark.runs.lines import read_line, write_line

CLIP = ClipEntry("toy", 0, "a.wav", "ok", "rain falls", "k", 0, 1, 0.1, 0.2, 5.0)
LINES = [
    (
        CLIP,
        '{"row": "clip", "system": "toy", "fold": 0, "clip_id": "a.wav", "state": "ok", '
        '"caption": "rain falls", "key": "k", "batch": 0, "batch_size": 1, "read_s": 0.1, '
        '"caption_s": 0.2, "audio_s": 5.0}',
    ),
    (
        PrepareEntry("toy", 1, 2.0, "ValueError: no", "Traceback", ("web",)),
        '{"row": "prepare", "system": "toy", "fold": 1, "prepare_s": 2.0, '
        '"error": "ValueError: no", "traceback": "Traceback", "trained_on": ["web"], "facts": {}}',
    ),
    (
        TimedEntry("toy", "a.wav", 0.4, 5.0, True, stages={"encode": 0.1}, machine="0123"),
        '{"row": "profile", "system": "toy", "clip_id": "a.wav", "caption_s": 0.4, "audio_s": 5.0, '
        '"is_same": true, "is_embedded": false, "stages": {"encode": 0.1}, "reading": {}, '
        '"calibration_s": null, "machine": "0123"}',
    ),
    (
        MachineEntry(SERVER, 12.5),
        '{"row": "machine", "machine": {"hash": "f37f1f83eb2c", "cpu": "AMD EPYC", "ram_gib": 24, '
        '"os": "Debian GNU/Linux 12 (bookworm)", "kernel": "6.18.44", "architecture": "x86_64", '
        '"python": "3.11.7", "numpy": "2.4.6", "blas": "scipy-openblas 0.3.31.188.0", '
        '"torch": "2.13.0+cpu", "gpu": null, "cores": 2, "threads": "OMP_NUM_THREADS=1", '
        '"kernels": null, "torch_threads": 1}, "peak_rss_mib": 12.5}',
    ),
]


def read(line):
    return read_line(line.encode(), Path("ledger.jsonl"), 7)


def change(entry, **parts):
    """Spell an entry with other parts."""
    return json.dumps({**json.loads(write_line(entry)), **parts})


@pytest.mark.parametrize(("entry", "line"), LINES, ids=lambda part: type(part).__name__)
def test_a_line_is_spelled_as_it_always_was_and_read_back(entry, line):
    assert write_line(entry).decode() == line + "\n"
    assert read(line) == entry


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (change(CLIP, caption_s="soon"), "caption_s: expected `float`, got `str`"),
        (change(CLIP, fold=None), "fold: expected `int`, got `null`"),
        (change(CLIP, state="fine"), "state: invalid enum value 'fine'"),
        (
            change(PrepareEntry("toy", 0, 1.0), trained_on="web"),
            "trained_on: expected `array",
        ),
        (change(PrepareEntry("toy", 0, 1.0), facts={"n": [1]}), "facts.n: expected"),
        ('{"row": "clip", "system": "toy"}', "missing required field `fold`"),
    ],
)
def test_a_wrong_type_is_told_with_file_line_and_part(line, reason):
    with pytest.raises(RunError) as caught:
        read(line)
    assert str(caught.value).startswith("ledger.jsonl, line 7")
    assert reason in str(caught.value)


@pytest.mark.parametrize("line", ["{}", "[]", "rain", '{"row": "poem"}', '{"row": []}', "[" * 9999])
def test_what_is_no_entry_is_shown(line):
    with pytest.raises(RunError, match=r"ledger\.jsonl, line 7: b'.*' is not a ledger entry"):
        read(line)


def test_a_file_name_that_is_no_text_comes_back_as_it_was():
    entry = ClipEntry("toy", 0, "\udcff.wav", "ok", "rain", "k", 0, 1, 0.1, 0.2, float("inf"))
    assert read_line(write_line(entry), Path("ledger.jsonl"), 1) == entry


def test_parts_that_a_later_version_adds_are_passed_over():
    assert read(change(CLIP, mood="calm")) == CLIP

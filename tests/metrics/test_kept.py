"""Results that are kept by content: read back, shared, never believed where they are damaged."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from killed import run_until

from benchmark.errors import MachineError
from benchmark.metrics.kept import KeptResults

ADDS_FOR_EVER = """
import itertools, sys
from pathlib import Path
from benchmark.metrics.kept import KeptResults
kept = KeptResults("words", "1", Path(sys.argv[1]))
for number in itertools.count():
    kept.add({f"{number} " + "x" * 5000: number})
    if number == 20:
        print("ready", flush=True)
"""


@pytest.fixture
def open_kept(tmp_path):
    return lambda version="1": KeptResults("words", version, tmp_path)


def test_what_is_added_is_there_for_the_next_who_asks(open_kept):
    open_kept().add({"a dog barks": [["dog"]], "": [], "rain\n\r\u2028": None})
    kept = open_kept()
    assert kept["a dog barks"] == [["dog"]]
    assert kept[""] == []
    assert kept["rain\n\r\u2028"] is None
    assert "a cat" not in kept
    assert len(kept) == 3


def test_another_version_keeps_its_own(open_kept):
    open_kept().add({"a": 1})
    assert "a" not in open_kept("2")


def test_what_another_process_adds_is_seen_after_a_look(open_kept):
    first, second = open_kept(), open_kept()
    second.add({"a": 1})
    assert "a" not in first
    first.refresh()
    assert first["a"] == 1


@given(st.data())
def test_no_flipped_bit_is_ever_believed(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("kept")
    values = {"a dog": [["dog"]], "a cat": [["cat"]], "rain": 0.25}
    KeptResults("words", "1", folder).add(values)
    (path,) = folder.iterdir()
    content = bytearray(path.read_bytes())
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    kept = KeptResults("words", "1", folder)
    assert all(kept[text] == values[text] for text in values if text in kept)
    assert len(kept) < len(values)
    kept.add({text: values[text] for text in values if text not in kept})
    again = KeptResults("words", "1", folder)
    assert {text: again[text] for text in values} == values


def test_damage_is_told_once(open_kept, capsys):
    kept = open_kept()
    kept.add({"a": 1, "b": 2})
    kept.path.write_bytes(kept.path.read_bytes().replace(b'"a"', b'"c"'))
    again = open_kept()
    told = f"bench: in {kept.path}, 1 line is damaged; they are left out and made again.\n"
    assert capsys.readouterr().err == told
    assert open_kept()["b"] == 2
    assert capsys.readouterr().err == ""
    assert "c" not in again
    assert again["b"] == 2


def test_a_line_that_was_cut_short_harms_no_line_after_it(open_kept, capsys):
    kept = open_kept()
    kept.add({"a": 1, "b": 2})
    kept.path.write_bytes(kept.path.read_bytes()[:-5])
    again = open_kept()
    assert "b" not in again
    again.add({"b": 2, "c": 3})
    assert open_kept().n_damaged == 0, "somebody was killed; nothing is broken"
    assert "1 line is cut short, as by a process that was killed" in capsys.readouterr().err
    assert {text: open_kept()[text] for text in "abc"} == {"a": 1, "b": 2, "c": 3}


def test_a_process_killed_while_it_adds_leaves_all_that_it_had_added(tmp_path):
    run_until("ready", ADDS_FOR_EVER, tmp_path)
    kept = KeptResults("words", "1", tmp_path)
    assert kept.n_damaged == 0
    assert len(kept) >= 21
    kept.add({"after": -1})
    assert KeptResults("words", "1", tmp_path)["after"] == -1


def test_two_processes_that_add_at_once_lose_nothing(tmp_path):
    code = """
import sys
from pathlib import Path
from benchmark.metrics.kept import KeptResults
kept = KeptResults("words", "1", Path(sys.argv[1]))
for number in range(200):
    kept.add({f"{sys.argv[2]} {number} " + "x" * (number * 37): number})
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    commands = [[sys.executable, "-c", code, str(tmp_path), name] for name in "ab"]
    processes = [subprocess.Popen(command, env=environment) for command in commands]
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    kept = KeptResults("words", "1", tmp_path)
    assert (len(kept), kept.n_damaged) == (400, 0)


def test_who_reads_a_file_that_another_process_wrote_again_misses_nothing(open_kept):
    first, second = open_kept(), open_kept()
    first.add({str(number): number for number in range(50)})
    second.refresh()
    first.path.write_bytes(first.path.read_bytes().replace(b'["7",7]', b'["7",8]'))
    third = open_kept()
    third.add({"new": -1})
    first.add({"newer": -2})
    second.refresh()
    assert (second["new"], second["newer"], second["7"]) == (-1, -2, 7)
    assert len(open_kept()) == 51
    assert [path.name for path in first.path.parent.iterdir()] == [first.path.name]


def test_a_file_that_has_grown_too_big_loses_its_older_half(open_kept, tmp_path):
    open_kept().add({str(number): "x" * 100 for number in range(100)})
    KeptResults("words", "1", tmp_path, most_bytes=5000)
    kept = open_kept()
    assert len(kept) == 50
    assert "99" in kept
    assert "0" not in kept


def test_a_folder_that_cannot_be_made_is_told_with_the_cure(tmp_path):
    (tmp_path / "file").write_text("")
    kept = KeptResults("words", "1", tmp_path / "file" / "kept")
    with pytest.raises(MachineError, match="BENCH_CACHE"):
        kept.add({"a": 1})

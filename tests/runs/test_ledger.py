"""The ledger: append-only, readable after any crash."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import MachineError, RunError
from benchmark.runs.ledger import (
    ClipRow,
    Ledger,
    MachineRow,
    PrepareRow,
    ProfileRow,
    content_key,
    read_ledger,
)

ROW = ClipRow("toy", 0, "a.wav", "ok", "rain falls", "k", 0, 1, 0.1, 0.2, 5.0)


def named(clip_id, **changes):
    return dataclasses.replace(ROW, clip_id=clip_id, **changes)


def test_rows_are_read_back_as_they_were_written(tmp_path):
    path = tmp_path / "ledger.jsonl"
    failed = named("b.wav", state="error", caption=None, error="ValueError: no", traceback="...")
    with Ledger(path) as ledger:
        ledger.append([PrepareRow("toy", 0, 1.5), ROW, failed])
    view = read_ledger(path)
    assert view.rows("toy") == [ROW, failed]
    assert view.prepared == {("toy", 0): PrepareRow("toy", 0, 1.5)}


@given(st.text(), st.text())
def test_no_text_can_break_a_line(tmp_path_factory, clip_id, caption):
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    row = named(clip_id, caption=caption)
    with Ledger(path) as ledger:
        ledger.append([row, ROW])
    assert path.read_bytes().count(b"\n") == 2
    assert read_ledger(path).clips["toy", 0, clip_id] in (row, ROW)


def test_what_a_captioner_said_is_read_back_and_old_rows_say_nothing(tmp_path):
    path = tmp_path / "ledger.jsonl"
    told = PrepareRow("toy", 1, 1.5, trained_on=("web",), facts={"std": 0.1, "encoder": None})
    with Ledger(path) as ledger:
        ledger.append([told])
    with path.open("a") as file:
        file.write('{"row": "prepare", "system": "toy", "fold": 0, "prepare_s": 2.5}\n')
    assert read_ledger(path).prepared_rows("toy") == [PrepareRow("toy", 0, 2.5), told]


def test_timed_calls_are_read_back_and_old_ones_without_stages(tmp_path):
    path = tmp_path / "ledger.jsonl"
    stages = {"encode": 0.1, "generate": 0.2}
    timed = ProfileRow(
        "toy", "a.wav", 0.4, 5.0, True, False, stages, {"decode": 0.01}, 0.006, "0123456789ab"
    )
    failed = ProfileRow("toy", "b.wav", 0.4, 5.0, False, error="ValueError: no")
    machine = MachineRow({"hash": "0123456789ab", "cores": 2, "gpu": None}, 123.5)
    with Ledger(path) as ledger:
        ledger.append([timed, failed, machine])
    with path.open("a") as file:
        file.write(
            '{"row": "profile", "system": "toy", "clip_id": "c.wav", "caption_s": 0.5, '
            '"audio_s": 5.0, "is_same": true, "is_embedded": false}\n'
        )
    view = read_ledger(path)
    assert view.profiled_rows("toy") == [timed, failed, ProfileRow("toy", "c.wav", 0.5, 5.0, True)]
    assert view.machines == [machine]


def test_a_system_that_was_ready_once_stands_as_it_was_then(tmp_path):
    path = tmp_path / "ledger.jsonl"
    failed = PrepareRow("toy", 0, 0.1, "ValueError: no", "...")
    ready = PrepareRow("toy", 0, 1.5, facts={"n": 1})
    for rows, expected in (
        ([failed], failed),
        ([ready, failed], ready),
        ([failed, ready, failed], ready),
        ([ready, PrepareRow("toy", 0, 2.5)], PrepareRow("toy", 0, 2.5)),
    ):
        path.unlink(missing_ok=True)
        with Ledger(path) as ledger:
            ledger.append(rows)
        assert read_ledger(path).prepared_rows("toy") == [expected]


def test_the_last_row_of_a_clip_counts(tmp_path):
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as ledger:
        ledger.append([named("a.wav", state="error", caption=None, error="x", traceback="y"), ROW])
    assert read_ledger(path).rows("toy") == [ROW]


def test_a_line_cut_short_is_ignored_and_then_dropped(tmp_path):
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as ledger:
        ledger.append([ROW, named("b.wav")])
    whole = path.read_bytes()
    path.write_bytes(whole[:-7])
    assert read_ledger(path).rows("toy") == [ROW]
    with Ledger(path) as ledger:
        ledger.append([named("b.wav")])
    assert path.read_bytes() == whole


def test_a_foreign_line_in_the_middle_is_an_error_with_its_number(tmp_path):
    path = tmp_path / "ledger.jsonl"
    path.write_text("{}\n")
    with pytest.raises(RunError, match=r"line 1: .* is not a ledger row"):
        read_ledger(path)


def test_a_full_disk_says_so_and_how_to_go_on(tmp_path):
    path = tmp_path / "ledger.jsonl"
    path.symlink_to("/dev/full")
    with (
        pytest.raises(MachineError, match=r"No space left on device.*bench run --resume"),
        Ledger(path) as ledger,
    ):
        ledger.append([ROW])


def test_a_place_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(MachineError, match=r"cannot write .*ledger\.jsonl"):
        Ledger(tmp_path / "no-such-folder" / "ledger.jsonl")


def test_content_keys_tell_parts_apart():
    assert content_key(["ab", "c"]) != content_key(["a", "bc"])

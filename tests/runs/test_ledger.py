"""The ledger: append-only, readable after any crash."""

from __future__ import annotations

import dataclasses
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machines import SERVER

from benchmark.errors import MachineError, RunError
from benchmark.runs.entries import ClipEntry, MachineEntry, PrepareEntry, TimedEntry, state_of
from benchmark.runs.folds import Batch
from benchmark.runs.ledger import Ledger, LedgerView, read_ledger

ENTRY = ClipEntry("toy", 0, "a.wav", "ok", "rain falls", "k", 0, 1, 0.1, 0.2, 5.0)


def named(clip_id, **changes):
    return dataclasses.replace(ENTRY, clip_id=clip_id, **changes)


def test_entries_are_read_back_as_they_were_written(tmp_path):
    path = tmp_path / "ledger.jsonl"
    failed = named("b.wav", state="error", caption=None, error="ValueError: no", traceback="...")
    with Ledger(path) as ledger:
        ledger.extend([PrepareEntry("toy", 0, 1.5), ENTRY, failed])
    view = read_ledger(path)
    assert view.entries("toy") == [ENTRY, failed]
    assert view.prepared == {("toy", 0): PrepareEntry("toy", 0, 1.5)}


@given(st.text(), st.text())
def test_no_text_can_break_a_line(tmp_path_factory, clip_id, caption):
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    entry = named(clip_id, caption=caption, state=state_of(caption))
    with Ledger(path) as ledger:
        ledger.extend([entry, ENTRY])
    assert path.read_bytes().count(b"\n") == 2
    assert read_ledger(path).clips["toy", 0, clip_id] in (entry, ENTRY)


def test_a_caption_that_an_earlier_version_let_in_and_no_file_can_hold_is_none(tmp_path):
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as ledger:
        ledger.extend([named("torn", caption="a \ud800 dog"), ENTRY])
    for view in (ledger.view, read_ledger(path)):
        assert view.clips["toy", 0, "torn"].state == "error"
        assert "half a surrogate pair" in view.clips["toy", 0, "torn"].error
        assert not view.has_captions_of(Batch("toy", 0, 0, ("torn",)))
        assert view.has_captions_of(Batch("toy", 0, 0, ("a.wav",)))


def test_what_a_captioner_said_is_read_back_and_old_entries_say_nothing(tmp_path):
    path = tmp_path / "ledger.jsonl"
    ready = PrepareEntry("toy", 1, 1.5, trained_on=("web",), facts={"std": 0.1, "encoder": None})
    with Ledger(path) as ledger:
        ledger.extend([ready])
    with path.open("a") as file:
        file.write('{"row": "prepare", "system": "toy", "fold": 0, "prepare_s": 2.5}\n')
    assert read_ledger(path).prepared_entries("toy") == [PrepareEntry("toy", 0, 2.5), ready]


def test_timed_calls_are_read_back_and_old_ones_without_stages(tmp_path):
    path = tmp_path / "ledger.jsonl"
    stages = {"encode": 0.1, "generate": 0.2}
    timed = TimedEntry(
        "toy", "a.wav", 0.4, 5.0, True, False, stages, {"decode": 0.01}, 0.006, "0123456789ab"
    )
    failed = TimedEntry("toy", "b.wav", 0.4, 5.0, False, error="ValueError: no")
    machine = MachineEntry(SERVER, 123.5)
    with Ledger(path) as ledger:
        ledger.extend([timed, failed, machine])
    with path.open("a") as file:
        file.write(
            '{"row": "profile", "system": "toy", "clip_id": "c.wav", "caption_s": 0.5, '
            '"audio_s": 5.0, "is_same": true, "is_embedded": false}\n'
        )
    view = read_ledger(path)
    assert view.timed_entries("toy") == [timed, failed, TimedEntry("toy", "c.wav", 0.5, 5.0, True)]
    assert view.machines == [machine]


def test_a_system_that_was_ready_once_stands_as_it_was_then(tmp_path):
    path = tmp_path / "ledger.jsonl"
    failed = PrepareEntry("toy", 0, 0.1, "ValueError: no", "...")
    ready = PrepareEntry("toy", 0, 1.5, facts={"n": 1})
    for entries, expected in (
        ([failed], failed),
        ([ready, failed], ready),
        ([failed, ready, failed], ready),
        ([ready, PrepareEntry("toy", 0, 2.5)], PrepareEntry("toy", 0, 2.5)),
    ):
        path.unlink(missing_ok=True)
        with Ledger(path) as ledger:
            ledger.extend(entries)
        assert read_ledger(path).prepared_entries("toy") == [expected]


def test_the_last_entry_of_a_clip_counts(tmp_path):
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as ledger:
        ledger.extend(
            [named("a.wav", state="error", caption=None, error="x", traceback="y"), ENTRY]
        )
    assert read_ledger(path).entries("toy") == [ENTRY]


def test_a_line_cut_short_is_ignored_and_then_dropped(tmp_path):
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as ledger:
        ledger.extend([ENTRY, named("b.wav")])
    whole = path.read_bytes()
    path.write_bytes(whole[:-7])
    assert read_ledger(path).entries("toy") == [ENTRY]
    with Ledger(path) as ledger:
        ledger.extend([named("b.wav")])
    assert path.read_bytes() == whole


def test_what_a_ledger_holds_is_known_without_reading_it_again(tmp_path):
    path = tmp_path / "ledger.jsonl"
    failed = named("b.wav", state="error", caption=None, error="x", traceback="y")
    with Ledger(path) as ledger:
        ledger.extend([PrepareEntry("toy", 0, 1.5), ENTRY, failed])
        assert ledger.view == read_ledger(path)
    with path.open("a") as file:
        file.write('{"row": "clip", "system": "to')
    with Ledger(path) as ledger:
        assert ledger.view.entries("toy") == [ENTRY, failed]
        ledger.extend([named("b.wav"), TimedEntry("toy", "a.wav", 0.4, 5.0, True)])
        assert ledger.view.entries("toy") == [ENTRY, named("b.wav")]
        assert ledger.view == read_ledger(path)


def test_what_could_not_be_written_is_not_held(tmp_path):
    path = tmp_path / "ledger.jsonl"
    path.symlink_to("/dev/full")
    with pytest.raises(MachineError), Ledger(path) as ledger:
        ledger.extend([ENTRY])
    assert ledger.view.clips == {}


def test_entries_of_one_fold_or_of_all(tmp_path):
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        second = named("a.wav", fold=1)
        ledger.extend([second, named("b.wav"), ENTRY, named("a.wav", system="other")])
    assert ledger.view.entries("toy") == [ENTRY, named("b.wav"), second]
    assert ledger.view.entries("toy", 1) == [second]
    assert ledger.view.entries("toy", 2) == []


def test_a_foreign_line_in_the_middle_is_an_error_with_its_number(tmp_path):
    path = tmp_path / "ledger.jsonl"
    path.write_text("{}\n")
    with pytest.raises(RunError, match=r"line 1: .* is not a ledger entry"):
        read_ledger(path)


def test_a_full_disk_says_so_and_how_to_go_on(tmp_path):
    path = tmp_path / "ledger.jsonl"
    path.symlink_to("/dev/full")
    with (
        pytest.raises(MachineError, match=r"No space left on device.*bench run --resume"),
        Ledger(path) as ledger,
    ):
        ledger.extend([ENTRY])


def test_a_place_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(MachineError, match=r"cannot write .*ledger\.jsonl"):
        Ledger(tmp_path / "no-such-folder" / "ledger.jsonl")


@pytest.mark.parametrize("n_bytes", range(1, 60, 7))
def test_a_line_torn_anywhere_costs_itself_alone(tmp_path, n_bytes):
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as ledger:
        ledger.extend([ENTRY])
        ledger.extend([named("b.wav")])
    whole = path.read_bytes()
    path.write_bytes(whole[:-n_bytes])
    assert [entry.clip_id for entry in read_ledger(path).entries("toy")] == ["a.wav"]
    with Ledger(path) as ledger:
        assert [entry.clip_id for entry in ledger.view.entries("toy")] == ["a.wav"]
        ledger.extend([named("b.wav")])
    assert path.read_bytes() == whole


def test_a_ledger_that_is_torn_in_its_first_line_is_empty(tmp_path):
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b'{"row": "clip"')
    assert read_ledger(path) == LedgerView()
    with Ledger(path) as ledger:
        assert ledger.view == LedgerView()
    assert path.read_bytes() == b""


def test_opening_a_ledger_changes_nothing_that_is_whole(tmp_path):
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as ledger:
        ledger.extend([ENTRY, named("b.wav")])
    before = path.read_bytes()
    for _ in range(3):
        with Ledger(path) as ledger:
            assert len(ledger.view.clips) == 2
    assert path.read_bytes() == before


def test_no_file_is_an_empty_ledger(tmp_path):
    assert read_ledger(tmp_path / "ledger.jsonl") == LedgerView()
    assert not (tmp_path / "ledger.jsonl").exists()


def test_several_writers_of_one_ledger_lose_no_line(tmp_path):
    path, n_writers, n_entries = tmp_path / "ledger.jsonl", 4, 25
    ledgers = [Ledger(path) for _ in range(n_writers)]

    def write(writer):
        for number in range(n_entries):
            ledgers[writer].extend([named(f"{writer}-{number}.wav", caption="x" * 500)])

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(n_writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ledger in ledgers:
        ledger.close()
    expected = {f"{w}-{n}.wav" for w in range(n_writers) for n in range(n_entries)}
    assert {entry.clip_id for entry in read_ledger(path).entries("toy")} == expected


def test_a_writer_sees_what_others_wrote_once_it_opens_the_ledger_again(tmp_path):
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as first, Ledger(path) as second:
        first.extend([ENTRY])
        second.extend([named("b.wav")])
        assert [entry.clip_id for entry in first.view.entries("toy")] == ["a.wav"]
    with Ledger(path) as again:
        assert [entry.clip_id for entry in again.view.entries("toy")] == ["a.wav", "b.wav"]


@pytest.mark.parametrize(
    ("states", "has_captions"),
    [
        ({"a": "ok", "b": "ok"}, True),
        ({"a": "ok", "b": "empty"}, True),
        ({"a": "ok", "b": "error"}, False),
        ({"a": "timeout", "b": "ok"}, False),
        ({"a": "ok"}, False),
        ({}, False),
    ],
)
def test_a_batch_is_done_once_every_clip_of_it_has_a_caption(states, has_captions):
    view = LedgerView()
    for clip_id, state in states.items():
        view.add(named(clip_id, state=state))
    assert view.has_captions_of(Batch("toy", 0, 0, ("a", "b"))) is has_captions
    assert not view.has_captions_of(Batch("toy", 1, 0, ("a", "b")))
    assert not view.has_captions_of(Batch("other", 0, 0, ("a", "b")))


def test_a_timed_clip_stands_once_as_it_was_last(tmp_path):
    view = LedgerView()
    for seconds in (0.4, 0.2):
        view.add(TimedEntry("toy", "a.wav", seconds, 5.0, True))
    view.add(TimedEntry("other", "a.wav", 0.9, 5.0, True))
    assert [entry.caption_s for entry in view.timed_entries("toy")] == [0.2]


def test_machines_are_kept_in_the_order_they_were_noted():
    view = LedgerView()
    for peak_mib in (30.0, 10.0, 20.0):
        view.add(MachineEntry(SERVER, peak_mib))
    assert [entry.peak_rss_mib for entry in view.machines] == [30.0, 10.0, 20.0]


def test_nothing_to_write_writes_nothing(tmp_path):
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as ledger:
        ledger.extend([])
    assert path.read_bytes() == b""
    assert ledger.view == LedgerView()


def test_a_ledger_with_a_foreign_line_is_closed_and_left_as_it_is(tmp_path):
    path = tmp_path / "ledger.jsonl"
    path.write_text('{"row": "poem"}\n')
    with pytest.raises(RunError, match="line 1"):
        Ledger(path)
    assert path.read_text() == '{"row": "poem"}\n'

"""How commands that make a run end."""

from __future__ import annotations

import dataclasses

import pytest

from benchmark.cli.endings import finish
from benchmark.runs import read_run


@pytest.fixture
def record(finished_run):
    return read_run(finished_run)


def test_a_whole_run_ends_with_its_table_and_its_folder(record, capsys):
    finish([record])
    shown = capsys.readouterr()
    assert "constant" in shown.out
    assert shown.out.endswith(f"\nRun: {record.path}\n")
    assert shown.err == ""


def test_every_run_is_named_after_one_table(record, capsys):
    other = dataclasses.replace(record, path=record.path.with_name("other"))
    finish([record, other])
    shown = capsys.readouterr().out
    assert shown.index(f"Run: {record.path}") < shown.index(f"Run: {other.path}")


def test_a_system_that_stopped_makes_it_1_and_says_where_its_traceback_is(record, capsys):
    sealed = record.systems["constant"].sealed
    failed = dataclasses.replace(sealed, n_failed=2)
    systems = dict(record.systems)
    systems["constant"] = dataclasses.replace(systems["constant"], sealed=failed)
    manifest = dataclasses.replace(
        record.manifest, failures={"constant": "after 10 clips: RuntimeError: torn"}
    )
    with pytest.raises(SystemExit) as ending:
        finish([dataclasses.replace(record, systems=systems, manifest=manifest)])
    assert ending.value.code == 1
    shown = capsys.readouterr().err
    assert shown.startswith("bench: constant stopped after 10 clips: RuntimeError: torn\n")
    assert shown.endswith(f"its traceback is in {record.path / 'ledger.jsonl'}\n")


def test_clips_that_failed_are_named_with_the_way_to_try_them_again(record, capsys):
    failed = {"a.wav": "ConnectionError: 503", "b.wav": "ConnectionError: 504"}
    sealed = record.systems["constant"].sealed
    sealed = dataclasses.replace(sealed, n_failed=2, failed_clips=failed)
    systems = dict(record.systems)
    systems["constant"] = dataclasses.replace(systems["constant"], sealed=sealed)
    manifest = dataclasses.replace(record.manifest, systems={"constant": sealed})
    with pytest.raises(SystemExit) as ending:
        finish([dataclasses.replace(record, systems=systems, manifest=manifest)])
    assert ending.value.code == 1
    shown = capsys.readouterr()
    assert shown.err.splitlines() == [
        "bench: constant has no caption of 2 clips: 'a.wav', 'b.wav'",
        "       the first: at clip 'a.wav': ConnectionError: 503",
        f"       try them again with `bench run --resume {record.path}`",
    ]
    assert "constant (2 failed)" in shown.out


def test_a_partial_run_says_so_in_its_table_and_how_to_finish_it(record, capsys):
    systems = {
        name: dataclasses.replace(
            system, sealed=dataclasses.replace(system.sealed, is_partial=True)
        )
        for name, system in record.systems.items()
    }
    sealed = {name: system.sealed for name, system in systems.items()}
    manifest = dataclasses.replace(record.manifest, systems=sealed)
    for layout in ("text", "md", "csv", "json"):
        with pytest.raises(SystemExit) as ending:
            finish([dataclasses.replace(record, systems=systems, manifest=manifest)], layout=layout)
        assert ending.value.code == 1
        shown = capsys.readouterr()
        assert shown.err.endswith(
            f"is partial; finish it with `bench run --resume {record.path}`\n"
        )
        if layout in ("text", "md"):
            assert shown.out.count("(partial run)") >= 2
        else:
            assert "partial" in shown.out

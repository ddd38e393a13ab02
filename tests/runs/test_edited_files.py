"""Files of a run that something else changed: refused with file and part, or read; no traceback."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
from json_edits import edit_file
from older_runs import copy_migrated, copy_older
from resealed import reseal

from benchmark.errors import BenchError, RunError
from benchmark.runs.ledger import read_ledger
from benchmark.runs.reading import read_run, run_file_json

N_EDITS = 80
"""Of each file, of each version."""

FILES = [
    *(f"run/{part}.json" for part in ("plan", "scores", "manifest", "statistics")),
    "run/ledger.jsonl",
    *(f"scored/{part}.json" for part in ("scores", "statistics")),
    "baseline.json",
]


@pytest.fixture(scope="module", params=["schema 1", "of today"])
def runs(request, tmp_path_factory):
    copy = copy_older if request.param == "schema 1" else copy_migrated
    return copy(tmp_path_factory.mktemp("edited"))


def use(record):
    """Ask a record for all that tables, comparisons and gates ask it for."""
    assert len(record.content_id) == len(record.noted_id) == 12
    assert record.title
    assert record.plan.references_name
    assert json.dumps(run_file_json(record))
    for system in record.systems.values():
        for key in system.scores.metrics:
            assert isinstance(str(system.signature(key)), str)
            if system.why_not_resampled(key) is None:
                with np.errstate(all="ignore"):  # counts below 0 make values that are none
                    assert system.contributions.per_clip(key).shape == (
                        system.contributions.n_clips,
                    )


@pytest.mark.parametrize("name", FILES)
def test_an_edit_is_read_or_refused_with_the_file_and_the_part(runs, name):
    path = runs / name
    target = path if name == "baseline.json" else path.parent
    whole, n_refused = path.read_bytes(), 0
    for seed in range(N_EDITS):
        place = edit_file(path, random.Random(f"{name} {seed}"))
        try:
            use(read_run(target, trust_edited=True))
        except BenchError as error:
            message, n_refused = str(error), n_refused + 1
            is_told = path.name in message or "plan" in name
            assert is_told, (seed, place, message)
            # What is no JSON at all has no parts; one that is missing is named by its key; and of
            # a plan without what was captioned a line of the ledger is named.
            has_no_part = message.startswith("cannot read") or "KeyError" in message
            if not has_no_part and "which the plan does not have" not in message:
                assert not place or any(str(step) in message for step in place), (seed, message)
        except Exception as error:
            pytest.fail(f"edit {seed} of {name}, at {place}: {error!r}")
        finally:
            path.write_bytes(whole)
    assert n_refused > N_EDITS / 4
    use(read_run(target))


@pytest.mark.parametrize("n_bytes", [1, 100, -3, -100])
@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".json")])
def test_a_file_that_was_cut_off_is_named(runs, name, n_bytes):
    path = runs / name
    whole = path.read_bytes()
    path.write_bytes(whole[:n_bytes])
    try:
        with pytest.raises(RunError, match=rf"cannot read .*{path.name}"):
            read_run(path if name == "baseline.json" else path.parent)
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"null", b'"x"', b"{" * 100_000])
def test_what_is_no_json_object_is_named(runs, content):
    path = runs / "run" / "scores.json"
    whole = path.read_bytes()
    path.write_bytes(content)
    try:
        with pytest.raises(RunError, match=r"cannot read .*scores\.json"):
            read_run(runs / "run")
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("name", ["plan", "scores", "manifest", "statistics"])
def test_a_file_that_is_gone_is_named_with_the_way_on(tmp_path, name):
    run = copy_older(tmp_path) / "run"
    (run / f"{name}.json").unlink()
    with pytest.raises(RunError, match=rf"{name}\.json"):
        read_run(run)


@pytest.mark.parametrize(
    "line",
    [
        b'{"row": "clip", "system": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"row": "prepare", "system": "toy", "fold": 0, "prepare_s": ' + b"9" * 5000 + b"}",
        b'{"row": "clip", "system": "\xff"}',
        b'{"row": "\\ud800"}',
        b"\x00",
    ],
)
def test_an_odd_line_of_a_ledger_is_refused_with_its_number(tmp_path, line):
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(
        b'{"row": "prepare", "system": "toy", "fold": 0, "prepare_s": 1.5}\n%s\n' % line
    )
    with pytest.raises(RunError, match=r"ledger\.jsonl, line 2"):
        read_ledger(path)


def test_a_text_that_is_not_even_text_is_refused_where_a_number_is_expected(tmp_path):
    run = copy_migrated(tmp_path) / "run"
    path = run / "manifest.json"
    content = json.loads(path.read_text())
    content["systems"]["human"]["n_scored"] = "\ud800"
    path.write_text(json.dumps(content))
    with pytest.raises(RunError, match=r"systems\.human\.n_scored: found half of a character"):
        read_run(run)


def test_a_metric_that_nobody_knows_is_refused(tmp_path):
    run = copy_migrated(tmp_path) / "run"
    path = run / "scores.json"
    content = json.loads(path.read_text())
    metrics = content["systems"]["human"]["metrics"]
    metrics["bleu_5"] = metrics["bleu_4"]
    path.write_text(json.dumps(content))
    with pytest.raises(RunError, match=r"systems\.human\.metrics: no metric named 'bleu_5'; exp"):
        read_run(run)


@pytest.mark.parametrize("value", [None, float("nan")])
def test_a_value_that_was_taken_out_is_missed(tmp_path, value):
    run = copy_migrated(tmp_path) / "run"
    path = run / "scores.json"
    content = json.loads(path.read_text())
    content["systems"]["human"]["metrics"]["cider_d"]["value"] = value
    path.write_text(json.dumps(content))
    reseal(run)
    with pytest.raises(RunError, match=r"human: CIDEr-D has no value, and its statistics make"):
        read_run(run)


_NO_NUMBERS = r"statistics\.json, human, (bleu: expected one row of|statistics\.bleu.*got `null`)"


@pytest.mark.parametrize("bleu", [[], [[]], [[[]] * 12], [[[1e400] * 10] * 12], [[[float("nan")]]]])
def test_contributions_of_no_number_are_refused(tmp_path, bleu):
    run = copy_migrated(tmp_path) / "run"
    path = run / "statistics.json"
    content = json.loads(path.read_text())
    content["systems"]["human"]["statistics"]["bleu"] = bleu
    path.write_text(json.dumps(content))
    with pytest.raises(RunError, match=_NO_NUMBERS):
        read_run(run, trust_edited=True)

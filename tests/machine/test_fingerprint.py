"""A machine written as JSON and read back, and its hash."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machines import SERVER

from benchmark.errors import RunError
from benchmark.machine.fingerprint import Machine

BASELINE = Path(__file__).parents[2] / "leaderboards" / "baselines" / "soundscapes-test.json"


@given(st.from_type(Machine))
def test_every_machine_is_read_back_as_it_was_written(machine):
    assert Machine.from_json(json.loads(json.dumps(machine.to_json())), "a run") == machine


def test_facts_stand_in_the_order_of_ledgers_and_manifests():
    assert list(SERVER.to_json()) == [
        *("hash", "cpu", "ram_gib", "os", "kernel", "architecture", "python", "numpy", "blas"),
        *("torch", "gpu", "cores", "threads", "kernels", "torch_threads"),
    ]


def test_a_machine_of_before_kernels_were_noted_keeps_its_hash():
    older = SERVER.to_json()
    del older["kernels"]
    assert Machine.from_json(older, "an old run") == SERVER


def test_the_machine_of_the_accepted_baseline_is_read_with_its_hash():
    record = json.loads(BASELINE.read_text())["manifest"]["machine"]
    again = Machine.from_json(record, BASELINE).to_json()
    assert record.items() <= again.items()
    assert again.keys() - record.keys() <= {"kernels"}


def test_the_hash_is_over_all_facts_but_the_threads_of_torch():
    # As computed when machines were first written down; baselines hold such hashes.
    assert SERVER.fingerprint() == "f13246648c8a"
    assert dataclasses.replace(SERVER, torch_threads=8).fingerprint() == SERVER.fingerprint()
    assert dataclasses.replace(SERVER, hash="").fingerprint() == SERVER.fingerprint()
    for name in SERVER.to_json():
        if name not in ("hash", "torch_threads"):
            other = dataclasses.replace(SERVER, **{name: 3})
            assert other.fingerprint() != SERVER.fingerprint(), name


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cores": "two"}, "runs/1, cores: expected `int`, got `str`"),
        ({"cpu": None}, "runs/1, cpu: expected `str`, got `null`"),
        ({"gpu": 1}, "runs/1, gpu: expected `str | null`, got `int`"),
    ],
)
def test_a_wrong_type_is_refused_with_where_it_stands(changes, message):
    with pytest.raises(RunError) as refused:
        Machine.from_json({**SERVER.to_json(), **changes}, "runs/1")
    assert str(refused.value).startswith(message)


def test_a_machine_without_a_fact_that_was_always_noted_is_refused():
    with pytest.raises(RunError, match="missing required field `cpu`"):
        Machine.from_json({"hash": "f37f1f83eb2c"}, "runs/1")


def test_a_machine_says_what_it_is_in_one_line_and_leaves_out_what_it_lacks():
    assert str(SERVER) == (
        "Machine f37f1f83eb2c: AMD EPYC, 2 cores; 24 GiB; Debian GNU/Linux 12 (bookworm) 6.18.44; "
        "Python 3.11.7; numpy 2.4.6; torch 2.13.0+cpu; OMP_NUM_THREADS=1"
    )
    bare = dataclasses.replace(SERVER, ram_gib=None, torch=None, threads=None, gpu="H200")
    assert str(bare) == (
        "Machine f37f1f83eb2c: AMD EPYC, 2 cores; ? GiB; H200; "
        "Debian GNU/Linux 12 (bookworm) 6.18.44; Python 3.11.7; numpy 2.4.6"
    )

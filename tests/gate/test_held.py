"""A run beside its baseline: who is in both, on which hardware, over which data."""

from __future__ import annotations

import dataclasses

import pytest
from machines import SERVER
from made_nights import accept, night_of, run_of, system_of

from benchmark.errors import UsageError
from benchmark.gate.held import HeldRun, hardware_of

LAPTOP = dataclasses.replace(SERVER, cpu="Apple M3", cores=8, architecture="arm64")


def night_on(before, now):
    systems = [system_of()]
    return HeldRun(run_of(*systems, machine=now), accept(run_of(*systems, machine=before)))


def test_systems_are_gone_new_or_in_both():
    night = night_of([system_of("a"), system_of("b")], [system_of("c"), system_of("b")])
    assert (night.gone, night.new, list(night.pairs)) == (["a"], ["c"], ["b"])


def test_a_pair_has_the_baselines_system_first():
    night = night_of([system_of("a", {"cider_d": 0.5})], [system_of("a", {"cider_d": 0.25})])
    pair = night.pairs["a"]
    assert (pair.first.value("cider_d"), pair.second.value("cider_d")) == (0.5, 0.25)
    assert pair.n_clips == 10


def test_systems_of_no_scored_clip_are_in_the_run_and_not_scored():
    night = night_of([system_of("a")], [system_of("b"), system_of("a", clips=())])
    assert [system.name for system in night.scored] == ["b"]
    assert night.gone == []
    assert night.pairs["a"].n_clips == 0


def test_the_same_hardware_is_no_other_machine():
    assert night_on(SERVER, SERVER).other_machine is None


def test_another_kernel_or_python_is_no_other_machine():
    newer = dataclasses.replace(SERVER, hash="0" * 12, kernel="7.1", python="3.13", numpy="3.0")
    assert night_on(SERVER, newer).other_machine is None


def test_other_hardware_is_named_fact_by_fact():
    assert night_on(SERVER, LAPTOP).other_machine == (
        "cpu Apple M3 (baseline: AMD EPYC), cores 8 (baseline: 2), "
        "architecture arm64 (baseline: x86_64)"
    )


@pytest.mark.parametrize(
    "change", [{"gpu": "H200"}, {"threads": None}, {"kernels": "OPENBLAS_CORETYPE=Haswell"}]
)
def test_graphics_card_threads_and_kernels_are_hardware_too(change):
    other = dataclasses.replace(SERVER, **change)
    (name,) = change
    assert night_on(SERVER, other).other_machine.startswith(f"{name} {change[name]} (baseline:")


@pytest.mark.parametrize(("before", "now"), [(None, SERVER), (SERVER, None), (None, None)])
def test_nobody_knows_of_runs_without_a_machine(before, now):
    assert night_on(before, now).other_machine is None


def test_hardware_is_spelt_without_what_is_not_there():
    run = run_of(system_of(), machine=SERVER)
    assert hardware_of(run) == (
        "cpu:AMD EPYC|cores:2|architecture:x86_64|threads:OMP_NUM_THREADS=1"
    )
    assert hardware_of(run_of(system_of())) == ""


def test_runs_on_unlike_hardware_are_spelt_apart():
    runs = [run_of(system_of(), machine=machine) for machine in (SERVER, LAPTOP)]
    assert hardware_of(runs[0]) != hardware_of(runs[1])


def test_a_baseline_of_the_same_data_is_held_to():
    night_of([system_of()], [system_of()]).refuse_other_data()


def test_a_folder_may_lie_elsewhere():
    before = accept(run_of(system_of(), dataset="folder:/here:test"))
    HeldRun(run_of(system_of(), dataset="folder:/there:test"), before).refuse_other_data()


def test_a_baseline_of_another_data_set_is_refused_and_both_are_named():
    night = night_of([system_of()], [system_of()], dataset="audiocaps:test")
    with pytest.raises(UsageError) as refused:
        night.refuse_other_data()
    message = str(refused.value)
    assert "data set audiocaps:test in runs/night, clotho:evaluation in baseline.json" in message
    assert "references" not in message.split(". Name")[0]
    assert "bench baseline accept" in message


def test_a_baseline_of_other_references_is_refused_by_their_hashes():
    night = night_of([system_of()], [system_of()], references_sha256="ab" * 32)
    with pytest.raises(UsageError, match=f"references {'ab' * 8} in runs/night, {'cd' * 8} in"):
        night.refuse_other_data()


def test_all_that_differs_is_said_at_once():
    night = night_of(
        [system_of()], [system_of()], dataset="audiocaps:test", references_sha256="ab" * 32
    )
    with pytest.raises(UsageError, match=r"data set .*; references "):
        night.refuse_other_data()

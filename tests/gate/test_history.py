"""Nights one after the other: kept as lines, read strictly, searched for steps."""

from __future__ import annotations

import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from machines import SERVER
from made_nights import cell_of, run_of, system_of, timed_in

from benchmark.errors import DataError
from benchmark.gate.history import (
    FoundStep,
    Night,
    append_nights,
    find_steps,
    history_beside,
    nights_of,
    read_history,
)

TONIGHT = Night(
    date="2026-01-01T02:00:00+00:00",
    run="run0",
    event="night",
    outcome="pass",
    dataset="soundscapes:test",
    references_sha256="a" * 64,
    system="wsac",
    values={"cider_d": 0.78, "latency": 2.1},
    signatures={"cider_d": "cider_d|tok:ptb-3.4.1"},
)


def nights(values, subject="cider_d", **changes):
    """One night a value, from 1 January on."""
    return [
        dataclasses.replace(
            TONIGHT,
            date=f"2026-01-{day:02d}T02:00:00+00:00",
            run=f"run{day}",
            values={subject: value},
            **changes,
        )
        for day, value in enumerate(values, start=1)
    ]


def test_nights_are_read_as_they_were_written(tmp_path):
    path = tmp_path / "deep" / "history.jsonl"
    kept = nights([0.5, 0.6])
    append_nights(path, kept[:1])
    append_nights(path, kept[1:])
    assert read_history(path).nights == kept


def test_a_night_is_kept_once(tmp_path):
    path = tmp_path / "history.jsonl"
    for _ in range(2):
        append_nights(path, nights([0.5]))
    assert len(read_history(path).nights) == 1


def test_an_absent_history_is_empty(tmp_path):
    assert read_history(tmp_path / "history.jsonl").nights == []


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "",
        "3",
        "{}",
        json.dumps({**dataclasses.asdict(TONIGHT), "schema": 3}),
        json.dumps({**dataclasses.asdict(TONIGHT), "more": 1}),
        json.dumps({**dataclasses.asdict(TONIGHT), "values": {"cider_d": "high"}}),
        json.dumps({**dataclasses.asdict(TONIGHT), "values": {"cider_d": float("nan")}}),
        json.dumps({**dataclasses.asdict(TONIGHT), "values": [1]}),
        json.dumps({**dataclasses.asdict(TONIGHT), "signatures": 3}),
        json.dumps({**dataclasses.asdict(TONIGHT), "date": 3}),
        json.dumps({**dataclasses.asdict(TONIGHT), "event": ["night"]}),
    ],
)
def test_a_broken_line_is_named_and_nothing_is_written(tmp_path, line):
    path = tmp_path / "history.jsonl"
    append_nights(path, nights([0.5]))
    path.write_text(path.read_text() + line + "\n")
    before = path.read_bytes()
    with pytest.raises(DataError, match=r"history\.jsonl, line 2"):
        append_nights(path, nights([0.5, 0.6]))
    assert path.read_bytes() == before


@pytest.mark.parametrize("n_left", [1, 20, 200, -1])
def test_a_torn_last_line_is_set_aside_and_not_grown_into(tmp_path, n_left):
    path = tmp_path / "history.jsonl"
    append_nights(path, nights([0.5]))
    whole = path.read_bytes()
    append_nights(path, nights([0.5, 0.6]))
    torn = path.read_bytes()[len(whole) :][:-1][: n_left - (n_left < 0)]
    path.write_bytes(whole + torn)
    assert read_history(path) == (nights([0.5]), torn)
    append_nights(path, nights([0.5, 0.7]))
    assert read_history(path) == (nights([0.5, 0.7]), b"")


def test_a_torn_line_stays_where_nothing_is_added(tmp_path):
    path = tmp_path / "history.jsonl"
    append_nights(path, nights([0.5]))
    path.write_bytes(path.read_bytes() + b'{"date"')
    append_nights(path, nights([0.5]))
    assert read_history(path).torn == b'{"date"'


def test_what_a_lost_block_left_of_a_line_is_torn_too(tmp_path):
    path = tmp_path / "history.jsonl"
    append_nights(path, nights([0.5]))
    path.write_bytes(path.read_bytes() + bytes(300))
    assert read_history(path).nights == nights([0.5])


def test_a_night_of_the_first_schema_has_no_id_of_its_run(tmp_path):
    path = tmp_path / "history.jsonl"
    later = ("run_id", "commit", "noted_at")
    first = {key: part for key, part in dataclasses.asdict(TONIGHT).items() if key not in later}
    path.write_text(json.dumps({**first, "schema": 1}) + "\n")
    (night,) = read_history(path).nights
    assert (night, night.identity) == (TONIGHT, "run0")


def test_a_run_that_was_scored_again_is_the_same_run(tmp_path):
    path = tmp_path / "history.jsonl"
    (night,) = nights([0.5], run_id="drawn")
    for content_id in ("one", "two"):
        append_nights(path, [dataclasses.replace(night, run=content_id)])
    assert [night.run for night in read_history(path).nights] == ["one"]


def test_gates_that_end_at_one_moment_add_each_their_night(tmp_path):
    path = tmp_path / "history.jsonl"
    many = nights([0.5] * 24)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda night: append_nights(path, [night]), many))
    assert read_history(path).nights == many


def test_a_last_line_that_only_lacks_its_end_is_a_night_and_is_not_grown_into(tmp_path):
    path = tmp_path / "history.jsonl"
    append_nights(path, nights([0.5]))
    path.write_text(path.read_text().rstrip("\n"))
    append_nights(path, nights([0.5, 0.6]))
    assert [night.values["cider_d"] for night in read_history(path).nights] == [0.5, 0.6]


def test_a_blank_line_is_a_broken_one_and_its_number_is_said(tmp_path):
    path = tmp_path / "history.jsonl"
    append_nights(path, nights([0.5, 0.6]))
    path.write_text(path.read_text() + "\n")
    with pytest.raises(DataError, match=r"line 3: '' is not a night .*mend or remove that line"):
        read_history(path)


def test_a_history_that_cannot_be_read_is_said(tmp_path):
    (tmp_path / "history.jsonl").write_bytes(b"\xff\n")
    with pytest.raises(DataError, match=r"line 1: .*xff' is not a night"):
        read_history(tmp_path / "history.jsonl")
    with pytest.raises(DataError, match="cannot read the history"):
        read_history(tmp_path)


def test_nights_are_read_oldest_first_in_whatever_order_they_were_added(tmp_path):
    path = tmp_path / "history.jsonl"
    first, second, third = nights([0.5, 0.6, 0.7])
    append_nights(path, [third, first])
    append_nights(path, [second])
    assert read_history(path).nights == [first, second, third]


def test_the_same_run_may_be_a_night_and_accepted_of_several_systems(tmp_path):
    path = tmp_path / "history.jsonl"
    (night,) = nights([0.5])
    others = [
        dataclasses.replace(night, event="accepted"),
        dataclasses.replace(night, system="rain"),
    ]
    append_nights(path, [night, *others])
    append_nights(path, [night, *others])
    assert len(read_history(path).nights) == 3


def test_a_run_is_noted_system_by_system_with_what_makes_its_figures_comparable():
    timed = timed_in([2.0] * 10, encode=1.0)
    lost = {"spice": cell_of("spice", None, "no jar"), "sent_len.cands": cell_of("x", 9.0)}
    run = run_of(
        system_of("toy", {"cider_d": 0.5}, timed=timed, cells=lost),
        system_of("still", {"fer": 0.0}),
        machine=SERVER,
        created_at="2026-01-05T00:00:00+00:00",
    )
    toy, still = nights_of(run, "night", "pass")
    assert (toy.run, toy.date, toy.event, toy.outcome, toy.system) == (
        *(run.content_id, "2026-01-05T00:00:00+00:00", "night", "pass", "toy"),
    )
    assert (toy.dataset, toy.references_sha256) == ("clotho:evaluation", "cd" * 32)
    assert toy.values == {"cider_d": 0.5, "latency": 2.0, "stage encode": 1.0}
    hardware = "cpu:AMD EPYC|cores:2|architecture:x86_64|threads:OMP_NUM_THREADS=1"
    assert toy.signatures == {
        "cider_d": "cider_d|tok:ptb",
        "latency": hardware,
        "stage encode": hardware,
    }
    assert (still.values, still.signatures) == ({"fer": 0.0}, {"fer": "fer|tok:ptb"})


def test_void_times_are_not_noted():
    run = run_of(system_of("toy", {"cider_d": 0.5}, timed=timed_in([2.0] * 10, is_same=False)))
    assert nights_of(run, "night", "pass")[0].values == {"cider_d": 0.5}


def test_a_run_that_was_noted_under_another_id_keeps_it():
    run = dataclasses.replace(run_of(system_of("toy", {"cider_d": 0.5})), former_id="0" * 12)
    assert nights_of(run, "night", "pass")[0].run == "0" * 12


def test_what_is_noted_of_a_run_is_read_back(tmp_path):
    run = run_of(system_of("toy", {"cider_d": 0.5}, timed=timed_in([2.0] * 10)))
    noted = nights_of(run, "accepted", "the first")
    append_nights(tmp_path / "history.jsonl", noted)
    assert read_history(tmp_path / "history.jsonl").nights == noted


def test_no_night_has_no_step():
    assert find_steps([], n_runs=60) == []


def test_figures_that_the_last_run_lacks_are_not_searched():
    fallen = nights([0.78] * 10 + [0.70] * 10)
    last = dataclasses.replace(
        fallen[-1], date="2026-02-01T02:00:00+00:00", run="last", values={"spice": 0.1}
    )
    assert len(find_steps(fallen, n_runs=60)) == 1
    assert find_steps([*fallen, last], n_runs=60) == []


def test_steps_stand_newest_first():
    values = [0.78] * 8 + [0.70] * 8 + [0.60] * 8
    steps = find_steps(nights(values), n_runs=60)
    assert [step.date[:10] for step in steps] == ["2026-01-17", "2026-01-09"]


def test_times_on_other_hardware_begin_a_series_of_their_own():
    here = nights([2.0] * 20, "latency", signatures={"latency": "cpu:A"})
    there = nights([2.0] * 10 + [4.0] * 10, "latency", signatures={"latency": "cpu:B"})
    assert find_steps([*here[:10], *there[10:]], n_runs=60) == []
    assert len(find_steps(there, n_runs=60)) == 1


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [(0.5, 0.25, -0.5), (0.5, 0.75, 0.5), (-0.5, -0.25, 0.5), (0.0, 0.5, None)],
)
def test_a_step_is_a_share_of_the_level_before(before, after, change):
    assert FoundStep("toy", "sbert_sim", "2026-01-01", "run", before, after).change == change


def test_a_step_has_the_night_it_began_in_and_its_size():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.001, 20)
    steps = find_steps(nights([*(0.78 + noise[:12]), *(0.75 + noise[12:])]), n_runs=60)
    assert [(step.date[:10], step.run, step.subject) for step in steps] == [
        ("2026-01-13", "run13", "cider_d")
    ]
    assert steps[0].change == pytest.approx(-0.03 / 0.78, abs=0.003)


def test_a_creep_of_nights_that_each_pass_is_found():
    """Three tenths of a percent a night: no night falls by 2 % against the one before."""
    values = [0.78] * 8 + [0.78 * (1 - 0.003 * night) for night in range(1, 11)] + [0.757] * 6
    steps = find_steps(nights(values), n_runs=60)
    assert steps
    assert all(step.after < step.before for step in steps)
    assert steps[-1].before == pytest.approx(0.78, rel=0.005)
    assert steps[0].after == pytest.approx(0.757, rel=0.005)


def test_a_steady_figure_and_its_last_digits_have_no_step():
    assert find_steps(nights([0.78] * 20), n_runs=60) == []
    assert find_steps(nights([0.78] * 10 + [0.7802] * 10), n_runs=60) == []


def test_steady_times_have_no_step():
    rng = np.random.default_rng(1)
    values = 2.1 * np.exp(rng.normal(0, 0.05, 28))
    assert find_steps(nights(values, "latency"), n_runs=60) == []


def test_only_the_latest_runs_are_searched():
    history = nights([0.78] * 10 + [0.70] * 12)
    assert find_steps(history, n_runs=60)
    assert find_steps(history, n_runs=10) == []


def test_series_of_other_data_systems_and_signatures_are_apart():
    low = {"date": "2026-01-01T01:00:00+00:00"}
    for changes in (
        {"dataset": "clotho:evaluation"},
        {"references_sha256": "b" * 64},
        {"system": "constant"},
        {"signatures": {"cider_d": "cider_d|tok:blanks"}},
    ):
        others = [dataclasses.replace(night, **low, **changes) for night in nights([0.1] * 10)]
        assert find_steps([*others, *nights([0.78] * 10)], n_runs=60) == []


def test_equal_folders_at_two_paths_make_one_series():
    here = [dataclasses.replace(n, dataset="folder:/a:test") for n in nights([0.78] * 20)]
    there = [
        dataclasses.replace(n, dataset="folder:/b:test") for n in nights([0.78] * 10 + [0.7] * 10)
    ]
    assert len(find_steps([*here[:10], *there[10:]], n_runs=60)) == 1


def test_a_history_that_holds_a_folders_path_goes_on(tmp_path):
    """What earlier versions wrote, and what a run of an equal folder adds today."""
    old, new = nights([0.78] * 10 + [0.70] * 10)[:10], nights([0.78] * 10 + [0.70] * 10)[10:]
    made = "cider_d|tok:ptb|idf:{},12 clips"
    old = [
        dataclasses.replace(
            night,
            dataset="folder:/a|b:test",
            signatures={"cider_d": made.format("folder:/a|b:test")},
        )
        for night in old
    ]
    today = {"cider_d": made.format(f"folder:test@{'a' * 12}")}
    new = [dataclasses.replace(n, dataset="folder:/c:test", signatures=today) for n in new]
    append_nights(tmp_path / "history.jsonl", [*old, *new])
    assert len(find_steps(read_history(tmp_path / "history.jsonl").nights, n_runs=60)) == 1


def test_a_run_noted_as_night_and_as_accepted_counts_once():
    history = nights([0.78] * 3 + [0.70] * 2)
    twice = [*history, *(dataclasses.replace(night, event="accepted") for night in history)]
    assert find_steps(twice, n_runs=60) == []


def test_acceptances_are_kept_beside_the_baseline(tmp_path):
    assert history_beside(tmp_path / "clotho-evaluation.json").name == (
        "clotho-evaluation.history.jsonl"
    )


def made(*parts):
    return {"sbert_sim": "|".join(("sbert_sim", "tok:ptb-3.4.1", "model:mini", *parts))}


def test_nights_of_before_a_part_was_named_go_on_in_those_that_name_it():
    """Signatures of version 0.1 did not name the tokenizer: an upgrade hides no step."""
    older = nights([0.5] * 6, "sbert_sim", signatures=made())
    newer = [
        dataclasses.replace(night, date=f"2026-02-{day:02d}T02:00:00+00:00", run=f"new{day}")
        for day, night in enumerate(
            nights([0.4] * 6, "sbert_sim", signatures=made("tokenizer:a")), 1
        )
    ]
    (step,) = find_steps([*older, *newer], 90)
    assert (step.run, step.before, step.after) == ("new1", 0.5, 0.4)


def test_nights_of_another_tokenizer_are_another_series():
    older = nights([0.5] * 6, "sbert_sim", signatures=made("tokenizer:a"))
    newer = [
        dataclasses.replace(night, date=f"2026-02-{day:02d}T02:00:00+00:00", run=f"new{day}")
        for day, night in enumerate(
            nights([0.4] * 6, "sbert_sim", signatures=made("tokenizer:b")), 1
        )
    ]
    assert find_steps([*older, *newer], 90) == []

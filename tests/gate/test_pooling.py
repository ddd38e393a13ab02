"""Nights pooled into a baseline: what may be pooled, what is kept of each, that all come back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from made_nights import CLIPS, cell_of, run_of, system_of
from resealed import reseal

from benchmark.errors import RunError, UsageError
from benchmark.gate.acceptance import accept_run
from benchmark.gate.held import HeldRun
from benchmark.gate.history import history_beside, read_history
from benchmark.runs.reading import read_run, write_run

EQUAL = [0.5] * 10
OTHER = [0.5] * 9 + [0.25]


@pytest.fixture
def accept(tmp_path):
    """Write runs, each of systems, and accept them together."""

    def write_and_accept(*runs, reason="as they should be", first=None):
        paths = [first] if first else []
        for systems in runs:
            number = len(list(tmp_path.glob("run*.json")))
            run = run_of(*systems, created_at=f"2026-01-{number + 1:02d}T00:00:00+00:00")
            write_run(run, tmp_path / f"run{number}.json")
            paths.append(tmp_path / f"run{number}.json")
        path, *others = paths
        return accept_run(path, reason, tmp_path / "baseline.json", others=others)

    return write_and_accept


def toy(scores, name="toy", key="cider_d", **changes):
    return system_of(name, {key: scores}, **changes)


def values_of(path, name="toy"):
    baseline = read_run(path)
    nights = HeldRun(baseline, baseline).contributions_of(name)
    return [night.sample("cider_d").value for night in nights]


def test_the_nights_of_a_baseline_come_back_as_they_were(accept):
    accepted = accept([toy(EQUAL)], [toy(OTHER)], [toy(EQUAL)])
    assert (accepted.version, accepted.n_nights) == (1, 3)
    assert values_of(accepted.path) == [0.5, 0.475, 0.5]
    assert read_run(accepted.path).integrity.state == "sealed"


def test_of_another_night_only_the_clips_are_kept_that_differ(accept):
    path = accept([toy(EQUAL), toy(EQUAL, "b")], [toy(OTHER), toy(EQUAL, "b")]).path
    (night,) = read_run(path).acceptance.nights
    assert night.statistics == {"toy": {"clip_ids": ["j"], "statistics": {"cider_d": [[0.25]]}}}


def test_a_baseline_of_one_night_is_spelt_as_it_always_was(accept):
    assert "nights" not in json.loads(accept([toy(EQUAL)]).path.read_text())["acceptance"]


def test_a_clip_without_a_value_in_one_night_is_kept_so(accept):
    cells = {"cider_d": cell_of("cider_d", 0.5)}
    path = accept([toy(EQUAL)], [toy([0.5] * 9 + [np.nan], cells=cells)]).path
    baseline = read_run(path)
    _, other = HeldRun(baseline, baseline).contributions_of("toy")
    assert np.isnan(other.arrays["cider_d"][0, -1, 0])


def test_a_baseline_is_accepted_again_with_more_nights(accept, tmp_path):
    first = accept([toy(EQUAL)], [toy(OTHER)])
    grown = accept([toy([0.25] * 10)], first=first.path, reason="one more")
    assert (grown.version, grown.n_nights) == (2, 3)
    assert values_of(grown.path) == [0.5, 0.475, 0.25]
    with pytest.raises(UsageError, match=r"is the baseline .* already"):
        accept_run(grown.path, "again", grown.path)


def test_every_accepted_night_is_noted_beside_the_baseline(accept):
    path = accept([toy(EQUAL)], [toy(OTHER)]).path
    nights = read_history(history_beside(path)).nights
    assert [(night.event, night.values["cider_d"]) for night in nights] == [
        ("accepted", 0.5),
        ("accepted", 0.475),
    ]


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        ([toy(EQUAL, "b")], "b is in one of them only; toy is in one of them only"),
        ([toy(EQUAL[1:], clips=CLIPS[1:])], "toy"),
        ([toy(EQUAL, key="spice")], "toy has cider_d in one of them only; toy has spice in"),
        (
            [toy(EQUAL, cells={"cider_d": cell_of("cider_d", 0.5, tok="blanks")})],
            "toy: cider_d cannot be compared: made with tok:blanks",
        ),
        ([toy(EQUAL, version="9")], "toy is made of something else: version"),
    ],
)
def test_what_is_no_other_night_of_the_same_code_is_refused_in_words(accept, other, fault):
    with pytest.raises(RunError, match=fault):
        accept([toy(EQUAL)], other)


def test_a_night_counts_once(accept, tmp_path):
    accept([toy(EQUAL)])
    run = tmp_path / "run0.json"
    with pytest.raises(UsageError, match="is given twice"):
        accept_run(run, "twice", tmp_path / "new.json", others=[run])


def test_a_night_of_other_clips_than_the_run_it_lies_beside_is_refused(accept):
    path = accept([toy(EQUAL)], [toy(OTHER)]).path
    content = json.loads(path.read_text())
    content["acceptance"]["nights"][0]["statistics"]["toy"]["clip_ids"] = ["z"]
    path.write_text(json.dumps(content))
    reseal(path)
    with pytest.raises(RunError, match="toy: statistics of other clips, metrics or folds"):
        values_of(path)

"""What a page holds of a run."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
from run_records import run_of, system
from shown_clips import HOSTILE, SPLIT, make_run

from benchmark import Evidence
from benchmark.display.escaping import show_controls
from benchmark.leaderboard.page.page import embed_json
from benchmark.leaderboard.page.page_data import page_data
from benchmark.leaderboard.page.sounds import without_sounds
from benchmark.leaderboard.ranking import group_rows
from benchmark.leaderboard.rows import rows_of
from benchmark.metrics.contributions import Contributions
from benchmark.systems.explaining import Explained


def systems_of(run):
    sounds = without_sounds(run.plan.clip_ids)
    data = page_data(run, group_rows(rows_of([run])), SPLIT, sounds)
    return {each["name"]: each for each in json.loads(embed_json(data))["systems"]}


def test_what_captions_leaned_on_is_there_clip_by_clip_for_who_said_it():
    systems = systems_of(make_run())
    assert systems["toy"]["evidence"] == [
        [
            {"kind": "guidance", "pieces": [["it rains", 0.512], [show_controls(HOSTILE), -2.0]]},
            {"kind": "prompt", "pieces": [["say: ", None]]},
        ],
        [{"kind": "not known: LookupError: why", "pieces": []}],
        [],
        None,
        None,
    ]
    assert "evidence" not in systems["mute"]


def told_apart(name, values):
    """A system of six clips, the first five of which are the plan's."""
    statistics = Contributions(tuple("abcdef"), {"cider_d": np.reshape(values, (1, 6, 1))})
    return dataclasses.replace(system(name), contributions=statistics)


def test_rows_are_in_their_tier_or_else_on_their_rung():
    rows = [
        told_apart("good", [0.9, 0.8, 0.7, 0.9, 0.8, 0.9]),
        told_apart("same", [0.9, 0.8, 0.7, 0.9, 0.8, 0.89]),
        system("floor", kind="floor"),
    ]
    systems = systems_of(run_of(*rows))
    groups = {name: each["group"] for name, each in systems.items()}
    assert groups == {"good": "tier 1", "same": "tier 1", "floor": "floor"}
    five = systems_of(run_of(system("one"), system("other")))
    assert {each["group"] for each in five.values()} == {"system"}
    alone = systems_of(run_of(system("alone")))
    assert alone["alone"]["group"] == "system"


def test_a_run_of_several_tables_names_the_clips_of_each():
    short = system("short", "abcd")
    systems = systems_of(run_of(system("long"), dataclasses.replace(
        short, scores=dataclasses.replace(short.scores, n_scored=4))))  # fmt: skip
    assert {each["group"] for each in systems.values()} == {"system, 5 clips", "system, 4 clips"}


def test_a_run_that_was_not_asked_holds_no_evidence():
    assert not any(
        "evidence" in system for system in systems_of(make_run(is_explained=False)).values()
    )


def test_a_weight_that_is_no_number_does_not_break_a_page():
    odd = Explained({"guidance": (Evidence("rain", math.nan), Evidence("wind", math.inf))})
    toy = systems_of(run_of(system("toy", explained={"a": odd})))["toy"]
    assert toy["evidence"][0][0]["pieces"] == [["rain", None], ["wind", None]]

"""Which clips a table's tests swap together."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from benchmark.contract import ClipClusters
from benchmark.leaderboard.clusters import (
    choose_clusters,
    count_clusters,
    describe_clusters,
    known_clusters,
)
from benchmark.runs.plan import Plan
from benchmark.stats.families import compare_all
from benchmark.stats.samples import Sample
from tests.helpers.leaderboard_rows import HEADER

CLIPS = ("a", "b", "c")


def plan_with(clusters: ClipClusters | None) -> Plan:
    return Plan(dataclasses.replace(HEADER, clusters=clusters), (), CLIPS)


def test_a_run_that_knows_speaks_for_those_that_do_not() -> None:
    known = plan_with(ClipClusters("recording", {"a": "r", "c": "r"}))
    clusters = known_clusters([plan_with(None), known], CLIPS)
    assert np.array_equal(clusters, [0, 1, 0])
    assert Plan.from_json(known.to_json(), "plan") == known


def test_clips_that_all_stand_alone_are_no_clusters() -> None:
    assert known_clusters([plan_with(None)], CLIPS) is None
    assert known_clusters([plan_with(ClipClusters("video", {}))], CLIPS) is None


def test_clusters_are_those_of_the_run_of_a_file_or_none(tmp_path: Path) -> None:
    known = [plan_with(ClipClusters("recording", {"a": "r", "c": "r"}))]
    path = tmp_path / "none"
    path.write_text("clip_id,cluster\na,x\nb,x\nc,y\n", encoding="utf-8")
    of_run = choose_clusters(None, known, CLIPS)
    assert of_run is not None
    assert list(of_run) == [0, 1, 0]
    assert choose_clusters(path, known, CLIPS) == ("x", "x", "y")
    assert choose_clusters("none", known, CLIPS) is None


def test_one_cluster_of_all_clips_tells_no_rows_apart() -> None:
    one = plan_with(ClipClusters("video", dict.fromkeys(CLIPS, "v")))
    clusters = known_clusters([one], CLIPS)
    values = [Sample.of_mean(np.array(each)) for each in ([9.0, 8.0, 9.5], [1.0, 2.0, 1.5])]
    assert not compare_all(values, clusters=clusters).can_differ


def test_a_plan_of_an_earlier_version_knows_none() -> None:
    written = plan_with(None).to_json()
    assert "clusters" not in written
    assert Plan.from_json(written, "plan").header.clusters is None


def test_a_table_says_which_clips_are_drawn_together_or_that_nobody_knows() -> None:
    uploaders = plan_with(ClipClusters("Freesound uploader", {"a": "r", "c": "r"}))
    said = describe_clusters([uploaders], CLIPS)
    assert said == "Clusters: 2 Freesound uploaders of 3 clips; whole ones are drawn and swapped."
    assert count_clusters([uploaders], CLIPS) == 2
    assert "is not known here" in describe_clusters([plan_with(None)], CLIPS)
    assert count_clusters([plan_with(None)], CLIPS) is None
    alone = plan_with(ClipClusters("video", {}))
    assert describe_clusters([alone], CLIPS) == ""
    assert count_clusters([alone], CLIPS) == 3

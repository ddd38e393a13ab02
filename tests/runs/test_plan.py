"""Plans as they are written, and as earlier versions wrote them."""

from __future__ import annotations

import dataclasses
import json

import pytest

from benchmark.embeddings.splits import GivenFile
from benchmark.errors import RunError
from benchmark.runs.plan import Feeding, Plan, PlanHeader, PlannedSystem

HEADER = PlanHeader(
    command="run",
    created_at="2026-11-30T01:02:03+00:00",
    argv=("run", "--systems", "toy"),
    dataset="clotho:evaluation",
    references_sha256="ab" * 32,
    n_expected=1045,
    passport={"present": 5, "references_per_clip": {"5": 1045}},
    metrics=("cider_d",),
    versions={"python": "3.11.2"},
)
PLAN = Plan(
    header=HEADER,
    systems=(PlannedSystem("toy", "system", "aac-bench-toy", "1.0", trained_on=("web",)),),
    clip_ids=("a.wav", "b.wav"),
    feeding=Feeding(8, 2.5, 50),
    train="clotho:development",
    embeddings=(
        GivenFile("/e.safetensors", "cd" * 32, "clotho:evaluation", 3, "mini", "f", "sounds", 8),
    ),
    lineups=("wsac2023",),
)
SCHEMA_1 = {
    "command": "run",
    "created_at": "2026-11-30T01:02:03+00:00",
    "argv": ["run", "--systems", "toy"],
    "dataset": "clotho:evaluation",
    "references_sha256": "ab" * 32,
    "n_expected": 1045,
    "clip_ids": ["a.wav", "b.wav"],
    "passport": {"present": 5, "references_per_clip": {"5": 1045}},
    "systems": [
        {
            "name": "toy",
            "kind": "system",
            "distribution": "aac-bench-toy",
            "version": "1.0",
            "is_retrieval": False,
            "leave_one_out": False,
            "trained_on": ["web"],
        }
    ],
    "metrics": ["cider_d"],
    "versions": {"python": "3.11.2"},
    "train": "clotho:development",
    "seed": 0,
    "device": "cpu",
    "batch_size": 8,
    "timeout_s": 2.5,
    "n_profiled": 50,
    "text_only": False,
    "limit": None,
    "embeddings": [
        {
            "path": "/e.safetensors",
            "sha256": "cd" * 32,
            "split": "clotho:evaluation",
            "n_clips": 3,
            "encoder": "mini",
            "fingerprint": "f",
            "kind": "sounds",
            "dim": 8,
            "duration_s": None,
        }
    ],
    "suites": ["wsac2023"],
    "schema": 1,
}


def written(plan):
    return json.loads(json.dumps(plan.to_json()))


def test_a_plan_is_read_back_as_it_was_written():
    assert Plan.from_json(written(PLAN), "plan.json") == PLAN


def test_a_plan_of_the_first_schema_is_the_same_plan():
    assert Plan.from_json(SCHEMA_1, "plan.json") == PLAN
    oldest = {key: part for key, part in SCHEMA_1.items() if key not in ("embeddings", "suites")}
    expected = dataclasses.replace(PLAN, embeddings=(), lineups=())
    assert Plan.from_json(oldest, "plan.json") == expected


def test_the_file_stays_flat_and_two_keys_have_new_names():
    former = {"n_profiled": "n_timed", "suites": "lineups"}
    expected = {former.get(key, key): part for key, part in SCHEMA_1.items()}
    assert written(PLAN) == {**expected, "schema": 2}


@pytest.mark.parametrize(
    ("key", "part", "reason"),
    [
        ("seed", "0", "seed: expected `int`, got `str`"),
        ("clip_ids", ["a.wav", 3], "clip_ids.1: expected `str`, got `int`"),
        ("batch_size", None, "feeding.batch_size: expected `int`, got `null`"),
        ("n_expected", "many", "header.n_expected: expected `int`, got `str`"),
        ("systems", [{"name": "toy"}], "systems.0: object missing required field `kind`"),
    ],
)
def test_a_part_of_another_type_is_told_with_its_place(key, part, reason):
    with pytest.raises(RunError) as caught:
        Plan.from_json({**SCHEMA_1, key: part}, "run/plan.json")
    assert str(caught.value).startswith(f"run/plan.json, {reason}")


@pytest.mark.parametrize("schema", [3, None, "1"])
def test_a_plan_of_a_later_schema_is_refused(schema):
    with pytest.raises(RunError, match=r"plan\.json: plan has schema .* reads 1 to 2\. Use the"):
        Plan.from_json({**SCHEMA_1, "schema": schema}, "plan.json")


def test_other_metrics_leave_the_rest_of_a_plan_as_it_was():
    other = PLAN.with_metrics(("bleu_1",))
    assert other.metrics == ("bleu_1",)
    assert other.with_metrics(PLAN.metrics) == PLAN

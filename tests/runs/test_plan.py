"""Plans as they are written, and as earlier versions wrote them."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from noises import Echo, system_of
from run_records import AMOUNTS, COUNTS, TEXTS

from benchmark.embeddings.splits import GivenFile
from benchmark.errors import RunError
from benchmark.metrics.catalogue import METRICS
from benchmark.runs.patience import Patience
from benchmark.runs.plan import Feeding, Plan, PlanHeader, PlannedSystem
from benchmark.systems.roster import LeftOut

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
    feeding=Feeding(8, 50, patience=Patience(2.5)),
    train="clotho:development",
    validation="clotho:validation",
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
    "validation": "clotho:validation",
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

REQUIRED = {
    *("command", "created_at", "argv", "dataset", "references_sha256", "n_expected", "passport"),
    *("metrics", "versions", "systems", "clip_ids"),
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
    assert written(PLAN) == {**expected, "schema": 2, "left_out": []}


def test_what_a_run_goes_without_is_read_back_with_the_reason():
    plan = dataclasses.replace(PLAN, left_out=(LeftOut("wsac", "wsac2023", "not installed"),))
    assert Plan.from_json(written(plan), "plan.json") == plan


def test_that_captions_are_to_be_explained_stands_in_the_file_where_it_is_so():
    explained = dataclasses.replace(PLAN, feeding=dataclasses.replace(PLAN.feeding, is_explained=1))
    assert written(explained) == {**written(PLAN), "is_explained": 1}


def test_id_and_commit_of_a_run_stand_in_the_file_where_they_are_known():
    known = {"run_id": "0123456789abcdef", "commit": "ab" * 20}
    plan = dataclasses.replace(PLAN, header=dataclasses.replace(HEADER, **known))
    assert written(plan) == {**written(PLAN), **known}
    assert Plan.from_json(written(plan), "plan.json") == plan


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
    with pytest.raises(RunError, match=r"plan\.json: schema "):
        Plan.from_json({**SCHEMA_1, "schema": schema}, "plan.json")


def test_other_metrics_leave_the_rest_of_a_plan_as_it_was():
    other = PLAN.with_metrics(("bleu_1",))
    assert other.metrics == ("bleu_1",)
    assert other.with_metrics(PLAN.metrics) == PLAN


_SYSTEM = st.builds(
    PlannedSystem,
    TEXTS,
    st.sampled_from(["system", "floor", "ceiling"]),
    TEXTS,
    TEXTS,
    st.booleans(),
    st.booleans(),
    st.lists(TEXTS, max_size=2).map(tuple),
)
_FILE = st.builds(
    GivenFile,
    TEXTS,
    TEXTS,
    TEXTS,
    COUNTS,
    TEXTS,
    TEXTS,
    st.sampled_from(["sounds", "patches"]),
    COUNTS,
    st.none() | AMOUNTS,
)
_TUPLES = st.lists(TEXTS, max_size=3).map(tuple)
_HEADER = st.builds(
    PlanHeader,
    st.sampled_from(["run", "score"]),
    TEXTS,
    _TUPLES,
    TEXTS,
    TEXTS,
    COUNTS,
    st.dictionaries(TEXTS, COUNTS | TEXTS, max_size=3),
    st.lists(st.sampled_from(list(METRICS)), max_size=3).map(tuple),
    st.dictionaries(TEXTS, TEXTS, max_size=3),
)
_PATIENCE = st.builds(
    Patience,
    *[st.none() | st.floats(0.1, 1e6)] * 3,
    COUNTS,
    AMOUNTS,
    st.none() | COUNTS | st.floats(0, 0.99),
)
_PLANS = st.builds(
    Plan,
    _HEADER,
    st.lists(_SYSTEM, max_size=2).map(tuple),
    _TUPLES,
    st.builds(Feeding, COUNTS, COUNTS, st.booleans(), _PATIENCE),
    st.none() | TEXTS,
    COUNTS,
    TEXTS,
    st.booleans(),
    st.none() | COUNTS,
    st.lists(_FILE, max_size=2).map(tuple),
    _TUPLES,
)


@given(_PLANS)
def test_every_plan_is_read_back_as_it_was_written(plan):
    assert Plan.from_json(written(plan), "plan.json") == plan


@pytest.mark.parametrize(
    ("key", "part", "expected"),
    [
        ("command", "gate", "header.command: invalid enum value 'gate'"),
        ("created_at", 5, "header.created_at: expected `str`, got `int`"),
        ("argv", "bench run", "header.argv: expected `array`, got `str`"),
        ("argv", [None], "header.argv.0: expected `str`, got `null`"),
        ("dataset", ["clotho"], "header.dataset: expected `str`, got `array`"),
        ("references_sha256", 3, "header.references_sha256: expected `str`, got `int`"),
        ("passport", [], "header.passport: expected `object`, got `array`"),
        ("metrics", {"bleu_1": 1}, "header.metrics: expected `array`, got `object`"),
        (
            "metrics",
            ["bleu_9"],
            "metrics: no metric named 'bleu_9'; expected keys such as 'bleu_1'",
        ),
        ("versions", {"numpy": 2}, "header.versions.numpy: expected `str`, got `int`"),
        ("timeout_s", "2 s", "feeding.patience.timeout_s: expected `float | null`, got `str`"),
        ("n_profiled", 1.5, "feeding.n_timed: expected `int`, got `float`"),
        ("train", 3, "train: expected `str | null`, got `int`"),
        ("device", None, "device: expected `str`, got `null`"),
        ("text_only", "yes", "text_only: expected `bool`, got `str`"),
        ("limit", "5", "limit: expected `int | null`, got `str`"),
        ("clip_ids", "a.wav", "clip_ids: expected `array`, got `str`"),
        ("systems", "toy", "systems: expected `array`, got `str`"),
        ("suites", [1], "lineups.0: expected `str`, got `int`"),
        ("embeddings", [{"path": "x"}], "embeddings.0: object missing required field `sha256`"),
    ],
)
def test_every_wrong_type_is_told_with_part_what_was_found_and_what_was_expected(
    key, part, expected
):
    with pytest.raises(RunError) as caught:
        Plan.from_json({**SCHEMA_1, key: part}, "runs/1/plan.json")
    assert str(caught.value).startswith(f"runs/1/plan.json, {expected}")


@pytest.mark.parametrize(
    ("key", "part", "expected"),
    [
        ("name", None, "name: expected `str`, got `null`"),
        ("kind", "floors", "kind: invalid enum value 'floors'"),
        ("version", 1.0, "version: expected `str`, got `float`"),
        ("is_retrieval", 1, "is_retrieval: expected `bool`, got `int`"),
        ("leave_one_out", None, "leave_one_out: expected `bool`, got `null`"),
        ("trained_on", "web", "trained_on: expected `array`, got `str`"),
    ],
)
def test_a_wrong_part_of_a_planned_system_is_told_with_its_number(key, part, expected):
    systems = [SCHEMA_1["systems"][0], {**SCHEMA_1["systems"][0], key: part}]
    with pytest.raises(RunError, match=r"^p\.json, systems\.1\.") as caught:
        Plan.from_json({**SCHEMA_1, "systems": systems}, "p.json")
    assert expected in str(caught.value)


@pytest.mark.parametrize("key", sorted(REQUIRED))
def test_a_part_that_is_missing_is_named(key):
    record = {name: part for name, part in SCHEMA_1.items() if name != key}
    with pytest.raises(RunError, match=rf"missing required field `{key}`"):
        Plan.from_json(record, "plan.json")


def test_what_a_later_version_adds_is_passed_over():
    assert Plan.from_json({**written(PLAN), "mood": "calm"}, "plan.json") == PLAN


@pytest.mark.parametrize(
    ("dataset", "name"),
    [
        ("clotho:evaluation", "clotho:evaluation"),
        ("folder:/my/data:test", "folder:test@abababababab"),
    ],
)
def test_references_are_named_the_same_wherever_they_lie(dataset, name):
    header = dataclasses.replace(HEADER, dataset=dataset)
    assert dataclasses.replace(PLAN, header=header).references_name == name


@pytest.mark.parametrize(
    ("dataset", "sha256", "is_same"),
    [
        ("folder:/here:test", "ab" * 32, True),
        ("folder:/there:test", "ab" * 32, True),
        ("folder:/here:val", "ab" * 32, False),
        ("folder:/here:test", "cd" * 32, False),
        ("clotho:evaluation", "ab" * 32, False),
    ],
)
def test_plans_are_of_the_same_data_by_split_and_captions_not_by_path(dataset, sha256, is_same):
    def plan_of(dataset, sha256):
        header = dataclasses.replace(HEADER, dataset=dataset, references_sha256=sha256)
        return dataclasses.replace(PLAN, header=header)

    here = plan_of("folder:/here:test", "ab" * 32)
    assert here.is_of_same_data(plan_of(dataset, sha256)) is is_same
    assert plan_of(dataset, sha256).is_of_same_data(here) is is_same


@pytest.mark.parametrize(
    ("kind", "declared", "planned"),
    [
        ("system", (), ("unknown",)),
        ("system", ("web",), ("web",)),
        ("floor", (), ()),
        ("ceiling", (), ()),
    ],
)
def test_a_system_that_is_silent_of_its_weights_has_seen_nobody_knows_what(kind, declared, planned):
    system = system_of(Echo(), kind=kind, trained_on=declared)
    assert PlannedSystem.of(system).trained_on == planned


def test_a_planned_system_is_described_by_its_record_and_who_brought_it():
    planned = PlannedSystem.of(system_of(Echo(), is_retrieval=True, leave_one_out=True))
    assert (planned.name, planned.kind) == ("system", "system")
    assert (planned.distribution, planned.version) == ("test", "1")
    assert planned.is_retrieval
    assert planned.leave_one_out


def test_a_plan_that_says_nothing_of_patience_waits_for_ever_and_bears_no_failure():
    flat = {key: part for key, part in SCHEMA_1.items() if key != "timeout_s"}
    assert Plan.from_json(flat, "plan.json").feeding.patience == Patience()
    assert Patience() == Patience(None, None, None, 0, 1.0, 0)


def test_patience_is_written_only_where_it_is_not_what_was_before():
    assert not {"max_failures", "n_retries", "prepare_timeout_s"} & written(PLAN).keys()
    patient = dataclasses.replace(PLAN, feeding=Feeding(patience=Patience(max_failures=None)))
    assert written(patient)["max_failures"] is None
    with pytest.raises(RunError, match=r"plan.json, feeding.patience: max_failures is 1.5"):
        Plan.from_json({**written(PLAN), "max_failures": 1.5}, "plan.json")

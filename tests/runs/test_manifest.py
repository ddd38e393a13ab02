"""The seal of a run: summed up from a ledger, written and read back."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leaderboard_rows import PLAN, PLANNED, SEALED
from machines import SERVER
from run_records import AMOUNTS, COUNTS, FACTS, TEXTS
from timed_calls import calls, latency_of

from benchmark.errors import RunError
from benchmark.runs.entries import ClipEntry, MachineEntry, PrepareEntry
from benchmark.runs.ledger import LedgerView
from benchmark.runs.manifest import Manifest, SealedSystem

ENTRY = ClipEntry("toy", 0, "a", "ok", "rain falls", "k", 0, 1, 0.1, 0.2, 5.0)
_SYSTEMS = st.builds(
    SealedSystem,
    n_scored=COUNTS,
    n_empty=COUNTS,
    n_failed=COUNTS,
    failure=st.none() | TEXTS,
    latency=st.none() | st.builds(latency_of, AMOUNTS),
    trained_on=st.lists(TEXTS, max_size=3).map(tuple),
    facts=FACTS,
    failed_clips=st.dictionaries(TEXTS, TEXTS, max_size=3),
    is_partial=st.booleans(),
)
_MANIFESTS = st.builds(
    Manifest,
    finished_at=TEXTS,
    machine=st.none() | st.just(SERVER),
    peak_rss_mib=st.none() | AMOUNTS,
    failures=st.dictionaries(TEXTS, TEXTS, max_size=3),
    systems=st.dictionaries(TEXTS, _SYSTEMS, max_size=3),
)
MANIFEST = Manifest(
    "2026-01-01T00:00:00+00:00",
    SERVER,
    123.5,
    {"toy": "no weights"},
    {"toy": dataclasses.replace(SEALED, latency=latency_of(0.5), facts={"preset": "paper"})},
)


def view_of(*entries):
    view = LedgerView()
    for entry in entries:
        view.add(entry)
    return view


def clip(clip_id, state="ok", **changes):
    caption = "rain falls" if state == "ok" else "" if state == "empty" else None
    return dataclasses.replace(ENTRY, clip_id=clip_id, state=state, caption=caption, **changes)


def spelled(manifest):
    return json.loads(json.dumps(manifest.to_json()))


@given(_MANIFESTS)
def test_every_manifest_is_read_back_as_it_was_written(manifest):
    assert Manifest.from_json(spelled(manifest), "manifest.json") == manifest


def test_states_are_counted_and_a_clip_that_failed_in_two_folds_is_one():
    view = view_of(
        PrepareEntry("toy", 0, 1.0),
        *(clip("a"), clip("b", "empty"), clip("c", "error"), clip("d", "timeout")),
        *(clip("b", "empty", fold=1), clip("c", "error", fold=1)),
        clip("e", "error", system="other"),
    )
    sealed = SealedSystem.of(PLANNED, view, 2, None)
    assert (sealed.n_scored, sealed.n_empty, sealed.n_failed) == (2, 2, 2)
    assert not sealed.is_complete
    assert list(sealed.failed_clips) == ["c", "d"]
    assert sealed.flaws == ("2 failed",)


def test_failed_clips_are_written_where_there_are_some_with_what_took_them():
    assert "failed_clips" not in spelled(MANIFEST)["systems"]["toy"]
    view = view_of(clip("a"), clip("b", "error", error="OSError: 503"))
    sealed = {"toy": SealedSystem.of(PLANNED, view, 1, None)}
    written = spelled(dataclasses.replace(MANIFEST, systems=sealed))
    assert written["systems"]["toy"]["failed_clips"] == {"b": "OSError: 503"}


@pytest.mark.parametrize(
    ("n_failed", "failure", "is_complete"),
    [(0, None, True), (1, None, False), (0, "no weights", False), (2, "no weights", False)],
)
def test_a_system_is_complete_without_a_failure_of_any_kind(n_failed, failure, is_complete):
    sealed = dataclasses.replace(SEALED, n_failed=n_failed, failure=failure)
    assert sealed.is_complete is is_complete
    both = {"toy": sealed, "other": SEALED}
    assert dataclasses.replace(MANIFEST, systems=both).is_complete is is_complete


@pytest.mark.parametrize(
    ("planned", "disclosed", "trained_on"),
    [
        ((), None, ()),
        (("clotho",), None, ("clotho",)),
        (("clotho",), ("audiocaps",), ("audiocaps",)),
        (("clotho",), (), ()),
    ],
)
def test_what_a_captioner_says_of_its_weights_counts_before_its_record(
    planned, disclosed, trained_on
):
    view = view_of(PrepareEntry("toy", 0, 1.0, trained_on=disclosed))
    system = dataclasses.replace(PLANNED, trained_on=planned)
    assert SealedSystem.of(system, view, 0, None).trained_on == trained_on


def test_facts_are_those_of_the_last_fold():
    view = view_of(
        PrepareEntry("toy", 1, 1.0, facts={"fold": 1}),
        PrepareEntry("toy", 0, 1.0, facts={"fold": 0}),
    )
    assert SealedSystem.of(PLANNED, view, 0, None).facts == {"fold": 1}
    assert SealedSystem.of(PLANNED, view_of(), 0, None).facts == {}


def test_a_latency_is_there_where_calls_were_timed():
    assert SealedSystem.of(PLANNED, view_of(clip("a")), 1, None).latency is None
    view = view_of(PrepareEntry("toy", 0, 1.5), *calls(*[0.5] * 6))
    latency = SealedSystem.of(PLANNED, view, 6, None).latency
    assert (latency.n_calls, latency.prepare_s) == (6, 1.5)
    assert latency.seconds.p50.value == 0.5


def test_a_run_has_its_last_machine_and_its_highest_peak():
    other = dataclasses.replace(SERVER, hash="0" * 12)
    view = view_of(MachineEntry(SERVER, 50.0), MachineEntry(SERVER), MachineEntry(other, 20.0))
    manifest = Manifest.of(PLAN, view, {}, {})
    assert (manifest.machine, manifest.peak_rss_mib) == (other, 50.0)


def test_captions_from_files_have_no_machine_and_no_peak():
    manifest = Manifest.of(PLAN, view_of(clip("a")), {}, {})
    assert (manifest.machine, manifest.peak_rss_mib) == (None, None)
    assert spelled(manifest)["machine"] is None


def test_systems_stand_in_the_order_of_the_plan_each_with_its_failure():
    names = ("b", "a", "c")
    plan = dataclasses.replace(
        PLAN, systems=tuple(dataclasses.replace(PLANNED, name=name) for name in names)
    )
    manifest = Manifest.of(plan, view_of(), dict.fromkeys(names, 4), {"a": "no weights"})
    assert list(manifest.systems) == ["b", "a", "c"]
    assert [each.failure for each in manifest.systems.values()] == [None, "no weights", None]
    assert manifest.failures == {"a": "no weights"}
    assert {each.n_scored for each in manifest.systems.values()} == {4}


def test_the_keys_of_the_file_stand_in_their_order():
    record = spelled(MANIFEST)
    assert list(record) == [
        *("schema", "finished_at", "machine", "peak_rss_mib", "complete", "failures", "systems")
    ]
    assert list(record["systems"]["toy"]) == [
        *("n_scored", "n_empty", "n_failed", "failure", "latency", "trained_on", "facts")
    ]
    assert (record["schema"], record["complete"]) == (2, True)


@pytest.mark.parametrize(
    ("place", "part", "reason"),
    [
        ("finished_at", 3, "finished_at: expected `str`, got `int`"),
        ("machine", [], "machine: expected `object | null`, got `array`"),
        ("machine", {"hash": 3}, "machine, hash: expected `str`, got `int`"),
        ("peak_rss_mib", "much", "peak_rss_mib: expected `float | null`, got `str`"),
        ("failures", {"toy": None}, "failures.toy: expected `str`, got `null`"),
        ("systems", [], "systems: expected `object`, got `array`"),
        ("systems", {"toy": {}}, "systems.toy: object missing required field `n_scored`"),
    ],
)
def test_a_wrong_part_is_told_with_where_it_stands(place, part, reason):
    with pytest.raises(RunError) as caught:
        Manifest.from_json({**spelled(MANIFEST), place: part}, "runs/1/manifest.json")
    message = str(caught.value)
    assert reason in message
    assert message.startswith("runs/1/manifest.json")
    assert message.endswith("restore it, or make it anew.")


@pytest.mark.parametrize(
    ("key", "part", "reason"),
    [
        ("n_scored", 1.5, "n_scored: expected `int`, got `float`"),
        ("n_empty", None, "n_empty: expected `int`, got `null`"),
        ("n_failed", True, "n_failed: expected `int`, got `bool`"),
        ("failure", ["x"], "failure: expected `str | null`, got `array`"),
        ("latency", 0.5, "latency: expected `object | null`, got `float`"),
        ("latency", {"n_calls": "6"}, "n_calls: expected `int`, got `str`"),
        ("trained_on", "clotho", "trained_on: expected `array`, got `str`"),
        ("facts", {"n": [1]}, "facts.n: expected"),
    ],
)
def test_a_wrong_part_of_a_system_is_told_with_its_name(key, part, reason):
    record = spelled(MANIFEST)
    record["systems"]["toy"][key] = part
    with pytest.raises(RunError) as caught:
        Manifest.from_json(record, "m.json")
    assert "systems.toy" in str(caught.value)
    assert reason in str(caught.value)


def test_whether_a_run_is_complete_is_never_read_back_from_the_file():
    record = {**spelled(MANIFEST), "complete": False}
    assert Manifest.from_json(record, "m.json").is_complete

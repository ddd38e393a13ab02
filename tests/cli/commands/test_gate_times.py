"""``bench gate`` on timed runs: latency, stages, memory, and clips that are few."""

from __future__ import annotations

import pytest
from gate_runs import (
    FAIL,
    INCONCLUSIVE,
    PASS,
    accept_staged,
    change_rows,
    failed,
    found,
    gate,
    night,
)


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    return accept_staged(tmp_path_factory.mktemp("staged"))


def slow_down(run, factor, stage=None):
    """Multiply times: all of them and the calibration, or one stage and what it adds to calls."""

    def change(row):
        if row["row"] != "profile" or row["system"] != "staged":
            return row
        stages = dict(row["stages"])
        if stage is None:
            stages = {name: factor * spent for name, spent in stages.items()}
            scaled = {key: factor * row[key] for key in ("caption_s", "calibration_s")}
            return {**row, "stages": stages, **scaled}
        more = (factor - 1) * stages[stage]
        stages[stage] += more
        return {**row, "stages": stages, "caption_s": row["caption_s"] + more}

    change_rows(run, change)


def test_an_unchanged_timed_night_passes(staged):
    done, verdict = gate(staged, night(staged, "unchanged"))
    assert done.returncode == PASS, done.stdout
    assert found(verdict, "staged", "stage encode")["reason"] == "x1.00, from x1.00 to x1.00"
    assert found(verdict, "(run)", "peak memory")["status"] == "pass"


def test_a_night_on_a_machine_twice_slower_passes(staged):
    run = night(staged, "slow-machine")
    slow_down(run, 2.0)
    staged.succeed("rescore", run, "--metrics", "lexical")
    done, verdict = gate(staged, run)
    assert done.returncode == PASS, done.stdout
    assert found(verdict, "staged", "latency")["reason"] == "x1.00, from x1.00 to x1.00"


def test_one_stage_half_as_slow_again_fails(staged):
    run = night(staged, "slow-stage")
    slow_down(run, 1.5, "generate")
    staged.succeed("rescore", run, "--metrics", "lexical")
    done, verdict = gate(staged, run)
    assert done.returncode == FAIL
    assert failed(verdict) == {("staged", "stage generate")}
    assert "x1.50" in found(verdict, "staged", "stage generate")["reason"]


def test_a_stage_too_short_to_judge_passes(staged):
    run = night(staged, "slow-polish")
    slow_down(run, 10.0, "polish")
    staged.succeed("rescore", run, "--metrics", "lexical")
    done, _ = gate(staged, run)
    assert done.returncode == PASS, done.stdout


def test_a_slow_stage_on_another_machine_is_inconclusive(staged):
    run = night(staged, "elsewhere")
    slow_down(run, 1.5, "generate")
    change_rows(run, _on_another_processor)
    staged.succeed("rescore", run, "--metrics", "lexical")
    done, verdict = gate(staged, run)
    assert (done.returncode, verdict["outcome"]) == (PASS, "inconclusive")
    assert "on another machine" in found(verdict, "staged", "stage generate")["reason"]
    assert any("cpu another processor" in note for note in verdict["notes"])


def _on_another_processor(row):
    if row["row"] != "machine":
        return row
    return {**row, "machine": {**row["machine"], "cpu": "another processor"}}


def test_a_stage_that_vanished_fails(staged):
    run = night(staged, "no-encode")

    def change(row):
        if row["row"] == "profile":
            row["stages"].pop("encode", None)
        return row

    change_rows(run, change)
    staged.succeed("rescore", run, "--metrics", "lexical")
    done, verdict = gate(staged, run)
    assert done.returncode == FAIL
    assert failed(verdict) == {("staged", "stage encode")}


def test_times_of_other_captions_are_void_and_fail(staged):
    run = night(staged, "void")
    change_rows(run, lambda row: {**row, "is_same": False} if row["row"] == "profile" else row)
    staged.succeed("rescore", run, "--metrics", "lexical")
    done, verdict = gate(staged, run)
    assert done.returncode == FAIL
    assert "times are void" in found(verdict, "staged", "latency")["reason"]


def without_times(staged, name):
    run = night(staged, name)
    change_rows(run, lambda row: None if row["row"] == "profile" else row)
    staged.succeed("rescore", run, "--metrics", "lexical")
    return run


def test_a_night_without_times_fails_unless_no_limit_needs_them(staged):
    done, verdict = gate(staged, without_times(staged, "untimed"))
    assert done.returncode == FAIL
    assert failed(verdict) == {("staged", "latency"), ("constant", "latency")}
    (staged.folder / "untimed.toml").write_text(
        "schema = 1\n[latency]\nmax_ratio = false\n[stages]\nmax_ratio = false\n"
    )
    done, _ = gate(staged, staged.folder / "untimed", "--policy", "untimed.toml")
    assert done.returncode == PASS, done.stdout


def only_clips(staged, name, clip_ids):
    """A night in which the floor captioned some clips only, and a policy that allows it."""
    run = night(staged, name)
    change_rows(
        run,
        lambda row: (
            None
            if row["row"] == "clip" and row["system"] == "constant"
            and row["clip_id"] not in clip_ids
            else row
        ),
    )  # fmt: skip
    assert staged.bench("rescore", run, "--metrics", "lexical").returncode == 1  # incomplete
    (staged.folder / "few.toml").write_text("schema = 1\n[coverage]\nmin_captioned = false\n")
    return run


def test_one_common_clip_is_inconclusive_however_lax_the_coverage(staged):
    run = only_clips(staged, "one-clip", ["test-04.wav"])
    done, verdict = gate(staged, run, "--policy", "few.toml", "--strict")
    assert done.returncode == INCONCLUSIVE
    assert "both runs: 1, too few" in found(verdict, "constant", "quality")["reason"]


def test_a_system_without_a_scored_clip_fails_however_lax_the_coverage(staged):
    run = only_clips(staged, "no-clip", [])
    done, verdict = gate(staged, run, "--policy", "few.toml")
    assert done.returncode == FAIL
    assert failed(verdict) == {("constant", "system")}


def test_twice_the_memory_fails(staged):
    run = night(staged, "hungry")

    def change(row):
        more = 1024 + row.get("peak_rss_mib", 0)
        return {**row, "peak_rss_mib": more} if row["row"] == "machine" else row

    change_rows(run, change)
    staged.succeed("rescore", run, "--metrics", "lexical")
    done, verdict = gate(staged, run)
    assert done.returncode == FAIL
    assert failed(verdict) == {("(run)", "peak memory")}


def test_failed_captions_fail(staged):
    run = night(staged, "one-error")

    def change(row):
        if row["row"] == "clip" and row["clip_id"] == "test-03.wav" and row["system"] == "staged":
            return {**row, "state": "error", "caption": None, "error": "boom", "traceback": ""}
        return row

    change_rows(run, change)
    assert staged.bench("rescore", run, "--metrics", "lexical").returncode == 1
    done, verdict = gate(staged, run)
    assert done.returncode == FAIL
    assert {("staged", "coverage"), ("staged", "failed captions")} <= failed(verdict)

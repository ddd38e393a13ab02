"""A whole night in this process: files read, verdict written, history kept, steps seen."""

from __future__ import annotations

import dataclasses
import json
from xml.etree import ElementTree

import pytest
from made_nights import accept, run_of, system_of

from benchmark.errors import DataError, MachineError, RunError, UsageError
from benchmark.gate.acceptance import accept_run
from benchmark.gate.checks import Made
from benchmark.gate.history import history_beside, nights_of, read_history
from benchmark.gate.hold import GateRequest, hold_gate
from benchmark.gate.tonight import Expected
from benchmark.runs.reading import write_run

GOOD, WORSE = {"cider_d": 0.5}, {"cider_d": 0.25}


@pytest.fixture
def written(tmp_path):
    """Write a baseline of a score of 0.5, and runs; returns the request that holds them."""
    write_run(accept(run_of(system_of("toy", GOOD))), tmp_path / "baseline.json")

    def write(scores=GOOD, name="run.json", **request):
        created_at = request.pop("created_at", "2026-01-02T00:00:00+00:00")
        systems = [] if scores is None else [system_of("toy", scores)]
        run = run_of(*(systems or [system_of("toy", clips=())]), created_at=created_at)
        write_run(run, tmp_path / name)
        return GateRequest(tmp_path / name, tmp_path / "baseline.json", **request)

    return write


def test_a_run_as_good_as_its_baseline_passes(written):
    night = hold_gate(written())
    assert night.verdict.outcome == "pass"
    assert night.verdict.policy == "built in"
    assert night.steps == ()


def test_a_worse_run_fails(written):
    verdict = hold_gate(written(WORSE)).verdict
    assert verdict.outcome == "fail"
    assert verdict.checks[0].subject == "cider_d"
    assert len(verdict.regressions) == 10


def test_the_policy_of_the_request_counts(written, tmp_path):
    policy = tmp_path / "lax.toml"
    policy.write_text("schema = 1\n[metrics.default]\nmax_drop = 0.9\n")
    verdict = hold_gate(written(WORSE, policy=policy)).verdict
    assert (verdict.outcome, verdict.policy) == ("pass", str(policy))


def test_a_verdict_is_written_in_every_form_that_was_asked_for(written, tmp_path):
    forms = {form: tmp_path / "deep" / f"gate.{form}" for form in ("json", "junit", "summary")}
    night = hold_gate(written(WORSE, **forms))
    record = json.loads(forms["json"].read_text())
    assert (record["outcome"], record["steps"]) == ("fail", [])
    assert len(record["checks"]) == len(night.verdict.checks)
    suite = ElementTree.parse(forms["junit"]).getroot()[0]
    assert suite.get("failures") == "1"
    assert forms["summary"].read_text().startswith("## Gate: FAIL: 1 failed")


def test_nothing_is_written_that_was_not_asked_for(written, tmp_path):
    request = written()
    before = sorted(tmp_path.iterdir())
    hold_gate(request)
    assert sorted(tmp_path.iterdir()) == before


def test_the_summary_is_added_to_and_the_json_written_anew(written, tmp_path):
    summary, report = tmp_path / "summary.md", tmp_path / "gate.json"
    summary.write_text("# Before\n")
    for scores in (GOOD, WORSE):
        hold_gate(written(scores, summary=summary, json=report))
    text = summary.read_text()
    assert text.startswith("# Before\n## Gate: PASS")
    assert text.count("## Gate:") == 2
    assert json.loads(report.read_text())["outcome"] == "fail"


def test_a_night_is_added_to_its_history_once(written, tmp_path):
    history = tmp_path / "nights.jsonl"
    for _ in range(2):
        hold_gate(written(WORSE, history=history, expected=Expected(is_again=True)))
    (night,) = read_history(history).nights
    assert (night.event, night.outcome, night.system) == ("night", "fail", "toy")
    assert night.values == {"cider_d": 0.25}
    assert night.signatures == {"cider_d": "cider_d|tok:ptb"}


def test_a_run_that_was_judged_is_no_night_of_its_own(written, tmp_path):
    history = tmp_path / "nights.jsonl"
    outcomes = [hold_gate(written(history=history)).verdict.outcome for _ in range(2)]
    assert outcomes == ["pass", "nothing measured"]
    again = hold_gate(written(history=history, expected=Expected(is_again=True)))
    assert again.verdict.outcome == "pass"
    assert len(read_history(history).nights) == 1


def test_a_run_of_another_age_or_commit_is_not_judged_and_not_kept(written, tmp_path):
    history = tmp_path / "nights.jsonl"
    for expected in (Expected(max_age_s=3600), Expected(commit="abcdef0")):
        verdict = hold_gate(written(WORSE, history=history, expected=expected)).verdict
        assert (verdict.outcome, verdict.exit_code, verdict.checks) == ("nothing measured", 3, ())
    assert not history.exists()


def test_a_verdict_says_when_and_of_what_the_run_was_made(written):
    made = hold_gate(written()).verdict.made
    assert made == Made("2026-01-02T00:00:00+00:00", "2026-01-01T00:30:00+00:00", None, None)


def test_a_gate_that_ends_without_a_verdict_leaves_none_of_the_night_before(written, tmp_path):
    reports = {form: tmp_path / f"gate.{form}" for form in ("json", "junit")}
    hold_gate(written(**reports))
    assert all(path.exists() for path in reports.values())
    with pytest.raises(RunError):
        hold_gate(dataclasses.replace(written(**reports), run=tmp_path / "nowhere"))
    assert not any(path.exists() for path in reports.values())


@pytest.mark.parametrize("report", ["json", "junit", "summary"])
@pytest.mark.parametrize("read", ["run", "baseline", "history"])
def test_no_report_is_written_over_what_is_read(written, tmp_path, report, read):
    request = written(history=tmp_path / "nights.jsonl")
    with pytest.raises(UsageError, match="would be written, and is read too"):
        hold_gate(dataclasses.replace(request, **{report: getattr(request, read)}))
    assert request.baseline.exists()


def test_a_summary_that_was_only_offered_makes_no_folder_and_changes_no_verdict(written, tmp_path):
    request = written(summary=tmp_path / "none" / "summary.md", is_summary_offered=True)
    night = hold_gate(request)
    assert (night.verdict.outcome, len(night.problems)) == ("pass", 1)
    assert "there is no folder" in night.problems[0]
    assert not (tmp_path / "none").exists()
    (tmp_path / "folder").mkdir()
    taken = dataclasses.replace(request, summary=tmp_path / "folder")
    assert "cannot write" in hold_gate(taken).problems[0]
    with pytest.raises(MachineError):
        hold_gate(dataclasses.replace(taken, is_summary_offered=False))


def test_a_night_is_kept_once_its_reports_are_written(written, tmp_path):
    """So that a gate that could not write them can be asked again."""
    history, folder = tmp_path / "nights.jsonl", tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(MachineError):
        hold_gate(written(history=history, json=folder))
    assert hold_gate(written(history=history)).verdict.outcome == "pass"


def test_a_torn_line_of_the_history_is_dropped_with_a_word(written, tmp_path):
    history = tmp_path / "nights.jsonl"
    hold_gate(written(history=history))
    history.write_bytes(history.read_bytes() + b'{"date": "2026-0')
    later = {"created_at": "2026-01-03T00:00:00+00:00"}
    (note,) = hold_gate(written(history=history, **later)).verdict.notes
    assert note.endswith("nights.jsonl: the last line was cut short, as a kill leaves it, and is "
                         "dropped")  # fmt: skip
    assert len(read_history(history).nights) == 2
    assert read_history(history).torn == b""


def test_a_run_that_is_its_own_baseline_says_so(written):
    request = written()
    verdict = hold_gate(dataclasses.replace(request, run=request.baseline)).verdict
    assert verdict.notes == ("the run is the accepted one itself, which nothing can fail",)


def test_a_night_in_which_nothing_was_measured_is_not_kept(written, tmp_path):
    history = tmp_path / "nights.jsonl"
    night = hold_gate(written(None, history=history))
    assert night.verdict.outcome == "nothing measured"
    assert not history.exists()


def test_a_step_is_seen_in_the_night_that_completes_it(written, tmp_path):
    """Five nights of 0.5, then of 0.496, each within the limit of 2 %."""
    history, steps = tmp_path / "nights.jsonl", []
    for day in range(2, 12):
        value = 0.5 if day < 7 else 0.496
        request = written(
            {"cider_d": value}, history=history, created_at=f"2026-01-{day:02d}T00:00:00+00:00"
        )
        night = hold_gate(request)
        assert night.verdict.outcome == "pass"
        steps.append(len(night.steps))
    assert steps[:5] == [0] * 5
    assert steps[-1] == 1
    (step,) = night.steps
    assert (step.date[:10], step.before) == ("2026-01-07", 0.5)
    assert step.after == pytest.approx(0.496)
    assert step.change == pytest.approx(-0.008)


def test_steps_are_written_with_the_verdict(written, tmp_path):
    history, report = tmp_path / "nights.jsonl", tmp_path / "gate.json"
    for day in range(2, 12):
        scores = {"cider_d": 0.5 if day < 7 else 0.75}
        created_at = f"2026-01-{day:02d}T00:00:00+00:00"
        hold_gate(written(scores, history=history, json=report, created_at=created_at))
    (step,) = json.loads(report.read_text())["steps"]
    assert (step["subject"], step["before"], step["after"]) == ("cider_d", 0.5, 0.75)


def test_runs_that_were_accepted_count_among_the_nights(written, tmp_path):
    """The level before is known from acceptances alone."""
    beside = history_beside(tmp_path / "baseline.json")
    lines = []
    for day in range(2, 9):
        run = run_of(system_of("toy", GOOD), created_at=f"2025-12-{day:02d}T00:00:00+00:00")
        lines += nights_of(run, "accepted", "as it should be")
    beside.write_text("".join(json.dumps(dataclasses.asdict(line)) + "\n" for line in lines))
    history = tmp_path / "nights.jsonl"
    for day in range(2, 7):
        created_at = f"2026-01-{day:02d}T00:00:00+00:00"
        night = hold_gate(written({"cider_d": 0.75}, history=history, created_at=created_at))
    assert [step.date[:10] for step in night.steps] == ["2026-01-02"]
    assert len(read_history(history).nights) == 5


def test_an_unfinished_run_measured_nothing(written, tmp_path):
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "plan.json").write_text("{}")
    request = dataclasses.replace(written(), run=tmp_path / "half")
    verdict = hold_gate(request).verdict
    assert verdict.unmeasured == "the run is unfinished: it has no manifest.json"
    assert verdict.run == str(tmp_path / "half")


def test_a_partial_run_is_measured_by_no_gate_and_is_no_baseline(written, tmp_path):
    whole = system_of("toy", GOOD)
    partial = dataclasses.replace(whole, sealed=dataclasses.replace(whole.sealed, is_partial=True))
    write_run(run_of(partial), tmp_path / "partial.json")
    request = dataclasses.replace(written(), run=tmp_path / "partial.json")
    verdict = hold_gate(request).verdict
    assert verdict.unmeasured == "the run is partial: it was scored before it was finished"
    with pytest.raises(RunError, match="cannot be a baseline: it is partial"):
        accept_run(tmp_path / "partial.json", "why not", tmp_path / "other.json")


def test_a_run_that_is_nowhere_is_an_error(written, tmp_path):
    with pytest.raises(RunError, match="nowhere"):
        hold_gate(dataclasses.replace(written(), run=tmp_path / "nowhere"))


def test_a_baseline_that_is_nowhere_is_an_error(written, tmp_path):
    with pytest.raises(RunError, match=r"there is no .*none\.json"):
        hold_gate(dataclasses.replace(written(), baseline=tmp_path / "none.json"))


@pytest.mark.parametrize("which", ["baseline", "run"])
def test_an_edited_baseline_is_refused_in_either_place(written, tmp_path, which):
    edited = tmp_path / "edited.json"
    text = (written().baseline).read_text()
    edited.write_text(text.replace('"n_failed": 0', '"n_failed": 1'))
    with pytest.raises(RunError, match="it was edited since"):
        hold_gate(dataclasses.replace(written(), **{which: edited}))


def test_a_broken_policy_is_told_before_anything_is_read(written, tmp_path):
    policy = tmp_path / "broken.toml"
    policy.write_text("schema = 1\n[metric]\n")
    request = dataclasses.replace(written(policy=policy), baseline=tmp_path / "none.json")
    with pytest.raises(UsageError, match="unknown key metric"):
        hold_gate(request)


@pytest.mark.parametrize("broken", ["nights.jsonl", "baseline.history.jsonl"])
def test_a_broken_history_stops_before_anything_is_written(written, tmp_path, broken):
    report, history = tmp_path / "gate.json", tmp_path / "nights.jsonl"
    (tmp_path / broken).write_text('{"date": "2026-\n')
    with pytest.raises(DataError, match=f"{broken}, line 1"):
        hold_gate(written(history=history, json=report))
    assert not report.exists()
    assert (tmp_path / broken).read_text() == '{"date": "2026-\n'


def test_a_baseline_is_held_against_itself(written, tmp_path):
    request = dataclasses.replace(written(), run=tmp_path / "baseline.json")
    assert hold_gate(request).verdict.outcome == "pass"

"""``bench gate``: what may befall a night, each with a verdict and an exit code of its own."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from gate_runs import (
    FAIL,
    INCONCLUSIVE,
    PASS,
    UNMEASURED,
    USAGE,
    Place,
    accept_staged,
    change_captions,
    change_json,
    change_rows,
    clips_to_spoil,
    corpus_value,
    failed,
    found,
    gate,
    night,
    other_nights,
    per_clip,
)
from resealed import reseal
from shared_data import shared_path

CONETTE, ENCLAP = "conette_clotho_eval", "enclap-clotho-baseline"


@pytest.fixture(scope="module")
def clotho(tmp_path_factory):
    """Two published systems' captions of Clotho, scored and accepted."""
    folder = tmp_path_factory.mktemp("clotho")
    place = Place(folder, folder, {"BENCH_DATA": str(shared_path("data"))})
    files = [shared_path(f"data/outputs/{name}.csv") for name in (CONETTE, ENCLAP)]
    place.succeed("score", *files, "--dataset", "clotho:evaluation", "--metrics", "lexical",
                  "--out", "run")  # fmt: skip
    nights = [folder / "run", *other_nights(folder / "run", 2)]
    place.succeed("baseline", "accept", *nights, "--reason", "the first", "--out", "baseline.json")
    place.succeed("baseline", "accept", "run", "--reason", "alone", "--out", "one.json")
    return place


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    return accept_staged(tmp_path_factory.mktemp("staged"))


def test_an_unchanged_night_passes(clotho):
    done, verdict = gate(clotho, night(clotho, "unchanged"))
    assert done.returncode == PASS, done.stdout
    assert verdict["outcome"] == "pass"
    assert done.stdout.startswith("PASS: 0 failed, 0 inconclusive")
    assert {check["status"] for check in verdict["checks"]} == {"pass"}
    assert found(verdict, CONETTE, "cider_d")["reason"] == "the same"


def spoil(place, name, share):
    """Make CIDEr-D of CoNeTTE lower by a share, and score the run again."""
    run = night(place, name)
    worse = clips_to_spoil(per_clip(run, CONETTE, "cider_d"), share)
    before = corpus_value(run, CONETTE, "cider_d")
    change_captions(run, CONETTE, dict.fromkeys(worse, "xyzzy"))
    place.succeed("rescore", run, "--metrics", "lexical")
    drop = 1 - corpus_value(run, CONETTE, "cider_d") / before
    return run, worse, drop


def test_a_drop_of_three_percent_in_quality_fails_and_its_clips_are_shown(clotho):
    run, worse, drop = spoil(clotho, "minus-3", 0.03)
    assert drop == pytest.approx(0.03, abs=0.002)
    done, verdict = gate(clotho, run)
    assert done.returncode == FAIL
    assert (CONETTE, "cider_d") in failed(verdict)
    assert {system for system, _ in failed(verdict)} == {CONETTE}
    assert len(verdict["regressions"]) == 10
    assert {fallen["clip_id"] for fallen in verdict["regressions"]} <= set(worse)
    losses = [fallen["loss"] for fallen in verdict["regressions"]]
    assert losses == sorted(losses, reverse=True)
    first = verdict["regressions"][0]
    assert first["run_caption"] == "xyzzy"
    assert first["baseline_caption"] in done.stdout
    assert done.stdout.index("FAIL") < done.stdout.index("pass ")


def test_a_drop_within_the_limit_passes(clotho):
    run, _, drop = spoil(clotho, "minus-1", 0.01)
    assert 0.008 < drop < 0.02
    done, verdict = gate(clotho, run)
    assert found(verdict, CONETTE, "cider_d")["status"] == "pass"
    assert done.returncode == PASS, done.stdout


def test_a_drop_that_one_accepted_night_cannot_tell_is_inconclusive(clotho):
    """Four very good captions lost are beyond the limit; three nights would tell it."""
    run = night(clotho, "unlucky")
    values = per_clip(run, CONETTE, "cider_d")
    best = sorted(values, key=values.__getitem__)[-4:]
    change_captions(run, CONETTE, dict.fromkeys(best, "xyzzy"))
    clotho.succeed("rescore", run, "--metrics", "lexical")
    one_night = ("--baseline", "one.json")
    done, verdict = gate(clotho, run, *one_night)
    check = found(verdict, CONETTE, "cider_d")
    assert check["used"] > 1
    assert check["status"] == "inconclusive"
    assert "may be chance; accept 3 nights, which tell it if they agree" in check["reason"]
    assert done.returncode == PASS
    assert done.stdout.startswith("INCONCLUSIVE: 0 failed, 1 inconclusive")
    assert gate(clotho, run, *one_night, "--strict")[0].returncode == INCONCLUSIVE
    done, verdict = gate(clotho, run)
    assert done.returncode == FAIL
    assert found(verdict, CONETTE, "cider_d")["status"] == "fail"


def test_a_better_night_passes(clotho):
    """CoNeTTE's captions stand where the weaker system's were."""
    run, better = night(clotho, "better"), {}
    for line in (run / "ledger.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["system"] == CONETTE:
            better[row["clip_id"]] = row["caption"]
    change_captions(run, ENCLAP, better)
    clotho.succeed("rescore", run, "--metrics", "lexical")
    done, verdict = gate(clotho, run)
    assert done.returncode == PASS, done.stdout
    assert "better" in found(verdict, ENCLAP, "cider_d")["reason"]


def test_five_percent_of_emptied_captions_fail(clotho):
    run = night(clotho, "emptied")
    values = per_clip(run, ENCLAP, "cider_d")
    change_captions(run, ENCLAP, dict.fromkeys(list(values)[::20], ""))
    clotho.succeed("rescore", run, "--metrics", "lexical")
    done, verdict = gate(clotho, run)
    assert done.returncode == FAIL
    check = found(verdict, ENCLAP, "empty captions")
    assert check["status"] == "fail"
    assert check["run"] == pytest.approx(53 / 1045)


def test_one_missing_clip_fails_and_is_named(clotho):
    run = night(clotho, "one-less")
    first = next(iter(per_clip(run, CONETTE, "cider_d")))
    change_rows(
        run, lambda row: None if (row["system"], row["clip_id"]) == (CONETTE, first) else row
    )
    clotho.succeed("rescore", run, "--metrics", "lexical")
    done, verdict = gate(clotho, run)
    assert done.returncode == FAIL
    assert failed(verdict) == {(CONETTE, "coverage")}
    assert first in found(verdict, CONETTE, "coverage")["reason"]


def test_a_policy_may_allow_a_missing_clip(clotho):
    (clotho.folder / "lax.toml").write_text("schema = 1\n[coverage]\nmin_captioned = 0.99\n")
    run = night(clotho, "one-less-allowed")
    first = next(iter(per_clip(run, CONETTE, "cider_d")))
    change_rows(
        run, lambda row: None if (row["system"], row["clip_id"]) == (CONETTE, first) else row
    )
    clotho.succeed("rescore", run, "--metrics", "lexical")
    done, verdict = gate(clotho, run, "--policy", "lax.toml")
    assert done.returncode == PASS, done.stdout
    assert verdict["policy"] == "lax.toml"


def test_a_metric_that_vanished_fails(clotho):
    run = night(clotho, "no-cider")
    kept = "bleu_1,bleu_2,bleu_3,bleu_4,rouge_l"
    clotho.succeed("rescore", run, "--metrics", kept, "--only")
    done, verdict = gate(clotho, run)
    assert done.returncode == FAIL
    assert failed(verdict) == {(CONETTE, "cider_d"), (ENCLAP, "cider_d")}
    assert found(verdict, CONETTE, "cider_d")["reason"] == "not in the run"


def test_a_metric_that_became_unavailable_fails_with_its_reason(clotho):
    run = night(clotho, "unavailable")

    def lose(scores):
        cell = scores["systems"][CONETTE]["metrics"]["rouge_l"]
        lost = dict.fromkeys(("value", "low", "high", "signature"))
        cell |= {**lost, "available": False, "reason": "no jar"}

    change_json(run / "scores.json", lose)
    done, verdict = gate(clotho, run)
    assert done.returncode == FAIL
    reason = found(verdict, CONETTE, "rouge_l")["reason"]
    assert reason == "unavailable in the run: no jar"


def test_a_metric_made_with_another_tokeniser_cannot_be_compared(clotho):
    run = night(clotho, "other-tokens")

    def sign(scores):
        cell = scores["systems"][CONETTE]["metrics"]["cider_d"]
        parts = dict(cell["signature"]["parts"])
        cell["signature"]["parts"] = [*{**parts, "tok": "blanks"}.items()]

    change_json(run / "scores.json", sign)
    done, verdict = gate(clotho, run)
    assert done.returncode == FAIL
    assert failed(verdict) == {(CONETTE, "cider_d")}
    reason = found(verdict, CONETTE, "cider_d")["reason"]
    assert "made with tok:blanks where the baseline has tok:ptb-3.4.1" in reason


def test_another_version_of_this_project_is_compared(clotho):
    run = night(clotho, "next-release")
    path = run / "scores.json"
    path.write_text(path.read_text().replace("|aac-bench:", "|aac-bench:9."))
    reseal(run)
    done, _ = gate(clotho, run)
    assert done.returncode == PASS, done.stdout


def test_a_system_that_vanished_fails(clotho):
    clotho.succeed("score", shared_path(f"data/outputs/{CONETTE}.csv"), "--dataset",
                   "clotho:evaluation", "--metrics", "lexical", "--out", "alone")  # fmt: skip
    done, verdict = gate(clotho, clotho.folder / "alone")
    assert done.returncode == FAIL
    assert failed(verdict) == {(ENCLAP, "system")}


def test_a_new_system_is_noted_and_its_captions_counted(clotho):
    files = [shared_path(f"data/outputs/{name}.csv")
             for name in (CONETTE, ENCLAP, "enclap-clotho-sw")]  # fmt: skip
    clotho.succeed("score", *files, "--dataset", "clotho:evaluation", "--metrics", "lexical",
                   "--out", "three")  # fmt: skip
    done, verdict = gate(clotho, clotho.folder / "three")
    assert done.returncode == PASS, done.stdout
    assert "enclap-clotho-sw: new, not in the baseline" in verdict["notes"]
    assert found(verdict, "enclap-clotho-sw", "coverage")["status"] == "pass"


def test_an_empty_night_measured_nothing(clotho):
    run = night(clotho, "empty")
    change_rows(run, lambda row: None)
    clotho.succeed("rescore", run, "--metrics", "lexical")
    done, verdict = gate(clotho, run, "--junit", "empty.xml")
    assert done.returncode == UNMEASURED
    assert verdict["outcome"] == "nothing measured"
    assert "no system of the run has a scored clip" in done.stdout
    suite = ElementTree.parse(clotho.folder / "empty.xml").getroot()[0]
    assert suite.get("errors") == "1"


def test_an_unfinished_night_measured_nothing(clotho):
    run = night(clotho, "unfinished")
    (run / "manifest.json").unlink()
    done, verdict = gate(clotho, run)
    assert done.returncode == UNMEASURED
    assert "unfinished" in verdict["unmeasured"]


def test_a_folder_without_a_run_is_a_wrong_request(clotho):
    done = clotho.bench("gate", "nowhere", "--baseline", "baseline.json")
    assert done.returncode == USAGE
    assert "there is no nowhere; expected the folder of a run" in done.stderr


def test_a_baseline_of_another_data_set_is_refused(clotho, staged):
    run = night(clotho, "other-data")
    done = clotho.bench("gate", run, "--baseline", staged.folder / "baseline.json")
    assert done.returncode == USAGE
    assert "the baseline is of other data: data set clotho:evaluation in" in done.stderr


def test_a_baseline_of_other_references_is_refused(clotho):
    run = night(clotho, "other-references")
    change_json(run / "plan.json", lambda plan: plan.update(references_sha256="0" * 64))
    done, verdict = gate(clotho, run)
    assert done.returncode == USAGE
    assert verdict is None
    assert "references 0000000000000000 in" in done.stderr


@pytest.mark.parametrize(
    ("spoiled", "message"),
    [
        (lambda text: text[: len(text) // 2], "cannot read"),
        (lambda text: "[]", "expected a JSON object"),
        (lambda text: text.replace('"schema": 2', '"schema": 99', 1), "schema 99"),
        (lambda text: text.replace('"scores"', '"score"', 1), "no scores; expected the file"),
        (lambda text: text.replace('"n_failed": 0', '"n_failed": 1', 1), "it was edited since"),
    ],
)
def test_a_broken_baseline_is_a_wrong_request(clotho, spoiled, message):
    text = (clotho.folder / "baseline.json").read_text()
    (clotho.folder / "broken.json").write_text(spoiled(text))
    done = clotho.bench("gate", "run", "--baseline", "broken.json")
    assert done.returncode == USAGE
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_policy_is_a_wrong_request(clotho):
    (clotho.folder / "broken.toml").write_text("schema = 1\n[metrics.cider]\nmax_drop = 0.1\n")
    done = clotho.bench("gate", "run", "--baseline", "baseline.json", "--policy", "broken.toml")
    assert done.returncode == USAGE
    assert "unknown key metrics.cider. Did you mean 'cider_d'?" in done.stderr


def test_a_policy_for_a_system_that_is_nowhere_is_a_wrong_request(clotho):
    policy = f'schema = 1\n[systems."{CONETTE}x".coverage]\nmax_failed = 0.1\n'
    (clotho.folder / "stranger.toml").write_text(policy)
    done = clotho.bench("gate", "run", "--baseline", "baseline.json", "--policy", "stranger.toml")
    assert done.returncode == USAGE
    assert f"Did you mean '{CONETTE}'?" in done.stderr


def test_absolute_limits_and_margins_hold_for_the_system_they_name(clotho):
    (clotho.folder / "strict.toml").write_text(
        "schema = 1\n[metrics.rouge_l]\nmargin = 0.005\n"
        f'[systems."{ENCLAP}".metrics.cider_d]\nmin = 0.45\n'
    )
    done, verdict = gate(clotho, night(clotho, "strict"), "--policy", "strict.toml")
    assert done.returncode == FAIL
    assert failed(verdict) == {(ENCLAP, "cider_d")}
    limits = {check["limit"]: check["status"] for check in verdict["checks"]}
    assert limits[">= 0.45"] == "fail"
    assert limits["worse by < 0.005"] == "pass"


def test_one_junit_case_a_check(clotho):
    run, _, _ = spoil(clotho, "for-junit", 0.03)
    _, verdict = gate(clotho, run, "--junit", "junit.xml")
    suite = ElementTree.parse(clotho.folder / "junit.xml").getroot()[0]
    cases = suite.findall("testcase")
    assert suite.tag == "testsuite"
    assert len(cases) == len(verdict["checks"]) == int(suite.get("tests"))
    failures = {(case.get("classname"), case.find("failure").get("type"))
                for case in cases if case.find("failure") is not None}  # fmt: skip
    assert failures == failed(verdict)
    assert int(suite.get("failures")) == len(failures)
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert len(set(names)) == len(names)


def test_the_summary_goes_where_the_server_asks_for_it(clotho):
    run = night(clotho, "for-summary")
    clip = next(iter(per_clip(run, CONETTE, "cider_d")))
    change_captions(run, CONETTE, {clip: "a | pipe <script>alert(1)</script> `rain`"})
    clotho.succeed("rescore", run, "--metrics", "lexical")
    summary = clotho.folder / "summary.md"
    summary.write_text("# Before\n")
    done = clotho.bench("gate", run, "--baseline", "baseline.json",
                        GITHUB_STEP_SUMMARY=str(summary))  # fmt: skip
    assert done.returncode == PASS, done.stdout
    text = summary.read_text()
    assert text.startswith("# Before\n## Gate: PASS")
    assert "<script>" not in text
    assert r"a \| pipe &lt;script&gt;alert(1)&lt;/script&gt; &#96;rain&#96;" in text

"""``bench run`` as a user runs it: a real process, real sounds, real plugins."""

from __future__ import annotations

import csv
import json
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile
from bench_process import bench_environment, read_run
from printed import on_one_line
from shared_data import shared_path
from small_clips import write_clips

LEXICAL = ("--metrics", "lexical")


def test_one_command_captions_scores_and_prints_quality_and_latency(bench, clips_folder, tmp_path):
    done = bench("run", "--systems", "toy,constant,random-train,human", "--out", "run",
                 "--dataset", f"folder:{clips_folder}", *LEXICAL)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "12 of 12 clips" in on_one_line(done.stdout)
    for word in ("toy", "constant", "human", "CIDEr-D", "Latency, one clip a call", "p50 ms"):
        assert word in done.stdout
    plan = json.loads((tmp_path / "run" / "plan.json").read_text())
    origins = {system["name"]: system["distribution"] for system in plan["systems"]}
    assert origins["toy"] == "aac-bench-toy"
    assert plan["train"] == f"folder:{clips_folder}:train"
    assert plan["passport"]["present"] == 12
    with (tmp_path / "run" / "per_clip.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 4 * 12


def test_a_failing_system_is_reported_and_the_others_go_on(bench, clips_folder, tmp_path):
    done = bench("run", "--systems", "toy-raises[after=5],toy", "--out", "run",
                 "--dataset", f"folder:{clips_folder}", *LEXICAL)  # fmt: skip
    assert done.returncode == 1
    assert "toy-raises[after=5] stopped at clip 'test-05.wav': ValueError" in done.stderr
    assert "toy-raises[after=5] (incomplete, 1 failed)" in done.stdout
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["complete"] is False
    assert manifest["systems"]["toy-raises[after=5]"]["n_scored"] == 5
    assert manifest["systems"]["toy"]["n_scored"] == 12
    failed = [row for row in read_run(tmp_path / "run")["rows"] if row["state"] == "error"]
    assert [row["clip_id"] for row in failed] == ["test-05.wav"]
    assert "told to" in failed[0]["traceback"]


def test_what_captions_leaned_on_is_kept_beside_them_where_it_is_asked_for(
    bench, clips_folder, tmp_path
):
    systems = "toy,toy-unfounded[after=3],constant"
    done = bench("run", "--systems", systems, "--explain", "--out", "run", "--dataset",
                 f"folder:{clips_folder}", "--limit", "5", *LEXICAL)  # fmt: skip
    assert done.returncode == 1
    assert "did not say what 2 of its 5 captions leaned on; at clip 'test-03.wav'" in done.stderr
    assert f"its traceback is in {Path('run') / 'ledger.jsonl'}" in done.stderr
    assert "incomplete" not in done.stdout
    rows = [row for row in read_run(tmp_path / "run")["rows"] if row["row"] == "clip"]
    assert len(rows) == 15
    assert [list(row.get("explained", ())) for row in rows] == [
        *[["evidence"]] * 8,
        *[["error", "traceback"]] * 2,
        *[[]] * 5,
    ]
    table = done.stdout.split("Latency")[1]
    assert "void" not in table


def test_a_run_in_which_nobody_explains_says_so(bench, clips_folder):
    done = bench("run", "--systems", "constant", "--explain", "--text-only", "--dataset",
                 f"folder:{clips_folder}", *LEXICAL)  # fmt: skip
    assert done.returncode == 0
    assert done.stderr.endswith("bench: no system of this run says what its captions lean on.\n")


def test_empty_captions_are_scored_and_counted(bench, clips_folder):
    done = bench("run", "--systems", "toy-mute", "--dataset", f"folder:{clips_folder}", *LEXICAL)
    assert done.returncode == 0, done.stderr
    assert "toy-mute: 12 captions are empty and scored as they stand" in done.stdout


def test_limit_changes_no_clips_score(bench, clips_folder, tmp_path):
    for out, limit in (("whole", ()), ("part", ("--limit", "5"))):
        done = bench("run", "--systems", "toy", "--out", out, *limit,
                     "--dataset", f"folder:{clips_folder}", *LEXICAL)  # fmt: skip
        assert done.returncode == 0, done.stderr
    whole, part = (
        (tmp_path / out / "per_clip.csv").read_text().splitlines() for out in ("whole", "part")
    )
    assert part == whole[:6]
    scores = json.loads((tmp_path / "part" / "scores.json").read_text())["systems"]["toy"]
    made_with = dict(scores["metrics"]["cider_d"]["signature"]["parts"])
    assert made_with["clips"] == "5/12"
    assert made_with["idf"].endswith(",12 clips")


def test_a_broken_sound_costs_its_clip_alone(bench, clips_folder):
    wave = clips_folder / "test-03.wav"
    wave.write_bytes(wave.read_bytes()[:1000])
    done = bench("run", "--systems", "toy", "--dataset", f"folder:{clips_folder}", *LEXICAL)
    assert done.returncode == 1
    assert "toy: 1 clip failed and is not scored" in on_one_line(done.stdout)
    assert "11 of 12 clips" in on_one_line(done.stdout)


def test_several_systems_hear_eight_channels_and_other_rates(bench, clips_folder, tmp_path):
    noise, _ = soundfile.read(clips_folder / "test-00.wav", always_2d=True)
    soundfile.write(clips_folder / "test-00.wav", noise.repeat(8, axis=1), 8_000)
    done = bench("run", "--systems", "toy", "--out", "run",
                 "--dataset", f"folder:{clips_folder}", *LEXICAL)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "for 0.20 seconds" in read_run(tmp_path / "run")["rows"][0]["caption"]


def test_text_only_refuses_systems_that_listen(bench, clips_folder):
    dataset = f"folder:{clips_folder}"
    done = bench("run", "--systems", "toy,constant", "--text-only", "--dataset", dataset)
    assert done.returncode == 2
    assert "'toy' cannot caption without it" in done.stderr


def test_what_three_systems_lack_is_told_at_once_before_any_work(bench, clips_folder, tmp_path):
    systems = ("toy-needy", "toy-needy[lacks=sounds]", "toy-needy[lacks=package]", "constant")
    done = bench("run", "--systems", ",".join(systems), "--out", "run",
                 "--dataset", f"folder:{clips_folder}", *LEXICAL)  # fmt: skip
    assert done.returncode == 2
    # Before it may stand what killed processes left on this machine.
    assert done.stderr.splitlines()[-5:] == [
        "bench: error: 3 systems lack what is needed here, and nothing was begun:",
        *(
            f"  {name}: no {lack} here. Fetch it."
            for name, lack in zip(systems, ("weights", "sounds", "package"), strict=False)
        ),
        "  Get what they lack, or leave them out.",
    ]
    assert not (tmp_path / "run").exists()


def test_a_training_split_that_holds_the_evaluated_clips_is_refused(bench, clips_folder):
    dataset = f"folder:{clips_folder}"
    done = bench("run", "--systems", "random-train", "--dataset", dataset,
                 "--train", f"{dataset}:test")  # fmt: skip
    assert done.returncode == 2
    assert "holds 12 of the evaluated clips" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--systems", "constnt"), "no system named 'constnt'. Did you mean 'constant'?"),
        (("--systems", "constant[captoin=a]"), "Did you mean 'caption'?"),
        (("--systems", "constant,constant"), "'constant' is named more than once"),
        (("--systems", "constant", "--metrics", "cider"), "Did you mean 'cider_d'?"),
        (("--systems", "constant", "--dataset", "cloto"), "Did you mean 'clotho'?"),
        (("--systems", "constant", "--dataset", "clotho:evl"), "Did you mean 'eval"),
        (("--systems", "constant", "--device", "cuda:77"), "Try --device cpu"),
        ((), "or --resume to finish one"),
    ],
)
def test_a_request_that_cannot_be_meant_is_refused_before_any_work(
    bench, tmp_path, arguments, message
):
    done = bench("run", *arguments, "--out", "run", BENCH_DATA=str(tmp_path))
    assert done.returncode in (2, 3)
    assert message in done.stderr
    assert not (tmp_path / "run").exists()


def test_an_unknown_command_gets_a_suggestion(bench):
    done = bench("leaderbord")
    assert done.returncode == 2
    assert "no command named 'leaderbord'. Did you mean 'leaderboard'?" in done.stderr


def test_a_data_root_that_is_a_file_is_an_error(bench, tmp_path):
    (tmp_path / "file").write_text("")
    done = bench("run", "--systems", "constant", "--dataset", "clotho", "--data-root", "file")
    assert done.returncode == 3
    assert "is a file; expected a folder" in done.stderr


def test_a_folder_that_cannot_be_written_is_an_error_with_a_cure(bench, clips_folder):
    done = bench("run", "--systems", "constant", "--dataset", f"folder:{clips_folder}",
                 "--out", "/proc/run")  # fmt: skip
    assert done.returncode == 3
    assert "cannot write /proc/run" in done.stderr
    assert "--out" in done.stderr


def test_a_second_run_in_the_same_folder_is_refused(bench, clips_folder):
    arguments = ("run", "--systems", "constant", "--dataset", f"folder:{clips_folder}",
                 "--out", "run", *LEXICAL)  # fmt: skip
    assert bench(*arguments).returncode == 0
    done = bench(*arguments)
    assert done.returncode == 2
    assert "holds a run already" in done.stderr


def test_a_disk_that_takes_no_more_stops_with_the_way_to_go_on(
    bench, toy_site, clips_folder, tmp_path
):
    arguments = ["run", "--systems", "toy,constant,random-train", *LEXICAL,
                 "--dataset", f"folder:{clips_folder}"]  # fmt: skip
    assert bench(*arguments, "--out", "whole").returncode == 0
    limit = (tmp_path / "whole" / "ledger.jsonl").stat().st_size // 2
    assert limit > (tmp_path / "whole" / "plan.json").stat().st_size
    stopped = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", *arguments, "--out", "part"],
        cwd=tmp_path,
        env=bench_environment(toy_site),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert stopped.returncode == 3
    assert "File too large" in stopped.stderr
    assert "bench run --resume part" in stopped.stderr
    assert bench("run", "--resume", "part").returncode == 0
    assert read_run(tmp_path / "part") == read_run(tmp_path / "whole")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupting_keeps_what_was_captioned(toy_site, clips_folder, tmp_path, number, code):
    arguments = ["run", "--systems", "toy[delay_s=0.2]", "--dataset", f"folder:{clips_folder}",
                 "--out", "run", *LEXICAL]  # fmt: skip
    process = start(toy_site, tmp_path, arguments)
    wait_for_rows(tmp_path / "run" / "ledger.jsonl", 3)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == code
    assert "Go on with: bench run --resume run" in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "run" / "manifest.json").exists()


def test_a_run_killed_twenty_times_resumes_to_what_an_undisturbed_one_gives(
    bench, toy_site, tmp_path
):
    folder = write_clips(tmp_path / "clips", n_test=80)
    arguments = ["run", "--systems", "toy[delay_s=0.02],constant", "--batch-size", "3",
                 "--explain", "--dataset", f"folder:{folder}", *LEXICAL]  # fmt: skip
    assert bench(*arguments, "--out", "whole").returncode == 0
    ledger = tmp_path / "killed" / "ledger.jsonl"
    moment = random.Random(7)
    pending = [*arguments, "--out", "killed"]
    for _ in range(20):
        process = start(toy_site, tmp_path, pending)
        n_rows = ledger.read_bytes().count(b"\n") if ledger.exists() else 0
        wait_for_rows(ledger, n_rows + 1)  # it is getting on with the work
        time.sleep(moment.uniform(0, 0.1))
        process.kill()
        process.communicate(timeout=30)
        assert process.returncode == -signal.SIGKILL
        pending = ["run", "--resume", "killed"]
    assert not (tmp_path / "killed" / "manifest.json").exists()
    assert bench("run", "--resume", "killed").returncode == 0
    resumed = read_run(tmp_path / "killed")
    assert resumed == read_run(tmp_path / "whole")
    assert (
        sum(row.get("explained", {}).get("evidence") is not None for row in resumed["rows"]) == 80
    )


def test_an_unfinished_run_has_no_leaderboard(bench, clips_folder, tmp_path):
    dataset = f"folder:{clips_folder}"
    assert bench("run", "--systems", "toy", "--dataset", dataset, "--out", "run", *LEXICAL)
    (tmp_path / "run" / "manifest.json").unlink()
    done = bench("leaderboard", "run")
    assert done.returncode == 2
    assert "is unfinished" in done.stderr
    assert "bench run --resume run" in done.stderr


def test_resuming_with_other_captions_is_refused(bench, clips_folder):
    dataset = f"folder:{clips_folder}"
    assert bench("run", "--systems", "toy", "--dataset", dataset, "--out", "run", *LEXICAL)
    captions = clips_folder / "test.csv"
    captions.write_text(captions.read_text().replace("hisses", "roars"))
    for arguments in (("run", "--resume", "run"), ("rescore", "run")):
        done = bench(*arguments)
        assert done.returncode == 2
        assert "but the run was made with" in done.stderr


def test_a_run_goes_on_without_a_system_and_its_table_says_so(bench, clips_folder, tmp_path):
    done = bench("run", "--systems", "toy-raises[after=5],toy", "--out", "run", "--keep-going",
                 "--dataset", f"folder:{clips_folder}", *LEXICAL)  # fmt: skip
    assert done.returncode == 1
    assert "toy-raises[after=5] (7 failed)" in done.stdout
    assert json.loads((tmp_path / "run" / "plan.json").read_text())["max_failures"] is None
    done = bench("run", "--resume", "run", "--without", "toy-raises")
    assert done.returncode == 0, done.stderr
    assert "Left out: toy-raises[after=5]: left out on resuming, after 5 captions" in done.stdout
    refused = bench("run", "--systems", "toy", "--without", "toy")
    assert (refused.returncode, "--without goes with --resume" in refused.stderr) == (2, True)


def test_rescoring_needs_the_ledger_alone(bench, clips_folder, tmp_path):
    dataset = f"folder:{clips_folder}"
    assert bench("run", "--systems", "toy,human", "--dataset", dataset, "--out", "run", *LEXICAL)
    before = read_run(tmp_path / "run")
    (tmp_path / "run" / "scores.json").unlink()
    for wave in clips_folder.glob("*.wav"):
        wave.unlink()
    done = bench("rescore", "run")
    assert done.returncode == 0, done.stderr
    assert read_run(tmp_path / "run") == before
    assert bench("rescore", "run", "--metrics", "cider_d,rouge_l", "--only").returncode == 0
    metrics = json.loads((tmp_path / "run" / "scores.json").read_text())["systems"]["toy"][
        "metrics"
    ]
    assert set(metrics) == {"cider_d", "rouge_l"}


def test_clotho_with_five_of_its_sounds_reports_five_of_all(bench):
    data = shared_path("data")
    done = bench("run", "--systems", "toy,constant", "--dataset", "clotho:evaluation",
                 *LEXICAL, BENCH_DATA=str(data))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "5 of 1,045 clips" in done.stdout


def start(toy_site, folder, arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "benchmark.cli", *arguments],
        cwd=folder,
        env=bench_environment(toy_site),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_rows(path, n_rows, patience_s=20):
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if path.exists() and path.read_bytes().count(b"\n") >= n_rows:
            return
        time.sleep(0.02)
    pytest.fail(f"{path} did not reach {n_rows} rows in {patience_s} s")

"""A crash that is borne costs its clip: another process goes on, within the same limits."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from bench_process import bench_environment
from hostile_plugins import COPIES, FRESH, write_hostile
from small_clips import write_clips

SEGFAULT = "CrashError: its process was killed by SIGSEGV"
EXIT = "CrashError: its process ended with exit code 0 before it was done"


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    place = tmp_path_factory.mktemp("restarts")
    (place / "site").mkdir()
    write_hostile(place / "site")
    write_clips(place / "clips", n_test=5)

    def do(*command, code=COPIES):
        done = subprocess.run(
            [sys.executable, "-c", code, *command],
            cwd=place, env=bench_environment(place / "site"),
            capture_output=True, text=True, timeout=100,
        )  # fmt: skip
        assert done.returncode == 1, done.stderr
        return done

    def run(out, *systems, code=COPIES, options=()):
        """Run systems; return by system its clips' states, errors and tries, and its failure."""
        do("run", "--systems", ",".join(systems), "--dataset", f"folder:{place / 'clips'}:test",
           "--metrics", "bleu_1", "--profile", "0", "--out", out, *options, code=code)  # fmt: skip
        clips = {}
        for line in map(json.loads, (place / out / "ledger.jsonl").read_text().splitlines()):
            if line["row"] == "clip":
                told = line.get("error", line["state"]), line.get("n_tries", 1)
                clips.setdefault(line["system"], {})[line["clip_id"]] = told
        manifest = json.loads((place / out / "manifest.json").read_text())
        return {
            name: (list(of.values()), manifest["failures"].get(name)) for name, of in clips.items()
        }

    run.do, run.place = do, place
    return run


def once(*told):
    return [(each, 1) for each in told]


def test_a_crash_costs_its_clip_until_too_many_clips_are_lost(bench):
    found = bench(
        "one-by-one", "hostile[act=segfault]", "hostile[act=exit,when=1]", "constant",
        options=["--max-failures", "2"],
    )  # fmt: skip
    assert found["hostile[act=segfault]"] == (once("ok", "ok", SEGFAULT, "ok", "ok"), None)
    clips, failure = found["hostile[act=exit,when=1]"]
    assert clips == once(*[EXIT] * 3)
    assert failure == (
        f"at clip 'test-02.wav': crashed: {EXIT.removeprefix('CrashError: ')}; 3 of 5 clips "
        "failed, and 2 may (--max-failures)"
    )
    assert found["constant"] == (once(*["ok"] * 5), None)


def test_a_batch_that_crashes_is_tried_again_clip_by_clip(bench):
    found = bench(
        "batches", "hostile[act=segfault]", "hostile[act=exit,when=1]",
        options=["--keep-going", "--batch-size", "4"],
    )  # fmt: skip
    states = [*((told, 2) for told in ("ok", "ok", SEGFAULT, "ok")), ("ok", 1)]
    assert found["hostile[act=segfault]"] == (states, None)
    assert found["hostile[act=exit,when=1]"] == ([*[(EXIT, 2)] * 4, (EXIT, 1)], None)


def test_a_fresh_interpreter_goes_on_as_a_copy_does(bench):
    found = bench("fresh", "hostile[act=exit]", code=FRESH, options=["--max-failures", "1"])
    assert found["hostile[act=exit]"] == (once("ok", "ok", EXIT, "ok", "ok"), None)


def test_sounds_without_references_are_captioned_after_a_crash_too(bench):
    sounds = [f"clips/test-0{number}.wav" for number in range(4)]
    done = bench.do(
        "caption", *sounds, "--system", "hostile[act=abort]", "--keep-going", "--format", "json",
        code=FRESH,
    )  # fmt: skip
    assert list(json.loads(done.stdout)) == [*sounds[:2], sounds[3]]
    assert f"{sounds[2]}: CrashError: its process was killed by SIGABRT" in done.stderr

"""A program as a captioner, killed at every moment that there is."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
from programs import fake_command

from benchmark import Artifacts, Clip, Resources
from benchmark.errors import BenchError
from benchmark.machine.time_limits import OutOfTimeError, call_within
from benchmark.systems.lending import ClipFiles, lent_scratch
from benchmark.systems.program.captioner import Asked, ProgramCaptioner
from benchmark.systems.program.messages import DeclinedError, ProgramError
from benchmark.systems.program.process import EndedError, Grace

LOUD = """
import sys
sys.stdin.readline()
print('{"hello": 1, "sample_rate_hz": 32000}', flush=True)
sys.stdin.readline()
"""
QUICK = Grace(after_eof_s=0.1, after_term_s=0.1)


@pytest.fixture
def resources(tmp_path):
    with lent_scratch(Resources("cpu", 0, Artifacts(tmp_path / "artifacts"))) as lent:
        yield lent


@pytest.fixture
def clips(tmp_path):
    (tmp_path / "sounds").mkdir()
    files = ClipFiles(tmp_path / "sounds")
    return [files.lend(Clip(str(n), np.zeros(100 + n, np.float32), 16_000)) for n in range(6)]


@pytest.fixture
def start(tmp_path, resources):
    started = []

    def start(act="none", when=-1, grace=QUICK, **options):
        asked = Asked(fake_command(tmp_path, act, when), **options)
        started.append(ProgramCaptioner(asked, resources, grace))
        return started[-1]

    yield start
    for captioner in started:
        captioner.close()


def each(captioner, clips):
    """Ask clip by clip, as a run does that bears failures; the errors stand where they fell."""
    said = []
    for clip in clips:
        try:
            said += captioner.caption([clip])
        except Exception as error:
            said.append(error)
    return said


def wait_for_end(pid):
    """Wait until a process is over, reaped or not."""
    end_s = time.monotonic() + 5
    while time.monotonic() < end_s:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return
        except OSError:
            return
        time.sleep(0.005)
    raise AssertionError(f"{pid} is alive")


def test_a_program_captions_in_lines_as_large_as_it_takes(start, clips):
    captioner = start()
    assert captioner.caption(clips[:3]) == [
        "100 samples, start 1, of 2",
        "101 samples, start 1, of 2",
        "102 samples, start 1, of 1",
    ]
    assert captioner.trained_on == ("clotho:development",)
    assert dict(captioner.facts) == {"eyes": 0}
    assert captioner.sample_rate_hz == 16_000
    assert start(batch=1).caption(clips[:2])[1].endswith("of 1")


def test_what_a_user_says_of_training_counts(start):
    assert start(trained_on=("audiocaps",)).trained_on == ("audiocaps",)


def test_a_program_killed_before_its_hello_does_not_get_ready(start):
    with pytest.raises(EndedError, match=r"was killed by SIGKILL.*wrote nothing to standard err"):
        start("hello")


def test_a_program_killed_within_a_clip_costs_that_clip(start, clips):
    said = each(captioner := start("kill", 2), clips)
    assert [isinstance(text, EndedError) for text in said] == [False, False, True] + [False] * 3
    assert "the program was killed by SIGKILL; was memory short?" in str(said[2])
    assert said[3] == "103 samples, start 2, of 1"
    assert captioner.facts["restarts of the program"] == 1


def test_a_program_killed_between_clips_costs_none(start, clips, capsys):
    captioner = start()
    first = captioner.caption(clips[:1])
    os.kill(captioner.pid, 9)
    wait_for_end(captioner.pid)
    assert first + captioner.caption(clips[1:2]) == [
        "100 samples, start 1, of 1",
        "101 samples, start 2, of 1",
    ]
    told = capsys.readouterr().err
    assert told.startswith("bench: between two clips, the program was killed by SIGKILL")
    assert told.endswith("; it is started again.\n")


def test_a_program_killed_twice_in_a_row_costs_two_clips(start, clips):
    said = each(captioner := start("kill", 2), [*clips[1:3], *clips[2:4]])
    assert [isinstance(text, EndedError) for text in said] == [False, True, True, False]
    assert captioner.facts["restarts of the program"] == 2


def test_a_program_is_started_again_as_often_as_it_may_be(start, clips):
    captioner = start("kill", 0, most_restarts=1)
    said = each(captioner, [clips[0]] * 3)
    assert [type(error) for error in said] == [EndedError] * 2 + [ProgramError]
    assert "started again 1 times, as often as it may be (option restarts)" in str(said[2])


def test_a_program_that_starts_no_more_costs_each_clip(start, clips):
    captioner = start("hello-again")
    os.kill(captioner.pid, 9)
    wait_for_end(captioner.pid)
    said = each(captioner, clips[:2])
    assert [type(error) for error in said] == [EndedError] * 2


def test_what_a_program_wrote_last_is_told_and_obeyed_by_no_terminal(start, clips):
    (error,) = each(start("exit", 0), clips[:1])
    assert "ended with exit code 3 before it answered; its standard error ends: " in str(error)
    assert r"\x1b[31mno\u2028memory" in str(error)


def test_a_late_answer_is_no_other_clips(start, clips):
    captioner = start("hang", 1)
    pid = captioner.pid
    with pytest.raises(OutOfTimeError):
        call_within(lambda: captioner.caption(clips[1:2]), 0.1, name="caption()")
    wait_for_end(pid)
    assert captioner.caption(clips[2:3]) == ["102 samples, start 2, of 1"]


@pytest.mark.parametrize(
    ("act", "kind", "told"),
    [
        ("rubbish", ProgramError, "wrote 'WARNING: slow' to standard output, which is no JSON"),
        ("flood", ProgramError, "without the end of a line, which begin with 'xxxx"),
        ("decline", DeclinedError, "the program says: too odd"),
    ],
)
def test_what_is_no_answer_costs_its_clip(start, clips, act, kind, told):
    said = each(start(act, 1), clips[:3])
    assert isinstance(said[1], kind)
    assert told in str(said[1])
    assert len(str(said[1])) < 1_000
    start_after = 1 if act == "decline" else 2
    assert said[2] == f"102 samples, start {start_after}, of 1"


def test_a_talkative_program_is_not_held_up(start, clips):
    assert each(start("stderr", 0), clips[:2])[1] == "101 samples, start 1, of 1"


@pytest.mark.parametrize("act", ["none", "stay"])
def test_a_program_is_gone_once_it_is_closed(start, clips, act):
    captioner = start(act)
    captioner.caption(clips[:1])
    pid = captioner.pid
    captioner.close()
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)
    captioner.close()


def test_a_program_killed_when_it_is_closed_is_no_failure(start):
    captioner = start("stay")
    os.kill(captioner.pid, 9)
    captioner.close()
    assert captioner.pid is None


def test_a_rate_that_the_program_does_not_hear_is_refused(tmp_path, resources):
    path = tmp_path / "loud.py"
    path.write_text(LOUD)
    command = (fake_command(tmp_path)[0], str(path))
    captioner = ProgramCaptioner(Asked(command), resources, QUICK)
    assert captioner.sample_rate_hz == 32_000
    captioner.close()
    with pytest.raises(BenchError, match=r"hears at 32,000 Hz, but sample_rate_hz=8000"):
        ProgramCaptioner(Asked(command, sample_rate_hz=8_000), resources, QUICK)

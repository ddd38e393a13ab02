"""Systems run from a program: installed ones and objects of its own, in one table."""

from __future__ import annotations

import pytest

from benchmark import SystemSpec, read_run, run
from benchmark.errors import RunError, UnknownNameError, UsageError


def says_rain(clip):
    return f"rain for {clip.duration_s:.1f} s"


class Loud:
    """Hears at a rate of its own, and fails at one clip."""

    sample_rate_hz = 8_000

    def caption(self, clips):
        if any(clip.clip_id == "test-01.wav" for clip in clips):
            raise ValueError("too loud")
        return [f"{clip.sample_rate_hz} hisses" for clip in clips]


@pytest.fixture
def start(clips_folder, tmp_path):
    def start(systems, **options):
        settings = {"limit": 3, "metrics": "rouge_l", "n_timed": 0, "out": tmp_path / "run"}
        return run(systems, f"folder:{clips_folder}:test", **{**settings, **options})

    return start


def test_objects_and_installed_systems_stand_in_one_sealed_run(start, tmp_path):
    result = start([says_rain, Loud(), "constant[caption=hiss]"])
    assert list(result) == ["says-rain", "loud", "constant[caption=hiss]"]
    assert result["says-rain"].captions["test-00.wav"] == "rain for 0.1 s"
    assert result["loud"].captions["test-00.wav"] == "8000 hisses"
    assert "test-01.wav" not in result["loud"].captions
    assert "too loud" in result["loud"].record.sealed.failed_clips["test-01.wav"]
    assert result.failures == {"loud": "at clip 'test-01.wav': ValueError: too loud"}
    assert "loud (incomplete, 1 failed)" in str(result)
    planned = result["says-rain"].record.planned
    assert (planned.distribution, planned.makeup.files) == ("objects of a program", None)
    assert planned.version.startswith("source ")
    assert read_run(tmp_path / "run").record.content_id == result.record.content_id
    with pytest.raises(RunError, match="holds a run already"):
        start(["constant"])


def test_names_alone_are_run_apart_from_the_program(start):
    result = start("constant,human", text_only=True)
    assert list(result) == ["constant", "human"]
    assert result.value("rouge_l", "human") > result.value("rouge_l", "constant")
    assert result["constant"].record.sealed.latency is None


def test_what_cannot_be_run_is_refused_before_any_work(start, tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean 'constant'"):
        start(["constent"])
    with pytest.raises(UsageError, match="is an object of this process; expected 'none'"):
        start([says_rain], isolation="process")
    with pytest.raises(UsageError, match="expected one of none, process, env"):
        start(["constant"], isolation="thread")
    with pytest.raises(UsageError, match="batch_size is 0"):
        start(["constant"], batch_size=0)
    assert not (tmp_path / "run").exists()


def test_a_record_of_a_system_declares_more_than_an_object_can(start):
    made = []

    def prepare(resources, options):
        made.append(resources.seed)
        return Loud()

    spec = SystemSpec("quiet", "for this test", prepare, kind="floor")
    result = start([spec], seed=7, limit=1)
    assert made == [7]
    assert result["quiet"].record.planned.kind == "floor"


def test_systems_join_the_table_of_a_run_that_is_there(start, tmp_path):
    first = start(["constant"], limit=2)
    again = start(
        ["constant[caption=hiss]"], limit=None, clips_of=tmp_path / "run", out=tmp_path / "again"
    )
    clips = [next(iter(result.record.systems.values())).scores for result in (first, again)]
    assert clips[0].clips_sha256 == clips[1].clips_sha256
    assert clips[1].n_scored == 2

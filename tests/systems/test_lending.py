"""What a captioner is lent, and how it ends."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest

from benchmark import Artifacts, Clip, PluginError, Resources
from benchmark.datasets.audio import read_sound
from benchmark.systems import lending
from benchmark.systems.lending import ClipFiles, close_captioner, closing, lent_scratch


class Closing:
    def __init__(self, close):
        self.close = close


@pytest.fixture
def resources(tmp_path):
    return Resources("cpu", 0, Artifacts(tmp_path / "artifacts"))


def clip(name="a", levels=(0.0, 0.5, -1.0, 1.0), rate_hz=16_000):
    return Clip(name, np.array(levels, np.float32), rate_hz)


def test_a_scratch_folder_is_there_while_it_is_lent_and_gone_with_its_files(resources):
    with lent_scratch(resources) as lent:
        (lent.scratch / "deep").mkdir()
        (lent.scratch / "deep" / "file").write_text("x")
        folder = lent.scratch
        assert folder == lent.scratch
        with lent_scratch(resources) as other:
            assert other.scratch != folder
    assert not folder.exists()


def test_no_folder_is_made_that_nobody_asks_for(resources, monkeypatch):
    monkeypatch.setattr(lending, "scratch_folder", None)
    with lent_scratch(resources):
        pass


def test_a_copy_of_the_process_takes_nothing_away(resources):
    with lent_scratch(resources) as lent, closing(Closing(lambda: None), "odd"):
        folder = lent.scratch
        if (pid := os.fork()) == 0:
            raise RuntimeError("a copy that comes back")
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0
        assert folder.is_dir()


def test_resources_made_by_hand_have_a_scratch_folder_too(resources):
    assert resources.scratch.is_dir()


def test_a_captioner_is_closed_once_whatever_happened(capsys):
    closed = []
    with (
        pytest.raises(LookupError),
        closing(Closing(lambda: closed.append(1)), "odd"),
    ):
        raise LookupError
    assert closed == [1]
    with closing(object(), "without close"):
        pass
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("close", "told"),
    [
        (lambda: 1 / 0, "odd: close() failed and was left: ZeroDivisionError"),
        (lambda: sys.exit(0), "PluginError: close() raised SystemExit(0)"),
        (7, "PluginError: the captioner's close is 7; expected a method"),
    ],
)
def test_a_close_that_fails_costs_a_line(close, told, capsys):
    with closing(Closing(close), "odd"):
        pass
    assert told in capsys.readouterr().err
    with pytest.raises((PluginError, ZeroDivisionError)):
        close_captioner(Closing(close))


def test_a_close_that_hangs_is_left(monkeypatch, capsys):
    monkeypatch.setattr(lending, "CLOSE_LIMIT_S", 0.05)
    with closing(Closing(lambda: __import__("time").sleep(60)), "odd"):
        pass
    assert "close() took longer than 0.05 s" in capsys.readouterr().err


def test_a_clips_file_holds_its_sound_as_sounds_are_read(tmp_path):
    files = ClipFiles(tmp_path)
    lent = files.lend(clip(levels=(0.0, 0.5, -1.0, 1.0, 2.0, 1 / 32_768)))
    levels = [0.0, 0.5, -1.0, 32_767 / 32_768, 32_767 / 32_768, 1 / 32_768]
    assert read_sound(lent.path, 16_000).tolist() == levels
    assert files.lend(clip()).path == lent.path
    assert files.lend(clip(rate_hz=8_000)).path != lent.path


def test_a_clip_without_a_sound_has_no_file_and_no_id_decides_its_name(tmp_path):
    files = ClipFiles(tmp_path)
    assert files.lend(clip(levels=())).path is None
    lent = files.lend(clip("../../etc/\x00passwd"))
    assert lent.path.parent == tmp_path


def test_only_the_latest_files_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(lending, "MOST_FILES", 2)
    files = ClipFiles(tmp_path)
    first, second, third = (files.lend(clip(name)).path for name in "abc")
    assert not first.exists()
    assert second.exists()
    assert third.exists()
    assert files.lend(clip("a")).path.exists()

"""A captioner with a scratch folder, files of clips and an end, on its way through a run."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmark.datasets.audio import read_sound
from benchmark.machine.facts import peak_rss_mib
from benchmark.runs.ledger import read_ledger

HOLDS_96_MIB = "block = bytearray(96 << 20); print('held', flush=True); input()"


class Borrower:
    """Reads the files of its clips, and writes down how it ended."""

    def __init__(self, resources, fails=False):
        self.resources, self.fails, self.paths, self.ends = resources, fails, [], []
        (resources.scratch / "own").write_text("x")

    def caption(self, clips):
        if self.fails:
            raise RuntimeError("told to")
        self.paths += [clip.path for clip in clips]
        lengths = [len(read_sound(clip.path, clip.sample_rate_hz)) for clip in clips]
        assert lengths == [len(clip.waveform) for clip in clips]
        return [f"{length} samples" for length in lengths]

    def close(self):
        self.ends.append((self.resources.scratch / "own").read_text())


@pytest.fixture
def borrow(noises):
    def borrow(*, fails=False, **settings):
        made = []

        def prepare(resources, options):
            made.append(Borrower(resources, fails))
            return made[-1]

        failure = noises.run(prepare, **{"needs_file": True, "n_timed": 2, **settings})
        return made, failure

    return borrow


def test_each_clip_has_its_file_when_it_is_captioned_and_when_it_is_timed(borrow):
    (borrower,), failure = borrow(batch_size=2)
    assert failure is None
    assert len(borrower.paths) == 5 + 3  # the warm-up is timed, too
    assert len(set(borrower.paths)) == 5
    assert not any(path.exists() for path in borrower.paths)


def test_who_needs_no_file_gets_none(noises):
    seen = []

    class Watching:
        def caption(self, clips):
            seen.extend(clip.path for clip in clips)
            return ["a sound" for _ in clips]

    assert noises.run(Watching()) is None
    assert seen == [None] * 5


@pytest.mark.parametrize("fails", [False, True])
def test_it_is_closed_once_before_its_folder_goes(borrow, fails):
    (borrower,), failure = borrow(fails=fails)
    assert (failure is not None) == fails
    assert borrower.ends == ["x"]
    assert not borrower.resources.scratch.is_dir()


def test_each_fold_has_an_end_of_its_own(borrow):
    made, failure = borrow(leave_one_out=True, n_timed=0)
    assert failure is None
    assert [borrower.ends for borrower in made] == [["x"]] * 3
    assert len({borrower.resources.scratch for borrower in made}) == 3


def test_a_program_counts_with_the_memory_that_it_holds(noises):
    class Outside:
        def __init__(self, resources, options):
            pipe = subprocess.PIPE
            command = [sys.executable, "-S", "-c", HOLDS_96_MIB]
            self.program = subprocess.Popen(command, stdin=pipe, stdout=pipe)
            self.program.stdout.readline()

        def caption(self, clips):
            return ["a sound" for _ in clips]

        def close(self):
            self.program.communicate(b"\n")

    assert noises.run(Outside) is None
    (machine,) = read_ledger(noises.path).machines
    assert machine.peak_rss_mib > peak_rss_mib() + 90

"""One process of a program: it ends with all that it started, and with the bench."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import pytest
from killed import run_until

from benchmark.errors import UsageError
from benchmark.systems.program.process import EndedError, Grace, Process

QUICK = Grace(after_eof_s=0.05, after_term_s=0.05)
CHILDREN = "sleep 60 & echo $!; read line; echo {}; wait"
KILLED = """
import sys
from pathlib import Path
from benchmark.systems.program.process import Process

process = Process([sys.executable, "-c", "import time; time.sleep(60)"], {})
Path(sys.argv[1]).write_text(str(process.pid))
print("started", flush=True)
input()
"""


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for_end(pid):
    end_s = time.monotonic() + 5
    while is_alive(pid):
        assert time.monotonic() < end_s, f"{pid} is alive"
        time.sleep(0.005)


def test_what_a_program_started_ends_with_it():
    process = Process([shutil.which("sh"), "-c", CHILDREN], {})
    child = int(process.ask(b"\n"))
    assert is_alive(child)
    process.close(QUICK)
    wait_for_end(child)
    assert process.is_over


def test_a_child_that_outlives_its_program_ends_too():
    process = Process([shutil.which("sh"), "-c", "sleep 60 & echo $!"], {})
    child = int(process.ask(b"\n"))
    process.close(QUICK)
    wait_for_end(child)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells children of a death")
def test_a_program_ends_where_the_bench_is_killed(tmp_path):
    run_until("started", KILLED, tmp_path / "pid")
    wait_for_end(int((tmp_path / "pid").read_text()))


def test_a_program_has_the_settings_of_the_bench_and_its_own(monkeypatch):
    monkeypatch.setenv("OF_THE_BENCH", "a")
    process = Process([shutil.which("sh"), "-c", 'echo "$OF_THE_BENCH $OWN"'], {"OWN": "b"})
    assert process.ask(b"\n") == b"a b"
    process.close(QUICK)


def test_an_answer_is_read_whole_and_no_further():
    process = Process([shutil.which("sh"), "-c", "read x; printf 'a\\nb'; read x; echo c"], {})
    assert process.ask(b"\n") == b"a"
    assert process.ask(b"\n") == b"bc"
    with pytest.raises(EndedError, match="ended with exit code 0 before it answered"):
        process.ask(b"\n")
    process.close(QUICK)


def test_a_death_is_seen_where_a_child_holds_the_output_open():
    process = Process([shutil.which("sh"), "-c", "sleep 60 & read x; kill -9 $$"], {})
    start_s = time.monotonic()
    with pytest.raises(EndedError, match="was killed by SIGKILL"):
        process.ask(b"\n")
    assert time.monotonic() - start_s < 5


def test_a_program_that_closes_its_output_is_not_said_to_be_killed():
    process = Process([shutil.which("sh"), "-c", "read x; exec 1>&-; sleep 60"], {})
    with pytest.raises(EndedError, match="closed its standard input or output before it answered"):
        process.ask(b"\n")


def test_a_command_that_cannot_be_is_told():
    with pytest.raises(UsageError, match=r"'a\\x00b' cannot be started: embedded null byte"):
        Process(["a\x00b"], {})


def test_only_the_end_of_standard_error_is_kept():
    process = Process([sys.executable, "-c", "import os; os.write(2, b'x' * 100000 + b'end')"], {})
    told = str(process.ended())
    assert told.endswith("xend")
    assert len(told) < 5_000

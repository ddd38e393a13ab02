"""Standard output while strange code runs."""

from __future__ import annotations

import os
import subprocess
import sys

from benchmark.machine.descriptors import stdout_to_stderr


def test_what_strange_code_prints_goes_to_standard_error(capfd):
    with stdout_to_stderr():
        sys.stdout.write("printed\n")
        os.write(1, b"written\n")
        subprocess.run(["echo", "echoed"], check=True)
    sys.stdout.write("the product\n")
    out, err = capfd.readouterr()
    assert out == "the product\n"
    assert sorted(err.split()) == ["echoed", "printed", "written"]


def test_an_error_gives_standard_output_back(capfd):
    try:
        with stdout_to_stderr():
            raise KeyError
    except KeyError:
        os.write(1, b"after\n")
    assert capfd.readouterr().out == "after\n"


def test_a_process_without_standard_output_does_not_mind():
    code = (
        "from benchmark.machine.descriptors import stdout_to_stderr\n"
        "with stdout_to_stderr(): print('said', flush=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdout=None,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.close(1),
    )
    assert done.returncode == 0, done.stderr

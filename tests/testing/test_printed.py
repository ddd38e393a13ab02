"""What a captioner writes to standard output, or to standard error with each call, is told."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from odd_captioners import Captioner, describe_all, findings, prepared

from benchmark.testing import check_captioner

WAYS = {
    "print": lambda stream: print("loading", file=getattr(sys, stream)),
    "descriptor": lambda stream: os.write({"stdout": 1, "stderr": 2}[stream], b"loading\n"),
    "child": lambda stream: subprocess.run(
        ["sh", "-c", f"echo loading >&{ {'stdout': 1, 'stderr': 2}[stream] }"], check=True
    ),
}


def tried(when, speak):
    """Make a system that speaks when it is prepared, called or closed."""

    def prepare(resources, options):
        def caption(clips):
            if when == "caption":
                speak()
            return describe_all(clips)

        if when == "prepare":
            speak()
        return Captioner(caption, close=speak if when == "close" else lambda: None)

    return prepared(prepare)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("when", ["prepare", "caption", "close"])
def test_standard_output_is_the_commands_own(way, when, capfd):
    found = findings(tried(when, lambda: WAYS[way]("stdout")))
    assert list(found) == ["output"]
    assert found["output"].startswith("it wrote 'loading\\n")
    assert (
        "to stdout; expected nothing there, for what reads the output of a comm" in found["output"]
    )
    print("heard again")  # noqa: T201
    os.write(1, b"by both ways\n")
    assert capfd.readouterr().out == "heard again\nby both ways\n"


@pytest.mark.parametrize("way", WAYS)
def test_standard_error_may_be_written_to_but_not_with_each_call(way):
    check_captioner(tried("prepare", lambda: WAYS[way]("stderr")))
    n_said = iter(range(1))
    check_captioner(tried("caption", lambda: [WAYS[way]("stderr") for _ in n_said]))
    found = findings(tried("caption", lambda: WAYS[way]("stderr")))
    assert list(found) == ["output"]
    assert found["output"].startswith("in caption() it wrote 'loading\\n' to stderr; expected noth")


def test_a_stream_that_is_put_in_the_place_of_another_is_told():
    before = sys.stdout

    def speak():
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
        sys.stdout.close()

    found = findings(tried("close", speak))
    assert "sys.stdout is another object than before" in found["output"]
    assert sys.stdout is before

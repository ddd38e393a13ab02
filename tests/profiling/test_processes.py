"""Processes that profile systems, and end."""

from __future__ import annotations

import time
from pathlib import Path

from benchmark.profiling.processes import _profile
from benchmark.profiling.profile import Failure
from benchmark.profiling.request import ProfileRequest


def test_a_process_that_does_not_end_in_time_is_killed():
    start = time.monotonic()
    outcome = _profile(ProfileRequest(("constant",), "soundscapes", Path("data")), 0.05)
    assert outcome == Failure("its process did not end within 0.05 s, and was killed")
    assert time.monotonic() - start < 5

"""The names of the doorway are found in the package, and cost nobody who asks for none."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import benchmark
from benchmark import api


def test_the_package_has_every_name_of_the_doorway():
    for name in api.__all__:
        assert getattr(benchmark, name) is getattr(api, name)
    assert set(api.__all__) <= set(dir(benchmark))
    assert not set(api.__all__) & set(benchmark.__all__)  # which is for plugins
    with pytest.raises(ImportError, match="cannot import name 'scores'"):
        from benchmark import scores  # noqa: F401


def test_importing_the_package_loads_nothing_of_the_doorway():
    code = "import benchmark, json, sys; print(json.dumps([*sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours = {name for name in json.loads(done.stdout) if name.startswith("benchmark.")}
    rooms = {name.split(".")[1] for name in ours}
    assert not rooms & {"api", "runs", "metrics", "leaderboard", "datasets", "systems"}

"""A user's file that is strict about types finds those of the doorway."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import benchmark

SOURCE = Path(__file__).with_name("typed_user.py")
SETTINGS = """
[mypy]
strict = true

[mypy-benchmark.*]
ignore_errors = true
ignore_missing_imports = true

# No type of these stands in the doorway, and reading them takes a minute.
[mypy-torch.*,transformers.*,tokenizers.*,safetensors.*,huggingface_hub.*,matplotlib.*,scipy.*]
follow_imports = skip
"""


def test_a_file_of_a_user_is_checked_as_strictly_as_can_be(tmp_path):
    (tmp_path / "mypy.ini").write_text(SETTINGS)
    (tmp_path / "user.py").write_text(SOURCE.read_text())
    place = Path(benchmark.__file__).parents[1]
    found = {} if place.name == "site-packages" else {"MYPYPATH": str(place)}
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "user.py"],
        cwd=tmp_path,
        env={**os.environ, **found},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr

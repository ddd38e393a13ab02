"""A scratch folder that lives as long as its process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import os, sys
from benchmark.files import scratch_of_process
folder = scratch_of_process()
(folder / "file").write_text("x")
assert folder == scratch_of_process()
if os.fork() == 0:
    sys.exit(0)
os.wait()
assert folder.is_dir()
print(folder)
"""


def test_it_goes_with_its_process_and_with_no_copy_of_that():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    folder = Path(done.stdout.strip())
    assert folder.is_absolute()
    assert not folder.exists()

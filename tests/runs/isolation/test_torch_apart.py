"""What one system sets in torch for its whole process is not what the next one finds."""

from __future__ import annotations

import json
import subprocess
import sys

from bench_process import bench_environment
from plugin_distributions import write_distribution
from small_clips import write_clips

PLUGIN = """
from benchmark import SystemSpec, hookimpl

BENCH_API = 2

class Says:
    def caption(self, clips):
        import torch
        made = torch.zeros(1)
        return [f"{made.dtype} on {made.device}, {torch.is_grad_enabled()}" for _ in clips]

def spoil(resources, options):
    import torch
    torch.set_default_dtype(torch.bfloat16)
    torch.set_default_device("meta")
    torch.set_grad_enabled(False)
    return Says()

@hookimpl
def bench_systems():
    yield SystemSpec("spoiler", "changes what is usual", spoil)
    yield SystemSpec("bystander", "says what is usual", lambda resources, options: Says())
"""


def test_defaults_of_torch_stay_with_the_system_that_set_them(tmp_path):
    (tmp_path / "site").mkdir()
    write_distribution(tmp_path / "site", "bench-spoiler", PLUGIN)
    clips = write_clips(tmp_path / "clips", n_test=1)
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", "run", "--systems", "spoiler,bystander",
         "--dataset", f"folder:{clips}:test", "--metrics", "bleu_1", "--profile", "0",
         "--out", "run"],
        cwd=tmp_path, env=bench_environment(tmp_path / "site"), capture_output=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    lines = map(json.loads, (tmp_path / "run" / "ledger.jsonl").read_text().splitlines())
    assert {line["system"]: line["caption"] for line in lines if line["row"] == "clip"} == {
        "spoiler": "torch.bfloat16 on meta, False",
        "bystander": "torch.float32 on cpu, True",
    }

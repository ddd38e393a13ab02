"""Runs to look for the modality gap behind, and what looks."""

from __future__ import annotations

import json

from click.testing import CliRunner
from resealed import reseal

from benchmark.cli.main import bench as cli


def captioned(out, dataset, *arguments):
    result = invoke("run", "--systems", "constant,random-train", "--dataset", dataset,
                    "--metrics", "sent_len.cands", "--profile", "0", "--out", out,
                    *arguments)  # fmt: skip
    assert result.exit_code == 0, result.output
    return out


def invoke(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def run_on_training(place, out):
    """Make a run on the split whose captions are its memory."""
    dataset = f"folder:{place / 'clips'}"
    captioned(out, f"{dataset}:train", "--train", f"{dataset}:test")
    plan = json.loads((out / "plan.json").read_text())
    (out / "plan.json").write_text(json.dumps({**plan, "train": None}))
    reseal(out)
    return out

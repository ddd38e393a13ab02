"""A metric that fails: all else is printed, and the exit code tells."""

from __future__ import annotations

import csv

from click.testing import CliRunner
from real_captions import read_rows
from shared_data import shared_path

from benchmark.cli.main import bench as command_line
from benchmark.metrics.spice.limits import SpiceLimits


def test_a_spice_that_hangs_ends_the_command_with_3_after_all_else_is_printed(
    monkeypatch, tmp_path
):
    monkeypatch.setenv("BENCH_SPICE_JARS", str(shared_path("data/models/spice")))
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(SpiceLimits, "timeout_s", lambda _: 0.01)
    captions = tmp_path / "captions.csv"
    rows = sorted(
        (name, row["caption_predicted"]) for name, row in read_rows("conette_clotho_eval").items()
    )
    with captions.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("file_name", "caption_predicted"), *rows[:5]])
    arguments = [
        "score", str(captions), "--dataset", "clotho:evaluation", "--allow-missing",
        "--data-root", str(shared_path("data")), "--metrics", "cider_d,spice,spider",
        "--out", str(tmp_path / "run"),
    ]  # fmt: skip
    result = CliRunner().invoke(command_line, arguments)
    assert result.exit_code == 3, result.output
    told = " ".join(result.output.split())
    assert "CIDEr-D" in told
    assert "SPICE, SPIDEr: SPICE gave no answer" in told
    assert (tmp_path / "run/manifest.json").exists()

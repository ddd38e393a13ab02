"""Runs of captions files over a made-up folder data set, for tests that hold rows together."""

from __future__ import annotations

import csv

from click.testing import CliRunner

from benchmark.cli.main import bench as cli

GOOD = "a noise number {} hisses"
POOR = "a hiss"


def invoke(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def write_captions(path, captions):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("file_name", "caption_predicted"), *captions.items()])
    return path


def good_on(clips, n_clips=12):
    """Captions of the folder's clips: true to the reference on ``clips``, poor on the others."""
    return {
        f"test-{clip:02d}.wav": GOOD.format(clip) if clip in clips else POOR
        for clip in range(n_clips)
    }


def score(folder, out, captions, metrics="bleu_1,rouge_l,cider_d,sent_len.cands"):
    """Score one file a system and return the run's folder."""
    out.mkdir(exist_ok=True)
    files = [write_captions(out / f"{name}.csv", texts) for name, texts in captions.items()]
    result = invoke("score", *files, "--dataset", f"folder:{folder}:test", "--metrics", metrics,
                    "--allow-missing", "--out", out / "run")  # fmt: skip
    assert result.exit_code == 0, result.output
    return out / "run"

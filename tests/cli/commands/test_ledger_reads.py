"""How often a command opens a ledger: once where there is one, never where it makes it."""

from __future__ import annotations

import json

import pytest
from opened_files import list_reads

LEDGER = "ledger.jsonl"


@pytest.fixture
def reads(toy_site, tmp_path):
    def run(*arguments):
        return list_reads(toy_site, tmp_path, LEDGER, *arguments)

    return run


def test_a_ledger_is_opened_once_by_who_goes_on_with_it_and_never_by_who_makes_it(
    reads, clips_folder, tmp_path
):
    run = tmp_path / "run"
    arguments = ("run", "--systems", "toy,constant", "--dataset", f"folder:{clips_folder}",
                 "--profile", "4", "--metrics", "bleu_1", "--out", "run")  # fmt: skip
    assert reads(*arguments) == []
    kinds = [json.loads(line)["row"] for line in (run / LEDGER).read_text().splitlines()]
    assert kinds.count("profile") == 8  # both passes took place

    assert reads("run", "--resume", "run") == ["run/ledger.jsonl"]

    (run / "manifest.json").unlink()
    lines = (run / LEDGER).read_text().splitlines(keepends=True)
    (run / LEDGER).write_text("".join(lines[:5]))
    assert reads("run", "--resume", "run") == ["run/ledger.jsonl"]
    assert (run / LEDGER).read_text().count('"profile"') == 8

    assert reads("rescore", "run", "--metrics", "cider_d") == ["run/ledger.jsonl"]


def test_each_seeds_ledger_is_opened_once(reads, clips_folder):
    arguments = ("run", "--systems", "random-train", "--seeds", "1,2", "--out", "seeds",
                 "--dataset", f"folder:{clips_folder}", "--metrics", "bleu_1")  # fmt: skip
    assert reads(*arguments) == []
    both = [f"seeds/seed-{seed}/{LEDGER}" for seed in (1, 2)]
    assert reads("run", "--resume", "seeds") == both
    assert reads("rescore", "seeds") == both


def test_scoring_files_opens_no_ledger(reads, clips_folder, tmp_path):
    names = [f"test-{index:02d}.wav" for index in range(12)]
    lines = ["file_name,caption_predicted", *(f"{name},a quiet noise" for name in names)]
    (tmp_path / "mine.csv").write_text("\n".join(lines) + "\n")
    scored = reads("score", "mine.csv", "--dataset", f"folder:{clips_folder}", "--out", "scored",
                   "--metrics", "bleu_1")  # fmt: skip
    assert scored == []
    assert reads("run", "--resume", "scored") == [f"scored/{LEDGER}"]

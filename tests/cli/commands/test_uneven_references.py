"""Clips with 5, 2 and 1 references in one file of numbered columns: blanks are no captions."""

from __future__ import annotations

import json

import pytest
from scored_files import invoke, write_captions

WIDE = """file_name,caption_1,caption_2,caption_3,caption_4,caption_5
a.wav,a dog barks loudly,the dog is barking,dog barking at night,a loud dog bark,barks of a dog
b.wav,rain falls on a roof,heavy rain on a tin roof,,,
c.wav,a car drives past,,,,
"""
TRAIN = (
    "file_name,caption_1,caption_2,caption_3\nd.wav,a bell rings,,\ne.wav,,wind,a gust of wind\n"
)
CAPTIONS = {
    "a.wav": "a dog barks at night",
    "b.wav": "rain falls on a tin roof",
    "c.wav": "a car drives past",
}


@pytest.fixture
def wide(tmp_path):
    folder = tmp_path / "wide"
    folder.mkdir()
    (folder / "test.csv").write_text(WIDE)
    (folder / "train.csv").write_text(TRAIN)
    return folder


@pytest.fixture
def tall(tmp_path):
    """The same references, a row each."""
    folder = tmp_path / "tall"
    folder.mkdir()
    _, *lines = WIDE.splitlines()
    cells = [line.split(",") for line in lines]
    rows = [f"{name},{text}" for name, *texts in cells for text in texts if text]
    (folder / "test.csv").write_text("\n".join(["file_name,caption", *rows, ""]))
    return folder


def score(folder, out):
    file = write_captions(out.parent / "system.csv", CAPTIONS)
    arguments = ("--dataset", f"folder:{folder}", "--metrics", "lexical", "--out", out)
    result = invoke("score", file, *arguments)
    assert result.exit_code == 0, result.output
    return json.loads((out / "scores.json").read_text())["systems"]["system"]["metrics"]


def test_both_forms_of_the_same_references_give_the_same_scores(wide, tall, tmp_path):
    scores = score(wide, tmp_path / "run")
    assert scores == score(tall, tmp_path / "again")
    assert ["refs", "1-5"] in scores["cider_d"]["signature"]["parts"]


def test_people_and_drawn_training_captions_are_never_blank(wide, tmp_path):
    out = tmp_path / "run"
    result = invoke("run", "--systems", "human,random-train", "--dataset", f"folder:{wide}",
                    "--metrics", "lexical", "--text-only", "--out", out)  # fmt: skip
    assert result.exit_code == 0, result.output
    lines = map(json.loads, (out / "ledger.jsonl").read_text().splitlines())
    rows = [line for line in lines if line["row"] == "clip"]
    assert {row["system"] for row in rows} == {"human", "random-train"}
    assert all(row["caption"].strip() for row in rows)
    said = [row["caption"] for row in rows if row["system"] == "human"]
    assert len(said) == 7  # five of one clip and two of another; the third has no other reference
    assert "rain falls on a roof" in said
    manifest = json.loads((out / "manifest.json").read_text())
    assert {system["n_empty"] for system in manifest["systems"].values()} == {0}

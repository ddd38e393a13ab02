"""A result is a table for people and frames for programs, and can be kept."""

from __future__ import annotations

import numpy as np
import pytest
from scored_files import invoke

from benchmark import read_run, score
from benchmark.errors import RunError, UnknownNameError, UsageError

REFERENCES = {"a.wav": ["a dog barks at a gate"], "b.wav": ["rain falls heavily on a roof"]}
TRUE = {key: texts[0] for key, texts in REFERENCES.items()}
ALL_OF_TWO_LOW = 0.025**0.5
"""The lower exact bound of a share that is 1 in two of two clips."""
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def result():
    poor = dict.fromkeys(REFERENCES, "a")
    return score({"good": TRUE, HOSTILE: poor}, REFERENCES, metrics="lexical,vocab.cands")


def test_a_frame_has_a_row_a_system_and_an_interval_beside_each_value(result):
    frame = result.to_pandas()
    assert list(frame.index) == ["good", HOSTILE]
    found = frame.loc["good", ["rouge_l", "rouge_l.low", "rouge_l.high"]].tolist()
    assert found == pytest.approx([1, ALL_OF_TWO_LOW, 1])
    assert frame.loc["good", "cider_d"] == result["good"].value("cider_d")


def test_a_frame_of_clips_has_a_row_a_system_and_clip(result):
    frame = result.per_clip
    assert frame.index.names == ["system", "clip_id"]
    assert frame.loc["good", "caption"].to_dict() == TRUE
    assert frame.loc[("good", "b.wav"), "rouge_l"] == 1
    np.testing.assert_array_equal(frame.loc["good", "cider_d"], result["good"].per_clip["cider_d"])


def test_systems_and_metrics_are_looked_up_by_name(result):
    assert list(result) == ["good", HOSTILE]
    assert len(result) == 2
    cell = result["good"]["rouge_l"]
    assert (cell.value, cell.low, cell.high) == pytest.approx((1.0, ALL_OF_TWO_LOW, 1.0))
    assert cell.reason is None
    assert result.value("rouge_l", "good") == 1.0
    assert result["good"].signatures["rouge_l"].startswith("rouge_l|aac-bench:")
    assert (result["good"].absent, result.failures, result.path) == ({}, {}, None)
    with pytest.raises(UnknownNameError, match="Did you mean 'good'"):
        result["goood"]
    with pytest.raises(UnknownNameError, match="Did you mean 'cider_d'"):
        result["good"]["cider"]
    with pytest.raises(UsageError, match="holds 2 systems"):
        result.value("rouge_l")


def test_the_table_is_that_of_the_command_and_what_others_wrote_obeys_nobody(result, tmp_path):
    kept = result.save(tmp_path / "mine.json")
    printed = invoke("leaderboard", tmp_path / "mine.json")
    assert printed.exit_code == 0, printed.output
    assert str(kept).strip() == printed.output.strip()
    whole = invoke("leaderboard", tmp_path / "mine.json", "--wide")
    assert kept.table().strip() == whole.output.strip()
    assert max(map(len, kept.table(width=60).splitlines())) <= 60
    page = result._repr_html_()
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert repr(result) == "<2 systems on 2 clips of folder:test; print() shows it>"
    by_rouge = result.table("md", rank_by="rouge_l")
    assert "Ranked by ROUGE-L." in by_rouge
    with pytest.raises(UsageError, match="nothing is ranked"):
        result.table(rank_by="vocab.cands")


def test_a_result_that_was_kept_is_read_again_whole(result, tmp_path):
    kept = result.save(tmp_path / "mine.json")
    again = read_run(str(tmp_path / "mine.json"))
    assert again.record.content_id == kept.record.content_id == result.record.content_id
    assert again.path == kept.path == tmp_path / "mine.json"
    assert again["good"].captions == TRUE
    assert again.to_pandas().equals(result.to_pandas())
    with pytest.raises(RunError, match="is there already"):
        result.save(tmp_path / "mine.json")


def test_what_ipython_prints_is_the_table(result):
    class Printer:
        def text(self, text):
            self.said = text

    printer = Printer()
    result._repr_pretty_(printer, False)
    assert printer.said == str(result)

"""A sealed run is read whole; one that was edited is refused as commands refuse it."""

from __future__ import annotations

import json

import pytest

from benchmark import read_run
from benchmark.errors import RunError
from benchmark.runs import scores_frame


def test_a_run_is_read_with_all_that_it_says(finished_run):
    result = read_run(str(finished_run))
    assert list(result) == ["constant", "human"]
    assert result.path == finished_run
    assert result["human"].record.planned.kind == "ceiling"
    assert result.to_pandas().equals(scores_frame(result.record))
    assert len(result.per_clip.loc["constant"]) == 12


def test_an_edited_run_is_refused_unless_it_is_trusted(finished_run):
    scores = json.loads((finished_run / "scores.json").read_text())
    scores["systems"]["constant"]["metrics"]["rouge_l"]["value"] = 0.99
    (finished_run / "scores.json").write_text(json.dumps(scores))
    with pytest.raises(RunError, match=r"scores\.json"):
        read_run(finished_run)
    assert "EDITED" in str(read_run(finished_run, trust_edited=True))

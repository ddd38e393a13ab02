"""``bench meta-eval`` from the command line, on Clotho-Eval."""

from __future__ import annotations

import json

import pytest
from read_tables import read_text
from shared_data import shared_path


@pytest.fixture
def meta_eval(bench):
    def run(*arguments, data_root=None):
        return bench("meta-eval", "--human", shared_path("data/human/clotho_eval.json"),
                     *arguments, BENCH_DATA=str(data_root or shared_path("data")))  # fmt: skip

    return run


def test_the_table_shows_agreement_per_category_with_intervals_and_counts(meta_eval):
    done = meta_eval("--metrics", "lexical", "--wide")
    assert done.returncode == 0, done.stderr
    columns, counts, *lines = read_text(done.stdout)
    assert columns == ["metric", "HC", "HI", "HM", "MM", "total"]
    assert counts[1:] == [f"({n} pairs)" for n in ("210", "244", "232", "869", "1,555")]
    rows = {label: cells for label, *cells in lines}
    metrics = ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "ROUGE-L", "CIDEr-D"]
    assert list(rows) == [*metrics, "(a coin)", "(one judge)"]
    assert [cell.split()[0] for cell in rows["BLEU-1"]] == ["51.0", "90.6", "65.5", "50.3", "59.0"]
    low, high = rows["BLEU-1"][-1].split(" ", 1)[1].strip("[]").split(", ")
    assert float(low) < 59.0 < float(high)
    assert "IDF of CIDEr-D: from the references of clotho:evaluation, 1,045 clips." in done.stdout


def test_what_cannot_run_is_listed_with_the_reason_even_where_nothing_can(meta_eval, tmp_path):
    done = meta_eval("--metrics", "sent_len.cands,vocab.cands")
    assert done.returncode == 0, done.stderr
    assert "Unavailable: Vocabulary, Words a caption: it describes many captions" in done.stdout


def test_json_holds_raw_values_counts_and_signatures(meta_eval):
    done = meta_eval("--metrics", "rouge_l,vocab.cands", "--format", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["human"] == "clotho_eval.json"
    assert report["n_clips"] == 250
    assert report["n_pairs"] == {"HC": 250, "HI": 250, "HM": 250, "MM": 1000, "total": 1750}
    assert report["n_judged"]["total"] == 1555
    rouge_l = report["metrics"]["rouge_l"]
    assert rouge_l["available"]
    assert "protocol:fense" in rouge_l["signature"]
    total = rouge_l["agreement"]["total"]
    assert total["value"] == pytest.approx(total["n_agreed"] / 1555)
    assert total["low"] < total["value"] < total["high"]
    assert not report["metrics"]["vocab.cands"]["available"]
    assert report["metrics"]["vocab.cands"]["reason"]


def test_markdown_is_one_table(meta_eval, tmp_path):
    done = meta_eval("--metrics", "cider_d", "--format", "md", data_root=tmp_path / "nothing")
    assert done.returncode == 0, done.stderr
    table = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert len(table) == 5
    assert [line.split()[1] for line in table[2:]] == ["CIDEr-D", "(a", "(one"]
    assert "of clotho_eval.json, 250 clips, for want of the whole split's: no" in done.stdout


def test_a_data_set_with_other_clips_and_unknown_metrics_are_refused(meta_eval):
    done = meta_eval("--dataset", "clotho:validation")
    assert done.returncode == 2
    assert "references of 250 of the 250 clips" in done.stderr
    done = meta_eval("--metrics", "cider")
    assert done.returncode == 2
    assert "Did you mean 'cider_d'?" in done.stderr

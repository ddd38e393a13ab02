"""Numbers in print in the table itself."""

from __future__ import annotations

import json

from leaderboard_rows import cell, row
from read_tables import read_markdown

from benchmark.leaderboard.tables import render

CONETTE = "95d8fff5dd477f84806107046f75ec727cdcf025da026b40637e013b6f169933"


def conette(metrics=None, **changes):
    return row("mine", 0.4818, metrics=metrics, command="score", version=CONETTE, **changes)


def lines(rows, **options):
    return read_markdown(render(rows, "md", beside=True, **options))


def test_what_is_printed_stands_below_the_row_that_it_is_of():
    header, first, printed, second = lines([row("other", 0.1), conette()])
    assert [line[:2] for line in (first, printed, second)] == [
        ["1", "mine"],
        ["in print", "CoNeTTE HF checkpoint"],
        ["2", "other"],
    ]
    at = header.index("CIDEr-D")
    assert [line[at] for line in (first, printed)] == ["48.2 [47.2, 49.2]", "48.18"]


def test_a_metric_that_is_only_in_print_has_a_column_in_the_usual_order():
    header, first, printed = lines([conette()])
    assert header[2:] == ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "METEOR", "ROUGE-L", "CIDEr-D",
                          "SPICE", "SPIDEr", "SPIDEr-FL", "FENSE"]  # fmt: skip
    at = header.index("SPIDEr")
    assert (first[at], printed[at]) == ("\N{EN DASH}", "30.97")


def test_numbers_of_the_field_s_model_do_not_stand_under_another_model():
    def fense(model):
        return {"fense": cell(0.6, None, "fense", [("model", model)])}

    for model, is_standard in (("paraphrase-TinyBERT-L6-v2", True), ("all-MiniLM-L6-v2", False)):
        header, first, printed = lines([conette(fense(model))], rank_by="fense")
        at = header.index("FENSE" if is_standard else f"FENSE ({model})")
        assert first[at].startswith("60.0 [")
        assert printed[at] == ("51.72" if is_standard else "\N{EN DASH}")
        assert header.count("FENSE") == 1  # under another model a column of its own
        assert printed[header.index("FENSE")] == "51.72"


def test_a_note_says_where_it_is_printed_and_why_it_is_taken_for_the_same():
    text = render([conette()], "text", beside=True)
    assert "In print, not measured here: CoNeTTE HF checkpoint, Labbeti/conette" in text
    assert "the same captions" in text
    assert "in print" not in render([conette()], "text").casefold()


def test_json_holds_nothing_in_print():
    (record,) = json.loads(render([conette()], "json", beside=True))
    assert record["system"] == "mine"


def test_a_table_of_which_nothing_is_in_print_stays_as_it_is():
    rows = [row("a"), row("b", 0.3)]
    assert render(rows, "md", beside=True) == render(rows, "md")

"""What BERTScore's signature says: all that decides its numbers."""

from __future__ import annotations

import json

from tiny_models import make_bert

from benchmark.metrics.bertscore.metric import BERT_SCORE_MODEL, BertScore, signature_parts
from benchmark.models.weights import choose_model


def parts_of(folder, **options):
    return dict(signature_parts(BertScore(choose_model(BERT_SCORE_MODEL, folder), **options)))


def test_the_signature_names_all_that_decides_the_numbers(tmp_path):
    parts = parts_of(make_bert(tmp_path / "bert"), layer=1, idf=True)
    assert list(parts) == [
        *("model", "weights", "tokenizer", "max_tokens", "layer", "idf", "rescaled")
    ]
    assert (parts["model"], parts["layer"], parts["idf"]) == ("bert", "1", "yes")
    assert (parts["max_tokens"], parts["rescaled"]) == ("512", "no")


def test_equal_weights_that_read_otherwise_have_other_signatures(tmp_path):
    usual, cased, short = (make_bert(tmp_path / name / "bert") for name in ("1", "2", "3"))
    for folder, change in ((cased, {"do_lower_case": False}), (short, {"model_max_length": 8})):
        config = json.loads((folder / "tokenizer_config.json").read_text())
        (folder / "tokenizer_config.json").write_text(json.dumps({**config, **change}))
    parts = [parts_of(folder) for folder in (usual, cased, short)]
    assert len({of["weights"] for of in parts}) == 1
    assert [of["max_tokens"] for of in parts] == ["512", "512", "8"]
    assert parts[0]["tokenizer"] == parts[2]["tokenizer"] != parts[1]["tokenizer"]

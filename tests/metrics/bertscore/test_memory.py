"""How much memory a search through a corpus takes that is larger than its budget."""

from __future__ import annotations

import json
import os
import subprocess
import sys

BUDGET_MIB = 64
SEARCH = """
import json, resource, sys
import numpy as np
import torch
from pathlib import Path
from transformers import BertConfig, BertModel
from tiny_models import make_bert
from benchmark.metrics.bertscore import BertScore
from benchmark.models.weights import choose_model

folder = make_bert(Path(sys.argv[1]) / "wide")
config = BertConfig.from_pretrained(folder)
config.hidden_size, config.intermediate_size, config.num_hidden_layers = 256, 16, 1
BertModel(config).save_pretrained(folder)
words = np.array(["a", "dog", "bark", "rain", "and"])
rng = np.random.default_rng(0)
corpus = [" ".join(words[rng.integers(0, 5, 198)]) for _ in range(3000)]
scorer = BertScore(choose_model("bert", folder), memory_mib=int(sys.argv[2]))
scorer.score_pairs(corpus[:1], corpus[:1])  # what libraries take on their first call


def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


before = peak_mib()
indices, _ = scorer.top_k([corpus[7], corpus[2000]], corpus, 1)
print(json.dumps({"before": before, "after": peak_mib(), "best": indices[:, 0].tolist()}))
"""


def test_a_corpus_of_ten_times_the_budget_stays_within_it(tmp_path):
    """3,000 texts of 200 tokens of 1 KiB: 586 MiB of states."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "BENCH_CACHE": str(tmp_path / "cache"),
    }
    done = subprocess.run(
        [sys.executable, "-c", SEARCH, str(tmp_path), str(BUDGET_MIB)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["best"] == [7, 2000]
    assert found["after"] - found["before"] < BUDGET_MIB + 300, found

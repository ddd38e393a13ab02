"""The kernel for GPUs against the float32 path, where there is a GPU."""

from __future__ import annotations

import numpy as np
import pytest
from bertscore_oracle import made_up_texts
from tiny_models import make_bert

from benchmark.metrics.bertscore import BERT_SCORE_MODEL, BertScore
from benchmark.models.weights import choose_model


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no GPU")
    return choose_model(BERT_SCORE_MODEL, make_bert(tmp_path_factory.mktemp("models") / "bert"))


def f1_of_all(scorer, texts):
    dense = np.zeros((len(texts), len(texts)), np.float32)
    for block in scorer.all_pairs(texts):
        dense[np.ix_(block.rows, block.columns)] += np.nan_to_num(block.f1)
    return dense + dense.T


def test_float32_on_a_gpu_equals_the_cpu(model):
    texts = made_up_texts(500)
    expected = f1_of_all(BertScore(model), texts)
    np.testing.assert_allclose(
        f1_of_all(BertScore(model, device="cuda"), texts), expected, atol=1e-4
    )


@pytest.mark.parametrize("tokens_per_block", [100, 8192])
def test_the_fused_kernel_equals_float32_up_to_its_rounding(model, tokens_per_block):
    texts = ["", *made_up_texts(500)]
    expected = f1_of_all(BertScore(model), texts)
    fused = BertScore(model, device="cuda", half=True, tokens_per_block=tokens_per_block)
    np.testing.assert_allclose(f1_of_all(fused, texts), expected, atol=5e-3)


@pytest.mark.parametrize(("places", "width"), [((1, 1), 16), ((3, 7), 96), ((5, 4), 384)])
def test_tiles_of_any_shape_equal_the_reference(model, places, width):
    import torch

    from benchmark.metrics.bertscore.kernel import mean_best_match
    from benchmark.metrics.bertscore.pairs import Matcher
    from benchmark.metrics.bertscore.states import Block

    torch.manual_seed(0)
    blocks = []
    for n_places, n_sentences in zip(places, (65, 130), strict=True):
        states = torch.randn(n_places, n_sentences, width, device="cuda")
        weights = torch.rand(n_places, n_sentences, device="cuda")
        states = torch.nn.functional.normalize(states, dim=2).half()
        blocks.append(Block(states, weights / weights.sum(0)))
    ours, theirs = blocks
    precision = mean_best_match(ours, theirs.states)
    recall = mean_best_match(theirs, ours.states).T
    exact = [Block(block.states.float(), block.weights) for block in blocks]
    expected = Matcher().match(*exact)
    torch.testing.assert_close(precision, expected[0], rtol=0, atol=1e-5)
    torch.testing.assert_close(recall, expected[1], rtol=0, atol=1e-5)

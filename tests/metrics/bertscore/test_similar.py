from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from bertscore_oracle import dense_f1, made_up_texts, training_captions
from tiny_models import make_bert

from benchmark.errors import MachineError, UsageError
from benchmark.metrics.bertscore import BERT_SCORE_MODEL, BertScore
from benchmark.metrics.bertscore.shards import PairBlock, ShardFolder
from benchmark.metrics.bertscore.similar import Threshold, find_similar
from benchmark.models.weights import OFFLINE_NAME, choose_model


@pytest.fixture(scope="module")
def minilm():
    return choose_model(BERT_SCORE_MODEL, OFFLINE_NAME)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return choose_model(BERT_SCORE_MODEL, make_bert(tmp_path_factory.mktemp("models") / "bert"))


def as_dense(similar):
    n_rows = len(similar.indptr) - 1
    dense = np.full((n_rows, n_rows), np.nan)
    rows = np.repeat(np.arange(n_rows), np.diff(similar.indptr))
    dense[rows, similar.indices] = similar.values
    return dense


def assert_rows_are_those_of(similar, f1, threshold):
    """Compare with brute force; pairs that lie on the threshold may fall on either side."""
    dense = as_dense(similar)
    off_diagonal = ~np.eye(len(f1), dtype=bool)
    is_clear = off_diagonal & (np.abs(f1 - threshold) > 1e-5)
    assert similar.threshold == pytest.approx(threshold, abs=1e-5)
    np.testing.assert_array_equal(~np.isnan(dense)[is_clear], (f1 > threshold)[is_clear])
    kept = ~np.isnan(dense)
    assert not kept.diagonal().any()
    np.testing.assert_allclose(dense[kept], f1[kept], rtol=0, atol=1e-5)
    np.testing.assert_array_equal(dense, dense.T)
    assert similar.minimum == pytest.approx(f1[off_diagonal].min(), abs=1e-5)
    assert similar.maximum == pytest.approx(f1[off_diagonal].max(), abs=1e-5)
    assert similar.n_pairs == len(f1) * (len(f1) - 1) // 2
    assert similar.n_similar == np.count_nonzero(kept) // 2


@pytest.mark.parametrize("idf", [False, True], ids=["plain", "idf"])
@pytest.mark.parametrize("normalised", [False, True], ids=["plain F1", "normalised"])
def test_the_rows_are_those_of_brute_force(minilm, tmp_path, idf, normalised):
    captions = training_captions(150)
    scorer = BertScore(minilm, idf=idf, tokens_per_block=300)
    f1 = dense_f1(scorer, captions, captions)
    lowest = f1.min() if normalised else 0
    similar = scorer.similar_pairs(captions, 0.45, normalised=normalised, folder=tmp_path)
    assert_rows_are_those_of(similar, f1, lowest + 0.45 * (1 - lowest))
    assert 0 < similar.n_similar < similar.n_pairs


@pytest.mark.parametrize("threshold", [-1.0, 2.0], ids=["everything", "nothing"])
def test_everything_or_nothing_may_be_similar(tiny, tmp_path, threshold):
    texts = made_up_texts(60)
    similar = BertScore(tiny, tokens_per_block=64).similar_pairs(texts, threshold, folder=tmp_path)
    assert similar.n_similar == (similar.n_pairs if threshold < 0 else 0)


def test_similar_texts_are_found_with_those_that_are_spelled_alike(tiny, tmp_path):
    texts = ["rain", "a dog", "A dog", "a dog barks", "a dog ", "rain and rain"]
    scorer = BertScore(tiny)
    similar = scorer.similar_pairs(texts, -1.0, folder=tmp_path)
    assert similar.row_of_text.tolist() == [0, 1, 1, 2, 1, 3]
    found, f1 = similar.similar_to(2)
    assert found.tolist() == [0, 1, 3, 4, 5]
    expected = dense_f1(scorer, texts, texts)[2, found]
    np.testing.assert_allclose(f1, expected, rtol=0, atol=1e-5)
    assert f1[1] == f1[3] == 1
    assert similar.similar_to(0)[0].tolist() == [1, 2, 3, 4, 5]


def test_numbers_on_disk_are_plain_arrays(tiny, tmp_path):
    similar = BertScore(tiny).similar_pairs(made_up_texts(40), 0.8, folder=tmp_path)
    types = {path.stem: np.load(path, allow_pickle=False).dtype for path in
             similar.folder.glob("*.npy")}  # fmt: skip
    assert types == {"indptr": "i8", "indices": "i4", "values": "f4", "row_of_text": "i8"}
    assert [path.name for path in tmp_path.iterdir()] == [similar.folder.name]  # no shards left


def test_a_finished_result_is_there_at_once_and_only_for_what_made_it(tiny, tmp_path):
    texts = made_up_texts(40)
    scorer = BertScore(tiny)
    first = scorer.similar_pairs(texts, 0.8, folder=tmp_path)
    changed = (first.folder / "values.npy").stat().st_mtime_ns
    again = scorer.similar_pairs(texts, 0.8, folder=tmp_path)
    assert again.folder == first.folder
    assert (again.folder / "values.npy").stat().st_mtime_ns == changed
    others = [
        scorer.similar_pairs(texts, 0.7, folder=tmp_path),
        scorer.similar_pairs(texts, 0.8, normalised=True, folder=tmp_path),
        scorer.similar_pairs(texts[1:], 0.8, folder=tmp_path),
        BertScore(tiny, layer=1).similar_pairs(texts, 0.8, folder=tmp_path),
        BertScore(tiny, idf=True).similar_pairs(texts, 0.8, folder=tmp_path),
    ]
    assert len({first.folder, *(other.folder for other in others)}) == 6


def test_a_floor_that_was_too_high_loses_no_pair(minilm, tmp_path):
    captions = training_captions(150)
    scorer = BertScore(minilm, tokens_per_block=60)
    f1 = dense_f1(scorer, captions, captions)
    sentences = scorer._engine.find_sentences(captions)
    with scorer._engine.pairing(sentences) as pairs:
        assert pairs.n_shards >= 2
        assert 0 <= pairs.guess_minimum() <= f1.min()
        found = {}
        for guess in (0.9, 0.0):  # 0.9 is far above the true minimum
            folder = ShardFolder(tmp_path / str(guess))
            shards, exact = find_similar(pairs, folder, Threshold(0.4, normalised=True), guess)
            assert exact == pytest.approx(0.4 + 0.6 * f1.min(), abs=1e-5)
            assert all(shard.floor <= exact for shard in shards)
            kept = np.concatenate([folder.pairs(shard.index) for shard in shards])
            found[guess] = np.sort(kept[kept["f1"] > exact], order=["row", "column"])
    np.testing.assert_array_equal(found[0.9], found[0.0])
    assert len(found[0.0]) > 0


def test_a_finished_shard_is_taken_as_it_is(tiny, tmp_path):
    texts = made_up_texts(100)
    scorer = BertScore(tiny, tokens_per_block=16)
    with scorer._engine.pairing(scorer._engine.find_sentences(texts)) as pairs:
        marked = PairBlock(np.array([7]), np.array([9]), np.float32([[0.123]]), 1)
        folder = ShardFolder(tmp_path)
        folder.write(1, 0.1, [marked])
        abandoned = tmp_path / ".000000.pairs-0123abcd.partial"
        abandoned.write_bytes(b"torn")
        shards, _ = find_similar(pairs, folder, Threshold(0.1, normalised=False), 0.0)
    assert shards[1].n_pairs == 1
    assert folder.pairs(1).tolist() == [(7, 9, pytest.approx(0.123))]
    assert shards[0].n_pairs > 1
    assert not abandoned.exists()


RUN = """
import sys
from pathlib import Path
from bertscore_oracle import made_up_texts
from benchmark.metrics.bertscore import BertScore
from benchmark.models.weights import choose_model
scorer = BertScore(choose_model("bert", sys.argv[1]), tokens_per_block=40)
texts = made_up_texts(int(sys.argv[3]), n_words=(2, 12))
print(scorer.similar_pairs(texts, 0.7, normalised=True, folder=Path(sys.argv[2])).folder)
"""


def test_a_killed_run_continues_and_ends_with_the_same_files(tiny, tmp_path):
    command = [sys.executable, "-c", RUN, str(tiny.folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    size = "600"
    whole = subprocess.run(
        [*command, str(tmp_path / "whole"), size],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    cut = tmp_path / "cut"
    with subprocess.Popen(
        [*command, str(cut), size], env=environment, stdout=subprocess.DEVNULL
    ) as process:
        while len(list(cut.glob("bertscore-shards-*/*.json"))) < 3:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not list(cut.glob("bertscore-pairs-*"))
    n_shards_left = len(list(cut.glob("bertscore-shards-*/*.json")))
    resumed = subprocess.run(
        [*command, str(cut), size], env=environment, capture_output=True, text=True, check=True
    )
    assert n_shards_left >= 3
    first, second = (
        {path.name: path.read_bytes() for path in Path(run.stdout.strip()).iterdir()}
        for run in (whole, resumed)
    )
    assert first == second
    assert not list(cut.glob("bertscore-shards-*"))


def test_an_unwritable_folder_is_named(tiny, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="file"):
        BertScore(tiny).similar_pairs(["a", "dog"], 0.5, folder=tmp_path / "file")


def test_a_single_different_text_is_refused(tiny, tmp_path):
    with pytest.raises(UsageError, match="found 1 different texts among 2"):
        BertScore(tiny).similar_pairs(["a dog", "A dog"], 0.5, folder=tmp_path)


def test_a_normalised_threshold_above_1_is_refused(tiny):
    with pytest.raises(UsageError, match=r"\[0, 1\]; found 1.5"):
        BertScore(tiny).similar_pairs(["a", "dog"], 1.5, normalised=True)

"""What FENSE needs, fetched: a detector of the true format, its tokenizer, a sentence model."""

from __future__ import annotations

import hashlib
import json
import shutil

import pytest
from file_server import serving
from tiny_models import make_bert

from benchmark.errors import MachineError
from benchmark.machine.fetchable import FetchOptions
from benchmark.metrics.fense_files import FETCHABLE, fetch_fense
from benchmark.metrics.fluency import (
    CHECKPOINT_SHA256,
    FER_MODEL,
    FluencyErrorDetector,
    find_checkpoint,
)
from benchmark.metrics.sentence import SBERT_SIM_MODEL, SentenceSimilarity
from benchmark.models.weights import choose_model


@pytest.fixture(autouse=True)
def models(monkeypatch, tmp_path):
    """A machine without any model; its folder of models is given back."""
    for name in ("FENSE_DATA", "TORCH_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "models"


@pytest.fixture
def given(tmp_path, monkeypatch):
    """A folder with a detector on a tiny BERT, that BERT and a sentence model."""
    import torch
    from transformers import BertModel

    folder = tmp_path / "given"
    bert = make_bert(folder / "bert-base-uncased")
    states = {f"encoder.{k}": v for k, v in BertModel.from_pretrained(bert).state_dict().items()}
    states |= {"clf.weight": torch.ones(6, 16), "clf.bias": torch.zeros(6)}
    content = {"model_type": "bert-base-uncased", "num_classes": 6, "state_dict": states}
    torch.save(content, folder / f"{FER_MODEL}.ckpt")
    sha256 = hashlib.sha256((folder / f"{FER_MODEL}.ckpt").read_bytes()).hexdigest()
    monkeypatch.setitem(CHECKPOINT_SHA256, FER_MODEL, sha256)
    sentence = make_bert(folder / SBERT_SIM_MODEL, seed=1)
    pooling = {"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True}
    (sentence / "1_Pooling").mkdir()
    (sentence / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    (sentence / "modules.json").write_text("[]")
    (sentence / "sentence_bert_config.json").write_text('{"max_seq_length": 128}')
    for each in (bert, sentence):
        if not (each / "vocab.txt").exists():
            (each / "vocab.txt").write_text("[PAD]\n")
    return folder


def names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_all_of_it_is_taken_from_a_folder_and_the_metrics_run_on_it(given, models):
    assert FETCHABLE.look(FetchOptions(models)).state == "no"
    found = fetch_fense(given=[given])
    assert names(models) == ["bert-base-uncased", f"{FER_MODEL}.ckpt", SBERT_SIM_MODEL]
    assert found == [models / f"{FER_MODEL}.ckpt", models / "bert-base-uncased",
                     models / SBERT_SIM_MODEL]  # fmt: skip
    shutil.rmtree(given)
    detector = FluencyErrorDetector(find_checkpoint())
    assert detector.error_probabilities(["a dog barks"]).shape == (1,)
    model = choose_model(SBERT_SIM_MODEL, SBERT_SIM_MODEL)
    assert SentenceSimilarity(model).embed(["a dog", "rain"]).shape == (2, 16)
    look = FETCHABLE.look(FetchOptions(models))
    assert look.state == "yes"
    assert look.n_bytes == sum(path.stat().st_size for path in models.rglob("*") if path.is_file())
    assert not (models / "bert-base-uncased" / "model.safetensors").exists()


def test_what_is_there_already_is_not_asked_for(given, models):
    fetch_fense(given=[given])
    with serving({}) as server:
        assert fetch_fense(release=server.url("release")) == fetch_fense(given=[given])
        assert server.asked == []


def test_the_release_and_the_hub_give_it_too(given, models, monkeypatch):
    release = {f"release/{FER_MODEL}.ckpt": (given / f"{FER_MODEL}.ckpt").read_bytes()}
    with serving(release) as server:
        for name in ("google-bert/bert-base-uncased", f"sentence-transformers/{SBERT_SIM_MODEL}"):
            for path in (given / name.rpartition("/")[2]).rglob("*.*"):
                lies_at = f"{name}/resolve/c0/{path.relative_to(given / name.rpartition('/')[2])}"
                content = path.read_bytes()
                sha256 = hashlib.sha256(content).hexdigest()
                for revision in ("main", "86b5e0934494bd15c9632b12f734a8a67f723594", "c0"):
                    at = lies_at.replace("/c0/", f"/{revision}/")
                    server.contents[at] = content
                    server.headers[at] = {"X-Repo-Commit": "c0", "X-Linked-Etag": f'"{sha256}"'}
        monkeypatch.setenv("HF_ENDPOINT", server.url("")[:-1])
        found = fetch_fense(release=server.url("release"))
    assert [path.name for path in found] == [
        f"{FER_MODEL}.ckpt", "bert-base-uncased", SBERT_SIM_MODEL
    ]  # fmt: skip
    assert names(models) == ["bert-base-uncased", f"{FER_MODEL}.ckpt", SBERT_SIM_MODEL]


def test_a_detector_that_is_another_file_is_not_taken(given, models):
    checkpoint = given / f"{FER_MODEL}.ckpt"
    checkpoint.write_bytes(checkpoint.read_bytes() + b"x")
    with pytest.raises(MachineError, match=f"wrong checksum of {FER_MODEL}.ckpt"):
        fetch_fense(given=[given])
    assert names(models) == ["bert-base-uncased", SBERT_SIM_MODEL]


def test_without_a_network_each_part_is_named_with_its_address_and_its_place(models, monkeypatch):
    with serving({}) as server:
        url = server.url("")[:-1]
    monkeypatch.setenv("HF_ENDPOINT", url)
    with pytest.raises(MachineError) as error:
        fetch_fense(["base", "tiny"], release=url)
    assert error.value.exit_code == 3
    for part in (
        f"save {url}/{FER_MODEL}.ckpt as {models}/{FER_MODEL}.ckpt",
        f"of {url}/google-bert/bert-base-uncased into {models}/bert-base-uncased",
        f"of {url}/prajjwal1/bert-tiny into {models}/prajjwal1/bert-tiny",
        f"of {url}/sentence-transformers/{SBERT_SIM_MODEL} into {models}/{SBERT_SIM_MODEL}",
        "--from",
    ):
        assert part in str(error.value)
    assert names(models) == []

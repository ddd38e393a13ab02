from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest
import torch
from tiny_models import make_bert

from benchmark.errors import MissingWeightsError
from benchmark.models.checksums import noted_sums, require_whole_archive
from benchmark.models.pretrained import load_pretrained, require_files
from benchmark.models.weights import choose_model


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return make_bert(tmp_path_factory.mktemp("whole") / "bert")


@pytest.fixture
def folder(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "bert"))


def flip_byte(path, position):
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_sums(folder, *names):
    lines = [f"{sha256(folder / name)}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(lines))


def load(folder):
    from transformers import BertModel

    return load_pretrained(BertModel, folder)


def test_a_byte_within_the_weights_that_differs_from_the_noted_sum_is_seen(folder):
    write_sums(folder, "model.safetensors")
    expected = sha256(folder / "model.safetensors")
    assert choose_model("bert", folder).sha256 == expected
    flip_byte(folder / "model.safetensors", -5)
    load(folder)  # nothing else could tell
    with pytest.raises(MissingWeightsError) as caught:
        choose_model("bert", folder)
    for part in ("model.safetensors is damaged", sha256(folder / "model.safetensors"), expected,
                 "SHA256SUMS", "Fetch the file again"):  # fmt: skip
        assert part in str(caught.value)


def test_every_file_that_sha256sums_lists_is_checked(folder):
    write_sums(folder, "tokenizer.json", "model.safetensors")
    flip_byte(folder / "tokenizer.json", -5)
    with pytest.raises(MissingWeightsError, match=r"tokenizer\.json is damaged"):
        choose_model("bert", folder)


def test_a_listed_file_that_is_not_there_is_no_concern_of_sha256sums(folder):
    write_sums(folder, "vocab.txt", "tokenizer.json")
    (folder / "vocab.txt").unlink(missing_ok=True)
    assert set(noted_sums(folder, [])) == {folder / "tokenizer.json"}


def test_a_line_of_sha256sums_that_cannot_be_read_is_quoted(folder):
    (folder / "SHA256SUMS").write_text("abc  model.safetensors\n")
    with pytest.raises(MissingWeightsError, match=r"SHA256SUMS, line 1: 'abc  model\.safetensors'"):
        choose_model("bert", folder)


def test_a_sum_of_binary_mode_or_with_a_leading_dot_is_read(folder):
    digest = sha256(folder / "config.json")
    for name in ("*config.json", " ./config.json"):
        (folder / "SHA256SUMS").write_text(f"{digest.upper()} {name}\n")
        assert noted_sums(folder, [])[folder / "config.json"].sha256 == digest.upper()


def test_the_hubs_cache_names_weights_by_their_sum(folder, tmp_path):
    blobs = tmp_path / "models--a--b" / "blobs"
    snapshot = tmp_path / "models--a--b" / "snapshots" / "0123"
    for path in (blobs, snapshot):
        path.mkdir(parents=True)
    for path in folder.iterdir():
        name = sha256(path) if path.suffix == ".safetensors" else path.name
        path.rename(blobs / name)
        (snapshot / path.name).symlink_to(os.path.relpath(blobs / name, snapshot))
    blob = (snapshot / "model.safetensors").resolve()
    assert choose_model("bert", snapshot).sha256 == blob.name
    flip_byte(blob, -5)
    with pytest.raises(MissingWeightsError, match=r"expected .* \(the hub's cache"):
        choose_model("bert", snapshot)


def test_weights_in_several_files_are_checked_each_and_hashed_together(folder):
    (folder / "more.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    together = hashlib.sha256((folder / "model.safetensors").read_bytes() * 2).hexdigest()
    write_sums(folder, "model.safetensors", "more.safetensors")
    assert choose_model("bert", folder).sha256 == together
    flip_byte(folder / "more.safetensors", -5)
    with pytest.raises(MissingWeightsError, match=r"more\.safetensors is damaged"):
        choose_model("bert", folder)


@pytest.mark.parametrize("position", [0, 20])
def test_a_damaged_header_is_told_with_the_files_name_and_size(folder, position):
    path = folder / "model.safetensors"
    flip_byte(path, position)
    size = path.stat().st_size
    with pytest.raises(MissingWeightsError, match=rf"model\.safetensors, {size} bytes: .*header"):
        load(folder)


def test_weights_cut_short_are_refused(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-64])
    with pytest.raises(MissingWeightsError, match="damaged or cut short"):
        load(folder)


def test_weights_that_lack_a_parameter_are_not_filled_up_at_random(folder):
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    tensors = load_file(path)
    del tensors["embeddings.word_embeddings.weight"]
    save_file(tensors, path, {"format": "pt"})
    with pytest.raises(MissingWeightsError, match=r"lack 'embeddings\.word_embeddings\.weight'"):
        load(folder)


@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_weights_that_are_not_finite_are_refused_by_name(folder, value):
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    tensors = load_file(path)
    tensors["encoder.layer.1.output.dense.bias"][3] = value
    save_file(tensors, path, {"format": "pt"})
    with pytest.raises(MissingWeightsError, match=r"encoder\.layer\.1\.output\.dense\.bias holds"):
        load(folder)


def test_a_missing_file_is_named_beside_what_was_found(folder):
    require_files(folder, "config.json", "vocab.json|tokenizer.json")
    with pytest.raises(MissingWeightsError, match=r"no merges\.txt in .*; found config\.json, "):
        require_files(folder, "config.json", "merges.txt")


def test_a_damaged_byte_within_a_file_of_torch_is_seen_without_a_noted_sum(tmp_path):
    path = tmp_path / "weights.pt"
    torch.save({"weight": torch.arange(1000.0)}, path)
    require_whole_archive(path)
    flip_byte(path, path.stat().st_size // 2)
    with pytest.raises(MissingWeightsError, match=r"weights\.pt is damaged: weights/data/0 does"):
        require_whole_archive(path)


def test_files_of_the_time_before_archives_pass(tmp_path):
    path = tmp_path / "weights.pt"
    torch.save({"weight": torch.ones(3)}, path, _use_new_zipfile_serialization=False)
    require_whole_archive(path)

from __future__ import annotations

import hashlib

import pytest
import torch
from ase_reference import make_ase, save_checkpoint

from benchmark.encoders import load_joint_encoder
from benchmark.encoders.ase.network import WIDTHS, shapes
from benchmark.errors import MissingWeightsError

BLOCK_KEY = "audio_encoder.audio_enc.conv_block3.bn2.running_var"
TEXT_KEY = "text_encoder.text_encoder.encoder.layer.11.output.dense.bias"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ase")
    return folder, make_ase(folder).state_dict()


@pytest.fixture
def state(whole, monkeypatch):
    folder, tensors = whole
    monkeypatch.setenv("BENCH_MODELS", str(folder))
    return {name: tensor.clone() for name, tensor in tensors.items()}


@pytest.fixture
def load(tmp_path):
    def load(state=None, **options):
        path = tmp_path / "ase.pt"
        if state is not None:
            save_checkpoint(path, state)
        settings = "".join(f",{key}={value}" for key, value in options.items())
        return load_joint_encoder(f"ase[checkpoint={path}{settings}]")

    return load


def test_the_names_of_the_parameters_are_those_of_the_public_files():
    conv = [f"conv_block{b}.{part}" for b in range(1, 7) for part in ("conv1", "conv2")]
    norm = ["bn0", *(f"conv_block{b}.{part}" for b in range(1, 7) for part in ("bn1", "bn2"))]
    parts = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    extractor = "audio_feats_extractor"
    expected = {f"{name}.weight" for name in conv} | {f"{n}.{p}" for n in norm for p in parts}
    expected |= {f"{extractor}.mel_trans.stft.conv_{part}.weight" for part in ("real", "imag")}
    found = shapes()
    assert set(found) == expected | {f"{extractor}.log_trans.melW"}
    assert found["conv_block6.conv1.weight"] == (2048, 1024, 3, 3)
    assert found[f"{extractor}.log_trans.melW"] == (513, 64)
    assert WIDTHS == (64, 128, 256, 512, 1024, 2048)


@pytest.mark.parametrize("name", [BLOCK_KEY, TEXT_KEY, "temp", "audio_proj.2.bias"])
def test_a_missing_parameter_is_named(state, load, name):
    del state[name]
    with pytest.raises(MissingWeightsError, match=f"missing '{name}'; not of the model: nothing"):
        load(state)


def test_a_parameter_too_many_is_named(state, load):
    state["audio_encoder.audio_enc.fc1.weight"] = torch.zeros(1)
    with pytest.raises(MissingWeightsError, match=r"missing nothing; .*'.*audio_enc\.fc1\.weight'"):
        load(state)


def test_another_network_is_refused_with_a_few_of_its_parameters(state, load):
    others = {name.replace("conv_block", "layers."): value for name, value in state.items()}
    with pytest.raises(MissingWeightsError, match=r"and 67 more; not of the model: .* 67 more"):
        load(others)


def test_the_positions_that_old_checkpoints_hold_are_left_out(state, load):
    name = "text_encoder.text_encoder.embeddings.position_ids"
    assert load(state | {name: torch.arange(512)[None]}).dim == 12


def test_a_parameter_of_another_shape_is_refused(state, load):
    state["audio_encoder.audio_enc.conv_block2.bn1.bias"] = torch.zeros(5)
    with pytest.raises(MissingWeightsError, match=r"bn1\.bias has shape \(5,\); expected \(4,\)"):
        load(state)
    for name in ("audio_proj.0.weight", "audio_encoder.audio_enc.conv_block1.conv1.weight"):
        with pytest.raises(MissingWeightsError, match=r"is no CNN14-BERT: .* has shape"):
            load(state | {name: torch.zeros(())})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_parameter_that_is_not_finite_is_refused(state, load, value):
    state[BLOCK_KEY][0] = value
    with pytest.raises(MissingWeightsError, match=f"{BLOCK_KEY} holds values that are not finite"):
        load(state)


def test_a_front_end_of_another_sample_rate_is_refused(state, load):
    from transformers.audio_utils import mel_filter_bank

    mel = mel_filter_bank(513, 64, 50.0, 14_000.0, 44_100, norm="slaney", mel_scale="slaney")
    state["audio_encoder.audio_enc.audio_feats_extractor.log_trans.melW"] = torch.from_numpy(mel)
    with pytest.raises(MissingWeightsError, match=r"log_trans\.melW differs .* for 32000 Hz"):
        load(state)


def test_without_a_checkpoint_it_is_said_what_to_do():
    with pytest.raises(MissingWeightsError, match=r"no weights of its own\. .*WavCaps.*PATH\]"):
        load_joint_encoder("ase")


def test_a_checkpoint_that_is_not_there_is_named(load, tmp_path):
    with pytest.raises(MissingWeightsError, match=f"there is no file {tmp_path / 'ase.pt'}"):
        load()


def test_a_file_that_is_no_checkpoint_is_refused(state, load, tmp_path):
    path = tmp_path / "ase.pt"
    for content in (b"", b"<html>not found</html>"):
        path.write_bytes(content)
        with pytest.raises(MissingWeightsError, match=f"cannot read {path}"):
            load()
    torch.save({"model": pytest.raises}, path)  # code
    with pytest.raises(MissingWeightsError, match=f"cannot read {path}"):
        load()
    torch.save({"state_dict": {}}, path)
    with pytest.raises(MissingWeightsError, match=r"a dict of 'state_dict'; expected .* 'model'"):
        load()
    torch.save({"model": {"temp": "warm"}}, path)
    with pytest.raises(MissingWeightsError, match=r"a dict of 'model'; expected .* 'model'"):
        load()
    torch.save(torch.ones(1), path)
    with pytest.raises(MissingWeightsError, match=r"a Tensor of other things; expected .* 'model'"):
        load()


def test_a_damaged_byte_is_seen_with_and_without_a_noted_sum(state, load, tmp_path):
    path = tmp_path / "ase.pt"
    save_checkpoint(path, state)
    whole = path.read_bytes()
    digest = hashlib.sha256(whole).hexdigest()
    damaged = bytearray(whole)
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(MissingWeightsError, match=r"ase\.pt is damaged: .* fit its checksum"):
        load()
    with pytest.raises(MissingWeightsError, match=rf"{digest} \(the option sha256\)"):
        load(sha256=digest)
    (tmp_path / "SHA256SUMS").write_text(f"{digest}  ase.pt\n")
    with pytest.raises(MissingWeightsError, match=rf"{digest} \(.*SHA256SUMS\)"):
        load()
    path.write_bytes(whole)
    assert load(sha256=digest).dim == 12


def test_without_berts_vocabulary_it_is_said_where_it_was_looked_for(
    state, load, monkeypatch, tmp_path
):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(MissingWeightsError, match="'bert-base-uncased' is not on this machine"):
        load(state)

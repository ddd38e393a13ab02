from __future__ import annotations

import numpy as np
import pytest
import torch
from real_sounds import real_sound

from benchmark.encoders import SequenceEncoder, load_sequence_encoder
from benchmark.encoders.vggish.weights import SHAPES, random_weights, read_pca, read_weights
from benchmark.errors import DataError, MissingWeightsError


def noise(n_samples, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, n_samples).astype(np.float32)


@pytest.fixture(scope="module")
def encoder():
    return load_sequence_encoder("vggish[weights=random,seed=3]")


@pytest.fixture(scope="module")
def outside():
    """The public port's own network, with weights drawn here in place of the release's."""
    from torchvggish.torchvggish import _vgg

    network = _vgg(postprocess=False).eval()
    network.load_state_dict(random_weights(1))
    return network


@pytest.fixture(scope="module")
def checkpoint(outside, tmp_path_factory):
    path = tmp_path_factory.mktemp("vggish") / "vggish-10086976.pth"
    torch.save(outside.state_dict(), path)
    yield path
    path.unlink()  # 288 MB


@pytest.fixture(scope="module")
def pca():
    rng = np.random.default_rng(0)
    return {
        "pca_eigen_vectors": rng.normal(0, 0.1, (128, 128)),
        "pca_means": rng.uniform(0, 1, (128, 1)),
    }


def test_a_checkpoint_of_the_ports_format_gives_the_ports_embeddings(checkpoint, outside):
    from torchvggish.vggish_input import waveform_to_examples

    waveform = real_sound("applause")
    encoder = load_sequence_encoder(f"vggish[weights={checkpoint}]")
    assert isinstance(encoder, SequenceEncoder)
    with torch.inference_mode():
        examples = waveform_to_examples(waveform.astype(np.float64), 16_000)
        expected = outside(examples.detach()).numpy()
    (found,) = encoder.embed_patches([waveform])
    assert found.shape == (10, 128)
    assert expected.std() > 0.1
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    assert encoder.trained_on == ("youtube-8m",)


def test_the_checkpoint_is_found_in_the_models_folder(checkpoint, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(checkpoint.parent))
    found = read_weights(None)
    assert found.keys() == SHAPES.keys()


def test_postprocessing_is_that_of_the_port(pca, tmp_path):
    from torchvggish.torchvggish import Postprocessor

    np.savez(tmp_path / "vggish_pca_params.npz", **pca)
    name = "vggish[weights=random,postprocess=pca,pca={}]"
    encoder = load_sequence_encoder(name.format(tmp_path / "vggish_pca_params.npz"))
    raw = load_sequence_encoder("vggish[weights=random]")
    waveform = noise(16_000 * 5)
    port = Postprocessor.__new__(Postprocessor)  # its __init__ would fetch the release's file
    port._pca_matrix = torch.as_tensor(pca["pca_eigen_vectors"]).float()
    port._pca_means = torch.as_tensor(pca["pca_means"]).float()
    expected = port.postprocess(torch.from_numpy(raw.embed_patches([waveform])[0])).numpy()
    (found,) = encoder.embed_patches([waveform])
    assert expected.std() > 1
    np.testing.assert_allclose(found, expected, rtol=0, atol=1)  # a step, where halves round
    assert (found == expected).mean() > 0.99
    assert encoder.fingerprint != raw.fingerprint


@pytest.mark.parametrize("old", [False, True])
def test_pca_parameters_pickled_as_arrays_of_numpy_are_read(pca, tmp_path, old):
    path = tmp_path / "vggish_pca_params-970ea276.pth"
    torch.save(pca, path, _use_new_zipfile_serialization=False, pickle_protocol=2)
    if old:  # numpy 1 had its core elsewhere, and the release is as old
        path.write_bytes(path.read_bytes().replace(b"numpy._core.", b"numpy.core."))
    eigenvectors, means = read_pca(str(path))
    np.testing.assert_allclose(eigenvectors.numpy(), pca["pca_eigen_vectors"], rtol=1e-6)
    np.testing.assert_allclose(means.numpy(), pca["pca_means"][:, 0], rtol=1e-6)


def test_other_parameters_are_refused_by_name(tmp_path):
    from safetensors.torch import save_file

    tensors = {name: torch.zeros(1) for name in SHAPES if name != "features.3.bias"}
    save_file(tensors | {"classifier.weight": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(MissingWeightsError) as caught:
        read_weights(str(tmp_path / "other.safetensors"))
    assert "missing 'features.3.bias'" in str(caught.value)
    assert "not of the model: 'classifier.weight'" in str(caught.value)


def test_parameters_of_another_shape_are_refused(tmp_path):
    torch.save({name: torch.zeros(1) for name in SHAPES}, tmp_path / "flat.pth")
    with pytest.raises(MissingWeightsError, match=r"features\.0\.weight has shape \(1,\)"):
        read_weights(str(tmp_path / "flat.pth"))


def test_a_file_that_is_no_checkpoint_or_holds_code_is_refused(tmp_path):
    (tmp_path / "page.pth").write_text("<html>not found</html>")
    torch.save({"features.0.weight": pytest.raises}, tmp_path / "code.pth")
    for name in ("page.pth", "code.pth", "absent.pth", "absent.safetensors"):
        with pytest.raises(MissingWeightsError, match="cannot read"):
            read_weights(str(tmp_path / name))


def test_without_weights_it_is_said_where_they_were_looked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    with pytest.raises(MissingWeightsError) as caught:
        load_sequence_encoder("vggish")
    assert f"vggish-10086976.pth or vggish.pth or vggish.safetensors in {tmp_path}/vggish" in str(
        caught.value
    )
    with pytest.raises(MissingWeightsError, match="PCA parameters are not on this machine"):
        read_pca(None)


def test_random_weights_are_labelled_seeded_and_alive(encoder):
    assert encoder.name == "vggish[weights=random,seed=3]"
    assert encoder.trained_on == ()
    other = load_sequence_encoder("vggish[weights=random]")
    assert other.fingerprint != encoder.fingerprint
    assert load_sequence_encoder("vggish[weights=random]").fingerprint == other.fingerprint
    (rows,) = encoder.embed_patches([noise(32_000)])
    assert rows.min() == 0  # after a ReLU
    assert rows.std() > 0.1
    assert np.abs(rows - other.embed_patches([noise(32_000)])[0]).max() > 0.1


def test_a_sound_has_the_same_embeddings_alone_and_in_company(encoder):
    sounds = [noise(1600), noise(50_000, 1), noise(31_000, 2)]
    together = encoder.embed_patches(sounds)
    assert [len(rows) for rows in together] == [1, 3, 2]
    for sound, rows in zip(sounds, together, strict=True):
        np.testing.assert_array_equal(encoder.embed_patches([sound])[0], rows)


def test_no_sounds_have_no_embeddings(encoder):
    assert encoder.embed_patches([]) == []


def test_a_sound_that_is_none_is_refused(encoder):
    broken = noise(1600)
    broken[7] = np.nan
    with pytest.raises(DataError, match="sound 1 of 2 holds nan at sample 7 of 1600"):
        encoder.embed_patches([noise(1600), broken])
    with pytest.raises(DataError, match=r"sound 0 of 1 has shape \(0,\)"):
        encoder.embed_patches([noise(0)])

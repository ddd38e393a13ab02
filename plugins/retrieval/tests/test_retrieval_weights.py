"""What a run pins of retrieval: the files of the encoder that the data set decides."""

from __future__ import annotations

import pytest
from bench_retrieval import NnClapOptions, NnVggishOptions, bench_systems

SPECS = {spec.name: spec for spec in bench_systems()}


@pytest.fixture(autouse=True)
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    for name in ("vggish/vggish.pth", "yamnet/yamnet_spectra_in.tflite", "tiny/config.json"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("{}")
    (tmp_path / "tiny" / "model.safetensors").write_bytes(b"w")


@pytest.mark.parametrize(
    ("name", "options", "dataset", "first"),
    [
        ("nn-vggish", NnVggishOptions(), "soundscapes", "mini.safetensors"),
        ("nn-vggish", NnVggishOptions(), "clotho", "vggish.pth"),
        ("nn-clap", NnClapOptions(), "soundscapes", "mini.safetensors"),
        ("nn-clap", NnClapOptions(), "clotho", "yamnet_spectra_in.tflite"),
        ("nn-clap", NnClapOptions("clap[model=tiny]"), "soundscapes", "model.safetensors"),
    ],
)
def test_the_encoder_that_will_be_loaded_is_pinned(name, options, dataset, first):
    assert next(iter(SPECS[name].weights(options, dataset))).name == first

"""What a run pins of WSAC: the files of the encoder that preset and options decide."""

from __future__ import annotations

from bench_wsac import bench_systems
from bench_wsac.options import WsacOptions

SPEC = next(iter(bench_systems()))


def names(options, dataset):
    return [path.name for path in SPEC.weights(options, dataset)]


def test_the_encoder_that_will_be_loaded_is_pinned(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    checkpoint = tmp_path / "CNN14-BERT-PT.pt"
    checkpoint.write_bytes(b"w")
    assert names(WsacOptions(), "soundscapes") == ["mini-gap.safetensors"]
    assert names(WsacOptions(encoder=f"ase[checkpoint={checkpoint}]"), "clotho")[0] == (
        checkpoint.name
    )
    assert names(WsacOptions(preset="mini"), "clotho") == ["mini-gap.safetensors"]

"""What a run pins of the oracle: the files of the model that BERTScore runs on."""

from __future__ import annotations

from bench_oracle import OracleOptions, bench_systems


def test_the_model_that_will_be_loaded_is_pinned(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    for name in ("roberta-large", "all-MiniLM-L6-v2", "mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(b"w")
    (spec,) = bench_systems()

    def pinned(options, dataset):
        return [path.parent.name for path in spec.weights(options, dataset)]

    assert pinned(OracleOptions(), "soundscapes") == ["all-MiniLM-L6-v2"]
    assert pinned(OracleOptions(), "clotho") == ["roberta-large"]
    assert pinned(OracleOptions(model="mine"), "clotho") == ["mine"]

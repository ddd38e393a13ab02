"""What a run pins of guidance: encoder, BERTScore's model and GPT-2, as options decide."""

from __future__ import annotations

import pytest
from bench_gpt2_guidance import bench_systems

from benchmark.systems import build_options

SPECS = {spec.name: spec for spec in bench_systems()}


@pytest.fixture(autouse=True)
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    for name in ("gpt2", "roberta-large", "all-MiniLM-L6-v2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(b"w")
    (tmp_path / "vggish").mkdir()
    (tmp_path / "vggish" / "vggish.pth").write_bytes(b"w")


def pinned(name, dataset, **options):
    spec = SPECS[name]
    paths = spec.weights(build_options(spec, options), dataset)
    return [f"{path.parent.name}/{path.name}".removesuffix("/model.safetensors") for path in paths]


@pytest.mark.parametrize("name", ["gpt2-guid", "gpt2-guid-gt", "gpt2-prompt"])
def test_of_the_paper_gpt2_is_pinned_with_what_finds_guidance(name):
    assert pinned(name, "clotho") == ["gpt2", "vggish/vggish.pth", "roberta-large"]


def test_retrieval_alone_has_no_gpt2():
    assert pinned("triplet-retrieval", "clotho") == ["vggish/vggish.pth", "roberta-large"]
    own = pinned("triplet-retrieval", "clotho", similarity_model="all-MiniLM-L6-v2")
    assert own[-1] == "all-MiniLM-L6-v2"


def test_the_small_preset_writes_with_what_it_trains_itself():
    assert pinned("gpt2-guid", "soundscapes")[0].startswith("mini/mini.safetensors")
    assert "gpt2" not in pinned("gpt2-guid", "soundscapes")

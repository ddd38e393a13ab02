from __future__ import annotations

import subprocess
import sys

import pytest

from benchmark.encoders import (
    ENCODERS,
    list_encoder_files,
    load_caption_encoder,
    load_encoder,
    load_joint_encoder,
    load_sequence_encoder,
)
from benchmark.errors import UnknownNameError, UsageError

READY = {
    "sentence": "sentence",
    "vggish": "vggish[weights=random]",
}


def test_a_misspelt_encoder_gets_a_suggestion():
    with pytest.raises(UnknownNameError, match="Did you mean 'vggish'"):
        load_encoder("vgish")


def test_a_misspelt_option_gets_a_suggestion():
    with pytest.raises(UnknownNameError, match="Did you mean 'weights'"):
        load_encoder("vggish[weight=random]")


def test_an_option_of_another_type_is_refused():
    with pytest.raises(UsageError, match="seed='one'; expected int"):
        load_encoder("vggish[seed=one]")


@pytest.mark.parametrize(
    ("load", "name", "able"),
    [
        (load_joint_encoder, "vggish", "tagbridge"),
        (load_joint_encoder, "sentence", "tagbridge"),
        (load_sequence_encoder, "tagbridge", "vggish"),
        (load_caption_encoder, "vggish", "sentence, tagbridge"),
    ],
)
def test_an_encoder_without_the_ability_is_refused_before_it_is_loaded(load, name, able):
    with pytest.raises(UsageError, match=f"Encoders that do: {able}"):
        load(name)


def test_names_are_canonical():
    assert load_encoder("vggish[seed=0,weights=random]").name == "vggish[weights=random]"


@pytest.mark.parametrize("name", READY)
def test_an_encoder_has_the_abilities_that_the_catalogue_promises(name):
    encoder = load_encoder(READY[name])
    methods = ("embed_audio", "embed_patches", "embed_text")
    assert tuple(m for m in methods if hasattr(encoder, m)) == ENCODERS[name].abilities


def test_every_spec_is_listed_under_its_name_with_a_summary():
    for name, spec in ENCODERS.items():
        assert spec.name == name
        assert "\n" not in spec.summary


def test_listing_encoders_imports_nothing_heavy():
    program = (
        "import sys, benchmark.encoders, benchmark.embeddings.store;"
        "import benchmark.embeddings.neighbours;"
        "print({'torch', 'transformers', 'soundfile', 'ai_edge_litert'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr


FILES = {
    "mini": ("mini.safetensors",),
    "mini-gap": ("mini-gap.safetensors",),
    "mini[weights=FILE]": ("FILE",),
    "vggish": ("vggish.pth",),
    "vggish[postprocess=pca]": ("vggish.pth", "vggish_pca_params.npz"),
    "vggish[weights=random]": (),
    "clap": ("model.safetensors", "config.json"),
    "clap[model=elsewhere]": (),
    "ase[checkpoint=FILE]": ("FILE", "config.json"),
    "ase": ("config.json",),
    "tagbridge[sentence=elsewhere]": ("yamnet_spectra_in.tflite", "yamnet_class_map.csv"),
    "tagbridge[sentence=elsewhere,tagger=elsewhere]": (),
    "sentence[model=laion/clap-htsat-unfused]": ("model.safetensors", "config.json"),
}


@pytest.mark.parametrize("name", FILES)
def test_the_files_of_an_encoder_are_known_before_it_is_loaded(name, tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    lying = ("vggish/vggish.pth", "vggish/vggish_pca_params.npz", "FILE",
             "yamnet/yamnet_spectra_in.tflite", "yamnet/yamnet_class_map.csv",
             "laion/clap-htsat-unfused/model.safetensors", "laion/clap-htsat-unfused/config.json",
             "bert-base-uncased/config.json", "bert-base-uncased/model.safetensors")  # fmt: skip
    for each in lying:
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).write_text("{}")
    found = list_encoder_files(name.replace("FILE", str(tmp_path / "FILE")))
    assert tuple(path.name for path in found) == FILES[name]


def test_an_encoder_that_is_not_known_has_no_files_to_tell_of():
    with pytest.raises(UnknownNameError, match="clapp"):
        list_encoder_files("clapp")

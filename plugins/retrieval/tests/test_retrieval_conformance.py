"""Retrieval keeps the contract, from sounds and from embeddings."""

from __future__ import annotations

import dataclasses

import pytest
from bench_retrieval import NnVggishOptions, bench_systems

from benchmark.embeddings import Contents, EmbeddingKind, Recipe, write_embeddings
from benchmark.encoders import load_joint_encoder, load_sequence_encoder
from benchmark.testing import check_captioner, example_clips, example_resources

SPECS = {spec.name: spec for spec in bench_systems()}


@pytest.mark.parametrize("name", SPECS)
def test_retrieval_keeps_the_contract(name):
    check_captioner(SPECS[name])


def test_vggish_keeps_the_contract():
    check_captioner(SPECS["nn-vggish"], options=NnVggishOptions("vggish[weights=random]"))


@pytest.mark.parametrize(("name", "kind"), [("nn-clap", "sounds"), ("nn-vggish", "patches")])
def test_retrieval_keeps_the_contract_where_sounds_come_as_embeddings(
    tmp_path, name: str, kind: EmbeddingKind
):
    clips = example_clips()
    waveforms = [clip.waveform for clip in clips]
    if kind == "sounds":
        encoder = load_joint_encoder("mini")
        rows = [row[None] for row in encoder.embed_audio(waveforms)]
    else:
        encoder = load_sequence_encoder("mini")
        rows = list(encoder.embed_patches(waveforms))
    recipe = Recipe(encoder.name, encoder.fingerprint, kind, encoder.dim)
    clip_ids = tuple(clip.clip_id for clip in clips)
    path = tmp_path / "test.safetensors"
    contents = Contents(recipe, "soundscapes:test", len(clips), clip_ids)
    write_embeddings(path, contents, zip(clip_ids, rows, strict=True))
    resources = dataclasses.replace(
        example_resources(tmp_path), embedding_files=(path,), embedded_split="soundscapes:test"
    )
    check_captioner(SPECS[name], resources)

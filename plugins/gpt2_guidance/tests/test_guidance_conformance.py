"""Captioning with guidance keeps the contract; its GPT-2 is a tiny one of the true format."""

from __future__ import annotations

import pytest
from bench_gpt2_guidance import bench_systems
from bench_gpt2_guidance.guidance_options import GuidanceOptions
from bench_gpt2_guidance.prompt_options import PromptOptions
from bench_gpt2_guidance.triplet_options import TripletOptions
from guidance_toy_gpt2 import make_gpt2

from benchmark.testing import check_captioner

SPECS = {spec.name: spec for spec in bench_systems()}
UNTRAINED = {"constant"}  # a tiny GPT-2 that learned nothing says the same of everything


def quick_options(tmp_path, **settings):
    return GuidanceOptions(
        backbone=str(make_gpt2(tmp_path / "gpt2")),
        retrieval="epochs=1",
        k_guidance=2,
        max_guidance_tokens=40,
        max_caption_tokens=20,
        max_length=8,
        epochs=1,
        **settings,
    )


def test_triplet_retrieval_keeps_the_contract():
    check_captioner(SPECS["triplet-retrieval"], options=TripletOptions(epochs=1))


def test_captioning_by_a_prompt_keeps_the_contract(tmp_path):
    options = PromptOptions(
        backbone=str(make_gpt2(tmp_path / "gpt2")),
        retrieval="epochs=1",
        k_guidance=2,
        max_guidance_tokens=40,
        max_length=8,
    )
    check_captioner(SPECS["gpt2-prompt"], options=options, skip=UNTRAINED)


def test_captioning_by_a_prompt_to_the_mini_backbone_keeps_the_contract():
    options = PromptOptions(retrieval="epochs=1", max_length=12)
    check_captioner(SPECS["gpt2-prompt"], options=options, skip=UNTRAINED)


@pytest.mark.parametrize("name", ["gpt2-guid", "gpt2-guid-gt"])
def test_captioning_with_guidance_keeps_the_contract(tmp_path, name):
    check_captioner(SPECS[name], options=quick_options(tmp_path), skip=UNTRAINED)


def test_the_best_guidance_alone_keeps_the_contract_without_sounds(tmp_path):
    options = quick_options(tmp_path, uses_audio=False)
    check_captioner(SPECS["gpt2-guid-gt"], options=options, skip=UNTRAINED)

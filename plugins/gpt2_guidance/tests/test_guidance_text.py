from __future__ import annotations

from dataclasses import replace

import pytest
from bench_gpt2_guidance.backbone import load_backbone
from bench_gpt2_guidance.guidance_text import Writer
from guidance_toy_gpt2 import QUICK_GUIDANCE, make_gpt2
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    return load_backbone(str(make_gpt2(tmp_path_factory.mktemp("models") / "gpt2")))


@pytest.fixture(scope="module")
def writer(backbone):
    return Writer(backbone.tokenizer, backbone.end, QUICK_GUIDANCE)


def change(writer, **options):
    return replace(writer, settings=replace(writer.settings, **options))


def test_guidance_captions_end_with_a_stop_and_are_joined_by_blanks(writer):
    assert writer.spell(["a dog barks", " Rain falls. "]) == "a dog barks. Rain falls."
    other = change(writer, separator=" | ", ending="")
    assert other.spell(["a dog barks", "Rain falls."]) == "a dog barks | Rain falls."


def test_guidance_starts_with_the_end_of_text_unless_it_should_not(writer):
    ((first, *rest),), _ = writer.encode_guidance([["rain falls"]])
    assert first == writer.end
    assert writer.tokenizer.decode(rest) == "rain falls."
    (bare,), _ = change(writer, guidance_starts=False).encode_guidance([["rain falls"]])
    assert bare == rest


def test_guidance_beyond_256_tokens_is_cut_and_counted(writer):
    writer = change(writer, max_guidance_tokens=256)
    long = ["someone types on a keyboard " * 40] * 5
    (cut, whole), n_cut = writer.encode_guidance([long, ["rain falls"]])
    assert (len(cut), n_cut) == (256, 1)
    assert writer.tokenizer.decode(cut[1:]).startswith("someone types on a keyboard someone")
    assert len(whole) < 20
    n_tokens = len(whole)
    assert change(writer, max_guidance_tokens=n_tokens).encode_guidance([["rain falls"]])[1] == 0
    assert change(writer, max_guidance_tokens=n_tokens - 1).encode_guidance([["rain falls"]])[1]


def test_captions_end_and_cut_ones_do_not(writer):
    (caption, cut), n_cut = writer.encode_captions([" rain falls ", "rain falls " * 50])
    assert caption[-1] == writer.end
    assert (len(cut), n_cut) == (writer.settings.max_caption_tokens, 1)
    assert writer.end not in cut


def test_nothing_is_read_beyond_the_end(writer):
    (tokens,), _ = writer.encode_captions(["rain falls"])
    (more,), _ = writer.encode_captions(["a dog"])
    assert writer.decode([*tokens, *more]) == "rain falls"
    assert writer.decode([writer.end]) == ""


@given(text=st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_text_survives_the_tokens(writer, text):
    (tokens,), _ = change(writer, max_caption_tokens=512).encode_captions([text])
    if "<|endoftext|>" not in text:
        assert writer.decode(tokens) == text.strip()

"""``gpt2-guid`` and its ceiling from a training split to captions."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from bench_gpt2_guidance.guidance_options import GuidanceOptions
from bench_gpt2_guidance.preparation import prepare_best, prepare_retrieved
from bench_gpt2_guidance.prompt_options import PromptOptions
from bench_gpt2_guidance.prompting import prepare_prompted
from guidance_toy_clips import CAPTIONS, RATE_HZ, make_resources, make_split, make_waveform
from guidance_toy_gpt2 import given, make_gpt2
from lent_specs import lend

from benchmark import Clip, DataError, Evidence, MissingWeightsError, UsageError
from benchmark.metrics.bertscore import BestCaptionSearch, find_best_captions

RETRIEVAL = (
    'similarity_model="all-MiniLM-L6-v2",duration_s=1,threshold=0.6,epochs=2,batch_size=8,'
    "validation_share=0.2"
)
REFERENCES = {f"new-{kind}": texts[:2] for kind, texts in CAPTIONS.items()}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("artifacts")


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory):
    return str(make_gpt2(tmp_path_factory.mktemp("models") / "gpt2"))


@pytest.fixture(scope="module")
def options(gpt2):
    return given(
        backbone=gpt2, encoder="vggish[weights=random]", retrieval=RETRIEVAL, validation_share=0.1
    )


@pytest.fixture(scope="module")
def retrieved(root, options):
    return prepare_retrieved(make_resources(root, make_split()), options)


@pytest.fixture(scope="module")
def best(root, options):
    return prepare_best(evaluated(root, make_split()), options)


def evaluated(root, train):
    return replace(make_resources(root, train), references=REFERENCES)


def as_prompt(options):
    shared = {field.name: getattr(options, field.name) for field in fields(PromptOptions)}
    return PromptOptions(**shared)


def new_clips(has_sound=True):
    return [
        Clip(clip_id, make_waveform(kind, 999 if has_sound else 0, 1.0 * has_sound), RATE_HZ)
        for clip_id, kind in zip(REFERENCES, CAPTIONS, strict=True)
    ]


def test_sounds_are_captioned_and_the_batch_does_not_matter(retrieved, best):
    for captioner in (retrieved, best):
        together = captioner.caption(new_clips())
        assert len(together) == 3
        assert all(isinstance(caption, str) for caption in together)
        assert [captioner.caption([clip])[0] for clip in new_clips()] == together


def test_both_systems_share_what_was_trained(root, retrieved, best):
    assert retrieved.facts["weights"] == best.facts["weights"]
    weights = list(root.glob(f"{best.facts['weights']}/weights.safetensors"))
    assert len(weights) == 1
    assert not list(root.glob("unfinished-*"))


def test_the_facts_say_how_the_parts_came_about(root, retrieved, best, gpt2):
    facts = retrieved.facts
    assert facts["preset"] == "paper"
    assert facts["encoder"] == "vggish[weights=random]"
    assert (facts["backbone"], facts["k_guidance"], facts["n_training_clips"]) == ("gpt2", 2, 24)
    assert facts["n_parameters_trained"] > 0
    assert facts["n_parameters_frozen"] > 1000
    assert (root / facts["retrieval_weights"] / "weights.safetensors").is_file()
    assert best.facts["aggregation"] == "mean"
    assert retrieved.trained_on == best.trained_on == ("webtext",)
    for name in ("n_topped_up", "n_guidance_cut", "n_captions_cut"):
        assert isinstance(facts[name], int)
    json.dumps(facts)


def test_a_second_preparation_trains_nothing(root, retrieved, options):
    before = sorted(root.glob("gpt2-guid-*"))
    again = prepare_retrieved(make_resources(root, make_split()), options)
    assert sorted(root.glob("gpt2-guid-*")) == before
    assert again.caption(new_clips()) == retrieved.caption(new_clips())


def test_decoding_options_share_the_training(root, retrieved, options):
    shuffled = prepare_retrieved(
        make_resources(root, make_split()), replace(options, beam_size=2, guidance_shuffled=True)
    )
    assert shuffled.facts["weights"] == retrieved.facts["weights"]
    assert shuffled.facts["guidance_shuffled"] is True
    assert shuffled.caption(new_clips()) == shuffled.caption(new_clips())


def test_the_ceiling_is_guided_by_the_best_training_captions(root, best, options):
    resources = evaluated(root, make_split())
    found = find_best_captions(resources, BestCaptionSearch("all-MiniLM-L6-v2"), 2)
    clips = new_clips()
    assert best._source.guide(clips, None) == [found[clip.clip_id] for clip in clips]


def test_without_an_audio_branch_the_ceiling_needs_no_sound_at_all(root, options):
    deaf = replace(options, uses_audio=False)
    mute = make_split(missing=24)
    captioner = prepare_best(evaluated(root, mute), deaf)
    captions = captioner.caption(new_clips(has_sound=False))
    assert captions == captioner.caption(new_clips())
    assert (captioner.facts["encoder"], captioner.facts["uses_audio"]) == (None, False)
    # The sounds do not matter to module 2: retrieval shares its training.
    heard = prepare_retrieved(make_resources(root, make_split()), deaf)
    assert heard.facts["weights"] == captioner.facts["weights"]
    assert len(heard.caption(new_clips())) == 3


def test_a_silent_clip_is_an_error_where_the_audio_branch_listens(best):
    with pytest.raises(DataError, match=r"new-hum.*at least one sample"):
        best.caption(new_clips(has_sound=False))


def test_the_mini_preset_runs_with_no_download(root, monkeypatch):
    monkeypatch.delenv("BENCH_MODELS", raising=False)
    train = replace(make_split(), dataset="soundscapes")
    options = GuidanceOptions(
        k_guidance=2,
        epochs=2,
        batch_size=8,
        retrieval="epochs=1,duration_s=1,threshold=0.6,batch_size=8",
        max_length=8,
    )
    captioner = prepare_retrieved(make_resources(root, train), options)
    assert (captioner.facts["preset"], captioner.facts["backbone"]) == ("mini", "mini")
    assert captioner.trained_on == ("soundscapes:pretrain",)
    assert len(captioner.caption(new_clips())) == 3


def test_guidance_that_is_too_long_is_cut_and_counted(root, options):
    captioner = prepare_best(
        evaluated(root, make_split()), replace(options, max_guidance_tokens=6, uses_audio=False)
    )
    assert captioner.facts["n_guidance_cut"] == 0
    captioner.caption(new_clips())
    captioner.caption(new_clips()[:1])
    assert captioner.facts["n_guidance_cut"] == 4


def test_clips_without_similar_ones_are_topped_up_and_counted(root, options):
    captions = [*make_split().references.values()]
    captions[5] = ("zymurgy quietly ferments",)
    train = make_split(captions=captions)
    captioner = prepare_best(evaluated(root, train), replace(options, uses_audio=False))
    assert captioner.facts["n_topped_up"] >= 1


def test_guidance_by_caption_and_by_clip_are_different_trainings(root, options):
    captions = [CAPTIONS[kind][:2] for kind in CAPTIONS] * 8
    train = make_split(captions=captions)
    facts = [
        prepare_best(
            evaluated(root, train), replace(options, uses_audio=False, guidance_unit=unit)
        ).facts
        for unit in ("caption", "clip")
    ]
    assert [of["guidance_unit"] for of in facts] == ["caption", "clip"]
    assert {(of["n_training_clips"], of["n_training_captions"]) for of in facts} == {(24, 48)}
    assert facts[0]["weights"] != facts[1]["weights"]


def test_where_each_clip_has_one_caption_the_unit_of_guidance_changes_no_weights(
    root, retrieved, options
):
    by_clip = replace(options, guidance_unit="clip")
    again = prepare_retrieved(make_resources(root, make_split()), by_clip)
    assert again.facts["weights"] == retrieved.facts["weights"]


def with_validation(resources, n_clips=6):
    return replace(resources, validation=replace(make_split(n_clips), name="val"))


def test_with_a_validation_split_no_training_clip_is_held_out(root, retrieved, options):
    resources = with_validation(make_resources(root, make_split()))
    captioner = prepare_retrieved(resources, options)
    assert retrieved.facts["validation"] == "held out: 10 % of clips"
    assert captioner.facts["validation"] == "toy:val"
    assert captioner.facts["n_training_clips"] == retrieved.facts["n_training_clips"] == 24
    for name in ("weights", "retrieval_weights"):
        assert captioner.facts[name] != retrieved.facts[name]
        history = json.loads((root / captioner.facts[name] / "history.json").read_text())
        assert all(epoch["validation_loss"] is not None for epoch in history["epochs"])
    # Nothing is held out, so the share decides nothing.
    share = replace(options, validation_share=0.3, retrieval=f"{RETRIEVAL[:-3]}0.3")
    again = prepare_retrieved(resources, share)
    for name in ("weights", "retrieval_weights"):
        assert again.facts[name] == captioner.facts[name]
    assert len(captioner.caption(new_clips())) == 3


def test_another_validation_split_chooses_other_weights(root, options):
    deaf = replace(options, uses_audio=False)
    resources = evaluated(root, make_split())
    facts = [prepare_best(with_validation(resources, n), deaf).facts for n in (6, 9)]
    assert facts[0]["weights"] != facts[1]["weights"]
    assert facts[0]["validation"] == "toy:val"


def test_the_mini_backbone_is_chosen_by_the_validation_split_too(root, monkeypatch):
    monkeypatch.delenv("BENCH_MODELS", raising=False)
    resources = make_resources(root, replace(make_split(), dataset="soundscapes"))
    options = PromptOptions(k_guidance=2, retrieval="epochs=1,duration_s=1,batch_size=8")
    before = {folder.name for folder in root.glob("gpt2-mini-*")}
    prompted = prepare_prompted(with_validation(resources), options)
    (backbone,) = {
        folder.name for folder in root.glob("gpt2-mini-*") if "tokenizer" not in folder.name
    } - before
    history = json.loads((root / backbone / "history.json").read_text())
    assert all(epoch["validation_loss"] is not None for epoch in history["epochs"])
    assert prompted.facts["validation"] == "toy:val"


def test_a_prompt_is_what_the_other_system_is_guided_by_and_shares_its_retrieval(
    root, retrieved, options
):
    captioner = prepare_prompted(make_resources(root, make_split()), as_prompt(options))
    facts = captioner.facts
    assert facts["retrieval_weights"] == retrieved.facts["retrieval_weights"]
    assert "weights" not in facts
    clips = new_clips()
    assert all(isinstance(caption, str) for caption in captioner.caption(clips))
    for ours, theirs in zip(captioner.explain(clips), retrieved.explain(clips), strict=True):
        assert ours["guidance"] == theirs["guidance"]
        (prompt,) = ours["prompt"]
        assert prompt.text == " ".join(f"{evidence.text}." for evidence in ours["guidance"])


def test_a_prompt_that_is_too_long_is_counted(root, options):
    cut = replace(as_prompt(options), max_guidance_tokens=6)
    captioner = prepare_prompted(make_resources(root, make_split()), cut)
    captioner.caption(new_clips())
    assert captioner.facts["n_guidance_cut"] == 3
    ((prompt,),) = (explained["prompt"] for explained in captioner.explain(new_clips()[:1]))
    assert prompt.text.count(".") == 1


def test_a_prompt_and_guidance_share_the_mini_backbone_and_retrieval(root, monkeypatch):
    monkeypatch.delenv("BENCH_MODELS", raising=False)
    train = replace(make_split(), dataset="soundscapes")
    retrieval = "epochs=1,duration_s=1,threshold=0.6,batch_size=8"
    prompted = prepare_prompted(
        make_resources(root, train), PromptOptions(k_guidance=2, retrieval=retrieval)
    )
    before = sorted(root.glob("gpt2-mini-*"))
    guided = prepare_retrieved(
        make_resources(root, train),
        GuidanceOptions(k_guidance=2, retrieval=retrieval, epochs=1, batch_size=8),
    )
    assert sorted(root.glob("gpt2-mini-*")) == before
    assert prompted.facts["retrieval_weights"] == guided.facts["retrieval_weights"]
    assert prompted.facts["backbone"] == "mini"
    assert len(prompted.caption(new_clips())) == 3


def test_explanations_are_the_guidance_that_was_used_in_its_order(root, best, retrieved, options):
    clips = new_clips()
    for captioner in (best, retrieved):
        (patches,) = (captioner._reader.read(clips),)
        guidance = captioner._source.guide(clips, patches)
        assert captioner.explain(clips) == [
            {"guidance": [Evidence(caption) for caption in captions]} for captions in guidance
        ]
    deaf = prepare_best(evaluated(root, make_split()), replace(options, uses_audio=False))
    silent = deaf.explain(new_clips(has_sound=False))
    assert silent == best.explain(clips)


@pytest.mark.parametrize("prepare", [prepare_retrieved, prepare_best])
def test_a_split_without_sounds_is_told_the_way_out(root, options, prepare):
    with pytest.raises(
        DataError, match=r"toy:train: 0 of 24 .*bench data verify toy:train.*uses_audio=false"
    ):
        prepare(evaluated(root, make_split(missing=24)), options)


def test_fewer_clips_than_guidance_captions_are_refused(root, options):
    train = make_split(n_clips=6)
    with pytest.raises(DataError, match=r"6 clips have a caption, of which 5 train.*at least 6"):
        prepare_best(evaluated(root, train), replace(options, k_guidance=5, uses_audio=False))


def test_a_split_without_captions_is_refused(root, options):
    train = make_split(captions=[(" ",)] * 24)
    with pytest.raises(DataError, match="toy:train holds none"):
        prepare_best(evaluated(root, train), replace(options, uses_audio=False))
    with pytest.raises(UsageError, match="1 different texts among 24"):
        prepare_retrieved(make_resources(root, train), options)


def test_captions_without_words_are_neither_learnt_nor_guidance(root, options):
    captions = [*make_split().references.values()]
    captions[4] = ("",)
    captions[7] = (" ", captions[7][0])
    captioner = prepare_retrieved(make_resources(root, make_split(captions=captions)), options)
    assert captioner.facts["n_training_clips"] == 23
    assert len(captioner.caption(new_clips())) == 3


@pytest.mark.parametrize("prepare", [prepare_retrieved, prepare_best])
def test_a_run_without_a_training_split_says_how_to_name_one(root, options, prepare):
    with pytest.raises(DataError, match="--train"):
        prepare(evaluated(root, None), options)


def test_a_ceiling_without_references_is_an_error(root, options):
    with pytest.raises(DataError, match="gave no references"):
        prepare_best(make_resources(root, make_split()), replace(options, uses_audio=False))


def test_an_absent_backbone_is_an_error_at_once_and_no_mini(tmp_path, options, monkeypatch):
    monkeypatch.delenv("BENCH_MODELS", raising=False)
    monkeypatch.delenv("BENCH_HUB", raising=False)
    chosen = replace(options, backbone="gpt2-not-here", uses_audio=False)
    for prepare in (prepare_retrieved, prepare_best):
        with pytest.raises(MissingWeightsError, match="gpt2-not-here"):
            prepare(evaluated(tmp_path, make_split()), chosen)
    assert not list(tmp_path.iterdir())  # nothing was trained before


def test_more_guidance_tokens_than_positions_are_refused(root, options):
    chosen = replace(options, max_guidance_tokens=65, uses_audio=False)
    with pytest.raises(UsageError, match="64 positions"):
        prepare_best(evaluated(root, make_split()), chosen)


def test_an_encoder_of_another_width_will_do(root, options):
    from benchmark.encoders import ENCODERS, EncoderSpec

    class Levels:
        """Loudness in tenths of a second, three numbers for each."""

        name, fingerprint, dim, trained_on, sample_rate_hz = "levels", "l1", 3, ("ears",), RATE_HZ

        def embed_patches(self, waveforms):
            parts = (waveform[: len(waveform) // 1600 * 1600] for waveform in waveforms)
            tenths = (np.abs(part).reshape(-1, 1600) for part in parts)
            return [
                np.stack([of.mean(1), of.max(1), of.std(1)], axis=1).astype(np.float32)
                for of in tenths
            ]

    record = EncoderSpec(
        "levels", "", ("embed_patches",), type(ENCODERS["vggish"].options()),
        lambda *_: Levels(), (),
    )  # fmt: skip
    chosen = replace(options, encoder="levels", retrieval=f"{RETRIEVAL},n_heads=1")
    with lend("encoder", record):
        captioner = prepare_retrieved(make_resources(root, make_split()), chosen)
    assert captioner.facts["encoder"] == "levels"
    assert captioner.trained_on == ("ears", "webtext")
    assert len(captioner.caption(new_clips())) == 3


@pytest.mark.parametrize("prepare", [prepare_retrieved, prepare_best])
def test_training_clips_without_sounds_name_the_command_that_makes_their_embeddings(
    root, options, prepare
):
    silent = replace(make_split(), present=frozenset())
    with pytest.raises(DataError, match=r"bench embed .* --kind patches --duration 1 -o FILE"):
        prepare(evaluated(root, silent), options)

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from bench_wsac.options import MINI, WEIGHT_SETTINGS, WsacOptions
from bench_wsac.preparation import choose_vocabulary, prepare_wsac
from lent_specs import lend
from safetensors.torch import load_file
from torch.nn.modules.module import register_module_forward_hook
from wsac_toy import (
    CAPTIONS,
    QUICK,
    TOY_ENCODER,
    ToyEncoder,
    make_clip,
    make_resources,
    make_split,
)

from benchmark import DataError, MissingWeightsError, UsageError
from benchmark.encoders import load_joint_encoder


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("artifacts")


@pytest.fixture(scope="module")
def wsac(root):
    return prepare_wsac("none", make_resources(root, make_split()), QUICK)


def trainings(root):
    return {path.name for path in root.glob("wsac-decoder-*")}


def weights_of(root, system):
    return load_file(root / system.facts["weights"] / "weights.safetensors")


def assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        assert torch.equal(value, theirs[name]), name


# What is trained once


@pytest.mark.parametrize("strategy", ["nnd", "pd", "none"])
def test_systems_that_differ_in_decoding_share_a_training(root, wsac, strategy):
    before = trainings(root)
    system = prepare_wsac(strategy, make_resources(root, make_split()), QUICK)
    assert system.facts["weights"] == wsac.facts["weights"]
    assert trainings(root) == before


@pytest.mark.parametrize(
    ("strategy", "option", "value"),
    [
        ("pd", "temperature", 0.5), ("pd", "projection_renormalised", False),
        ("none", "beam_size", 3), ("none", "length_penalty", 0.5),
        ("none", "repetition_penalty", 1.3), ("none", "no_repeat_ngram", 2),
        ("none", "noise_std", 0.3), ("ni", "noise_std", 0.0), ("es", "shift", "decoding"),
        ("none", "renormalised", False), ("none", "gap_clips", 3),
    ],
)  # fmt: skip
def test_what_concerns_decoding_or_another_system_only_trains_nothing(
    root, wsac, strategy, option, value
):
    options = replace(QUICK, **{option: value})
    system = prepare_wsac(strategy, make_resources(root, make_split()), options)
    assert system.facts["weights"] == wsac.facts["weights"]


@pytest.mark.parametrize(
    ("strategy", "option", "value"),
    [
        ("none", "mapping", "mlp"), ("none", "n_layers", 2), ("none", "n_heads", 4),
        ("none", "width", 16), ("none", "dropout", 0.0), ("none", "vocabulary", "tokenizer"),
        ("none", "max_tokens", 6), ("none", "start_is_target", True),
        ("none", "learning_rate", 1e-3), ("none", "warmup_epochs", 0),
        ("none", "warmup_steps", 3), ("none", "schedule", "linear"),
        ("none", "drops_after_warmup", True),
        ("none", "weight_decay", 0.5), ("none", "epochs", 2), ("none", "batch_size", 4),
        ("none", "clip_norm", 0.0), ("none", "validation_share", 0.0),
        ("none", "best_by", "last"), ("none", "encoder", "toy[dim=16]"),
        ("none", "max_length", 9), ("none", "patience", 1),
        ("ni", "noise_std", 0.2), ("ni", "noise_std", "estimated"),
        ("es", "shift", "training"), ("es", "shift_noise_std", 0.1),
    ],
)  # fmt: skip
def test_what_changes_weights_trains_others(root, wsac, strategy, option, value):
    quick = replace(QUICK, epochs=1) if option != "epochs" else QUICK
    options = replace(quick, **{option: value})
    before = trainings(root)
    system = prepare_wsac(strategy, make_resources(root, make_split()), options)
    assert system.facts["weights"] != wsac.facts["weights"]
    assert trainings(root) - before == {system.facts["weights"]}


def test_another_caption_clip_or_seed_trains_others(root, wsac):
    quick = replace(QUICK, epochs=1)
    texts = [*make_split().references.values()]
    moved = [(*texts[0], texts[1][0]), texts[1][1:], *texts[2:]]
    found = {
        prepare_wsac("none", make_resources(root, split, seed), quick).facts["weights"]
        for split, seed in (
            (make_split(), 0),
            (make_split(), 1),
            (make_split(captions=[("a saw cuts wood",), *texts[1:]]), 0),
            (make_split(captions=moved), 0),
        )
    }
    assert len(found) == 4


def test_the_key_on_disk_names_all_that_weights_depend_on(root, wsac):
    key = json.loads((root / wsac.facts["weights"] / "key.json").read_text())
    others = {"code", "training_loop", "encoder", "captions", "validation", "bridge", "seed"}
    assert key.keys() == {*WEIGHT_SETTINGS, *others, "device"}


def test_the_same_seed_gives_the_same_weights_anywhere(tmp_path, root, wsac):
    torch.manual_seed(123)
    again = prepare_wsac("none", make_resources(tmp_path, make_split()), QUICK)
    assert_same(weights_of(tmp_path, again), weights_of(root, wsac))


# Options that have their effect


def test_the_mappings_differ_by_one_layer(root, wsac):
    options = replace(QUICK, mapping="mlp", epochs=1)
    mlp = prepare_wsac("none", make_resources(root, make_split()), options)
    assert mlp.facts["n_parameters"] - wsac.facts["n_parameters"] == 32**2 + 32


@pytest.mark.parametrize(
    ("vocabulary", "n_rows"), [("used", None), ("tokenizer", None), ("gpt2", 50_257)]
)
def test_the_table_has_the_rows_that_were_asked_for(root, vocabulary, n_rows):
    options = replace(QUICK, vocabulary=vocabulary, epochs=1, width=2)
    split = make_split(2, captions=[("rain falls",), ("a dog barks",)])
    system = prepare_wsac("none", make_resources(root, split), options)
    tokenizer = load_joint_encoder("toy").tokenizer
    expected = {"used": 5 + 2, "tokenizer": tokenizer.get_vocab_size()}
    assert system.facts["n_pieces"] == (n_rows or expected[vocabulary])


def test_the_tail_of_the_memory_is_dropped_only_where_that_is_asked(tmp_path):
    """1,001 captions, of which the last by its clip's name is the only one of a bird."""
    texts = [("a dog barks",)] * 1001
    texts[999] = ("a small bird sings",)
    split = make_split(1001, captions=texts)
    assert split.clip_ids[-1] == "clip-999"
    resources = make_resources(tmp_path, replace(split, present=frozenset()))
    options = replace(QUICK, epochs=1, batch_size=256)
    encoder = load_joint_encoder("toy")
    sound = encoder.embed_audio([make_clip("bird").waveform])
    dog, bird = encoder.embed_text(["a dog barks", "a small bird sings"])
    whole = prepare_wsac("nnd", resources, options)
    cut = prepare_wsac("nnd", resources, replace(options, memory_tail_dropped=True))
    np.testing.assert_array_equal(whole._crossing.cross(sound), [bird])
    np.testing.assert_array_equal(cut._crossing.cross(sound), [dog])


def test_a_memory_that_is_all_tail_is_refused(root):
    options = replace(QUICK, memory_tail_dropped=True)
    with pytest.raises(DataError, match="leaves nothing of 48 captions; expected 1000 or more"):
        prepare_wsac("pd", make_resources(root, make_split()), options)


def test_what_is_looked_up_may_be_fed_to_the_decoder_without_the_mapping(root):
    options = replace(QUICK, is_mapped=False, encoder="toy[dim=32]", epochs=1)
    resources = make_resources(root, make_split())
    straight = prepare_wsac("pd", resources, options)
    mapped = prepare_wsac("pd", resources, replace(options, is_mapped=True))
    assert straight.facts["weights"] == mapped.facts["weights"]
    sound = load_joint_encoder("toy[dim=32]").embed_audio([make_clip("dog").waveform])
    with torch.inference_mode():
        read = torch.from_numpy(straight._crossing.cross(sound))
        prefixes = {False: read, True: mapped._decoder.mapping(read)}
    for system, is_mapped in ((straight, False), (mapped, True)):
        rows = system._decoder.write(prefixes[is_mapped])
        expected = [system._vocabulary.decode(of_one) for of_one in rows]
        assert system.caption_embeddings(sound) == expected


def test_widths_that_do_not_agree_cannot_go_without_the_mapping(root):
    options = replace(QUICK, is_mapped=False)
    with pytest.raises(UsageError, match=r"width 24 to a decoder of width 32.*width=24"):
        prepare_wsac("nnd", make_resources(root, make_split()), options)


def test_a_shift_at_decoding_takes_off_what_one_in_training_adds(root, wsac):
    resources = make_resources(root, make_split())
    options = replace(QUICK, renormalised=False)
    at_decoding = prepare_wsac("es", resources, replace(options, shift="decoding"))
    in_training = prepare_wsac("es", resources, options)
    assert at_decoding.facts["gap_norm"] == in_training.facts["gap_norm"] > 0.1
    assert (at_decoding.facts["gap_clips"], at_decoding.facts["gap_source"]) == (24, "toy:train")
    assert at_decoding.facts["weights"] == wsac.facts["weights"]
    sound = load_joint_encoder("toy").embed_audio([make_clip("dog").waveform])
    moved = np.linalg.norm(at_decoding._crossing.cross(sound) - sound)
    assert moved == pytest.approx(at_decoding.facts["gap_norm"], rel=1e-5)
    np.testing.assert_array_equal(in_training._crossing.cross(sound), sound)


def test_facts_say_what_was_estimated_and_cut(root, wsac):
    resources = make_resources(root, make_split())
    noisy = prepare_wsac("ni", resources, replace(QUICK, noise_std="estimated", epochs=1))
    assert 0 < noisy.facts["noise_std"] < 0.5
    assert noisy.facts["noise_source"] == "toy:train"
    assert not {"noise_std", "noise_source"} & wsac.facts.keys()
    assert (wsac.facts["preset"], wsac.facts["encoder"]) == ("mini", "toy")
    assert (wsac.facts["n_captions"], wsac.facts["n_captions_cut"]) == (48, 0)
    cut = prepare_wsac("none", resources, replace(QUICK, max_tokens=6, epochs=1))
    assert cut.facts["n_captions_cut"] == 4 * sum(
        len(text.split()) > 5 for texts in CAPTIONS.values() for text in texts
    )


def test_a_gap_from_another_data_set_is_told_with_what_was_trained_on(root, tones_folder):
    resources = make_resources(root, make_split())
    options = replace(QUICK, gap_source=f"folder:{tones_folder}:train", shift="decoding")
    assert prepare_wsac("es", resources, options).trained_on == (
        "toy-pretraining", f"folder:{tones_folder}:train",
    )  # fmt: skip


def test_what_encoder_and_gap_have_both_heard_is_told_once(root, monkeypatch):
    monkeypatch.setattr(ToyEncoder, "trained_on", ("toy:train", "toy-pretraining"))
    resources = make_resources(root, make_split())
    system = prepare_wsac("es", resources, replace(QUICK, shift="decoding"))
    assert system.trained_on == ("toy:train", "toy-pretraining")


def test_a_gap_measured_on_the_training_sounds_is_told_as_having_seen_them(root):
    resources = make_resources(root, make_split())
    for source in ("train", "toy:train"):
        options = replace(QUICK, gap_source=source, shift="decoding")
        system = prepare_wsac("es", resources, options)
        assert system.trained_on == ("toy-pretraining", "toy:train")
        assert system.facts["gap_source"] == "toy:train"


# What cannot be learnt from


@pytest.mark.parametrize("captions", [[()], [("", "  ")]])
def test_a_split_without_captions_is_refused(tmp_path, captions):
    split = make_split(1, captions=captions)
    with pytest.raises(DataError, match=r"toy:train holds no caption with a word.*--train"):
        prepare_wsac("none", make_resources(tmp_path, split), QUICK)


def test_a_run_without_a_training_split_is_refused(tmp_path):
    with pytest.raises(DataError, match="no training split"):
        prepare_wsac("none", make_resources(tmp_path, None), QUICK)


@pytest.mark.parametrize("vocabulary", ["used", "tokenizer", "gpt2"])
def test_captions_that_tokenise_to_nothing_are_refused(tmp_path, vocabulary):
    split = make_split(2, captions=[("[CLS]",), ("[SEP] [SEP]",)])
    options = replace(QUICK, vocabulary=vocabulary)
    with pytest.raises(DataError, match="finds no word in 2 training captions"):
        prepare_wsac("none", make_resources(tmp_path, split), options)


@pytest.mark.parametrize("strategy", ["none", "ni", "es", "nnd", "pd"])
def test_one_clip_with_one_caption_is_enough(tmp_path, strategy):
    split = make_split(1, captions=[("a dog barks",)])
    options = replace(QUICK, noise_std=0.1, epochs=2)
    system = prepare_wsac(strategy, make_resources(tmp_path, split), options)
    (caption,) = system.caption([make_clip("dog")])
    assert set(caption.split()) <= {"a", "dog", "barks"}


def test_captions_of_400_words_are_cut_and_learnt(tmp_path):
    split = make_split(2, captions=[("rain " * 400,), ("a dog barks " * 133,)])
    system = prepare_wsac("none", make_resources(tmp_path, split), QUICK)
    assert system.facts["n_captions_cut"] == 2
    assert len(system.caption([make_clip("rain")])[0].split()) <= 14


@pytest.mark.parametrize("preset", ["paper", "code"])
def test_without_the_papers_clap_the_presets_say_where_it_comes_from(tmp_path, preset):
    resources = make_resources(tmp_path, make_split())
    with pytest.raises(MissingWeightsError) as caught:
        prepare_wsac("pd", resources, WsacOptions(preset=preset))
    said = str(caught.value)
    assert f"with preset={preset}, WSAC reads and hears through ase, the CLAP of the paper" in said
    assert "https://github.com/XinhaoMei/WavCaps" in said
    assert "CNN14-BERT-PT.pt" in said
    assert 'encoder="ase[checkpoint=FILE]"' in said
    assert "encoder=clap" in said


def test_another_encoder_without_weights_is_its_own_error(tmp_path):
    options = WsacOptions(preset="paper", encoder=f"clap[model={tmp_path / 'none'}]")
    with pytest.raises(MissingWeightsError) as caught:
        prepare_wsac("none", make_resources(tmp_path, make_split()), options)
    assert "the CLAP of the paper" not in str(caught.value)


def test_options_that_do_not_fit_the_data_sets_preset_are_a_usage_error(tmp_path):
    split = make_split(2, dataset="soundscapes")
    options = replace(QUICK, preset=None, width=None, n_heads=12)
    with pytest.raises(UsageError, match=r"preset=mini, which fits soundscapes: width=128"):
        prepare_wsac("none", make_resources(tmp_path, split), options)


def test_an_encoder_without_a_tokenizer_is_refused():
    def load(options, name, device):
        bare = ToyEncoder(name, options)
        del bare.tokenizer
        return bare

    with lend("encoder", replace(TOY_ENCODER, name="bare", load=load)):
        bare = load_joint_encoder("bare")
    with pytest.raises(UsageError, match="encoder bare shows no tokenizer"):
        choose_vocabulary(bare, ["a dog barks"], MINI)


# Trainings that were stopped


@contextmanager
def ctrl_c_at(n_forwards):
    """Press Ctrl-C during a forward pass of a decoder in training."""
    seen = 0

    def press(module, *_):
        nonlocal seen
        if type(module).__name__ == "GPT2Model" and module.training:
            seen += 1
            if seen == n_forwards:
                os.kill(os.getpid(), signal.SIGINT)

    handle = register_module_forward_hook(press)
    try:
        yield
    finally:
        handle.remove()


def test_a_preparation_that_was_stopped_leaves_no_half_artifact_and_goes_on(tmp_path, root, wsac):
    with ctrl_c_at(7), pytest.raises(KeyboardInterrupt):
        prepare_wsac("none", make_resources(tmp_path, make_split()), QUICK)
    assert trainings(tmp_path) == set()
    (unfinished,) = tmp_path.glob("unfinished-wsac-decoder-*/checkpoint.pt")
    again = prepare_wsac("pd", make_resources(tmp_path, make_split()), QUICK)
    assert_same(weights_of(tmp_path, again), weights_of(root, wsac))
    assert not unfinished.parent.exists()


def test_a_full_disk_is_an_error_and_leaves_no_half_artifact(tmp_path, root, wsac):
    """A limit on the size of files fails in the same calls as a full disk."""
    n_bytes = (root / wsac.facts["weights"] / "weights.safetensors").stat().st_size // 2
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("wsac_toy.py")), "small-files",
         str(tmp_path), str(n_bytes)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.startswith("cannot write the trained weights")
    assert "Free some space" in done.stdout
    assert trainings(tmp_path) == set()
    assert not list(tmp_path.glob(".wsac-decoder*"))
    again = prepare_wsac("none", make_resources(tmp_path, make_split()), QUICK)
    assert_same(weights_of(tmp_path, again), weights_of(root, wsac))

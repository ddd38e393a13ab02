"""The five systems at work, from sounds to captions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from bench_wsac import bench_systems
from bench_wsac.options import WsacOptions
from bench_wsac.preparation import prepare_wsac
from tiny_models import make_clap
from wsac_toy import CAPTIONS, PITCHES_HZ, QUICK, RATE_HZ, make_clip, make_resources, make_split

from benchmark import Clip, DataError
from benchmark.datasets import load_folder, read_sound
from benchmark.encoders import load_joint_encoder

STRATEGIES = ("none", "ni", "es", "nnd", "pd")
LEARNT = replace(QUICK, epochs=25, dropout=0.0, validation_share=0.0, noise_std=0.05)


@pytest.fixture(scope="module")
def systems(tmp_path_factory):
    resources = make_resources(tmp_path_factory.mktemp("artifacts"), make_split())
    return {strategy: prepare_wsac(strategy, resources, LEARNT) for strategy in STRATEGIES}


def n_right(system):
    captions = system.caption([make_clip(kind) for kind in PITCHES_HZ])
    return sum(kind in caption for kind, caption in zip(PITCHES_HZ, captions, strict=True))


def test_every_strategy_names_what_it_hears(systems):
    right = {strategy: n_right(system) for strategy, system in systems.items()}
    assert right["nnd"] == right["pd"] == len(PITCHES_HZ)
    assert min(right.values()) >= 4


def test_decoding_from_the_nearest_caption_gives_captions_of_the_split(systems):
    clips = [make_clip(kind) for kind in PITCHES_HZ]
    for kind, caption in zip(PITCHES_HZ, systems["nnd"].caption(clips), strict=True):
        assert caption in CAPTIONS[kind]


def test_a_decoder_tells_what_a_captions_embedding_tells(systems):
    captions = [text for texts in CAPTIONS.values() for text in texts]
    rebuilt = systems["none"].caption_embeddings(load_joint_encoder("toy").embed_text(captions))
    kinds = [kind for kind in CAPTIONS for _ in range(2)]
    for kind, caption in zip(kinds, rebuilt, strict=True):
        assert caption in CAPTIONS[kind]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_captions_depend_on_no_other_clip_of_the_batch(systems, strategy):
    clips = [
        make_clip(kind, seed, duration_s)
        for seed in range(5)
        for kind in PITCHES_HZ
        for duration_s in (0.1, 0.3)
    ] + [make_clip(kind, 50) for kind in list(PITCHES_HZ)[:4]]
    assert len(clips) == 64
    together = systems[strategy].caption(clips)
    assert [systems[strategy].caption([clip])[0] for clip in clips] == together
    assert len(set(together)) >= 4


def test_a_second_preparation_captions_alike(systems, tmp_path):
    clips = [make_clip(kind, 7) for kind in PITCHES_HZ]
    again = prepare_wsac("pd", make_resources(tmp_path, make_split()), LEARNT)
    assert again.caption(clips) == systems["pd"].caption(clips)


def test_the_encoder_gives_the_rate_and_what_was_trained_on(systems):
    for strategy, system in systems.items():
        assert system.sample_rate_hz == RATE_HZ
        heard = ("toy:train",) if strategy == "es" else ()
        assert system.trained_on == ("toy-pretraining", *heard)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_strategies_that_look_captions_up_say_which(systems, strategy):
    clips = [make_clip(kind) for kind in PITCHES_HZ]
    explained = systems[strategy].explain(clips)
    assert [systems[strategy].explain([clip])[0] for clip in clips] == explained
    if strategy not in ("nnd", "pd"):
        assert explained == [{} for _ in clips]
        return
    for kind, said in zip(PITCHES_HZ, explained, strict=True):
        (nearest,) = said.values()
        assert list(said) == ["nearest captions"]
        assert nearest[0].text in CAPTIONS[kind]
        assert len({each.text for each in nearest}) == 5
        assert 0 < nearest[0].weight <= 1


# Sounds that are hard to hear


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_silence_and_the_shortest_sounds_are_captioned(systems, strategy):
    clips = [
        Clip("silence", np.zeros(2000, np.float32), RATE_HZ),
        Clip("one sample", np.array([0.5], np.float32), RATE_HZ),
        make_clip("dog", duration_s=0.001),
    ]
    captions = systems[strategy].caption(clips)
    words = {word for texts in CAPTIONS.values() for text in texts for word in text.split()}
    assert len(captions) == 3
    assert all(set(caption.split()) <= words for caption in captions)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_sound_that_is_not_finite_names_its_clip(systems, value):
    broken = make_clip("dog").waveform.copy()
    broken[17] = value
    clips = [make_clip("rain"), Clip("broken.wav", broken, RATE_HZ)]
    with pytest.raises(DataError, match=r"clip 'broken\.wav'.*at sample 17"):
        systems["pd"].caption(clips)


def test_an_empty_sound_names_its_clip(systems):
    with pytest.raises(DataError, match=r"clip 'empty'.*at least one sample"):
        systems["none"].caption([Clip("empty", np.empty(0, np.float32), RATE_HZ)])


def test_a_training_sound_that_is_not_finite_names_its_clip(tmp_path):
    split = make_split(4)

    def read(clip_id, sample_rate_hz):
        clip = split.read_clip(clip_id, sample_rate_hz)
        return replace(clip, waveform=clip.waveform * np.nan) if clip_id == "clip-02" else clip

    resources = make_resources(tmp_path, replace(split, read_clip=read))
    with pytest.raises(DataError, match="clip 'clip-02'"):
        prepare_wsac("es", resources, QUICK)
    assert prepare_wsac("pd", resources, QUICK).caption([make_clip("dog")])  # it hears no sound


# As a plugin


def test_each_declared_system_prepares_its_own_strategy(systems, tmp_path):
    clip = make_clip("saw")
    resources = make_resources(tmp_path, make_split())
    for spec in bench_systems():
        strategy = spec.name.removeprefix("wsac").removeprefix("-") or "none"
        captioner = spec.prepare(resources, LEARNT)
        assert captioner._crossing.strategy == strategy
        assert captioner.caption([clip]) == systems[strategy].caption([clip])


def test_the_command_captions_a_folder_as_the_plugin_does(tmp_path, tones_folder):
    """With a true, tiny CLAP, whose name with options stands in the option of another."""
    options = {
        "preset": "mini", "encoder": f"clap[model={make_clap(tmp_path / 'clap')}]",
        "n_layers": 1, "n_heads": 2, "width": 32, "epochs": 30, "learning_rate": 0.01,
    }  # fmt: skip
    spelled = ",".join(f'{name}="{value}"' for name, value in options.items())
    train = f"folder:{tones_folder}:train"
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", "caption", str(tones_folder), "--format", "json",
         "--system", f"wsac-pd[{spelled}]", "--train", train],
        env={**os.environ, "BENCH_CACHE": str(tmp_path / "cache"),
             "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    split = load_folder(tones_folder, "train")
    resources = make_resources(tmp_path / "cache" / "artifacts", split)
    system = prepare_wsac("pd", resources, WsacOptions(**options))
    paths, rate_hz = sorted(tones_folder.glob("*.wav")), system.sample_rate_hz
    clips = [Clip(str(path), read_sound(path, rate_hz), rate_hz) for path in paths]
    expected = dict(zip(map(str, paths), system.caption(clips), strict=True))
    assert json.loads(done.stdout) == expected
    words = {word for texts in CAPTIONS.values() for text in texts for word in text.split()}
    assert set(" ".join(expected.values()).split()) & words

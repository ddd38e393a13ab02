"""The preset `paper` on a tiny checkpoint of the paper's CLAP, of its true format."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ase_reference import make_ase
from bench_wsac.options import WsacOptions
from bench_wsac.preparation import prepare_wsac
from wsac_toy import make_resources, make_tone

from benchmark import Clip, Split

# All else is the preset's; a true size would take minutes.
SMALL = {"n_layers": 1, "n_heads": 1, "width": 8, "epochs": 1, "preset": "paper"}
AUDIOCAPS = {f"clip-{number:02}": (f"rain and dog {number}",) for number in range(3)}
CLOTHO = {"a.wav": ("a dog barks", "rain"), "b.wav": ("a dog", "a dog and rain")}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ase")
    make_ase(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_MODELS", str(folder))
        yield folder / "ase.pt"


@pytest.fixture
def resources(tmp_path):
    """Give AudioCaps' training captions, without sounds, and a Clotho that has some."""

    def read(clip_id, sample_rate_hz):
        tone = make_tone("dog", ord(clip_id[0]), 4.0)  # 1 s at 32 kHz
        return Clip(clip_id, tone, sample_rate_hz)

    clotho = Split("clotho", "development", CLOTHO, frozenset(CLOTHO), read)
    audiocaps = Split("audiocaps", "train", AUDIOCAPS, frozenset(), read)
    return replace(
        make_resources(tmp_path, audiocaps), load_split={"clotho:development": clotho}.__getitem__
    )


def prepare(strategy, resources, checkpoint, **options):
    encoder = f"ase[checkpoint={checkpoint}]"
    return prepare_wsac(
        strategy, resources, WsacOptions(**{"encoder": encoder, **SMALL, **options})
    )


def test_with_the_papers_clap_the_noise_is_the_papers(resources, checkpoint):
    system = prepare("ni", resources, checkpoint)
    assert system.facts["noise_std"] == pytest.approx(0.013**0.5, rel=1e-3)
    assert "noise_source" not in system.facts
    assert system.caption([Clip("new", make_tone("rain", 1, 4.0), 32_000)])


def test_audiocaps_noise_can_be_estimated_on_clotho(resources, checkpoint):
    named = prepare("ni", resources, checkpoint, noise_source="clotho:development")
    by_itself = prepare("ni", resources, checkpoint, noise_std="estimated")
    assert named.facts["noise_source"] == "clotho:development"
    assert named.facts["noise_std"] == by_itself.facts["noise_std"] > 0
    assert named.facts["weights"] == by_itself.facts["weights"]


def test_audiocaps_gap_is_measured_on_clothos_sounds(resources, checkpoint):
    system = prepare("es", resources, checkpoint)
    assert (system.facts["gap_source"], system.facts["gap_clips"]) == ("clotho:development", 2)


def test_whether_the_papers_clap_saw_audiocaps_and_clotho_is_unknown_unless_it_is_said(
    resources, checkpoint
):
    assert prepare("none", resources, checkpoint).trained_on == ("wavcaps", "unknown")
    said = f'ase[checkpoint="{checkpoint}",trained_on=wavcaps]'
    assert prepare("none", resources, checkpoint, encoder=said).trained_on == ("wavcaps",)
    heard = prepare("es", resources, checkpoint, encoder=said).trained_on
    assert heard == ("wavcaps", "clotho:development")

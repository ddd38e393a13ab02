"""``bench gap --figure`` on real runs over made-up noises, with a tiny CLAP."""

from __future__ import annotations

import json

import numpy as np
import pytest
from bench_wsac.gap_study.measure import gap_vector
from bench_wsac.gap_study.paper_figures import PAIRS_DRAWN, report_figure
from bench_wsac.gap_study.study import GapRequest, report_gap
from gap_runs import captioned, invoke, run_on_training

from benchmark import DataError
from benchmark.datasets import load_folder
from benchmark.runs import RunError


def request(place, encoder, **options):
    return GapRequest(place / "run", place, (encoder.name,), **options)


def by_strategy(report):
    (gap,) = report.encoders
    return {crossing.strategy: crossing for crossing in gap.crossings}


def embed(encoder, split):
    """Embed a split without any store: sounds, and the captions of each clip."""
    clips = [split.read_clip(clip_id, encoder.sample_rate_hz) for clip_id in split.clip_ids]
    captions = [encoder.embed_text(split.references[clip_id]) for clip_id in split.clip_ids]
    return encoder.embed_audio([clip.waveform for clip in clips]), captions


def assert_pairs_of(pairs, sounds, captions):
    """Each sound has one caption, which is one of its own."""
    np.testing.assert_allclose(pairs.sounds, sounds, atol=1e-5)
    assert pairs.clip_of.tolist() == list(range(len(sounds)))
    for drawn, own in zip(pairs.captions, captions, strict=True):
        assert np.abs(own - drawn).max(axis=1).min() < 1e-5


def test_figure_2_shows_pairs_of_the_training_split(place, encoder):
    (crossing,) = by_strategy(report_figure(request(place, encoder), 2)).values()
    train = load_folder(place / "clips", "train")
    assert_pairs_of(crossing.pairs, *embed(encoder, train))
    assert (crossing.strategy, crossing.settings) == (
        "before",
        {"pairs_of": str(train.label), "n_pairs": 4},
    )


def test_figure_3_changes_training_captions_and_replaces_evaluated_sounds(place, encoder, facts):
    source = f"folder:{place / 'clips'}:test"
    facts(
        constant={"encoder": encoder.name, "temperature": 0.05, "noise_std": 0.2},
        random_train={"encoder": encoder.name, "gap_source": source},
    )
    found = by_strategy(report_figure(request(place, encoder), 3))
    assert tuple(found) == ("noise", "shift of captions", "nearest", "projection")
    (before,) = by_strategy(report_figure(request(place, encoder), 2)).values()
    noisy, shifted = found["noise"], found["shift of captions"]
    for changed in (noisy, shifted):
        np.testing.assert_array_equal(changed.pairs.sounds, before.pairs.sounds)
        assert changed.settings["pairs_of"].endswith(":train")
    drawn = noisy.pairs.captions - before.pairs.captions
    assert drawn.std() == pytest.approx(0.2, rel=0.25)
    full = by_strategy(report_gap(request(place, encoder)))
    gap = gap_vector(full["before"].pairs)  # of the split that the system named
    np.testing.assert_allclose(shifted.pairs.captions, before.pairs.captions + gap, atol=1e-6)
    evaluated = embed(encoder, load_folder(place / "clips", "test"))
    for replaced in ("nearest", "projection"):
        pairs = found[replaced].pairs
        np.testing.assert_array_equal(pairs.sounds, full[replaced].pairs.sounds)
        assert_pairs_of(type(pairs)(evaluated[0], pairs.captions, pairs.clip_of), *evaluated)
        assert found[replaced].settings["pairs_of"].endswith(":test")
    assert found["projection"].settings["temperature"] == 0.05


def test_without_known_noise_the_others_are_shown_and_a_note_says_so(place, encoder):
    report = report_figure(request(place, encoder), 3)
    assert tuple(by_strategy(report)) == ("shift of captions", "nearest", "projection")
    assert report.encoders[0].notes == (
        "noise: no system of the run with this encoder says how much it adds.",
    )


def test_so_many_pairs_are_drawn_with_the_seed_of_the_run(place, encoder):
    assert PAIRS_DRAWN == 300
    for figure in (2, 3):
        first, again = (
            by_strategy(report_figure(request(place, encoder, n_clips=2), figure)) for _ in range(2)
        )
        for strategy, crossing in first.items():
            assert crossing.pairs.sounds.shape[0] == 2
            for side in ("sounds", "captions"):
                one, other = (getattr(of[strategy].pairs, side) for of in (first, again))
                np.testing.assert_array_equal(one, other)


def test_a_run_on_the_training_split_has_figure_2_alone(place, encoder, tmp_path):
    asked = GapRequest(run_on_training(place, tmp_path / "run"), place, (encoder.name,))
    assert len(by_strategy(report_figure(asked, 2))["before"].pairs.sounds) == 4
    with pytest.raises(RunError, match="in figure 3 sounds would find their own captions"):
        report_figure(asked, 3)


def test_training_clips_without_sounds_are_refused(place, encoder, tmp_path):
    deaf = tmp_path / "deaf"
    deaf.mkdir()
    (deaf / "train.csv").write_text("file_name,caption\nc.wav,wind blows\n")
    run = captioned(
        tmp_path / "run", f"folder:{place / 'clips'}", "--train", f"folder:{deaf}:train"
    )
    with pytest.raises(DataError, match=r"none of the 1 clips of folder:.*deaf:train has a sound"):
        report_figure(GapRequest(run, place, (encoder.name,)), 2)


def test_the_command_draws_them_and_prints_what_they_show(place, encoder, tmp_path):
    asked = ("gap", place / "run", "--encoder", encoder.name, "--data-root", place)
    drawn = {}
    for figure in (2, 3):
        for projection in ("tsne", "pca"):
            picture = tmp_path / f"{figure}{projection}.png"
            figures = tmp_path / "figures.json"
            result = invoke(*asked, "--figure", figure, "--project", projection,
                            "-o", picture, "--json", figures)  # fmt: skip
            assert result.exit_code == 0, result.output
            assert "pairs" in result.output
            drawn[figure, projection] = picture.read_bytes()
            crossings = json.loads(figures.read_text())["encoders"][0]["crossings"]
            assert all(crossing["settings"]["pairs_of"] for crossing in crossings)
    assert len(set(drawn.values())) == 4
    again = tmp_path / "again.png"
    assert invoke(*asked, "--figure", 3, "-o", again).exit_code == 0
    assert again.read_bytes() == drawn[3, "tsne"]  # t-SNE is what the paper draws


def test_a_figure_without_a_file_is_refused(place, encoder):
    for options in (("--figure", 2), ("--project", "pca")):
        result = invoke("gap", place / "run", "--encoder", encoder.name, *options)
        assert result.exit_code == 2
        assert "name it with --out" in result.output
    assert invoke("gap", place / "run", "--figure", 4, "-o", "x.png").exit_code == 2

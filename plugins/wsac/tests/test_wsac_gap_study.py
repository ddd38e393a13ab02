"""``bench gap`` on real runs over made-up noises, with a tiny CLAP."""

from __future__ import annotations

import json

import numpy as np
import pytest
from bench_wsac.gap_study.study import GapRequest, report_gap
from gap_runs import captioned, invoke, run_on_training
from read_tables import read_text

from benchmark import DataError, UnknownNameError, UsageError
from benchmark.datasets import load_folder
from benchmark.runs import RunError

CRUDE = ("before", "shift", "nearest", "projection")


def request(place, *encoders, **options):
    return GapRequest(place / "run", place, encoders, **options)


def by_strategy(gap):
    return {crossing.strategy: crossing for crossing in gap.crossings}


def embed(encoder, split):
    """Embed a split without any store: all sounds, and captions clip by clip."""
    clips = [split.read_clip(clip_id, encoder.sample_rate_hz) for clip_id in split.clip_ids]
    captions = [encoder.embed_text(split.references[clip_id]) for clip_id in split.clip_ids]
    return encoder.embed_audio([clip.waveform for clip in clips]), captions


def test_figures_follow_from_the_embeddings_of_the_run_and_its_training_split(place, encoder):
    (gap,) = report_gap(request(place, encoder.name)).encoders
    sounds, captions = embed(encoder, load_folder(place / "clips", "test"))
    train_sounds, train_captions = embed(encoder, load_folder(place / "clips", "train"))
    found = by_strategy(gap)
    assert tuple(found) == CRUDE
    assert (gap.n_memory, gap.before.sounds.shape) == (8, (6, 12))
    vector = sounds.mean(axis=0) - np.concatenate(captions).mean(axis=0)
    assert found["before"].figures.gap_norm == pytest.approx(np.linalg.norm(vector), abs=1e-5)
    cosines = [float((sound @ own.T).mean()) for sound, own in zip(sounds, captions, strict=True)]
    assert found["before"].figures.paired_cosine == pytest.approx(np.mean(cosines), abs=1e-5)
    shift = train_sounds.mean(axis=0) - np.concatenate(train_captions).mean(axis=0)
    np.testing.assert_allclose(found["shift"].pairs.sounds, sounds - shift, atol=1e-5)
    memory = np.concatenate(train_captions)
    nearest = memory[(sounds @ memory.T).argmax(axis=1)]
    np.testing.assert_allclose(found["nearest"].pairs.sounds, nearest, atol=1e-5)
    weights = np.exp(sounds.astype(np.float64) @ memory.T / 0.01)
    projected = weights @ memory / weights.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found["projection"].pairs.sounds, projected, atol=1e-4)


def test_the_table_the_json_and_the_picture_tell_the_same(place, encoder):
    picture, figures = place / "gap.png", place / "gap.json"
    result = invoke("gap", place / "run", "--encoder", encoder.name, "--data-root", place,
                    "-o", picture, "--json", figures, "--wide")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert picture.read_bytes().startswith(b"\x89PNG")
    record = json.loads(figures.read_text())
    assert record["dataset"] == f"folder:{place / 'clips'}:test"
    assert record["train"] == f"folder:{place / 'clips'}:train"
    (gap,) = record["encoders"]
    assert [gap[key] for key in ("n_clips", "n_captions", "n_memory", "dim")] == [6, 12, 8, 12]
    lines = read_text(result.output)
    rows = {line[0].split()[0]: line for line in lines}
    for crossing in gap["crossings"]:
        shown = rows[crossing["strategy"]]
        gap_keys = ("gap_estimate", "gap_low", "gap_high")
        estimate, low, high = (f"{crossing[key]:.3f}" for key in gap_keys)
        expected = [f"{crossing[key]:.3f}" for key in ("paired_cosine", "unpaired_cosine")]
        cells = shown[-5:]
        assert cells[:3] == [f"{estimate} [{low}, {high}]", *expected]
        assert cells[3] == f"{100 * crossing['recall_at_1']:.1f}"
    told = " ".join(result.output.split())  # a long path above moves the ends of lines
    assert "6 clips, 12 references, 8 training captions, 12 dimensions" in told
    assert "noise: no system of the run with this encoder says how much" in told


def test_encoders_and_settings_are_those_that_the_systems_say_they_used(place, encoder, facts):
    source = f"folder:{place / 'clips'}:train"
    facts(
        constant={"encoder": encoder.name, "temperature": 0.05, "noise_std": 0.2},
        random_train={"encoder": encoder.name, "gap_source": source, "gap_clips": 3},
    )
    (gap,) = report_gap(request(place)).encoders
    found = by_strategy(gap)
    assert gap.systems == ("constant", "random-train")
    assert found["projection"].settings == {"temperature": 0.05}
    assert found["noise"].settings == {"noise_std": 0.2}
    assert found["noise"].kept_cosine < 0.95
    assert found["shift"].settings["gap_source"] == source
    assert found["shift"].settings["gap_clips"] == 3
    assert not gap.notes


def test_systems_of_another_encoder_decide_nothing(place, encoder, facts):
    facts(constant={"encoder": "tagbridge", "temperature": 0.05})
    (gap,) = report_gap(request(place, encoder.name)).encoders
    assert gap.systems == ()
    assert by_strategy(gap)["projection"].settings == {"temperature": 0.01}


def test_a_gap_source_without_sounds_is_left_out_and_said(place, encoder, facts):
    deaf = place / "deaf"
    deaf.mkdir()
    (deaf / "train.csv").write_text("file_name,caption\na.wav,rain falls\n")
    facts(constant={"encoder": encoder.name, "gap_source": f"folder:{deaf}:train"})
    (gap,) = report_gap(request(place)).encoders
    assert "shift" not in by_strategy(gap)
    assert "no clip of" in gap.notes[0]


def test_clips_limits_what_is_embedded_of_each_split(place, encoder):
    (gap,) = report_gap(request(place, encoder.name, n_clips=2)).encoders
    assert len(gap.before.sounds) == 2
    assert by_strategy(gap)["shift"].settings["gap_clips"] == 2
    assert gap.n_memory == 8
    again = report_gap(request(place, encoder.name, n_clips=2)).encoders[0]
    np.testing.assert_array_equal(again.before.sounds, gap.before.sounds)


def test_a_run_without_a_joint_encoder_says_what_it_has_and_what_to_do(place, facts):
    with pytest.raises(RunError) as caught:
        report_gap(request(place))
    for words in ("'constant', 'random-train'", "name no encoder", "--encoder", "tagbridge"):
        assert words in str(caught.value)
    facts(constant={"encoder": "vggish[postprocess=pca]"})
    with pytest.raises(RunError, match=r"encoders they name: 'vggish\[postprocess=pca\]'"):
        report_gap(request(place))


def test_an_encoder_that_cannot_be_meant_is_refused(place):
    with pytest.raises(UnknownNameError, match=r"no encoder named 'clp'\. Did you mean 'clap'\?"):
        report_gap(request(place, "clp"))
    with pytest.raises(UsageError, match="gives embed_patches; expected embed_audio and"):
        report_gap(request(place, "vggish[weights=random]"))


def test_an_unfinished_run_is_refused(place, encoder, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (run / "plan.json").write_bytes((place / "run" / "plan.json").read_bytes())
    with pytest.raises(RunError, match="is unfinished"):
        report_gap(GapRequest(run, place, (encoder.name,)))


def test_clips_without_any_sound_are_refused(place, encoder, tmp_path):
    deaf = tmp_path / "deaf"
    deaf.mkdir()
    (deaf / "test.csv").write_text("file_name,caption\na.wav,rain falls\nb.wav,a dog barks\n")
    (deaf / "train.csv").write_text("file_name,caption\nc.wav,wind blows\n")
    run = captioned(tmp_path / "run", f"folder:{deaf}", "--text-only")
    with pytest.raises(DataError, match=r"none of the 2 clips .* has a sound"):
        report_gap(GapRequest(run, place, (encoder.name,)))


def test_a_run_on_the_training_split_looks_nothing_up_and_says_why(place, encoder, tmp_path):
    run = run_on_training(place, tmp_path / "run")
    (gap,) = report_gap(GapRequest(run, place, (encoder.name,))).encoders
    assert tuple(by_strategy(gap)) == ("before", "shift")
    assert gap.n_memory is None
    assert "where sounds would find their own captions" in gap.notes[0]


def test_what_is_no_run_is_refused_by_its_name(tmp_path):
    result = invoke("gap", tmp_path)
    assert str(result.exception).startswith(f"{tmp_path} is no run folder")
    assert result.exception.exit_code == 2

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from benchmark.artifacts import Artifacts
from benchmark.datasets.soundscapes.grammar import split_words
from benchmark.datasets.soundscapes.splits import (
    N_CLIPS,
    SPLITS,
    caption_clip,
    compose_scene,
    load_soundscapes,
)
from benchmark.encoders import JointEncoder, TokenizingEncoder, load_joint_encoder
from benchmark.encoders.mini.encoder import SHIPPED, ShippedFile
from benchmark.encoders.mini.training import SETTINGS, MiniSettings
from benchmark.encoders.mini.training.build import build_mini
from benchmark.encoders.mini.training.examples import (
    caption_reversed,
    generator_fingerprint,
    render_examples,
    sampled_levels,
)
from benchmark.encoders.mini.training.retrieval import measure_order, measure_retrieval
from benchmark.encoders.mini.training.tokenizer import build_tokenizer, list_pieces
from benchmark.encoders.mini.weights import MiniFile
from benchmark.errors import DataError, MissingWeightsError

TINY = MiniSettings(n_clips=48, epochs=2, batch_size=16)
MINI = SHIPPED["mini"].path
CAPTIONS = (
    "A dog barks, then a bell rings",
    "A bell rings, then a dog barks",
    "Rain",
    "",
    "A saxophone solo on a far-off Zeppelin, 1937!",
)


@pytest.fixture(scope="module")
def mini():
    return load_joint_encoder("mini")


@pytest.fixture(scope="module", params=sorted(SHIPPED))
def either(request):
    return load_joint_encoder(request.param)


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory):
    return Artifacts(tmp_path_factory.mktemp("artifacts"))


@pytest.fixture(scope="module")
def val(artifacts):
    return load_soundscapes("val", artifacts)


@pytest.fixture(scope="module")
def sounds(val):
    return [val.read_clip(clip_id, 16_000).waveform for clip_id in val.clip_ids[:6]]


def test_both_are_joint_encoders_with_a_tokenizer(either):
    assert isinstance(either, JointEncoder)
    assert isinstance(either, TokenizingEncoder)
    assert either.name in SHIPPED
    assert (either.sample_rate_hz, either.dim) == (16_000, 128)
    assert either.trained_on == ("soundscapes:pretrain",)


def test_most_validation_clips_find_their_captions_and_the_reverse(mini, val):
    found = measure_retrieval(mini, val)
    assert found.audio_to_text_r1 > 0.9
    assert found.text_to_audio_r1 > 0.88
    assert min(found.audio_to_text_r10, found.text_to_audio_r10) > 0.98
    assert found.paired_cosine > 0.7
    noted = mini.origin.validation
    assert found.audio_to_text_r1 == pytest.approx(noted["audio_to_text_r1"], abs=0.02)
    assert found.gap_norm == pytest.approx(noted["gap_norm"], abs=0.01)


def test_a_fixed_low_temperature_leaves_a_gap_as_wide_as_a_clap_has(mini, val):
    apart = load_joint_encoder("mini-gap")
    found, near = measure_retrieval(apart, val), measure_retrieval(mini, val)
    assert found.gap_norm > 0.5 > 3 * near.gap_norm
    assert found.paired_cosine < near.paired_cosine - 0.2
    assert found.audio_to_text_r10 > 0.9
    noted = apart.origin.validation
    assert found.audio_to_text_r1 == pytest.approx(noted["audio_to_text_r1"], abs=0.02)
    assert found.gap_norm == pytest.approx(noted["gap_norm"], abs=0.01)
    assert float(MiniFile.read(SHIPPED["mini-gap"].path).state["log_scale"].exp()) == (
        pytest.approx(100, rel=1e-4)
    )


def test_the_shipped_weights_were_trained_on_what_the_generator_makes_now(either):
    assert either.origin.generator == generator_fingerprint()
    np.testing.assert_allclose(either.origin.sampled_levels, sampled_levels(), atol=2e-3)
    # mini's file is older than the temperature that can be fixed, which is 0 for it.
    noted = {"temperature": 0.0, **either.origin.settings}
    assert noted == asdict(SETTINGS[either.name])


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_file_is_small_and_the_one_that_this_version_expects(name):
    path, sha256 = SHIPPED[name].path, SHIPPED[name].sha256
    assert path.stat().st_size < 1_500_000
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def test_the_clips_they_learnt_from_and_their_captions_are_in_no_other_split():
    n_clips = max(settings.n_clips for settings in SETTINGS.values())
    n_captions = max(settings.n_captions for settings in SETTINGS.values())
    others = [(split, k) for split in SPLITS if split != "pretrain" for k in range(N_CLIPS[split])]
    kept_out = {tuple(split_words(text)) for clip in others for text in caption_clip(*clip)}
    scenes = {compose_scene(*clip) for clip in others}
    assert len(kept_out) > 1200
    for index in range(n_clips):
        assert compose_scene("pretrain", index) not in scenes
        texts = caption_clip("pretrain", index, n_captions)
        texts += caption_reversed("pretrain", index, n_captions)
        assert kept_out.isdisjoint(tuple(split_words(text)) for text in texts)


def test_more_captions_of_a_clip_begin_with_those_of_the_split():
    assert caption_clip("pretrain", 7, 4)[:1] == caption_clip("pretrain", 7)


def test_a_sound_has_the_same_embedding_in_any_company(mini, sounds):
    sounds = [*sounds, sounds[0][:1000], np.tile(sounds[1], 3)]
    together = mini.embed_audio(sounds)
    assert together.shape == (8, 128)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.concatenate([mini.embed_audio([sound]) for sound in sounds[::-1]])[::-1]
    np.testing.assert_array_equal(together, alone)


def test_a_caption_has_the_same_embedding_in_any_company(mini):
    together = mini.embed_text(CAPTIONS)
    assert together.shape == (5, 128)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.concatenate([mini.embed_text([caption]) for caption in CAPTIONS])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    many = mini.embed_text([*CAPTIONS, *(f"a dog barks {n} times" for n in range(600))])
    np.testing.assert_allclose(many[:5], alone, atol=1e-5)


def test_nothing_to_embed_gives_no_rows(mini):
    assert mini.embed_audio([]).shape == mini.embed_text([]).shape == (0, 128)


def test_a_clip_is_nearer_to_its_captions_than_to_those_with_the_order_reversed(mini, val):
    assert measure_order(mini, val) > 0.85
    one, other = mini.embed_text(CAPTIONS[:2])
    assert one @ other < 0.95


def test_captions_with_the_order_reversed_are_of_the_same_split_and_of_other_words():
    reversed_captions = [caption_reversed("pretrain", index, 4) for index in range(40)]
    assert {len(texts) for texts in reversed_captions} == {0, 4}
    for index, texts in enumerate(reversed_captions):
        assert len(compose_scene("pretrain", index).events) > 1 or not texts
        assert set(texts).isdisjoint(caption_clip("pretrain", index, 4))


@pytest.mark.parametrize("n_samples", [1, 159, 400, 16_000, 79_999, 160_001])
def test_sounds_of_any_length_and_silence_are_embedded(mini, n_samples):
    noise = np.random.default_rng(0).normal(0, 0.1, n_samples).astype(np.float32)
    rows = mini.embed_audio([noise, np.zeros(n_samples, dtype=np.float32)])
    assert np.isfinite(rows).all()
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_a_long_sound_is_the_mean_of_its_windows(mini, sounds):
    one_window, many = np.tile(sounds[0], 2), np.tile(sounds[0], 20)
    first, same = mini.embed_audio([one_window, many])
    np.testing.assert_allclose(first, same, atol=1e-5)


def test_ten_minutes_of_sound_need_little_more_memory_than_ten_seconds():
    program = (
        "import resource, numpy as np; from benchmark.encoders import load_joint_encoder\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "mini, noise = load_joint_encoder('mini'), np.random.default_rng(0)\n"
        "sound = lambda s: noise.standard_normal(16_000 * s, dtype=np.float32)\n"
        "mini.embed_audio([sound(10)]); before = peak()\n"
        "row = mini.embed_audio([sound(600)]); assert np.isfinite(row).all()\n"
        "print(peak() / before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert float(done.stdout) < 1.4, done.stderr


def test_what_is_no_sound_is_refused(mini):
    broken = np.zeros(100, dtype=np.float32)
    broken[7] = np.nan
    with pytest.raises(DataError, match="holds nan at sample 7"):
        mini.embed_audio([broken])
    with pytest.raises(DataError, match="at least one sample"):
        mini.embed_audio([np.zeros(0, dtype=np.float32)])


def test_the_tokenizer_gives_every_validation_caption_back(mini, val):
    texts = [text for texts in val.references.values() for text in texts]
    for text in texts:
        encoding = mini.tokenizer.encode(text)
        assert (encoding.tokens[0], encoding.tokens[-1]) == ("[CLS]", "[SEP]")
        assert "[UNK]" not in encoding.tokens
        assert mini.tokenizer.decode(encoding.ids) == text.lower()
    assert mini.tokenizer.truncation is None
    assert mini.tokenizer.padding is None


def test_unseen_words_fall_apart_into_endings_and_letters(mini):
    tokens = mini.tokenizer.encode("A barkly Zebra").tokens
    assert tokens == ["[CLS]", "a", "bark", "##ly", "z", "##e", "##b", "##r", "##a", "[SEP]"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), max_size=4))
def test_any_text_is_embedded(mini, texts):
    rows = mini.embed_text(texts)
    assert rows.shape == (len(texts), 128)
    assert np.isfinite(rows).all()


def test_a_vocabulary_does_not_depend_on_the_order_of_captions():
    captions = ["A dog barks", "Dogs bark", "it whooshes, a whoosh", "clashes clash"]
    pieces = list_pieces(captions)
    assert list_pieces(captions[::-1]) == pieces
    assert {"barks", "whoosh", "##es"} <= set(pieces)
    assert build_tokenizer(captions).to_str() == build_tokenizer(captions[::-1]).to_str()


def test_examples_do_not_depend_on_how_many_workers_render_them(monkeypatch, val):
    many = render_examples(85, 2)
    monkeypatch.setattr("benchmark.encoders.mini.training.examples.os.cpu_count", lambda: 1)
    alone = render_examples(85, 2)
    np.testing.assert_array_equal(many.log_mel, alone.log_mel)
    assert many.captions == alone.captions
    assert many.log_mel.shape == (85, 500, 64)


def test_the_same_seed_gives_the_same_bytes_in_another_process(artifacts, tmp_path):
    build_mini(tmp_path / "here", TINY, artifacts)
    program = tmp_path / "build.py"  # a file, for the workers that render
    program.write_text(
        "import sys\nfrom pathlib import Path\nimport torch\n"
        "from benchmark.artifacts import Artifacts\n"
        "from benchmark.encoders.mini.training import MiniSettings\n"
        "from benchmark.encoders.mini.training.build import build_mini\n"
        "if __name__ == '__main__':\n"
        f"    torch.set_num_threads({torch.get_num_threads()})\n"
        f"    build_mini(Path(sys.argv[1]), {TINY!r}, Artifacts(Path(sys.argv[2])))\n"
    )
    command = [sys.executable, str(program), str(tmp_path / "there"), str(artifacts.root)]
    subprocess.run(command, check=True)
    assert (tmp_path / "here").read_bytes() == (tmp_path / "there").read_bytes()


def test_another_seed_gives_another_encoder_that_can_be_named(artifacts, tmp_path, mini):
    path = tmp_path / "other.safetensors"
    built = build_mini(path, MiniSettings(seed=1, n_clips=32, epochs=1, batch_size=16), artifacts)
    named = load_joint_encoder(f"mini[weights={path}]")
    assert named.name == f"mini[weights={path}]"
    assert named.fingerprint == built.fingerprint != mini.fingerprint
    np.testing.assert_array_equal(named.embed_text(CAPTIONS), built.embed_text(CAPTIONS))
    assert built.origin.settings["seed"] == 1


def test_settings_that_cannot_be_meant_are_refused():
    with pytest.raises(ValueError, match="batch_size=128 of n_clips=100; expected 2 to n_clips"):
        MiniSettings(n_clips=100)
    with pytest.raises(ValueError, match=r"temperature=0\.001; expected 0\.01 to 1, or 0"):
        MiniSettings(temperature=0.001)


@pytest.mark.parametrize(("temperature", "is_fixed"), [(0.0, False), (0.02, True)])
def test_a_temperature_that_is_given_stays_and_another_is_learnt(
    temperature, is_fixed, artifacts, tmp_path
):
    tiny = MiniSettings(n_clips=32, epochs=1, batch_size=16, temperature=temperature)
    build_mini(tmp_path / "built", tiny, artifacts)
    scale = float(MiniFile.read(tmp_path / "built").state["log_scale"].exp())
    assert (scale == pytest.approx(1 / 0.02, rel=1e-5)) == is_fixed
    assert scale == pytest.approx(1 / (temperature or 0.07), rel=0.1)


@pytest.mark.parametrize("fault", ["absent", "garbage", "headless", "other", "nan"])
def test_a_file_that_is_not_minis_is_refused(tmp_path, fault):
    path = tmp_path / "mini.safetensors"
    shipped = MiniFile.read(MINI)
    if fault == "garbage":
        path.write_bytes(b"<html>not found</html>")
    elif fault == "headless":
        save_file(dict(shipped.state), path)
    elif fault == "other":
        state = {name: tensor for name, tensor in shipped.state.items() if name != "log_scale"}
        MiniFile(state, shipped.tokenizer, shipped.origin).write(path)
    elif fault == "nan":
        state = {**shipped.state, "log_scale": torch.tensor(float("nan"))}
        MiniFile(state, shipped.tokenizer, shipped.origin).write(path)
    messages = {
        "absent": "no file .*expected mini's weights",
        "garbage": "cannot read .* as mini's weights",
        "headless": "its header does not hold a tokenizer",
        "other": 'holds another network than mini\'s: (?s:.*)Missing key.*"log_scale"',
        "nan": "log_scale holds values that are not finite",
    }
    with pytest.raises(MissingWeightsError, match=messages[fault]):
        load_joint_encoder(f"mini[weights={path}]")


def test_a_damaged_shipped_file_is_found_out(tmp_path, monkeypatch):
    content = bytearray(MINI.read_bytes())
    content[-1000] ^= 1
    damaged = tmp_path / "mini.safetensors"
    damaged.write_bytes(content)
    sha256 = SHIPPED["mini"].sha256
    monkeypatch.setitem(SHIPPED, "mini", ShippedFile(damaged, sha256))
    with pytest.raises(MissingWeightsError, match="is damaged or another file"):
        load_joint_encoder("mini")


def test_a_file_that_cannot_be_written_is_an_error_that_names_it(tmp_path):
    from benchmark.errors import MachineError

    with pytest.raises(MachineError, match=f"cannot write {tmp_path}"):
        MiniFile.read(MINI).write(tmp_path)


def test_retrieval_figures_can_be_checked_by_eye():
    class Square:
        """Two sounds and three captions on the axes of a plane; caption 2 lies with sound 0."""

        name, fingerprint, dim, trained_on, sample_rate_hz = "square", "0", 2, (), 16_000

        def embed_audio(self, waveforms):
            return np.eye(2, dtype=np.float32)[[int(waveform[0]) for waveform in waveforms]]

        def embed_text(self, captions):
            return np.eye(2, dtype=np.float32)[[int(caption) for caption in captions]]

    from benchmark.contract import Clip, Split

    def read(clip_id, rate_hz):
        return Clip(clip_id, np.array([float(clip_id)], dtype=np.float32), rate_hz)

    split = Split("toy", "val", {"0": ("0",), "1": ("0", "1")}, frozenset("01"), read)
    found = measure_retrieval(Square(), split)
    assert found.audio_to_text_r1 == 1.0
    assert found.text_to_audio_r1 == pytest.approx(2 / 3)
    assert found.paired_cosine == pytest.approx(2 / 3)
    assert found.gap_norm == pytest.approx(np.hypot(0.5 - 2 / 3, 0.5 - 1 / 3))


def test_the_header_says_where_the_weights_come_from():
    origin = MiniFile.read(MINI).origin
    assert all((origin.generator, origin.settings, origin.torch, origin.n_threads))
    assert origin.validation["order_accuracy"] > 0.85


def test_a_sound_has_a_patch_for_about_each_second(mini, sounds):
    short, ten_s, long = mini.embed_patches(
        [sounds[0][:1600], np.tile(sounds[0], 2), np.tile(sounds[0], 5)]
    )
    assert short.shape == (1, mini.dim)
    assert len(ten_s) == round(len(sounds[0]) * 2 / 16_000 / 0.96)
    assert len(long) == pytest.approx(len(sounds[0]) * 5 / 16_000 / 0.96, abs=3)
    assert all((patches >= 0).all() and patches.any() for patches in (short, ten_s, long))


def test_patches_do_not_depend_on_what_is_embedded_with_them(mini, sounds):
    together = mini.embed_patches(sounds[:3])
    for sound, patches in zip(sounds[:3], together, strict=True):
        np.testing.assert_array_equal(mini.embed_patches([sound])[0], patches)

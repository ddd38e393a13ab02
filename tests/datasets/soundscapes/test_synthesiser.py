from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.datasets.soundscapes.scenes import CLIP_S, Event, Scene, draw_scene
from benchmark.datasets.soundscapes.signals import SAMPLE_RATE_HZ
from benchmark.datasets.soundscapes.synthesiser import QUANTUM, render_event, render_scene
from benchmark.datasets.soundscapes.timbres import SOUNDS

NAMES = tuple(SOUNDS)


def _event(sound: str, voice: float = 0.5, **changes: object) -> Event:
    """Make an event of some 2.5 s, or of two strokes."""
    spec = SOUNDS[sound]
    if spec.stroke_s is None:
        return Event(sound, 0.0, 2.5, -15.0, voice=voice, **changes)
    spacing_s = spec.spacing_s[0]
    duration_s = spec.stroke_s[1] + spacing_s
    return Event(
        sound, 0.0, duration_s, -15.0, voice=voice, n_strokes=2, spacing_s=spacing_s, **changes
    )


def _frames(samples: np.ndarray, size: int = 512, hop: int = 256) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    return np.abs(np.fft.rfft(windows * np.hanning(size))) ** 2


def _centroid_hz(samples: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(samples)) ** 2
    frequency_hz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE_HZ)
    return float((power * frequency_hz).sum() / power.sum())


def _log_mel(samples: np.ndarray, n_bands: int = 40) -> np.ndarray:
    """Mean log power in triangular mel bands: one vector for a sound."""
    top_mel = 2595 * np.log10(1 + SAMPLE_RATE_HZ / 2 / 700)
    edges_hz = 700 * (10 ** (np.linspace(0, top_mel, n_bands + 2) / 2595) - 1)
    bins_hz = np.fft.rfftfreq(512, 1 / SAMPLE_RATE_HZ)
    triangles = [np.interp(bins_hz, edges_hz[k : k + 3], [0, 1, 0]) for k in range(n_bands)]
    return np.log(_frames(samples) @ np.array(triangles).T + 1e-4).mean(axis=0)


def test_there_are_at_least_24_sound_classes():
    assert len(SOUNDS) >= 24


@pytest.mark.parametrize("sound", NAMES)
def test_every_class_is_finite_audible_and_as_loud_as_asked(sound):
    event = _event(sound)
    samples = render_event(np.random.default_rng(1), event)
    assert np.isfinite(samples).all()
    assert 20 * np.log10(np.abs(samples).max()) == pytest.approx(event.level_db, abs=1e-6)
    assert len(samples) == round(event.duration_s * SAMPLE_RATE_HZ)
    assert np.sqrt((samples**2).mean()) > 0.0005


@pytest.mark.parametrize("sound", NAMES)
def test_two_events_of_a_class_are_never_equal(sound):
    first, second = (render_event(np.random.default_rng(seed), _event(sound)) for seed in (1, 2))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.9


@pytest.mark.parametrize("sound", ["bell", "cat", "dog", "whistling", "siren", "car_horn"])
def test_a_high_voice_sounds_higher_than_a_deep_one(sound):
    deep, high = (
        _centroid_hz(render_event(np.random.default_rng(3), _event(sound, voice)))
        for voice in (0.0, 1.0)
    )
    assert high > 1.15 * deep


@pytest.mark.parametrize("sound", [name for name, spec in SOUNDS.items() if spec.stroke_s])
def test_an_event_of_two_strokes_has_two_onsets(sound):
    event = _event(sound)
    samples = np.abs(render_event(np.random.default_rng(4), event))
    second = round(event.spacing_s * SAMPLE_RATE_HZ)
    before, after = samples[second - 800 : second], samples[second : second + 3200]
    assert after.max() > 1.5 * before.max()
    assert samples[:3200].max() > 0.3 * samples.max()


@pytest.mark.parametrize("sound", [name for name, spec in SOUNDS.items() if spec.paced])
def test_a_fast_pace_has_more_strokes_than_a_slow_one(sound):
    slow, fast = (_count_onsets(_event(sound, pace=pace)) for pace in ("slow", "fast"))
    assert fast > 1.3 * slow


def _count_onsets(event: Event) -> int:
    """Count the rises of the short-time power above a quarter of its peak, over 6 renderings."""
    n_onsets = 0
    for seed in range(6):
        samples = render_event(np.random.default_rng(seed), event)
        power = (samples[: len(samples) // 160 * 160] ** 2).reshape(-1, 160).mean(axis=1)
        is_on = power > 0.25 * power.max()
        n_onsets += int(is_on[0]) + int((is_on[1:] & ~is_on[:-1]).sum())
    return n_onsets


def test_a_distant_event_is_duller_and_has_an_echo():
    near = render_event(np.random.default_rng(5), _event("glass"))
    distant = render_event(np.random.default_rng(5), _event("glass", distant=True))
    assert _centroid_hz(distant) < 0.8 * _centroid_hz(near)
    assert len(distant) > len(near)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_any_scene_renders_without_silence_and_without_clipping(seed):
    rng = np.random.default_rng(seed)
    names = rng.choice(NAMES, 3, replace=False).tolist()
    samples = render_scene(rng, draw_scene(rng, tuple(names)))
    assert samples.shape == (round(CLIP_S * SAMPLE_RATE_HZ),)
    assert samples.dtype == np.int16
    assert not (samples % QUANTUM).any()
    assert 300 < np.abs(samples.astype(int)).max() < 32_000


def test_a_clip_louder_than_full_scale_is_clipped_and_does_not_wrap():
    events = (Event("siren", 0.0, 5.0, 0.0), Event("whistling", 0.0, 5.0, 0.0))
    samples = render_scene(np.random.default_rng(6), Scene("overlap", events, None, -50.0))
    assert samples.max() == 32_768 - QUANTUM
    assert samples.min() == -samples.max()


def test_the_sound_lies_between_its_onset_and_its_end():
    scene = Scene("sequence", (Event("siren", 2.0, 1.0, -10.0),), None, -60.0)
    power = render_scene(np.random.default_rng(7), scene).astype(float) ** 2
    seconds = power.reshape(5, SAMPLE_RATE_HZ).mean(axis=1)
    assert seconds[2] > 1000 * seconds[[0, 1, 3, 4]].max()


def test_a_nearest_centroid_on_mean_log_mel_tells_most_classes_apart():
    rng = np.random.default_rng(8)
    features = np.array(
        [
            [_log_mel(render_event(rng, _event(name, rng.uniform()))) for _ in range(16)]
            for name in NAMES
        ]
    )
    centroids = features[:, :10].mean(axis=1)
    held_out = features[:, 10:].reshape(-1, 1, features.shape[-1])
    guesses = ((held_out - centroids) ** 2).sum(axis=-1).argmin(axis=1)
    accuracy = (guesses == np.repeat(np.arange(len(NAMES)), 6)).mean()
    assert accuracy > 0.6, f"accuracy {accuracy:.2f}"

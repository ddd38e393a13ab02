"""What happens in a clip: which sounds, when, how loud, how often. No sound and no words yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator

from benchmark.datasets.soundscapes.timbres import SOUNDS

CLIP_S = 5.0

Loudness = Literal["faint", "ordinary", "loud"]
Pace = Literal["slow", "ordinary", "fast"]
Form = Literal["sequence", "overlap"]

_PEAK_DB = {"faint": -27.0, "ordinary": -15.0, "loud": -7.0}
_DISTANT_DB = -24.0
_BACKDROP_DB = -27.0
_FEWEST_S = 1.3  # of a sound that fills time


@dataclass(frozen=True, slots=True)
class Event:
    """One sound in a clip.

    Attributes:
        sound: its class, a key of ``timbres.SOUNDS``.
        onset_s: where it begins.
        duration_s: until its last stroke has died away; never past the clip's end.
        level_db: its peak, in decibels relative to full scale.
        loudness: how loud it is meant to be heard.
        distant: heard from afar: dull, reverberant and low.
        pace: of its beat, for sounds that have one.
        voice: from 0, the deepest of its kind, to 1, the highest.
        n_strokes: how often it comes; 0 for a sound that fills its time.
        spacing_s: from one stroke to the next; 0 where there is only one, or none.
    """

    sound: str
    onset_s: float
    duration_s: float
    level_db: float
    loudness: Loudness = "ordinary"
    distant: bool = False
    pace: Pace = "ordinary"
    voice: float = 0.5
    n_strokes: int = 0
    spacing_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens in a clip of ``CLIP_S`` seconds.

    Attributes:
        form: ``sequence`` for one to three events in turn; ``overlap`` for two, of which the
            first goes on during the second.
        events: the foreground, in the order of their onsets.
        backdrop: a faint ambient sound all through the clip.
        hiss_db: peak of the recording's own noise, relative to full scale.
    """

    form: Form
    events: tuple[Event, ...]
    backdrop: Event | None
    hiss_db: float


def draw_scene(rng: Generator, sounds: tuple[str, str, str]) -> Scene:
    """Compose a clip from up to three sounds.

    Args:
        rng: the source of randomness.
        sounds: three different classes; the first always occurs.
    """
    hiss_db = rng.uniform(-50, -42)
    ambient = [sound for sound in sounds[:2] if SOUNDS[sound].ambient]
    plan = rng.choice(
        ["one", "two", "three", "overlap", "backdrop"], p=[0.2, 0.23, 0.12, 0.3, 0.15]
    )
    if plan == "overlap" and ambient:
        under = ambient[0]
        over = sounds[1] if under == sounds[0] else sounds[0]
        return Scene("overlap", _draw_overlap(rng, under, over), None, hiss_db)
    if plan == "backdrop" and ambient:
        behind = ambient[-1]
        front = tuple(sound for sound in sounds if sound != behind)[: rng.integers(1, 3)]
        events = _draw_sequence(rng, front, audible=True)
        return Scene("sequence", events, _draw_backdrop(rng, behind), hiss_db)
    n_events = {"one": 1, "three": 3}.get(str(plan), 2)
    return Scene("sequence", _draw_sequence(rng, sounds[:n_events]), None, hiss_db)


def _draw_sequence(
    rng: Generator, sounds: tuple[str, ...], audible: bool = False
) -> tuple[Event, ...]:
    """Give each sound its turn; ``audible`` keeps all of them well above a backdrop."""
    inner = np.arange(1, len(sounds)) + rng.uniform(-0.12, 0.12, len(sounds) - 1)
    cuts_s = np.array([0, *inner, len(sounds)]) * CLIP_S / len(sounds)
    events: list[Event] = []
    for sound, start_s, end_s in zip(sounds, cuts_s, cuts_s[1:], strict=False):
        loudest = all(event.loudness != "loud" for event in events)
        events.append(_draw_event(rng, sound, float(start_s), float(end_s), loudest, audible))
    return tuple(events)


def _draw_overlap(rng: Generator, under: str, over: str) -> tuple[Event, Event]:
    long = _draw_event(rng, under, 0.0, CLIP_S, may_be_loud=False, audible=False)
    start_s = rng.uniform(0.8, 1.8)
    return long, _draw_event(rng, over, start_s, start_s + rng.uniform(1.8, 3.0), True, True)


def _draw_backdrop(rng: Generator, sound: str) -> Event:
    level_db = _BACKDROP_DB + rng.uniform(-2, 2)
    return Event(sound, 0.0, CLIP_S, level_db, "faint", voice=rng.uniform())


def _draw_event(
    rng: Generator, sound: str, start_s: float, end_s: float, may_be_loud: bool, audible: bool
) -> Event:
    """Place one event between two times; strokes may ring on past the end of its turn."""
    distant = not audible and rng.random() < 0.15
    loudness: Loudness = "ordinary"
    if not distant:
        loudness = _draw_loudness(rng, may_be_loud, audible)
    level_db = (_DISTANT_DB if distant else _PEAK_DB[loudness]) + rng.uniform(-1.5, 1.5)
    pace: Pace = "ordinary"
    if SOUNDS[sound].paced and rng.random() < 0.5:
        pace = "slow" if rng.random() < 0.5 else "fast"
    onset_s = start_s + rng.uniform(0, 0.12) * (end_s - start_s)
    n_strokes, spacing_s, duration_s = _draw_strokes(rng, sound, end_s - onset_s)
    duration_s = min(duration_s, CLIP_S - onset_s)
    voice = rng.uniform()
    return Event(
        sound, onset_s, duration_s, level_db, loudness, distant, pace, voice, n_strokes, spacing_s
    )


def _draw_loudness(rng: Generator, may_be_loud: bool, audible: bool) -> Loudness:
    chance = rng.random()
    if chance < 0.25 and may_be_loud:
        return "loud"
    return "faint" if chance > 0.8 and not audible else "ordinary"


def _draw_strokes(rng: Generator, sound: str, span_s: float) -> tuple[int, float, float]:
    """Decide how many strokes, how far apart, and how long the event lasts in all."""
    spec = SOUNDS[sound]
    if spec.stroke_s is None:
        return 0, 0.0, max(_FEWEST_S, span_s * rng.uniform(0.85, 1.0))
    stroke_s = rng.uniform(*spec.stroke_s)
    spacing_s = rng.uniform(*spec.spacing_s)
    n_fitting = 1 + max(0, int((span_s - stroke_s) / spacing_s))
    n_strokes = int(rng.integers(1, min(spec.most_strokes, n_fitting) + 1))
    if n_strokes == 1:
        return 1, 0.0, stroke_s
    return n_strokes, spacing_s, stroke_s + (n_strokes - 1) * spacing_s

"""The sound classes that the synthesiser knows, and how each fills time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from numpy.random import Generator

from benchmark.datasets.soundscapes import (
    timbres_animals,
    timbres_machines,
    timbres_nature,
    timbres_people,
    timbres_things,
)
from benchmark.datasets.soundscapes.signals import Manner, Samples


@dataclass(frozen=True, slots=True)
class Sound:
    """One class of sounds.

    Attributes:
        render: ``(rng, n_samples, manner)`` to samples of any peak: one stroke of a sound that
            comes in strokes, else a stretch that fills the time.
        stroke_s: the shortest and the longest stroke; None for a sound that fills time.
        spacing_s: from one stroke's onset to the next, shortest and longest.
        most_strokes: how often it comes at most in one event.
        paced: it has a beat that may be slow or fast.
        ambient: it may go on for a whole clip, also behind others.
    """

    render: Callable[[Generator, int, Manner], Samples]
    stroke_s: tuple[float, float] | None = None
    spacing_s: tuple[float, float] = (0.0, 0.0)
    most_strokes: int = 0
    paced: bool = False
    ambient: bool = False


SOUNDS: Mapping[str, Sound] = {
    "alarm": Sound(timbres_machines.beep, paced=True),
    "applause": Sound(timbres_people.applaud, ambient=True),
    "baby": Sound(timbres_people.cry),
    "bell": Sound(timbres_things.toll, (1.8, 2.4), (1.0, 1.7), 4),
    "birds": Sound(timbres_animals.sing_like_birds, ambient=True),
    "car_horn": Sound(timbres_machines.honk, (0.25, 0.6), (0.65, 0.95), 5),
    "cat": Sound(timbres_animals.meow, (0.6, 0.95), (1.0, 1.4), 4),
    "clock": Sound(timbres_things.tick, paced=True, ambient=True),
    "crickets": Sound(timbres_animals.stridulate, ambient=True),
    "dog": Sound(timbres_animals.bark, (0.24, 0.34), (0.4, 0.7), 6),
    "door_slam": Sound(timbres_things.slam, (0.5, 0.7), (0.9, 1.4), 3),
    "dripping": Sound(timbres_nature.drip, paced=True, ambient=True),
    "engine": Sound(timbres_machines.idle, ambient=True),
    "fire": Sound(timbres_nature.fire, ambient=True),
    "footsteps": Sound(timbres_things.walk, paced=True),
    "glass": Sound(timbres_things.shatter, (0.8, 1.2), (1.2, 1.7), 2),
    "helicopter": Sound(timbres_machines.helicopter, ambient=True),
    "knocking": Sound(timbres_things.knock, paced=True),
    "man": Sound(timbres_people.man_speaking, ambient=True),
    "rain": Sound(timbres_nature.rain, ambient=True),
    "sheep": Sound(timbres_animals.bleat, (0.7, 1.1), (1.2, 1.6), 3),
    "siren": Sound(timbres_machines.siren),
    "snoring": Sound(timbres_people.snore),
    "stream": Sound(timbres_nature.stream, ambient=True),
    "telephone": Sound(timbres_machines.ring, (0.9, 1.1), (1.4, 1.7), 3),
    "thunder": Sound(timbres_nature.thunder, (2.2, 3.2), (1.6, 2.2), 2),
    "train": Sound(timbres_machines.train, paced=True),
    "typing": Sound(timbres_things.type_keys, paced=True, ambient=True),
    "waves": Sound(timbres_nature.waves, ambient=True),
    "whistling": Sound(timbres_people.whistle),
    "wind": Sound(timbres_nature.wind, ambient=True),
    "woman": Sound(timbres_people.woman_speaking, ambient=True),
}

"""Write captions for scenes: clauses from the lexicon, joined by templates that tell the order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from numpy.random import Generator

from benchmark.datasets.soundscapes.inflection import add_ing, add_s, fix_articles
from benchmark.datasets.soundscapes.lexicon import LEXICON, Frame
from benchmark.datasets.soundscapes.scenes import Event, Scene

FEWEST_WORDS, MOST_WORDS = 4, 20

# {c} clause, {p} clause in the progressive, {n} noun phrase; the digit says which event.
_ALONE = ("{c0}", "{c0}", "{p0}", "{p0}", "{n0}", "{n0} can be heard", "There is {n0}")
_TWO = (
    "{c0}, followed by {n1}",
    "{p0}, followed by {n1}",
    "{n0} followed by {n1}",
    "{c0} and then {c1}",
    "{c0}, then {c1}",
    "{n0}, then {n1}",
    "{n0} and then {n1}",
    "{p0}, and then {c1}",
    "{c0} before {c1}",
    "{c1} after {c0}",
    "After {n0}, {c1}",
    "First {c0}, then {c1}",
    "{c0} and a moment later {c1}",
)
_THREE = (
    "{c0}, then {c1} and finally {c2}",
    "{c0}, {c1} and then {c2}",
    "{c0}, followed by {n1} and then {n2}",
    "{c0}, then {c1}, followed by {n2}",
    "{n0} followed by {n1} and then {n2}",
    "{n0}, then {n1}, then {n2}",
    "{n0}, {n1} and finally {n2}",
    "First {c0}, then {c1} and finally {c2}",
    "After {n0} and {n1}, {c2}",
    "{c0} before {c1} and then {c2}",
)
_OVERLAP = (
    "{c1} while {c0}",
    "{c1} while {p0}",
    "{p1} while {p0}",
    "{c1} as {c0}",
    "{c1} as {p0}",
    "{p0} while {c1}",
    "{p0} and {c1}",
    "{c0} and {c1}",
    "{n0} with {n1}",
    "{n0} and {n1}",
    "{c0} along with {n1}",
    "{n1} over {n0}",
    "While {p0}, {c1}",
    "As {c0}, {c1}",
)
_BACKDROP = (
    "{} with {n0} in the background",
    "{} while {c0} in the background",
    "{} as {p0} in the background",
    "{} and {n0} in the background",
    "{} over {n0} in the background",
    "{}",
)
_TEMPLATES = {"sequence1": _ALONE, "sequence2": _TWO, "sequence3": _THREE, "overlap2": _OVERLAP}

_ADVERBS = {
    "loud": ("loudly", "very loudly", "noisily"),
    "faint": ("quietly", "softly", "faintly"),
    "distant": ("in the distance", "far away", "from far off"),
    "slow": ("slowly", "at a slow pace", "unhurriedly"),
    "fast": ("quickly", "rapidly", "at a fast pace"),
}
_ADJECTIVES = {
    "loud": ("loud", "very loud", "noisy"),
    "faint": ("faint", "quiet", "soft"),
    "distant": ("distant", "far-off", "muffled"),
    "slow": ("slow", "slow-paced", "unhurried"),
    "fast": ("rapid", "fast", "quick"),
}
_QUALIFIED = {1: 0.6, 2: 0.45, 3: 0.25}  # by number of events, for captions of a usual length
_NUMERALS = {3: "three", 4: "four", 5: "five", 6: "six"}
_DEEP_BELOW, _HIGH_ABOVE = 0.25, 0.75
_MOST_DRAWS = 20_000


def write_captions(
    rng: Generator,
    scene: Scene,
    n_captions: int,
    is_accepted: Callable[[str], bool] = lambda caption: True,
) -> tuple[str, ...]:
    """Describe a scene in as many different ways.

    Every caption names every sound of the foreground and keeps their order. Loudness, distance,
    pace, number and backdrop are told now and then, and only where they are so.

    Args:
        rng: the source of randomness.
        scene: what happens.
        n_captions: how many; any two differ by more than one word swapped.
        is_accepted: further condition on each.

    Returns:
        Captions of ``FEWEST_WORDS`` to ``MOST_WORDS`` words, without a full stop.

    Raises:
        ValueError: the language is too poor for so many different captions.
    """
    captions: list[str] = []
    for _ in range(_MOST_DRAWS):
        caption = draw_caption(rng, scene)
        fits = FEWEST_WORDS <= len(caption.split()) <= MOST_WORDS and is_accepted(caption)
        if fits and all(_differ(caption, other) for other in captions):
            captions.append(caption)
        if len(captions) == n_captions:
            return tuple(captions)
    raise ValueError(
        f"found {len(captions)} of {n_captions} different captions in {_MOST_DRAWS} draws for "
        f"{[event.sound for event in scene.events]}: add words to the lexicon."
    )


def draw_caption(rng: Generator, scene: Scene) -> str:
    """Write one caption of any length."""
    templates = _TEMPLATES[f"{scene.form}{len(scene.events)}"]
    text = _fill(rng, _pick(rng, templates), scene.events, _QUALIFIED[len(scene.events)])
    if scene.backdrop is not None:
        text = _fill(rng, _pick(rng, _BACKDROP).replace("{}", text), [scene.backdrop], 0.0)
    text = fix_articles(text)
    return text[0].upper() + text[1:]


def split_words(caption: str) -> list[str]:
    """Split into lower-case words without punctuation: what captions are compared by."""
    return re.findall(r"[a-z-]+", caption.lower())


def _differ(one: str, other: str) -> bool:
    """Whether more than one word was swapped or added."""
    ours, theirs = Counter(split_words(one)), Counter(split_words(other))
    return ((ours - theirs) + (theirs - ours)).total() > 2


def _fill(rng: Generator, template: str, events: Sequence[Event], chance: float) -> str:
    """Put words in a template's slots; ``chance`` is how often they tell how or how often."""

    def write(slot: re.Match[str]) -> str:
        event = events[int(slot[2])]
        return _WRITERS[slot[1]](rng, event, rng.random() < chance)

    return re.sub(r"\{([cpn])(\d)\}", write, template)


def _write_clause(rng: Generator, event: Event, qualified: bool) -> str:
    frame, subject, predicate = _draw_parts(rng, event)
    verb = predicate if frame.plural else add_s(predicate)
    return f"{subject} {verb}{_draw_adverb(rng, event, qualified)}"


def _write_progressive(rng: Generator, event: Event, qualified: bool) -> str:
    frame, subject, predicate = _draw_parts(rng, event)
    auxiliary = "are" if frame.plural else "is"
    return f"{subject} {auxiliary} {add_ing(predicate)}{_draw_adverb(rng, event, qualified)}"


def _write_noun_phrase(rng: Generator, event: Event, qualified: bool) -> str:
    """Either ``a dog barking loudly`` or ``loud barking of a dog``."""
    if rng.random() < 0.5:
        _, subject, predicate = _draw_parts(rng, event)
        return f"{subject} {add_ing(predicate)}{_draw_adverb(rng, event, qualified)}"
    words = LEXICON[event.sound]
    noun = _pick(rng, words.nouns + (words.once if event.n_strokes == 1 else words.often))
    qualities = _list_qualities(event) if qualified else []
    if not qualities:
        return noun
    adjective = _pick(rng, _ADJECTIVES[_pick(rng, qualities)])
    article, space, rest = noun.partition(" ")
    return f"a {adjective} {rest}" if space and article == "a" else f"{adjective} {noun}"


_WRITERS = {"c": _write_clause, "p": _write_progressive, "n": _write_noun_phrase}


def _draw_parts(rng: Generator, event: Event) -> tuple[Frame, str, str]:
    """Draw a subject and a predicate that go together; a telling voice may name the subject."""
    words = LEXICON[event.sound]
    frame = words.frames[rng.integers(len(words.frames))]
    subjects = frame.subjects
    if frame is words.frames[0]:
        if event.voice < _DEEP_BELOW:
            subjects += words.deep
        elif event.voice > _HIGH_ABOVE:
            subjects += words.high
    return frame, _pick(rng, subjects), _pick(rng, frame.predicates)


def _draw_adverb(rng: Generator, event: Event, qualified: bool) -> str:
    """Say how, or how often: an adverb with a space before it, or nothing."""
    adverbs: list[tuple[str, ...]] = [_ADVERBS[quality] for quality in _list_qualities(event)]
    if event.n_strokes == 1:
        adverbs.append(("once", "a single time"))
    elif event.n_strokes == 2:
        adverbs.append(("twice", "two times"))
    elif event.n_strokes > 2:
        exact = f"{_NUMERALS[event.n_strokes]} times"
        adverbs.append((exact, "several times", "repeatedly", "again and again"))
    if not qualified or not adverbs:
        return ""
    return " " + _pick(rng, adverbs[rng.integers(len(adverbs))])


def _list_qualities(event: Event) -> list[str]:
    """List what may be said of how an event sounds."""
    marked = ("distant" if event.distant else event.loudness, event.pace)
    return [quality for quality in marked if quality != "ordinary"]


def _pick(rng: Generator, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]

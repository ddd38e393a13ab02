from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.datasets.soundscapes.grammar import (
    FEWEST_WORDS,
    MOST_WORDS,
    split_words,
    write_captions,
)
from benchmark.datasets.soundscapes.inflection import add_ing, add_s, fix_articles
from benchmark.datasets.soundscapes.lexicon import LEXICON
from benchmark.datasets.soundscapes.scenes import Event, Scene, draw_scene
from benchmark.datasets.soundscapes.timbres import SOUNDS

NAMES = tuple(SOUNDS)
seeds = st.integers(0, 2**32 - 1)


def _draw(seed: int) -> tuple[np.random.Generator, Scene]:
    rng = np.random.default_rng(seed)
    names = rng.choice(NAMES, 3, replace=False).tolist()
    return rng, draw_scene(rng, tuple(names))


def _phrases(sound: str) -> set[str]:
    """Every way to name a sound: its nouns, and each predicate in each form with its subject."""
    words = LEXICON[sound]
    phrases = {*words.nouns, *words.once, *words.often}
    for index, frame in enumerate(words.frames):
        subjects = frame.subjects + ((words.deep + words.high) if index == 0 else ())
        for subject in subjects:
            for predicate in frame.predicates:
                finite = predicate if frame.plural else add_s(predicate)
                auxiliary = "are" if frame.plural else "is"
                phrases.add(f"{subject} {finite}")
                phrases.add(f"{subject} {add_ing(predicate)}")
                phrases.add(f"{subject} {auxiliary} {add_ing(predicate)}")
    bare = (re.sub(r"^an? ", "", phrase) for phrase in phrases)  # an adjective may come between
    return {fix_articles(phrase).lower() for phrase in bare}


PHRASES = {sound: _phrases(sound) for sound in NAMES}


def _mentions(caption: str, sound: str) -> bool:
    return any(re.search(rf"\b{phrase}\b", caption.lower()) for phrase in PHRASES[sound])


def test_the_lexicon_has_words_for_exactly_the_sounds_that_exist():
    assert set(LEXICON) == set(SOUNDS)


@pytest.mark.parametrize("sound", NAMES)
def test_every_sound_can_be_named_in_many_ways(sound):
    assert len(LEXICON[sound].nouns) >= 4
    assert len(PHRASES[sound]) >= 40


@settings(max_examples=200, deadline=None)
@given(seed=seeds)
def test_captions_are_well_formed_and_name_every_foreground_sound(seed):
    rng, scene = _draw(seed)
    for caption in write_captions(rng, scene, 5):
        assert FEWEST_WORDS <= len(caption.split()) <= MOST_WORDS
        assert caption[0].isupper()
        assert re.fullmatch(r"[A-Z][a-z-]*(,? [a-z-]+)*", caption), caption
        assert not re.search(r"\ba [aeiou]|\ban [^aeiou]|\b(\w+) \1\b", caption.lower()), caption
        for event in scene.events:
            assert _mentions(caption, event.sound), f"{event.sound} is not in {caption!r}"


@settings(max_examples=100, deadline=None)
@given(seed=seeds)
def test_five_captions_of_a_scene_differ_by_more_than_one_word(seed):
    rng, scene = _draw(seed)
    captions = [split_words(caption) for caption in write_captions(rng, scene, 5)]
    for index, one in enumerate(captions):
        for other in captions[index + 1 :]:
            differing = [pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]]
            assert len(one) != len(other) or len(differing) > 1, (one, other)


def _caption_often(scene: Scene, n_captions: int = 300) -> list[str]:
    return [write_captions(np.random.default_rng(k), scene, 1)[0] for k in range(n_captions)]


def _alone(event: Event) -> list[str]:
    return _caption_often(Scene("sequence", (event,), None, -50.0))


@pytest.mark.parametrize(
    ("changes", "telling"),
    [
        ({"loudness": "loud"}, r"loud|noisi|noisy"),
        ({"loudness": "faint"}, r"quiet|soft|faint"),
        ({"distant": True}, r"distan|far|muffled"),
        ({"pace": "slow"}, r"slow|unhurried"),
        ({"pace": "fast"}, r"quick|rapid|fast"),
    ],
)
def test_a_quality_is_told_only_of_sounds_that_have_it(changes, telling):
    plain = Event("footsteps", 0.0, 4.0, -15.0)
    marked = Event("footsteps", 0.0, 4.0, -15.0, **changes)
    assert not [caption for caption in _alone(plain) if re.search(telling, caption)]
    assert len([caption for caption in _alone(marked) if re.search(telling, caption)]) > 50


def test_the_number_of_strokes_is_told_rightly():
    counts = {1: "once", 2: "twice", 4: "four times"}
    for n_strokes in counts:
        captions = " ".join(_alone(Event("dog", 0.0, 3.0, -15.0, n_strokes=n_strokes)))
        assert {n for n, word in counts.items() if word in captions} == {n_strokes}


def test_a_deep_voice_is_never_called_small():
    deep, high = (
        " ".join(_alone(Event("dog", 0.0, 1.0, -15.0, voice=voice, n_strokes=1)))
        for voice in (0.1, 0.9)
    )
    assert re.search(r"(?i)large|big", deep)
    assert not re.search(r"(?i)small|puppy", deep)
    assert re.search(r"(?i)small|puppy", high)


def test_the_order_of_events_is_told():
    events = (Event("sheep", 0.0, 2.0, -15.0, n_strokes=2), Event("siren", 2.5, 2.0, -15.0))
    for caption in _caption_often(Scene("sequence", events, None, -50.0)):
        sheep = re.search(r"(?i)sheep|lamb|bleat|baa", caption)
        siren = re.search(r"(?i)siren|ambulance|police|fire truck|emergency", caption)
        is_told_backwards = re.search(r"\bafter\b", caption) is not None
        assert (sheep.start() > siren.start()) == is_told_backwards, caption


def test_a_backdrop_is_named_as_background_or_left_out():
    backdrop = Event("rain", 0.0, 5.0, -27.0, "faint")
    front = (Event("siren", 1.0, 2.0, -15.0),)
    captions = _caption_often(Scene("sequence", front, backdrop, -50.0))
    naming = [caption for caption in captions if _mentions(caption, "rain")]
    assert len(captions) / 2 < len(naming) < len(captions)
    assert all(caption.endswith("in the background") for caption in naming)


def test_a_language_too_poor_for_the_wish_is_an_error():
    scene = Scene("sequence", (Event("rain", 0.0, 5.0, -15.0),), None, -50.0)
    with pytest.raises(ValueError, match="found 0 of 2 different captions"):
        write_captions(np.random.default_rng(0), scene, 2, lambda caption: False)


@pytest.mark.parametrize(
    ("predicate", "third", "gerund"),
    [
        ("bark", "barks", "barking"),
        ("cry out", "cries out", "crying out"),
        ("play", "plays", "playing"),
        ("crash on a shore", "crashes on a shore", "crashing on a shore"),
        ("tick and tock", "ticks and tocks", "ticking and tocking"),
        ("hum", "hums", "humming"),
        ("chop the air", "chops the air", "chopping the air"),
        ("slam", "slams", "slamming"),
        ("roar", "roars", "roaring"),
        ("idle", "idles", "idling"),
        ("go off", "goes off", "going off"),
        ("blow", "blows", "blowing"),
        ("buzz", "buzzes", "buzzing"),
    ],
)
def test_verbs_inflect(predicate, third, gerund):
    assert add_s(predicate) == third
    assert add_ing(predicate) == gerund


def test_articles_agree_with_the_next_word():
    assert fix_articles("a alarm and a loud engine, a old bell") == (
        "an alarm and a loud engine, an old bell"
    )


def test_every_word_of_the_lexicon_that_takes_an_article_sounds_as_it_is_spelled():
    tricky = re.compile(r"\ba (?:eu|ew|hour|honest|heir|one|once|uni|use|usu)")
    phrases = [
        phrase
        for words in LEXICON.values()
        for frame in words.frames
        for phrase in (*frame.subjects, *frame.predicates, *words.nouns, *words.deep, *words.high)
    ]
    assert not [phrase for phrase in phrases if tricky.search(phrase)]

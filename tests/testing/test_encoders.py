"""For every rule of an encoder one that breaks it, and is told so; and some that keep them all."""

from __future__ import annotations

import itertools
import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from benchmark import EncoderSpec, MissingWeightsError, Need
from benchmark.encoders import require_sounds
from benchmark.testing import ConformanceError, check_encoder
from benchmark.testing.encoders import RULES

COUNTER = itertools.count(1)


@dataclass(frozen=True)
class Options:
    """``scale``: of levels."""

    scale: float = 1.0
    unit: Literal["norm", "none"] = "norm"


class Toy:
    """Embeds sounds and captions by a few figures of each."""

    sample_rate_hz = 16_000
    dim = 3
    trained_on = ()

    def __init__(self, options=Options(), name="toy", device="cpu"):
        self.options, self.name = options, name
        self.fingerprint = repr(options)

    def embed_audio(self, waveforms):
        require_sounds(waveforms)
        return self.rows([(abs(w).mean() * self.options.scale, w.std(), 1) for w in waveforms])

    def embed_text(self, captions):
        return self.rows([(len(c) * self.options.scale, c.count("a"), 1) for c in captions])

    def rows(self, rows):
        rows = np.array(rows, np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Patchy(Toy):
    def embed_patches(self, waveforms):
        require_sounds(waveforms)
        return [np.resize(w, (1 + len(w) // 8000, 3)) for w in waveforms]


def encoder(toy=Toy, abilities=("embed_audio", "embed_text"), **record):
    told = {"options": Options, "load": toy, "trained_on": (), **record}
    return EncoderSpec("toy", "an encoder", abilities, **told)


def findings(spec, **told):
    with pytest.raises(ConformanceError) as caught:
        check_encoder(spec, **told)
    assert {finding.rule for finding in caught.value.findings} <= RULES
    return {finding.rule: finding.message for finding in caught.value.findings}


def changed(**changes):
    """Make a toy of which some methods or attributes are others."""
    return type("Changed", (Toy,), changes)


def audio(embed):
    """Make a toy that embeds sounds otherwise."""
    return changed(
        embed_audio=lambda self, waveforms: embed(Toy.embed_audio(self, waveforms), waveforms)
    )


def louder_in_company(rows, waveforms):
    return rows[:, [1, 0, 2]] if len(waveforms) > 1 else rows


def writes(rows, waveforms):
    for waveform in waveforms:
        if waveform.flags.writeable:
            waveform[:1] = 0.123
    return rows


def refuses_long(rows, waveforms):
    assert max(map(len, waveforms)) < 20 * 16_000, "too long"
    return rows


def speaks(number):
    return lambda rows, waveforms: os.write(number, b"embedding\n") and rows


class Forgetful(Toy):
    def embed_audio(self, waveforms):
        return self.rows([(abs(w).mean() if len(w) else 0, 1, 1) for w in np.nan_to_num(waveforms)]
                         if len(waveforms) == 1 else
                         [(abs(w).mean(), 1, 1) for w in waveforms])  # fmt: skip


class Blind(Toy):
    def __init__(self, *given):
        super().__init__(*given)
        self.fingerprint = "always"


class Fresh(Toy):
    def __init__(self, *given):
        super().__init__(*given)
        self.fingerprint += str(next(COUNTER))


def test_encoders_that_keep_the_rules_pass():
    check_encoder(encoder())
    check_encoder(encoder(Patchy, ("embed_patches",)))


def test_an_encoder_may_have_no_options():
    check_encoder(encoder(lambda _, *given: Toy(Options(), *given), options=None))


@pytest.mark.parametrize(
    ("spec", "rule", "message"),
    [
        (encoder(lambda *_: 1 / 0), "load", "load() raised ZeroDivisionError"),
        (encoder(lambda *_: None), "load", "it has no method embed_audio(); expected it, as ab"),
        (encoder(abilities=("embed_patches",)), "load", "it has no method embed_patches()"),
        (encoder(changed(dim=None)), "load", "its dim is None; expected a positive int"),
        (encoder(lambda *_: Toy(name="other")), "load", "its name is 'other'; expected 'toy'"),
        (encoder(audio(lambda rows, _: rows.astype(float))), "shape", "gave float64 (5, 3); exp"),
        (encoder(audio(lambda rows, _: rows[:, :2])), "shape", "gave float32 (5, 2); expected a"),
        (encoder(audio(lambda rows, _: rows * np.float32(np.nan))), "shape", "nan or infinity"),
        (
            encoder(audio(lambda rows, _: np.float32(rows + next(COUNTER) * 1e-6))),
            "repetition",
            "gave other numbers the second time",
        ),
        (encoder(audio(louder_in_company)), "batching", "away together from what it is alone"),
        (encoder(audio(lambda rows, _: rows * np.float32(2))), "unit", "rows of length 2 to 2"),
        (encoder(audio(writes)), "inputs", "embed_audio() changed what it was given"),
        (encoder(audio(refuses_long)), "odd", "of the sound 'long' (960,000 samples)"),
        (encoder(Forgetful), "empty-sound", "embed_audio() of no sample gives something"),
        (encoder(audio(speaks(1))), "output", "it wrote 'embedding\\n"),
        (encoder(audio(speaks(2))), "output", "in embedding it wrote 'embedding\\n"),
        (
            encoder(audio(lambda rows, _: random.random() and rows)),
            "chance",
            "embedding drew from the generator of random",
        ),
        (encoder(Blind), "fingerprint", "and has its fingerprint, 'always'; expected another"),
        (encoder(Fresh), "loaded-again", "what is kept is found by it"),
        (
            encoder(audio(lambda rows, _: os.environ.update(ODD_ONE="1") or rows)),
            "settings",
            "after embedding the environment has a new 'ODD_ONE'",
        ),
        (encoder(files=lambda _: [Path("/no/such/file")]), "files", "which is not there; exp"),
    ],
)
def test_an_encoder_that_breaks_a_rule_is_told_which(spec, rule, message):
    found = findings(spec)
    assert list(found) == [rule]
    assert message in found[rule]


def test_what_it_needs_is_here_where_it_is_checked():
    def look():
        raise MissingWeightsError("no weights here. Fetch them.")

    found = findings(encoder(needs=lambda _: [Need(look)]))
    assert "MissingWeightsError: no weights here. Fetch them." in found["needs"]


@pytest.mark.parametrize(
    ("record", "rule", "message"),
    [
        ({"abilities": ("embed_smells",)}, "record", "abilities is ('embed_smells',)"),
        ({"options": dict}, "record", "expected a frozen dataclass"),
        ({"load": None}, "record", "load is None; expected a callable"),
    ],
)
def test_a_record_that_says_it_wrongly_is_told_so(record, rule, message):
    found = findings(encoder(**record))
    assert list(found) == [rule]
    assert message in found[rule]

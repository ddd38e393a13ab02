"""Rules about what an encoder makes of sounds and captions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmark.contract import Ability, Encoder, EncoderSpec, Waveform
from benchmark.errors import DataError, describe, shown
from benchmark.testing.chance import FIRST, OTHER, read_chance, require_own_chance, sow
from benchmark.testing.examples import example_clips, example_references, odd_clips
from benchmark.testing.findings import BrokenRuleError
from benchmark.testing.printed import catch, tell_written

_WITHIN = 1e-4
"""What single precision rounds otherwise in other batches, of a row's length."""
_UNIT = 1e-3
_ODD_TEXTS = ("a", "...", "café Ω 犬 🐕", "a dog barks " * 100)
Rows = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class EncoderTrial:
    """An encoder that is loaded, and what it declares.

    Attributes:
        spec: its record.
        encoder: as loaded.
    """

    spec: EncoderSpec[Any]
    encoder: Encoder

    def inputs(self, ability: Ability) -> list[Any]:
        """Give what a method embeds: five captions, or five sounds at the encoder's rate."""
        if ability == "embed_text":
            return [texts[0] for texts in example_references().values()][:5]
        rate_hz = getattr(self.encoder, "sample_rate_hz", 16_000)
        return [clip.waveform for clip in example_clips(rate_hz)]

    def embed(self, ability: Ability, inputs: Sequence[Any]) -> list[Rows]:
        """Embed, and check the form of what comes back; an array of two dimensions for each.

        Raises:
            BrokenRuleError: it raised, or gave something else.
        """
        try:
            given: object = getattr(self.encoder, ability)(inputs)
        except (Exception, SystemExit) as error:
            raise BrokenRuleError(f"{ability}() raised {describe(error)}") from error
        rows = self._check(ability, given, len(inputs))
        for number, row in enumerate(rows):
            if not np.isfinite(row).all():
                raise BrokenRuleError(
                    f"{ability}() gave nan or infinity for {number + 1} of {len(inputs)}; expected "
                    "finite numbers."
                )
        return rows

    def _check(self, ability: Ability, given: object, n_inputs: int) -> list[Rows]:
        dim = self.encoder.dim
        if ability == "embed_patches":
            if not isinstance(given, list) or len(given) != n_inputs:
                raise BrokenRuleError(
                    f"embed_patches() gave {shown(given)}; expected a list of {n_inputs}."
                )
            arrays = list(given)
            is_right = [_is_of(array, (None, dim)) for array in arrays]
        else:
            arrays = [given]
            is_right = [_is_of(given, (n_inputs, dim))]
        for array, is_so in zip(arrays, is_right, strict=True):
            if not is_so:
                found = getattr(array, "dtype", type(array).__name__), getattr(array, "shape", "")
                rows = "n_patches" if ability == "embed_patches" else n_inputs
                raise BrokenRuleError(
                    f"{ability}() gave {found[0]} {found[1]}; expected a numpy array of float32, "
                    f"({rows}, {dim})."
                )
        return arrays if ability == "embed_patches" else [row[None] for row in arrays[0]]


EncoderRule = Callable[[EncoderTrial], object]


def embed_all(spec: EncoderSpec[Any], encoder: Encoder) -> dict[str, Rows]:
    """Embed the examples with each method; rows under one another.

    Raises:
        BrokenRuleError: as ``EncoderTrial.embed``.
    """
    trial = EncoderTrial(spec, encoder)
    return {
        ability: np.concatenate(trial.embed(ability, trial.inputs(ability)))
        for ability in spec.abilities
    }


def rules_for(trial: EncoderTrial) -> Iterator[tuple[str, EncoderRule]]:
    """Give the rules, with their names; the others mean nothing without the first."""
    yield "shape", gives_rows
    yield "repetition", repeats_itself
    yield "batching", embeds_alone_as_together
    yield "unit", gives_unit_rows
    yield "inputs", leaves_its_inputs
    yield "odd", bears_odd_inputs
    yield "empty-sound", refuses_no_sound
    yield "output", says_nothing_beside
    yield "chance", leaves_chance_alone


RULES = frozenset(
    {
        *("shape", "repetition", "batching", "unit", "inputs", "odd", "empty-sound"),
        *("output", "chance"),
    }
)
"""Rules of an encoder at work, by name."""


def gives_rows(trial: EncoderTrial) -> None:
    """A row of ``dim`` float32 for each caption or sound; patches, at least one."""
    for ability in trial.spec.abilities:
        for rows in trial.embed(ability, trial.inputs(ability)):
            if not len(rows):
                raise BrokenRuleError(f"{ability}() gave no patch of a sound; expected some.")


def repeats_itself(trial: EncoderTrial) -> None:
    """The same again gives the same, to the last digit."""
    for ability in trial.spec.abilities:
        inputs = trial.inputs(ability)
        before, again = trial.embed(ability, inputs), trial.embed(ability, inputs)
        if any(one.tobytes() != other.tobytes() for one, other in zip(before, again, strict=True)):
            raise BrokenRuleError(
                f"{ability}() gave other numbers the second time; expected the same. Put networks "
                "into eval mode, and sow what is random."
            )


def embeds_alone_as_together(trial: EncoderTrial) -> None:
    """What is embedded with others, in any order, is embedded as alone."""
    for ability in trial.spec.abilities:
        inputs = trial.inputs(ability)
        alone = [trial.embed(ability, [one])[0] for one in inputs]
        turned = trial.embed(ability, inputs[::-1])[::-1]
        for when, rows in (("together", trial.embed(ability, inputs)), ("turned round", turned)):
            for number, (one, other) in enumerate(zip(alone, rows, strict=True)):
                away = np.inf if one.shape != other.shape else float(abs(one - other).max())
                if away > _WITHIN * max(1.0, float(np.linalg.norm(one, axis=1).max())):
                    raise BrokenRuleError(
                        f"{ability}() of {number + 1} of {len(inputs)} is {away:.2g} away {when} "
                        "from what it is alone; expected the same. Mask what fills a batch up."
                    )


def gives_unit_rows(trial: EncoderTrial) -> None:
    """Captions have unit rows; so have sounds that share their space."""
    is_joint = {"embed_audio", "embed_text"} <= {*trial.spec.abilities}
    for ability in trial.spec.abilities:
        if ability == "embed_text" or (ability == "embed_audio" and is_joint):
            rows = np.concatenate(trial.embed(ability, trial.inputs(ability)))
            lengths = np.linalg.norm(rows, axis=1)
            if abs(lengths - 1).max() > _UNIT:
                raise BrokenRuleError(
                    f"{ability}() gave rows of length {lengths.min():.3g} to {lengths.max():.3g}; "
                    "expected 1. Divide each by its norm."
                )


def leaves_its_inputs(trial: EncoderTrial) -> None:
    """Waveforms are afterwards as they were, and lists too."""
    for ability in trial.spec.abilities:
        inputs = [one if isinstance(one, str) else np.array(one) for one in trial.inputs(ability)]
        kept = [one if isinstance(one, str) else one.tobytes() for one in inputs]
        trial.embed(ability, inputs)
        now = [one if isinstance(one, str) else one.tobytes() for one in inputs]
        if kept != now:
            raise BrokenRuleError(
                f"{ability}() changed what it was given; expected it as it was. Copy before "
                "writing."
            )


def bears_odd_inputs(trial: EncoderTrial) -> None:
    """One sample, 10 ms, a minute, silence, full scale; short, long and strange captions."""
    for ability in trial.spec.abilities:
        for what, one in _odd_inputs(trial, ability):
            try:
                (rows,) = trial.embed(ability, [one])
            except BrokenRuleError as broken:
                raise BrokenRuleError(f"of {what}: {broken}") from broken.__cause__
            if not len(rows):
                raise BrokenRuleError(f"of {what}: {ability}() gave no patch; expected some.")


def refuses_no_sound(trial: EncoderTrial) -> None:
    """A sound without samples, or of what is no number, is a DataError."""
    nothing: Waveform = np.zeros(0, np.float32)
    no_numbers: Waveform = np.full(16_000, np.nan, np.float32)
    for ability in trial.spec.abilities:
        for what, one in (("no sample", nothing), ("nan", no_numbers)):
            if ability == "embed_text":
                continue
            try:
                getattr(trial.encoder, ability)([one])
            except DataError:
                continue
            except Exception as error:
                told = f"raises {describe(error)}"
            else:
                told = "gives something"
            raise BrokenRuleError(
                f"{ability}() of {what} {told}; expected a DataError. Begin with "
                "benchmark.encoders.require_sounds(waveforms)."
            )


def says_nothing_beside(trial: EncoderTrial) -> None:
    """A call writes nothing to standard error; standard output is watched all the time."""
    with catch("stderr") as written:
        embed_all(trial.spec, trial.encoder)
    if told := tell_written(written, "stderr"):
        raise BrokenRuleError(f"in embedding {told}")


def leaves_chance_alone(trial: EncoderTrial) -> None:
    """A call draws from no generator that somebody else has sown."""
    stood = []
    for seed in (FIRST, OTHER):
        sow(seed)
        embed_all(trial.spec, trial.encoder)
        stood.append(read_chance())
    first, other = stood
    require_own_chance(first, other, "embedding")


def _odd_inputs(trial: EncoderTrial, ability: Ability) -> Iterator[tuple[str, Any]]:
    if ability == "embed_text":
        for text in _ODD_TEXTS:
            yield f"the caption {text[:30]!r}", text
        return
    for clip in odd_clips(getattr(trial.encoder, "sample_rate_hz", 16_000)):
        yield f"the sound {clip.clip_id!r} ({len(clip.waveform):,} samples)", clip.waveform


def _is_of(array: object, shape: tuple[int | None, int]) -> bool:
    if not isinstance(array, np.ndarray) or array.dtype != np.float32 or array.ndim != 2:
        return False
    return array.shape[1] == shape[1] and shape[0] in (None, array.shape[0])

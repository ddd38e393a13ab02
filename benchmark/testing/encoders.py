"""The check that authors of encoders call."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from benchmark.contract import Encoder, EncoderSpec
from benchmark.errors import BenchError, describe, shown
from benchmark.plugins.names import canonical_name, option_types
from benchmark.testing.declaration import examine_declaration
from benchmark.testing.encoder_rules import RULES as RULES_AT_WORK
from benchmark.testing.encoder_rules import EncoderTrial, embed_all, rules_for
from benchmark.testing.findings import (
    BrokenRuleError,
    Finding,
    finding_of,
    raise_findings,
    require_rules,
)
from benchmark.testing.record import examine_options, examine_record
from benchmark.testing.settings import Settings
from benchmark.testing.watching import look_at, watched

RULES = RULES_AT_WORK | {
    *("record", "options", "import", "network", "cheap", "needs", "files", "load", "loaded-again"),
    *("fingerprint", "output", "settings", "left-open"),
}
"""All rules of an encoder, by name."""


def check_encoder(
    spec: EncoderSpec[Any],
    options: Any = None,
    device: str = "cpu",
    *,
    skip: Collection[str] = (),
) -> None:
    """Try an encoder as systems would, and tell every rule of the contract that it breaks.

    Its record is checked; the plugin is imported in a process of its own without network; it is
    loaded twice, and once for each option of which another value can be tried; and it embeds
    sounds and captions of the soundscapes: alone and together, short, long, silent, none at all.
    Meanwhile it is watched as a captioner is.

    Args:
        spec: what the plugin's hook yields.
        options: of ``spec.options``; None: its defaults. Name settings that load in seconds.
        device: torch's spelling.
        skip: names of rules that are not held against it.

    Raises:
        ConformanceError: an ``AssertionError`` whose message lists what was found, what was
            expected and how to mend it, rule by rule.
        ValueError: no rule has a name of ``skip``.
    """
    require_rules(skip, RULES)
    found = [f for f in _examine(spec, options, device) if f.rule not in skip]
    raise_findings(str(getattr(spec, "name", spec)), found)


def _examine(spec: EncoderSpec[Any], options: Any, device: str) -> Iterator[Finding]:
    flaws = list(examine_record("encoder", spec)) or list(examine_options(spec))
    yield from flaws
    if flaws:
        return
    yield from examine_declaration("encoder", spec.name, spec.load)
    chosen = spec.options() if options is None and spec.options else options
    yield from watched(partial(_examine_at_work, spec, chosen, device))


def _examine_at_work(
    spec: EncoderSpec[Any], options: Any, device: str, settings: Settings
) -> Iterator[Finding]:
    yield from _look_at_files(spec, options)
    yield from _look_at_needs(spec, options)
    try:
        encoder = _load(spec, options, device)
        trial = EncoderTrial(spec, encoder)
    except BrokenRuleError as broken:
        yield finding_of("load", broken)
        return
    yield from look_at(settings, "load()")
    for name, rule in rules_for(trial):
        try:
            rule(trial)
        except BrokenRuleError as broken:
            yield finding_of(name, broken)
            if name == "shape":
                return
    try:
        _require_the_same_again(trial, _load(spec, options, device))
    except BrokenRuleError as broken:
        yield finding_of("loaded-again", broken)
    yield from _try_other_options(trial, options, device)
    yield from look_at(settings, "embedding")


def _look_at_files(spec: EncoderSpec[Any], options: Any) -> Iterator[Finding]:
    try:
        paths = [Path(path) for path in spec.files(options)]
    except (Exception, SystemExit) as error:
        yield Finding("files", f"files() raises {describe(error)}; expected paths.", error)
        return
    if gone := [str(path) for path in paths if not path.exists()]:
        yield Finding(
            "files",
            f"files() names {shown(gone)}, which is not there; expected those of load() that are "
            "on this machine, and no others.",
        )


def _look_at_needs(spec: EncoderSpec[Any], options: Any) -> Iterator[Finding]:
    try:
        for need in spec.needs(options) if spec.needs else ():
            need.look()
    except (Exception, SystemExit) as error:
        yield Finding(
            "needs",
            f"it says that it lacks something: {describe(error)}. Expected what is checked here "
            "to be here.",
            error,
        )


def _load(spec: EncoderSpec[Any], options: Any, device: str) -> Encoder:
    """Load an encoder, and look at what it says of itself.

    Raises:
        BrokenRuleError: it cannot be loaded, or is none.
    """
    name = canonical_name(spec, options)
    try:
        encoder = spec.load(options, name, device)
    except (Exception, SystemExit) as error:
        said = str(error) if isinstance(error, BenchError) else describe(error)
        raise BrokenRuleError(
            f"load() raised {said}; expected an encoder. What it cannot do without belongs into "
            "EncoderSpec.needs."
        ) from error
    for ability in spec.abilities:
        if not callable(getattr(encoder, ability, None)):
            raise BrokenRuleError(f"it has no method {ability}(); expected it, as abilities says.")
    expected: dict[str, tuple[str, bool]] = {
        "name": (repr(name), getattr(encoder, "name", None) == name),
        "dim": ("a positive int", _is_count(getattr(encoder, "dim", None))),
        "fingerprint": ("a hash", _is_word(getattr(encoder, "fingerprint", None))),
        "trained_on": ("a tuple of data sets", _is_words(getattr(encoder, "trained_on", None))),
    }
    if {*spec.abilities} & {"embed_audio", "embed_patches"}:
        rate_hz = getattr(encoder, "sample_rate_hz", None)
        expected["sample_rate_hz"] = ("a positive int", _is_count(rate_hz))
    for what, (wanted, is_so) in expected.items():
        if not is_so:
            given = shown(getattr(encoder, what, None))
            raise BrokenRuleError(f"its {what} is {given}; expected {wanted}.")
    return encoder


def _require_the_same_again(trial: EncoderTrial, again: Encoder) -> None:
    if again.fingerprint != trial.encoder.fingerprint:
        raise BrokenRuleError(
            f"loaded again its fingerprint is {again.fingerprint!r}; expected "
            f"{trial.encoder.fingerprint!r}: what is kept is found by it."
        )
    for what, rows in embed_all(trial.spec, trial.encoder).items():
        if not np.allclose(rows, embed_all(trial.spec, again)[what], rtol=1e-5, atol=1e-6):
            raise BrokenRuleError(
                f"loaded again its {what} gives other embeddings; expected the same: an encoder is "
                "frozen, and all that is random in it is sown."
            )


def _try_other_options(trial: EncoderTrial, options: Any, device: str) -> Iterator[Finding]:
    """Try each option otherwise: what embeds otherwise has another fingerprint."""
    before = embed_all(trial.spec, trial.encoder)
    for other in _vary(trial.spec, options):
        name = canonical_name(trial.spec, other)
        try:
            encoder = _load(trial.spec, other, device)
            after = embed_all(trial.spec, encoder)
        except BrokenRuleError:
            continue  # as other weights that are not here
        is_other = any(
            rows.shape != after[what].shape or not np.allclose(rows, after[what], atol=1e-6)
            for what, rows in before.items()
        )
        if is_other and encoder.fingerprint == trial.encoder.fingerprint:
            yield Finding(
                "fingerprint",
                f"{name} embeds otherwise than {trial.encoder.name}, and has its fingerprint, "
                f"{encoder.fingerprint!r}; expected another: embeddings are kept by it. Hash the "
                "options with the weights.",
            )


def _vary(spec: EncoderSpec[Any], options: Any) -> Iterator[Any]:
    """Change one option at a time: another choice, the other truth, one more, twice as much."""
    for field in dataclasses.fields(options) if options is not None else ():
        value, hint = getattr(options, field.name), option_types(spec)[field.name]
        others: tuple[object, ...] = ()
        if typing.get_origin(hint) is Literal:
            others = tuple(choice for choice in typing.get_args(hint) if choice != value)[:1]
        elif isinstance(value, bool):
            others = (not value,)
        elif isinstance(value, int):
            others = (value + 1,)
        elif isinstance(value, float):
            others = (value * 2 or 0.5,)
        for other in others:
            try:
                yield dataclasses.replace(options, **{field.name: other})
            except ValueError:
                continue


def _is_count(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and given > 0


def _is_word(given: object) -> bool:
    return isinstance(given, str) and bool(given.strip())


def _is_words(given: object) -> bool:
    return isinstance(given, tuple) and all(map(_is_word, given))

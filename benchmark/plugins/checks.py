"""What plugins declare, looked at before anybody relies on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar, get_args

from benchmark.contract import Ability, DatasetSpec, EncoderSpec, Kind, Lineup, SystemSpec
from benchmark.errors import PluginError, shown, why_unwritable
from benchmark.plugins.names import option_types

SYSTEM_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DATASET_NAME = re.compile(rf"{SYSTEM_NAME.pattern}(@[a-z0-9]+([.-][a-z0-9]+)*)?")

T = TypeVar("T")


def check_system(spec: object) -> None:
    if not isinstance(spec, SystemSpec):
        raise PluginError(f"bench_systems gave {shown(spec)}; expected a SystemSpec.")
    if not (isinstance(spec.name, str) and SYSTEM_NAME.fullmatch(spec.name)):
        raise PluginError(f"system name {shown(spec.name)} is not lower-case-with-hyphens.")
    if spec.kind not in get_args(Kind):
        expected = ", ".join(get_args(Kind))
        raise PluginError(f"{spec.name}: kind is {shown(spec.kind)}; expected one of {expected}.")
    if not callable(spec.prepare):
        raise PluginError(f"{spec.name}: prepare is {shown(spec.prepare)}; expected a callable.")
    if spec.needs is not None and not callable(spec.needs):
        raise PluginError(
            f"{spec.name}: needs is {shown(spec.needs)}; expected a callable or None."
        )
    if spec.weights is not None and not callable(spec.weights):
        raise PluginError(
            f"{spec.name}: weights is {shown(spec.weights)}; expected a callable or None."
        )
    if not (isinstance(spec.sample_rate_hz, int) and spec.sample_rate_hz > 0):
        raise PluginError(
            f"{spec.name}: sample_rate_hz is {shown(spec.sample_rate_hz)}; expected a positive "
            "integer."
        )
    if spec.uses_validation and not spec.needs_train:
        raise PluginError(
            f"{spec.name}: uses_validation without needs_train; expected both of a system that "
            "learns."
        )
    _check_texts(spec)
    option_types(spec)


def _check_texts(spec: SystemSpec) -> None:
    """Refuse a summary and data sets that no list of systems could show."""
    if not isinstance(spec.trained_on, tuple):
        raise PluginError(
            f"{spec.name}: trained_on is {shown(spec.trained_on)}; expected a tuple of names of "
            "data sets, such as ('audiocaps:train',)."
        )
    texts: list[tuple[str, object]] = [("summary", spec.summary)]
    for what, text in (*texts, *(("trained_on", name) for name in spec.trained_on)):
        if not isinstance(text, str):
            raise PluginError(f"{spec.name}: {what} has {shown(text)}; expected text.")
        if reason := why_unwritable(text):
            raise PluginError(f"{spec.name}: {what} {reason}; expected text in UTF-8.")


def check_dataset(spec: object) -> None:
    """Refuse the record of a data set that cannot be meant.

    Raises:
        PluginError: says what of it.
    """
    spec = _require_kind(spec, DatasetSpec, "bench_datasets")
    _require_name(spec.name, "data set", _DATASET_NAME)
    for what in ("title", "summary", "licence", "how_to_get"):
        _require_text(spec.name, what, getattr(spec, what))
    if not (isinstance(spec.splits, tuple) and spec.splits):
        raise PluginError(f"{spec.name}: splits is {shown(spec.splits)}; expected names of some.")
    for split in spec.splits:
        _require_text(spec.name, "splits", split)
    for what in ("default_split", "train_split", "validation_split"):
        _require_text(spec.name, what, getattr(spec, what))
    if spec.default_split not in spec.splits:
        raise PluginError(
            f"{spec.name}: default_split is {spec.default_split!r}; expected one of its splits, "
            f"{', '.join(spec.splits)}."
        )
    _require_callable(spec.name, "load", spec.load)


def check_encoder(spec: object) -> None:
    """Refuse the record of an encoder that cannot be meant.

    Raises:
        PluginError: says what of it.
    """
    spec = _require_kind(spec, EncoderSpec, "bench_encoders")
    _require_name(spec.name, "encoder", SYSTEM_NAME)
    _require_text(spec.name, "summary", spec.summary)
    known = get_args(Ability)
    if not (isinstance(spec.abilities, tuple) and spec.abilities and {*spec.abilities} <= {*known}):
        raise PluginError(
            f"{spec.name}: abilities is {shown(spec.abilities)}; expected some of "
            f"{', '.join(known)}."
        )
    _require_callable(spec.name, "load", spec.load)
    option_types(spec)


def check_lineup(lineup: object) -> None:
    """Refuse a line-up that cannot be meant.

    Raises:
        PluginError: says what of it.
    """
    lineup = _require_kind(lineup, Lineup, "bench_lineups")
    _require_name(lineup.name, "line-up", SYSTEM_NAME)
    _require_text(lineup.name, "summary", lineup.summary)
    if not lineup.members:
        raise PluginError(f"{lineup.name}: it has no members; expected some.")


def _require_kind(spec: object, kind: type[T], hook: str) -> T:
    if not isinstance(spec, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise PluginError(f"{hook} gave {shown(spec)}; expected {article} {kind.__name__}.")
    return spec


def _require_name(name: object, what: str, pattern: re.Pattern[str]) -> None:
    if not (isinstance(name, str) and pattern.fullmatch(name)):
        raise PluginError(f"{what} name {shown(name)} is not lower-case-with-hyphens.")


def _require_text(name: str, what: str, text: object) -> None:
    if not isinstance(text, str):
        raise PluginError(f"{name}: {what} has {shown(text)}; expected text.")
    if reason := why_unwritable(text):
        raise PluginError(f"{name}: {what} {reason}; expected text in UTF-8.")


def _require_callable(name: str, what: str, given: Callable[..., Any] | None) -> None:
    if not callable(given):
        raise PluginError(f"{name}: {what} is {shown(given)}; expected a callable.")

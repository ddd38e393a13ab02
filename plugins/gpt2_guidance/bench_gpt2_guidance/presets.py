"""A preset decides every option; any single one overrides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Literal, TypeVar

from benchmark import EMBEDDED_DATASET, UsageError

PresetName = Literal["paper", "mini"]

_Settings = TypeVar("_Settings", bound=Any)  # a frozen dataclass; there is no public type of these


def choose_preset(named: PresetName | None, dataset: str) -> PresetName:
    """Return the preset that is named, or the one that fits the data set that is trained on."""
    return named or ("mini" if dataset == EMBEDDED_DATASET else "paper")


def resolve(preset: PresetName, presets: Mapping[PresetName, _Settings], options: Any) -> _Settings:
    """Decide every option.

    Args:
        preset: whose values count where the options say nothing.
        presets: the settings of each.
        options: what the user chose; none: as the preset says.

    Raises:
        UsageError: an option is out of its range.
    """
    try:
        return _override(presets[preset], options)
    except ValueError as error:
        raise UsageError(f"with preset={preset}: {error}") from error


def require_meaning(presets: Mapping[PresetName, _Settings], options: Any) -> None:
    """Refuse options that go with no preset.

    Without a named preset the data set decides, which is not known yet.

    Raises:
        ValueError: an option is out of its range.
    """
    faults = []
    for settings in presets.values() if options.preset is None else (presets[options.preset],):
        try:
            _override(settings, options)
            return
        except ValueError as fault:
            faults.append(fault)
    raise faults[0]


def require_ranges(settings: Any, ranges: Mapping[str, tuple[bool, str]]) -> None:
    """Refuse values that cannot be meant.

    Args:
        settings: the values.
        ranges: by name whether the value is within its range, and that range in words.

    Raises:
        ValueError: one is not.
    """
    for name, (is_within, expected) in ranges.items():
        if not is_within:
            raise ValueError(f"{name}={getattr(settings, name)}; expected {expected}.")


def _override(settings: _Settings, options: Any) -> _Settings:
    chosen = {field.name: getattr(options, field.name) for field in fields(settings)}
    return replace(settings, **{name: value for name, value in chosen.items() if value is not None})

"""Check the keys and values of a policy: all that is unknown is an error that says where."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from benchmark.errors import UsageError
from benchmark.metrics.catalogue import METRICS, list_rankable

Toml: TypeAlias = (
    "str | int | float | datetime.datetime | datetime.date | datetime.time"
    " | list[Toml] | dict[str, Toml]"
)
"""Whatever TOML can hold."""

TomlTable: TypeAlias = Mapping[str, Toml]

SCHEMA = 1
DEFAULT_RULE = "default"


class UnknownMetricError(UsageError):
    """A policy names a metric that is not known here, unless a run that is read describes it."""


@dataclass(frozen=True, slots=True)
class _Number:
    """A number within bounds; ``can_be_off`` for limits that ``false`` switches off."""

    low: float
    high: float
    can_be_off: bool = True
    is_whole: bool = False

    def fits(self, value: Toml) -> bool:
        if isinstance(value, bool):
            return self.can_be_off and not value
        if not isinstance(value, int if self.is_whole else int | float):
            return False
        return self.low <= value <= self.high  # refuses nan too

    def __str__(self) -> str:
        name = "a whole number" if self.is_whole else "a number"
        bounds = f" from {self.low:g} to {self.high:g}"
        return name + bounds + (", or false for no limit" if self.can_be_off else "")


_FAR = 1e9
_SHARE = _Number(0.0, 1.0)
_RATIO = _Number(1.0, _FAR)
_FLOOR = _Number(0.0, _FAR)
_COUNT = _Number(0, 10_000, can_be_off=False, is_whole=True)

_LIMITS: dict[str, dict[str, _Number]] = {
    "coverage": {"min_captioned": _SHARE, "max_failed": _SHARE, "max_empty_rise": _SHARE},
    "latency": {"max_ratio": _RATIO, "floor_s": _FLOOR},
    "stages": {"max_ratio": _RATIO, "floor_s": _FLOOR},
}
_OF_THE_WHOLE: dict[str, dict[str, _Number]] = {
    "memory": {"max_ratio": _RATIO, "floor_mib": _FLOOR},
    "worst": {"n_clips": _COUNT},
    "history": {"n_runs": _Number(1, 10_000, can_be_off=False, is_whole=True)},
}
_ALPHA = _Number(1e-4, 0.5, can_be_off=False)
_RELATIVE = {"max_drop": _SHARE, "max_loss": _FLOOR, "margin": _Number(1e-9, _FAR)}
_ABSOLUTE = _Number(-_FAR, _FAR)


def check_policy(tables: TomlTable, source: str) -> None:
    """Refuse what is not a policy.

    Raises:
        UsageError: another schema, an unknown key, or a value of the wrong type or range; the
            message says where, and what is expected.
    """
    schema = tables.get("schema")
    if type(schema) is not int or schema != SCHEMA:  # True and 1.0 equal 1
        raise UsageError(f"{source}: schema {schema!r}; a policy begins with `schema = {SCHEMA}`.")
    rest = {key: table for key, table in tables.items() if key != "schema"}
    names = [*_LIMITS, *_OF_THE_WHOLE, "tests", "metrics", "systems"]
    _check_names(rest, names, "", source)
    for key, table in _tables(rest, "", source):
        if key == "systems":
            for name, limits in _tables(table, "systems.", source):
                _check_names(limits, [*_LIMITS, "metrics"], f"systems.{name}.", source)
                _check_limits(limits, f"systems.{name}.", source)
        elif key == "worst":
            _check_worst(table, source)
        elif key == "tests":
            _check_tests(table, source)
        elif key in _OF_THE_WHOLE:
            _check_numbers(table, _OF_THE_WHOLE[key], f"{key}.", source)
    _check_limits({key: rest[key] for key in (*_LIMITS, "metrics") if key in rest}, "", source)


def _check_limits(tables: TomlTable, where: str, source: str) -> None:
    for key, table in _tables(tables, where, source):
        if key == "metrics":
            _find_strangers(name for name in table if name != DEFAULT_RULE)
            names = [DEFAULT_RULE, *METRICS]
            _check_names(table, names, f"{where}metrics.", source, UnknownMetricError)
            for name, rule in _tables(table, f"{where}metrics.", source):
                _check_rule(name, rule, f"{where}metrics.{name}.", source)
        else:
            _check_numbers(table, _LIMITS[key], f"{where}{key}.", source)


def _check_rule(key: str, rule: TomlTable, where: str, source: str) -> None:
    if "decides" in rule:
        _check_flag(rule["decides"], f"{where}decides", source)
        rule = {name: value for name, value in rule.items() if name != "decides"}
    if key == DEFAULT_RULE:
        return _check_numbers(rule, _RELATIVE, where, source)
    is_higher_better = METRICS[key].higher_is_better
    if is_higher_better is None:
        raise UsageError(f"{source}: {where[:-1]}: {key} only describes; it is not judged.")
    right, wrong = ("min", "max") if is_higher_better else ("max", "min")
    if wrong in rule:
        direction = "higher" if is_higher_better else "lower"
        raise UsageError(
            f"{source}: {where}{wrong}: {key} is better when {direction}; use {right}."
        )
    return _check_numbers(rule, {right: _ABSOLUTE, **_RELATIVE}, where, source)


def _check_tests(table: TomlTable, source: str) -> None:
    _check_names(table, ["alpha", "primary", "strict"], "tests.", source)
    if "alpha" in table:
        _check_numbers({"alpha": table["alpha"]}, {"alpha": _ALPHA}, "tests.", source)
    if "strict" in table:
        _check_flag(table["strict"], "tests.strict", source)
    primary = table.get("primary", [])
    keys = [key for key in primary if isinstance(key, str)] if isinstance(primary, list) else None
    if not isinstance(primary, list) or keys != primary:
        raise UsageError(
            f"{source}: tests.primary: found {primary!r}; expected a list of metrics' keys, of "
            'which the first that there is decides, such as ["spider", "cider_d"].'
        )
    _find_strangers(keys)
    _check_names(keys, list_rankable(), "tests.primary = ", source, UnknownMetricError)


def _check_flag(value: Toml, where: str, source: str) -> None:
    if not isinstance(value, bool):
        raise UsageError(f"{source}: {where}: found {value!r}; expected true or false.")


def _check_worst(table: TomlTable, source: str) -> None:
    _check_names(table, ["n_clips", "metric"], "worst.", source)
    metric = table.get("metric", "cider_d")
    if not isinstance(metric, str):
        raise UsageError(f"{source}: worst.metric: found {metric!r}; expected a metric's key.")
    _find_strangers([metric])
    _check_names([metric], list_rankable(), "worst.metric = ", source, UnknownMetricError)
    numbers = {key: value for key, value in table.items() if key != "metric"}
    _check_numbers(numbers, _OF_THE_WHOLE["worst"], "worst.", source)


def _find_strangers(keys: Iterable[str]) -> None:
    """Look among what is installed for metrics that neither the core nor a record has."""
    for key in keys:
        METRICS.get(key)


def _check_numbers(table: TomlTable, form: Mapping[str, _Number], where: str, source: str) -> None:
    _check_names(table, form, where, source)
    for key, value in table.items():
        if not form[key].fits(value):
            raise UsageError(f"{source}: {where}{key}: found {value!r}; expected {form[key]}.")


def _check_names(
    names: Iterable[str],
    known: Iterable[str],
    where: str,
    source: str,
    error: type[UsageError] = UsageError,
) -> None:
    allowed = list(known)
    for name in names:
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise error(
                f"{source}: unknown key {where}{name}.{hint} Known here: {', '.join(allowed)}."
            )


def _tables(table: TomlTable, where: str, source: str) -> Iterable[tuple[str, TomlTable]]:
    for key, value in table.items():
        if not isinstance(value, dict):
            raise UsageError(f"{source}: {where}{key}: found {value!r}; expected a table.")
        yield key, value

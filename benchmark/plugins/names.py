"""System names with typed options: ``wsac-pd[temperature=0.02,preset=code]``.

A name is one fixed configuration. Its canonical spelling holds only the options that differ
from their defaults, in the order the plugin declares them, so equal configurations have equal
names on the command line, in the ledger and in the tables.
"""

from __future__ import annotations

import dataclasses
import json
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from benchmark.errors import (
    BenchError,
    PluginError,
    UnknownNameError,
    UsageError,
    describe,
    shown,
    why_unwritable,
)

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_PIECE = re.compile(rf'{_QUOTED}|[^\[\]",]+|[\[\],"]')
_NAME = re.compile(r"(?P<name>[^\[\]]*)(?:\[(?P<options>.*)\])?", re.DOTALL)
_OPTION = re.compile(rf'(?P<key>[^=\[\]",]+)=(?P<value>{_QUOTED}|[^\[\]",]*)', re.DOTALL)
_BARE = re.compile(r'[^\s\[\]",]+')
_SCALARS = (bool, int, float, str)
_INT_LIMIT = 1 << 63


class Optioned(Protocol):
    """What has a name and may have typed options: a system, an encoder."""

    @property
    def name(self) -> str: ...

    @property
    def options(self) -> type[Any] | None:
        """A frozen dataclass whose every field has a default, or None."""
        ...


@dataclass(frozen=True, slots=True)
class ParsedName:
    """What the user wrote: a name, and its options still as text."""

    name: str
    options: Mapping[str, str]


def split_names(text: str) -> list[str]:
    """Split a comma-separated list of system names; commas within brackets do not count.

    Raises:
        UsageError: a bracket is not closed, or never opened.
    """
    names, depth = [""], 0
    for piece in _PIECE.findall(text):
        depth += {"[": 1, "]": -1}.get(piece, 0)
        if depth not in (0, 1):
            break
        if piece == "," and depth == 0:
            names.append("")
        else:
            names[-1] += piece
    if depth != 0:
        raise UsageError(f"unbalanced brackets in {text!r}; expected NAME or NAME[key=value,...].")
    return [name.strip() for name in names if name.strip()]


def parse_name(text: str) -> ParsedName:
    """Parse ``name[key=value,...]``; a value with a comma, bracket or blank is double-quoted.

    Raises:
        UsageError: the text has another form, or names an option twice.
    """
    match = _NAME.fullmatch(text)
    if match is None:
        raise UsageError(f"cannot read system {text!r}; expected NAME or NAME[key=value,...].")
    options: dict[str, str] = {}
    rest = match["options"] or ""
    while rest:
        option = _OPTION.match(rest)
        if option is None or rest[option.end() :][:1] not in ("", ","):
            raise UsageError(
                f"cannot read the options of {text!r} at {rest!r}; expected key=value."
            )
        key = option["key"].strip()
        if key in options:
            raise UsageError(f"option {key!r} is given twice in {text!r}.")
        options[key] = _unquote(option["value"], text)
        rest = rest[option.end() + 1 :]
    return ParsedName(match["name"].strip(), options)


def spell_name(parsed: ParsedName) -> str:
    """Spell a name and its options so that ``parse_name`` reads them."""
    options = [f"{key}={json.dumps(text, allow_nan=False)}" for key, text in parsed.options.items()]
    return f"{parsed.name}[{','.join(options)}]" if options else parsed.name


def build_options(spec: Optioned, given: Mapping[str, str]) -> Any:
    """Turn option texts into the options object of a system or an encoder.

    Returns:
        An instance of ``spec.options``, or None for what has no options.

    Raises:
        UnknownNameError: there is no such option; the message lists those there are.
        UsageError: a text is not of the option's type.
    """
    fields = option_types(spec)
    for key in given:
        if key not in fields:
            raise UnknownNameError(f"option of {spec.name}", key, fields)
        if reason := why_unwritable(given[key]):
            raise UsageError(f"{spec.name}: option {key} {reason}; expected text in UTF-8.")
    if spec.options is None:
        return None
    values = {key: _convert(spec.name, key, fields[key], text) for key, text in given.items()}
    try:
        return spec.options(**values)
    except BenchError:  # in words already, as of options within an option
        raise
    except ValueError as error:  # the plugin's own __post_init__ may narrow a value further
        raise UsageError(f"{spec.name}: {error}") from error
    except Exception as error:
        raise PluginError(
            f"{spec.name}: its options raise {describe(error)}; expected a ValueError that says "
            "which value cannot be, or none."
        ) from error


def canonical_name(spec: Optioned, options: Any) -> str:
    """Spell a configuration: the name, and each option that differs from its default."""
    if options is None:
        return spec.name
    default = type(options)()
    parts = [
        f"{field.name}={spell_value(getattr(options, field.name))}"
        for field in dataclasses.fields(options)
        if getattr(options, field.name) != getattr(default, field.name)
    ]
    return f"{spec.name}[{','.join(parts)}]" if parts else spec.name


def option_types(spec: Optioned) -> dict[str, object]:
    """List the types of the options that a system or an encoder declares, by name.

    Raises:
        PluginError: the declaration is not a frozen dataclass of scalars with defaults.
    """
    if spec.options is None:
        return {}
    if not dataclasses.is_dataclass(spec.options):
        raise PluginError(f"{spec.name}: options is {spec.options!r}; expected a frozen dataclass.")
    hints = typing.get_type_hints(spec.options)
    for field in dataclasses.fields(spec.options):
        missing = dataclasses.MISSING
        if field.default is missing and field.default_factory is missing:
            raise PluginError(f"{spec.name}: option {field.name!r} has no default.")
        _choices(spec.name, field.name, hints[field.name])
    return {field.name: hints[field.name] for field in dataclasses.fields(spec.options)}


def describe_type(hint: Any) -> str:
    """Spell an option's type for people: ``paper | code``, ``int``, ``float or none``."""
    union = _union(hint)
    if typing.get_origin(hint) is Literal:
        return " | ".join(spell_value(value) for value in typing.get_args(hint))
    if union:
        return " or ".join("none" if part is type(None) else describe_type(part) for part in union)
    return str(hint.__name__)


def _choices(system_name: str, key: str, hint: Any) -> tuple[Any, ...]:
    """Flatten a type into the scalar types and literal values it admits."""
    if union := _union(hint):
        return tuple(choice for part in union for choice in _choices(system_name, key, part))
    if typing.get_origin(hint) is Literal:
        return typing.get_args(hint)
    if hint in (*_SCALARS, type(None)):
        return (hint,)
    raise PluginError(
        f"{system_name}: option {key!r} is of type {hint!r}; expected bool, int, float, str, "
        "a Literal of these, or one of them with None."
    )


def _union(hint: Any) -> tuple[Any, ...]:
    origin = typing.get_origin(hint)
    return typing.get_args(hint) if origin in (typing.Union, types.UnionType) else ()


def _convert(system_name: str, key: str, hint: Any, text: str) -> Any:
    for choice in _choices(system_name, key, hint):
        try:
            return _read(choice, text)
        except ValueError:
            continue
    raise UsageError(
        f"{system_name}: option {key}={shown(text)}; expected {describe_type(hint)}"
        f"{_why_too_long(text)}."
    )


def _why_too_long(text: str) -> str:
    is_whole = re.fullmatch(r"\s*[-+]?[\d_]{19,}\s*", text)
    return ", a whole number of at most 63 bits" if is_whole else ""


def _read(choice: Any, text: str) -> Any:
    if choice in (bool, type(None)):
        words = {"true": True, "false": False} if choice is bool else {"none": None}
        if text.lower() not in words:
            raise ValueError(text)
        return words[text.lower()]
    if choice is int:
        number = int(text)
        if abs(number) >= _INT_LIMIT:  # what counts or seeds in 64 bits would fail on it
            raise ValueError(text)
        return number
    if choice in (float, str):
        return choice(text)
    if text != _plain(choice):
        raise ValueError(text)
    return choice


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool | None) else str(value)


def spell_value(value: Any) -> str:
    """Spell a value as it is typed: quoted where it would end the option."""
    text = _plain(value)
    is_bare = _BARE.fullmatch(text) and text.isprintable()
    return text if is_bare else json.dumps(text, allow_nan=False)


def _unquote(text: str, whole: str) -> str:
    if not text.startswith('"'):
        return text.strip()
    try:
        return str(json.loads(text))
    except json.JSONDecodeError as error:
        raise UsageError(f"cannot read the quoted value {text} in {whole!r}: {error}.") from error

"""Rules about a system's spec and its options."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from typing import Any, Literal

from benchmark.contract import SystemSpec
from benchmark.errors import PluginError, describe
from benchmark.plugins.loading import check_record
from benchmark.plugins.names import describe_type, option_types
from benchmark.testing.findings import Finding


def examine_spec(spec: SystemSpec) -> Iterator[Finding]:
    """Check the spec as the registry does, and what the registry leaves to authors."""
    try:
        check_record("system", spec)
    except Exception as error:  # type hints that cannot be read raise anything
        reason = str(error) if isinstance(error, PluginError) else describe(error)
        yield Finding("record", reason, error)
        return
    if not isinstance(spec.summary, str) or not spec.summary.strip() or "\n" in spec.summary:
        yield Finding("record", f"summary is {spec.summary!r}; expected one line of text.")
    is_tuple = isinstance(spec.trained_on, tuple)
    if not is_tuple or not all(isinstance(name, str) for name in spec.trained_on):
        yield Finding(
            "record",
            f"trained_on is {spec.trained_on!r}; expected a tuple of names of data sets, such as "
            "('audiocaps:train',).",
        )
    if spec.options is not None:
        yield from _examine_options(spec, spec.options)


def _examine_options(spec: SystemSpec, options: type[Any]) -> Iterator[Finding]:
    if not options.__dataclass_params__.frozen:
        message = f"{options.__name__} is not frozen; write @dataclass(frozen=True)."
        yield Finding("options", message)
    try:
        default = options()
    except Exception as error:
        message = f"{options.__name__}() raises {describe(error)}; expected defaults that hold."
        yield Finding("options", message, error)
        return
    hints = option_types(spec)
    for field in dataclasses.fields(options):
        value, hint = getattr(default, field.name), hints[field.name]
        if not _admits(hint, value):
            yield Finding(
                "options",
                f"the default of {field.name} is {value!r}; expected {describe_type(hint)}.",
            )


def _admits(hint: Any, value: object) -> bool:
    if typing.get_origin(hint) is Literal:
        return any(type(value) is type(known) and value == known for known in typing.get_args(hint))
    if parts := typing.get_args(hint):
        return any(_admits(part, value) for part in parts)
    return type(value) is hint or (hint is float and type(value) is int)

"""Systems that a program holds as objects: captioners and functions, as records of systems."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from benchmark.contract import Captioner, Clip, SystemSpec
from benchmark.errors import UsageError, listed, shown
from benchmark.plugins.called_files import is_path, take_systems
from benchmark.plugins.checks import SYSTEM_NAME
from benchmark.plugins.names import split_names
from benchmark.plugins.objects import captioner_of, spec_of, spell_as_name
from benchmark.plugins.provenance import Provenance
from benchmark.systems.registry import Registry

OwnSystem = SystemSpec | Captioner | Callable[[Clip], str]
"""A record of a system, something that captions batches, or a function of one clip."""
Systems = str | Sequence[str | OwnSystem] | Mapping[str, OwnSystem]
"""Names of installed systems, paths of files and objects; names in one text, with commas; or
objects by name."""

DISTRIBUTION = "objects of a program"
_EXPECTED = (
    "expected the name of an installed system, a SystemSpec, something with caption(clips), or a "
    "function of a clip"
)


class Called(NamedTuple):
    """What a run asks for: names, and whether one of them is of an object of this process."""

    names: tuple[str, ...]
    has_objects: bool


def call_systems(systems: Systems, registry: Registry, *, text_only: bool) -> Called:
    """Name systems, and add those that are objects to what is installed.

    Args:
        systems: see there.
        registry: is added to.
        text_only: there will be no sounds, so that nothing can need them.

    Raises:
        UsageError: one is no system, or its name is none, or taken.
    """
    if isinstance(systems, str):
        systems = split_names(systems)
    named = list(systems.items()) if isinstance(systems, Mapping) else [(None, s) for s in systems]
    names: list[str] = []
    specs: list[SystemSpec] = []
    for name, system in named:
        if isinstance(system, str) and name is None:
            names.append(_add_file(system, registry) if is_path(system) else system)
            continue
        spec = _spec_of(system, name, text_only=text_only)
        _require_free(spec.name, registry, specs)
        registry.add("(objects)", Provenance(DISTRIBUTION, _version_of(system)), [spec])
        specs.append(spec)
        names.append(spec.name)
    return Called(tuple(names), bool(specs))


def _spec_of(system: object, name: str | None, *, text_only: bool) -> SystemSpec:
    if isinstance(system, SystemSpec):
        if name not in (None, system.name):
            raise UsageError(f"{name!r} is a SystemSpec named {system.name!r}; use that name.")
        return system
    captioner = _require_captioner(system)
    return spec_of(
        _name_of(system) if name is None else _require_name(name),
        "an object of the program that runs it",
        lambda: captioner,
        needs_audio=not text_only,
    )


def _require_captioner(system: object) -> Captioner:
    if isinstance(system, type):
        raise UsageError(f"{shown(system)} is a class; expected an object of it.")
    captioner = captioner_of(system)
    if captioner is None:
        raise UsageError(f"a system is {shown(system)}; {_EXPECTED}.")
    return captioner


def _add_file(text: str, registry: Registry) -> str:
    """Name the system of a file, and add what the file brings to what is installed."""
    (name,) = take_systems([text])
    registry.installed.add_named_files()
    return name


def _name_of(system: object) -> str:
    """Spell a function's or a class's name as systems are named: ``my-captioner``."""
    written = str(getattr(system, "__name__", type(system).__name__))
    return _require_name(spell_as_name(written) if written.isidentifier() else written)


def _require_name(name: object) -> str:
    if not (isinstance(name, str) and SYSTEM_NAME.fullmatch(name)):
        raise UsageError(
            f"{shown(name)} is no name of a system; expected lower case with hyphens. Give the "
            "system one: systems={'my-captioner': captioner}."
        )
    return name


def _require_free(name: str, registry: Registry, specs: Sequence[SystemSpec]) -> None:
    if any(spec.name == name for spec in specs):
        raise UsageError(f"two systems are named {name!r}; name them: systems={{'a': ..., ...}}.")
    if name in registry.claims:
        raise UsageError(
            f"a system named {name!r} is installed; name yours otherwise: "
            f"systems={{'my-{name}': ...}}. Installed: {listed(sorted(registry.claims), 20)}."
        )


def _version_of(system: object) -> str:
    """Tell one state of an object's code from another, as far as its source can be found."""
    code = system.prepare if isinstance(system, SystemSpec) else system
    is_code = inspect.isfunction(code) or inspect.ismethod(code)
    try:
        source = inspect.getsource(code if is_code else type(code))  # type: ignore[arg-type]
    except (OSError, TypeError):
        return "unknown"
    return f"source {hashlib.sha256(source.encode(errors='surrogatepass')).hexdigest()[:12]}"

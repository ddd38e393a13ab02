"""What a file brings that is no plugin yet: hooks, records, a class, or just a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any, cast

from benchmark.contract import (
    API_VERSION,
    Captioner,
    DatasetSpec,
    EncoderSpec,
    Engine,
    Lineup,
    Metric,
    SystemSpec,
)
from benchmark.errors import PluginError, listed, quoted, why_unwritable
from benchmark.plugins.hookspecs import PROJECT, hookimpl
from benchmark.plugins.kinds import KINDS, Kind
from benchmark.plugins.objects import captioner_of, spec_of, spell_as_name

_RECORDS: Mapping[type, Kind] = {
    SystemSpec: "system",
    DatasetSpec: "dataset",
    EncoderSpec: "encoder",
    Engine: "metric",
    Lineup: "lineup",
}
_EXPECTED = (
    "expected a function caption(clips), a class Captioner with that method, a function "
    "score(caption, references), a SystemSpec or another record, or a hook of plugins"
)
_CAPTION, _SCORE = "caption", "score"
_MOST_TOLD = 8


def as_plugin(module: ModuleType) -> object:
    """Make a plugin of what a file holds, to be asked as those that are installed.

    What declares most counts: hooks, else the records that stand in the file, else a class
    ``Captioner`` or a function ``caption``, whose system is called as the file, and a function
    ``score``, whose metric is, if no ``Metric`` stands beside it.

    Raises:
        PluginError: nothing in it can be meant; the message says what was found.
    """
    if _has_hooks(module):
        return module if hasattr(module, "BENCH_API") else _of_today(module)
    records = _records_in(module) or _plain_things_in(module)
    if not records:
        raise PluginError(f"{_tell_found(module)}; {_EXPECTED}.")
    hooks: dict[str, Callable[[], list[Any]]] = {}
    for kind, specs in records.items():
        hooks[KINDS[kind].hook] = hookimpl(_giving(specs))
    return SimpleNamespace(BENCH_API=API_VERSION, **hooks)


def _giving(specs: list[Any]) -> Callable[[], list[Any]]:
    return lambda: specs


def _has_hooks(module: ModuleType) -> bool:
    own = {name: thing for name, thing in vars(module).items() if name.startswith("bench_")}
    unmarked = [
        name
        for name, thing in own.items()
        if inspect.isfunction(thing) and not hasattr(thing, f"{PROJECT}_impl")
    ]
    marked = [name for name, thing in own.items() if hasattr(thing, f"{PROJECT}_impl")]
    hooks = {kind.hook for kind in KINDS.values()}
    if forgotten := sorted(hooks.intersection(unmarked)):
        raise PluginError(f"{listed(forgotten)} has no @hookimpl; import that from benchmark.")
    return bool(marked)


def _of_today(module: ModuleType) -> object:
    """Let a file go without saying for which API it was written: for the one that is here."""
    hooks = {name: thing for name, thing in vars(module).items() if name.startswith("bench_")}
    return SimpleNamespace(BENCH_API=API_VERSION, **hooks)


def _records_in(module: ModuleType) -> dict[Kind, list[Any]]:
    found: dict[Kind, list[Any]] = {}
    for name, thing in vars(module).items():
        kind = _RECORDS.get(type(thing))
        if kind is None or name.startswith("_"):
            continue
        if not any(thing is other for other in found.setdefault(kind, [])):
            found[kind].append(thing)
    return found


def _plain_things_in(module: ModuleType) -> dict[Kind, list[Any]]:
    plain: dict[Kind, list[Any]] = {}
    if system := _system_of(module):
        plain["system"] = [system]
    if engine := _engine_of(module):
        plain["metric"] = [engine]
    return plain


def _engine_of(module: ModuleType) -> Engine | None:
    metrics = [thing for thing in vars(module).values() if isinstance(thing, Metric)]
    score = getattr(module, _SCORE, None)
    if not metrics and not inspect.isfunction(score):
        return None
    if not inspect.isfunction(score) or len(metrics) > 1:
        raise PluginError(
            f"it holds {len(metrics)} Metrics and {'a' if score else 'no'} function "
            f"score(caption, references); expected one of each, or an Engine."
        )
    name = _name_of(module)
    metric = metrics[0] if metrics else Metric(name, name)
    return Engine.per_caption(metric, score)


def _system_of(module: ModuleType) -> SystemSpec | None:
    made = getattr(module, "Captioner", None)
    own_class = made if inspect.isclass(made) and made is not Captioner else None
    function = getattr(module, _CAPTION, None)
    if own_class is not None and callable(function):
        raise PluginError("both a function caption and a class Captioner are in it; keep one.")
    if own_class is not None:
        _require_plain(own_class)
        return spec_of(
            _name_of(module),
            _summary_of(module, own_class),
            lambda: cast("Captioner", own_class()),
        )
    captioner = captioner_of(module) if callable(function) else None
    if captioner is None:
        return None
    return spec_of(_name_of(module), _summary_of(module, function), lambda: captioner)


def _require_plain(made: type) -> None:
    """Refuse a class that is not made without arguments, or does not caption."""
    if not callable(getattr(made, _CAPTION, None)):
        raise PluginError("its class Captioner has no method caption(clips).")
    try:
        needed = [
            name
            for name, parameter in inspect.signature(made).parameters.items()
            if parameter.default is parameter.empty
            and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        ]
    except (TypeError, ValueError):  # compiled, and says nothing
        return
    if needed:
        raise PluginError(
            f"its class Captioner is made with {listed(needed)}; expected one that is made without "
            "arguments. Give them defaults, or declare a SystemSpec whose prepare makes it."
        )


def _name_of(module: ModuleType) -> str:
    stem = _file_name(module).removesuffix(".py")
    name = spell_as_name(stem)
    if not name:
        raise PluginError(
            f"nothing can be called {quoted(stem)}; expected letters of ASCII or digits in the "
            "file's name. Rename it."
        )
    return name


def _summary_of(module: ModuleType, thing: object) -> str:
    """Take the first line of what a file says of itself, or of what is in it."""
    for documented in (thing, module):
        text = getattr(documented, "__doc__", None)
        if isinstance(text, str) and text.strip() and why_unwritable(text) is None:
            return text.strip().splitlines()[0].strip()
    return f"what {_file_name(module)} says"


def _tell_found(module: ModuleType) -> str:
    found = sorted(_own_names(module))
    if not found:
        return "nothing is in it"
    more = f" and {len(found) - _MOST_TOLD} more" if len(found) > _MOST_TOLD else ""
    return f"it holds {', '.join(found[:_MOST_TOLD])}{more}"


def _own_names(module: ModuleType) -> Iterator[str]:
    for name, thing in vars(module).items():
        if name.startswith("_") or inspect.ismodule(thing):
            continue
        home = getattr(thing, "__module__", module.__name__)
        if home == module.__name__:
            yield f"class {name}" if inspect.isclass(thing) else name


def _file_name(module: ModuleType) -> str:
    return str(module.__file__).rpartition("/")[2]

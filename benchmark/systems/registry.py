"""Finds plugins, checks what they declare, answers by name.

Entry points are walked here, one pluggy manager per plugin, because pluggy alone is quieter
than a benchmark can afford: it accepts a misspelled hook, skips a second entry point of the
same name in silence, and lets one failing import abort the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import EntryPoint
from typing import Any, get_args

import pluggy

from benchmark import hookspecs
from benchmark.contract import API_VERSION, Kind, SystemSpec
from benchmark.deprecated import Deprecation, find_new_home, outdated_plugin
from benchmark.errors import (
    PluginError,
    UnknownNameError,
    describe,
    shown,
    trace_of,
    why_unwritable,
)
from benchmark.machine.distributions import version_of
from benchmark.systems import built_in
from benchmark.systems.names import build_options, canonical_name, option_types, parse_name
from benchmark.systems.plugin_imports import (
    import_timeout_s,
    import_within,
    installed_plugins,
    names_without,
)
from benchmark.systems.plugin_trials import find_fatal

SYSTEM_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ACCEPTED_APIS = (API_VERSION - 1, API_VERSION)


@dataclass(frozen=True, slots=True)
class Provenance:
    """The distribution that brought a system."""

    distribution: str
    version: str
    module: str = field(default="", compare=False)  # that its entry point names

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}"


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A plugin that works, and the systems it brings."""

    entry_point: str
    provenance: Provenance
    system_names: tuple[str, ...]
    api: int = API_VERSION


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A plugin that could not be used, and why."""

    entry_point: str
    provenance: Provenance
    reason: str
    traceback: str
    imports_moved: bool = False  # it imports a module of the core that has moved


@dataclass(frozen=True, slots=True)
class System:
    """A registered system in one configuration, ready to be prepared."""

    name: str  # canonical, options included
    spec: SystemSpec
    options: Any
    provenance: Provenance
    makeup_id: str | None = None  # of what it was made of when its run began


@dataclass(slots=True)
class Registry:
    """What is installed: who declares which system, and what would not load."""

    claims: dict[str, list[tuple[SystemSpec, Provenance]]] = field(default_factory=dict)
    broken: list[BrokenPlugin] = field(default_factory=list)
    plugins: list[LoadedPlugin] = field(default_factory=list)
    switched_off: list[str] = field(default_factory=list)  # entry points that nobody imported

    def add(
        self,
        entry_point: str,
        provenance: Provenance,
        specs: Iterable[SystemSpec],
        api: int = API_VERSION,
    ) -> None:
        specs = list(specs)
        for spec in specs:
            self.claims.setdefault(spec.name, []).append((spec, provenance))
        names = tuple(spec.name for spec in specs)
        self.plugins.append(LoadedPlugin(entry_point, provenance, names, api))

    @property
    def deprecations(self) -> list[Deprecation]:
        """Plugins that still load and will not for long."""
        return [
            outdated_plugin(f"{plugin.entry_point} ({plugin.provenance})", plugin.api, API_VERSION)
            for plugin in self.plugins
            if plugin.api != API_VERSION
        ]

    @property
    def clashes(self) -> dict[str, str]:
        """System names that two distributions claim, each with the message that says so."""
        return {
            name: f"system {name!r} is declared by both {claims[0][1]} and {claims[1][1]}. "
            "Uninstall one, or ask its author to rename it."
            for name, claims in self.claims.items()
            if len(claims) > 1
        }

    def system(self, text: str) -> System:
        """Find the system that ``text`` names, options included.

        Raises:
            UnknownNameError: nothing of that name is installed, or no such option.
            PluginError: two distributions declare the name.
            UsageError: the text or an option's value cannot be read.
        """
        parsed = parse_name(text)
        if parsed.name not in self.claims:
            broken = [plugin.entry_point for plugin in self.broken]
            raise UnknownNameError("system", parsed.name, self.claims, broken, self.switched_off)
        if parsed.name in self.clashes:
            raise PluginError(self.clashes[parsed.name])
        spec, provenance = self.claims[parsed.name][0]
        options = build_options(spec, parsed.options)
        return System(canonical_name(spec, options), spec, options, provenance)


def load_registry() -> Registry:
    """Load the built-in systems and every installed plugin; what fails is set aside.

    Raises:
        UsageError: the environment sets no time limit that can be meant.
    """
    registry = Registry()
    ours = Provenance("aac-bench", version_of("aac-bench"), built_in.__name__)
    registry.add("(built in)", ours, declared_specs(built_in))
    import_timeout_s()  # wrong, it is nobody's fault below
    without, entries = names_without(), installed_plugins()
    registry.switched_off += [entry.name for entry in entries if entry.name in without]
    entries = [entry for entry in entries if entry.name not in without]
    fatal = find_fatal(entries, _try_import)
    for entry in entries:
        provenance = _provenance(entry)
        if entry.name in fatal:
            reason = f"{fatal[entry.name]}."
            registry.broken.append(BrokenPlugin(entry.name, provenance, reason, ""))
            continue
        try:
            specs, api = import_within(partial(_import, entry), entry)
            registry.add(entry.name, provenance, specs, api)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a stranger's import may raise anything
            registry.broken.append(describe_broken(entry, error))
    return registry


def hook_of(
    plugin: object, name: str, *, called: str = "the hook", hint: str = ""
) -> pluggy.HookCaller:
    """Return the hook that a plugin is there for, to be called; only this plugin hears it.

    Args:
        plugin: its module.
        name: of the hook.
        called: what it is called in messages.
        hint: what else may be meant where there is none.

    Raises:
        PluginError: it is for another version of the contract, misspells a hook, or lacks this one.
    """
    require_api(getattr(plugin, "BENCH_API", None))
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(plugin)
    try:
        manager.check_pending()  # else a misspelled hook is accepted in silence
    except pluggy.PluginValidationError as error:
        raise PluginError(f"{error}; {called} is {name}.") from error
    hook: pluggy.HookCaller = getattr(manager.hook, name)
    if not hook.get_hookimpls():
        raise PluginError(f"no {name} hook found; is @hookimpl missing on it?{hint}")
    return hook


def declared_specs(plugin: object) -> list[SystemSpec]:
    """Ask one plugin what it offers, and check every record.

    Raises:
        PluginError: the plugin breaks the contract; the message says how.
    """
    hook = hook_of(
        plugin,
        "bench_systems",
        hint=f" One that only hears of runs has an entry point of the group {hookspecs.TRACKERS}.",
    )
    specs = [spec for group in hook() for spec in group]
    for spec in specs:
        _check_spec(spec)
    return specs


def _try_import(entry: EntryPoint) -> object:
    return import_within(partial(_import, entry), entry)


def _import(entry: EntryPoint) -> tuple[list[SystemSpec], int]:
    plugin = entry.load()
    return declared_specs(plugin), plugin.BENCH_API


def describe_broken(entry: EntryPoint, error: BaseException) -> BrokenPlugin:
    """Say why a plugin cannot be used."""
    reason = describe(error)
    home = find_new_home(error)
    if home is not None:
        reason += f"; since API {API_VERSION} it is in {home}"
    return BrokenPlugin(
        entry.name, _provenance(entry), reason, trace_of(error), imports_moved=home is not None
    )


def require_api(api: object) -> None:
    """Refuse a plugin that was written for an API that is not taken.

    Raises:
        PluginError: it says none, or another.
    """
    if api is None:
        raise PluginError(
            f"the plugin does not say which API it was written for; add BENCH_API = {API_VERSION}."
        )
    if isinstance(api, bool) or not isinstance(api, int):
        raise PluginError(
            f"BENCH_API is {shown(api)}; expected a number, as BENCH_API = {API_VERSION}."
        )
    if api not in _ACCEPTED_APIS:
        cure = "upgrade aac-bench" if api > API_VERSION else "upgrade the plugin"
        accepted = " or ".join(map(str, _ACCEPTED_APIS))
        raise PluginError(
            f"the plugin was written for API {api!r}; this aac-bench takes {accepted}: {cure}."
        )


def _check_spec(spec: object) -> None:
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


def _provenance(entry: EntryPoint) -> Provenance:
    if entry.dist is None:
        return Provenance(entry.value, "unknown", entry.module)
    return Provenance(entry.dist.name, entry.dist.version, entry.module)

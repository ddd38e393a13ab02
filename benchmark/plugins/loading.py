"""What is installed: modules imported in limited time, each asked for every hook it has."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from benchmark.contract import API_VERSION, CORE
from benchmark.deprecated import Deprecation, outdated_plugin
from benchmark.errors import PluginError, UnknownNameError, shown
from benchmark.machine.distributions import version_of
from benchmark.plugins.core import CORE_PLUGINS
from benchmark.plugins.entries import (
    import_timeout_s,
    import_within,
    installed_plugins,
    names_told_off,
    names_without,
    tell_switched_off,
)
from benchmark.plugins.file_forms import as_plugin
from benchmark.plugins.hooks import Hooks
from benchmark.plugins.hookspecs import hookimpl
from benchmark.plugins.kinds import KINDS, Kind, PluginKind, Record
from benchmark.plugins.named_files import entry_of, import_file, named_files
from benchmark.plugins.provenance import (
    FILE_VERSION,
    BrokenPlugin,
    Claim,
    LoadedPlugin,
    Provenance,
    broken_by,
    describe_broken,
    provenance_of,
)
from benchmark.plugins.trials import find_fatal

Specs = Mapping[Kind, Sequence[Any]]
"""What a plugin declares, by kind."""


class ReadFile(NamedTuple):
    """What a file brings that somebody named."""

    provenance: Provenance
    specs: Specs
    api: int


@dataclass(slots=True)
class Installed:
    """Who declares what, and what would not load.

    Attributes:
        has_core: whether the core's own belong to it, which are imported as they are asked for.
        plugins, broken: strangers', and those of the core that were asked.
        switched_off: names of plugins that nobody imported.
    """

    has_core: bool = False
    plugins: list[LoadedPlugin] = field(default_factory=list)
    broken: list[BrokenPlugin] = field(default_factory=list)
    switched_off: list[str] = field(default_factory=list)
    _claims: dict[Kind, dict[str, list[Claim]]] = field(default_factory=dict)
    _asked: set[Kind] = field(default_factory=set)

    def claims(self, kind: Kind) -> dict[str, list[Claim]]:
        """List what is declared of one kind by name, the core's first."""
        if self.has_core and kind not in self._asked:
            self._asked.add(kind)
            others = self._claims.pop(kind, {})
            for name, module in CORE_PLUGINS[kind].items():
                self._add_core(name, module)
            for spec_name, claims in others.items():
                self._claims.setdefault(kind, {}).setdefault(spec_name, []).extend(claims)
        return self._claims.setdefault(kind, {})

    def load_core(self) -> None:
        """Import all of the core's own, not only those that were asked for."""
        for kind in KINDS if self.has_core else ():
            self.claims(kind)

    def specs(self, kind: Kind) -> dict[str, Record]:
        """List what is declared of one kind and by one alone, by name."""
        return {
            name: claims[0].spec for name, claims in self.claims(kind).items() if len(claims) == 1
        }

    def find(self, kind: Kind, name: str) -> Claim:
        """Find what is declared under a name.

        Raises:
            UnknownNameError: nothing of that name is installed.
            PluginError: two distributions declare it.
        """
        known = self.claims(kind)
        if name not in known:
            broken = [plugin.told for plugin in self.broken]
            absent = tell_switched_off(self.switched_off)
            raise UnknownNameError(KINDS[kind].word, name, known, broken, absent)
        if len(known[name]) > 1:
            raise PluginError(_describe_clash(kind, name, known[name]))
        return known[name][0]

    def clashes(self, *kinds: Kind) -> dict[str, str]:
        """List names that two distributions claim, each with the message that says so."""
        return {
            name: _describe_clash(kind, name, claims)
            for kind in kinds or KINDS
            for name, claims in self.claims(kind).items()
            if len(claims) > 1
        }

    @property
    def deprecations(self) -> list[Deprecation]:
        """Plugins that still load and will not for long."""
        return [
            outdated_plugin(f"{plugin.entry_point} ({plugin.provenance})", plugin.api, API_VERSION)
            for plugin in self.plugins
            if plugin.api != API_VERSION
        ]

    def add(
        self, entry_point: str, provenance: Provenance, specs: Specs, api: int = API_VERSION
    ) -> None:
        """Note what a plugin declares."""
        names: dict[str, tuple[str, ...]] = {}
        for kind, of_kind in specs.items():
            named = [(name, spec) for spec in of_kind for name in KINDS[kind].names(spec)]
            for name, spec in named:
                self._claims.setdefault(kind, {}).setdefault(name, []).append(
                    Claim(spec, provenance)
                )
            if named:
                names[kind] = tuple(name for name, _ in named)
        self.plugins.append(LoadedPlugin(entry_point, provenance, names, api))

    def add_named_files(self) -> None:
        """Note what files declare that somebody named, each once."""
        known = {plugin.provenance.file for plugin in self.plugins}
        known |= {plugin.provenance.file for plugin in self.broken}
        for path in named_files():
            if str(path) not in known:
                self._add_file(path)

    def _add_file(self, path: Path) -> None:
        if path.name in names_told_off():
            self.switched_off.append(path.name)
            return
        try:
            provenance, specs, api = read_file(path)
            self.add(path.name, provenance, specs, api)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever its author's code raises
            provenance = Provenance(path.name, FILE_VERSION, file=str(path))
            self.broken.append(broken_by(error, path.name, provenance))

    def _add_core(self, entry_point: str, module: str) -> None:
        if entry_point in names_told_off():
            self.switched_off.append(entry_point)
            return
        provenance = Provenance(CORE, version_of(CORE), module)
        try:
            self.add(entry_point, provenance, declared_by(importlib.import_module(module)))
        except (Exception, SystemExit) as error:  # of a file that somebody changed
            self.broken.append(broken_by(error, entry_point, provenance))


_current: list[Installed] = []
_lent: list[tuple[Provenance, Specs]] = []


def installed() -> Installed:
    """Return what this process has loaded; it is loaded at the first call."""
    return _current[0] if _current else load_installed()


def is_loaded() -> bool:
    """Tell whether this process has loaded what is installed."""
    return bool(_current)


def load_installed() -> Installed:
    """Load every installed plugin anew; what fails is set aside.

    Raises:
        UsageError: the environment sets no time limit that can be meant.
    """
    found = Installed(has_core=True)
    _current[:] = [found]
    for provenance, specs in _lent:
        found.add("(lent)", provenance, specs)
    import_timeout_s()  # wrong, it is nobody's fault below
    without, entries = names_without(), installed_plugins()
    found.switched_off += [entry.name for entry in entries if entry.name in without]
    entries = [entry for entry in entries if entry.name not in without]
    fatal = find_fatal(entries, _import_in_time)
    for entry in entries:
        if entry.name in fatal:
            reason = f"{fatal[entry.name]}."
            found.broken.append(BrokenPlugin(entry.name, provenance_of(entry), reason, ""))
            continue
        try:
            specs, api = _import_in_time(entry)
            found.add(entry.name, provenance_of(entry), specs, api)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a stranger's import may raise anything
            found.broken.append(describe_broken(entry, error))
    found.add_named_files()
    return found


def read_file(path: Path) -> ReadFile:
    """Import a file that somebody named, in limited time, and ask it what it brings.

    Raises:
        UsageError: it is not there.
        PluginError: it is no Python, or brings nothing that can be meant.
        BaseException: whatever else it raises.
    """

    def read() -> ReadFile:
        module, content_id = import_file(path)
        provenance = Provenance(
            path.name, f"{FILE_VERSION} {content_id}", module.__name__, str(path)
        )
        plugin = as_plugin(module)
        return ReadFile(provenance, declared_by(plugin), getattr(plugin, "BENCH_API", API_VERSION))

    return import_within(read, entry_of(path))


def forget_installed() -> None:
    """Load everything again when it is asked for next, as where something was installed."""
    _current.clear()


@contextmanager
def lent(provenance: Provenance, specs: Specs) -> Iterator[None]:
    """Let this process know things by name that no distribution brings, for a while."""
    loan = (provenance, specs)
    _lent.append(loan)
    forget_installed()
    try:
        yield
    finally:
        _lent.remove(loan)
        forget_installed()


def declared_by(plugin: object) -> Specs:
    """Ask one plugin for all that it brings, and check every record.

    Raises:
        PluginError: the plugin breaks the contract; the message says how.
    """
    hooks = Hooks(plugin)
    hooks.require(*(kind.hook for kind in KINDS.values()))
    declared: dict[Kind, list[Any]] = {}
    for name, kind in KINDS.items():
        hook = hooks.find(kind.hook)
        if hook is None:
            continue
        declared[name] = [spec for group in hook() for spec in _each_of(group, kind)]
        for spec in declared[name]:
            kind.check(spec)
    return declared


def _each_of(group: object, kind: PluginKind) -> Iterable[Any]:
    told = "text" if isinstance(group, str | bytes) else shown(group)
    if isinstance(group, str | bytes) or not isinstance(group, Iterable):
        raise PluginError(f"{kind.hook} gave {told}; expected {kind.record.__name__}s in a list.")
    return group


def check_record(kind: Kind, spec: object) -> None:
    """Check a record as that of an installed plugin is.

    Raises:
        PluginError: it breaks the contract; the message says how.
    """
    hook = hookimpl(lambda: [spec])
    declared_by(SimpleNamespace(BENCH_API=API_VERSION, **{KINDS[kind].hook: hook}))


def _import_in_time(entry: EntryPoint) -> tuple[Specs, int]:
    return import_within(partial(_import, entry), entry)


def _import(entry: EntryPoint) -> tuple[Specs, int]:
    plugin = entry.load()
    return declared_by(plugin), plugin.BENCH_API


def _describe_clash(kind: Kind, name: str, claims: Iterable[Claim]) -> str:
    first, second, *_ = (claim.provenance for claim in claims)
    cure = "Uninstall one, or ask its author to rename it."
    if file := first.file or second.file:
        cure = f"Call that of {file!r} otherwise: what is only a function has its file's name."
    return f"{KINDS[kind].word} {name!r} is declared by both {first} and {second}. {cure}"

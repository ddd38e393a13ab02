"""What a system is made of, as hashes: the files of its distribution, its weights, what it needs.

A version says little of a plugin that is installed with ``pip install -e``: it stays as it is while
the code changes. So a plan holds these hashes, and who goes on with a run asks for them again.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmark.contract import CORE, SystemSpec
from benchmark.errors import BenchError, PluginError, UsageError, describe, shown
from benchmark.files import spell_json
from benchmark.machine.distributions import requirements_of
from benchmark.plugins.loading import installed
from benchmark.plugins.names import parse_name
from benchmark.plugins.provenance import Provenance
from benchmark.plugins.source_hashes import hash_distribution, hash_named, hash_path
from benchmark.systems.registry import System

_ID_LENGTH = 12
_NO_MODELS: Mapping[str, str] = MappingProxyType({})
_PACKAGE = __name__.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Makeup:
    """What a system is made of.

    Attributes:
        files: SHA-256 over the files of its distribution, names and contents; None where they
            cannot be found, as those of a registry made by hand.
        weights: SHA-256 of a file or a folder's files, by the option that names it, or by the
            end of the path that its spec declares.
        versions: of what its distribution requires and is installed.
        models: by name the commit of the hub that a model is of, as far as something says it;
            of no account to its id, as the same weights may lie where nothing says it.
        uses: SHA-256 over the files of other distributions, by their name and version, and of
            files that are plugins, by their name, that brought the encoders which its options name.
    """

    files: str | None = None
    weights: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    uses: Mapping[str, str] = field(default_factory=dict)

    @property
    def makeup_id(self) -> str | None:
        """Hash files, weights and what it uses, 12 hex digits; None where none is known."""
        if self.files is None and not self.weights and not self.uses:
            return None
        others = [dict(self.uses)] if self.uses else []
        text = spell_json([self.files, dict(self.weights), *others], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]

    def changes_to(self, now: Makeup, distribution: str) -> list[str]:
        """Say what is not as it was, in a few words each; nothing where all is."""
        changed = []
        if self.files != now.files:
            changed.append(f"the files of {distribution}")
        changed += [
            _tell_used(name, is_here=name in now.uses)
            for name in [*self.uses, *(name for name in now.uses if name not in self.uses)]
            if self.uses.get(name) != now.uses.get(name)
        ]
        names = [*self.weights, *(name for name in now.weights if name not in self.weights)]
        changed += [
            f"the weights of {name}"
            for name in names
            if self.weights.get(name) != now.weights.get(name)
        ]
        known = [name for name in self.models if name in now.models]
        changed += changed_versions(
            *({f"the model {name}": of.models[name] for name in known} for of in (self, now))
        )
        return changed + changed_versions(self.versions, now.versions)


def _tell_used(name: str, *, is_here: bool) -> str:
    if not is_here and name.endswith(".py"):
        return f"{name} is not named now, as `bench --plugin ./{name} ...` does"
    return f"the files of {name}"


def changed_versions(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Say which versions differ: ``torch 2.6.0, now 2.7.0``; what is on one side alone, too."""
    names = [*then, *(name for name in now if name not in then)]
    return [
        f"{name} {then.get(name, 'not there')}, now {now.get(name, 'not there')}"
        for name in names
        if then.get(name) != now.get(name)
    ]


def pin_makeup(system: System, dataset: str = "", models: Mapping[str, str] = _NO_MODELS) -> Makeup:
    """Hash what a system is made of.

    Args:
        system: in one configuration.
        dataset: that it is trained on; empty where it is not.
        models: the commits of models that it needs, by name.

    Raises:
        PluginError: what its spec says of its weights cannot be read.
        UsageError: a file cannot be read.
    """
    provenance = system.provenance
    is_core = provenance.distribution == CORE
    try:
        files = (
            hash_named(_find_core_sources(system.spec))
            if is_core
            else hash_distribution(provenance)
        )
        uses = {
            each.distribution if each.file else f"{each}": hash_distribution(each) or "unknown"
            for each in _brought_by_others(system)
        }
        weights = {name: hash_path(path) for name, path in _weights_of(system, dataset)}
    except OSError as error:
        raise UsageError(
            f"{system.name}: {error.filename}: {error.strerror}; expected a file that can be read, "
            "for a run notes the hashes of what it measures."
        ) from error
    versions = {} if is_core else requirements_of(provenance.distribution)
    return Makeup(files, weights, versions, dict(models), uses)


def _find_core_sources(spec: SystemSpec) -> dict[str, Path]:
    """List what a system of the core is in: a file, or a folder; the others change often."""
    path = Path(inspect.getfile(spec.prepare))
    is_room = path.parents[1].name == _PACKAGE
    paths = [path] if is_room else sorted(path.parent.glob("*.py"))
    return {path.name: path for path in paths}


def _brought_by_others(system: System) -> list[Provenance]:
    """List who brought the encoders that options name, but for the core and its own plugin."""
    encoders = installed().claims("encoder")
    found = {}
    for _, text in _option_texts(system):
        try:
            claims = encoders.get(parse_name(text).name, ())
        except UsageError:
            continue
        for claim in claims:
            if claim.provenance.distribution not in (CORE, system.provenance.distribution):
                found[str(claim.provenance)] = claim.provenance
    return [found[name] for name in sorted(found)]


def _weights_of(system: System, dataset: str) -> Iterator[tuple[str, Path]]:
    """Find the files and folders that options name, and those that the spec declares."""
    seen, names = set[Path](), set[str]()
    for name, text in _option_texts(system):
        if path := _existing_path(text):
            seen.add(path.resolve())
            yield f"option {name}", path
    for path in _declared_weights(system.spec, system.options, dataset):
        if (place := path.resolve()) not in seen:
            seen.add(place)
            names.add(name := _end_of(path, names))
            yield name, path


def _end_of(path: Path, taken: Collection[str]) -> str:
    """Name a path by its end, wherever it lies: by two parts, or as many as no other has."""
    ends = ("/".join(path.parts[-n:]) for n in range(2, len(path.parts) + 1))
    return next((end for end in ends if end not in taken), str(path))


def _declared_weights(spec: SystemSpec, options: Any, dataset: str) -> list[Path]:
    if spec.weights is None:
        return []
    try:
        declared: Iterable[object] = list(spec.weights(options, dataset))
    except BenchError:  # preparing fails of it, too, and costs that system alone
        return []
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"{spec.name}: weights() raises {describe(error)}; expected paths of files or folders."
        ) from error
    paths = []
    for each in declared:
        if not isinstance(each, str | Path):
            raise PluginError(f"{spec.name}: weights() gave {shown(each)}; expected paths.")
        path = Path(each).expanduser()
        if path.exists():  # else preparing fails, or fetches it, and then it says so itself
            paths.append(path)
    return paths


def _option_texts(system: System) -> Iterator[tuple[str, str]]:
    """Give the texts of options, and of the options within: ``encoder=clap[model=PATH]``."""
    for name in getattr(system.options, "__dataclass_fields__", {}):
        text = getattr(system.options, name)
        if not isinstance(text, str):
            continue
        yield name, text
        try:
            inner = parse_name(text).options
        except UsageError:
            continue
        yield from ((f"{name}.{key}", value) for key, value in inner.items())


def _existing_path(text: str) -> Path | None:
    """Tell which file or folder a text names; a bare word is none, whatever is called so here."""
    path = Path(text).expanduser()
    try:
        return path if (len(path.parts) > 1 or path.suffix) and path.exists() else None
    except (OSError, ValueError):  # too long for a path, or with a NUL in it
        return None

"""Writes new plugins: a distribution with one thing that works, to be replaced by another.

The files beside this one are its templates; ``$name`` and the like are filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Literal, get_args

from benchmark.contract import CORE
from benchmark.errors import BenchError, UsageError
from benchmark.files import parse_json, written_folder
from benchmark.machine.typed_json import read_as
from benchmark.plugins.checks import SYSTEM_NAME
from benchmark.plugins.kinds import Kind
from benchmark.systems.registry import Registry

PluginKind = Literal["captioner", "metric", "dataset", "encoder"]
KINDS: tuple[PluginKind, ...] = get_args(PluginKind)
"""What a new plugin may bring."""

_FILES: Mapping[str, str] = {
    "pyproject.toml": "pyproject.toml.txt",
    "$module.py": "$kind.py.txt",
    "tests/test_contract.py": "contract.py.txt",
    "tests/test_example.py": "example_$kind.py.txt",
    "README.md": "README_$kind.md.txt",
    "LICENSE": "LICENSE.txt",
    "aac-bench.txt": "requirements.txt",
    ".gitignore": "gitignore.txt",
    ".github/workflows/tests.yml": "workflow.txt",
}
"""Where a file goes, and its template."""
_RECORD_KINDS: Mapping[PluginKind, Kind] = {
    "captioner": "system",
    "metric": "metric",
    "dataset": "dataset",
    "encoder": "encoder",
}
_ARTICLES: Mapping[PluginKind, str] = {
    "captioner": "a captioner",
    "metric": "a metric",
    "dataset": "a data set",
    "encoder": "an encoder",
}
_TRIALS: Mapping[PluginKind, str] = {
    "captioner": "bench run --systems $name,constant --dataset soundscapes --limit 8",
    "metric": "bench run --systems random-train,constant --dataset soundscapes --limit 8 "
    "--metrics lexical,$key",
    "dataset": "bench run --systems random-train,constant --dataset $name --metrics lexical",
    "encoder": "bench embed soundscapes:test --encoder $name --output test.safetensors",
}
"""The command that shows one at work."""


@dataclass(frozen=True, slots=True)
class _VersionControl:
    """Where a distribution's code was taken from."""

    vcs: str
    commit_id: str


@dataclass(frozen=True, slots=True)
class _Origin:
    """What pip noted of a distribution that came from no index (PEP 610)."""

    url: str = ""
    vcs_info: _VersionControl | None = None


def write_plugin(
    name: str, parent: Path, registry: Registry, kind: PluginKind = "captioner"
) -> tuple[Path, ...]:
    """Write the distribution ``aac-bench-NAME`` into a folder of that name, whole or not at all.

    Args:
        name: of what it brings: lower case with hyphens.
        parent: where the folder goes; made where it does not exist.
        registry: what is installed, for the name must be free.
        kind: of what it brings.

    Returns:
        The files, ``pyproject.toml`` first and the module second.

    Raises:
        UsageError: the name cannot be one of the kind, or is taken; or the folder exists.
        MachineError: the folder cannot be written.
    """
    require_free_name(name, registry, kind)
    words = _words(name, kind)
    folder = parent / words["distribution"]
    if folder.exists():
        raise UsageError(f"{folder} exists; nothing was written. Choose another name, or --to.")
    with written_folder(folder, "Name another folder with --to.") as partial:
        paths = [_write(partial, words, *item) for item in _FILES.items()]
    return tuple(folder / path for path in paths)


def trial_command(name: str, kind: PluginKind) -> str:
    """Spell the command that shows a plugin of a kind at work."""
    return _words(name, kind)["trial"]


def require_free_name(name: str, registry: Registry, kind: PluginKind = "captioner") -> None:
    """Check that a name can be a new system's, module's and distribution's.

    Raises:
        UsageError: it cannot, or is a kind; says what takes it.
    """
    if not SYSTEM_NAME.fullmatch(name):
        word = "system" if kind == "captioner" else _ARTICLES[kind].partition(" ")[2]
        article = _ARTICLES[kind].partition(" ")[0]
        raise UsageError(
            f"cannot name {article} {word} {name!r}; expected lower-case-with-hyphens."
        )
    if name in KINDS:
        raise UsageError(
            f"{name!r} is a kind of plugin; expected a name, too: `bench plugins new {name} NAME`."
        )
    words = _words(name, kind)
    if taken := _taken_by(name, words, registry, kind):
        raise UsageError(f"the name {name!r} is taken by {taken}. Choose another.")


def _taken_by(
    name: str, words: Mapping[str, str], registry: Registry, kind: PluginKind
) -> str | None:
    claims = registry.installed.claims(_RECORD_KINDS[kind])
    taken = words["key"] if kind == "metric" else name
    if taken in claims:
        word = "system" if kind == "captioner" else _ARTICLES[kind].partition(" ")[2]
        return f"the {word} of {claims[taken][0].provenance}"
    entries = {plugin.entry_point: plugin.provenance for plugin in registry.plugins}
    entries |= {plugin.entry_point: plugin.provenance for plugin in registry.broken}
    if name in entries:
        return f"the plugin of {entries[name]}"
    if find_spec(words["module"]) is not None:
        return f"the module {words['module']} that is installed"
    try:
        return f"{words['distribution']} {distribution(words['distribution']).version}"
    except PackageNotFoundError:
        return None


def _words(name: str, kind: PluginKind) -> dict[str, str]:
    stem = name.replace("-", "_")
    words = {
        "name": name,
        "stem": stem,
        "key": stem,
        "title": name.replace("-", " ").capitalize(),
        "module": f"bench_{stem}",
        "distribution": f"aac-bench-{name}",
        "kind": kind,
        "hook": f"bench_{_RECORD_KINDS[kind]}s",
        "article": _ARTICLES[kind],
        "year": str(datetime.now(UTC).year),
        "bench": _bench_requirement(),
    }
    return {**words, "trial": Template(_TRIALS[kind]).substitute(words)}


def _bench_requirement() -> str:
    """Spell what pip would install this aac-bench from: a git address, if it came from one."""
    try:
        told = distribution(CORE).read_text("direct_url.json") or "{}"
        url = read_as(_Origin, parse_json(told), "direct_url.json")
    except (PackageNotFoundError, BenchError, ValueError):
        return CORE
    if url.vcs_info is None or not url.url.startswith("https://"):
        return CORE
    return f"{CORE} @ {url.vcs_info.vcs}+{url.url}@{url.vcs_info.commit_id}"


def _write(folder: Path, words: Mapping[str, str], path: str, template: str) -> str:
    filled = Template(path).substitute(words)
    named = Template(template).substitute(words)
    text = files(__name__).joinpath(named).read_text(encoding="utf-8")
    (folder / filled).parent.mkdir(parents=True, exist_ok=True)
    (folder / filled).write_text(Template(text).substitute(words), encoding="utf-8")
    return filled

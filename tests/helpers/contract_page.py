"""The page of the plugin contract: every field, method and hook, with what its docstring says."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, NamedTuple

from benchmark import contract
from benchmark.plugins import hookspecs

_SECTION = re.compile(r"^(Attributes|Args|Returns|Raises):\n((?:    .*\n|\n)*)", re.MULTILINE)
_ENTRY = re.compile(r"^([\w, ]+): (.*(?:\n    .*)*)", re.MULTILINE)


class _Part(NamedTuple):
    """What stands together on the page: names of records and protocols, and of types."""

    title: str
    names: tuple[str, ...]
    modules: tuple[str, ...] = ()


PARTS = (
    _Part("Sounds and splits", ("Clip", "Split", "SplitLabel"), ("clips", "splits")),
    _Part(
        "Systems",
        ("SystemSpec", "Resources", "Captioner", "Evidence", "EvaluatedClips"),
        ("systems",),
    ),
    _Part(
        "Metrics",
        ("Metric", "Engine", "MetricTask", "MetricValues", "MetricResources", "MetricModels"),
        ("metrics",),
    ),
    _Part("Data sets", ("DatasetSpec", "KnownSplit", "RemoteFile"), ()),
    _Part(
        "Encoders",
        (
            *("EncoderSpec", "Encoder", "AudioEncoder", "SequenceEncoder", "CaptionEncoder"),
            *("TokenizingEncoder", "JointEncoder"),
        ),
        ("encoders",),
    ),
    _Part("Line-ups", ("Lineup", "Member")),
    _Part("Commands", ("CommandSpec",)),
    _Part("What cannot be done without", ("Need",)),
)


class Undocumented(NamedTuple):
    """A public field or method of which no docstring says anything."""

    owner: str
    name: str


def print_contract() -> str:
    """Lay the contract out in Markdown."""
    parts = [f"## Hooks\n\n{_print_hooks()}"]
    for part in PARTS:
        blocks = [_print_class(getattr(contract, name)) for name in part.names]
        if types := _print_types(part.modules):
            blocks.append(types)
        parts.append("\n\n".join([f"## {part.title}", *blocks]))
    return "\n\n".join(parts)


def find_undocumented() -> list[Undocumented]:
    """List what the page would leave without a word."""
    return [
        Undocumented(name, member.name)
        for part in PARTS
        for name in part.names
        for member in _members_of(getattr(contract, name))
        if not member.what
    ]


class _Member(NamedTuple):
    name: str
    type: str
    what: str


def _print_class(cls: type) -> str:
    text, _ = _take_apart(inspect.getdoc(cls) or "")
    blocks = [f"### `{cls.__name__}`", text]
    members = [*_members_of(cls)]
    if members:
        lines = ["| | type | what it is |", "|---|---|---|"]
        lines += [f"| `{m.name}` | {_cell_of_code(m.type)} | {_cell(m.what)} |" for m in members]
        blocks.append("\n".join(lines))
    blocks += [_print_method(name, method) for name, method in _methods_of(cls)]
    return "\n\n".join(blocks)


def _members_of(cls: type) -> Iterator[_Member]:
    """List fields with their types and defaults, then properties."""
    said = _entries(_take_apart(inspect.getdoc(cls) or "")[1].get("Attributes", ""))
    for name, annotation in inspect.get_annotations(cls).items():
        if not name.startswith("_"):
            yield _Member(name, f"{_flat(annotation)}{_default_of(cls, name)}", said.get(name, ""))
    for name, value in vars(cls).items():
        if isinstance(value, property):
            assert value.fget is not None
            gives = _flat(inspect.get_annotations(value.fget)["return"])
            yield _Member(name, gives, inspect.getdoc(value) or "")


def _default_of(cls: type, name: str) -> str:
    if not dataclasses.is_dataclass(cls):
        defaults: Mapping[str, Any] = getattr(cls, "_field_defaults", {})
        return f" = {defaults[name]!r}" if name in defaults else ""
    (field,) = (field for field in dataclasses.fields(cls) if field.name == name)
    if field.default_factory is not dataclasses.MISSING:
        return f" = {field.default_factory()!r}"
    if field.default is dataclasses.MISSING:
        return ""
    if dataclasses.is_dataclass(field.default):
        return f" = {type(field.default).__name__}()"
    return " = ..." if callable(field.default) else f" = {field.default!r}"


def _methods_of(cls: type) -> Iterator[tuple[str, Any]]:
    for name, value in vars(cls).items():
        function = getattr(value, "__func__", value)
        if not name.startswith("_") and inspect.isfunction(function):
            yield name, function


def _print_method(name: str, function: Any) -> str:
    text, sections = _take_apart(inspect.getdoc(function) or "")
    lines = [f"`{name}{_spell_signature(function)}`: {text}"]
    for title, body in sections.items():
        if title == "Returns":
            lines.append(f"* returns {_join(body)}")
            continue
        verb = "raises " if title == "Raises" else ""
        lines += [f"* {verb}`{of}`: {_join(what)}" for of, what in _entries(body).items()]
    return "\n\n".join([lines[0], "\n".join(lines[1:])]).strip()


def _spell_signature(function: Any) -> str:
    signature = inspect.signature(function)
    parts = []
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        if parameter.name != "self":
            default = parameter.default
            more = "" if default is parameter.empty else f" = {default!r}"
            parts.append(f"{parameter.name}: {parameter.annotation}{more}")
    return f"({', '.join(parts)}) -> {signature.return_annotation}"


def _print_hooks() -> str:
    hooks = [
        (name, function)
        for name, function in vars(hookspecs).items()
        if hasattr(function, f"{hookspecs.PROJECT}_spec")
    ]
    return "\n\n".join(
        _print_method(name, function).replace(f"`{name}", f"### `{name}`\n\n`{name}", 1)
        for name, function in hooks
    )


def _print_types(modules: Iterable[str]) -> str:
    """List the names that modules of the contract give to types, which fields above use."""
    lines = ["| type | stands for | |", "|---|---|---|"]
    for module in modules:
        found = importlib.import_module(f"{contract.__name__}.{module}")
        lines += [
            f"| `{name}` | {_cell_of_code(value)} | {_cell(what)} |"
            for name, value, what in _aliases_of(found)
        ]
    return "\n".join(lines) if len(lines) > 2 else ""


def _aliases_of(module: ModuleType) -> Iterator[tuple[str, str, str]]:
    body = ast.parse(inspect.getsource(module)).body
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            is_type = not name.isupper() and "TypeVar" not in ast.unparse(node.value)
            if is_type and not name.startswith("_"):
                is_said = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                what = after.value.value if is_said else ""  # type: ignore[union-attr]
                yield name, ast.unparse(node.value), str(what)


def _take_apart(doc: str) -> tuple[str, dict[str, str]]:
    """Part a docstring into what it says and its sections, unindented."""
    sections = {title: textwrap.dedent(body) for title, body in _SECTION.findall(f"{doc}\n")}
    return _plain(_SECTION.sub("", f"{doc}\n").strip()), sections


def _entries(section: str) -> dict[str, str]:
    return {
        name.strip(): what for names, what in _ENTRY.findall(section) for name in names.split(",")
    }


def _plain(text: str) -> str:
    return text.replace("``", "`")


def _join(text: str) -> str:
    return " ".join(_plain(text).split())


def _flat(annotation: object) -> str:
    return " ".join(str(getattr(annotation, "__forward_arg__", annotation)).split())


def _cell(text: str) -> str:
    return _join(text).replace("|", "\\|")


def _cell_of_code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")

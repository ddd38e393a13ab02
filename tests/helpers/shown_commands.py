"""The commands that the documentation shows, as a shell would read them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from benchmark.cli.main import bench

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")))
_BLOCK = re.compile(r"^```(?:sh|console|bash)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_PARTS = ("&&", "||", ";", "|", "&")
_ASSIGNMENT = re.compile(r"^(\w+)=(.*)$", re.DOTALL)


class Shown(NamedTuple):
    """A command line of ``bench`` that a page shows.

    Attributes:
        page: where.
        argv: its words, without the program; variables of the block are replaced.
    """

    page: str
    argv: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: bench {shlex.join(self.argv)}"


def shown_commands(page: str) -> Iterator[Shown]:
    """Find the command lines of ``bench`` in the blocks of a page."""
    for block in _BLOCK.findall((ROOT / page).read_text(encoding="utf-8")):
        values: dict[str, str] = {}
        for line in block.replace("\\\n", " ").splitlines():
            yield from (Shown(page, argv) for argv in _commands_of(line, values))


def _commands_of(line: str, values: dict[str, str]) -> Iterator[tuple[str, ...]]:
    # What a shell puts in the place of a command is left out.
    text = re.sub(r"\$\([^)]*\)", "", line.removeprefix("$ "))
    for name, value in values.items():
        text = text.replace(f"${name}", value.replace('"', '\\"'))
    words: list[str] = []
    if not (_ASSIGNMENT.match(text) or text.lstrip().startswith("bench ")):
        return  # another program's, or what one printed
    for word in [*shlex.split(text, comments=True), ";"]:
        if word in _PARTS or word.endswith(";"):
            words += [word.removesuffix(";")] if word not in _PARTS and word != ";" else []
            if words[:1] == ["bench"]:
                yield tuple(words[1:])
            elif len(words) == 1 and (set_to := _ASSIGNMENT.match(words[0])):
                values[set_to[1]] = set_to[2]
            words = []
        elif word not in ("do", "done", "then", "fi"):
            words.append(word)


def require_parses(argv: tuple[str, ...]) -> dict[str, object]:
    """Have click read a command line without running it; returns the options by name.

    Raises:
        click.UsageError: there is no such command or option, one is missing, or a value is not
            one of those that there are. Files need not be there.
    """
    command: click.Command = bench
    # With the settings of the program: click keeps the help option that is asked for first.
    context = click.Context(command, info_name="bench", **command.context_settings)
    words = list(argv)
    while True:
        options, words, _ = command.make_parser(context).parse_args(words)
        _require_values(command, context, options)
        if not isinstance(command, click.Group) or (command.invoke_without_command and not words):
            break
        name, _, words = command.resolve_command(context, words)
        inner = command.get_command(context, name or "")  # a plugin's is loaded by that alone
        assert inner is not None
        command, context = inner, click.Context(inner, info_name=name, parent=context)
    if words:
        raise click.UsageError(f"unexpected: {' '.join(words)}")
    return {**options, "command": command.name or context.info_name}


def _require_values(
    command: click.Command, context: click.Context, options: dict[str, object]
) -> None:
    for param in command.params:
        value = options.get(param.name or "")
        if value in (None, (), []):
            if param.required and not isinstance(command, click.Group):
                raise click.MissingParameter(ctx=context, param=param)
        elif isinstance(param.type, click.Choice | click.IntRange | click.FloatRange):
            param.type_cast_value(context, value)

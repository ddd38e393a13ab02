"""The pages that follow from the code: rooms, ``--help``, the contract and the numbers in print.

``python tests/helpers/generated_docs.py`` writes them again, between their markers.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner
from contract_page import print_contract

from benchmark.cli.main import bench
from benchmark.display.tables import render
from benchmark.leaderboard.published import SPLITS, published_rows
from benchmark.leaderboard.tables.in_print import published_table

ROOT = Path(__file__).parents[2]
_WIDTH = 100
_ROOM_LINE = re.compile(r"\| \d+ \| `(\w+)` \| (.+) \| .+ \|")


def write_pages() -> dict[Path, str]:
    """Say what each page with generated parts should hold, from what it holds now."""
    architecture, reference = (ROOT / "docs" / name for name in ("architecture.md", "reference.md"))
    page = architecture.read_text(encoding="utf-8")
    return {
        architecture: _fill(page, "rooms", _list_rooms(_read_floors(), page)),
        reference: _fill(reference.read_text(encoding="utf-8"), "help", _print_help()),
        **write_contract(),
        ROOT / "leaderboards" / "published.md": _list_published(),
    }


def write_contract() -> dict[Path, str]:
    """Say what the page of the plugin contract should hold."""
    page = ROOT / "docs" / "contract.md"
    return {page: _fill(page.read_text(encoding="utf-8"), "contract", print_contract())}


def _fill(page: str, name: str, text: str) -> str:
    begin, end = f"<!-- {name}: generated -->\n", f"<!-- end of {name} -->\n"
    head, there, rest = page.partition(begin)
    assert there, f"no line {begin!r}"
    _, there, tail = rest.partition(end)
    assert there, f"no line {end!r}"
    return f"{head}{begin}\n{text.strip()}\n\n{end}{tail}"


def _read_floors() -> list[list[str]]:
    """Read the rooms of each floor from the import rules, from the ground up."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [[room.strip() for room in re.split(r"[|:]", floor)] for floor in reversed(layers)]


def _list_rooms(floors: list[list[str]], page: str) -> str:
    """List the rooms from the top floor down, each with what the page says it holds."""
    what = dict(match.groups() for match in map(_ROOM_LINE.fullmatch, page.splitlines()) if match)
    lines = ["| floor | room | what it holds | may import |", "|---|---|---|---|"]
    for number, rooms in reversed(list(enumerate(floors, start=1))):
        below = {1: "nothing", 2: "floor 1", 3: "floors 1 and 2"}
        may_import = below.get(number, f"floors 1 to {number - 1}")
        lines += [f"| {number} | `{room}` | {what.get(room)} | {may_import} |" for room in rooms]
    return "\n".join(lines)


def _list_published() -> str:
    """Lay out every number in print that the package holds."""
    parts = ["# Numbers in print", "From `benchmark/leaderboard/published.csv`, which tables read."]
    for label, name in SPLITS.items():
        table = published_table(label, published_rows(label))
        parts += [f"## {name}, {label}", render([table], "md")]
    return "\n\n".join(parts) + "\n"


def _print_help() -> str:
    blocks = []
    for words in _commands(bench, ()):
        answer = CliRunner().invoke(
            bench,
            [*words, "--help"],
            prog_name="bench",
            terminal_width=_WIDTH,
            max_content_width=_WIDTH,
        )
        assert answer.exit_code == 0, answer.output
        blocks.append(f"### `{' '.join(('bench', *words))}`\n\n```text\n{answer.output}```")
    return "\n\n".join(blocks)


def _commands(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield words
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            if not inner.hidden:
                yield from _commands(inner, (*words, name))


if __name__ == "__main__":
    for path, text in write_pages().items():
        path.write_text(text, encoding="utf-8")

"""How a table is laid out in each format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Format = Literal["text", "md", "csv", "json"]

_STYLES = {"text": "rounded_outline", "md": "github"}
NO_VALUE = "–"  # noqa: RUF001 (an en dash is what tables print for "no value")


def lay_out(lines: Sequence[Sequence[str]], header: Sequence[str], form: Format) -> str:
    from tabulate import tabulate

    if form == "md":
        lines = [[cell.replace("|", r"\|") for cell in line] for line in lines]
    numbers = ("right",) * (len(header) - 2)
    return tabulate(
        lines,
        headers=header,
        tablefmt=_STYLES[form],
        disable_numparse=True,
        colalign=("left", "left", *numbers),
    )

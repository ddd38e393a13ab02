"""What ``compare`` gives of many systems: each held against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark.api.results import WHOLE_TABLE, Printer
from benchmark.display.layout import Format
from benchmark.display.view import USUAL_WIDTH, View
from benchmark.errors import UnknownNameError
from benchmark.leaderboard.matrix import Matrix
from benchmark.leaderboard.tables.matrix import render_matrix
from benchmark.leaderboard.verdicts import Held

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MatrixResult:
    """Many systems by one metric; ``print`` shows the matrix of ``bench compare``.

    Attributes:
        matrix: who was held against whom, and by what.
    """

    matrix: Matrix

    @property
    def names(self) -> list[str]:
        """The systems, best first."""
        return [row.name for row in self.matrix.rows]

    @property
    def tiers(self) -> dict[str, int | None]:
        """By system its tier; None where the clips are too few."""
        return dict(zip(self.names, self.matrix.tiers, strict=True))

    def __getitem__(self, names: tuple[str, str]) -> Held:
        """Look up a pair: its difference, simultaneous interval, adjusted p-value and verdict.

        Raises:
            UnknownNameError: one of the two is not held.
        """
        places = []
        for name in names:
            if name not in self.names:
                raise UnknownNameError("system of this matrix", name, self.names)
            places.append(self.names.index(name))
        return self.matrix.hold(*places)

    def to_pandas(self) -> pd.DataFrame:
        """Lay it out: a row a pair, the better system first; raw values."""
        import pandas as pd

        rows: Sequence[dict[str, object]] = [
            {"first": one.name, "second": other.name, **held.figures}
            for one, other, held in self.matrix.pairs()
        ]
        return pd.DataFrame(rows).set_index(["first", "second"])

    def table(self, form: Format = "text", *, width: int | None = None) -> str:
        """Set the matrix that ``bench compare`` prints.

        Args:
            form: text, md, csv, json, latex or html.
            width: characters that a line of text may take; None shows the interval of each pair.
        """
        return render_matrix(self.matrix, form, View(width, cure=WHOLE_TABLE), tells_looks=True)

    def __str__(self) -> str:
        return self.table(width=USUAL_WIDTH)

    def __repr__(self) -> str:
        return f"<{len(self.names)} systems by {self.matrix.standing.ranking.label}; print() shows>"

    def _repr_html_(self) -> str:
        return self.table("html")

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:
        printer.text(str(self))

"""Figures into files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import UsageError
from benchmark.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "png", "pdf")
DOTS_PER_INCH = 160


def require_picture(path: Path) -> None:
    """Check, before any work, that a name says which format a picture has.

    Raises:
        UsageError: it ends in none of ``FORMATS``.
    """
    if path.suffix.lower().removeprefix(".") not in FORMATS:
        raise UsageError(f"cannot draw {path}; expected a name that ends in {', '.join(FORMATS)}.")


def new_figure(width_inches: float, height_inches: float) -> Figure:
    """Make a figure that belongs to no window."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_inches, height_inches), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure in the format of the file's name; equal figures give equal files.

    Raises:
        MachineError: the file cannot be written.
    """
    write_bytes(path, encode_figure(figure, path.suffix.lower().removeprefix(".")))


def encode_figure(figure: Figure, form: str) -> bytes:
    """Turn a figure into the bytes of a file, without any date in them."""
    import matplotlib

    file = io.BytesIO()
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form)
    with matplotlib.rc_context({"svg.hashsalt": "aac-bench"}):
        figure.savefig(file, format=form, dpi=DOTS_PER_INCH, metadata=undated)
    return file.getvalue()

"""Files that are to be had from elsewhere, with the sums that tell them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmark.display.escaping import show_line
from benchmark.errors import DataError, shown

MOST_BYTES = 64 << 30
"""Of a file whose size nobody knows before."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file to download.

    Attributes:
        name: how it is called in the target folder.
        url: where it comes from.
        checksum: ``"sha256:..."``, ``"md5:..."`` or ``"git:..."`` (a blob of git), as its publisher
            states it; None where the caller checks what is in it.
        mirrors: other addresses of the same bytes, tried one after another.
        most_bytes: of it; a server that sends more is not heard to its end.
    """

    name: str
    url: str
    checksum: str | None
    mirrors: tuple[str, ...] = ()
    most_bytes: int = MOST_BYTES

    def __post_init__(self) -> None:
        is_plain = Path(self.name).name == self.name and self.name not in ("", ".", "..")
        if not is_plain or "\\" in self.name or show_line(self.name) != self.name:
            raise DataError(
                f"{shown(self.name)} is no name for a file to fetch; expected one without folders, "
                "line breaks and what nobody sees."
            )

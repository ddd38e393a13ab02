"""What a server sends, piece by piece, bounded in size and in time: servers may send anything."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from benchmark.display.escaping import show_line
from benchmark.errors import DataError, shown

if TYPE_CHECKING:
    import requests

_PIECE_BYTES = 1 << 16
"""What a broken connection can cost: the piece on its way is not kept."""
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)
SLOWEST = (16 << 10, 60.0)
"""Bytes that have to come within so many seconds: a server that drips holds nobody for ever."""


def stated_length(answer: requests.Response, url: str) -> int | None:
    """Read how many bytes a server says that it sends; None where it does not.

    Raises:
        DataError: it says what is no length.
    """
    length = answer.headers.get("Content-Length")
    if length is None:
        return None
    if not _LENGTH.fullmatch(length.strip()):
        raise DataError(
            f"{url} says that it sends {shown(length)} bytes (Content-Length); expected a whole "
            "number. Try again later, or another address."
        )
    return int(length)


def reason_phrase(answer: requests.Response) -> str:
    """Spell a server's status with its own words, which may hold anything."""
    return f"{answer.status_code} {show_line(str(answer.reason))[:100]}"


def pieces_of(answer: requests.Response, url: str) -> Iterator[bytes]:
    """Give a body as it comes, without waiting for whole pieces.

    Raises:
        requests.RequestException: the connection broke off, or nothing came for too long.
        DataError: too little came for too long.
    """
    import requests
    import urllib3

    enough, within_s = SLOWEST
    since, n_bytes = time.monotonic(), 0
    try:
        while piece := answer.raw.read1(_PIECE_BYTES, decode_content=False):
            yield piece
            n_bytes += len(piece)
            if n_bytes >= enough:
                since, n_bytes = time.monotonic(), 0
            elif time.monotonic() - since > within_s:
                raise DataError(
                    f"{url} sends too slowly: {n_bytes:,} bytes in {within_s:.0f} s. What came is "
                    "kept; run it again to resume."
                )
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise requests.ConnectionError(str(error)) from error

"""A file on a server that is read in places, without fetching the whole of it."""

from __future__ import annotations

import io
import re
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmark.errors import DataError, MachineError
from benchmark.machine.bodies import pieces_of, reason_phrase
from benchmark.machine.downloads import TIMEOUT_S, reason_of

if TYPE_CHECKING:
    import requests

_BLOCK_BYTES = 1 << 19
_KEPT_BLOCKS = 8
_TRIES = 3
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", re.ASCII)


class RangesUnknownError(DataError):
    """The server sends whole files only."""


class RangedFile(io.RawIOBase):
    """Read a file of a server by ranges, in blocks; a block that is cut short is asked for again.

    Whoever reads an archive so gets some of its entries for little more than their size. Nothing
    is checked here: what was read is believed by its sums.
    """

    def __init__(self, url: str, on_bytes: Callable[[int], object]) -> None:
        """Ask for the first block, which tells the size.

        Args:
            url: of the file.
            on_bytes: called with the size of each block that came.

        Raises:
            RangesUnknownError: the server knows no ranges.
            DataError: it refuses, or breaks off again and again.
            MachineError: it cannot be reached.
        """
        super().__init__()
        import requests

        self._url, self._on_bytes = url, on_bytes
        self._session = requests.Session()
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._position = 0
        self._n_bytes = _BLOCK_BYTES  # until the first answer says better
        self._block(0)

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read anywhere."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._n_bytes}[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        """Say the position."""
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read at most to the end of a block; 0 at the end of the file."""
        if self._position >= self._n_bytes:
            return 0
        number, offset = divmod(self._position, _BLOCK_BYTES)
        piece = self._block(number)[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()
        super().close()

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            self._blocks[number] = self._ask(number)
            self._on_bytes(len(self._blocks[number]))
            if len(self._blocks) > _KEPT_BLOCKS:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(number)
        return self._blocks[number]

    def _ask(self, number: int) -> bytes:
        import requests

        first = number * _BLOCK_BYTES
        last = min(first + _BLOCK_BYTES, max(self._n_bytes, 1)) - 1
        headers = {"Range": f"bytes={first}-{last}", "Accept-Encoding": "identity"}
        cause: Exception | None = None
        was_reached = bool(self._blocks)
        for _ in range(_TRIES):
            try:
                with self._session.get(
                    self._url, headers=headers, stream=True, timeout=TIMEOUT_S
                ) as answer:
                    was_reached = True
                    self._read_head(answer, first)
                    return self._read_body(answer, min(last + 1, self._n_bytes) - first)
            except (requests.RequestException, ValueError) as error:
                cause = error
            if not was_reached:  # whoever has no network is not kept waiting
                break
        assert cause is not None
        if was_reached:
            raise DataError(
                f"{self._url} broke off at byte {first:,} of {self._n_bytes:,}, {_TRIES} times: "
                f"{reason_of(cause)}. Run it again."
            ) from cause
        raise MachineError(f"cannot reach {self._url}: {reason_of(cause)}") from cause

    def _read_head(self, answer: requests.Response, first: int) -> None:
        if answer.status_code == 200:
            raise RangesUnknownError(f"{self._url} sends whole files only")
        span = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if answer.status_code != 206 or span is None or int(span[1]) != first:
            raise DataError(
                f"{self._url} answered {reason_phrase(answer)}; expected its bytes "
                f"from {first:,} on."
            )
        self._n_bytes = int(span[3])

    def _read_body(self, answer: requests.Response, n_bytes: int) -> bytes:
        import requests

        body = b""
        for piece in pieces_of(answer, self._url):
            body += piece
            if len(body) >= n_bytes:  # more than was asked for is not wanted
                break
        if len(body) < n_bytes:
            raise requests.ConnectionError(f"{len(body):,} of {n_bytes:,} bytes came")
        return body[:n_bytes]

"""Texts read whole as UTF-8, or as what somebody says they are; all else is told with its cure."""

from __future__ import annotations

import shlex
from pathlib import Path

from benchmark.datasets.other_things import other_thing
from benchmark.errors import DataError, UsageError
from benchmark.files import read_regular

_BOM = b"\xef\xbb\xbf"
# The longer ones first: UTF-32's mark begins with UTF-16's.
_WIDE_MARKS = {
    b"\xff\xfe\0\0": "UTF-32",
    b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_WIDE_ZEROS: dict[tuple[bool, ...], str] = {
    (False, True, False, True): "UTF-16LE",
    (True, False, True, False): "UTF-16BE",
    (False, True, True, True): "UTF-32LE",
    (True, True, True, False): "UTF-32BE",
}
"""Where the zeros stand in the first four bytes of ASCII."""
_NO_TEXTS = {
    b"PK\x03\x04": "a zip archive or a spreadsheet: unpack it, or save the sheet as csv",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet: save it as csv",
    b"\x93NUMPY": "an array of NumPy: write its captions as csv or json",
    b"\x80\x04\x95": "a pickle, which could run anything and is never read: write csv or json",
    b"\x80\x05\x95": "a pickle, which could run anything and is never read: write csv or json",
    b"\x80\x03": "a pickle, which could run anything and is never read: write csv or json",
}
"""What files begin with that are no texts, and what to do about them."""


def read_bytes(path: Path) -> bytes:
    """Read a file whole.

    Raises:
        DataError: it is absent or unreadable.
    """
    try:
        return read_regular(path)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}; expected a text file.") from error


def read_text(path: Path, encoding: str | None = None) -> str:
    """Read a text file whole.

    Args:
        path: the file.
        encoding: Python's name of it; None for UTF-8, with or without a byte order mark.

    Raises:
        DataError: the file is absent or unreadable, not in that encoding, or no text at all; says
            what it is and what to do.
        UsageError: there is no such encoding.
    """
    return decode(path, read_bytes(path), encoding)


def decode(path: Path, data: bytes, encoding: str | None = None) -> str:
    """Turn what a file holds into text; see ``read_text``."""
    refuse_no_text(path, data)
    if encoding is not None:
        return _decode_as(path, data, encoding)
    skipped = len(_BOM) if data.startswith(_BOM) else 0
    wide = _wide_encoding(data)
    try:
        if wide is None:
            return data[skipped:].decode()
        found, python_name = f"its bytes look like {wide}", wide.lower()
    except UnicodeDecodeError as error:
        at = error.start + skipped
        line = data.count(b"\n", 0, at) + 1
        found = f"byte 0x{data[at]:02x} at offset {at}, line {line}"
        wide, python_name = _one_byte_encoding(data)
    raise DataError(
        f"{path} is not UTF-8: {found}. Convert it, for example: "
        f"iconv -f {wide} -t UTF-8 {shlex.quote(str(path))} > utf8{path.suffix}; captions files "
        f"are also read with --encoding {python_name}."
    )


def refuse_no_text(path: Path, data: bytes) -> None:
    """Refuse what is known to be no text.

    Raises:
        DataError: it is such a thing; says which, and what to do.
    """
    for start, what in _NO_TEXTS.items():
        if data.startswith(start):
            raise DataError(f"{path} is {what}.")
    if (thing := other_thing(data)) is not None:
        raise DataError(f"{path} is {thing}.")


def _decode_as(path: Path, data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except LookupError as error:
        raise UsageError(
            f"{encoding!r} is no encoding of texts; expected one such as utf-8, utf-16 or cp1252."
        ) from error
    except (UnicodeError, ValueError) as error:
        raise DataError(f"{path} is not {encoding}: {error}. Name another --encoding.") from error
    return text.removeprefix("\ufeff")


def _one_byte_encoding(data: bytes) -> tuple[str, str]:
    """Say which encoding of one byte a character is likely: Windows has letters where ISO has none.

    Returns:
        iconv's name and Python's.
    """
    has_windows_letters = any(0x80 <= byte < 0xA0 for byte in data)
    return ("CP1252", "cp1252") if has_windows_letters else ("ISO-8859-1", "latin-1")


def _wide_encoding(data: bytes) -> str | None:
    """Guess which encoding of two or four bytes a character a file is in; None for neither.

    Without a mark at its beginning such a file is UTF-8 too, as long as it holds ASCII only: then
    a zero byte, which no text holds, stands in every character.
    """
    for mark, name in _WIDE_MARKS.items():
        if data.startswith(mark):
            return name
    zeros = tuple(byte == 0 for byte in data[:4])
    return _WIDE_ZEROS.get(zeros)

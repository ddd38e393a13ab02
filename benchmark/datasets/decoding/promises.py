"""What the header of an uncompressed sound promises, held against the bytes that follow.

libsndfile trusts the size of the file instead, and reads what is left of a cut one in silence.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from benchmark.datasets.decoding.refusals import cut_short

_STREAMED_SIZE = 0x7FFF_F000
"""Sizes of four bytes from here up are placeholders: of tools that could not seek back."""
_MOST_MISCOUNTED = 44
"""Bytes of its own header that a writer may count among the samples: a plain wav has 44."""
_W64_RIFF = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_W64_END = bytes.fromhex("f3acd3118cd100c04f8edb8a")
_W64_FORMAT = b"fmt " + _W64_END
_W64_SAMPLES = b"data" + _W64_END


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a header says that samples lie.

    Attributes:
        start: offset of their first byte.
        n_bytes: how many there are; None where the writer did not know.
        frame_bytes: of a sample in all channels, or of a block; 0 where that is not known.
    """

    start: int
    n_bytes: int | None
    frame_bytes: int = 0


def require_whole(path: Path) -> Extent | None:
    """Compare the length that a header promises with the bytes that follow.

    Up to 44 bytes may lack where whole samples are left: some writers count their header in.

    Returns:
        Where the samples lie; None for containers that are not known here: wav (RIFF, RIFX, RF64
        and BW64), Wave64, AIFF, 8SVX, AU, CAF, NIST, VOC and Ogg are.

    Raises:
        DataError: less is there than the header promises.
        OSError: the file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(16)
        found = next((find for magic, find in _FINDERS.items() if head.startswith(magic)), None)
        if found is None:
            return None
        file.seek(0)
        try:
            extent = found(file)
        except (struct.error, ValueError) as error:
            raise cut_short(path, f"{size} bytes and no sound", "samples") from error
    if extent is None:
        raise cut_short(path, f"{size} bytes and no sound", "a data chunk")
    n_bytes = max(0, size - extent.start)
    if extent.n_bytes is not None and n_bytes < extent.n_bytes:
        lacking = extent.n_bytes - n_bytes
        are_whole = bool(n_bytes and extent.frame_bytes) and n_bytes % extent.frame_bytes == 0
        if lacking > _MOST_MISCOUNTED or not are_whole:
            raise cut_short(path, f"{n_bytes} bytes of sound", f"{extent.n_bytes}")
    return extent


def with_length(path: Path, extent: Extent) -> bytes | None:
    """Spell a wav whose writer left 0 for the length of its samples, with their real length.

    Returns:
        The file's content; None where it says 0 and means it, or says something else.
    """
    if extent.n_bytes != 0 or path.stat().st_size <= extent.start:
        return None
    content = bytearray(path.read_bytes())
    order = {b"RIFF": "<I", b"RIFX": ">I"}.get(bytes(content[:4]))
    n_bytes = len(content) - extent.start
    if order is None or n_bytes >= _STREAMED_SIZE or _are_chunks(content[extent.start :], order):
        return None
    struct.pack_into(order, content, extent.start - 4, n_bytes)
    struct.pack_into(order, content, 4, len(content) - 8)
    return bytes(content)


def _are_chunks(rest: bytearray, order: str) -> bool:
    """Tell whether what follows an empty chunk of samples is other chunks and nothing else."""
    at = 0
    while at + 8 <= len(rest):
        if not all(32 <= byte < 127 for byte in rest[at : at + 4]):
            return False
        (length,) = struct.unpack_from(order, rest, at + 4)
        at += 8 + length + length % 2
    return len(rest) <= at <= len(rest) + 1


def _find_in_riff(file: BinaryIO) -> Extent | None:
    head = file.read(12)
    order = ">" if head[:4] == b"RIFX" else "<"
    if head[8:] != b"WAVE":
        return Extent(0, None)  # a film or a picture
    frame_bytes, long_size = 0, None
    while len(chunk := file.read(8)) == 8:
        (length,) = struct.unpack(f"{order}I", chunk[4:])
        body_at = file.tell()
        if chunk[:4] == b"ds64":
            (long_size,) = struct.unpack("<8xQ", file.read(16))
        elif chunk[:4] == b"fmt ":
            (frame_bytes,) = struct.unpack(f"{order}12xH", file.read(14))
        elif chunk[:4] == b"data":
            if long_size is not None and length == 0xFFFF_FFFF:
                return Extent(body_at, long_size, frame_bytes)
            known = None if length >= _STREAMED_SIZE else length
            return Extent(body_at, known, frame_bytes)
        file.seek(body_at + length + length % 2)
    return None


def _find_in_wave64(file: BinaryIO) -> Extent | None:
    if file.read(16) != _W64_RIFF:
        return Extent(0, None)
    file.seek(40)
    frame_bytes = 0
    while len(chunk := file.read(24)) == 24:
        (length,) = struct.unpack("<Q", chunk[16:])
        body_at = file.tell()
        if chunk[:16] == _W64_FORMAT:
            (frame_bytes,) = struct.unpack("<12xH", file.read(14))
        elif chunk[:16] == _W64_SAMPLES:
            return Extent(body_at, max(0, length - 24), frame_bytes)
        if length < 24:
            return None
        file.seek(body_at - 24 + length + -length % 8)
    return None


def _find_in_form(file: BinaryIO) -> Extent | None:
    kind = file.read(12)[8:]
    if kind not in (b"AIFF", b"AIFC", b"8SVX", b"16SV"):
        return Extent(0, None)
    frame_bytes = 0
    while len(chunk := file.read(8)) == 8:
        (length,) = struct.unpack(">I", chunk[4:])
        body_at = file.tell()
        if chunk[:4] == b"COMM" and kind == b"AIFF":
            channels, bits = struct.unpack(">H4xH", file.read(8))
            frame_bytes = channels * ((bits + 7) // 8)
        elif chunk[:4] == b"SSND":
            return Extent(body_at + 8, max(0, length - 8), frame_bytes)
        elif chunk[:4] == b"BODY":
            return Extent(body_at, length)
        file.seek(body_at + length + length % 2)
    return None


def _find_in_au(file: BinaryIO) -> Extent | None:
    order = ">" if file.read(4) == b".snd" else "<"
    start, n_bytes = struct.unpack(f"{order}II", file.read(8))
    return Extent(start, None if n_bytes == 0xFFFF_FFFF else n_bytes)


def _find_in_caf(file: BinaryIO) -> Extent | None:
    file.seek(8)
    while len(chunk := file.read(12)) == 12:
        (length,) = struct.unpack(">q", chunk[4:])
        if chunk[:4] == b"data":
            return Extent(file.tell(), None if length < 0 else length)
        if length < 0:
            return None
        file.seek(length, 1)
    return None


def _find_in_nist(file: BinaryIO) -> Extent | None:
    start = int(file.read(16).split()[1])
    file.seek(0)
    text = file.read(start)
    facts = dict(re.findall(rb"^(\w+) -i (\d+)\s*$", text, re.MULTILINE))
    if len(text) < start or b"sample_count" not in facts or b"shorten" in text:
        return Extent(start, None)
    names = (b"sample_count", b"channel_count", b"sample_n_bytes")
    n_samples, channels, sample_bytes = (int(facts.get(name, 1)) for name in names)
    return Extent(start, n_samples * channels * sample_bytes, channels * sample_bytes)


def _find_in_voc(file: BinaryIO) -> Extent | None:
    file.seek(20)
    (at,) = struct.unpack("<H", file.read(2))
    start = None
    while True:
        file.seek(at)
        block = file.read(4)
        if not block or block[0] == 0 or len(block) < 4:
            return None if start is None else Extent(start, at - start)
        length = int.from_bytes(block[1:], "little")
        if block[0] in (1, 2, 9) and start is None:
            start = at + 4
        at += 4 + length


def _find_in_ogg(file: BinaryIO) -> Extent | None:
    """Measure the pages: each says how long it is, none how many there are."""
    at = 0
    while True:
        file.seek(at)
        head = file.read(27)
        if len(head) < 27 or head[:4] != b"OggS":
            is_cut = (bool(head) and b"OggS".startswith(head[:4])) or head[:4] == b"OggS"
            return Extent(0, at + 27 if is_cut else at)
        segments = file.read(head[26])
        at += 27 + head[26] + sum(segments)
        if len(segments) < head[26]:
            return Extent(0, at)


_FINDERS: Mapping[bytes, Callable[[BinaryIO], Extent | None]] = {
    **dict.fromkeys((b"RIFF", b"RIFX", b"RF64", b"BW64"), _find_in_riff),
    b"riff": _find_in_wave64,
    b"FORM": _find_in_form,
    b".snd": _find_in_au,
    b"dns.": _find_in_au,
    b"caff": _find_in_caf,
    b"NIST_1A": _find_in_nist,
    b"Creative Voice": _find_in_voc,
    b"OggS": _find_in_ogg,
}

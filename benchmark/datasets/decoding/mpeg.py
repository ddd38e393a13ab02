"""The frames of an MPEG audio file (mp3), counted: its length is promised only by some encoders.

Without a Xing, Info or VBRI header libmpg123 guesses the length from the size of the file and the
first frame, and libsndfile takes the guess for the end. (ISO/IEC 11172-3, 2.4; the header is that
of Xing's VBR SDK.)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

_KBPS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Of version (1, or 2 and 2.5) and layer."""
_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_LONGEST = 0xE0
"""The highest rate of bits: its frames are long enough for the header of Xing's."""
_TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"3DI")
"""What may lie behind the sound."""


class Frame(NamedTuple):
    """What a frame's header says.

    Attributes:
        layer: 1, 2 or 3.
        n_bytes: of the frame, header included.
        n_samples: that it holds.
        side_bytes: between the header and what Xing's is written over.
    """

    layer: int
    n_bytes: int
    n_samples: int
    side_bytes: int


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames that follow one another in a file.

    Attributes:
        layer: 1, 2 or 3.
        n_samples: of each.
        start: offset of the first that holds sound.
        end: offset behind the last whole one.
        n: how many.
        promised: how many the file says it has; None where it says nothing, or 0.
        lacking: bytes that the last frame lacks, which is not counted then.
        junk: offset of bytes between frames that belong to none; None where there are none.
        tags: whether anything lies behind the last frame.
    """

    layer: int
    n_samples: int
    start: int
    end: int
    n: int
    promised: int | None
    lacking: int
    junk: int | None
    tags: bool


def find_frames(data: bytes) -> Frames | None:
    """Walk from frame to frame; None where there are no two, or their length is free."""
    at = _find_first(data, 0)
    if at is None:
        return None
    first = _read_frame(data, at)
    assert first is not None
    promised, is_header = _read_promise(data, at, first)
    start = at = at + first.n_bytes if is_header else at
    kind = (first.layer, first.n_samples)
    n, junk, end = 0, None, at
    while at < len(data):
        frame = _read_frame(data, at)
        if frame is not None and not _is_alike(data, start, at):
            frame = None
        if frame is not None and at + frame.n_bytes <= len(data):
            n += 1
            at = end = at + frame.n_bytes
            continue
        if data.startswith(b"ID3", at):
            at += _tag_bytes(data, at)
            continue
        if data.startswith(_TAGS, at) or not data[at:].strip(b"\0"):
            break
        if frame is not None and _find_first(data, at + 1) is None:
            return Frames(
                *kind, start, end, n, promised, at + frame.n_bytes - len(data), junk, True
            )
        following = _find_first(data, at + 1)
        if following is None:
            break
        junk, at = at if junk is None else junk, following
    return Frames(*kind, start, end, n, promised, 0, junk, end < len(data))


def with_count(data: bytes, frames: Frames) -> bytes:
    """Spell the frames alone, of layer III, behind a header that says how many there are."""
    head = bytearray(data[frames.start : frames.start + 4])
    head[1] |= 1  # no checksum
    head[2] = head[2] & 0x0D | _LONGEST
    frame = _read_frame(bytes(head), 0)
    assert frame is not None
    content = b"Xing" + struct.pack(">II", 1, frames.n)
    header = bytes(head) + bytes(frame.side_bytes) + content
    return header.ljust(frame.n_bytes, b"\0") + data[frames.start : frames.end]


def _find_first(data: bytes, at: int) -> int | None:
    """Find a frame that another of its kind follows, or the end."""
    while data.startswith(b"ID3", at):
        at += _tag_bytes(data, at)
    while (at := data.find(b"\xff", at)) >= 0:
        frame = _read_frame(data, at)
        if frame is not None:
            after = at + frame.n_bytes
            if after == len(data) or (_is_alike(data, at, after) and _read_frame(data, after)):
                return at
        at += 1
    return None


def _is_alike(data: bytes, at: int, after: int) -> bool:
    """Tell whether two frames share version, layer and rate."""
    one, other = data[at : at + 3], data[after : after + 3]
    return len(other) == 3 and one[1] & 0xFE == other[1] & 0xFE and one[2] & 0x0C == other[2] & 0x0C


def _read_frame(data: bytes, at: int) -> Frame | None:
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = data[at + 1] >> 3 & 3, 4 - (data[at + 1] >> 1 & 3)
    rate_at, kbps_at, padding = data[at + 2] >> 2 & 3, data[at + 2] >> 4, data[at + 2] >> 1 & 1
    if version == 1 or layer == 4 or rate_at == 3 or kbps_at in (0, 15):
        return None
    is_first = version == 3
    bits = 1000 * _KBPS[1 if is_first else 2, layer][kbps_at - 1]
    rate_hz = _RATES_HZ[version][rate_at]
    is_mono = data[at + 3] >> 6 == 3
    side = (17 if is_mono else 32) if is_first else (9 if is_mono else 17)
    if layer == 1:
        return Frame(1, (12 * bits // rate_hz + padding) * 4, 384, side)
    n_samples = 576 if layer == 3 and not is_first else 1152
    return Frame(layer, n_samples // 8 * bits // rate_hz + padding, n_samples, side)


def _read_promise(data: bytes, at: int, frame: Frame) -> tuple[int | None, bool]:
    """Read how many frames the first one says there are, and whether it is but a header."""
    end = at + frame.n_bytes
    for offset in (4 + frame.side_bytes, 6 + frame.side_bytes):
        body = data[at + offset : end]
        if body[:4] in (b"Xing", b"Info"):
            has_count = len(body) >= 12 and body[7] & 1
            count = struct.unpack_from(">I", body, 8)[0] if has_count else 0
            return count or None, True
    body = data[at + 36 : end]
    if body[:4] == b"VBRI" and len(body) >= 18:
        return struct.unpack_from(">I", body, 14)[0] or None, True
    return None, False


def _tag_bytes(data: bytes, at: int) -> int:
    """Measure an ID3v2 tag: a header of ten bytes, four of them the size in seven bits each."""
    size = 0
    for byte in data[at + 6 : at + 10]:
        size = size << 7 | byte & 0x7F
    has_footer = len(data) > at + 5 and data[at + 5] & 0x10
    return 10 + size + (10 if has_footer else 0)

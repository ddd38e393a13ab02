"""Files that are another thing than their name says, known by their first bytes, with the cure."""

from __future__ import annotations

from benchmark.errors import quoted

HEAD_BYTES = 512
"""How much of a file is looked at."""
_THINGS = {
    b"version https://git-lfs.github.com/": "a pointer of Git LFS, not the file itself: fetch it "
    "with `git lfs pull`",
    b"/annex/objects/": "a pointer of git-annex, not the file itself: fetch it with `datalad get` "
    "or `git annex get`",
    b"PK\x03\x04": "a zip archive: unpack it",
    b"\x1f\x8b": "compressed with gzip: unpack it with gunzip",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive: unpack it",
    b"Rar!\x1a\x07": "a rar archive: unpack it",
    b"BZh": "compressed with bzip2: unpack it",
    b"\xfd7zXZ": "compressed with xz: unpack it",
}
_TAR = (257, b"ustar")
_WEB_PAGES = (b"<!doctype", b"<html")
_SOUNDS = (
    *(b"RIFF", b"RIFX", b"RF64", b"riff", b"FORM", b".snd", b"caff", b"NIST_1A"),
    *(b"OggS", b"fLaC", b"ID3"),
)
"""How sounds begin that a text might, too; the header of NIST's is one."""
_FEWEST_SIGNS = 16
_MOST_SHOWN = 40


def other_thing(head: bytes) -> str | None:
    """Say what a file is that begins so, and what to do; None: nothing that is known here.

    Args:
        head: its first bytes, ``HEAD_BYTES`` or more where there are so many.
    """
    for start, what in _THINGS.items():
        if head.startswith(start):
            return what
    if head[_TAR[0] :].startswith(_TAR[1]):
        return "a tar archive: unpack it"
    if head[:HEAD_BYTES].lstrip()[:9].lower().startswith(_WEB_PAGES):
        return (
            "a web page, as a download leaves that asked for a login or found nothing: fetch the "
            "file itself"
        )
    return None


def no_sound(head: bytes) -> str | None:
    """Say what a file is that cannot be a sound, and what to do; None: it may be one."""
    if (thing := other_thing(head)) is not None:
        return thing
    start = head[:HEAD_BYTES]
    is_text = all(sign in b"\t\n\r" or 32 <= sign < 127 for sign in start)
    if is_text and len(start) >= _FEWEST_SIGNS and not start.startswith(_SOUNDS):
        line = start.decode("ascii").strip().partition("\n")[0][:_MOST_SHOWN]
        return f"a text that begins with {quoted(line)}, and no sound: fetch the file itself"
    return None

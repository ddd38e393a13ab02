"""How the names of sound files are read: suffixes, spellings, and which say the same."""

from __future__ import annotations

import html
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

from benchmark.datasets.decoding import media

SUFFIXES = (
    *(".flac", ".wav", ".wave", ".aiff", ".aif", ".aifc", ".caf", ".w64", ".rf64", ".au", ".snd"),
    *(".ogg", ".oga", ".opus", ".mp3", ".mp2", ".m4a", ".mp4", ".m4b", ".mov", ".3gp", ".webm"),
    *(".mka", ".mkv", ".weba", ".aac", ".ac3", ".wma", ".amr", ".voc", ".nist", ".sph", ".iff"),
    *(".8svx", ".ape", ".wv", ".tta", ".dsf"),
)
"""Of sounds and films, the ones that lose nothing first: where a clip has several, it wins."""
_RANKS = {suffix: rank for rank, suffix in enumerate(SUFFIXES)}
_SIGNS = (b"RIFF", b"RIFX", b"RF64", b"riff", b"fLaC", b"OggS", b"ID3", b"FORM", b".snd", b"caff")
_PARTING = ("..", "/", "\\", ":", "\0")
_BLANKED_BY_WINDOWS = str.maketrans(dict.fromkeys('<>:"|?*', "_"))


def suffix_of(name: str) -> str:
    """Take the suffix of a sound off a name, in lower case; empty where it has none."""
    stem, point, end = name.rpartition(".")
    suffix = point + end.lower()
    return suffix if stem and suffix in _RANKS else ""


def stem_of(name: str) -> str:
    """Leave the suffix of a sound out of a name."""
    suffix = suffix_of(name)
    return name[: -len(suffix)] if suffix else name


def suffix_rank(name: str) -> int:
    """Order files of one clip: what loses nothing comes first."""
    return _RANKS.get(suffix_of(name), len(_RANKS))


def is_passed_over(name: str) -> bool:
    """Tell what no person put there: what macOS notes beside a file, and hidden files."""
    return name.startswith(".") or name == "__MACOSX"


def loose_name(name: str) -> str:
    """Spell a name as any copy of it is spelt that went through other programs.

    Left out are the suffix of a sound, case, Unicode's forms (NFC, NFD), HTML entities, blanks at
    either end, and characters that Windows cannot have in a name.
    """
    plain = html.unescape(stem_of(name.strip()))
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", plain).casefold())
    return folded.strip().translate(_BLANKED_BY_WINDOWS)


def leads_out(name: str) -> bool:
    """Tell whether a name, put behind a folder, could be of a file that is not in it.

    ``..``, an absolute path or a drive do that on one system or another; a NUL ends a name.
    """
    if not any(mark in name for mark in _PARTING):
        return False
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    is_rooted = posix.is_absolute() or bool(windows.anchor)  # C:\, \\server\share, and C: alone
    return is_rooted or ".." in posix.parts or ".." in windows.parts or "\0" in name


def is_sound(path: Path) -> bool:
    """Tell whether a file is a sound or a film, by its suffix, else by how it begins."""
    if suffix_of(path.name):
        return True
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError:
        return False
    if head.startswith(b"RIFF"):
        return head[8:12] in (b"WAVE", b"AVI ")  # else it may be a picture
    return head.startswith(_SIGNS) or media.kind_of(head) is not None

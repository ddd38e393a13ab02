"""What the bench and a program say to each other: a JSON object a line, in UTF-8, both ways.

The bench speaks first, and each line of its is answered by one:

    {"hello": 1, "device": "cpu", "seed": 0, "scratch": "/tmp/x", "batch": 4, ...}
    {"hello": 1, "batch": 1, "sample_rate_hz": 32000, "trained_on": [], "facts": {}}
    {"call": 1, "clips": [{"id": "a.wav", "path": "/tmp/x/1.wav", ...}]}
    {"call": 1, "captions": ["a dog barks"]}

All but ``hello`` may be left out of a program's first line. Instead of ``captions`` a program may
say ``{"call": 1, "error": "why"}``: that costs these clips, and it goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmark.contract import Clip, Fact, Resources
from benchmark.errors import PluginError, harmless, shown
from benchmark.files import parse_json, spell_json

PROTOCOL = 1
"""The version of what is said here; both sides say theirs in their first line."""
MOST_SHOWN = 200
"""Characters of a line that an error shows."""
_MAY_BE_ABSENT = ("batch", "sample_rate_hz", "trained_on", "facts")


class ProgramError(PluginError):
    """A program does not keep to the protocol; asking it again changes nothing."""


class DeclinedError(Exception):
    """A program says that it has no captions for some clips, and why."""


@dataclass(frozen=True, slots=True)
class Hello:
    """What a program says of itself in its first line.

    Attributes:
        batch: clips that it takes in one line; None where it does not say.
        sample_rate_hz: at which it hears; None likewise.
        trained_on: data sets that its weights have seen; None likewise.
        facts: of how it was prepared.
    """

    batch: int | None = None
    sample_rate_hz: int | None = None
    trained_on: tuple[str, ...] | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


def spell_hello(resources: Resources, batch: int | None, sample_rate_hz: int) -> bytes:
    """Spell the bench's first line."""
    return _spell(
        {
            "hello": PROTOCOL,
            "device": resources.device,
            "seed": resources.seed,
            "scratch": str(resources.scratch),
            "sample_rate_hz": sample_rate_hz,
            "batch": batch,
        }
    )


def spell_call(number: int, clips: Sequence[Clip]) -> bytes:
    """Spell a question about clips, each of which has a file."""
    return _spell(
        {
            "call": number,
            "clips": [
                {
                    "id": clip.clip_id,
                    "path": str(clip.path),
                    "sample_rate_hz": clip.sample_rate_hz,
                    "duration_s": round(clip.duration_s, 6),
                }
                for clip in clips
            ],
        }
    )


def read_hello(line: bytes) -> Hello:
    """Read a program's first line.

    Raises:
        ProgramError: it is none, or of another version of the protocol.
    """
    said = _read_object(line, f'its first line to be {{"hello": {PROTOCOL}}}')
    version = said.get("hello")
    if version != PROTOCOL or isinstance(version, bool):
        raise ProgramError(
            f"the program speaks version {shown(version)} of the protocol; expected "
            f'{{"hello": {PROTOCOL}, ...}} as its first line. Found {show_line(line)}.'
        )
    for name in said:
        if name not in ("hello", *_MAY_BE_ABSENT):
            raise ProgramError(
                f"the program's hello holds {shown(name)}; expected no more than hello, "
                f"{', '.join(_MAY_BE_ABSENT)}. What people should know belongs into facts."
            )
    facts = said.get("facts") or {}
    if not isinstance(facts, Mapping):
        raise ProgramError(f"the program's facts are {shown(facts)}; expected an object.")
    return Hello(
        batch=_read_count(said, "batch"),
        sample_rate_hz=_read_count(said, "sample_rate_hz"),
        trained_on=_read_names(said.get("trained_on")),
        facts=dict(facts),  # what each of them may be, reading the disclosure checks
    )


def read_captions(line: bytes, number: int, n_clips: int) -> list[str]:
    """Read a program's answer to a question.

    Raises:
        DeclinedError: it says that it has none.
        ProgramError: it is no answer to this question.
    """
    form = f'{{"call": {number}, "captions": [...]}}'
    said = _read_object(line, form)
    if said.get("call") != number:
        raise ProgramError(
            f"the program answered call {shown(said.get('call'))}; expected {form}, as its number "
            f"says which clips are meant. Found {show_line(line)}."
        )
    if said.get("error") is not None:
        raise DeclinedError(f"the program says: {harmless(str(said['error']), 1_000)}")
    captions = said.get("captions")
    if not isinstance(captions, list):
        raise ProgramError(
            f"the program gave no captions; expected {form}, found {show_line(line)}."
        )
    if len(captions) != n_clips:
        raise ProgramError(
            f"the program gave {len(captions)} captions for {n_clips} clips; expected one a clip, "
            f"in order. Found {show_line(line)}."
        )
    for caption in captions:
        if not isinstance(caption, str):
            raise ProgramError(f"the program gave the caption {shown(caption)}; expected a text.")
    return captions


def show_line(line: bytes) -> str:
    """Show what a program wrote, in one line that no terminal obeys and that is not too long."""
    text = line.decode("utf-8", "backslashreplace").rstrip("\r\n")
    return repr(harmless(text, MOST_SHOWN))


def _spell(said: Mapping[str, object]) -> bytes:
    # Not in ASCII: programs that take JSON apart by hand see ids as they are written.
    return f"{spell_json(said, ensure_ascii=False)}\n".encode("utf-8", "backslashreplace")


def _read_object(line: bytes, expected: str) -> Mapping[str, object]:
    try:
        said = parse_json(line.decode("utf-8"))
    except ValueError as error:
        raise ProgramError(
            f"the program wrote {show_line(line)} to standard output, which is no JSON in UTF-8; "
            f"expected {expected}, and nothing else there. What is for people belongs on standard "
            "error."
        ) from error
    if not isinstance(said, dict):
        raise ProgramError(
            f"the program wrote {show_line(line)}, which is JSON but no object; expected "
            f"{expected}."
        )
    return said


def _read_count(said: Mapping[str, object], name: str) -> int | None:
    count = said.get(name)
    if count is None:
        return None
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ProgramError(f"the program's {name} is {shown(count)}; expected a number above 0.")
    return count


def _read_names(names: object) -> tuple[str, ...] | None:
    if names is None:
        return None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ProgramError(
            f"the program's trained_on is {shown(names)}; expected a list of names of data sets, "
            'such as ["audiocaps:train"].'
        )
    return tuple(names)

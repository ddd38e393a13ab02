"""What the docstring of an options class says of each option, for people.

It is written once, where the options are declared: a section ``Attributes``, or several with names
of their own, which are topics; in them ``name: meaning`` or ``name (unit): meaning``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_SECTION = re.compile(r"([A-Z][^:`]*):")
_OPTION = re.compile(r" {4}(\w+)(?: \(([^()]*)\))?: *(.*)")
_GENERAL = "Attributes"


@dataclass(frozen=True, slots=True)
class OptionText:
    """What is said of an option.

    Attributes:
        meaning: what it does, on one line.
        unit: of its values, ``captions``; empty for what has none.
        topic: what it is about, with others; empty in a docstring without topics.
    """

    meaning: str
    unit: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class OptionTexts:
    """What is said of the options of a class.

    Attributes:
        intro: of all of them, in paragraphs.
        by_name: of those that the docstring names, in its order.
    """

    intro: str = ""
    by_name: Mapping[str, OptionText] = field(default_factory=dict)


def read_option_texts(options: type | None) -> OptionTexts:
    """Read the docstring of an options class; what is not of that form is its introduction."""
    lines = ((options and inspect.getdoc(options)) or "").splitlines()
    intro: list[str] = []
    entries: list[tuple[str, list[str]]] = []
    topic: str | None = None
    for line in lines:
        if section := _SECTION.fullmatch(line):
            topic = "" if section[1] == _GENERAL else section[1]
        elif topic is None or (line and not line.startswith(" ")):
            topic = None
            intro.append(line)
        elif line.startswith("    ") and line[4:5].strip():
            entries.append((topic, [line]))
        elif line and entries:
            entries[-1][1].append(line)
    texts = dict(filter(None, (_read(*entry) for entry in entries)))
    return OptionTexts(_plain("\n".join(intro)).strip(), texts)


def _read(topic: str, lines: list[str]) -> tuple[str, OptionText] | None:
    found = _OPTION.fullmatch(lines[0])
    if found is None:
        return None
    meaning = " ".join(part for line in (found[3], *lines[1:]) for part in line.split())
    return found[1], OptionText(_plain(meaning), found[2] or "", topic)


def _plain(text: str) -> str:
    return text.replace("``", "")

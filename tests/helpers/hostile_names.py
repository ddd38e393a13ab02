"""Names that would do harm where they are obeyed, and what each format must not hold of them."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

STEERING = (
    "\x00\x07\x08\x0b\x0c\x1b\x7f\x80\x84\x85\x9b\x9c\x9d\u2028\u2029\ufeff\U000e0041"
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
PIECES = (
    "\x1b[31m", "\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\", "\x1bc", "\x9b2J", "\x9d0;t\x9c",
    "\x07", "\x08\x08", "\u202e", "\u2066", "\u200f", "\u2028", "\ufeff", "\U000e0041", "\r",
    "\r\n", "\n", "\n::error::x", "\n##[error]x", "\nbench: passed", "\t",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</td></table>", "]]>", "&amp;",
    "&#0;", "|", "`", "``", "*", "_", "[a](javascript:x)", "![a](http://x)", "<http://x>", "# h",
    "- [ ] a", "```", "$x^2$", r"\input{/etc/passwd}", "%", "{", "}", "\\", "~", "^", "&",
    "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", '=HYPERLINK("x")', '"', "'", ",", ";",
    "::", "[", "]", "{x}", "%s", "{0}", "é", "猫", "a",
)  # fmt: skip
FIRST = "=cmd|' /C calc'!A0"
"""What most names begin with: a formula, where csv is opened by a spreadsheet."""


def hostile_text(seed: int, *, n_pieces: int = 12) -> str:
    """Draw a text of pieces that steer, mark up or call; the same for a seed."""
    draw = random.Random(seed)
    return FIRST + "".join(draw.choice(PIECES) for _ in range(n_pieces))


def hostile_file_name(seed: int, *, is_utf8: bool = True) -> str:
    """Draw a name that a file can have; where it need not be UTF-8, with bytes that are not."""
    name = re.sub(r"[/\x00]", "", hostile_text(seed, n_pieces=6))[:100]
    while len(name.encode()) > 200:
        name = name[:-1]
    return name if is_utf8 else f"{name}\udcff\udc9b"


def attack_seeds() -> range:
    """Seeds of texts: one in continuous integration, else BENCH_ATTACK_SEEDS, as 8 or 40:48."""
    first, _, last = os.environ.get("BENCH_ATTACK_SEEDS", "1").rpartition(":")
    return range(int(first or 0), int(last))


ALL = "".join(PIECES)
"""Every piece, one after the other."""


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def require_harmless(text: str, form: str) -> None:
    """Raise AssertionError where a printed or written text would be obeyed by whoever shows it."""
    found = set(STEERING) & set(text)
    assert not found, f"{form} holds {''.join(found)!a}"
    text.encode()  # no half of a character
    {
        "text": _require_tame_lines,
        "md": _require_no_markup,
        "html": _require_no_tags,
        "csv": _require_no_formula,
        "json": lambda source: json.loads(source, parse_constant=_refuse_constant),
        "latex": _require_no_commands,
        "junit": ElementTree.fromstring,
    }[form](text)


def _require_tame_lines(text: str) -> None:
    for line in text.splitlines():
        assert not re.match(r"\s*::", line), line
        assert "##[" not in line, line
        assert line != "bench: passed"


def _require_no_markup(text: str) -> None:
    from markdown_it import MarkdownIt

    shown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)
    _require_no_tags(shown.replace("<details>", "").replace("<summary>", ""))


def _require_no_tags(text: str) -> None:
    tags = _Tags()
    tags.feed(text)
    for name, attributes in tags.found:
        assert name not in ("script", "img", "iframe", "a", "code", "em"), (name, text)
        assert not any(key.startswith("on") for key in attributes), (name, attributes)


def _require_no_formula(text: str) -> None:
    number = re.compile(r"[-+]?\d[\d.,]*(e[-+]?\d+)?")
    for row in csv.reader(io.StringIO(text, newline="")):
        for cell in row:
            assert not re.match(r"[=+\-@\t\r]", cell) or number.fullmatch(cell), cell


def _require_no_commands(text: str) -> None:
    assert r"\input{/etc" not in text
    inside = re.sub(r"\\begin\{tabular\}\{[lr]+\}|% Needs .*booktabs.*", "", text)
    assert not re.search(r"(?<!\\)[$%#]", inside), inside


def _refuse_constant(name: str) -> object:
    raise AssertionError(f"JSON holds {name}")

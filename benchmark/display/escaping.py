"""Text that others wrote, kept from being read as markup or obeyed: one function a format.

What came from files, models and plugins may hold anything: commands to a terminal, marks that turn
the text around them, line breaks, tags, formulas.
"""

from __future__ import annotations

import html
import re

_CONTROL = re.compile(
    "["
    "\x00-\x09\x0b-\x1f\x7f-\x9f"  # of ASCII and of latin-1, where 0x9b begins a command
    "\u2028\u2029"  # other line breaks
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # what turns the order of characters around
    "\ufeff\ufff9-\ufffb"
    "\ud800-\udfff"  # bytes of file names that are no UTF-8, and halves of characters
    "\U000e0000-\U000e007f"  # letters that nobody sees
    "]"
)
_COMMAND = re.compile(r"(?m)^((?:[^\S\n]|\x1b\[\d+m)*):(?=:)|#(?=#\[)")
"""Where a line would be a command to a server of continuous integration that keeps the log."""
_TONE = re.compile("(\x1b\\[(?:[012]|3[12])m)")
"""What ``View.paint`` writes: letters are brighter, fainter, green or red."""
_FORMULA = re.compile(r"'*[=+\-@\t\r]|'+\\[tr]")
"""How a formula begins, or what was kept from being one."""
_NUMBER = re.compile(r"[-+]?\d[\d.,]*(e[-+]?\d+)?( \[[-+\d., e]*\])?( ±[\d.]+)?( ?%)?†?")
_NAME = re.compile(r"-[\w-]{10,}(\.\w+)?")
"""A clip's name from YouTube, as AudioCaps has them: nothing in it can be called."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKDOWN = re.compile(
    r"""
    \\(?=[!-/:-@\[-`{-~])       # a backslash that would escape what follows
    | [*`~]
    | (?<![^\W_])_ | _(?![^\W_])  # inside a word an underscore is one
    | <(?=[A-Za-z/!?])          # a tag or a link begins
    | &(?=\#?\w+;)              # an entity
    | (?<=\])\(                 # the target of a link
    """,
    re.VERBOSE,
)
_SUMMARY = re.compile(r"[`*~\[]|(?<![^\W_])_|_(?![^\W_])")
_ENTITIES = {"<": "&lt;", "&": "&amp;"}
_BLOCK = re.compile(r"^(?:(?=[#>+=-])|(\d+)(?=[.)]\s))")


def show_controls(text: str) -> str:
    r"""Replace characters that command, or cannot be seen, by their escapes, such as ``\x1b``.

    Line feeds stay: how many lines a text may have is the layout's affair.
    """
    return _CONTROL.sub(lambda match: _spell(match[0]), text)


def show_line(text: str) -> str:
    r"""Show a name, or what else must stay on one line: a line feed is ``\n``."""
    return show_controls(text).replace("\n", "\\n")


def show_log(text: str, *, is_painted: bool = False) -> str:
    """Show text on a terminal, whose lines a server of continuous integration may read too.

    The escapes are JSON's, so that what is printed as JSON says the same as before.

    Args:
        text: of any number of lines.
        is_painted: whether the tones of a table stay, and they alone.
    """
    pieces = _TONE.split(text) if is_painted else [text]
    shown = "".join(
        piece if _TONE.fullmatch(piece) and is_painted else show_controls(piece) for piece in pieces
    )
    return _COMMAND.sub(lambda match: f"{match[1] or ''}{_spell_json(match[0][-1])}", shown)


def escape_json(text: str) -> str:
    r"""Spell in JSON's own way (``\u202e``) what a terminal would obey, in JSON that is whole."""
    return _CONTROL.sub(lambda match: _spell_json(match[0]), text)


def escape_cell(text: str) -> str:
    """Write a cell of csv so that no spreadsheet takes it for a formula.

    An apostrophe goes before a text that begins as formulas do and is no number: spreadsheets
    take the rest for text. ``unescape_cell`` takes it away. Controls are shown; line breaks stay.
    """
    is_plain = _NUMBER.fullmatch(text) or _NAME.fullmatch(text)
    is_formula = _FORMULA.match(text) and not is_plain
    return show_controls(f"'{text}" if is_formula else text)


def unescape_cell(text: str) -> str:
    """Take away the apostrophe that ``escape_cell``, or a program as careful, put before a text."""
    return text[1:] if re.match(r"'+([=+\-@]|\\[tr])", text) else text


def escape_xml(text: str) -> str:
    """Show a text in XML 1.0, whose writer escapes markup: controls are shown, others replaced."""
    return _NOT_XML.sub("\ufffd", show_controls(text))


def escape_summary(text: str) -> str:
    """Write one line of markdown that servers of several makes show literally.

    They agree on character entities and not on backslashes.
    """
    line = show_controls(" ".join(text.split()))
    return _SUMMARY.sub(lambda match: f"&#{ord(match[0])};", html.escape(line, quote=False))


def escape_markdown(text: str) -> str:
    """Write a text so that GitHub's markdown shows it literally; tables escape bars themselves.

    Only what would begin markup is touched, so that plain words stay readable in the source.
    """
    return _MARKDOWN.sub(lambda match: _ENTITIES.get(match[0], "\\" + match[0]), text)


def escape_paragraph(text: str) -> str:
    """Write a text so that markdown shows it as a paragraph: no heading, list or quotation."""
    return _BLOCK.sub(lambda match: (match[1] or "") + "\\", escape_markdown(text))


def escape_latex(text: str) -> str:
    """Write a text so that LaTeX sets it as it stands."""
    from tabulate import LATEX_ESCAPE_RULES

    escaped = "".join(LATEX_ESCAPE_RULES.get(character, character) for character in text)
    # The break before a line would take a bracket or a star for its own: \\[2pt], \\*.
    return re.sub(r"\[|^\*", r"{\g<0>}", escaped)


def _spell(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _spell_json(character: str) -> str:
    halves = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{halves[at : at + 4]}" for at in range(0, len(halves), 4))

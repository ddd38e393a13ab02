"""Text that others wrote, kept from being read as markup."""

from __future__ import annotations

import re
import unicodedata

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
_ENTITIES = {"<": "&lt;", "&": "&amp;"}
_BLOCK = re.compile(r"^(?:(?=[#>+=-])|(\d+)(?=[.)]\s))")


def show_controls(text: str) -> str:
    r"""Replace control characters by their escapes, such as ``\x1b``.

    Line feeds stay: how many lines a text may have is the layout's affair.
    """
    return "".join(map(_show_control, text))


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


def _show_control(character: str) -> str:
    is_control = unicodedata.category(character) in ("Cc", "Zl", "Zp")
    if not is_control or character == "\n":
        return character
    return character.encode("unicode_escape").decode("ascii")

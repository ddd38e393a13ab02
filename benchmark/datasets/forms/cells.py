"""Several captions in one cell: lists are read, what only looks like one is refused."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Sequence

from benchmark.datasets.forms.records import ABSENT
from benchmark.errors import shown
from benchmark.files import parse_json

_QUOTE_FIRST = re.compile(r"[\[\s]*[bfruBFRU]{0,2}['\"]")
_PAIRS = {"[": "]", "(": ")", "{": "}"}
_MOST_CHARACTERS = 1 << 17
_JOINTS = {
    "'|' between texts": re.compile(r"\w[.!?]?\s*\|+\s*\w"),
    "brackets around it": re.compile(r"\s*\[.*\]\s*", re.DOTALL),
}
_CURE = 'Write the cell as a JSON list, ["one caption", "another"], or give each a column.'


def read_cell(cell: object) -> str | tuple[str, ...]:
    """Read a cell that holds a caption, or a list of captions as JSON or as Python spells it.

    Python's spelling is read as data: nothing in it is run.

    Args:
        cell: as it stood in the file: a text, a list, or anything.

    Returns:
        The text to the letter, or the captions of the list.

    Raises:
        ValueError: it is neither; says what it is.
    """
    if isinstance(cell, list | tuple):
        return _read_list(cell)
    if cell is ABSENT:
        raise ValueError("is absent; expected a caption")
    if not isinstance(cell, str):
        raise ValueError(f"is a {type(cell).__name__}; expected a text")
    if not _looks_like_a_list(cell):
        return cell
    try:
        found = parse_json(cell)
    except ValueError:
        found = _read_literal(cell)
    if not isinstance(found, list | tuple):
        raise ValueError(f"is {shown(cell)}, which is no list of captions. {_CURE}")
    return _read_list(found)


def find_joint(texts: Sequence[str]) -> str | None:
    """Say how all of several texts look like lists that nothing parts; None where some do not."""
    if len(texts) < 2:
        return None
    for name, joint in _JOINTS.items():
        matches = joint.fullmatch if name.startswith("brackets") else joint.search
        if all(matches(text) for text in texts):
            return (
                f"all {len(texts):,} captions have {name}, as {shown(texts[0])}: each looks like "
                f"several captions in one. {_CURE}"
            )
    return None


def _looks_like_a_list(text: str) -> bool:
    """Tell whether brackets stand around it, and a quote behind the first or before the last."""
    text = text.strip()
    if text.startswith("array([") and text.endswith(")"):
        return True
    if len(text) < 2 or _PAIRS.get(text[0]) != text[-1]:
        return False
    inner = text[1:-1]
    is_quoted_first = _QUOTE_FIRST.match(inner) is not None
    is_quoted_last = inner.rstrip("] \t\r\n").rstrip(",").rstrip().endswith(("'", '"'))
    if text[0] == "[":
        return is_quoted_first or is_quoted_last
    return is_quoted_first and is_quoted_last


def _read_list(cells: Sequence[object]) -> tuple[str, ...]:
    texts: list[str] = []
    for cell in cells:
        # The evaluation code of COCO has lists of {"caption": text}.
        text = cell.get("caption", cell) if isinstance(cell, dict) else cell
        if not isinstance(text, str):
            raise ValueError(f"is a list that holds {shown(text)}; expected texts alone")
        texts.append(text)
    return tuple(texts)


def _read_literal(cell: str) -> object:
    """Read a list as Python spells it; two texts side by side would silently become one there."""
    if len(cell) > _MOST_CHARACTERS:
        raise ValueError(f"has {len(cell):,} characters; expected a list of captions")
    why = f"looks like a list and is none, {shown(cell)}. {_CURE}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found: object = ast.literal_eval(cell.strip())
        kinds = [
            token.type for token in tokenize.generate_tokens(io.StringIO(cell.strip()).readline)
        ]
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(why) from error
    n_texts = len(found) if isinstance(found, list | tuple) else -1
    if kinds.count(tokenize.STRING) != n_texts:
        raise ValueError(why)
    return found

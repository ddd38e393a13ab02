"""One self-contained HTML page: style, script and data, and a policy that fits them."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from string import Template

from benchmark.display.escaping import show_controls
from benchmark.files import Json, JsonObject

_SCRIPTS = ("ranking.js", "cards.js", "pairs.js", "page.js")
_RIGHT_BY_STYLE, _RIGHT_BY_CLASS = ' style="text-align: right;"', ' class="number"'


def fill_page(
    title: str, facts: Mapping[str, str], tables: str, picture: str, data: JsonObject
) -> str:
    """Fill the page's template.

    The page's content security policy allows its own script and style by their hashes, and
    images and sounds from its folder; everything else is forbidden.

    Args:
        title: of the page; escaped here, like the facts.
        facts: name to value, shown below the title.
        tables: the leaderboard in HTML.
        picture: an ``<svg>`` element, or empty.
        data: what the script shows; no text of it is read as HTML.
    """
    style, script = _read("page.css"), "".join(map(_read, _SCRIPTS))
    policy = {
        "default-src": "'none'",
        "script-src": _hash(script),
        "style-src": _hash(style),
        "img-src": "'self' file:",
        "media-src": "'self' file:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return Template(_read("page.html")).substitute(
        policy="; ".join(f"{name} {sources}" for name, sources in policy.items()),
        title=html.escape(show_controls(title)),
        facts="".join(
            f"<div><dt>{html.escape(show_controls(name))}</dt>"
            f"<dd>{html.escape(show_controls(value))}</dd></div>"
            for name, value in facts.items()
        ),
        style=style,
        script=script,
        tables=tables.replace(_RIGHT_BY_STYLE, _RIGHT_BY_CLASS),
        picture=picture,
        data=embed_json(data),
    )


def embed_json(data: JsonObject) -> str:
    r"""Write JSON that may stand within a script element: ASCII, with ``<`` as ``\u003c``.

    What would turn the order of characters on the page around, or cannot be seen, is shown.

    Raises:
        ValueError: a number is infinite or none, which no browser reads.
    """
    text = json.dumps(_shown(data), separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def _shown(value: Json) -> Json:
    if isinstance(value, str):
        return show_controls(value)
    if isinstance(value, Mapping):
        return {show_controls(name): _shown(part) for name, part in value.items()}
    return [_shown(part) for part in value] if isinstance(value, Sequence) else value


def _read(name: str) -> str:
    return (files("benchmark.leaderboard.page") / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"

"""Figures as SVG inside a page: no style attribute, words and axes in the page's colour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from benchmark.display.escaping import escape_xml
from benchmark.display.figures import encode_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK = "#010203"
"""Draw with this colour what shall have the colour of the page's text."""

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_DROPPED = (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style")


def inline_svg(figure: Figure, words: str) -> str:
    """Turn a figure into an ``<svg>`` element.

    A page's content security policy forbids style attributes; the attributes of SVG that mean the
    same are allowed.

    Args:
        figure: with ``INK`` where the page's colour shall be; its background is left out.
        words: what it shows, for those who do not see it.
    """
    figure.patch.set_alpha(0)
    root = ElementTree.fromstring(encode_figure(figure, "svg"))
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in _DROPPED]:
            parent.remove(child)
    for element in root.iter():
        for name, value in _declarations(element.attrib.pop("style", "")):
            element.set(name, value)
    root.attrib.update({"role": "img", "aria-label": escape_xml(words), "stroke-linejoin": "round"})
    for name in ("width", "height"):
        del root.attrib[name]
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    return ElementTree.tostring(root, encoding="unicode").replace(INK, "currentColor")


def _declarations(style: str) -> Iterator[tuple[str, str]]:
    for declaration in style.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            yield name.strip(), value.strip()

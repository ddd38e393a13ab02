"""Tables read back as their readers see them: a browser, GitHub, LaTeX, a terminal."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class Tables(HTMLParser):
    """Reads HTML as a browser would: cells by row, and whether every element was closed."""

    def __init__(self):
        super().__init__()
        self.open, self.rows, self.captions, self.styles = [], [], [], set()

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.styles.add(dict(attributes).get("style"))
        if tag == "caption":
            self.captions.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data.strip()
        if self.open and self.open[-1] == "caption":
            self.captions[-1] += data


def read_html(text):
    """Return the cells by row, the header first."""
    tables = Tables()
    tables.feed(text)
    tables.close()
    assert not tables.open
    return tables.rows


def read_markdown(text):
    """Return the cells by row as markdown-it shows them, the header first."""
    from markdown_it import MarkdownIt

    return read_html(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))


def read_latex(text):
    """Return the cells by row of every tabular, as LaTeX would print them."""
    (body,) = re.findall(r"\\begin\{tabular\}\{[lr]+\}\n(.*?)\\end\{tabular\}", text, re.DOTALL)
    lines = [line for line in body.splitlines() if line.endswith(r"\\")]
    return [
        [_print_latex(cell).strip() for cell in re.split(r"(?<!\\)&", line.removesuffix(r"\\"))]
        for line in lines
    ]


def read_text(text):
    """Return the cells by line of a table for terminals, the header first."""
    lines = [line for line in text.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def read_open(text):
    """Return the cells by line of each table under a rule, as it is cut to a terminal's width."""
    lines = text.splitlines()
    rules = [at for at, line in enumerate(lines) if line and not line.replace("─", "").strip()]
    return [_cut_lines(lines, at) for at in rules]


def _cut_lines(lines, rule):
    first = last = rule
    while first and lines[first - 1]:
        first -= 1
    while last + 1 < len(lines) and lines[last + 1]:
        last += 1
    spans = [found.span() for found in re.finditer("─+", lines[rule])]
    kept = [*lines[first:rule], *lines[rule + 1 : last + 1]]
    return [[_cut(line, *span).strip() for span in spans] for line in kept]


def _cut(line, start, end):
    """Cut the columns of a terminal out of a line; a letter may take two of them, or none."""
    from rich.cells import cell_len

    return "".join(letter for at, letter in enumerate(line) if start <= cell_len(line[:at]) < end)


_LATEX = {
    r"\textbackslash{}": "\\",
    r"\textasciitilde{}": "~",
    r"\ensuremath{<}": "<",
    r"\ensuremath{>}": ">",
    r"\^{}": "^",
    "{[}": "[",
    "{*}": "*",
} | {rf"\{character}": character for character in "&%$#_{}"}
_WRITTEN = re.compile("|".join(re.escape(text) for text in sorted(_LATEX, key=len, reverse=True)))


def _print_latex(source):
    assert not set("&%$#_{}~^\\") & set(_WRITTEN.sub("", source)), source
    return _WRITTEN.sub(lambda found: _LATEX[found[0]], source)

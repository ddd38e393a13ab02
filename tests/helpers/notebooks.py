"""Notebooks run cell by cell in a fresh interpreter, as Jupyter does it.

``python tests/helpers/notebooks.py`` runs those of the documentation and stores what they print.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
_RUNNER = """
import ast, contextlib, io, json, sys

def show(value):
    text = str(value) if hasattr(value, "_repr_pretty_") else repr(value)
    page = getattr(value, "_repr_html_", lambda: None)()
    return {"text/plain": text} | ({"text/html": page} if page else {})

space, outputs = {"__name__": "__main__"}, []
for source in json.load(sys.stdin):
    tree, shown, value = ast.parse(source), None, None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        shown = ast.Expression(tree.body.pop().value)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(tree, "<cell>", "exec"), space)
        if shown is not None:
            value = eval(compile(shown, "<cell>", "eval"), space)
    outputs.append([said.getvalue(), None if value is None else show(value)])
json.dump(outputs, sys.stdout)
"""


def read_notebook(path):
    return json.loads(path.read_text(encoding="utf-8"))


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run_cells(notebook, **settings):
    """Run a notebook's code; what each cell prints and shows, as notebooks store it."""
    sources = ["".join(cell["source"]) for cell in code_cells(notebook)]
    done = subprocess.run(
        [sys.executable, "-c", _RUNNER],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        check=False,
        **settings,
    )
    assert done.returncode == 0, done.stderr
    return [_store(*each, count) for count, each in enumerate(json.loads(done.stdout), start=1)]


def _store(said, shown, count):
    outputs = []
    if said:
        outputs.append({"name": "stdout", "output_type": "stream", "text": _lines(said)})
    if shown:
        data = {kind: _lines(text) for kind, text in sorted(shown.items())}
        outputs.append({"data": data, "execution_count": count, "metadata": {},
                        "output_type": "execute_result"})  # fmt: skip
    return outputs


def texts_of(outputs):
    """What people read of a cell's outputs, HTML aside."""
    return ["".join(each.get("text") or each["data"]["text/plain"]) for each in outputs]


def _lines(text):
    return text.splitlines(keepends=True)


def write_outputs(path):
    notebook = read_notebook(path)
    cells = code_cells(notebook)
    for count, (cell, outputs) in enumerate(zip(cells, run_cells(notebook), strict=True), start=1):
        cell["outputs"], cell["execution_count"] = outputs, count
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    for path in sorted(DOCS.glob("*.ipynb")):
        write_outputs(path)

"""What a file imports of its own folder belongs to it."""

from __future__ import annotations

from own_files import write_file

from benchmark.plugins.neighbours import hash_sources, list_sources


def test_what_is_imported_of_the_folder_is_found_however_deep(tmp_path):
    mine = write_file(tmp_path, "mine.py", "import numpy, near\ndef f():\n    import parts.deep.er")
    write_file(tmp_path, "near.py", "from parts import other")
    write_file(tmp_path, "unrelated.py", "")
    write_file(tmp_path / "parts", "__init__.py", "")
    write_file(tmp_path / "parts", "other.py", "from .sibling import thing")
    write_file(tmp_path / "parts", "sibling.py", "from . import *")
    write_file(tmp_path / "parts" / "deep", "er.py", "from .. import mine_too")
    write_file(tmp_path / "parts", "mine_too.py", "import near, benchmark, syntax_error")
    write_file(tmp_path, "syntax_error.py", "def (")
    write_file(tmp_path / "benchmark", "__init__.py", "")
    assert sorted(list_sources(mine)) == [
        "mine.py",
        "near.py",
        "parts/__init__.py",
        "parts/deep/er.py",
        "parts/mine_too.py",
        "parts/other.py",
        "parts/sibling.py",
        "syntax_error.py",
    ]


def test_the_hash_is_of_names_and_contents_wherever_they_lie(tmp_path):
    one, other = (write_file(tmp_path / name, "mine.py", "import near") for name in "ab")
    write_file(tmp_path / "a", "near.py", "x = 1")
    near = write_file(tmp_path / "b", "near.py", "x = 1")
    assert hash_sources(list_sources(one)) == hash_sources(list_sources(other))
    near.write_text("x = 2")
    assert hash_sources(list_sources(one)) != hash_sources(list_sources(other))

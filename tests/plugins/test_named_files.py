"""Files become plugins by being named, and are imported as they are now."""

from __future__ import annotations

import os
import sys

import pytest
from own_files import FUNCTION, write_file

from benchmark.errors import PluginError, UsageError
from benchmark.plugins.named_files import (
    FILES,
    import_file,
    keeping_named_files,
    name_file,
    named_files,
)


@pytest.fixture(autouse=True)
def _own_paths(monkeypatch):
    monkeypatch.delenv(FILES, raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])


def test_named_files_are_whole_paths_that_outlive_the_working_directory(tmp_path, monkeypatch):
    first = write_file(tmp_path / "with blank", "mine.py", FUNCTION)
    second = write_file(tmp_path, "other.py", FUNCTION)
    monkeypatch.chdir(tmp_path)
    with keeping_named_files():
        for path in ("with blank/mine.py", "./other.py", "with blank/../other.py"):
            name_file(path)
        assert named_files() == [first, second]
        assert os.environ[FILES] == f"{first}:{second}"
    assert named_files() == []


def test_what_is_no_file_of_pythons_is_refused(tmp_path):
    (tmp_path / "folder.py").mkdir()
    refused = {
        "none.py": "no file '.*none.py'; expected a Python file, as ./mine.py",
        "folder.py": "is a folder",
        "mine.txt": "does not end in .py",
        "a:b.py": "has ':' in it",
    }
    write_file(tmp_path, "mine.txt", FUNCTION)
    write_file(tmp_path, "a:b.py", FUNCTION)
    for name, told in refused.items():
        with pytest.raises(UsageError, match=told):
            name_file(tmp_path / name)
    name_file(write_file(tmp_path / "a", "mine.py", FUNCTION))
    with pytest.raises(UsageError, match=r"two files are called 'mine\.py'"):
        name_file(write_file(tmp_path / "b", "mine.py", FUNCTION))


def test_a_file_is_imported_once_and_anew_when_it_or_a_neighbour_changed(tmp_path):
    mine = write_file(tmp_path, "mine.py", "import near_mine\nX = near_mine.X")
    near = write_file(tmp_path, "near_mine.py", "X = 1")
    first = import_file(mine)
    assert import_file(mine) is first
    near.write_text("X = 22")
    assert import_file(mine).module.X == 22
    assert import_file(mine).content_id != first.content_id
    mine.write_text("X = 3")
    assert import_file(mine).module.X == 3


def test_what_is_no_python_is_told_with_its_line(tmp_path):
    with pytest.raises(PluginError, match=r"mine.py', line 2, is no Python: SyntaxError"):
        import_file(write_file(tmp_path, "mine.py", "x = 1\ndef caption(clips: return"))
    with pytest.raises(PluginError, match="is no Python"):
        import_file(write_file(tmp_path, "nul.py", "x = 1\0"))


def test_a_neighbour_that_another_module_goes_before_is_refused(tmp_path):
    write_file(tmp_path / "b", "clicks.py", "")
    import_file(write_file(tmp_path / "b", "b.py", "import clicks"))
    write_file(tmp_path / "a", "json.py", "")
    write_file(tmp_path / "a", "clicks.py", "")
    for name in ("json", "clicks"):
        with pytest.raises(PluginError, match=f"imports '{name}', which is in its folder and"):
            import_file(write_file(tmp_path / "a", f"of_{name}.py", f"import {name}"))
    sys.modules.pop("clicks")

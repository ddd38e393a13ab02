"""The files of a distribution, however it was installed."""

from __future__ import annotations

import importlib
import json
import sys

import pytest

from benchmark.plugins.source_files import find_sources, walk_files


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Write modules and metadata into a folder on the path, and import the first module."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    before = set(sys.modules)

    def install(files, *, record=(), editable=None, module="bench_odd", at=site):
        write(at, files)
        if at is not site:
            monkeypatch.syspath_prepend(str(at))
        metadata = site / "odd-1.0.dist-info"
        lines = "".join(f"{name},,\n" for name in (*record, "odd-1.0.dist-info/METADATA"))
        write(metadata, {"METADATA": "Name: odd\nVersion: 1.0\n", "RECORD": lines})
        if editable:
            record = {"url": editable.as_uri(), "dir_info": {"editable": True}}
            (metadata / "direct_url.json").write_text(json.dumps(record))
        importlib.invalidate_caches()
        importlib.import_module(module)
        return sorted(find_sources("odd", module))

    yield install
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


FILES = {
    "bench_odd/__init__.py": "",
    "bench_odd/net.py": "",
    "bench_odd/w.bin": "w",
    "bench_odd/.notes": "",
    "bench_odd/__pycache__/old.pyc": "",
}


def test_of_a_wheel_they_are_what_its_record_lists(install):
    listed = ["bench_odd/__init__.py", "bench_odd/w.bin", "data/vocabulary.txt"]
    found = install({**FILES, "data/vocabulary.txt": "a"}, record=[*listed, "gone.py", "x.pyc"])
    assert found == listed


def test_of_a_folder_on_the_path_they_are_those_of_its_package(install):
    assert install(FILES) == ["bench_odd/__init__.py", "bench_odd/net.py", "bench_odd/w.bin"]


def test_of_one_module_it_is_one_file(install):
    assert install({"bench_odd.py": "", "other.py": ""}) == ["bench_odd.py"]


def test_of_an_editable_install_they_are_its_packages_and_the_code_beside(install, tmp_path):
    project = tmp_path / "project with a blank"
    aside = ["tests/test_odd.py", "build/lib/x.py", ".venv/y.py", "conftest.py", "env/z.py"]
    own = {f"src/{name}": text for name, text in FILES.items()}
    project_files = {**own, "tools/mine.py": "", "README.md": "", "env/pyvenv.cfg": ""}
    write(project, {**project_files, **dict.fromkeys(aside, "")})
    found = install({}, record=["__editable__.pth"], editable=project, at=project / "src")
    assert found == [
        "bench_odd/__init__.py",
        "bench_odd/net.py",
        "bench_odd/w.bin",
        "src/bench_odd/__init__.py",
        "src/bench_odd/net.py",
        "tools/mine.py",
    ]


def test_a_module_from_elsewhere_than_its_distribution_is_looked_at_where_it_is(install, tmp_path):
    write(tmp_path / "site", FILES)
    shadow = {"bench_odd/__init__.py": "", "bench_odd/own.py": ""}
    found = install(shadow, record=["bench_odd/__init__.py"], at=tmp_path / "shadow")
    assert found == sorted(shadow)


def test_of_what_nobody_imported_there_are_none():
    assert find_sources("", "") == {}
    assert find_sources("no-such-distribution", "no_such_module") == {}
    assert find_sources("pip", "sys") == {}


def test_a_link_to_a_folder_above_is_no_endless_walk(tmp_path):
    write(tmp_path, {"a/b.py": ""})
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    assert list(walk_files(tmp_path)) == [tmp_path / "a" / "b.py"]

"""What the wheel holds is what there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from setuptools import find_packages

ROOT = Path(__file__).parent.parent
PROJECTS = [ROOT / "pyproject.toml", *(ROOT / "plugins").glob("*/pyproject.toml")]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]


def test_every_package_of_the_source_is_in_the_wheel():
    modules = (ROOT / "benchmark").rglob("*.py")
    packages = {".".join(path.parent.relative_to(ROOT).parts) for path in modules}
    included = SETTINGS["setuptools"]["packages"]["find"]["include"]
    assert set(find_packages(str(ROOT), include=included)) == packages


def test_every_file_that_is_no_module_is_in_the_wheel():
    given = SETTINGS["setuptools"]["package-data"]
    for path in (ROOT / "benchmark").rglob("*"):
        if path.is_file() and path.suffix not in {".py", ".pyc"}:
            package = ".".join(path.parent.relative_to(ROOT).parts)
            assert any(path.match(pattern) for pattern in given.get(package, ())), path


def test_what_is_released_together_has_one_version():
    versions = {
        str(path.relative_to(ROOT)): tomllib.loads(path.read_text(encoding="utf-8"))["project"][
            "version"
        ]
        for path in PROJECTS
    }
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    versions["CITATION.cff"] = re.search(r"^version: (.+)$", citation, flags=re.MULTILINE)[1]
    assert len(versions) == 6
    assert len(set(versions.values())) == 1, versions

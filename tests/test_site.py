"""The site shows every page of docs/, takes nothing from other hosts, and its tutorial is run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from benchmark.cli.main import bench

ROOT = Path(__file__).parents[1]
SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")


def pages_of(navigation):
    for entry in navigation:
        if isinstance(entry, str):
            yield entry
        else:
            for section in entry.values():
                yield from pages_of(section if isinstance(section, list) else [section])


def test_every_page_is_in_the_navigation_once():
    shown = sorted(pages_of(SITE["nav"]))
    there = sorted(path.name for path in (ROOT / "docs").glob("*.md"))
    assert shown == there, "a page of docs/ goes into a section of mkdocs.yml"
    folders = {path.relative_to(ROOT / "docs").parts[0] for path in (ROOT / "docs").glob("*/*.md")}
    assert folders == {"decisions"}, "docs/site_pages.py lists these folders"


def test_nothing_comes_from_another_host():
    assert SITE["theme"]["font"] is False
    assert "extra_javascript" not in SITE
    (style,) = SITE["extra_css"]
    assert "url" not in (ROOT / "docs" / style).read_text(encoding="utf-8")
    assert not re.search(r"```mermaid|<script|<iframe|<link", "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")
    ))  # fmt: skip


def test_links_that_break_the_site_are_warnings_for_a_strict_build_to_fail_on():
    assert set(SITE["validation"].values()) == {"warn"}
    assert set(SITE["validation"]) == {
        "omitted_files", "absolute_links", "unrecognized_links", "anchors",
    }  # fmt: skip


@pytest.fixture
def tutorial_folder(tmp_path, monkeypatch):
    """Lay out the files that the tutorial asks for, as it spells them."""
    monkeypatch.chdir(tmp_path)
    for name, content in re.findall(r'```csv title="(.+?)"\n(.*?)```', TUTORIAL, re.DOTALL):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


def test_the_commands_of_the_tutorial_print_the_values_that_it_shows(tutorial_folder):
    said = {}
    for line in "".join(re.findall(r"```sh\n(.*?)```", TUTORIAL, re.DOTALL)).splitlines():
        program, *arguments = shlex.split(line)
        assert program == "bench"
        done = CliRunner().invoke(bench, arguments, env={"COLUMNS": "200"})
        assert done.exit_code == 0, (line, done.output, done.exception)
        said[f"{arguments[0]} {arguments[1]}"] = done.stdout
    assert len(said) == 5
    values = {
        "score mine.csv": ("264.4", "62.3", "82.5", "398e0ebb7b97"),
        "compare runs/own::mine": ("264.35", "+202.07", "too few clips"),
        "show runs/own": ("A dog barks in a yard", "an animal makes a sound", "376.3"),
        "run --systems": ("86.6", "21.5", "5ac3942a781b"),
        "report runs/own": (),
    }
    for command, figures in values.items():
        for figure in figures:
            assert figure in TUTORIAL
            assert figure in said[command]
    assert (tutorial_folder / "page" / "index.html").is_file()

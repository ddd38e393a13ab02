"""The commands that list things: as text for a terminal, and as tables in every other format."""

from __future__ import annotations

import csv
import io
import json

import pytest
from click.testing import CliRunner
from read_tables import read_html, read_markdown

from benchmark.cli.main import bench as cli
from benchmark.display.layout import FORMATS

LISTINGS = {
    "systems": ("constant", "random-train", "human"),
    "systems constant": ("caption",),
    "encoders": ("mini", "vggish", "gives"),
    "datasets": ("clotho", "folder", "Tampere University licence"),
    "doctor": ("python", "METEOR jar"),
    "plugins list": ("core-systems", "aac-bench"),
    "fetch --list": ("spice", "clotho", "GPL-3.0-or-later"),
    "data verify soundscapes": ("soundscapes", "120"),
}


def listed(command, *arguments):
    result = CliRunner().invoke(cli, [*command.split(), *arguments])
    assert result.exit_code in (0, 3), result.output
    return result.stdout


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", LISTINGS)
def test_every_listing_comes_in_every_format(command, form):
    text = listed(command, "--format", form)
    for word in LISTINGS[command]:
        assert word in text.replace(r"\_", "_")
    assert (r"\begin{tabular}" in text) == (form == "latex")
    assert ("<table>" in text) == (form == "html")


@pytest.mark.parametrize("command", LISTINGS)
def test_text_is_the_default_and_no_table(command):
    text = listed(command)
    assert text == listed(command, "--format", "text")
    assert "│" not in text


def test_programs_read_names_summaries_and_options():
    systems = json.loads(listed("systems", "--format", "json"))
    (constant,) = (row for row in systems["systems"] if row["system"] == "constant")
    assert constant["kind"] == "floor"
    assert constant["distribution"].startswith("aac-bench ")
    assert {row["line-up"] for row in systems["lineups"]} >= {"koizumi2020", "wsac2023"}
    rows = csv.DictReader(io.StringIO(listed("encoders", "--format", "csv")))
    options = [row for row in rows if row["table"] == "options" and row["encoder"] == "vggish"]
    assert {"weights", "seed", "postprocess"} <= {row["option"] for row in options}


def test_readers_of_pages_see_the_same_rows_as_those_of_sources():
    header, *rows = read_markdown(listed("plugins list", "--format", "md"))
    assert header == ["plugin", "distribution", "brings"]
    assert "core-systems" in {row[0] for row in rows}
    assert read_html(listed("plugins list", "--format", "html")) == [header, *rows]


def test_a_passport_is_the_same_json_by_either_option():
    passport = json.loads(listed("data verify soundscapes", "--format", "json"))
    assert json.loads(listed("data verify soundscapes", "--json")) == passport
    lines = csv.DictReader(io.StringIO(listed("data verify soundscapes", "--format", "csv")))
    values = {line["fact"]: line["value"] for line in lines}
    assert values["captions_sha256"] == passport["captions_sha256"]
    assert int(values["expected"]) == passport["expected"]

"""What the documentation shows is run."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from click.testing import CliRunner
from plugin_distributions import write_distribution

from benchmark.cli import bench as cli
from benchmark.metrics.table import METRICS

ROOT = Path(__file__).parents[1]


def code_blocks(page, language):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_the_plugin_of_the_documentation_runs(bench, toy_site, clips_folder, tmp_path):
    (pyproject,) = code_blocks("write-a-plugin.md", "toml")
    (code,) = code_blocks("write-a-plugin.md", "python")
    project = tomllib.loads(pyproject)["project"]
    assert project["entry-points"]["aac_bench"] == {"quiet": "bench_quiet"}
    site = tmp_path / "site"
    site.mkdir()
    write_distribution(site, "bench-quiet", code)
    done = bench("run", "--systems", "quiet,quiet[threshold=0.2]", "--metrics", "lexical",
                 "--dataset", f"folder:{clips_folder}", PYTHONPATH=str(site))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "quiet[threshold=0.2]" in done.stdout


def test_every_command_and_exit_code_is_in_the_reference():
    text = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    for name in cli.list_commands(None):
        assert f"bench {name}" in text


def test_every_metric_is_in_how_the_numbers_are_made():
    text = (ROOT / "docs" / "numbers.md").read_text(encoding="utf-8")
    for metric in METRICS.values():
        stem = re.sub(r"_\d$|\..*", "", metric.key)
        assert stem in text or metric.group == "vocabulary", metric.key


def test_every_command_has_help():
    for name in cli.list_commands(None):
        result = CliRunner().invoke(cli, [name, "--help"])
        assert result.exit_code == 0, result.output
        assert "Usage: " in result.output


def test_links_between_pages_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"

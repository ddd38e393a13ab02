"""What the documentation shows is run."""

from __future__ import annotations

import dataclasses
import itertools
import re
import shlex
import struct
import subprocess
import sys
import types
from pathlib import Path
from urllib.parse import unquote

import pytest
from bench_process import bench_environment
from contract_page import find_undocumented
from generated_docs import write_contract, write_pages
from notebooks import DOCS, code_cells, read_notebook, run_cells, texts_of
from run_records import run_of, system

from benchmark.cli.main import bench as cli
from benchmark.metrics.catalogue import METRICS
from benchmark.plugins.loading import declared_by
from benchmark.plugins.names import build_options, canonical_name
from benchmark.runs.tracking import describe_sealed
from benchmark.testing import check_captioner, example_clips, example_resources
from benchmark.testing.conformance import RULES

ROOT = Path(__file__).parents[1]


def code_blocks(page, language):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def first_column(page, heading):
    """Join the first cells of the table under a heading."""
    table = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(heading)[2]
    rows = itertools.takewhile(lambda line: line.startswith("|"), table.splitlines()[1:])
    return " ".join(row.split("|")[1] for row in rows)


def test_the_plugin_of_the_documentation_passes_its_tests_and_runs(tmp_path):
    for block in code_blocks("plugin.md", "toml") + code_blocks("plugin.md", "python"):
        path = tmp_path / "aac-bench-quiet" / re.match(r"# (\S+)\n", block)[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block, encoding="utf-8")
    site = tmp_path / "site"
    more = {
        "pip install": ["--no-deps", "--no-build-isolation", "--target", site],
        "bench run": ["--limit", "4", "--metrics", "lexical"],
    }
    said = {}
    for line in "".join(code_blocks("plugin.md", "sh")).splitlines():
        program, *arguments = shlex.split(line)
        module = {"bench": "benchmark.cli"}.get(program, program)
        arguments += more.get(f"{program} {arguments[0]}", [])
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=tmp_path,
            env=bench_environment(site),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        said[line] = done.stdout
    assert "1 passed" in said["pytest aac-bench-quiet"]
    assert re.search(
        r"threshold +0\.05 +amplitude from which a clip is loud\.", said["bench systems quiet"]
    )
    assert "quiet[threshold=0.2]" in list(said.values())[-1]
    assert (tmp_path / "aac-bench-hum" / "bench_hum.py").exists()


def test_the_presets_of_the_documentation_are_options_of_a_system():
    (code,) = (block for block in code_blocks("plugin.md", "python") if "# bench_tuned.py" in block)
    plugin = types.ModuleType("bench_tuned")
    sys.modules[plugin.__name__] = plugin  # dataclasses look their module up
    try:
        exec(compile(code, "bench_tuned.py", "exec"), vars(plugin))
        (spec,) = declared_by(plugin)["system"]
        options = build_options(spec, {"width": "96"})
    finally:
        del sys.modules[plugin.__name__]
    assert canonical_name(spec, options) == "tuned[width=96]"
    resolved = plugin.PRESETS.resolve(options, "soundscapes")
    assert (resolved.preset, resolved.settings) == ("mini", plugin.Settings(96, "mini"))


def test_the_system_of_the_documentation_that_explains_itself_keeps_the_contract():
    code = next(block for block in code_blocks("plugin.md", "python") if "# bench_lengths" in block)
    plugin = types.ModuleType("bench_lengths")
    exec(compile(code, "bench_lengths.py", "exec"), vars(plugin))
    (spec,) = declared_by(plugin)["system"]
    captioner = spec.prepare(example_resources(Path("unused")), None)
    # The example's clips are so alike in length that one caption is the nearest to all.
    check_captioner(dataclasses.replace(spec, prepare=lambda *_: captioner), skip={"constant"})
    (explanation,) = captioner.explain(example_clips()[:1])
    assert [piece.weight for piece in explanation["nearest captions"]] == [0.0] * 5


ASKED = """#!/usr/bin/env python3
import sys, wave
for line in sys.stdin:
    if len(sys.argv) > 1:
        sys.exit("out of memory")
    with wave.open(line.strip()) as sound:
        print(f"a sound of {sound.getnframes()} samples", flush=True)
"""


def test_the_system_of_the_documentation_around_a_program_keeps_the_contract(tmp_path):
    code = next(block for block in code_blocks("plugin.md", "python") if "# bench_outside" in block)
    plugin = types.ModuleType("bench_outside")
    sys.modules[plugin.__name__] = plugin  # dataclasses look their module up
    try:
        exec(compile(code, "bench_outside.py", "exec"), vars(plugin))
    finally:
        del sys.modules[plugin.__name__]
    program = tmp_path / "captioner"
    program.write_text(ASKED)
    program.chmod(0o755)
    (spec,) = plugin.bench_systems()
    started = []

    def prepare(resources, options):
        started.append(plugin.prepare(resources, options))
        return started[-1]

    options = plugin.OutsideOptions(str(program))
    check_captioner(dataclasses.replace(spec, prepare=prepare), options=options)
    assert [outside.program.poll() for outside in started] == [-9] * 3
    outside = plugin.prepare(example_resources(tmp_path), options)
    outside.command.append("fails")
    outside.close()
    outside.program = outside.start()
    with pytest.raises(RuntimeError, match="the program ended: out of memory"):
        outside.caption(list(example_clips()[:1]))
    outside.close()


def test_the_code_of_the_page_on_python_is_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    script = {}
    for block in code_blocks("python.md", "python"):
        exec(block, script)
    said = capsys.readouterr().out
    assert script["result"].only["cider_d"].value == script["cell"].value
    assert list(script["frame"].index) == ["captions"]
    assert script["comparison"].metrics.keys() == script["result"].only.values.keys()
    assert list(script["mine"]) == ["says-rain", "constant"]
    assert script["again"].record.content_id == script["mine"].record.content_id
    assert (script["mine"].failures, script["pair"].n_clips) == ({}, 6)
    assert "soundscapes:test, 6 of 120 clips" in said
    assert script["metric"].compute(predictions=["a b"], references=[["a b"]]) == {"rouge_l": 1.0}


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.ipynb")), ids=lambda path: path.name)
def test_a_notebook_prints_what_is_stored_in_it(path, tmp_path):
    notebook = read_notebook(path)
    again = "run `python tests/helpers/notebooks.py`"
    stored = [cell["outputs"] for cell in code_cells(notebook)]
    found = run_cells(notebook, cwd=tmp_path)
    for outputs, fresh in zip(stored, found, strict=True):
        assert texts_of(outputs) == texts_of(fresh), again
        assert [each["output_type"] for each in outputs] == [each["output_type"] for each in fresh]
    assert not list(tmp_path.iterdir())


def test_the_tracker_of_the_documentation_writes_what_tensorboard_reads(tmp_path, monkeypatch):
    from tensorboardX.proto.event_pb2 import Event

    (code,) = code_blocks("exports.md", "python")
    assert 'tensorboard = "bench_tensorboard"' in code_blocks("exports.md", "toml")[0]
    plugin = types.ModuleType("bench_tensorboard")
    exec(compile(code, "bench_tensorboard.py", "exec"), vars(plugin))
    monkeypatch.chdir(tmp_path)
    run = describe_sealed(run_of(system("toy[path=a/b]")))
    plugin.bench_run_sealed(run)
    (folder,) = (tmp_path / "tensorboard" / run.content_id).iterdir()
    assert unquote(folder.name) == "toy[path=a/b]"
    (file,) = folder.iterdir()
    values, content = {}, file.read_bytes()
    while content:  # a record is its length, a sum, itself, a sum
        end = 12 + struct.unpack("<Q", content[:8])[0]
        event, content = Event.FromString(content[12:end]), content[end + 4 :]
        values |= {value.tag: value for value in event.summary.value}
    assert values["cider_d"].simple_value == pytest.approx(0.3)
    signature = values["cider_d/signature/text_summary"].tensor.string_val[0].decode()
    assert signature == run.systems[0].metrics["cider_d"].signature


def test_every_rule_of_the_conformance_check_is_in_its_documentation():
    rules = set(re.findall(r"`([\w-]+)`", first_column("plugin.md", "| rule |")))
    assert rules == set(RULES)


def test_the_numbers_in_print_are_shown_as_the_package_holds_them():
    page = ROOT / "leaderboards" / "published.md"
    again = "run `python tests/helpers/generated_docs.py`"
    assert page.read_text(encoding="utf-8") == write_pages()[page], again


def test_every_command_is_in_the_table_of_the_reference():
    table = first_column("reference.md", "| command | what it does |")
    for name in cli.list_commands(None):
        assert f"bench {name}" in table


def test_what_help_prints_is_in_the_reference():
    again = "run `python tests/helpers/generated_docs.py`"
    page = ROOT / "docs" / "reference.md"
    assert page.read_text(encoding="utf-8") == write_pages()[page], again


def test_all_of_the_contract_is_on_its_page_with_what_it_is():
    assert find_undocumented() == []
    ((page, text),) = write_contract().items()
    again = "run `python tests/helpers/generated_docs.py`"
    assert page.read_text(encoding="utf-8") == text, again


def test_every_metric_is_in_how_the_numbers_are_made():
    text = (ROOT / "docs" / "numbers.md").read_text(encoding="utf-8")
    for metric in METRICS.values():
        stem = re.sub(r"_\d$|\..*", "", metric.key)
        assert stem in text or metric.group == "vocabulary", metric.key


def test_links_between_pages_lead_somewhere():
    folders = (ROOT, ROOT / "docs", ROOT / "docs" / "decisions", ROOT / "changelog")
    for page in (page for folder in folders for page in folder.glob("*.md")):
        is_fragment = page.parent.name == "changelog" and page.name != "README.md"
        start = ROOT if is_fragment else page.parent  # a fragment goes into CHANGELOG.md
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (start / target).exists(), f"{page.name}: {target}"


def test_decisions_are_numbered_listed_and_tell_the_road_not_taken():
    folder = ROOT / "docs" / "decisions"
    notes = sorted(folder.glob("[0-9]*.md"))
    assert [int(note.name[:4]) for note in notes] == list(range(1, len(notes) + 1))
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert listed == [note.name for note in notes]
    for note in notes:
        title, *headings = re.findall(r"^#+ (.+)$", note.read_text("utf-8"), flags=re.MULTILINE)
        assert title.startswith(f"{note.name[:4]}: "), note.name
        expected = ["Context", "Decision", "The road not taken", "Consequences"]
        assert headings == expected, note.name


def test_the_lines_that_contributors_are_shown_are_in_the_code():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = re.findall(
        r"^ *```python\n *# (\S+)\n(.*?)^ *```$", text, flags=re.DOTALL | re.MULTILINE
    )
    assert len(blocks) >= 15
    for path, block in blocks:
        source = bare_lines((ROOT / path).read_text(encoding="utf-8"))
        for part in bare_lines(block).split("\n...\n"):
            assert part in source, f"{path} no longer holds:\n{part}"


def bare_lines(text):
    return "\n".join(line.strip() for line in text.strip().splitlines())

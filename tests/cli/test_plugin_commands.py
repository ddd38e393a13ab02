"""Commands that plugins bring: listed without an import, able to break only themselves."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from bench_process import bench_environment
from click.testing import CliRunner
from plugin_distributions import write_distribution

from benchmark.cli import main as module
from benchmark.cli.main import bench, main
from benchmark.cli.own_commands import MOVED_OUT, OWN_COMMANDS
from benchmark.plugins.entries import go_without
from benchmark.runs import read_run

GROUP = "aac_bench_commands"
CODE = """
import click
from benchmark import CommandSpec, DataError, hookimpl

BENCH_API = 2

@click.command()
@click.argument("what", default="sounds")
@click.option("--code", type=int)
def hum(what, code):
    '''Hum for a while.'''
    {body}

@hookimpl
def bench_commands():
    yield CommandSpec("hum", "Hum for a while.", lambda: hum)
"""
HUMS = "click.echo(f'hums {what}')"


@pytest.fixture
def install(site):
    def write(body=HUMS, name="hum", code=CODE, **changes):
        text = code.replace("{body}", body)
        for there, wrong in changes.items():
            text = text.replace(there, wrong)
        write_distribution(site, name, text, group=GROUP)

    return write


def tell(capsys, *arguments):
    """Run a command line; returns exit code, standard output and error."""
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    return ended.value.code, *capsys.readouterr()


def test_help_lists_them_with_who_brings_them_and_imports_nothing(install):
    install(code="raise RuntimeError('imported')")
    done = CliRunner().invoke(bench, ["--help"])
    assert done.exit_code == 0
    assert "Commands of plugins:\n" in done.output
    (line,) = (line for line in done.output.splitlines() if line.split()[:1] == ["hum"])
    assert line.split() == ["hum", "hum", "0.1"]
    assert "hum" not in sys.modules


def test_a_command_has_arguments_help_and_output_as_any(install, capsys):
    install()
    assert tell(capsys, "hum", "rain") == (0, "hums rain\n", "")
    code, out, _ = tell(capsys, "hum", "--help")
    assert code == 0
    assert out.startswith("Usage: bench hum [OPTIONS] [WHAT]\n\n  Hum for a while.")
    code, _, err = tell(capsys, "hum", "--loud")
    assert code == 2
    assert "No such option" in err


def test_a_group_has_commands_of_its_own(install, capsys):
    install(code=CODE.replace("lambda: hum", "lambda: click.Group('hum', [hum])"))
    assert tell(capsys, "hum", "hum", "rain") == (0, "hums rain\n", "")
    assert tell(capsys, "hum", "hum", "--help")[1].startswith("Usage: bench hum hum [OPTIONS]")
    code, _, err = tell(capsys, "hum", "sing")
    assert code == 2
    assert "No such command 'sing'" in err


def test_a_name_that_nobody_could_type_is_shown_as_it_is(site, install, capsys):
    install()
    (entry,) = site.glob("hum-*/entry_points.txt")
    entry.write_text(f"[{GROUP}]\nhum \x1b[31m = hum\n")
    _, out, _ = tell(capsys, "--help")
    assert "hum \\x1b[31m" in out
    assert "\x1b" not in out
    assert "is not lower-case-with-hyphens" in tell(capsys, "plugins", "list")[1]


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("raise SystemExit(7)", 7, ""),
        ("click.get_current_context().exit(5)", 5, ""),
        ("return 3", 0, ""),
        ("raise click.UsageError('hum louder')", 2, "Error: hum louder"),
        ("raise type('Odd', (click.ClickException,), {'exit_code': 9})('odd')", 9, "Error: odd"),
        ("raise DataError('no such sound')", 2, "bench: error: no such sound\n"),
        ("raise click.Abort", 130, "Interrupted"),
    ],
)
def test_exit_codes_and_errors_are_those_of_click_and_of_the_core(
    install, capsys, body, code, words
):
    install(body)
    ended, out, err = tell(capsys, "hum")
    assert (ended, out) == (code, "")
    assert words.lower() in err.lower()
    assert "failed in its own code" not in err


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero (in hum of hum, line 12)"),
        ("open('/no/such')", "FileNotFoundError: "),
        ("from asyncio import CancelledError; raise CancelledError", "CancelledError: "),
        ("__import__('json').loads('{')", "(in hum of hum, line 12)"),
    ],
)
def test_a_fault_is_told_as_the_plugin_s_with_where(install, capsys, monkeypatch, body, words):
    install(body)
    code, _, err = tell(capsys, "hum")
    assert code == 1
    assert err.startswith("bench: error: the command 'hum' of hum 0.1 failed in its own code: ")
    assert words in err
    assert "Traceback" not in err
    monkeypatch.setenv("BENCH_TRACEBACK", "1")
    assert "Traceback" in tell(capsys, "hum")[2]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise RuntimeError('torn')", "RuntimeError: torn"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("import os; os._exit(0)", "its import calls os._exit(0)"),
        ("while True: pass", "importing hum took longer than 0.2 s"),
        ("BENCH_API = 2", "no bench_commands hook found; is @hookimpl missing on it?"),
        (CODE.replace("BENCH_API = 2", ""), "does not say which API it was written for"),
        (CODE.replace('"hum"', '"sing"'), "brings 'sing'; expected one of the entry point's name"),
        (CODE.replace("lambda: hum", "hum.name"), "hum: load is 'hum'; expected a callable"),
        (CODE.replace("lambda: hum", "lambda: 3"), "load gave 3; expected a command of click"),
        (CODE.replace("lambda: hum", "lambda: 1 / 0"), "ZeroDivisionError: division by zero"),
    ],
    ids=lambda text: text[:40] if len(text) < 80 else "",
)
def test_one_that_cannot_be_had_is_told_in_words_and_every_other_lives(
    install, capsys, monkeypatch, tmp_path, code, reason
):
    monkeypatch.setenv("BENCH_PLUGIN_TIMEOUT", "0.2")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    install(code=code, body=HUMS)
    ended, out, err = tell(capsys, "hum", "rain")
    assert (ended, out) == (2, "")
    assert err.startswith("bench: error: the command 'hum' of hum 0.1 cannot be used: ")
    assert reason in err
    assert "Traceback" not in err
    assert tell(capsys, "datasets")[0] == 0


def test_one_whose_import_kills_the_process_is_told_in_words(site, install):
    install(code="import os; os.kill(os.getpid(), 9)")
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", "hum"],
        env=bench_environment(site), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "its import ends the process, with exit code -9" in done.stderr


def test_what_an_import_prints_is_not_the_command_s_output(install, capsys):
    install(code=f"print('imported')\n{CODE}")
    code, out, _ = tell(capsys, "hum")
    assert (code, out) == (0, "hums sounds\n")


def test_a_name_that_two_claim_is_refused_with_both_named(site, install, capsys):
    install()
    other = site / "other-0.2.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 0.2\n")
    (other / "entry_points.txt").write_text(f"[{GROUP}]\nhum = other\n")
    said = "command 'hum' is declared by both hum 0.1 and other 0.2. Uninstall one, or ask its"
    code, _, err = tell(capsys, "hum")
    assert code == 2
    assert said in err
    assert said in " ".join(tell(capsys, "--help")[1].split())
    code, out, _ = tell(capsys, "plugins", "doctor")
    assert code == 1
    assert said in out


def test_a_name_of_the_core_s_stays_the_core_s_and_the_claim_is_told(install, capsys):
    install(name="datasets")
    code, out, _ = tell(capsys, "datasets")
    assert code == 0
    assert "clotho" in out
    (line,) = (ln for ln in tell(capsys, "plugins", "list")[1].splitlines() if "BROKEN" in ln)
    assert "command 'datasets' is declared by both aac-bench " in line
    assert "and datasets 0.1" in line


def test_one_that_is_switched_off_is_not_imported_and_says_so(install, capsys, monkeypatch):
    install(code="raise RuntimeError('imported')")
    code, _, err = tell(capsys, "--no-plugin", "hum", "hum")
    assert code == 2
    assert "the command 'hum' is switched off by --no-plugin" in err
    assert "hum" not in {ln.split()[0] for ln in tell(capsys, "--help")[1].splitlines() if ln}
    monkeypatch.setenv("BENCH_PLUGINS", "none")
    assert "is switched off by" in tell(capsys, "hum")[2]
    assert "(switched off by BENCH_PLUGINS=none)" in tell(capsys, "plugins", "list")[1]
    monkeypatch.delenv("BENCH_PLUGINS")
    go_without(["hum"])
    assert (
        "(switched off by --no-plugin or BENCH_WITHOUT_PLUGINS)"
        in tell(capsys, "plugins", "list")[1]
    )


def test_plugins_list_and_doctor_show_them(install, capsys):
    install()
    install(name="torn", code="def tear():\n    raise RuntimeError('torn')\n\ntear()")
    _, out, _ = tell(capsys, "plugins", "list")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert lines["hum"].endswith("`bench hum`: Hum for a while.")
    assert "BROKEN: RuntimeError: torn" in lines["torn"]
    code, out, _ = tell(capsys, "plugins", "doctor")
    assert code == 1
    assert "torn (torn 0.1): RuntimeError: torn" in out
    assert "in tear" in out


def test_options_of_bench_are_heeded_before_a_command_is_imported(install, capsys, monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    install("click.echo(SEEN)", code=f"import os\nSEEN = os.environ.get('HF_HUB_OFFLINE')\n{CODE}")
    assert tell(capsys, "--offline", "hum") == (0, "1\n", "")


def test_a_command_that_nobody_brings_names_the_nearest_of_all(install, capsys):
    install()
    code, _, err = tell(capsys, "humm")
    assert code == 2
    assert "no command named 'humm'. Did you mean 'hum'?" in err


def test_shells_complete_them_without_an_import(install):
    install(code="raise RuntimeError('imported')")
    items = bench.shell_complete(click.Context(bench), "hu")
    assert [item.value for item in items] == ["hum"]


def test_a_command_that_moved_out_says_what_to_install(capsys, monkeypatch):
    monkeypatch.setattr(module, "is_claimed", lambda name: False)
    code, _, err = tell(capsys, "gap", "run")
    assert code == 2
    assert "the command 'gap' is of aac-bench-wsac, which is not installed: pip install" in err


def test_the_command_of_the_documentation_reads_a_run(site, finished_run, capsys):
    page = (Path(__file__).parents[2] / "docs" / "plugin.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(# bench_longest\.py\n.*?)```", page, flags=re.DOTALL)
    write_distribution(site, "longest", code, group=GROUP)
    code, out, err = tell(capsys, "longest", str(finished_run), "--format", "json")
    assert (code, err) == (0, "")
    captions = {n: [*of.captions.values()] for n, of in read_run(finished_run).systems.items()}
    shown = {row["system"]: row["caption"] for table in json.loads(out).values() for row in table}
    assert shown.keys() == captions.keys()
    for name, caption in shown.items():
        assert caption in captions[name]
        assert len(caption) == max(map(len, captions[name]))


def test_what_moved_out_is_no_longer_the_core_s():
    assert not {*MOVED_OUT} & {*OWN_COMMANDS}


def test_help_stays_quick_with_fifty_of_them(site):
    def took_s():
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "benchmark.cli", "--help"],
            env=bench_environment(site), capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "Commands:" in done.stdout
        return time.monotonic() - start

    bare_s = min(took_s() for _ in range(2))
    for number in range(50):
        write_distribution(site, f"quick-{number}", "raise SystemError('imported')", group=GROUP)
    assert min(took_s() for _ in range(2)) < 2 * bare_s + 0.1

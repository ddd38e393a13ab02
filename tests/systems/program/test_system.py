"""The system ``program``: named, looked for, pinned, held to the contract, run and resumed."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bench_process import read_run
from click.testing import CliRunner
from small_clips import write_clips

from benchmark.cli.main import bench
from benchmark.datasets.audio import read_sound
from benchmark.errors import UsageError
from benchmark.runs.reading import read_run as read_sealed
from benchmark.systems.lending import ClipFiles
from benchmark.systems.makeup import pin_makeup
from benchmark.systems.needs import look_for_needs
from benchmark.systems.program.system import PROGRAM, ProgramOptions, words_of
from benchmark.systems.registry import load_registry
from benchmark.testing import check_captioner, example_clips, example_resources

PAGE = (Path(__file__).parents[3] / "docs" / "another-environment.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, flags=re.DOTALL)
SAMPLES = "a sound of {} samples"


def client(folder, name):
    (code,) = (block for _, block in BLOCKS if f"# {name}\n" in block)
    path = folder / name
    path.write_text(code, encoding="utf-8")
    return path


def options_of(*words, **options):
    return ProgramOptions(shlex.join(map(str, words)), **options)


@pytest.mark.parametrize("name", ["caption.py", "caption.sh"])
def test_the_clients_of_the_page_keep_the_contract(tmp_path, name):
    interpreter = sys.executable if name.endswith("py") else shutil.which("sh")
    check_captioner(PROGRAM, options=options_of(interpreter, client(tmp_path, name)))


def test_the_client_of_the_page_runs_on_an_old_python(tmp_path):
    python = shutil.which("python2.7")
    if python is None or subprocess.run([python, "-c", ""], capture_output=True).returncode:
        pytest.skip("no Python 2.7 is here")
    captioner = PROGRAM.prepare(
        example_resources(tmp_path), options_of(python, client(tmp_path, "caption.py"))
    )
    clip = ClipFiles(tmp_path).lend(example_clips()[0])
    assert captioner.caption([clip]) == [SAMPLES.format(len(clip.waveform))]
    captioner.close()
    assert captioner.facts["python"].startswith("2.7.")


def test_the_client_of_the_page_is_as_short_as_it_says(tmp_path):
    assert len(client(tmp_path, "caption.py").read_text().splitlines()) <= 30


def test_a_command_is_taken_apart_without_a_shell():
    assert words_of("python3 'my caption.py' --beam 4 $HOME") == (
        *("python3", "my caption.py", "--beam", "4", "$HOME"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"command": "python3 'a"}, "cannot be taken apart: No closing quotation"),
        ({"batch": 0}, "batch is 0; expected at least 1"),
        ({"sample_rate_hz": -1}, "sample_rate_hz is -1"),
        ({"restarts": -1}, "restarts is -1"),
    ],
)
def test_what_cannot_be_meant_is_refused(options, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        ProgramOptions(**options)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("", 'no command was given; expected one such as program[command="python3 caption.py"]'),
        ("no-such-program x", "there is no program 'no-such-program' here that may be executed"),
        ("/", "there is no program '/' here"),
        (__file__, "may not be executed; expected a program. Name what runs it"),
    ],
)
def test_a_program_that_is_not_here_is_told_before_any_work(tmp_path, command, told):
    name = f"program[command={json.dumps(command)}]" if command else "program"
    system, resources = load_registry().system(name), example_resources(tmp_path)
    (lack,) = look_for_needs(system, resources).lacks
    assert told in lack
    with pytest.raises(UsageError, match=re.escape(told)):
        PROGRAM.prepare(resources, system.options)


def test_the_makeup_holds_the_program_and_the_files_that_the_command_names(tmp_path):
    program, weights = client(tmp_path, "caption.sh"), tmp_path / "model.pt"
    weights.write_text("1")
    command = f"sh {program} --weights={weights} --beam 4 / {'x' * 5_000}"
    name = f"program[command={json.dumps(command)},weights={json.dumps(str(tmp_path))}]"
    then = pin_makeup(load_registry().system(name))
    assert {Path(path).name for path in then.weights} == {
        *(Path(shutil.which("sh")).name, "caption.sh", "model.pt", "option weights")
    }  # fmt: skip
    weights.write_text("2")
    (*changed, folder) = then.changes_to(pin_makeup(load_registry().system(name)), "it")
    assert (len(changed), folder.partition("/")[0]) == (1, "the weights of " + tmp_path.name)


def test_a_program_that_cannot_be_executed_says_so(tmp_path):
    path = tmp_path / "odd"
    path.write_bytes(b"\x7fELF")
    path.chmod(0o755)
    with pytest.raises(Exception, match="cannot be started: Exec format error"):
        PROGRAM.prepare(example_resources(tmp_path), options_of(path))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    write_clips(folder / "clips", n_test=6)
    return folder


def bench_in(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "benchmark.cli", *map(str, arguments)],
        cwd=folder, env=os.environ, capture_output=True, text=True, timeout=100,
    )  # fmt: skip


def captions_of(run):
    return [row["caption"] for row in read_run(run)["rows"]]


def test_a_run_around_a_program_bears_a_kill_and_is_not_resumed_after_an_edit(place, monkeypatch):
    lengths = [len(read_sound(place / "clips" / f"test-{n:02d}.wav", 8_000)) for n in range(6)]
    monkeypatch.chdir(place)
    client(place, "caption.py")
    program = place / "caption.py"
    killed = "if asked['clips'][0]['id'] == 'test-03.wav': os.kill(os.getpid(), 9)"
    program.write_text(program.read_text().replace("    try:\n", f"    {killed}\n    try:\n"))
    name = f'program[command="{sys.executable} caption.py",sample_rate_hz=8000]'
    command = ["run", "--systems", name, "--dataset", "folder:clips:test", "--out", "run",
               "--metrics", "bleu_1", "--profile", "0"]  # fmt: skip
    done = bench_in(place, *command, "--max-failures", "1")
    assert done.returncode == 1
    expected = [SAMPLES.format(n) for n in lengths]
    assert captions_of(place / "run") == [*expected[:3], None, *expected[4:]]
    failed = read_run(place / "run")["rows"][3]
    assert failed["error"].startswith("EndedError: the program was killed by SIGKILL")
    manifest = json.loads((place / "run" / "manifest.json").read_text())
    told = manifest["systems"][name]
    assert (told["facts"]["restarts of the program"], told["trained_on"]) == (1, [])
    assert manifest["peak_rss_mib"] > 0
    client(place, "caption.py")
    refused = CliRunner().invoke(bench, ["run", "--resume", "run", "--isolation", "none"])
    assert "the weights of" in str(refused.exception)
    assert "caption.py. Put back" in str(refused.exception)


def test_a_program_runs_in_the_process_of_the_bench_too(place, monkeypatch):
    monkeypatch.chdir(place)
    client(place, "caption.sh")
    done = CliRunner().invoke(
        bench,
        ["run", "--systems", 'my own=program[command="sh caption.sh"]',
         "--dataset", "folder:clips:test", "--out", "here", "--metrics", "bleu_1",
         "--profile", "2", "--isolation", "none",
         "--batch-size", "4"],
        catch_exceptions=False,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    lengths = [len(read_sound(place / "clips" / f"test-{n:02d}.wav", 16_000)) for n in range(6)]
    assert captions_of(place / "here") == [SAMPLES.format(n) for n in lengths]
    manifest = json.loads((place / "here" / "manifest.json").read_text())
    told = manifest["systems"]["my own"]
    assert (told["latency"]["n_calls"], told["latency"]["void"]) == (2, None)
    assert 'my own: program[command="sh caption.sh"]' in done.output
    (place / "here" / "manifest.json").unlink()
    again = CliRunner().invoke(bench, ["run", "--resume", "here", "--isolation", "none"])
    assert again.exit_code == 0, again.output
    (row,) = read_sealed(place / "here").systems.values()
    assert (row.name, row.planned.spelling) == (
        *("my own", 'my own=program[command="sh caption.sh"]'),
    )  # fmt: skip


def test_the_commands_of_the_page_give_what_its_clients_say(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("caption.py", "caption.sh"):
        client(tmp_path, name)
    commands = [block for language, block in BLOCKS if language == "sh" and "bench run" in block]
    fast = ["--metrics", "bleu_1", "--profile", "0", "--isolation", "none"]
    said = []
    for number, command in enumerate(commands):
        out = f"run-{number}"
        _, *arguments = shlex.split(command)
        done = CliRunner().invoke(bench, [*arguments, *fast, "--out", out], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        systems = read_sealed(tmp_path / out).systems
        (row,) = (systems[name] for name in systems if name.startswith("program["))
        said.append(row.captions)
    assert len(said) == 2
    assert said[0] == said[1]
    assert len(said[0]) == 4

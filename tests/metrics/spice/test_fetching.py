"""SPICE's parser fetched from real archives and a real server; believed by sums, whole or not."""

from __future__ import annotations

import shutil
import zipfile

import pytest
from file_server import serving
from killed import run_until, run_with_small_files
from parser_jars import CODE_JAR, MODELS_JAR, flip_byte, parser_jars, repack

from benchmark.errors import MachineError, MissingWeightsError
from benchmark.machine.fetchable import FetchOptions
from benchmark.metrics.spice.fetching import FETCHABLE, Source, fetch_parser
from benchmark.metrics.spice.parser_files import OTHER_SUMS, find_parser_files

COUNTRIES = "edu/stanford/nlp/models/dcoref/countries"
ZIP = "stanford-corenlp-full-2015-12-09.zip"


@pytest.fixture(autouse=True)
def models(monkeypatch, tmp_path):
    """A machine without the parser; the folder of models is given back."""
    monkeypatch.delenv("BENCH_SPICE_JARS", raising=False)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "models"


@pytest.fixture(scope="module")
def whole_models(tmp_path_factory):
    """Models as large as the makers' for whoever reads all of it: 30 MB that nobody wants."""
    target = tmp_path_factory.mktemp("whole") / MODELS_JAR
    others = {"ner/unread.ser.gz": bytes(30_000_000)}
    return repack(parser_jars() / MODELS_JAR, target, method=zipfile.ZIP_STORED, others=others)


@pytest.fixture(scope="module")
def makers_zip(tmp_path_factory, whole_models):
    """A zip like the makers': a folder with both jars, and jars and texts beside them."""
    path = tmp_path_factory.mktemp("zip") / ZIP
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("full/../../escaped.jar", b"no archive at all")
        archive.writestr("full/README.txt", "Stanford CoreNLP")
        archive.write(whole_models, f"full/{MODELS_JAR}")
        archive.write(parser_jars() / CODE_JAR, f"full/{CODE_JAR}")
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_with_the_cut_jars_is_taken_and_found(models):
    files, is_new = fetch_parser([str(parser_jars())])
    assert is_new
    assert files == find_parser_files()
    assert files.is_official
    assert names(models) == ["spice"]
    assert names(models / "spice") == ["ORIGIN.txt", MODELS_JAR, CODE_JAR]


def test_the_makers_zip_is_cut_to_the_same_bytes(models, makers_zip, tmp_path):
    fetch_parser([str(makers_zip)])
    from_zip = {path.name: path.read_bytes() for path in (models / "spice").iterdir()}
    shutil.rmtree(models)
    fetch_parser([str(parser_jars())])
    assert {path.name: path.read_bytes() for path in (models / "spice").iterdir()} == from_zip
    assert not (tmp_path / "escaped.jar").exists()


def test_two_jars_of_any_name_are_given_one_by_one(models, whole_models, tmp_path):
    shutil.copyfile(parser_jars() / CODE_JAR, tmp_path / "code.bin")
    files, _ = fetch_parser([str(whole_models), str(tmp_path / "code.bin")])
    assert files.is_official
    assert sum(path.stat().st_size for path in files.jars) < 17_000_000


def test_what_is_there_is_not_fetched_again(models):
    fetch_parser([str(parser_jars())])
    before = {path: path.stat().st_mtime_ns for path in (models / "spice").iterdir()}
    assert fetch_parser(["/nowhere"]) == (find_parser_files(), False)
    assert {path: path.stat().st_mtime_ns for path in (models / "spice").iterdir()} == before
    told = FETCHABLE.fetch(FetchOptions(models))
    assert told[0] == "SPICE's parser is here already:"


def test_half_of_it_is_named_and_nothing_is_kept(models):
    with pytest.raises(MissingWeightsError, match=f"holds no code of .*expected {ZIP}"):
        fetch_parser([str(parser_jars() / MODELS_JAR)])
    assert not models.exists() or names(models) == []


def test_other_content_is_refused_with_both_sums_and_taken_when_allowed(models, tmp_path):
    other = repack(
        parser_jars() / MODELS_JAR, tmp_path / MODELS_JAR, others={COUNTRIES: b"Utopia\n"}
    )
    given = [str(other), str(parser_jars() / CODE_JAR)]
    with pytest.raises(MissingWeightsError, match=f"{COUNTRIES} of .* has sha256 .*; expected aca"):
        fetch_parser(given)
    assert not (models / "spice").exists()
    files, _ = fetch_parser(given, allow_other_sums=True)
    assert not files.is_official
    assert find_parser_files().fingerprint == files.fingerprint
    assert (models / "spice" / OTHER_SUMS).read_text() == f"{files.sums[COUNTRIES]}  {COUNTRIES}\n"
    official, is_new = fetch_parser([str(parser_jars())])  # others do not count as there
    assert is_new
    assert official.is_official
    assert names(models / "spice") == ["ORIGIN.txt", MODELS_JAR, CODE_JAR]


@pytest.mark.parametrize("at", [200, 4_000_000, 8_880_000])
def test_a_flipped_byte_is_never_taken(models, tmp_path, at):
    shutil.copyfile(parser_jars() / MODELS_JAR, tmp_path / MODELS_JAR)
    flip_byte(tmp_path / MODELS_JAR, at=at)
    with pytest.raises(MissingWeightsError):
        fetch_parser([str(tmp_path / MODELS_JAR), str(parser_jars() / CODE_JAR)])
    assert not (models / "spice").exists()


def test_an_archive_cut_short_is_told(models, tmp_path):
    (tmp_path / ZIP).write_bytes((parser_jars() / MODELS_JAR).read_bytes()[:1_000_000])
    with pytest.raises(MissingWeightsError, match=r"\.zip is damaged, cut short or no archive"):
        fetch_parser([str(tmp_path / ZIP)])
    assert not (models / "spice").exists()


def test_an_entry_that_would_fill_the_disk_is_not_unpacked(models, tmp_path):
    bomb = repack(
        parser_jars() / MODELS_JAR, tmp_path / MODELS_JAR, others={COUNTRIES: bytes(50_000_000)}
    )
    with pytest.raises(MissingWeightsError, match="would have 50,000,000 bytes; expected 3,940"):
        fetch_parser([str(bomb)], allow_other_sums=True)


def test_a_folder_that_holds_damage_is_mended(models):
    fetch_parser([str(parser_jars())])
    flip_byte(models / "spice" / MODELS_JAR, at=4_000_000)
    files, is_new = fetch_parser([str(parser_jars())])
    assert is_new
    assert files.is_official


def test_the_folder_that_spice_jars_names_is_filled_and_what_lies_there_stays(
    models, monkeypatch, tmp_path
):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    monkeypatch.setenv("BENCH_SPICE_JARS", str(folder))
    files, _ = fetch_parser([str(parser_jars())])
    assert files.jars[0].parent == folder
    assert (folder / "notes.txt").read_text() == "mine"
    assert not models.exists()


def test_what_is_fetched_comes_before_another_version_that_lies_there(
    monkeypatch, tmp_path, models
):
    folder = tmp_path / "mine"
    folder.mkdir()
    repack(parser_jars() / MODELS_JAR, folder / "a.jar", others={COUNTRIES: b"Utopia\n"})
    shutil.copyfile(parser_jars() / CODE_JAR, folder / "b.jar")
    monkeypatch.setenv("BENCH_SPICE_JARS", str(folder))
    with pytest.raises(MissingWeightsError, match=COUNTRIES):
        find_parser_files()
    files, _ = fetch_parser([str(parser_jars())])
    assert files.is_official
    assert find_parser_files() == files


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_is_told_whatever_an_entry_is_packed_with(tmp_path, method):
    jar = repack(parser_jars() / MODELS_JAR, tmp_path / MODELS_JAR, method=method)
    assert fetch_parser([str(jar), str(parser_jars() / CODE_JAR)])[0].is_official
    shutil.rmtree(tmp_path / "models")
    flip_byte(jar, at=4_000_000)
    with pytest.raises(MissingWeightsError, match=r"damaged|cannot read"):
        fetch_parser([str(jar), str(parser_jars() / CODE_JAR)])


def sources(server):
    """One half a jar each, at a place that is gone and at one that is there; then the zip."""
    return (
        Source((server.url(f"gone/{CODE_JAR}"), server.url(CODE_JAR)), ("code",)),
        Source((server.url(f"gone/{MODELS_JAR}"), server.url(MODELS_JAR)), ("models",)),
        Source((server.url(ZIP),), ("code", "models")),
    )


def served(whole_models):
    code = (parser_jars() / CODE_JAR).read_bytes()
    return {CODE_JAR: code, MODELS_JAR: whole_models.read_bytes()}


def test_of_jars_on_a_server_only_what_is_read_is_downloaded(models, whole_models):
    with serving(served(whole_models)) as server:
        files, _ = fetch_parser(sources=sources(server))
        assert files.is_official
        assert server.n_sent < 22_000_000 < whole_models.stat().st_size
    assert names(models) == ["spice"]


def test_a_server_without_ranges_sends_the_whole(models, whole_models):
    with serving(served(whole_models)) as server:
        server.knows_ranges = False
        del server.contents[CODE_JAR]
        server.contents[f"gone/{CODE_JAR}"] = (parser_jars() / CODE_JAR).read_bytes()
        server.contents[f"gone/{MODELS_JAR}"] = b"no archive"
        files, _ = fetch_parser(sources=sources(server))
    assert files.is_official
    assert names(models) == ["spice"]


def test_where_the_jars_are_gone_or_others_the_zip_is_taken(models, makers_zip, tmp_path):
    other = repack(
        parser_jars() / MODELS_JAR, tmp_path / MODELS_JAR, others={COUNTRIES: b"Utopia\n"}
    )
    with serving({MODELS_JAR: other.read_bytes(), ZIP: makers_zip.read_bytes()}) as server:
        files, _ = fetch_parser(sources=sources(server))
    assert files.is_official
    assert names(models) == ["spice"]


def test_a_download_that_is_cut_is_resumed_by_the_next_call(models, makers_zip):
    with serving({ZIP: makers_zip.read_bytes()}) as server:
        server.break_off_after = 3_000_000
        with pytest.raises(MachineError, match=r"was cut short.*(?s:.)*--from FILE"):
            fetch_parser(sources=sources(server))
        assert names(models) == [".spice-downloads"]
        kept = (models / ".spice-downloads" / f"{ZIP}.partial").stat().st_size
        assert 2_900_000 < kept <= 3_000_000
        server.break_off_after = None
        fetch_parser(sources=sources(server))
        assert (ZIP, f"bytes={kept}-") in server.asked
    assert names(models) == ["spice"]


def test_an_address_is_given_like_a_file(models, makers_zip, whole_models):
    with serving({"x/any.zip": makers_zip.read_bytes(), **served(whole_models)}) as server:
        assert fetch_parser([server.url("x/any.zip")])[0].is_official
        shutil.rmtree(models)
        jars = [server.url(MODELS_JAR), server.url(CODE_JAR)]
        assert fetch_parser(jars)[0].is_official


def test_where_no_source_gives_it_each_says_why_and_what_to_do_by_hand(models):
    with serving({}) as server:
        with pytest.raises(MachineError) as error:
            fetch_parser(sources=sources(server))
        assert server.url(f"gone/{CODE_JAR}") in str(error.value)
        assert f"by hand\n  {server.url(ZIP)}" in str(error.value)
    assert error.value.exit_code == 3
    assert not models.exists() or names(models) == []


KILLED_WHILE_WRITING = """
import sys
from benchmark.metrics.spice import fetching
write = fetching.write_jar
def write_and_wait(path, entries):
    write(path, entries)
    if "models" in path.name:
        print("written", flush=True)
        sys.stdin.read()
fetching.write_jar = write_and_wait
import time
fetching.fetch_parser([sys.argv[1]])
time.sleep(600)
"""


def test_a_kill_while_it_is_written_leaves_nothing_and_the_next_call_cleans_up(models):
    run_until("written", KILLED_WHILE_WRITING, parser_jars())
    assert not (models / "spice").exists()
    with pytest.raises(MissingWeightsError):
        find_parser_files()
    fetch_parser([str(parser_jars())])
    assert names(models) == ["spice"]


FULL_DISK = """
import sys
from benchmark.errors import BenchError
from benchmark.metrics.spice.fetching import fetch_parser
try:
    fetch_parser([sys.argv[1]])
except BenchError as error:
    print(type(error).__name__, error)
"""


def test_a_full_disk_is_told_with_the_cure_and_leaves_nothing(models):
    told = run_with_small_files(FULL_DISK, parser_jars(), most_bytes=1_000_000)
    assert told.startswith("MachineError cannot write")
    assert "BENCH_MODELS" in told
    assert names(models) == []

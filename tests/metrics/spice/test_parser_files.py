"""The parser on this machine: told by content, believed by sums, a cure in each error."""

from __future__ import annotations

import shutil
import zipfile

import pytest
from parser_jars import CODE_JAR, MODELS_JAR, flip_byte, parser_jars, repack

from benchmark.errors import MachineError, MissingWeightsError
from benchmark.metrics.spice.parser_files import OTHER_SUMS, find_parser_files
from benchmark.metrics.spice.parser_sums import CODE, CODE_SHA256, MODEL_SUMS

COUNTRIES = "edu/stanford/nlp/models/dcoref/countries"


@pytest.fixture(autouse=True)
def _places(monkeypatch, tmp_path):
    monkeypatch.delenv("BENCH_SPICE_JARS", raising=False)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path / "models"))


def copied(folder, *names):
    folder.mkdir(parents=True)
    for name in names or (CODE_JAR, MODELS_JAR):
        shutil.copyfile(parser_jars() / name, folder / name)
    return folder


def test_the_makers_code_and_the_models_cut_to_eight_entries_are_official():
    files = find_parser_files(parser_jars())
    assert files.is_official
    assert [jar.name for jar in files.jars] == [CODE_JAR, MODELS_JAR]
    assert files.sums == {name: each.sha256 for name, each in MODEL_SUMS.items()} | {
        CODE: CODE_SHA256
    }
    assert files.fingerprint == "83644bb42304"


def test_names_packing_order_dates_and_a_manifest_do_not_matter(tmp_path):
    repack(parser_jars() / CODE_JAR, tmp_path / "one.jar", method=zipfile.ZIP_STORED)
    repack(parser_jars() / MODELS_JAR, tmp_path / "two.jar", others={"ner/english.gz": b"unread"})
    files = find_parser_files(tmp_path)
    assert files.is_official
    assert [jar.name for jar in files.jars] == ["one.jar", "two.jar"]
    assert files.fingerprint == find_parser_files(parser_jars()).fingerprint


def test_a_named_folder_is_the_only_place(monkeypatch, tmp_path):
    copied(tmp_path / "models" / "spice")
    assert find_parser_files().jars[0].parent == tmp_path / "models" / "spice"
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("BENCH_SPICE_JARS", str(tmp_path / "empty"))
    with pytest.raises(MissingWeightsError, match=r"empty \(nothing of it\)\. Get it") as error:
        find_parser_files()
    assert "models/spice" not in str(error.value)


def test_the_folder_of_models_comes_before_the_former_place_in_the_cache(tmp_path):
    copied(tmp_path / "cache" / "spice")
    assert find_parser_files().jars[0].parent == tmp_path / "cache" / "spice"
    copied(tmp_path / "models" / "spice")
    assert find_parser_files().jars[0].parent == tmp_path / "models" / "spice"


def test_a_machine_without_it_is_told_where_it_was_looked_for_and_the_command(tmp_path):
    copied(tmp_path / "models" / "spice", CODE_JAR)
    with pytest.raises(MissingWeightsError) as error:
        find_parser_files()
    assert f"{tmp_path}/models/spice (no models), {tmp_path}/cache/spice" in str(error.value)
    assert "`bench fetch spice`" in str(error.value)


def test_a_named_folder_that_is_not_there_is_an_error(monkeypatch):
    monkeypatch.setenv("BENCH_SPICE_JARS", "/nowhere/jars")
    with pytest.raises(
        MachineError, match=r"BENCH_SPICE_JARS=/nowhere/jars is not a folder\. Make it"
    ):
        find_parser_files()


def test_other_content_of_an_entry_is_told_with_both_sums_and_how_to_allow_it(tmp_path):
    folder = copied(tmp_path / "jars", CODE_JAR)
    repack(parser_jars() / MODELS_JAR, folder / MODELS_JAR, others={COUNTRIES: b"Utopia\n"})
    with pytest.raises(MissingWeightsError) as error:
        find_parser_files(folder)
    message = str(error.value)
    assert COUNTRIES in message
    assert f"expected {MODEL_SUMS[COUNTRIES].sha256}" in message
    assert "--allow-other-sums" in message
    found = message.split("has sha256 ")[1][:64]
    (folder / OTHER_SUMS).write_text(f"{found}  {COUNTRIES}\n")
    files = find_parser_files(folder)
    assert not files.is_official
    assert files.sums[COUNTRIES] == found
    assert files.fingerprint != find_parser_files(parser_jars()).fingerprint


def test_what_was_allowed_is_one_sum_and_not_any(tmp_path):
    folder = copied(tmp_path / "jars", CODE_JAR)
    repack(parser_jars() / MODELS_JAR, folder / MODELS_JAR, others={COUNTRIES: b"Utopia\n"})
    (folder / OTHER_SUMS).write_text(f"{'0' * 64}  {COUNTRIES}\n")
    with pytest.raises(MissingWeightsError, match="--allow-other-sums"):
        find_parser_files(folder)


def test_other_code_is_told_as_such(tmp_path):
    folder = copied(tmp_path / "jars", MODELS_JAR)
    repack(
        parser_jars() / CODE_JAR,
        folder / CODE_JAR,
        without="edu/stanford/nlp/process/PTBLexer.class",
    )
    with pytest.raises(MissingWeightsError, match=r"the parser's classes in .* has sha256"):
        find_parser_files(folder)


def test_a_flipped_byte_is_damage_with_a_cure(tmp_path):
    folder = copied(tmp_path / "jars")
    flip_byte(folder / MODELS_JAR, at=4_000_000)
    with pytest.raises(MissingWeightsError, match=r"models\.jar is damaged.*`bench fetch spice`"):
        find_parser_files(folder)


def test_a_jar_cut_short_is_damage_with_a_cure(tmp_path):
    folder = copied(tmp_path / "jars")
    with (folder / MODELS_JAR).open("r+b") as file:
        file.truncate(5_000_000)
    with pytest.raises(MissingWeightsError, match=r"models\.jar is damaged or cut short.*bench"):
        find_parser_files(folder)


def test_an_entry_that_is_not_there_is_named(tmp_path):
    folder = copied(tmp_path / "jars", CODE_JAR)
    repack(parser_jars() / MODELS_JAR, folder / MODELS_JAR, without=COUNTRIES)
    with pytest.raises(MissingWeightsError, match=f"no entry {COUNTRIES}"):
        find_parser_files(folder)


def test_a_jar_that_holds_an_entry_twice_is_not_believed(tmp_path):
    folder = copied(tmp_path / "jars")
    with (
        pytest.warns(UserWarning, match="Duplicate"),
        zipfile.ZipFile(folder / MODELS_JAR, "a") as jar,
    ):
        jar.writestr(COUNTRIES, b"Utopia\n")
    with pytest.raises(MissingWeightsError, match="holds an entry twice"):
        find_parser_files(folder)


def test_one_jar_that_holds_both_is_one_place_on_the_class_path(tmp_path):
    with zipfile.ZipFile(parser_jars() / MODELS_JAR) as models:
        others = {name: models.read(name) for name in models.namelist()}
    repack(parser_jars() / CODE_JAR, tmp_path / "all.jar", others=others)
    files = find_parser_files(tmp_path)
    assert files.jars == (tmp_path / "all.jar",)
    assert files.is_official

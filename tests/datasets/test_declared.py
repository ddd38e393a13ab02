"""Data sets of plugins are known everywhere, and refused in words where they break the contract."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re

import numpy as np
import pytest
from click.testing import CliRunner
from plugin_distributions import write_distribution
from pond_plugin import POND, write_pond
from small_clips import write_clips

from benchmark.cli.main import bench as cli
from benchmark.contract import Clip, DatasetSpec, Split, SplitLabel
from benchmark.datasets.catalogue import (
    DATASETS,
    fetch_dataset,
    load_split,
    load_train_of,
    validation_split_of,
)
from benchmark.datasets.declared import Declared, require_clip, require_split
from benchmark.datasets.fetching import fetchable_datasets
from benchmark.datasets.passport import issue_passport
from benchmark.errors import DataError, PluginError, RunError, UnknownNameError, UsageError
from benchmark.machine.fetchable import FetchOptions
from benchmark.machine.places import artifacts
from benchmark.plugins.loading import load_installed
from benchmark.plugins.provenance import Provenance


@pytest.fixture
def pond(site, tmp_path):
    write_distribution(site, "aac-bench-pond", POND)
    write_pond(tmp_path)
    load_installed()
    return tmp_path


def run_bench(*arguments):
    done = CliRunner().invoke(cli, list(map(str, arguments)))
    return done.exit_code, done.output


def test_a_data_set_in_one_file_is_listed_loaded_and_verified(pond):
    code, said = run_bench("datasets")
    assert code == 0
    assert "pond: frogs at night\n  splits   dusk, night (default)\n  licence  CC0, the fr" in said
    code, said = run_bench("data", "verify", "pond", "--data-root", pond)
    assert code == 0
    assert "pond:night\n  clips       4 of 4 have a sound\n  captions    8 (2 / 2.00 / 2" in said
    assert "  brought by  aac-bench-pond 0.1" in said
    split = load_split("pond:dusk", pond, None)
    assert split.read_clip("dusk 1.wav", 8_000).duration_s == pytest.approx(0.2)
    assert split.label.identify("00") == "pond:dusk"  # public: wherever its files lie


@pytest.mark.usefixtures("pond")
def test_splits_that_it_has_not_are_refused_and_not_loaded(pond):
    with pytest.raises(
        UnknownNameError, match=r"no split of pond named 'noon'.*Known: dusk, night"
    ):
        load_split("pond:noon", pond, None)
    with pytest.raises(DataError, match=r"no captions for pond:dusk: expected a file\n.*dusk.csv"):
        load_split("pond:dusk", pond / "elsewhere", None)
    assert validation_split_of(SplitLabel("pond", "dusk")) is None  # "dawn" is none of its splits


def test_a_data_set_without_a_training_split_is_verified_all_the_same(site, tmp_path):
    code = POND.replace('"night", "dusk", "dawn"', '"night", "", ""')
    write_distribution(site, "aac-bench-pond", code)
    write_pond(tmp_path)
    assert load_train_of(load_split("pond", tmp_path, None), tmp_path, None) is None


def test_what_it_declares_to_be_known_is_held_against_what_is_here(site, pond):
    passport = issue_passport(load_split("pond", pond, None))
    sums = f"{passport.expected_ids_sha256!r}, {passport.captions_sha256!r}"
    known = f'load, known={{"night": KnownSplit(4, 8, {sums})}},'
    write_distribution(site, "aac-bench-lake", POND.replace("pond", "lake").replace("load,", known))
    (pond / "pond").rename(pond / "lake")
    load_installed()
    right = issue_passport(load_split("lake", pond, None))
    assert (right.captions_are_official, right.differs) == (True, ())
    lines = (pond / "lake" / "night.csv").read_text().splitlines(keepends=True)
    (pond / "lake" / "night.csv").write_text("".join(lines[:-1]))
    wrong = issue_passport(load_split("lake", pond, None))
    assert wrong.captions_are_official is False
    assert wrong.differs[:2] == ("3 clips, published are 4", "6 captions, published are 8")
    assert "the sum of the clip ids is" in wrong.differs[2]
    assert "  not as published: 3 clips, published are 4" in wrong.render()


LABEL = SplitLabel("pond", "night")
GOOD = {"a": ("a frog croaks",)}


def read_nothing(clip_id, rate_hz):
    raise KeyError(clip_id)


def split_of(references=GOOD, *, dataset="pond", name="night", present=frozenset(), **more):
    return Split(dataset, name, references, present, more.pop("read_clip", read_nothing), **more)


def declared(answer):
    def load(*_):
        if isinstance(answer, BaseException):
            raise answer
        return answer

    spec = DatasetSpec(
        "pond", "Pond", "frogs", ("day", "night"), "night", "day", "", "CC0", "", load
    )
    return Declared(spec, Provenance("aac-bench-pond", "0.1"))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "gave None; expected a Split"),
        (GOOD, "gave {'a': .*; expected a Split"),
        (split_of(name="day"), "gave the split 'pond', 'day'; expected 'pond', 'night'"),
        (split_of(dataset="clotho"), "gave the split 'clotho', 'night'; expected 'pond'"),
        (split_of(dataset="folder:/tmp"), "expected 'pond', 'night'"),
        (split_of({}), "references is {}; expected a mapping"),
        (split_of([("a", ("b",))]), "expected a mapping from clip ids"),
        (split_of({7: ("a frog",)}), "a clip's id is 7; expected a text"),
        (split_of({"": ("a frog",)}), "a clip's id is ''; expected a text"),
        (split_of({"a\ud800": ("a frog",)}), "a clip's id is .*expected a text in UTF-8"),
        (split_of({"../a": ("a frog",)}), r"clip id '../a' could lead out of a folder"),
        (split_of({"a/../../b": ("a frog",)}), "could lead out of a folder"),
        (split_of({"/etc/a": ("a frog",)}), "could lead out of a folder"),
        (split_of({"C:\\a": ("a frog",)}), "could lead out of a folder"),
        (split_of({"a": "a frog"}), "'a' has the references 'a frog'; expected a tuple"),
        (split_of({"a": ["a frog"]}), "expected a tuple of one caption or more"),
        (split_of({"a": ()}), "expected a tuple of one caption or more"),
        (split_of({"a": (7,)}), "'a' has the reference 7; expected text"),
        (split_of({"a": ("...",)}), r"the reference '...'; expected text in UTF-8 with a word"),
        (split_of({"a": ("frog \udfff",)}), "expected text in UTF-8 with a word"),
        (split_of(present=frozenset({"b"})), "present names 'b', of which there are no references"),
        (split_of(present="a"), "present is 'a'; expected ids of clips"),
        (split_of(files={"b": "x"}), "files names 'b'"),
        (split_of(aliases={"x": "b"}), "aliases names 'b'"),
        (split_of(read_clip=None), "read_clip is no callable"),
        (ValueError("odd"), r"load\('pond:night'\) raises ValueError: odd; expected a DataError"),
        (SystemExit(0), "raises SystemExit: 0"),
        (KeyError("x"), "raises KeyError: 'x'"),
    ],
)
def test_what_is_no_split_of_it_is_refused_with_the_plugin_named(answer, reason):
    with pytest.raises(PluginError, match=reason) as caught:
        declared(answer).load(LABEL, None, None)
    assert str(caught.value).startswith("the data set 'pond' of aac-bench-pond 0.1: ")


def test_what_it_says_in_words_itself_stays_as_it_is():
    with pytest.raises(DataError, match=r"^the frogs sleep$"):
        declared(DataError("the frogs sleep")).load(LABEL, None, None)


WAVE = np.zeros(8, dtype=np.float32)


@pytest.mark.parametrize(
    ("clip", "reason"),
    [
        (WAVE, "expected a Clip"),
        (None, "gave None; expected a Clip"),
        (Clip("b", WAVE, 8_000), "gave the clip 'b'"),
        (Clip("a", WAVE, 44_100), "at 44100 Hz; expected 8000 Hz"),
        (Clip("a", WAVE.astype(np.float64), 8_000), "float64 of shape"),
        (Clip("a", WAVE.reshape(2, 4), 8_000), r"float32 of shape \(2, 4\)"),
        (Clip("a", WAVE * np.float32(np.nan), 8_000), "expected finite float32"),
        (Clip("a", [0.0], 8_000), r"gave \[0.0\]; expected"),
        (Clip("a", WAVE, 8_000, "clotho:dev"), "with split or path"),
    ],
)
def test_a_sound_that_is_none_is_refused_with_the_plugin_named(clip, reason):
    read = split_of(present=frozenset({"a"}), read_clip=lambda *_: clip)
    split = declared(read).load(LABEL, None, None)
    with pytest.raises(PluginError, match=f"'pond' of aac-bench-pond 0.1.*{reason}"):
        split.read_clip("a", 8_000)


def test_a_sound_that_cannot_be_read_costs_a_clip():
    split = declared(split_of(present=frozenset({"a"}))).load(LABEL, None, None)
    with pytest.raises(DataError, match=r"'pond' of .*: reading 'a' raises KeyError: 'a'"):
        split.read_clip("a", 8_000)
    require_clip(Clip("a", WAVE, 8_000), "a", 8_000)


@pytest.mark.parametrize(
    ("there", "wrong", "reason"),
    [
        ('("dusk", "night")', '("du:sk", "night")', "splits has 'du:sk'; expected names of letter"),
        ('("dusk", "night")', '("../x", "night")', "splits has '../x'"),
        ("load,", "load, captions=('a.csv',),", "captions is .*; expected a tuple of RemoteFile"),
        ("load,", "load, sound_folder='../x',", "sound_folder is '../x'; expected a folder within"),
        ("load,", "load, known={'noon': KnownSplit(1, 1)},", "known has 'noon'"),
        ("load,", "load, known={'dusk': KnownSplit(-1, 1)},", "counts -1; expected a number above"),
        (
            "load,",
            "load, known={'dusk': KnownSplit(1, 1, 'x')},",
            "has the sum 'x'; expected a SHA",
        ),
        ("load,", "load, has_split=None,", "has_split is None; expected a callable"),
    ],
)
def test_a_record_that_no_command_could_use_is_set_aside(site, there, wrong, reason):
    assert there in POND
    write_distribution(site, "aac-bench-pond", POND.replace(there, wrong))
    (broken,) = load_installed().broken
    assert re.search(reason, broken.reason), broken.reason


@pytest.mark.usefixtures("pond")
def test_runs_of_two_places_join_one_table_and_outlive_the_plugin(site, pond, tmp_path):
    other = tmp_path / "other place"
    write_pond(other)
    for name, root in (("one", pond), ("two", other)):
        captions = tmp_path / f"{name}.csv"
        rows = [f"night {index}.wav,a frog {name}" for index in range(4)]
        captions.write_text("\n".join(["file_name,caption", *rows]) + "\n")
        code, said = run_bench(
            *("score", captions, "--dataset", "pond", "--metrics", "bleu_1"),
            *("--data-root", root, "--out", tmp_path / name),
        )
        assert code == 0, said
    plan = json.loads((tmp_path / "one" / "plan.json").read_text())
    assert plan["passport"]["brought_by"] == "aac-bench-pond 0.1"
    code, said = run_bench("leaderboard", tmp_path / "one", tmp_path / "two")
    assert code == 0, said
    assert said.count("pond:night") == 1
    for file in [*site.glob("*/*"), *site.glob("*.py")]:
        file.unlink()
    load_installed()
    code, gone = run_bench("leaderboard", tmp_path / "one", tmp_path / "two")
    assert (code, gone) == (0, said)
    asked = ["report", str(tmp_path / "one"), "-o", str(tmp_path / "page"), "--no-sounds"]
    error = CliRunner().invoke(cli, asked).exception
    assert isinstance(error, RunError)
    assert "no data set named 'pond'" in str(error)
    assert "aac-bench-pond 0.1 brought the data set when the run was made" in str(error)


FETCHED = """
    yield DatasetSpec(
        "lake", "Lake", "fish", ("all",), "all", "all", "", "CC0", "Ask.", load, {files}
    )
"""


def lake(site, files):
    declared_so = POND.partition("    yield")[0] + FETCHED.format(files=files)
    code = declared_so.replace("KnownSplit", "RemoteFile").replace("pond", "lake")
    write_distribution(site, "aac-bench-lake", code)
    load_installed()


def remote(path):
    sum_ = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"RemoteFile('{path.name}', 'https://example.invalid/{path.name}', 'sha256:{sum_}')"


def test_captions_and_single_sounds_of_it_are_fetched_to_where_they_are_looked_for(site, tmp_path):
    write_pond(tmp_path / "given", 1, ("all",))
    given = tmp_path / "given" / "pond"
    files = [given / "all.csv", given / "sounds" / "all 0.wav"]
    parts = f"({remote(files[0])},), ({remote(files[1])},), 'sounds'"
    lake(site, parts)
    assert len(fetch_dataset("lake", tmp_path, sounds=True, given=files)) == 2
    split = load_split("lake", tmp_path, None)
    assert split.files == {"all 0.wav": tmp_path / "lake" / "sounds" / "all 0.wav"}
    (found,) = (each for each in fetchable_datasets() if each.name == "lake")
    assert found.look(FetchOptions(tmp_path)).state == "yes"
    with pytest.raises(DataError, match=r"all\.csv"):
        fetch_dataset("lake", tmp_path / "other", given=[files[1].rename(given / "all.csv")])


def test_a_data_set_of_sounds_alone_says_that_they_are_to_be_asked_for(site, tmp_path):
    write_pond(tmp_path, 1)
    lake(site, f"(), ({remote(tmp_path / 'pond' / 'sounds' / 'dusk 0.wav')},)")
    with pytest.raises(UsageError, match="lake has nothing but sounds to fetch; add --sounds"):
        fetch_dataset("lake", tmp_path)


@pytest.mark.parametrize("name", ["folder", "soundscapes"])
def test_splits_of_the_core_keep_the_same_rules(name, folder_clips):
    text = f"folder:{folder_clips}" if name == "folder" else "soundscapes:test"
    split = load_split(text, folder_clips, artifacts())
    spec = DATASETS[name]
    if name == "folder":
        spec = dataclasses.replace(spec, name=split.dataset)
    require_split(split, split.label, spec)
    clip_id = min(split.present)
    require_clip(split.read_clip(clip_id, 8_000), clip_id, 8_000)


@pytest.fixture
def folder_clips(tmp_path):
    return write_clips(tmp_path / "clips", 3)

"""For every rule of a data set one that breaks it, and is told so; and some that keep them all."""

from __future__ import annotations

import dataclasses
import os

import numpy as np
import pytest

from benchmark import Clip, DataError, DatasetSpec, Split
from benchmark.contract import KnownSplit
from benchmark.datasets.soundscapes.splits import SPEC as SOUNDSCAPES
from benchmark.errors import UnknownNameError
from benchmark.testing import ConformanceError, check_dataset
from benchmark.testing.datasets import RULES

CAPTIONS = {"a": ("a dog barks",), "b": ("rain falls", "it rains")}
LOADED = []


def read_clip(clip_id, rate_hz):
    if clip_id != "a":
        raise DataError(f"no sound of {clip_id!r} here.")
    return Clip(clip_id, np.linspace(-1, 1, rate_hz, dtype=np.float32), rate_hz)


def dataset(change=lambda split: split, **record):
    """Declare a data set of two clips, of one of which there is a sound, but for a change."""

    def load(label, root, artifacts):
        if label.split not in ("test", "val"):
            raise UnknownNameError("split", label.split, ("test", "val"))
        split = Split("odd", label.split, dict(CAPTIONS), frozenset("a"), read_clip)
        return change(split)

    told = {"licence": "CC0", "how_to_get": "It is in the tests.", "load": load, **record}
    return DatasetSpec("odd", "Odd", "two clips", ("test", "val"), "test", "", "val", **told)


def findings(spec, **told):
    with pytest.raises(ConformanceError) as caught:
        check_dataset(spec, **told)
    assert {finding.rule for finding in caught.value.findings} <= RULES
    return {finding.rule: finding.message for finding in caught.value.findings}


def with_(**changes):
    return lambda split: dataclasses.replace(split, **changes)


def of_sound(waveform, **changes):
    def read(clip_id, rate_hz):
        return dataclasses.replace(read_clip(clip_id, rate_hz), waveform=waveform, **changes)

    return with_(read_clip=read)


def grows(split):
    LOADED.append(split)
    return dataclasses.replace(split, references={**CAPTIONS, str(len(LOADED)): ("it",)})


def speaks(split):
    os.write(1, b"loading\n")
    return split


def settles(split):
    os.environ["ODD_ONE"] = "1"
    return split


def test_data_sets_that_keep_the_rules_pass(tmp_path):
    check_dataset(dataset(), tmp_path)
    check_dataset(SOUNDSCAPES, tmp_path, ["test"])


@pytest.mark.parametrize(
    ("change", "rule", "message"),
    [
        (lambda split: 1 / 0, "splits", "'test' cannot be loaded: ZeroDivisionError"),
        (lambda split: None, "splits", "load() gave None for 'test'; expected a Split"),
        (with_(name="other"), "splits", "load() gave odd:other for odd:test"),
        (with_(references={}, present=frozenset()), "references", "has no clip; expected some"),
        (with_(references={**CAPTIONS, "c": ()}), "references", "are (); expected a tuple of at"),
        (with_(references={**CAPTIONS, "c": (" ",)}), "references", "hold ' '; expected text"),
        (with_(references={**CAPTIONS, "c/d": ("it",)}), "clip-ids", "'c/d', which holds '/'"),
        (with_(references={**CAPTIONS, "c ": ("it",)}), "clip-ids", "ends with a blank"),
        (with_(references={**CAPTIONS, "A": ("it",)}), "clip-ids", "differ in upper and lower c"),
        (with_(references={**CAPTIONS, "e\u0301": ("it",)}), "clip-ids", "composed form"),
        (with_(aliases={"a": "b"}), "clip-ids", "aliases name other clips too: 'a'"),
        (with_(embedded=frozenset("z")), "clips", "embedded of odd:test names 'z'"),
        (with_(files={"a": "/no/such/file"}), "clips", None),
        (of_sound(np.zeros(9)), "sounds", "gave samples of float64; expected mono float32"),
        (of_sound(np.zeros(0, np.float32)), "sounds", "gave an array of shape (0,)"),
        (of_sound(np.full(9, 2, np.float32)), "sounds", "samples outside of [-1, 1]"),
        (of_sound(np.zeros(9, np.float32), sample_rate_hz=8), "sounds", "gave 'a' at 8 Hz"),
        (with_(read_clip=lambda *_: 1 / 0), "sounds", "raised ZeroDivisionError"),
        (grows, "repetition", "references of odd:test are others when it is loaded again"),
        (speaks, "output", "it wrote 'loading\\n"),
        (settles, "settings", "after load() the environment has a new 'ODD_ONE'"),
    ],
)
def test_a_split_that_breaks_a_rule_is_told_which(tmp_path, change, rule, message):
    if message is None:
        change, message = with_(files={"a": tmp_path / "gone.wav"}), "gone.wav'; expected files"
    spec = dataset(change)
    skip = {"missing", "unknown-split"} if rule == "splits" else ()
    found = findings(spec, root=tmp_path, splits=["test"], skip=skip)
    assert list(found) == [rule]
    assert message in found[rule]


@pytest.mark.parametrize(
    ("record", "rule", "message"),
    [
        ({"licence": " "}, "record", "it tells no licence"),
        ({"how_to_get": ""}, "record", "how_to_get is empty; expected words that say where"),
        ({"load": None}, "record", "load is None; expected a callable"),
        ({"known": {"dev": KnownSplit(1, 1)}}, "record", "known has 'dev'"),
        ({"known": {"test": KnownSplit(3, 3)}}, "hashes", "n_clips of odd:test is 2; expected 3"),
        (
            {"known": {"test": KnownSplit(2, 3, captions_sha256="0" * 64)}},
            "hashes",
            "captions_sha256 of odd:test is '",
        ),
    ],
)
def test_a_record_that_says_it_wrongly_is_told_so(tmp_path, record, rule, message):
    found = findings(dataset(**record), root=tmp_path, splits=["test"])
    assert list(found) == [rule]
    assert message in found[rule]


def test_files_that_lack_are_told_in_words_and_a_split_that_is_none_by_its_name(tmp_path):
    whole = dataset()

    def load(label, root, artifacts):
        if not (root / "captions.csv").exists():
            raise FileNotFoundError("captions.csv")
        return whole.load(dataclasses.replace(label, split="test"), root, artifacts)

    (tmp_path / "captions.csv").write_text("")
    found = findings(dataclasses.replace(whole, load=load), root=tmp_path, splits=["test"])
    assert set(found) == {"missing", "unknown-split"}
    assert "without its files load() raises FileNotFoundError: captions.csv" in found["missing"]
    assert "asked for the split 'no-such-split' load() gives one" in found["unknown-split"]

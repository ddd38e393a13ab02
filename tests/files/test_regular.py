"""What is no file is refused at once, wherever a file is read whole."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from benchmark.agreement.judgements import read_judgements
from benchmark.datasets.captions_csv import read_csv
from benchmark.datasets.forms.reading import read_captions
from benchmark.errors import BenchError
from benchmark.files import read_json, read_regular
from benchmark.models.codeless import read_object, require_codeless
from benchmark.runs.reading import read_run

READERS = [
    read_json,
    read_judgements,
    read_object,
    lambda path: read_csv(path, ()),
    lambda path: read_captions(path.rename(path.with_suffix(".csv"))),
    lambda path: read_captions(path.rename(path.with_suffix(".json"))),
    read_run,
    lambda path: require_codeless(path.rename(path.with_name("config.json")).parent),
]


def make_pipe(path):
    os.mkfifo(path)


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(path.parent)  # a socket's path is short
        listener.bind(path.name)


def make_device(path):
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [make_pipe, make_socket, make_device, Path.mkdir])
@pytest.mark.parametrize("read", READERS)
def test_what_is_no_file_is_refused_in_words(tmp_path, monkeypatch, make, read):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "captions.csv"
    make(path)
    with pytest.raises(BenchError) as told:
        read(path)
    assert str(tmp_path) in str(told.value)


@pytest.mark.parametrize("text", ["[" * 50_000, '{"a":' * 50_000, '{"a": 1' + "0" * 5_000 + "}"])
@pytest.mark.parametrize("read", READERS)
def test_json_without_end_is_refused_in_words(tmp_path, read, text):
    path = tmp_path / "captions.csv"
    path.write_text(text)
    with pytest.raises(BenchError) as told:
        read(path)
    assert str(tmp_path) in str(told.value)
    assert len(str(told.value)) < 2_000


def test_a_file_comes_back_and_one_too_large_does_not(tmp_path):
    (tmp_path / "a").write_bytes(b"\xff12")
    assert read_regular(tmp_path / "a") == b"\xff12"
    assert read_regular(tmp_path / "a", 3) == b"\xff12"
    with pytest.raises(OSError, match="more than 2 bytes"):
        read_regular(tmp_path / "a", 2)
    with pytest.raises(OSError, match="null"):
        read_regular(Path("a\0b"))
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "b")


def test_a_link_to_a_file_is_one(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"a": 1}))
    (tmp_path / "b.json").symlink_to("a.json")
    assert read_json(tmp_path / "b.json") == {"a": 1}

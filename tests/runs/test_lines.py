"""Lines of a ledger: what is on disk, and what is refused."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from machines import SERVER

from benchmark import Evidence
from benchmark.errors import RunError
from benchmark.runs.entries import (
    ClipEntry,
    MachineEntry,
    PrepareEntry,
    TimedEntry,
    state_of,
)
from benchmark.runs.lines import read_line, write_line
from benchmark.systems.explaining import Explained

CLIP = ClipEntry("toy", 0, "a.wav", "ok", "rain falls", "k", 0, 1, 0.1, 0.2, 5.0)
LINES = [
    (
        CLIP,
        '{"row": "clip", "system": "toy", "fold": 0, "clip_id": "a.wav", "state": "ok", '
        '"caption": "rain falls", "key": "k", "batch": 0, "batch_size": 1, "read_s": 0.1, '
        '"caption_s": 0.2, "audio_s": 5.0}',
    ),
    (
        dataclasses.replace(
            CLIP, explained=Explained({"guidance": (Evidence("water", 0.5), Evidence("\u2028"))})
        ),
        '{"row": "clip", "system": "toy", "fold": 0, "clip_id": "a.wav", "state": "ok", '
        '"caption": "rain falls", "key": "k", "batch": 0, "batch_size": 1, "read_s": 0.1, '
        '"caption_s": 0.2, "audio_s": 5.0, "explained": {"evidence": {"guidance": '
        '[{"text": "water", "weight": 0.5}, {"text": "\\u2028", "weight": null}]}}}',
    ),
    (
        dataclasses.replace(CLIP, explained=Explained(error="KeyError: 1", traceback="Trace")),
        '{"row": "clip", "system": "toy", "fold": 0, "clip_id": "a.wav", "state": "ok", '
        '"caption": "rain falls", "key": "k", "batch": 0, "batch_size": 1, "read_s": 0.1, '
        '"caption_s": 0.2, "audio_s": 5.0, "explained": {"error": "KeyError: 1", "traceback": '
        '"Trace"}}',
    ),
    (
        PrepareEntry("toy", 1, 2.0, "ValueError: no", "Traceback", ("web",)),
        '{"row": "prepare", "system": "toy", "fold": 1, "prepare_s": 2.0, '
        '"error": "ValueError: no", "traceback": "Traceback", "trained_on": ["web"], "facts": {}}',
    ),
    (
        TimedEntry("toy", "a.wav", 0.4, 5.0, True, stages={"encode": 0.1}, machine="0123"),
        '{"row": "profile", "system": "toy", "clip_id": "a.wav", "caption_s": 0.4, "audio_s": 5.0, '
        '"is_same": true, "is_embedded": false, "stages": {"encode": 0.1}, "reading": {}, '
        '"calibration_s": null, "machine": "0123"}',
    ),
    (
        MachineEntry(SERVER, 12.5),
        '{"row": "machine", "machine": {"hash": "f37f1f83eb2c", "cpu": "AMD EPYC", "ram_gib": 24, '
        '"os": "Debian GNU/Linux 12 (bookworm)", "kernel": "6.18.44", "architecture": "x86_64", '
        '"python": "3.11.7", "numpy": "2.4.6", "blas": "scipy-openblas 0.3.31.188.0", '
        '"torch": "2.13.0+cpu", "gpu": null, "cores": 2, "threads": "OMP_NUM_THREADS=1", '
        '"kernels": null, "torch_threads": 1}, "peak_rss_mib": 12.5}',
    ),
]


def read(line):
    return read_line(line.encode(), Path("ledger.jsonl"), 7)


def change(entry, **parts):
    """Spell an entry with other parts."""
    return json.dumps({**json.loads(write_line(entry)), **parts})


@pytest.mark.parametrize(("entry", "line"), LINES, ids=lambda part: type(part).__name__)
def test_a_line_is_spelled_as_it_always_was_and_read_back(entry, line):
    assert write_line(entry).decode() == line + "\n"
    assert read(line) == entry


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (change(CLIP, caption_s="soon"), "caption_s: expected `float`, got `str`"),
        (change(CLIP, fold=None), "fold: expected `int`, got `null`"),
        (change(CLIP, state="fine"), "state: invalid enum value 'fine'"),
        (
            change(PrepareEntry("toy", 0, 1.0), trained_on="web"),
            "trained_on: expected `array",
        ),
        (change(PrepareEntry("toy", 0, 1.0), facts={"n": [1]}), "facts.n: expected"),
        (
            change(CLIP, explained={"evidence": {"a": [{"text": "x"}, {"text": 1}]}}),
            "explained.evidence.a.1.text: expected `str`, got `int`",
        ),
        (
            change(CLIP, caption=None),
            "clip 'a.wav' of 'toy': its caption is null and its state 'ok'",
        ),
        (change(CLIP, caption=" "), "its state is 'ok', and its caption ' '"),
        (change(CLIP, state="error"), "its state is 'error', and its caption 'rain falls'"),
        (change(CLIP, explained=[]), "explained: expected `object | null`, got `array`"),
        ('{"row": "clip", "system": "toy"}', "missing required field `fold`"),
    ],
)
def test_a_wrong_type_is_told_with_file_line_and_part(line, reason):
    with pytest.raises(RunError) as caught:
        read(line)
    assert str(caught.value).startswith("ledger.jsonl, line 7")
    assert reason in str(caught.value)


@pytest.mark.parametrize("line", ["{}", "[]", "rain", '{"row": "poem"}', '{"row": []}', "[" * 9999])
def test_what_is_no_entry_is_shown(line):
    with pytest.raises(RunError, match=r"ledger\.jsonl, line 7: b'.*' is not a ledger entry"):
        read(line)


def test_a_file_name_that_is_no_text_comes_back_as_it_was():
    entry = ClipEntry("toy", 0, "\udcff.wav", "ok", "rain", "k", 0, 1, 0.1, 0.2, 0.3)
    assert read_line(write_line(entry), Path("ledger.jsonl"), 1) == entry


def test_parts_that_a_later_version_adds_are_passed_over():
    assert read(change(CLIP, mood="calm")) == CLIP


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "NaN", "1e999", "-1e999"])
def test_a_number_that_is_none_is_one_that_nobody_knows(number):
    fact = b'{"row": "prepare", "system": "toy", "fold": 1, "prepare_s": 2.0, "facts": {"loss": 1}}'
    entry = read_line(fact.replace(b"1}", number.encode() + b"}"), Path("ledger.jsonl"), 7)
    assert entry == PrepareEntry("toy", 1, 2.0, facts={"loss": None})
    with pytest.raises(RunError, match=r"line 7, prepare_s: expected `float`, got `null`"):
        read_line(fact.replace(b"2.0", number.encode()), Path("ledger.jsonl"), 7)


@pytest.mark.parametrize("kind", ["", "row", "_Kind", "plan", None, 0, [], {}])
def test_an_entry_of_no_known_kind_is_refused(kind):
    with pytest.raises(RunError, match=r"^ledger\.jsonl, line 7: .* is not a ledger entry"):
        read(json.dumps({"row": kind}))


_TEXTS = st.text(max_size=12) | st.sampled_from(["\ud800", "\u2028", "\x00", '"', "a\nb"])
_SECONDS = st.floats(0, 1e9)
_ERRORS = st.none() | _TEXTS
_SPENT = st.dictionaries(_TEXTS, _SECONDS, max_size=3)
_FACT = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | _SECONDS | _TEXTS
_EVIDENCE = st.builds(Evidence, _TEXTS, st.none() | st.floats(-1e9, 1e9))
_EXPLAINED = st.builds(
    Explained, st.dictionaries(_TEXTS, st.lists(_EVIDENCE, min_size=1, max_size=3).map(tuple))
) | st.builds(Explained, error=_TEXTS, traceback=_TEXTS)
_CLIPS = st.builds(
    lambda **parts: ClipEntry(state=state_of(parts["caption"]), **parts),
    system=_TEXTS,
    fold=st.integers(0, 9),
    clip_id=_TEXTS,
    caption=_TEXTS,
    key=_TEXTS,
    batch=st.integers(0, 10**6),
    batch_size=st.integers(1, 512),
    read_s=_SECONDS,
    caption_s=_SECONDS,
    audio_s=_SECONDS,
    explained=st.none() | _EXPLAINED,
)
_FAILED = st.builds(
    lambda entry, state, error, trace: dataclasses.replace(
        entry, state=state, caption=None, error=error, traceback=trace
    ),
    _CLIPS,
    st.sampled_from(["error", "timeout"]),
    _TEXTS,
    _TEXTS,
)
_PREPARED = st.builds(
    PrepareEntry,
    _TEXTS,
    st.integers(0, 9),
    _SECONDS,
    trained_on=st.none() | st.lists(_TEXTS, max_size=3).map(tuple),
    facts=st.dictionaries(_TEXTS, _FACT, max_size=3),
)
_TIMED = st.builds(
    TimedEntry,
    _TEXTS,
    _TEXTS,
    _SECONDS,
    _SECONDS,
    st.booleans(),
    st.booleans(),
    _SPENT,
    _SPENT,
    st.none() | _SECONDS,
    st.none() | _TEXTS,
    _ERRORS,
)
_MACHINES = st.builds(MachineEntry, st.just(SERVER), st.none() | _SECONDS)
_ENTRIES = st.one_of(_CLIPS, _FAILED, _PREPARED, _TIMED, _MACHINES)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(_ENTRIES)
def test_every_entry_is_one_line_and_read_back_as_it_was_written(entry):
    line = write_line(entry)
    assert line.isascii()
    assert (line.count(b"\n"), line[-1:]) == (1, b"\n")
    assert read_line(line, Path("ledger.jsonl"), 1) == entry


@given(st.binary(max_size=60))
def test_bytes_that_are_no_entry_are_refused_in_words(line):
    with pytest.raises(RunError, match=r"^ledger\.jsonl, line 7"):
        read_line(line, Path("ledger.jsonl"), 7)


@given(_JSON)
def test_json_that_is_no_entry_is_refused_in_words(content):
    with pytest.raises(RunError, match=r"^ledger\.jsonl, line 7"):
        read(json.dumps(content))


@settings(max_examples=200)
@given(_ENTRIES, st.data())
def test_an_entry_with_a_part_of_another_kind_is_read_or_refused_in_words(entry, data):
    record = json.loads(write_line(entry))
    key = data.draw(st.sampled_from(list(record)))
    record[key] = data.draw(_JSON)
    try:
        again = read(json.dumps(record))
    except RunError as error:
        message = str(error)
    else:
        message = "ledger.jsonl, line 7"
        assert write_line(read_line(write_line(again), Path("ledger.jsonl"), 7)) == write_line(
            again
        )
    assert message.startswith("ledger.jsonl, line 7")


@given(_ENTRIES, st.data())
def test_an_entry_cut_off_anywhere_is_refused_in_words(entry, data):
    line = write_line(entry)
    cut = line[: data.draw(st.integers(0, len(line) - 2))]
    with pytest.raises(RunError, match=r"^ledger\.jsonl, line 7"):
        read_line(cut, Path("ledger.jsonl"), 7)

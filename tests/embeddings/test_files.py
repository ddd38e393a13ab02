"""Files of embeddings: written row by row, believed only when whole."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from benchmark.artifacts import Artifacts
from benchmark.contract import Clip, Resources, Split, SplitLabel
from benchmark.embeddings.files import Contents, EmbeddingFile, Recipe, embed_command
from benchmark.embeddings.splits import load_completed, open_files, with_embeddings
from benchmark.embeddings.store import EmbeddingStore
from benchmark.embeddings.writer import write_embeddings
from benchmark.errors import DataError, MachineError, PluginError, UsageError

PATCHES = Recipe("vggish[weights=random]", "0123456789abcdef", "patches", 3)
SOUNDS = replace(PATCHES, encoder="clap", fingerprint="fedcba", kind="sounds")
SILENT = np.zeros(0, np.float32)


def vectors_of(clip_ids, recipe=PATCHES, seed=0):
    rng = np.random.default_rng(seed)
    lengths = [1 if recipe.kind == "sounds" else 1 + at % 4 for at in range(len(clip_ids))]
    return {
        clip_id: rng.normal(size=(length, recipe.dim)).astype(np.float32)
        for clip_id, length in zip(clip_ids, lengths, strict=True)
    }


def write(path, clip_ids=("a", "b", "c"), recipe=PATCHES, split="clotho:evaluation", seed=0):
    vectors = vectors_of(clip_ids, recipe, seed)
    contents = Contents(recipe, split, 10, tuple(clip_ids))
    write_embeddings(path, contents, vectors.items())
    return vectors


def make_split(dataset="clotho", name="evaluation", clip_ids="abcdef", present="ef"):
    def read_clip(clip_id, sample_rate_hz):
        assert clip_id in present
        return Clip(clip_id, np.ones(9, np.float32), sample_rate_hz)

    references = {clip_id: (f"sound {clip_id}",) for clip_id in clip_ids}
    return Split(dataset, name, references, frozenset(present), read_clip)


def rewritten(path, target, **changes):
    """Write a file again with another header: what a stranger might send."""
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata() | changes
    save_file(load_file(path), target, {k: v for k, v in metadata.items() if v is not None})
    return target


# Names of any kind; a surrogate alone is no text that JSON could keep in UTF-8.
NAMES = st.lists(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=12),
    min_size=1,
    max_size=9,
    unique=True,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(clip_ids=NAMES, kind=st.sampled_from(["sounds", "patches"]), dim=st.integers(1, 5))
def test_what_is_written_is_read_whatever_the_clips_are_called(tmp_path, clip_ids, kind, dim):
    recipe = replace(PATCHES, kind=kind, dim=dim)
    path = tmp_path / f"{abs(hash((*clip_ids, kind, dim)))}.safetensors"
    vectors = write(path, clip_ids, recipe)
    file = EmbeddingFile.open(path)
    assert file.recipe == recipe
    assert file.contents.clip_ids == tuple(clip_ids)
    for clip_id, rows in vectors.items():
        np.testing.assert_array_equal(file.read(clip_id), rows)


def test_any_reader_of_safetensors_reads_it(tmp_path):
    vectors = write(tmp_path / "file", recipe=replace(PATCHES, duration_s=10.0))
    tensors = load_file(tmp_path / "file")
    np.testing.assert_array_equal(tensors["rows"], np.concatenate(list(vectors.values())))
    assert tensors["offsets"].tolist() == [0, 1, 3, 6]
    with safe_open(tmp_path / "file", framework="numpy") as file:
        metadata = file.metadata()
    assert json.loads(metadata["clip_ids"]) == ["a", "b", "c"]
    assert json.loads(metadata["recipe"])["duration_s"] == 10.0
    assert metadata["n_expected"] == "10"


def test_clips_that_did_not_come_are_not_in_it(tmp_path):
    vectors = vectors_of(["a", "c"])
    contents = Contents(PATCHES, "clotho:evaluation", 10, ("a", "b", "c"))
    written = write_embeddings(tmp_path / "file", contents, vectors.items())
    assert written.clip_ids == ("a", "c")
    file = EmbeddingFile.open(tmp_path / "file")
    assert "b" not in file
    np.testing.assert_array_equal(file.read("c"), vectors["c"])


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file"
    vectors = write(path)

    def failing():
        yield "a", vectors["b"]
        raise DataError("the sound is broken")

    with pytest.raises(DataError, match="the sound is broken"):
        write_embeddings(path, Contents(PATCHES, "s:t", 1, ("a", "b")), failing())
    with pytest.raises(DataError, match="no embedding to write for s:t"):
        write_embeddings(path, Contents(PATCHES, "s:t", 1, ("a",)), [])
    assert list(tmp_path.iterdir()) == [path]
    np.testing.assert_array_equal(EmbeddingFile.open(path).read("a"), vectors["a"])


def test_a_place_that_cannot_be_written_is_named():
    with pytest.raises(MachineError, match="cannot write /proc/file"):
        write(Path("/proc/file"))


@pytest.mark.parametrize("part", ["length", "header", "rows", "offsets", "end"])
def test_a_byte_that_changed_anywhere_is_found(tmp_path, part):
    path = tmp_path / "file"
    write(path)
    content = bytearray(path.read_bytes())
    (header,) = struct.unpack("<Q", content[:8])
    at = {
        "length": 1,
        "header": content.index(b"clotho"),
        "rows": 8 + header + 5,
        "offsets": len(content) - 12,
        "end": len(content) - 1,
    }[part]
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"damaged.*(fetch|Expected)"):
        EmbeddingFile.open(path)


@pytest.mark.parametrize("n_kept", [0, 7, 100, -1])
def test_a_file_that_is_cut_short_is_damaged(tmp_path, n_kept):
    path = tmp_path / "file"
    write(path)
    path.write_bytes(path.read_bytes()[:n_kept])
    with pytest.raises(DataError, match="damaged"):
        EmbeddingFile.open(path)


def test_what_is_no_file_of_embeddings_is_said_to_be_none(tmp_path):
    with pytest.raises(DataError, match=r"cannot read the embeddings .*nowhere: No such file"):
        EmbeddingFile.open(tmp_path / "nowhere")
    (tmp_path / "text").write_text("a text, long enough to be something else")
    with pytest.raises(DataError, match="damaged"):
        EmbeddingFile.open(tmp_path / "text")
    save_file({"weights": np.zeros(3, np.float32)}, tmp_path / "weights")
    with pytest.raises(DataError, match="none that `bench embed` wrote"):
        EmbeddingFile.open(tmp_path / "weights")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": "2"}, "of version '2' of the format; this aac-bench reads '1'"),
        ({"recipe": None}, "header cannot be understood"),
        ({"recipe": '{"dim": 3}'}, "header cannot be understood"),
        ({"recipe": "[]"}, "header cannot be understood"),
        ({"recipe": json.dumps({**asdict(PATCHES), "kind": "words"})}, "cannot be understood"),
        ({"recipe": json.dumps({**asdict(PATCHES), "fingerprint": []})}, "cannot be understood"),
        ({"clip_ids": '["a", "b"]'}, "clip ids that do not have their hash"),
        ({"clip_ids": '["a", "b", "b"]'}, "3 clip ids, 2 different ones"),
        ({"split": "clotho:development"}, "has the checksum"),
        ({"n_expected": "11"}, "has the checksum"),
        ({"checksum": None}, "has the checksum"),
    ],
)
def test_a_header_that_was_changed_is_not_believed(tmp_path, changes, message):
    write(tmp_path / "file")
    with pytest.raises(DataError, match=message):
        EmbeddingFile.open(rewritten(tmp_path / "file", tmp_path / "changed", **changes))


def test_another_width_than_the_header_says_is_damage(tmp_path):
    write(tmp_path / "file")
    recipe = json.dumps({**asdict(PATCHES), "dim": 4})
    with pytest.raises(DataError, match=r"shape \(6, 3\); its header says float32 of width 4"):
        EmbeddingFile.open(rewritten(tmp_path / "file", tmp_path / "wide", recipe=recipe))


def test_clips_with_an_embedding_alone_count_and_say_their_split(tmp_path):
    write(tmp_path / "file", "abf")
    split = make_split()
    (file,) = open_files([tmp_path / "file"], [split])
    whole = with_embeddings(split, [file])
    assert whole.present == set("abef")
    assert whole.embedded == set("ab")
    assert whole.missing == ("c", "d")
    assert whole.read_clip("a", 16_000).split == "clotho:evaluation"
    assert whole.read_clip("f", 16_000).split == ""  # it has a sound, and is in the file too
    assert len(whole.read_clip("f", 16_000).waveform) == 9


def test_a_clip_counts_that_every_recipe_has(tmp_path):
    write(tmp_path / "one", "ab")
    write(tmp_path / "two", "cd", seed=1)
    write(tmp_path / "other", "bce", SOUNDS)
    write(tmp_path / "train", "a", SOUNDS, split="clotho:development")
    splits = [make_split(), make_split(name="development", present="")]
    paths = [tmp_path / name for name in ("one", "two", "other", "train")]
    files = open_files(paths, splits)
    assert with_embeddings(splits[0], files).embedded == set("bc")
    assert with_embeddings(splits[1], files).embedded == set("a")


def test_a_clip_of_another_split_is_never_taken_for_one_of_the_same_name(tmp_path):
    evaluated = write(tmp_path / "evaluation", "a", SOUNDS)
    trained = write(tmp_path / "development", "a", SOUNDS, "clotho:development", seed=1)
    assert not np.array_equal(evaluated["a"], trained["a"])
    store = open_store(tmp_path, SOUNDS, "evaluation", "development")
    clips = [Clip("a", SILENT, 16_000, f"clotho:{name}") for name in ("development", "evaluation")]
    found = store.embed_sounds(Encoder(SOUNDS), clips)
    np.testing.assert_array_equal(found, [trained["a"][0], evaluated["a"][0]])


class Encoder:
    """One whose embeddings are known, and that must never be asked for any other."""

    sample_rate_hz = 16_000
    trained_on = ()

    def __init__(self, recipe):
        self.name, self.fingerprint, self.dim = recipe.encoder, recipe.fingerprint, recipe.dim

    def embed_audio(self, waveforms):
        return np.full((len(waveforms), self.dim), 7, np.float32)

    def embed_patches(self, waveforms):
        return [np.full((2, self.dim), 7, np.float32) for _ in waveforms]


def open_store(tmp_path, recipe, *names, embedded_split="clotho:evaluation"):
    paths = tuple(tmp_path / name for name in names)
    resources = Resources("cpu", 0, Artifacts(tmp_path / "artifacts"), embedding_files=paths,
                          embedded_split=embedded_split)  # fmt: skip
    return EmbeddingStore.open(resources, Encoder(recipe), recipe.kind, recipe.duration_s)


def test_sounds_and_embeddings_come_in_the_order_of_the_clips(tmp_path):
    vectors = write(tmp_path / "file", "abc")
    store = open_store(tmp_path, PATCHES, "file")
    clips = [Clip(name, SILENT, 16_000, "clotho:evaluation") for name in "cab"]
    clips.insert(1, Clip("sound", np.ones(5, np.float32), 16_000))
    found = store.embed_sequences(Encoder(PATCHES), clips)
    for rows, expected in zip(found, [vectors["c"], np.full((2, 3), 7), vectors["a"], vectors["b"]],
                              strict=True):  # fmt: skip
        np.testing.assert_array_equal(rows, expected)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"encoder": "clap", "fingerprint": "77"}, "it is of another encoder than clap"),
        ({"fingerprint": "77"}, "fingerprint is 0123456789abcdef, the encoder's here 77"),
        ({"kind": "sounds"}, "it holds patches, and sounds are read"),
        ({"dim": 4}, "vectors are 3 wide, the encoder's here 4"),
        ({"duration_s": 10.0}, "taken as they are, and the system takes them cut or filled to 10"),
    ],
)
def test_embeddings_of_another_recipe_are_refused_with_what_differs(tmp_path, changes, message):
    write(tmp_path / "file")
    wanted = replace(PATCHES, **changes)
    with pytest.raises(DataError, match=message) as caught:
        open_store(tmp_path, wanted, "file")
    label = SplitLabel("clotho", "evaluation")
    command = embed_command(label, wanted.encoder, wanted.kind, wanted.duration_s)
    assert command in str(caught.value)
    assert str(tmp_path / "file") in str(caught.value)


def test_a_name_that_is_spelled_otherwise_does_not_matter(tmp_path):
    vectors = write(tmp_path / "file")
    recipe = replace(PATCHES, encoder="vggish[weights=/elsewhere]")
    clip = Clip("a", SILENT, 16_000, "clotho:evaluation")
    (rows,) = open_store(tmp_path, recipe, "file").embed_sequences(Encoder(recipe), [clip])
    np.testing.assert_array_equal(rows, vectors["a"])


def test_a_clip_that_no_file_holds_is_named_with_the_command_to_run(tmp_path):
    write(tmp_path / "file")
    store = open_store(tmp_path, PATCHES, "file")
    clip = Clip("d", SILENT, 16_000, "clotho:evaluation")
    with pytest.raises(DataError, match=r"'d' of clotho:evaluation has no sound.*does not hold"):
        store.embed_sequences(Encoder(PATCHES), [clip])
    clip = replace(clip, split="clotho:development")
    with pytest.raises(DataError, match="make it with `bench embed clotho:development"):
        store.embed_sequences(Encoder(PATCHES), [clip])


def test_a_store_that_was_opened_without_files_or_for_another_encoder_says_so(tmp_path):
    write(tmp_path / "file", recipe=SOUNDS)
    clip = Clip("a", SILENT, 16_000, "clotho:evaluation")
    for store in (EmbeddingStore(tmp_path / "store"), open_store(tmp_path, SOUNDS, "file")):
        with pytest.raises(PluginError, match=r"EmbeddingStore.open\(resources, encoder"):
            store.embed_sequences(Encoder(PATCHES), [clip])


def test_files_that_agree_but_for_rounding_are_one(tmp_path):
    vectors = write(tmp_path / "one")
    contents = Contents(PATCHES, "clotho:evaluation", 10, ("a", "b", "c"))
    rounded = {name: rows * np.float32(1 + 1e-6) for name, rows in vectors.items()}
    write_embeddings(tmp_path / "two", contents, rounded.items())
    files = open_files([tmp_path / "one", tmp_path / "two"], [make_split()])
    assert len(files) == 2


def test_files_that_disagree_are_refused_with_the_clip(tmp_path):
    write(tmp_path / "one", "abc")
    write(tmp_path / "two", "cd", seed=1)
    with pytest.raises(DataError, match=r"one and .*two disagree on the clip 'c' of clotho:eval"):
        open_files([tmp_path / "one", tmp_path / "two"], [make_split()])


def test_a_file_of_another_split_or_of_strange_clips_is_refused(tmp_path):
    write(tmp_path / "file", "abx")
    with pytest.raises(DataError, match=r"1 clips that are not of clotho:evaluation \('x'\)"):
        open_files([tmp_path / "file"], [make_split()])
    with pytest.raises(DataError, match=r"of clotho:evaluation; this run is about clotho:dev"):
        open_files([tmp_path / "file"], [make_split("clotho", "development")])


def test_a_file_of_another_data_set_is_kept_for_systems_that_load_it_themselves(tmp_path):
    write(tmp_path / "file", "abc")
    files = open_files([tmp_path / "file"], [make_split("audiocaps", "test")])
    split = make_split("clotho", "evaluation")
    loaded = load_completed({"clotho": split}.__getitem__, files, "clotho")
    assert (loaded.present, loaded.embedded) == (frozenset("abcef"), frozenset("abc"))
    other = make_split("clotho", "development")
    assert load_completed({"clotho:dev": other}.__getitem__, files, "clotho:dev") is other


def test_a_file_of_strange_clips_is_refused_when_their_split_is_loaded(tmp_path):
    write(tmp_path / "file", "abx")
    files = open_files([tmp_path / "file"], [make_split("audiocaps", "test")])
    with pytest.raises(DataError, match=r"1 clips that are not of clotho:evaluation \('x'\)"):
        load_completed(lambda _: make_split(), files, "clotho")


def test_a_folder_that_is_loaded_besides_is_not_completed_by_another_folders_file(tmp_path):
    write(tmp_path / "file", "xyz", split="folder:test")
    files = open_files([tmp_path / "file"], [make_split("folder:/a", "test", "xyz", "")])
    other = make_split("folder:/b", "test")
    assert load_completed(lambda _: other, files, "folder:/b:test") is other


def test_a_file_is_named_once_and_folders_of_one_split_cannot_be_told_apart(tmp_path):
    write(tmp_path / "file")
    with pytest.raises(UsageError, match="more than once"):
        open_files([tmp_path / "file"] * 2, [make_split()])
    folders = [make_split("folder:/a", "test"), make_split("folder:/b", "test")]
    with pytest.raises(UsageError, match="are both folder:test to a file"):
        open_files([tmp_path / "file"], folders)


def test_a_folder_goes_by_its_split_on_every_machine(tmp_path):
    write(tmp_path / "file", "ab", split="folder:test")
    split = make_split("folder:/home/other/clips", "test")
    assert with_embeddings(split, open_files([tmp_path / "file"], [split])).embedded == set("ab")
    command = embed_command(SplitLabel.parse("folder:test"), "mini", "sounds")
    assert command.startswith("bench embed folder:PATH:test ")

"""``bench embed``, and runs on machines that have its files and not the sounds."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import soundfile
from bench_process import read_run
from printed import on_one_line
from small_clips import write_clips

from benchmark.embeddings.files import EmbeddingFile
from benchmark.encoders import load_encoder

JOINT = "nn-clap[encoder=mini]"
SEQUENCES = "nn-vggish[encoder=mini,n_patches=2]"
LEXICAL = ("--metrics", "lexical")


@pytest.fixture
def embed(bench, tmp_path):
    """Embed splits of a folder with the encoder that is shipped, into files of ``tmp_path``."""

    def run(folder, split="test", kind="sounds", *options):
        path = tmp_path / f"{split}-{kind}.safetensors"
        done = bench("embed", f"folder:{folder}:{split}", "--encoder", "mini", "--kind", kind,
                     "-o", path, *options)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return path

    return run


def copy_captions(folder, target):
    """Take a data set to another machine: its captions without its sounds."""
    target.mkdir()
    for path in folder.glob("*.csv"):
        shutil.copy(path, target)
    return target


def captions_of(path):
    return {(row["system"], row["clip_id"]): row["caption"] for row in read_run(path)["rows"]}


def given(*paths):
    return [word for path in paths for word in ("--embeddings", path)]


def test_the_file_holds_what_the_encoder_gives(embed, clips_folder):
    file = EmbeddingFile.open(embed(clips_folder))
    encoder = load_encoder("mini")
    assert file.recipe.fingerprint == encoder.fingerprint
    assert file.split == "folder:test"
    assert len(file.contents.clip_ids) == file.contents.n_expected == 12
    wave, _ = soundfile.read(clips_folder / "test-01.wav", dtype="float32")
    expected = encoder.embed_audio([wave])
    np.testing.assert_allclose(file.read("test-01.wav"), expected, rtol=1e-5, atol=1e-6)


def test_a_machine_without_sounds_captions_as_one_that_has_them(
    bench, embed, clips_folder, tmp_path
):
    files = [embed(clips_folder, *of) for of in (("test", "sounds"), ("test", "patches"),
                                                 ("train", "patches"))]  # fmt: skip
    bare = copy_captions(clips_folder, tmp_path / "bare")
    systems = ("--systems", f"{JOINT},{SEQUENCES},constant,random-train", *LEXICAL)
    done = bench("run", *systems, "--dataset", f"folder:{clips_folder}", "--out", "heard")
    assert done.returncode == 0, done.stderr
    done = bench("run", *systems, "--dataset", f"folder:{bare}", "--out", "given", *given(*files),
                 BENCH_CACHE=str(tmp_path / "cache"))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "12 of 12 clips" in on_one_line(done.stdout)
    assert captions_of(tmp_path / "given") == captions_of(tmp_path / "heard")
    assert "embeddings from files: encoding not" in done.stdout
    plan = json.loads((tmp_path / "given" / "plan.json").read_text())
    assert plan["passport"]["present"] == 0
    assert [record["split"] for record in plan["embeddings"]] == [
        "folder:test",
        "folder:test",
        "folder:train",
    ]
    assert all(len(record["sha256"]) == 64 for record in plan["embeddings"])
    latency = json.loads((tmp_path / "given" / "manifest.json").read_text())["systems"]
    assert latency[JOINT]["latency"]["void"]
    assert latency["constant"]["latency"]["void"] is None


def test_where_a_sound_is_here_too_the_sound_counts(bench, embed, clips_folder, tmp_path):
    other = write_clips(tmp_path / "other", n_test=12)
    for path in other.glob("test-*.wav"):
        wave, rate = soundfile.read(path)
        soundfile.write(path, np.sin(np.arange(len(wave)) / 3) * 0.5, rate)
    files = [embed(other), embed(clips_folder, "train")]
    done = bench("run", "--systems", JOINT, "--dataset", f"folder:{clips_folder}", *LEXICAL,
                 "--out", "with", *given(*files))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "encoding not measured" not in done.stdout
    done = bench("run", "--systems", JOINT, "--dataset", f"folder:{clips_folder}", *LEXICAL,
                 "--out", "without")  # fmt: skip
    assert captions_of(tmp_path / "with") == captions_of(tmp_path / "without")


def test_some_sounds_and_some_embeddings_make_one_table(bench, embed, clips_folder, tmp_path):
    file = embed(clips_folder)
    for number in range(8):
        (clips_folder / f"test-{number:02}.wav").unlink()
    (clips_folder / "test-11.wav").unlink()
    arguments = ("--systems", JOINT, "--dataset", f"folder:{clips_folder}", *LEXICAL)
    done = bench("run", *arguments, "--out", "run", *given(file))
    assert done.returncode == 0, done.stderr
    assert "12 of 12 clips" in on_one_line(done.stdout)
    assert "not measured" not in done.stdout  # three sounds are here, and were timed
    rows = json.loads((tmp_path / "run" / "manifest.json").read_text())["systems"]
    assert rows[JOINT]["latency"]["n_calls"] == 3
    assert "3 of 12 clips" in on_one_line(bench("run", *arguments).stdout)


def test_a_system_that_listens_itself_is_refused(bench, embed, clips_folder, tmp_path):
    file = embed(clips_folder)
    (clips_folder / "test-03.wav").unlink()
    arguments = ("--dataset", f"folder:{clips_folder}", *LEXICAL, *given(file))
    done = bench("run", "--systems", "toy", *arguments)
    assert done.returncode == 2
    assert "1 clips" in done.stderr
    assert "'test-03.wav'" in done.stderr
    assert "'toy' cannot caption without the sound itself" in done.stderr
    done = bench("run", "--systems", "constant", *arguments, "--text-only")
    assert done.returncode == 2
    assert "choose one" in done.stderr


def test_a_file_of_another_kind_stops_the_system_with_the_command_to_run(
    bench, embed, clips_folder, tmp_path
):
    bare = copy_captions(clips_folder, tmp_path / "bare")
    done = bench("run", "--systems", JOINT, "--dataset", f"folder:{bare}", *LEXICAL,
                 *given(embed(clips_folder, "test", "patches")))  # fmt: skip
    assert done.returncode == 1
    assert "it holds patches, and sounds are read" in done.stderr
    assert "bench embed folder:PATH:test --encoder mini --kind sounds -o FILE" in done.stderr


def test_a_training_split_of_which_nothing_is_here_names_the_command(
    bench, embed, clips_folder, tmp_path
):
    bare = copy_captions(clips_folder, tmp_path / "bare")
    done = bench("run", "--systems", SEQUENCES, "--dataset", f"folder:{bare}", *LEXICAL,
                 *given(embed(clips_folder, "test", "patches")))  # fmt: skip
    assert done.returncode == 2
    assert f"bench embed folder:{bare}:train --encoder mini --kind patches -o FILE" in on_one_line(
        done.stderr
    )


def test_a_damaged_file_is_refused_before_any_work(bench, embed, clips_folder, tmp_path):
    file = embed(clips_folder)
    content = bytearray(file.read_bytes())
    content[-200] ^= 255
    file.write_bytes(content)
    done = bench("run", "--systems", JOINT, "--dataset", f"folder:{clips_folder}", "--out", "run",
                 *given(file))  # fmt: skip
    assert done.returncode == 2
    assert f"the embeddings {file} are damaged" in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_run_resumes_only_with_the_file_it_began_with(bench, embed, clips_folder, tmp_path):
    file = embed(clips_folder)
    bare = copy_captions(clips_folder, tmp_path / "bare")
    done = bench("run", "--systems", JOINT, "--dataset", f"folder:{bare}", *LEXICAL,
                 "--out", "run", *given(file.name))  # fmt: skip
    assert done.returncode == 0, done.stderr
    whole = read_run(tmp_path / "run")
    ledger = tmp_path / "run" / "ledger.jsonl"
    ledger.write_text("".join(ledger.read_text().splitlines(keepends=True)[:5]))
    (tmp_path / "run" / "manifest.json").unlink()  # as if it had been stopped there
    done = bench("run", "--resume", "run")
    assert done.returncode == 0, done.stderr
    assert read_run(tmp_path / "run") == whole
    (clips_folder / "test-00.wav").unlink()
    embed(clips_folder)
    done = bench("run", "--resume", "run")
    assert done.returncode == 2
    assert "changed since the run began" in done.stderr


def test_sounds_are_captioned_by_a_system_that_learnt_from_embeddings(
    bench, embed, clips_folder, tmp_path
):
    bare = copy_captions(clips_folder, tmp_path / "bare")
    arguments = ("caption", clips_folder / "test-05.wav", "--system", SEQUENCES, "--format", "json")
    heard = bench(*arguments, "--train", f"folder:{clips_folder}:train")
    assert heard.returncode == 0, heard.stderr
    file = embed(clips_folder, "train", "patches")
    from_file = bench(*arguments, "--train", f"folder:{bare}:train", *given(file))
    assert from_file.returncode == 0, from_file.stderr
    assert from_file.stdout == heard.stdout
    done = bench(*arguments, "--train", f"folder:{bare}:train",
                 *given(embed(clips_folder, "test", "patches")))  # fmt: skip
    assert done.returncode == 2
    assert "this run is about sounds:all and folder:train" in done.stderr


def test_missing_and_broken_sounds_are_counted_and_named(bench, clips_folder, tmp_path):
    (clips_folder / "test-02.wav").unlink()
    (clips_folder / "test-04.wav").write_bytes(b"RIFF")
    done = bench("embed", f"folder:{clips_folder}", "--encoder", "mini", "--kind", "sounds",
                 "-o", "file")  # fmt: skip
    assert done.returncode == 1
    assert "file: 10 of 12 clips" in on_one_line(done.stdout)
    assert "1 clips have no sound and are not in it: 'test-02.wav'" in done.stdout
    assert "test-04.wav: " in done.stderr
    assert "1 sounds are broken" in done.stderr
    assert len(EmbeddingFile.open(tmp_path / "file").contents.clip_ids) == 10


def test_what_is_embedded_is_not_embedded_again(bench, clips_folder, tmp_path):
    arguments = ("embed", f"folder:{clips_folder}", "--encoder", "mini", "--kind", "sounds")
    cache = tmp_path / "cache"
    assert bench(*arguments, "-o", "one", BENCH_CACHE=str(cache)).returncode == 0
    shards = {path: path.stat().st_mtime_ns for path in cache.rglob("*.rows.npy")}
    assert shards
    assert bench(*arguments, "-o", "two", BENCH_CACHE=str(cache)).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*.rows.npy")} == shards
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_sounds_are_cut_or_filled_to_a_length_before(embed, clips_folder):
    file = EmbeddingFile.open(embed(clips_folder, "test", "patches", "--duration", 2))
    assert file.recipe.duration_s == 2.0
    assert {len(file.read(clip_id)) for clip_id in file.contents.clip_ids} == {2}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--encoder", "mini"), "choose with --kind sounds"),
        (("--encoder", "sentence"), "the encoder sentence embeds no sounds; expected one of ase"),
        (("--encoder", "vggish", "--kind", "sounds"), "gives patches; found --kind sounds"),
        (("--encoder", "vgish"), "Did you mean 'vggish'?"),
        (("--encoder", "mini", "--kind", "sounds", "-o", "no/file"), "no folder"),
        (("--encoder", "mini", "--kind", "sounds", "--device", "cuda:77"), "Try --device cpu"),
    ],
)
def test_what_cannot_be_embedded_is_refused(bench, clips_folder, tmp_path, arguments, message):
    out = () if "-o" in arguments else ("-o", "file")
    done = bench("embed", f"folder:{clips_folder}", *arguments, *out)
    assert done.returncode in (2, 3)
    assert message in done.stderr
    assert not (tmp_path / "file").exists()


def test_a_split_without_a_sound_cannot_be_embedded(bench, clips_folder, tmp_path):
    bare = copy_captions(clips_folder, tmp_path / "bare")
    done = bench("embed", f"folder:{bare}", "--encoder", "mini", "--kind", "sounds", "-o", "file")
    assert done.returncode == 2
    assert "none of the 12 clips has a sound to embed" in done.stderr

"""``bench cache``: what lies there, what is damaged, and what may go."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
import time

import pytest
from click.testing import CliRunner
from shard_rows import some

from benchmark.artifacts import Artifacts, fingerprint
from benchmark.cli.main import bench as cli
from benchmark.embeddings.shards import VectorFiles
from benchmark.files import Hold
from benchmark.metrics.bertscore.shards import ShardFolder
from benchmark.metrics.kept import KeptResults

DECODER = f"decoder-{fingerprint({'size': 1})}"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache with one thing of each kind, built, used and let go by another process."""
    root = tmp_path / "cache"
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("BENCH_CACHE", str(root))
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path / "models"))
    holds = {}
    monkeypatch.setattr("benchmark.artifacts.store._holds", holds)
    build = lambda folder: (folder / "weights").write_bytes(bytes(range(256)) * 8)  # noqa: E731
    Artifacts(root / "artifacts").get_or_build("decoder", {"size": 1}, build)
    holds.clear()
    VectorFiles(root / "artifacts" / "embeddings" / "clap-01" / "sounds").add(some(range(3)))
    KeptResults("words", "1").add({"a": 1})
    ShardFolder(root / "artifacts" / "bertscore-shards-01").write(0, 0.5, [])
    (root / "artifacts" / ".decoder-02-0123abcd.partial").mkdir()
    install(root / "environments" / "0123" / "lib" / "python3" / "site-packages")
    (root / "notes.txt").write_text("mine")
    return root


def install(packages):
    """As an installer leaves a package of one module."""
    (packages / "one-1.dist-info").mkdir(parents=True)
    (packages / "one.py").write_text("ONE = 1")
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"ONE = 1").digest()).rstrip(b"=").decode()
    rows = f"one.py,sha256={digest},7\none-1.dist-info/RECORD,,\n"
    (packages / "one-1.dist-info" / "RECORD").write_text(rows)


def run(*arguments, code=0):
    result = CliRunner().invoke(cli, ["cache", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


def listed(*arguments):
    rows = json.loads(run("list", "--format", "json", *arguments).stdout)["cache"]
    return {row["kind"]: row for row in rows}


def test_every_kind_is_listed_with_size_and_age(cache):
    rows = listed()
    assert list(rows) == [
        "built",
        "embeddings",
        "kept",
        "environment",
        "unfinished",
        "leftover",
        "other",
    ]
    assert rows["built"]["name"] == DECODER
    assert rows["embeddings"]["name"] == "clap-01/sounds"
    assert rows["built"]["bytes"] > 2048
    assert rows["other"]["bytes"] == 4
    assert not any(row["in_use"] for row in rows.values())
    assert all(row["unused_days"] < 0.1 for row in rows.values())
    assert "7 things" in run("list").stdout


def test_an_empty_cache_lists_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "none"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert "0 things" in run("list").stdout
    assert "0 of 0" in run("check").stdout


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) * 9 // 10] ^= 1
    path.write_bytes(content)


DAMAGED = {
    "built": ("artifacts/decoder-*/weights", "weights is not what was built"),
    "embeddings": ("artifacts/embeddings/*/*/*.rows.npy", "its content has the hash"),
    "kept": ("kept/*.jsonl", "1 lines are damaged"),
    "environment": ("environments/*/lib/*/*/one.py", "one.py is not what was installed"),
    "unfinished": ("artifacts/bertscore-shards-*/*.json", "are not what was written"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_flipped_bit_of_any_kind_is_named_and_nothing_is_changed(cache, kind):
    assert run("check").stdout == "0 of 7 things damaged.\n"
    pattern, said = DAMAGED[kind]
    (path,) = cache.glob(pattern)
    flip(path)
    damaged = path.read_bytes()
    result = run("check", "--format", "json", code=1)
    (row,) = json.loads(result.stdout)["cache"]
    assert row["kind"] == kind
    assert said in row["damage"]
    assert path.read_bytes() == damaged


def test_what_has_no_sums_cannot_be_checked(cache):
    (cache / "artifacts" / DECODER / "sums.json").unlink()
    assert "it has no sums" in run("check", "decoder-*", code=1).stdout


def test_only_what_is_named_goes_and_all_of_it_at_once(cache):
    assert "removed decoder-" in run("prune", "decoder-*").stdout
    assert "built" not in listed()
    assert [path.name for path in (cache / "artifacts").glob(".decoder*")] == [
        ".decoder-02-0123abcd.partial"
    ]
    run("prune", "--kind", "leftover", "--kind", "kept")
    assert list(listed()) == ["embeddings", "environment", "unfinished", "other"]


def test_what_no_version_put_there_goes_only_when_it_is_asked_for(cache):
    run("prune", "--older-than", 0)
    assert list(listed()) == ["other"]
    run("prune", "--kind", "other")
    assert listed() == {}


def test_age_counts_from_the_last_use(cache):
    for path in (cache / "artifacts" / DECODER, cache / "artifacts" / "bertscore-shards-01"):
        past = time.time() - 40 * 86_400
        os.utime(path, (past, past))
    Artifacts(cache / "artifacts").get_or_build("decoder", {"size": 1}, print)
    assert (
        "would remove bertscore-shards-01" in run("prune", "--older-than", 30, "--dry-run").stdout
    )
    run("prune", "--older-than", 30)
    assert list(listed()) == ["built", "embeddings", "kept", "environment", "leftover", "other"]


def test_what_was_used_last_may_stay(cache):
    sizes = {kind: row["bytes"] for kind, row in listed().items() if kind in ("built", "kept")}
    old = cache / "artifacts" / DECODER
    os.utime(old, (1, 1))
    run("prune", "--kind", "built", "--kind", "kept", "--down-to", sizes["kept"])
    assert set(listed()) == {"embeddings", "kept", "environment", "unfinished", "leftover", "other"}
    run("prune", "--down-to", "1 GiB")
    assert "kept" in listed()


def test_what_is_in_use_stays(cache):
    hold = Hold(cache / "artifacts" / DECODER)
    assert listed()["built"]["in_use"]
    assert run("prune", "decoder-*").stdout == "0 B are free.\n"
    assert "built" in listed()
    hold.close()
    run("prune", "decoder-*")
    assert "built" not in listed()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "nothing says what to prune"), (("--down-to", "much"), "no size; expected")],
)
def test_a_wish_that_says_nothing_is_refused(cache, arguments, said):
    result = CliRunner().invoke(cli, ["cache", "prune", *arguments])
    assert said in f"{result.exception} {result.output}"
    assert result.exit_code != 0
    assert len(listed()) == 7

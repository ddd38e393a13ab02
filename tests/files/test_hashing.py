from __future__ import annotations

import hashlib

import pytest

from benchmark.files import checksum_of, hash_files, sha256_of

CONTENT = bytes(range(256)) * 40_000  # 10 MB: some blocks


@pytest.fixture
def path(tmp_path):
    (tmp_path / "file").write_bytes(CONTENT)
    return tmp_path / "file"


def test_a_files_hash_is_that_of_its_content(path, tmp_path):
    (tmp_path / "empty").touch()
    assert sha256_of(path) == hashlib.sha256(CONTENT).hexdigest()
    assert sha256_of(tmp_path / "empty").startswith("e3b0c44298fc1c14")


@pytest.mark.parametrize("algorithm", ["md5", "blake2b"])
def test_other_algorithms_go_by_their_name(path, algorithm):
    assert checksum_of(path, algorithm) == hashlib.new(algorithm, CONTENT).hexdigest()


def test_files_are_hashed_one_after_the_other_and_every_4_mib_is_told(path, tmp_path):
    (tmp_path / "more").write_bytes(b"abc")
    blocks = []
    both = hash_files([path, tmp_path / "more"], lambda: blocks.append(1))
    assert both == hashlib.sha256(CONTENT + b"abc").hexdigest()
    assert len(blocks) == 4  # 4 + 4 + 1.8 MiB, and 3 bytes

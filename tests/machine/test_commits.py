"""The commit of a run: of the working directory, or as the environment says."""

from __future__ import annotations

import subprocess

import pytest

from benchmark.machine.commits import find_commit, is_of_commit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def unnamed(monkeypatch):
    for name in ("BENCH_COMMIT", "GITHUB_SHA"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Make a repository with one commit, and go there; returns a function that asks git."""
    monkeypatch.chdir(tmp_path)
    for name, value in (("AUTHOR", "a"), ("COMMITTER", "c")):
        monkeypatch.setenv(f"GIT_{name}_NAME", value)
        monkeypatch.setenv(f"GIT_{name}_EMAIL", f"{value}@b")

    def git(*words):
        return subprocess.run(
            ["git", *words], check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "-q")
    (tmp_path / "file").write_text("one\n")
    git("add", "file")
    git("commit", "-qm", "First")
    return git


def test_it_is_that_of_the_repository_around_the_working_directory(repository, tmp_path):
    assert find_commit() == repository("rev-parse", "HEAD")
    (tmp_path / "untracked").write_text("no part of it")
    assert find_commit() == repository("rev-parse", "HEAD")


def test_changed_files_are_told(repository, tmp_path):
    (tmp_path / "file").write_text("two\n")
    assert find_commit() == f"{repository('rev-parse', 'HEAD')}-dirty"


def test_no_repository_no_commit(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert find_commit() is None
    monkeypatch.setenv("GITHUB_SHA", COMMIT)
    assert find_commit() == COMMIT


def test_a_repository_without_a_commit_has_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)
    assert find_commit() is None


def test_what_is_named_counts_before_what_is_found(repository, monkeypatch):
    monkeypatch.setenv("GITHUB_SHA", COMMIT)
    assert find_commit() == repository("rev-parse", "HEAD")
    monkeypatch.setenv("BENCH_COMMIT", " v1.2 ")
    assert find_commit() == "v1.2"


def test_without_git_nobody_knows(repository, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_commit() is None


def test_no_program_of_a_repository_is_run(repository, tmp_path):
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n")
    spy.chmod(0o755)
    repository("config", "core.fsmonitor", str(spy))
    assert find_commit() is not None
    assert not (tmp_path / "was-run").exists()


@pytest.mark.parametrize(
    ("found", "asked", "expected"),
    [
        (COMMIT, COMMIT, True),
        (COMMIT, COMMIT[:7], True),
        (COMMIT, COMMIT[:6], False),
        (COMMIT, "1" + COMMIT[1:], False),
        (f"{COMMIT}-dirty", COMMIT, False),
        (f"{COMMIT}-dirty", f"{COMMIT}-dirty", True),
        ("v1.2", "v1.2", True),
        ("v1.2", "v1", False),
    ],
)
def test_a_commit_is_asked_for_whole_or_by_its_first_digits(found, asked, expected):
    assert is_of_commit(found, asked) is expected

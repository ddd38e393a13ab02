"""Options that say how long systems are waited for, and how many failures they are borne."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from benchmark.cli.patience import patience_options, typed_patience
from benchmark.runs.patience import RUN_PATIENCE, Patience


def read(*args):
    found = []

    @click.command()
    @patience_options
    def command(patience):
        found.append(patience)

    outcome = CliRunner().invoke(command, args)
    return found[0] if found else outcome.output


def test_systems_are_limited_where_nobody_says_so():
    assert read() == RUN_PATIENCE
    assert Patience(600, 3600, 86400, 0, 1.0, 0.05) == RUN_PATIENCE


@pytest.mark.parametrize(
    ("text", "most"),
    [("0", 0), ("3", 3), ("0.25", 0.25), ("25%", 0.25), ("none", None), ("1", 1)],
)
def test_failures_are_a_number_or_a_share(text, most):
    assert read("--max-failures", text).max_failures == most


def test_keeping_going_bears_any_number_unless_one_is_named():
    assert read("--keep-going").max_failures is None
    assert read("--keep-going", "--max-failures", "3").max_failures == 3


def test_one_limit_of_getting_ready_is_for_systems_that_learn_too():
    patience = read("--prepare-timeout", "90", "--timeout", "none")
    assert (patience.prepare_timeout_s, patience.train_timeout_s) == (90, 90)
    assert patience.timeout_s is None
    assert read("--prepare-timeout", "none").train_timeout_s is None


@pytest.mark.parametrize("text", ["-1", "1.5", "100%", "%", "nan", "inf", "-5%", "all", ""])
def test_what_is_no_number_of_failures_is_refused(text):
    assert "expected a number of clips, a share as 0.05 or 5%, or none" in read(
        f"--max-failures={text}"
    )


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "soon", ""])
@pytest.mark.parametrize("option", ["--timeout", "--prepare-timeout"])
def test_what_is_no_time_is_refused(option, text):
    assert "expected seconds above 0, or none" in read(f"{option}={text}")


def test_what_was_typed_is_told_from_what_was_left_as_it_is():
    found = []

    @click.command()
    @patience_options
    def command(patience):
        found.append(typed_patience(patience))

    for args in (
        [],
        ["--timeout", "600"],
        ["--keep-going", "--prepare-timeout", "none"],
        ["--retries", "2", "--retry-wait", "20"],
    ):
        assert CliRunner().invoke(command, args).exit_code == 0
    assert found == [
        {},
        {"timeout_s": 600},
        {"max_failures": None, "prepare_timeout_s": None, "train_timeout_s": None},
        {"n_retries": 2, "backoff_s": 20},
    ]

"""Systems got ready, and what stops them there."""

from __future__ import annotations

import sys

from noises import Echo

from benchmark.runs.ledger import read_ledger


def test_a_system_that_cannot_get_ready_says_why(noises):
    def prepare(resources, options):
        raise FileNotFoundError("weights.bin")

    assert noises.run(prepare) == "while preparing: FileNotFoundError: weights.bin"
    prepared = read_ledger(noises.path).prepared["system", 0]
    assert "Traceback" in prepared.traceback


def test_a_captioner_without_a_caption_method_is_refused(noises):
    assert "expected a captioner" in noises.run(lambda resources, options: object())


def test_a_captioner_with_an_impossible_rate_is_refused(noises):
    teller = Echo()
    teller.sample_rate_hz = "16k"
    failure = noises.run(lambda resources, options: teller)
    assert failure.startswith("while preparing: PluginError: the captioner's sample_rate_hz is")


def test_a_captioner_that_misspeaks_of_itself_is_refused(noises):
    teller = Echo()
    teller.trained_on = "clotho"
    failure = noises.run(lambda resources, options: teller)
    assert failure.startswith(
        "while preparing: PluginError: the captioner's trained_on is 'clotho'"
    )
    assert noises.entries == []


def test_a_system_that_ends_the_process_while_it_gets_ready_is_stopped_alone(noises):
    failure = noises.run(lambda resources, options: sys.exit("no weights"))
    assert failure.startswith("while preparing: PluginError: prepare() raised SystemExit")

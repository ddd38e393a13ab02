"""Systems got ready, and what stops them there."""

from __future__ import annotations

import dataclasses
import sys

import pytest
from noises import Echo, system_of

from benchmark.plugins.provenance import Provenance
from benchmark.runs.entrants import Entrant, prepare
from benchmark.runs.entries import PrepareEntry
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


def ready_of(noises, captioner, **changes):
    return prepare(Entrant(system_of(captioner, **changes), noises.resources))


def test_what_is_ready_says_its_rate_and_how_long_it_took(noises):
    class Slow(Echo):
        sample_rate_hz = 22_050
        trained_on = ("web",)
        facts = {"preset": "paper"}  # noqa: RUF012

    ready = ready_of(noises, Slow())
    assert ready.sample_rate_hz == 22_050
    assert (ready.entry.trained_on, ready.entry.facts) == (("web",), {"preset": "paper"})
    assert 0 <= ready.entry.prepare_s < 5
    assert ready.entry.error is None


def test_who_names_no_rate_hears_at_that_of_its_record(noises):
    assert ready_of(noises, Echo(), sample_rate_hz=44_100).sample_rate_hz == 44_100


def test_what_cannot_get_ready_is_an_entry_with_its_fold_and_time(noises):
    resources = dataclasses.replace(noises.resources, fold=2)
    entry = prepare(Entrant(system_of(lambda resources, options: 1 / 0), resources))
    assert isinstance(entry, PrepareEntry)
    assert (entry.system, entry.fold) == ("system", 2)
    assert entry.error == "ZeroDivisionError: division by zero"


def test_a_system_gets_its_options_and_resources(noises):
    given = []

    def get_ready(resources, options):
        given.append((resources, options))
        return Echo()

    prepare(Entrant(system_of(get_ready), noises.resources))
    assert given == [(noises.resources, None)]


@pytest.mark.parametrize(
    "change",
    [
        lambda entrant: dataclasses.replace(
            entrant, system=dataclasses.replace(entrant.system, name="system[x=1]")
        ),
        lambda entrant: dataclasses.replace(
            entrant, system=dataclasses.replace(entrant.system, provenance=Provenance("test", "2"))
        ),
        lambda entrant: dataclasses.replace(
            entrant, resources=dataclasses.replace(entrant.resources, seed=1)
        ),
        lambda entrant: dataclasses.replace(
            entrant, resources=dataclasses.replace(entrant.resources, fold=1)
        ),
    ],
    ids=["its options", "its version", "its seed", "its fold"],
)
def test_the_key_of_a_caption_changes_with(noises, change):
    entrant = Entrant(system_of(Echo()), noises.resources)
    assert entrant.key_of("sound") == entrant.key_of("sound") != entrant.key_of("other sound")
    assert change(entrant).key_of("sound") != entrant.key_of("sound")


def test_the_key_of_a_caption_changes_with_the_training_split(noises):
    entrant = Entrant(system_of(Echo()), noises.resources)
    learned = dataclasses.replace(entrant.resources, train=noises.split)
    assert dataclasses.replace(entrant, resources=learned).key_of("x") != entrant.key_of("x")
    elsewhere = dataclasses.replace(entrant.resources, device="cuda")
    assert dataclasses.replace(entrant, resources=elsewhere).key_of("x") == entrant.key_of("x")

"""For every rule of a metric one that breaks it, and is told so; and some that keep them all."""

from __future__ import annotations

import dataclasses

import odd_metrics as odd
import pytest

from benchmark import MissingWeightsError, Need
from benchmark.contract.metrics import Engine, Metric
from benchmark.testing import ConformanceError, check_metric
from benchmark.testing.metrics import RULES


def findings(engine, **told):
    with pytest.raises(ConformanceError) as caught:
        check_metric(engine, **told)
    assert {finding.rule for finding in caught.value.findings} <= RULES
    return {finding.rule: finding.message for finding in caught.value.findings}


def test_metrics_that_keep_the_rules_pass():
    check_metric(odd.engine_of())
    check_metric(odd.corpus_engine())
    check_metric(Engine.per_caption(odd.METRIC, odd.overlap))
    describing = dataclasses.replace(odd.METRIC, higher_is_better=None)
    check_metric(odd.engine_of(odd.upside_down, metric=describing))


@pytest.mark.parametrize(
    ("engine", "rules", "message"),
    [
        (odd.engine_of(lambda task: [None]), ["values"], "expected a number per clip"),
        (odd.engine_of(lambda task: [0.5]), ["values"], "shape (1,); expected (10,)"),
        (odd.engine_of(lambda task: 1 / 0), ["values"], "score() raised ZeroDivisionError"),
        (Engine("odd", (odd.METRIC,), lambda *_: []), ["values"], "0 answers for 1 systems"),
        (odd.engine_of(odd.too_high), ["bounds"], "it gave 2; expected values from 0 to 1"),
        (odd.engine_of(odd.drifting), ["repetition"], "scored again; expected 0."),
        (odd.engine_of(odd.by_first_clip), ["clip-order", "alone"], "with its clips in another"),
        (odd.engine_of(odd.by_first_reference), ["reference-order"], "references of each clip in"),
        (odd.engine_of(odd.relative), ["alone"], "Of aggregation 'mean' each clip's value stands"),
        (
            Engine("odd", (odd.METRIC,), odd.by_the_other_systems),
            ["systems"],
            "with another system beside it; expected",
        ),
        (odd.engine_of(odd.refusing_empty), ["empty"], "of empty captions: score() raised Zero"),
        (odd.engine_of(odd.liking_empty), ["empty"], "and of empty captions 1; expected the fi"),
        (odd.engine_of(odd.refusing_long), ["odd"], "of the caption 'dog dog dog dog"),
        (odd.engine_of(odd.upside_down), ["empty", "direction"], "as higher_is_better=True says"),
        (odd.engine_of(odd.with_another_value), ["aggregate"], "has the value 0.5, and 0."),
        (odd.corpus_engine(value=odd.nine_tenths), ["aggregate"], "by what it says of the clips"),
        (odd.corpus_engine(odd.beside_others), ["aggregate"], "must not depend on the clips bes"),
        (Engine("odd", (odd.METRIC,), odd.sorting), ["arguments"], "it changed the tasks"),
        (odd.engine_of(odd.speaking), ["output"], "it wrote 'scoring\\n"),
        (odd.engine_of(odd.muttering), ["output"], "in score() it wrote 'scoring\\n"),
        (odd.engine_of(odd.drawing), ["chance"], "score() drew from the generator of random"),
        (odd.engine_of(odd.settling), ["settings"], "the environment has a new 'ODD_ONE'"),
    ],
)
def test_a_metric_that_breaks_a_rule_is_told_which(engine, rules, message):
    found = findings(engine)
    assert list(found) == rules
    assert any(message in told for told in found.values())
    if rules not in (["values"], ["repetition"]):
        check_metric(engine, skip=rules)


def lacks():
    raise MissingWeightsError("no weights here. Fetch them.")


def reads_a_file(task):
    with open("/no/such/weights") as file:  # noqa: PTH123
        return float(file.read())


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        (
            odd.engine_of(reads_a_file),
            "FileNotFoundError: [Errno 2] No such file or directory: '/no/such/weights'. "
            "Engine.needs names none",
        ),
        (
            odd.engine_of(reads_a_file, needs=lambda _: [Need(lambda: None)]),
            "Engine.needs says that all is here",
        ),
        (
            odd.engine_of(reads_a_file, needs=lambda _: [Need(lacks)]),
            "it says that it lacks something: MissingWeightsError: no weights here. Fetch them.",
        ),
        (odd.engine_of(needs=lambda _: [Need(lacks)]), "But it scored without; expected only"),
    ],
)
def test_needs_that_lie_are_told_so(engine, message):
    found = findings(engine)
    assert list(found) == ["needs"]
    assert message in found["needs"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "Odd One"}, "the engine's name is 'Odd One'"),
        ({"metrics": ()}, "it computes no metric"),
        ({"score": None}, "score is None; expected a function"),
        ({"reads": "corpus"}, "reads is 'corpus'; expected 'raw' or 'tokens'"),
        ({"metrics": (Metric("Odd", "Odd"),)}, "a metric's key is 'Odd'"),
        ({"metrics": (Metric("odd", "two\nlines"),)}, r"the label of odd is 'two\nlines'"),
        ({"metrics": (Metric("odd", "Odd", bounds=(1.0, 0.0)),)}, "the bounds of odd are (1.0"),
        ({"metrics": (Metric("odd", "Odd", aggregation="sum"),)}, "aggregation of odd is 'sum'"),
        ({"corpus": {"odd": odd.ratio}}, "odd is a mean, and Engine.corpus has a function"),
    ],
)
def test_a_record_that_says_it_wrongly_is_told_so(change, message):
    found = findings(dataclasses.replace(odd.engine_of(), **change))
    assert list(found) == ["record"]
    assert message in found["record"]
    assert findings(None)["record"].startswith("None is no Engine")

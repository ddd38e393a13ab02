"""Rules about what an engine makes of captions."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from benchmark.contract.metrics import Floats, Metric, MetricValues
from benchmark.metrics.engines.installed import InstalledEngine
from benchmark.metrics.engines.values import values_of
from benchmark.metrics.scores import Score
from benchmark.testing.chance import FIRST, OTHER, read_chance, require_own_chance, sow
from benchmark.testing.findings import BrokenRuleError
from benchmark.testing.metric_trial import Case, MetricTrial, example_case
from benchmark.testing.printed import catch, tell_written

MetricRule = Callable[[MetricTrial], object]
_WITHIN = 1e-5
"""What models round otherwise in other batches, relative and absolute."""
_RUBBISH = ("qwx zzkpt vrrl", "ooo bnb", "7 7 7", "krrz krrz krrz krrz", "vv")
_ODD = ("...", "A", "café Ω 犬 🐕", "dog " * 300, "a dog\nbarks\t", "  spaces  ")


def first_rules() -> Iterator[tuple[str, MetricRule]]:
    """Give the rules without which the others mean nothing, with their names."""
    yield "values", gives_values
    yield "repetition", repeats_itself


def rules_for(trial: MetricTrial) -> Iterator[tuple[str, MetricRule]]:
    """Give the other rules, with their names."""
    yield "clip-order", knows_no_order_of_clips
    yield "reference-order", knows_no_order_of_references
    yield "alone", scores_a_clip_alone
    yield "systems", scores_a_system_alone
    yield "empty", bears_empty_captions
    yield "odd", bears_odd_captions
    yield "bounds", keeps_its_bounds
    if not trial.engine.builds_on:  # made-up values have no direction
        yield "direction", knows_better_from_worse
    yield "aggregate", sums_up_what_it_says_of_clips
    yield "arguments", leaves_its_arguments
    yield "output", says_nothing_beside
    yield "chance", leaves_chance_alone


RULES = frozenset(
    {
        *("values", "repetition", "clip-order", "reference-order", "alone", "systems", "empty"),
        *("odd", "bounds", "direction", "aggregate", "arguments", "output", "chance"),
    }
)
"""Rules of an engine at work, by name."""


def gives_values(trial: MetricTrial) -> None:
    """There is a value of each metric, within its bounds."""
    (scores,) = trial.score(example_case())
    for key, score in scores.items():
        if score.value is None:
            raise BrokenRuleError(
                f"{key} has no value of ten ordinary captions: {score.reason}; expected one."
            )


def repeats_itself(trial: MetricTrial) -> None:
    """The same captions get the same values again, to the last digit."""
    (before,), (again,) = trial.score(example_case()), trial.score(example_case())
    _require_alike(before, again, "scored again", within=0.0)


def knows_no_order_of_clips(trial: MetricTrial) -> None:
    """Clips get the same values under names that stand in another order."""
    case = example_case()
    names = dict(zip(sorted(case.candidates), sorted(case.candidates, reverse=True), strict=True))
    turned = Case(
        case.name,
        {names[clip_id]: text for clip_id, text in case.candidates.items()},
        {names[clip_id]: texts for clip_id, texts in case.references.items()},
    )
    (before,), (after,) = trial.score(case), trial.score(turned)
    backwards = {key: _with_clips(score, slice(None, None, -1)) for key, score in after.items()}
    _require_alike(before, backwards, "with its clips in another order")


def knows_no_order_of_references(trial: MetricTrial) -> None:
    """A clip's references mean the same in any order."""
    case = example_case()
    turned = case._replace(references={key: texts[::-1] for key, texts in case.references.items()})
    (before,), (after,) = trial.score(case), trial.score(turned)
    _require_alike(before, after, "with the references of each clip in another order")


def scores_a_clip_alone(trial: MetricTrial) -> None:
    """What is said of a clip depends on no other, where a metric is the mean over clips."""
    case = example_case()
    (together,) = trial.score(case)
    clip_ids = sorted(case.candidates)
    for rows in (slice(0, 1), slice(1, 4)):
        (alone,) = trial.score(case.part(clip_ids[rows]))
        for metric in trial.engine.metrics:
            if metric.aggregation != "mean":
                continue
            before = {metric.key: _with_clips(together[metric.key], rows)}
            only = {metric.key: alone[metric.key]}
            _require_alike(
                before, only, "with fewer clips beside", of_clips=True,
                cure="Of aggregation 'mean' each clip's value stands alone; what is of all clips "
                "together is 'corpus', with statistics.",
            )  # fmt: skip


def scores_a_system_alone(trial: MetricTrial) -> None:
    """What is said of a system depends on no other that is scored with it."""
    case = example_case()
    other = Case("other", dict.fromkeys(case.candidates, "a dog barks"), case.references)
    (alone,) = trial.score(case)
    together = trial.score(other, case)[1]
    _require_alike(alone, together, "with another system beside it")


def bears_empty_captions(trial: MetricTrial) -> None:
    """An empty caption has a value, or none with a reason; and is no better than a true one."""
    case = example_case()
    empty = case._replace(candidates=dict.fromkeys(case.candidates, ""))
    try:
        one_empty = case._replace(candidates={**case.candidates, "test-0001": ""})
        _, all_of_them = trial.score(one_empty, empty)
    except BrokenRuleError as broken:
        raise BrokenRuleError(
            f'of empty captions: {broken}; expected a value, for "" is a legal caption, or NaN '
            "with a reason in MetricValues."
        ) from broken.__cause__
    if trial.engine.builds_on:  # made-up values have no direction
        return
    try:
        (true,) = trial.score(_as_its_reference(case))
    except BrokenRuleError:  # as another rule tells
        return
    for metric in trial.engine.metrics:
        _require_better(metric, true, all_of_them, "empty captions", or_equal=True)


def bears_odd_captions(trial: MetricTrial) -> None:
    """Marks alone, one letter, other scripts, long captions, blanks: all have a value."""
    case = example_case()
    for text in _ODD:
        odd = case._replace(candidates={**case.candidates, "test-0001": text})
        try:
            trial.score(odd)
        except BrokenRuleError as broken:
            raise BrokenRuleError(f"of the caption {text[:40]!r}: {broken}") from broken.__cause__


def keeps_its_bounds(trial: MetricTrial) -> None:
    """The best and the worst captions that there are have values within the bounds."""
    case = example_case()
    trial.score(_as_its_reference(case), _rubbish(case))


def knows_better_from_worse(trial: MetricTrial) -> None:
    """A reference is worth more than rubbish, as ``higher_is_better`` says."""
    case = example_case()
    try:
        true, rubbish = trial.score(_as_its_reference(case), _rubbish(case))
    except BrokenRuleError:  # as another rule tells
        return
    for metric in trial.engine.metrics:
        _require_better(metric, true, rubbish, "rubbish")


def sums_up_what_it_says_of_clips(trial: MetricTrial) -> None:
    """The corpus value follows from what is said of the clips."""
    case = example_case()
    brought = InstalledEngine.of(trial.engine, "trial", "the plugin", "on trial")
    parts = [case, case.part(sorted(case.candidates)[:4])]
    whole, part = trial.ask(trial.show(*parts))
    for metric in trial.engine.metrics:
        all_of, some_of = (values_of(answer, brought, metric.key) for answer in (whole, part))
        _require_sum(trial, metric, all_of)
        if metric.aggregation == "corpus" and all_of.statistics is not None:
            corpus, rows = trial.engine.corpus[metric.key], np.asarray(all_of.statistics)[:4]
            found = float(corpus(np.nansum(np.asarray(some_of.statistics), axis=0)))
            expected = float(corpus(np.nansum(rows, axis=0)))
            if not _is_close(found, expected, _WITHIN):
                raise BrokenRuleError(
                    f"{metric.key} of four clips is {found:.6g}, and {expected:.6g} by what these "
                    "clips add to the value of ten; expected one value. What a clip adds must not "
                    "depend on the clips beside it: intervals are made of such sums."
                )


def leaves_its_arguments(trial: MetricTrial) -> None:
    """What it is given is afterwards as it was."""
    case = example_case()
    tasks = trial.show(case, case._replace(name="again"))
    kept, n_tasks = copy.deepcopy(tasks), len(tasks)
    trial.ask(tasks)
    if len(tasks) != n_tasks or not all(map(_is_same_task, kept, tasks)):
        raise BrokenRuleError(
            "it changed the tasks that it was given; expected them as they were, for other "
            "metrics read the same. Copy before sorting or writing."
        )


def says_nothing_beside(trial: MetricTrial) -> None:
    """Scoring writes nothing to standard error; standard output is watched all the time."""
    trial.score(example_case())  # what is said once is no matter
    with catch("stderr") as written:
        trial.score(example_case())
    if told := tell_written(written, "stderr"):
        raise BrokenRuleError(f"in score() {told}")


def leaves_chance_alone(trial: MetricTrial) -> None:
    """Scoring draws from no generator that somebody else has sown."""
    stood = []
    for seed in (FIRST, OTHER):
        sow(seed)
        trial.score(example_case())
        stood.append(read_chance())
    first, other = stood
    require_own_chance(first, other, "score()")


def _as_its_reference(case: Case) -> Case:
    """Give each clip its only reference for a caption."""
    texts = {clip_id: texts[0] for clip_id, texts in case.references.items()}
    return Case("a reference", texts, {clip_id: (text,) for clip_id, text in texts.items()})


def _rubbish(case: Case) -> Case:
    ids = sorted(case.candidates)
    texts = {clip_id: _RUBBISH[at % len(_RUBBISH)] for at, clip_id in enumerate(ids)}
    return Case("rubbish", texts, case.references)


def _require_better(
    metric: Metric,
    true: Mapping[str, Score],
    other: Mapping[str, Score],
    what: str,
    *,
    or_equal: bool = False,
) -> None:
    good, bad = true[metric.key].value, other[metric.key].value
    if metric.higher_is_better is None or good is None or bad is None:
        return
    gain = good - bad if metric.higher_is_better else bad - good
    if gain < 0 or (gain == 0 and not or_equal):
        raise BrokenRuleError(
            f"{metric.key} of captions that are their clip's reference is {good:.6g}, and of "
            f"{what} {bad:.6g}; expected the first to be better, as higher_is_better="
            f"{metric.higher_is_better} says. Where neither end is better, it is None."
        )


def _require_sum(trial: MetricTrial, metric: Metric, values: MetricValues) -> None:
    if values.value is None:
        return
    if metric.aggregation == "mean":
        expected = float(np.nanmean(np.asarray(values.per_clip, dtype=np.float64)))
    elif values.statistics is not None:
        sums = np.nansum(np.asarray(values.statistics), axis=0)
        expected = float(trial.engine.corpus[metric.key](sums))
    else:
        return
    if not _is_close(float(values.value), expected, _WITHIN):
        raise BrokenRuleError(
            f"{metric.key} has the value {values.value:.6g}, and {expected:.6g} by what it says of "
            "the clips; expected one value. Leave value out: it follows from the clips."
        )


def _with_clips(score: Score, rows: slice) -> Score:
    per_clip = None if score.per_clip is None else score.per_clip[rows]
    return Score(score.value, per_clip, score.signature, score.reason)


def _require_alike(
    before: Mapping[str, Score],
    after: Mapping[str, Score],
    when: str,
    *,
    within: float = _WITHIN,
    of_clips: bool = False,
    cure: str = "",
) -> None:
    """Hold values against each other, of all clips together and of each."""
    for key, score in before.items():
        pairs = [] if of_clips else [("all clips", score.value, after[key].value)]
        was, now = score.per_clip, after[key].per_clip
        if was is not None and now is not None:
            clips = zip(_floats(was), _floats(now), strict=True)
            pairs += [(f"clip {at + 1}", old, new) for at, (old, new) in enumerate(clips)]
        for of, old, new in pairs:
            if not _is_close(old, new, within):
                raise BrokenRuleError(
                    f"{key} of {of} is {_spell(new)} {when}; expected {_spell(old)}, as before. "
                    f"{cure}".rstrip()
                )


def _is_same_task(kept: object, given: object) -> bool:
    if type(kept) is not type(given):
        return False
    return all(
        repr(getattr(kept, name)) == repr(getattr(given, name))
        for name in ("name", "clip_ids", "candidates", "references", "built_on")
    )


def _is_close(one: float | None, other: float | None, within: float) -> bool:
    if one is None or other is None:
        return one is other
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.isclose(one, other, rel_tol=within, abs_tol=within)


def _spell(value: float | None) -> str:
    return "none" if value is None else f"{value:.9g}"


def _floats(values: Floats) -> Sequence[float]:
    return [float(value) for value in values]

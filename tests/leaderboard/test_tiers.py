"""Rows that can be told apart, and rows that cannot."""

from __future__ import annotations

import dataclasses

import leaderboard_rows
import numpy as np
import pytest
from leaderboard_rows import cell

from benchmark.leaderboard.ranking import Ranking, Standing
from benchmark.leaderboard.tables import render
from benchmark.leaderboard.tiers import compare_ranked, tiers_of
from benchmark.metrics.contributions import Contributions

CLIPS = tuple(f"clip-{index:03d}" for index in range(200))
HARD = np.random.default_rng(0).exponential(0.4, size=len(CLIPS))  # what all systems share


def row(name, shift, noise, **changes):
    own = np.random.default_rng(len(name)).normal(shift, noise, size=len(CLIPS))
    values = HARD + own
    contributions = Contributions(CLIPS, {"cider_d": values[np.newaxis, :, np.newaxis]})
    metrics = {"cider_d": cell(float(values.mean()))}
    return leaderboard_rows.row(name, metrics=metrics, contributions=contributions, **changes)


def ranked(rows):
    return Standing(rows, Ranking("cider_d"))


def resolved_gap(standing):
    compared = compare_ranked(standing)
    return None if compared is None else compared.resolved_gap


def on_first(n_clips, rows):
    """The rows on their first clips alone."""
    kept = CLIPS[:n_clips]
    return [
        dataclasses.replace(
            row,
            contributions=Contributions(
                kept, {"cider_d": row.contributions.arrays["cider_d"][:, :n_clips]}
            ),
        )
        for row in rows
    ]


GROUP = [row("first", 0.30, 0.1), row("seconds", 0.30, 0.1), row("thirdly", 0.1, 0.1)]


def test_rows_of_equal_systems_share_a_tier_and_a_worse_one_has_its_own():
    assert tiers_of(ranked(GROUP)) == [1, 1, 2]


def test_only_ranked_rows_have_tiers():
    floor = row("floor", -0.5, 0.1, kind="floor")
    failed = row("failed", 0.3, 0.1, n_failed=2)
    assert tiers_of(ranked([*GROUP, floor, failed])) == [1, 1, 2, None, None]
    assert tiers_of(ranked([GROUP[0], floor, failed])) is None


def test_two_rows_of_one_system_have_a_tier_each():
    again = row("first", 0.1, 0.1, version="0.9")
    assert tiers_of(ranked([GROUP[0], again])) == [1, 2]
    lines = [line for line in render([GROUP[0], again], "md").splitlines() if "| first" in line]
    assert [(line.split("|")[1].strip(), line.split("|")[-2].strip()) for line in lines] == [
        ("1", "1"),
        ("2", "2"),
    ]


def test_no_note_says_what_clips_resolve_of_rows_without_a_word():
    silent = [
        dataclasses.replace(
            each, contributions=Contributions(CLIPS, {"cider_d": np.zeros((1, len(CLIPS), 1))})
        )
        for each in GROUP[:2]
    ]
    assert resolved_gap(ranked(silent)) is None
    assert "resolve" not in render(silent, "md")


def test_a_gap_below_what_is_printed_is_told_as_such():
    near = [
        row("first", 0.30, 1e-4),
        row("seconds", 0.30, 1e-4),
    ]
    assert "gaps of less than 0.1 between" in render(near, "md")
    assert "gaps of 0.0" not in render(near, "md")


def joined_of(row, deviation):
    """The row as one of three seeds."""
    several = Contributions.average([row.contributions] * 3)
    return dataclasses.replace(
        row, records=row.records * 3, contributions=several, spread={"cider_d": deviation}
    )


def test_a_row_of_three_seeds_is_held_against_rows_of_one_run_with_its_own_chance():
    assert tiers_of(ranked(GROUP)) == [1, 1, 2]
    steady, shaky = joined_of(GROUP[2], 0.001), joined_of(GROUP[2], 0.2)
    assert tiers_of(ranked([*GROUP[:2], steady])) == [1, 1, 2]
    assert tiers_of(ranked([*GROUP[:2], shaky])) == [1, 1, 1]
    assert resolved_gap(ranked([GROUP[0], shaky])) > 5 * resolved_gap(ranked([GROUP[0], steady]))


def test_notes_say_whether_tiers_are_of_captions_or_of_systems():
    joined = [joined_of(row, 0.001) for row in GROUP]
    assert "Tiers are of these captions, one run a row" in render(GROUP, "md")
    assert "Tiers are of systems: clips and seeds" in render(joined, "md")
    assert "Tiers are of systems where a row has several seeds" in render(
        [*joined[:2], GROUP[2]], "md"
    )
    assert "Tiers are of" not in render(GROUP[:2], "md")


@pytest.mark.parametrize("n_clips", [1, 2, 5])
def test_clips_too_few_for_any_test_have_no_tiers_and_say_how_many_it_takes(n_clips):
    rows = on_first(n_clips, GROUP)
    assert tiers_of(ranked(rows)) is None
    assert resolved_gap(ranked(rows)) is None
    text = render(rows, "text")
    assert "tier" not in text
    assert "resolve" not in text
    assert "too few to tell rows apart: a test at 5 % needs 6" in " ".join(text.split())


def test_six_clips_are_tested():
    assert tiers_of(ranked(on_first(6, GROUP))) is not None


def test_rows_of_a_metric_whose_less_is_better_are_tiered_from_the_least():
    rows = [row("first", 0.1, 0.1), row("seconds", 0.9, 0.1)]
    fer = [
        dataclasses.replace(
            each,
            metrics={"fer": cell(each.value("cider_d"))},
            contributions=Contributions(CLIPS, {"fer": each.contributions.arrays["cider_d"]}),
        )
        for each in rows
    ]
    assert tiers_of(Standing(fer, Ranking("fer"))) == [1, 2]


def test_the_resolved_gap_is_2_8_standard_errors_of_the_paired_difference():
    gap = resolved_gap(ranked(GROUP[:2]))
    assert 0.8 < gap / (2.8 * 0.1 * np.sqrt(2 / len(CLIPS))) < 1.2
    assert resolved_gap(ranked(GROUP[:1])) is None


def test_a_table_prints_tiers_and_what_they_mean():
    text = render(GROUP, "text")
    assert "tier" in text.splitlines()[3]
    assert "Each row of a tier differs from each row of the others" in text
    assert "power 80 %" in text
    assert "tier" not in render([GROUP[0]], "text")

"""Figures 2 and 3 of WSAC as pictures."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from bench_wsac.gap_study.crossings import blur, look_up, shift_captions, stay
from bench_wsac.gap_study.measure import Pairs, fit_plane
from bench_wsac.gap_study.paper_picture import (
    PANEL_INCHES,
    draw_figure_of_paper,
    save_figure_of_paper,
)
from bench_wsac.gap_study.study import EncoderGap, GapReport


def pairs():
    """Sounds and captions around two directions at right angles."""
    rng = np.random.default_rng(0)
    content = 0.3 * rng.normal(size=(20, 16))
    return Pairs(content + 3 * np.eye(16)[0], content + 3 * np.eye(16)[1], np.arange(20))


def report_of(*crossings):
    named = [
        dataclasses.replace(each, settings={"pairs_of": "toy:train", **each.settings})
        for each in crossings
    ]
    gap = EncoderGap("mini", ("toy",), 20, tuple(named), ())
    return GapReport("runs/1", "toy:test", "toy:train", (gap,))


def strategies():
    before = pairs()
    return (
        blur(before, 0.1, 0),
        shift_captions(before, before, "toy:pretrain"),
        *look_up(before, before.captions.astype(np.float32), [0.05], "cpu"),
    )


def offsets(panel):
    return [np.asarray(dots.get_offsets()) for dots in panel.collections]


def labels(panel):
    return [text.get_text() for text in panel.get_legend().get_texts()]


def test_figure_2_is_one_panel_of_captions_and_sounds():
    before = pairs()
    (panel,) = draw_figure_of_paper(report_of(stay(before)), 2, "pca").axes
    assert labels(panel) == ["captions", "sounds"]
    assert "20 pairs of toy:train" in panel.get_title()
    captions, sounds = offsets(panel)
    plane = fit_plane(np.concatenate([before.captions, before.sounds]))
    np.testing.assert_allclose(captions, plane.flatten(before.captions))
    np.testing.assert_allclose(sounds, plane.flatten(before.sounds))


def test_figure_3_has_the_papers_four_panels_each_flat_for_itself():
    figure = draw_figure_of_paper(report_of(*strategies()), 3, "pca")
    titles = [panel.get_title() for panel in figure.axes]
    assert [title[:8] for title in titles] == ["(a) nois", "(b) shif", "(c) near", "(d) proj"]
    assert "toy:pretrain" in titles[1]
    assert [labels(panel) for panel in figure.axes] == [
        ["captions with noise", "sounds"],
        ["shifted captions", "sounds"],
        ["captions", "nearest training captions of the sounds"],
        ["captions", "projections of the sounds"],
    ]
    for panel, crossing in zip(figure.axes, strategies(), strict=True):
        plane = fit_plane(np.concatenate([crossing.pairs.captions, crossing.pairs.sounds]))
        np.testing.assert_allclose(offsets(panel)[1], plane.flatten(crossing.pairs.sounds))
    assert figure.get_size_inches().tolist() == [4 * PANEL_INCHES[3], PANEL_INCHES[3]]


def test_encoders_stand_side_by_side_in_figure_2_and_below_each_other_in_figure_3():
    for figure, crossings, shape in ((2, [stay(pairs())], (1, 2)), (3, strategies(), (2, 4))):
        report = report_of(*crossings)
        other = dataclasses.replace(report.encoders[0], encoder="other")
        both = dataclasses.replace(report, encoders=(*report.encoders, other))
        drawn = draw_figure_of_paper(both, figure, "pca")
        grid = drawn.axes[0].get_gridspec()
        assert (grid.nrows, grid.ncols) == shape
        names = [panel.get_ylabel().split("\n")[0] for panel in drawn.axes]
        assert [name for name in names if name in ("mini", "other")] == ["mini", "other"]
        assert (names.index("mini"), names.index("other")) == (0, len(crossings))


def test_tsne_shows_the_gap_of_figure_2_closed_by_the_shift():
    before = pairs()
    (panel,) = draw_figure_of_paper(report_of(stay(before)), 2).axes
    assert share_of_own_neighbours(panel) == 0
    shifted = draw_figure_of_paper(report_of(*strategies()), 3).axes[1]
    assert share_of_own_neighbours(shifted) > 0.9


def share_of_own_neighbours(panel):
    """Tell of how many sounds the nearest point is the caption of their own pair."""
    captions, sounds = offsets(panel)
    points = np.concatenate([captions, sounds])
    distances = np.linalg.norm(sounds[:, None] - points[None], axis=2)
    distances[np.arange(20), 20 + np.arange(20)] = np.inf
    return float((distances.argmin(axis=1) == np.arange(20)).mean())


@pytest.mark.parametrize("figure", [2, 3])
@pytest.mark.parametrize("projection", ["tsne", "pca"])
def test_no_legend_covers_the_name_of_an_axis(figure, projection):
    crossings = [stay(pairs())] if figure == 2 else strategies()
    picture = draw_figure_of_paper(report_of(*crossings), figure, projection)
    picture.draw_without_rendering()
    for panel in picture.axes:
        legend, axis = panel.get_legend().get_window_extent(), panel.xaxis.label.get_window_extent()
        assert legend.y1 <= axis.y0
        assert legend.y0 >= 0


def test_a_panel_that_cannot_be_had_is_empty_and_says_so():
    figure = draw_figure_of_paper(report_of(*strategies()[1:]), 3, "pca")
    assert figure.axes[0].get_title() == "(a) noise: not known"
    assert not figure.axes[0].collections
    assert figure.axes[1].collections


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_equal_reports_give_equal_files(form, tmp_path):
    for name in ("one", "other"):
        save_figure_of_paper(report_of(*strategies()), 3, tmp_path / f"{name}.{form}")
    one, other = ((tmp_path / f"{name}.{form}").read_bytes() for name in ("one", "other"))
    assert one == other


def test_names_are_drawn_as_they_stand_dollars_and_all(tmp_path):
    report = report_of(stay(pairs()))
    name = r"clap[model=$\model$]"
    odd = dataclasses.replace(
        report, encoders=(dataclasses.replace(report.encoders[0], encoder=name),)
    )
    save_figure_of_paper(odd, 2, tmp_path / "gap.svg", "pca")
    assert name in (tmp_path / "gap.svg").read_text()

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from bench_wsac.gap_study.crossings import blur, look_up, shift, stay
from bench_wsac.gap_study.measure import Pairs
from bench_wsac.gap_study.picture import (
    CAPTION_COLOUR,
    PANEL_INCHES,
    SOUND_COLOUR,
    draw_gap,
    save_picture,
)
from bench_wsac.gap_study.study import EncoderGap, GapReport
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from benchmark import MachineError


def two_cones(n_clips=20, dim=16):
    """Sounds and captions around two directions at right angles, two captions a sound."""
    rng = np.random.default_rng(0)
    content = 0.3 * rng.normal(size=(n_clips, dim))
    sounds, captions = content + 3 * np.eye(dim)[0], content.repeat(2, axis=0) + 3 * np.eye(dim)[1]
    captions += 0.05 * rng.normal(size=captions.shape)
    unit = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (sounds, captions)]
    return Pairs(*(rows.astype(np.float32) for rows in unit), np.repeat(np.arange(n_clips), 2))


def examine(name, *, is_noisy):
    pairs = two_cones()
    crossings = [
        stay(pairs),
        shift(pairs, pairs, "toy:train"),
        *look_up(pairs, pairs.captions, [0.05], "cpu"),
    ]
    if is_noisy:
        crossings.append(blur(pairs, 0.1, 0))
    return EncoderGap(name, ("toy",), len(pairs.captions), tuple(crossings), ())


@pytest.fixture(scope="module")
def report():
    gaps = examine("wide", is_noisy=True), examine("narrow", is_noisy=False)
    return GapReport("runs/1", "toy:test", "toy:train", gaps)


def share_of(picture, colour):
    return float((np.abs(picture[..., :3] - to_rgb(colour)).max(axis=2) < 0.35).mean())


def test_the_picture_has_a_panel_per_strategy_and_a_row_per_encoder(report, tmp_path):
    path = tmp_path / "gap.png"
    save_picture(report, path)
    picture = imread(path)
    side = round(160 * PANEL_INCHES)
    assert picture.shape == (2 * side, 5 * side, 4)
    for row in range(2):
        for column in range(5):
            panel = picture[row * side : (row + 1) * side, column * side : (column + 1) * side]
            is_drawn = row == 0 or column < 4
            assert (share_of(panel, CAPTION_COLOUR) > 5e-4) is is_drawn
            assert (share_of(panel, SOUND_COLOUR) > 1e-4) is is_drawn


def test_titles_name_the_strategy_and_its_figures(report):
    figure = draw_gap(report)
    titles = [panel.get_title() for panel in figure.axes]
    strategies = [title.split(" ")[0].split("\n")[0] for title in titles]
    assert strategies[:5] == ["before", "shift", "nearest", "projection", "noise"]
    before = report.encoders[0].crossings[0].figures
    assert f"gap {before.gap_norm:.2f}, own {before.paired_cosine:.2f}, others'" in titles[0]
    assert f"R@1 {100 * before.recall_at_1:.0f} %" in titles[0]


def test_sounds_and_captions_are_drawn_where_the_plane_puts_them(report):
    before, shifted = draw_gap(report).axes[:2]
    (captions, sounds), (_, after) = (
        [np.asarray(dots.get_offsets()) for dots in panel.collections[1:]]
        for panel in (before, shifted)
    )
    assert sounds.shape == (20, 2)
    assert captions.shape == (40, 2)
    gap = sounds.mean(axis=0) - captions.mean(axis=0)
    full = report.encoders[0].crossings[0].figures.gap_norm
    assert np.linalg.norm(gap) == pytest.approx(full, rel=0.02)  # it is what varies most
    np.testing.assert_allclose(after.mean(axis=0), captions.mean(axis=0), atol=1e-6)
    segments = before.collections[0].get_segments()
    assert len(segments) == len(captions)
    np.testing.assert_allclose(segments[3], [sounds[1], captions[3]])


def test_tsne_lays_all_panels_of_a_row_out_together(report):
    panels = draw_gap(report, "tsne").axes
    assert panels[0].get_xlabel() == "t-SNE 1"
    before, shifted = (np.asarray(panel.collections[1].get_offsets()) for panel in panels[:2])
    np.testing.assert_array_equal(before, shifted)  # captions stay: a shift moves sounds


def test_other_formats_follow_the_files_name(report, tmp_path):
    save_picture(report, tmp_path / "gap.svg")
    assert "<svg" in (tmp_path / "gap.svg").read_text()


def test_names_are_drawn_as_they_stand_dollars_and_all(report, tmp_path):
    name = r"clap[model=$\model$]"
    odd = dataclasses.replace(
        report,
        dataset=f"folder:{name}:test",
        encoders=(dataclasses.replace(report.encoders[1], encoder=name),),
    )
    save_picture(odd, tmp_path / "gap.svg")
    assert name in (tmp_path / "gap.svg").read_text()  # in the comment beside its letters


def test_a_picture_that_cannot_be_written_is_an_error(report, tmp_path):
    (tmp_path / "gap.png").mkdir()
    with pytest.raises(MachineError, match=r"cannot write .*gap\.png"):
        save_picture(report, tmp_path / "gap.png")

"""Runs as pictures: the Pareto front, its staircase, and the spread of latencies."""

from __future__ import annotations

import dataclasses
import html
import json
import shutil
import subprocess
import sys

import leaderboard_rows
import numpy as np
import pytest
from bench_process import bench_environment
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from leaderboard_rows import cell
from matplotlib.image import imread
from matplotlib.transforms import Bbox
from small_clips import write_clips
from timed_calls import latency_of

from benchmark.cli.commands.picture import title_of
from benchmark.cli.main import bench as cli
from benchmark.display.axes import scale_milliseconds
from benchmark.display.figures import encode_figure, new_figure, require_picture, save_figure
from benchmark.errors import MachineError, RunError, UsageError
from benchmark.leaderboard.pictures.latency_curves import draw_latencies, read_latencies
from benchmark.leaderboard.pictures.pareto import pareto_front, weigh
from benchmark.leaderboard.pictures.trade_off import FRONT_COLOUR, draw_trade_off
from benchmark.runs.reading import read_run, write_run

FEW = st.integers(0, 5).map(float)
POINTS = st.lists(st.tuples(FEW, FEW), max_size=12)


def row(name, ms, cider_d=0.5, **changes):
    latency = None if ms is None else latency_of(ms / 1000)
    metrics = {"cider_d": cell(cider_d)}
    return leaderboard_rows.row(name, metrics=metrics, **{"latency": latency, **changes})


LADDER = [
    row("human", None, 0.9, kind="ceiling"),
    row("slow", 80, 0.7),
    row("worse", 100, 0.6),
    row("quick", 10, 0.4),
    row("copied", 5, 0.3, is_retrieval=True),
    row("constant", 0.001, 0.1, kind="floor"),
]


def dominates(one, other):
    return one != other and one[0] <= other[0] and one[1] >= other[1]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def read_svg(figure):
    """Give a picture's source, which holds what it draws as comments, too."""
    return html.unescape(encode_figure(figure, "svg").decode())


@given(POINTS)
def test_no_point_of_the_front_is_dominated_and_every_other_point_is(points):
    front = pareto_front(points)
    assert len(set(front)) == len(front)
    for at, point in enumerate(points):
        is_dominated = any(dominates(other, point) for other in points)
        assert is_dominated is (at not in front)


@given(POINTS)
def test_the_front_goes_from_fast_to_slow_and_from_worse_to_better(points):
    front = [points[at] for at in pareto_front(points)]
    assert front == sorted(front)
    assert bool(front) is bool(points)


def test_systems_and_retrieval_make_the_front_and_ceilings_and_floors_frame_it():
    found = weigh(LADDER)
    assert [point.name for point in found.front] == ["copied", "quick", "slow"]
    assert [point.name for point in found.points] == ["copied", "quick", "slow", "worse"]
    assert [(level.name, level.quality) for level in found.levels] == [
        ("human", 0.9),
        ("constant", 0.1),
    ]


def test_an_incomplete_row_is_never_on_the_front():
    found = weigh([row("broken", 1, 0.9, n_failed=2), row("whole", 2, 0.5)])
    assert [point.name for point in found.front] == ["whole"]
    assert [point.name for point in found.points] == ["broken", "whole"]


def test_rows_without_a_latency_that_counts_are_named():
    void = dataclasses.replace(latency_of(0.01), void="2 captions differ from the quality pass")
    rows = [
        row("timed", 1),
        row("file", None),
        row("void", 1, latency=void),
        row("few", 1, latency=latency_of(None)),
    ]
    assert weigh(rows).absent == ("file", "void", "few")
    figure = draw_trade_off(weigh(rows), "few rows")
    assert "without a latency: file, void, few" in figure.axes[0].get_xlabel()


def test_a_table_without_any_latency_is_refused_with_what_to_do():
    with pytest.raises(RunError, match=r"'file'.*--profile 6 or more"):
        draw_trade_off(weigh([row("file", None)]), "none")
    with pytest.raises(RunError, match="there are floors and ceilings alone"):
        draw_trade_off(weigh([row("constant", 1, kind="floor")]), "none")


def test_rows_over_other_clips_are_refused():
    with pytest.raises(RunError, match=r"do not compare: runs/1 \(clotho:evaluation, 5 clips"):
        weigh([row("a", 1), row("b", 1, clips_sha256="cd" * 32)])


def test_a_row_that_failed_on_some_clips_is_named_beside_the_others():
    failed = {"n_scored": 4, "n_failed": 1, "clips_sha256": "cd" * 32}
    broken = row("broken", 1, **failed)
    unready = row("unready", None, None, n_scored=0, failure="no weights", clips_sha256="ef" * 32)
    found = weigh([unready, broken, row("a", 1), row("b", 2, 0.7)])
    assert [point.name for point in found.points] == ["a", "b"]
    assert (found.apart, found.n_clips) == (("unready", "broken"), 5)
    label = draw_trade_off(found, "a table").axes[0].get_xlabel()
    assert label.endswith("\nsome clips failed: unready, broken")
    alone = weigh([unready, broken, row("too", 1, **failed)])
    assert [point.name for point in alone.points] == ["broken", "too"]
    assert alone.front == ()
    elsewhere = row("broken", 1, **failed, dataset="audiocaps:evaluation")
    with pytest.raises(RunError, match="audiocaps"):
        weigh([row("a", 1), elsewhere])


def test_one_system_of_two_runs_is_named_with_its_run():
    found = weigh([row("a", 1), row("a", 2, run="runs/2"), row("b", 3)])
    assert [point.name for point in found.points] == ["runs/1::a", "runs/2::a", "b"]


def test_the_picture_names_every_row_and_draws_the_front_as_a_staircase():
    figure = draw_trade_off(weigh(LADDER), "five rows")
    assert set(texts(figure)) == {"human", "constant", "slow", "worse", "quick", "copied"}
    bold = {t.get_text() for t in figure.axes[0].texts if t.get_fontweight() == "bold"}
    assert bold == {"slow", "quick", "copied"}
    (front,) = [line for line in figure.axes[0].lines if line.get_color() == FRONT_COLOUR]
    slowest = figure.axes[0].get_xlim()[1]
    corners = [(5, 30), (10, 30), (10, 40), (80, 40), (80, 70), (slowest, 70)]
    np.testing.assert_allclose(front.get_xydata(), corners)
    assert figure.axes[0].get_xscale() == "log"


def test_names_are_drawn_as_they_stand_dollars_and_all():
    name = r'constant[caption="$\\foo{$"]'
    levels = {"kind": "ceiling", "cider_d": 0.9}
    rows = [
        row(name, 1),
        row(f"{name} of a file", None),
        row(f"{name} of a person", None, **levels),
    ]
    drawn = read_svg(draw_trade_off(weigh(rows), f"folder:{name}"))
    for words in (name, f"{name} of a file", f"{name} of a person", f"folder:{name}"):
        assert words in drawn
    drawn = read_svg(draw_latencies({name: [0.1, 0.2]}, f"folder:{name}"))
    assert f"{name} (2)" in drawn
    assert f"folder:{name}" in drawn


def test_names_of_points_that_lie_together_do_not_cover_each_other_nor_leave_the_frame():
    rows = [row(f"system-{n}", 10 + n / 10, 0.5 + n / 2000) for n in range(5)]
    figure = draw_trade_off(weigh([*rows, row("at-the-edge", 30, 0.5)]), "six rows")
    (axes,) = figure.axes
    bars = [Bbox(axes.transData.transform(bar.get_segments()[0])) for bar in axes.collections]
    boxes = [text.get_window_extent() for text in axes.texts]
    frame = axes.get_window_extent()
    assert (len(bars), len(boxes)) == (6, 6)
    for at, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:at])
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1
    assert texts(figure)[-1] == "at-the-edge"
    assert not any(boxes[-1].overlaps(bar) for bar in bars)  # there is room beside it


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [([4, 9], {"4", "5", "9"}), ([4, 90], {"5", "10", "20", "50"}), ([0.001, 90], {"0.01", "10"})],
)
def test_ticks_are_plain_numbers_that_suit_the_range(milliseconds, expected):
    figure = new_figure(6, 4)
    axes = figure.subplots()
    axes.plot(milliseconds, milliseconds)
    scale_milliseconds(axes, milliseconds)
    figure.draw_without_rendering()
    assert expected <= {label.get_text() for label in axes.get_xticklabels()}


def test_a_picture_is_written_in_the_format_of_its_name_and_twice_the_same(tmp_path):
    heads = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
    for form, head in heads.items():
        figure = draw_trade_off(weigh(LADDER), "five rows")
        save_figure(figure, tmp_path / f"a.{form}")
        content = (tmp_path / f"a.{form}").read_bytes()
        assert content.startswith(head)
        assert content == encode_figure(draw_trade_off(weigh(LADDER), "five rows"), form)
    assert imread(tmp_path / "a.png").std() > 0.05


def test_a_name_that_cannot_be_drawn_is_refused_before_any_work(tmp_path):
    require_picture(tmp_path / "a.PNG")
    with pytest.raises(UsageError, match="ends in svg, png, pdf"):
        require_picture(tmp_path / "a.docx")
    (tmp_path / "b.png").mkdir()
    with pytest.raises(MachineError, match=r"cannot write .*b\.png"):
        save_figure(new_figure(1, 1), tmp_path / "b.png")


def test_curves_reach_every_share_at_its_time():
    figure = draw_latencies({"a": [0.004, 0.001, 0.002, 0.003], "b": [0.01]}, "two systems")
    first, second = figure.axes[0].lines[:2]
    np.testing.assert_allclose(first.get_xdata()[1:], [1, 2, 3, 4])
    np.testing.assert_allclose(first.get_ydata(), [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(second.get_xdata()[1:], [10])
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["a (4)", "b (1)"]


@pytest.fixture(scope="module")
def run(toy_site, tmp_path_factory):
    """A run of two systems of different speed, a floor and a ceiling."""
    place = tmp_path_factory.mktemp("pictures")
    write_clips(place / "clips", n_test=6)
    arguments = ["run", "--systems", "toy,toy[delay_s=0.02],constant,human", "--dataset",
                 f"folder:{place / 'clips'}", "--metrics", "cider_d", "--profile", "6",
                 "--out", "run"]  # fmt: skip
    subprocess.run(
        [sys.executable, "-m", "benchmark.cli", *arguments],
        cwd=place,
        env=bench_environment(toy_site, BENCH_CACHE=str(place / "cache")),
        check=True,
        capture_output=True,
    )
    return place / "run"


def test_latencies_are_those_of_the_ledger_without_floors_and_without_void_ones(run, tmp_path):
    found = read_latencies([run])
    assert list(found) == ["toy", "toy[delay_s=0.02]"]
    rows = [json.loads(line) for line in (run / "ledger.jsonl").read_text().splitlines()]
    of_toy = [r["caption_s"] for r in rows if r["row"] == "profile" and r["system"] == "toy"]
    assert found["toy"] == sorted(of_toy)
    assert min(found["toy[delay_s=0.02]"]) >= 0.02
    other = tmp_path / "other"
    other.mkdir()
    for name in ("plan.json", "manifest.json"):
        (other / name).write_text((run / name).read_text())
    lines = [
        json.dumps({**r, "is_same": False} if r["row"] == "profile" and r["system"] == "toy" else r)
        for r in rows
    ]
    (other / "ledger.jsonl").write_text("\n".join(lines) + "\n")
    assert list(read_latencies([other])) == ["toy[delay_s=0.02]"]
    assert list(read_latencies([run, other])) == [
        "toy",
        f"{run}::toy[delay_s=0.02]",
        f"{other}::toy[delay_s=0.02]",
    ]


def test_the_command_draws_both_kinds_and_names_the_front(run, tmp_path):
    for kind, words in (("pareto", "Pareto front: toy"), ("latency", "")):
        picture = tmp_path / f"{kind}.svg"
        arguments = ["picture", str(run), "-o", str(picture), "--kind", kind]
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 0, result.output
        assert words in result.output
        assert "<svg" in picture.read_text()


def test_a_folder_of_seeds_has_the_curves_of_all_of_them(run, tmp_path):
    for seed in (0, 1):
        shutil.copytree(run, tmp_path / f"seed-{seed}")
    assert list(read_latencies([tmp_path])) == [
        f"{tmp_path}/seed-{seed}::{name}" for seed in (0, 1) for name in read_latencies([run])
    ]


def test_a_runs_file_has_no_curves_and_says_what_has(run, tmp_path):
    write_run(read_run(run), tmp_path / "run.json")
    with pytest.raises(RunError, match=r"run\.json is a run's file.*Name the folder"):
        read_latencies([tmp_path / "run.json"])


def test_the_title_names_every_split_and_says_where_machines_differ():
    here, there = (
        row("toy", 1, latency=dataclasses.replace(latency_of(0.001), machine=name))
        for name in ("a", "b")
    )
    assert title_of([here, row("file", None)], ", 5 clips") == "clotho:evaluation, 5 clips"
    assert title_of([here, there]).endswith("\ntimes of different machines do not compare")
    other = row("toy", 1, latency=here.latency, dataset="audiocaps:test")
    assert title_of([here, other, here]) == "clotho:evaluation, audiocaps:test"


def test_a_run_without_times_has_no_curves(run, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for name in ("plan.json", "manifest.json"):
        (other / name).write_text((run / name).read_text())
    with pytest.raises(RunError, match="has latencies"):
        read_latencies([other])

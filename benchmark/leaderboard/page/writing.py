"""From a finished run to its page.

A marker lies in the folder while it is written: what a kill leaves there is known by it, and is
written anew by the next report into that folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.contract import Split
from benchmark.errors import UsageError
from benchmark.files import write_bytes, writing
from benchmark.leaderboard.page.inline_figure import INK, inline_svg
from benchmark.leaderboard.page.page import fill_page
from benchmark.leaderboard.page.page_data import page_data
from benchmark.leaderboard.page.sounds import (
    ABSENT,
    PICTURES,
    SOUNDS,
    PageSound,
    sound_files,
    without_sounds,
    write_sounds,
)
from benchmark.leaderboard.pictures.pareto import weigh
from benchmark.leaderboard.pictures.trade_off import draw_trade_off
from benchmark.leaderboard.ranking import group_rows
from benchmark.leaderboard.rows import Row, rows_of
from benchmark.leaderboard.tables import render
from benchmark.runs.reading import read_run
from benchmark.runs.record import RunRecord
from benchmark.runs.resolve import load_same_split

INDEX = "index.html"
_UNFINISHED = ".unfinished-report"


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """What was written.

    Attributes:
        path: the page itself.
        dataset: the run's, with its split.
        n_clips: clips on the page.
        n_sounds: of them with a sound.
        size_mib: of the page and its sounds together.
        notes: by clip why there is no sound, or that it was cut; absent sounds aside.
    """

    path: Path
    dataset: str
    n_clips: int
    n_sounds: int
    size_mib: float
    notes: dict[str, str]


def write_report(
    run: Path,
    out: Path,
    data_root: Path,
    *,
    with_sounds: bool = True,
    rank_by: str | None = None,
    trust_edited: bool = False,
) -> WrittenPage:
    """Write the page of one finished run.

    Args:
        run: its folder, or a baseline's file.
        out: a folder that is not there yet, or empty, or that a killed report left.
        data_root: where the run's data set lies.
        with_sounds: whether sounds and spectrograms are written beside the page.
        rank_by: key of the metric to rank by; see ``Ranking`` for what None is.
        trust_edited: go on with a run that was edited since it was sealed; the page says so.

    Raises:
        RunError: there is no finished run, or one for each seed, or its data set is another now.
        DataError: the data set's captions are not here.
        UsageError: the folder holds something.
        MachineError: the folder cannot be written.
    """
    _require_empty(out)
    record = read_run(run, trust_edited=trust_edited)
    split = load_same_split(record.plan, data_root, run)
    clip_ids = record.plan.clip_ids
    with writing(out, kind="the page"):
        _begin(out)
        sounds = write_sounds(split, clip_ids, out) if with_sounds else without_sounds(clip_ids)
        page = _fill(record, split, sounds, rank_by)
        write_bytes(out / INDEX, page.encode())
        written = [out / INDEX, *sound_files(out)]
        (out / _UNFINISHED).unlink()
        n_bytes = sum(path.stat().st_size for path in written)
    return WrittenPage(
        path=out / INDEX,
        dataset=record.plan.dataset,
        n_clips=len(clip_ids),
        n_sounds=sum(bool(sound.name) for sound in sounds),
        size_mib=n_bytes / 2**20,
        notes=_notes(clip_ids, sounds),
    )


def _fill(record: RunRecord, split: Split, sounds: Sequence[PageSound], rank_by: str | None) -> str:
    plan, rows = record.plan, rows_of([record])
    standings = group_rows(rows, rank_by)
    facts = {
        "clips": f"{len(plan.clip_ids):,}",
        "with sound": f"{sum(bool(sound.name) for sound in sounds):,}",
        "made": plan.created_at,
        "run": record.path.resolve().name,
        "seal": record.integrity.state,
    }
    pictures = [_draw(standing.rows, rank_by) for standing in standings]
    return fill_page(
        title=f"{plan.dataset}, {len(plan.systems)} system{'s' * (len(plan.systems) != 1)}",
        facts=facts,
        tables=render(rows, "html", rank_by=rank_by),
        picture="".join(pictures),
        data=page_data(record, standings, split, sounds),
    )


def _draw(group: Sequence[Row], rank_by: str | None) -> str:
    """Draw quality against latency; nothing where no system has a latency."""
    trade_off = weigh(group, rank_by)
    if not trade_off.points:
        return ""
    front = ", ".join(point.name for point in trade_off.front) or "no system"
    figure = draw_trade_off(trade_off, f"{trade_off.n_clips:,} clips", INK)
    return inline_svg(figure, f"Quality against latency. On the Pareto front: {front}.")


def _require_empty(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; expected a folder for the page. Name another with -o.")
    if out.is_dir() and any(out.iterdir()) and not (out / _UNFINISHED).is_file():
        raise UsageError(
            f"{out} holds something already; expected a new or empty folder. Remove it, or name "
            "another with -o."
        )


def _begin(out: Path) -> None:
    """Make the folder, mark it as unfinished and clear away what a killed report left."""
    out.mkdir(parents=True, exist_ok=True)
    (out / _UNFINISHED).touch()
    for folder in (SOUNDS, PICTURES):
        shutil.rmtree(out / folder, ignore_errors=True)
    (out / INDEX).unlink(missing_ok=True)


def _notes(clip_ids: Sequence[str], sounds: Sequence[PageSound]) -> dict[str, str]:
    pairs = zip(clip_ids, sounds, strict=True)
    return {clip_id: sound.note for clip_id, sound in pairs if sound.note and sound.note != ABSENT}

"""What may befall a night: runs that were accepted, and then spoiled in one way each.

All chance is drawn from the site's generator.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from gate_runs import (
    FAIL,
    PASS,
    UNMEASURED,
    USAGE,
    Row,
    change_captions,
    change_json,
    change_rows,
    per_clip,
)

from tests.attacks.giving import give

_LOST_SHARE = 0.035
_N_REFERENCES = 5
WORDS = "99"
NIGHTLY = '''
"""Copies training captions, as many words of each as its weights say."""
import hashlib, os, time
from pathlib import Path
from benchmark import SystemSpec, hookimpl, stage

BENCH_API = 2
WEIGHTS, CRASH = (Path(__file__).with_name(f"nightly.{end}") for end in ("weights", "crash"))

class Nightly:
    def __init__(self, resources):
        train = resources.train
        self.captions = [text for clip in train.clip_ids for text in train.references[clip]]
        self.n_words = int(WEIGHTS.read_text())

    def caption(self, clips):
        if CRASH.exists() and clips[0].clip_id.endswith("7"):
            os._exit(0)
        with stage("encode"):
            time.sleep(0.008)
        return [self.say(clip.clip_id) for clip in clips]

    def say(self, clip_id):
        drawn = int.from_bytes(hashlib.sha256(clip_id.encode()).digest()[:8])
        return " ".join(self.captions[drawn % len(self.captions)].split()[: self.n_words])

@hookimpl
def bench_systems():
    yield SystemSpec("nightly", "copies captions", lambda resources, options: Nightly(resources),
                     needs_train=True, needs_audio=False, weights=lambda *_: [WEIGHTS])
'''


@dataclass(frozen=True)
class Site:
    """A run that was accepted, its baseline, and the plugin that it is of.

    Attributes:
        folder: holds ``run``, ``baseline.json`` and all nights.
        plugin: the folder that the plugin is installed in.
        rng: of what a mutation draws.
    """

    folder: Path
    plugin: Path
    rng: Random

    def night(self, name: str) -> Path:
        """Copy the accepted run, to which something will happen."""
        return Path(shutil.copytree(self.folder / "run", self.folder / name))

    def run(self, name: str, *more: str, code: int = 0) -> Path:
        """Make a run of these systems."""
        out = self.folder / name
        systems = ["--systems", "nightly,constant,random-train,human", "--isolation", "none"]
        measured = ["--text-only", "--metrics", "rouge_l,cider_d", "--profile", "20"]
        done = give("run", *systems, *measured, *more, "--out", out)
        assert done.code == code, done.err
        return out


class Night(NamedTuple):
    """What is shown to the gate: a run, options besides, and another baseline if need be."""

    run: Path
    options: tuple[str, ...] = ()
    baseline: Path | None = None


class Mutation(NamedTuple):
    """One thing that may befall a night.

    Attributes:
        name: of its row.
        act: does it.
        code: that the gate is to end with.
        words: what it is to say, as a part of a line.
    """

    name: str
    act: Callable[[Site], Night]
    code: int
    words: str


def _rescored(run: Path, *more: str) -> Night:
    done = give("rescore", run, *(more or ("--metrics", "rouge_l,cider_d")))
    assert done.code in (0, 1), done.err
    return Night(run)


def _nothing(site: Site) -> Night:
    return Night(site.night("same"))


def _worse(site: Site) -> Night:
    """Of each of some clips one of five captions is nonsense."""
    run = site.night("worse")
    values = per_clip(run, "human", "cider_d")
    clips, spoiled, lost = sorted(values), set[str](), 0.0
    site.rng.shuffle(clips)
    while lost < _LOST_SHARE * sum(values.values()):
        spoiled.add(clips[-1])
        lost += values[clips.pop()] / _N_REFERENCES

    def spoil(row: Row) -> Row:
        is_first = row["row"] == "clip" and (row["system"], row["fold"]) == ("human", 0)
        return {**row, "caption": "xyzzy"} if is_first and row["clip_id"] in spoiled else row

    change_rows(run, spoil)
    return _rescored(run)


def _one_missing(site: Site) -> Night:
    run = site.night("one-missing")
    gone = site.rng.choice(sorted(per_clip(run, "nightly", "cider_d")))
    change_rows(run, lambda row: None if _is_clip(row, "nightly", [gone]) else row)
    return _rescored(run)


def _no_cider(site: Site) -> Night:
    return _rescored(site.night("no-cider"), "--metrics", "rouge_l", "--only")


def _slower(site: Site) -> Night:
    run = site.night("slower")

    def slow_down(row: Row) -> Row:
        if row["row"] != "profile" or row["system"] != "nightly":
            return row
        stages = {name: 1.5 * spent for name, spent in row["stages"].items()}
        more_s = sum(stages.values()) - sum(row["stages"].values())
        return {**row, "stages": stages, "caption_s": row["caption_s"] + more_s}

    change_rows(run, slow_down)
    return _rescored(run)


def _emptied(site: Site) -> Night:
    run = site.night("emptied")
    clips = sorted(per_clip(run, "nightly", "cider_d"))
    chosen = site.rng.sample(clips, len(clips) // 20)
    empty = {"caption": "", "state": "empty"}
    change_rows(run, lambda row: {**row, **empty} if _is_clip(row, "nightly", chosen) else row)
    return _rescored(run)


def _empty(site: Site) -> Night:
    run = site.night("empty")
    change_rows(run, lambda row: None)
    return _rescored(run)


def _unfinished(site: Site) -> Night:
    run = site.night("unfinished")
    (run / "manifest.json").unlink()
    return Night(run)


def _other_data(site: Site) -> Night:
    return Night(site.run("other-data", "--dataset", "soundscapes:val", "--profile", "0"))


def _other_references(site: Site) -> Night:
    run = site.night("other-references")
    other = f"{site.rng.getrandbits(256):064x}"
    change_json(run / "plan.json", lambda plan: plan.update(references_sha256=other))
    return Night(run)


def _edited_baseline(site: Site) -> Night:
    record = json.loads((site.folder / "baseline.json").read_text())
    record["scores"]["systems"]["human"]["metrics"]["cider_d"]["value"] *= site.rng.uniform(0.5, 1)
    edited = site.folder / "edited-baseline.json"
    edited.write_text(json.dumps(record))
    return Night(site.night("fine"), baseline=edited)


def _yesterday(site: Site) -> Night:
    run = site.night("yesterday")
    began = datetime.now(UTC) - timedelta(hours=26)
    change_json(run / "plan.json", lambda plan: plan.update(created_at=began.isoformat()))
    return Night(run, ("--max-age", "12h"))


def _swapped_ledger(site: Site) -> Night:
    """The ledger of a run that is sealed, too, and says other things."""
    other, run = site.night("another"), site.night("swapped")
    clips = sorted(per_clip(other, "nightly", "cider_d"))
    change_captions(other, "nightly", {site.rng.choice(clips): "rain falls"})
    shutil.copy(other / "ledger.jsonl", run / "ledger.jsonl")
    return Night(run)


def _other_weights(site: Site) -> Night:
    weights = site.plugin / "nightly.weights"
    weights.write_text("4")
    try:
        return Night(site.run("other-weights"))
    finally:
        weights.write_text(WORDS)


def _crashed(site: Site) -> Night:
    crash = site.plugin / "nightly.crash"
    crash.touch()
    try:
        more = ("--isolation", "process", "--max-failures", "1", "--profile", "0")
        return Night(site.run("crashed", *more, code=1))
    finally:
        crash.unlink()


def _is_clip(row: Row, system: str, clips: Sequence[str]) -> bool:
    return row["row"] == "clip" and row["system"] == system and row["clip_id"] in clips


OTHER_WEIGHTS = "nightly, since the baseline: changed: the weights of plugin/nightly.weights"
MUTATIONS = (
    Mutation("nothing", _nothing, PASS, "the same"),
    Mutation("quality 3 % lower", _worse, FAIL, "human: cider_d"),
    Mutation("one clip has no caption", _one_missing, FAIL, "119 of 120 clips have a caption"),
    Mutation("a metric vanished", _no_cider, FAIL, "cider_d: not in the run"),
    Mutation("a stage took half as long again", _slower, FAIL, "nightly: stage encode: x1.5"),
    Mutation("no clip was captioned", _empty, UNMEASURED, "no system of the run has a scored clip"),
    Mutation("the run is unfinished", _unfinished, UNMEASURED, "the run is unfinished"),
    Mutation("5 % of the captions are empty", _emptied, FAIL, "5 % of the captions have no words"),
    Mutation("other data", _other_data, USAGE, "the baseline is of other data"),
    Mutation("an edited baseline", _edited_baseline, USAGE, "it was edited since"),
    Mutation("yesterday's run, with `--max-age 12h`", _yesterday, UNMEASURED, "is 26 h old"),
    Mutation("the ledger of another sealed run", _swapped_ledger, USAGE, "ledger.jsonl holds"),
    Mutation("other weights under one name", _other_weights, FAIL, OTHER_WEIGHTS),
    Mutation("other references", _other_references, USAGE, "references"),
    Mutation("a system crashed", _crashed, FAIL, "nightly: system: stopped at clip"),
)  # fmt: skip

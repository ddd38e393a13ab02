"""A run of three systems on five clips, one of which says what its captions leaned on."""

from __future__ import annotations

import dataclasses

from run_records import run_of, system

from benchmark import Evidence, Split
from benchmark.runs.plan import Feeding
from benchmark.systems.explaining import Explained

REFERENCES = {name: (f"{name} rains", f"{name} <b>\x1b[31mpours") for name in "abcdef"}
HOSTILE = "</script><b>rain</b> \x1b[31m | *"
EXPLAINED = {
    "a": Explained(
        {
            "guidance": (Evidence("it rains", 0.51234), Evidence(HOSTILE, -2.0)),
            "prompt": (Evidence("say: "),),
        }
    ),
    "b": Explained(error="LookupError: why", traceback="Trace"),
    "c": Explained(),
}


def no_sound(clip_id, rate_hz):
    raise AssertionError("nobody listens")


SPLIT = Split("clotho", "evaluation", REFERENCES, frozenset(), no_sound, {"a.wav": "a"})


def make_run(*, is_explained=True):
    """Make the record: ``toy`` explains itself, ``mute`` has no caption of ``b``, ``human``."""
    captions = {name: f"it rains on {name}" for name in "abcde"}
    toy = system("toy", captions=captions, explained=EXPLAINED if is_explained else {})
    mute = system("mute", captions=dict(list(captions.items())[2:]), values=[0.05] * 5)
    human = system("human", captions=captions, kind="ceiling", leave_one_out=True)
    run = run_of(mute, toy, human)
    plan = dataclasses.replace(run.plan, feeding=Feeding(is_explained=is_explained))
    return dataclasses.replace(run, plan=plan)

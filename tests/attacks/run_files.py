"""Files of runs and baselines, edited at random and read, and forged on purpose."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from json_edits import edit_file
from older_runs import copy_migrated, copy_older
from resealed import reseal

from benchmark.errors import BenchError
from benchmark.runs.reading import read_run
from tests.attacks.giving import filled, give, make_run
from tests.attacks.kinds import Attack, attacks
from tests.runs.test_edited_files import FILES, use


@attacks("random edits of run files, read", n=1500, n_short=0)
def edit_and_read(place: Path) -> Iterator[Attack]:
    places = []
    for name, copy in (("schema-1", copy_older), ("today", copy_migrated)):
        (place / name).mkdir()
        places.append(copy(place / name))

    def attack(rng: random.Random) -> str:
        path = rng.choice(places) / rng.choice(FILES)
        whole = path.read_bytes()
        try:
            edit_file(path, rng)
            use(read_run(path if path.name == "baseline.json" else path.parent, trust_edited=True))
        except BenchError as error:
            return _named(path, str(error))
        finally:
            path.write_bytes(whole)
        return "read"

    yield attack


def _named(path: Path, message: str) -> str:
    assert path.name in message or "plan" in path.name, message
    return "refused"


Row = dict[str, Any]
Forgery = Callable[[Path, random.Random], None]


def _rewrite(path: Path, change: Callable[[Any], None]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def _ledger(change: Callable[[list[Row], random.Random], None]) -> Forgery:
    def forge(good: Path, rng: random.Random) -> None:
        path = good / "run/ledger.jsonl"
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        change(rows, rng)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    return forge


def _clip(rows: list[Row], rng: random.Random) -> Row:
    return rng.choice([row for row in rows if row["row"] == "clip"])


def _drop(rows: list[Row], rng: random.Random) -> None:
    rows.remove(_clip(rows, rng))


def _invent_fold(rows: list[Row], rng: random.Random) -> None:
    rows.append({**_clip(rows, rng), "fold": rng.randint(1, 99)})


def _invent_clip(rows: list[Row], rng: random.Random) -> None:
    rows.append({**_clip(rows, rng), "clip_id": f"more-{rng.random()}.wav"})


def _say_better(rows: list[Row], rng: random.Random) -> None:
    best = [row["caption"] for row in rows if row["row"] == "clip" and row["system"] == "human"]
    for row in rows:
        if row["row"] == "clip" and row["system"] == "constant":
            row["caption"] = rng.choice(best)


def _say_nothing(rows: list[Row], rng: random.Random) -> None:
    _clip(rows, rng)["caption"] = None


def _swap_systems(rows: list[Row], rng: random.Random) -> None:
    names = {"constant": "human", "human": "constant"}
    for row in rows:
        row["system"] = names.get(row.get("system", ""), row.get("system"))


def _raise_score(good: Path, rng: random.Random) -> None:
    def change(content: Any) -> None:
        metrics = content["systems"]["constant"]["metrics"]
        cell = metrics[rng.choice([key for key in metrics if metrics[key]["value"] is not None])]
        cell["value"] = rng.choice([9.99, cell["value"] + rng.uniform(0.001, 0.5), float("nan")])

    _rewrite(good / "run/scores.json", change)


def _raise_score_and_seal(good: Path, rng: random.Random) -> None:
    _raise_score(good, rng)
    reseal(good / "run")


def _change_statistics(good: Path, rng: random.Random) -> None:
    def change(content: Any) -> None:
        arrays = content["systems"]["constant"]["statistics"]
        rows = arrays[rng.choice(list(arrays))]
        clip = rng.randrange(len(rows))
        while isinstance(rows[clip], list):
            rows, clip = rows[clip], rng.randrange(len(rows[clip]))
        rows[clip] += rng.uniform(0.1, 3)

    _rewrite(good / "run/statistics.json", change)


def _swap_statistics(good: Path, rng: random.Random) -> None:
    def change(content: Any) -> None:
        systems = content["systems"]
        systems["constant"], systems["human"] = systems["human"], systems["constant"]

    _rewrite(good / f"run/{rng.choice(['statistics', 'scores'])}.json", change)


def _lower_baseline(good: Path, rng: random.Random) -> None:
    def change(content: Any) -> None:
        metrics = content["scores"]["systems"]["human"]["metrics"]
        cell = metrics[rng.choice([key for key in metrics if metrics[key]["value"] is not None])]
        cell["value"] *= rng.uniform(0.1, 0.9)
        if rng.random() < 0.5:
            content.pop("acceptance")

    _rewrite(good / "baseline.json", change)


def _edit_acceptance(good: Path, rng: random.Random) -> None:
    def change(content: Any) -> None:
        acceptance = content["acceptance"]
        key = rng.choice([key for key in acceptance if isinstance(acceptance[key], str | int)])
        old = acceptance[key]
        acceptance[key] = old + rng.randint(1, 9) if isinstance(old, int) else f"{old}0"

    _rewrite(good / "baseline.json", change)


def _edit_manifest(good: Path, rng: random.Random) -> None:
    def change(content: Any) -> None:
        content["finished_at"] = f"20{rng.randint(26, 99)}-01-01T00:00:00+00:00"

    _rewrite(good / "run/manifest.json", change)


FORGERIES: dict[str, dict[str, Forgery]] = {
    "forged ledgers": {
        each.__name__: _ledger(each)
        for each in (_drop, _invent_fold, _invent_clip, _say_better, _say_nothing, _swap_systems)
    },
    "forged scores and statistics": {
        each.__name__: each
        for each in (
            _raise_score,
            _raise_score_and_seal,
            _change_statistics,
            _swap_statistics,
            _edit_manifest,
        )
    },
    "forged baselines": {each.__name__: each for each in (_lower_baseline, _edit_acceptance)},
}


_OF_DERIVED = ("_raise_score", "_raise_score_and_seal", "_change_statistics", "_swap_statistics")
"""Forgeries of what ``bench rescore`` makes anew."""


def _forging(kind: str, *, n: int) -> None:
    @attacks(kind, n=n)
    def forge_and_command(place: Path) -> Iterator[Attack]:
        made = make_run(place)
        rescored = give("rescore", made.run).out.replace(str(made.run), "RUN")
        reads = {"forged baselines": "BASELINE"}.get(kind, "RUN")
        commands = [words for words in made.words.values() if reads in " ".join(map(str, words))]

        def attack(rng: random.Random) -> str:
            copy = Path(shutil.copytree(made.run.parent, place / "copy"))
            try:
                name, words = rng.choice(list(FORGERIES[kind])), rng.choice(commands)
                FORGERIES[kind][name](copy, rng)
                given = give(*filled(words, copy, copy / "out"))
                same = given.out.replace(str(copy / "run"), "RUN") == rescored
                # Made anew from a ledger that nobody touched, they are what they were.
                is_mended = words[0] == "rescore" and name in _OF_DERIVED and same
                assert given.code != 0 or is_mended, f"{name} passed {words[0]}: {given.out}"
                assert "Traceback" not in given.err, given.err
                trusted = give(*filled(words, copy, copy / "out"), "--trust-edited")
                pages = "".join(
                    path.read_text() for path in copy.glob("out/**/*.*") if path.is_file()
                )
                is_marked = "EDITED" in trusted.out + trusted.err + pages
                assert trusted.code != 0 or is_marked or is_mended, trusted.out
                if given.code == 0:
                    return "made anew"
                return "refused, and marked where trusted" if trusted.code == 0 else "refused"
            finally:
                shutil.rmtree(copy)

        yield attack


_forging("forged ledgers", n=300)
_forging("forged scores and statistics", n=300)
_forging("forged baselines", n=120)

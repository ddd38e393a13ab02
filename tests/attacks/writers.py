"""Commands that write, killed at any moment or on a disk that is full, and then given again."""

from __future__ import annotations

import json
import random
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import killed_writers

from tests.attacks.giving import Made, end_of, filled, give, in_copy, make_run
from tests.attacks.kinds import Attack, attacks

WRITERS = ("baseline", "record", "report", "gate", "rescore", "leaderboard to a file")
_KILLED = 99


def _writers(made: Made) -> dict[str, list[object]]:
    more: dict[str, list[object]] = {
        "leaderboard to a file": ["leaderboard", "RUN", "--format", "html", "-o", "OUT/table.html"],
        "gate": [*made.words["gate"], "--history", "OUT/history.jsonl", "--again"],
    }
    return {name: (made.words | more)[name] for name in WRITERS}


def _whole(made: Made, words: list[object], place: Path) -> tuple[dict[str, str], int]:
    """Give a command undisturbed; returns what lies there then, and how many changes it makes."""
    copy = Path(shutil.copytree(made.run.parent, place / "copy"))
    notes = place / "notes.json"
    spelled = filled(words, copy, copy / "out")
    assert killed_writers.do(spelled, copy, 10_000, notes) == 0, spelled
    n_changes = json.loads(notes.read_text())[0]
    contents = _names(copy)
    shutil.rmtree(copy)
    return contents, n_changes


def _names(folder: Path) -> dict[str, str]:
    """What lies in a folder; hashes of what has no time of its own in it."""
    timed = ("history.jsonl", ".json", ".xml", "manifest.json", ".csv")
    return {
        name: "" if name.endswith(timed) else sha256
        for name, sha256 in killed_writers.contents(folder).items()
    }


def _interrupting(
    name: str, *, n: int, interrupt: Callable[[list[str], Path, int, random.Random], str]
) -> None:
    @attacks(name, n=n)
    def interrupt_and_repeat(place: Path) -> Iterator[Attack]:
        made = make_run(place)
        for words in _writers(made).values():  # so that copies of this process import nothing
            copy = Path(shutil.copytree(made.run.parent, place / "copy"))
            assert give(*filled(words, copy, copy / "out")).code == 0
            shutil.rmtree(copy)
        wholes = {name: _whole(made, words, place) for name, words in _writers(made).items()}

        def attack(rng: random.Random) -> str:
            writer = rng.choice(WRITERS)
            contents, n_changes = wholes[writer]
            copy = Path(shutil.copytree(made.run.parent, place / "copy"))
            try:
                spelled = filled(_writers(made)[writer], copy, copy / "out")
                before = killed_writers.contents(copy)
                how = interrupt(spelled, copy, n_changes, rng)
                if writer != "rescore":
                    after = killed_writers.contents(copy)
                    assert {key: after.get(key) for key in before} == before, f"{writer} spoiled"
                again = give(*spelled)
                is_done = how == "fitted" and "already" in again.err
                assert again.code == 0 or is_done, f"{writer} again: {again.err}"
                assert _names(copy) == contents, f"{writer} left something else"
                assert give("leaderboard", copy / "run").code == 0
                return how
            finally:
                shutil.rmtree(copy)

        yield attack


def _kill(words: list[str], folder: Path, n_changes: int, rng: random.Random) -> str:
    code = killed_writers.do(words, folder, rng.randrange(n_changes))
    assert code == _KILLED, code
    return "killed, the same again"


def _fill(words: list[str], folder: Path, n_changes: int, rng: random.Random) -> str:
    """Let no file grow beyond some size, on which writes fail as on a full disk."""
    most = rng.choice([0, rng.randrange(200), rng.randrange(20_000)])

    def give_limited() -> int:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        return give(*words).code

    code = end_of(in_copy(give_limited))
    assert code in (0, 2, 3), f"ended with {code} where files may have {most} bytes"
    return "fitted" if code == 0 else "refused, the same again"


_interrupting("writers killed at any of their writes", n=200, interrupt=_kill)
_interrupting("a full disk", n=120, interrupt=_fill)

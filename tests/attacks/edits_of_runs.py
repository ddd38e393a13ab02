"""Edit files of runs and baselines at random places, and give them to every command.

``python tests/attacks/edits_of_runs.py --seed 0 --attacks 500`` edits so many times and prints a
table. An attack is survived where no command ends in a traceback, where an edit is named unless
somebody trusts it or has made the hashes anew, and where numbers of a trusted edit say that they
are of one.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from click.testing import CliRunner, Result

sys.path[:0] = [str(Path(__file__).parents[1] / "helpers")]

from json_edits import edit_file  # noqa: E402
from resealed import reseal  # noqa: E402
from small_clips import write_clips  # noqa: E402

from benchmark.cli.main import bench  # noqa: E402
from benchmark.display.layout import FORMATS  # noqa: E402
from benchmark.errors import BenchError  # noqa: E402

FILES = (
    *("run/plan.json", "run/ledger.jsonl", "run/scores.json", "run/statistics.json"),
    *("run/manifest.json", "baseline.json", "run/per_clip.csv"),
)
HEALING = ("rescore", "run")
"""Commands that make anew what is derived, and so read none of it."""
_TWICE = 0.3
DERIVED = ("run/scores.json", "run/statistics.json", "run/per_clip.csv")


class Command(NamedTuple):
    """What is typed after ``bench``; ``{run}`` and such are filled in."""

    words: Sequence[str]
    reads: str = "run"
    is_marked: bool = True


RUN = [
    *(Command(["leaderboard", "{run}", "--format", form]) for form in FORMATS),
    *(Command(["compare", "{run}::constant", "{whole}::random-train", "--draws", "100",
               "--format", form]) for form in FORMATS),
    Command(["power", "{run}::random-train", "--trials", "50", "--metrics", "rouge_l"]),
    Command(["show", "{run}", "test-00.wav"]),
    Command(["show", "{run}", "test-00.wav", "--format", "csv"]),
    Command(["report", "{run}", "--no-sounds", "-o", "{place}/page"], is_marked=False),
    Command(["picture", "{run}", "-o", "{place}/picture.svg"], is_marked=False),
    Command(["picture", "{run}", "--kind", "latency", "-o", "{place}/picture.svg"],
            is_marked=False),
    Command(["record", "{run}", "-o", "{place}/record.json"]),
    Command(["baseline", "accept", "{run}", "--reason", "x", "--out", "{place}/new.json"]),
    Command(["migrate", "{run}"], is_marked=False),
    Command(["rescore", "{run}"], is_marked=False),
    Command(["run", "--resume", "{run}", "--isolation", "none"], is_marked=False),
    Command(["gap", "{run}"], is_marked=False),
    Command(["gate", "{run}", "--baseline", "{kept}", "--junit", "{place}/junit.xml", "--history",
             "{place}/history.jsonl"]),
]  # fmt: skip
BASELINE = [
    *(Command(["leaderboard", "{baseline}", "--format", form]) for form in FORMATS),
    Command(["gate", "{whole}", "--baseline", "{baseline}", "--json", "{place}/gate.json"]),
    Command(["migrate", "{baseline}"], is_marked=False),
    Command(["baseline", "accept", "{whole}", "--reason", "x", "--out", "{baseline}"]),
    Command(["compare", "{baseline}::constant", "{whole}::random-train", "--draws", "100"]),
]  # fmt: skip


def make(place: Path) -> None:
    """Make a run, and the baseline that it was accepted as."""
    clips = write_clips(place / "clips", n_test=8)
    dataset = f"folder:{clips}"
    typed = ["--dataset", f"{dataset}:test", "--train", f"{dataset}:train", "--text-only"]
    systems = ["--systems", "constant,random-train,human", "--isolation", "none"]
    measured = ["--metrics", "lexical", "--profile", "6", "--out", str(place / "run")]
    _give(["run", *systems, *typed, *measured])
    _give(["baseline", "accept", str(place / "run"), "--reason", "x", "--out",
           str(place / "baseline.json")])  # fmt: skip


def attack(made: Path, seed: int, n_attacks: int) -> Counter[str]:
    """Edit what ``make`` made so many times, each time in a copy.

    Returns:
        How many attacks were ``tried`` and ``survived``; of these how many were ``refused``, were
        ``trusted`` or ``forged`` (with hashes made anew); descriptions of the others as ``! ...``.
    """
    found: Counter[str] = Counter()
    for number in range(n_attacks):
        with tempfile.TemporaryDirectory() as folder:
            found += _attack_once(made, Path(folder), Random(f"{seed} {number}"), number)
    return found


def _attack_once(made: Path, place: Path, rng: Random, number: int) -> Counter[str]:
    shutil.copytree(made / "run", place / "run")
    shutil.copy(made / "baseline.json", place / "baseline.json")
    name = rng.choice(FILES)
    before = (place / name).read_bytes()
    where = _edit(place / name, rng)
    is_forged, is_trusted = rng.random() < 0.4, rng.random() < 0.5
    if is_forged:
        with contextlib.suppress(Exception):  # what is no record has no seal to make anew
            reseal(place / name if name == "baseline.json" else place / "run")
    command = rng.choice(BASELINE if name == "baseline.json" else RUN)
    names = {"run": place / "run", "baseline": place / "baseline.json", "place": place}
    kept = {"whole": made / "run", "kept": made / "baseline.json"}
    words = [word.format(**names, **kept) for word in command.words]
    result = _give([*words, *(["--trust-edited"] if is_trusted else [])])
    what = f"attack {number}, {name} at {where}, forged {is_forged}: bench {' '.join(words)}"
    if _is_traceback(result):
        return Counter({"tried": 1, f"! {what}: {result.exception!r}": 1})
    is_refused = result.exit_code != 0
    is_healed = command.words[0] in HEALING and name in DERIVED
    is_edited = not (is_forged or is_refused or is_healed or _is_same(place / name, before))
    if is_edited and not is_trusted:
        return Counter({"tried": 1, f"! {what}: not named": 1})
    if is_edited and command.is_marked and "edited" not in result.output.lower():
        return Counter({"tried": 1, f"! {what}: not marked": 1})
    return Counter(tried=1, survived=1, refused=is_refused, trusted=is_trusted, forged=is_forged)


def _edit(path: Path, rng: Random) -> object:
    if path.suffix == ".csv":
        path.write_text(path.read_text().replace("0", "1", 1 + rng.randrange(5)))
        return "a digit"
    places = [edit_file(path, rng)]
    with contextlib.suppress(ValueError, RecursionError):  # what the first left is no JSON
        places += [edit_file(path, rng)] if rng.random() < _TWICE else []
    return places


def _is_same(path: Path, before: bytes) -> bool:
    """Tell whether a file says what it said: a record that is spelt otherwise does."""
    if path.read_bytes() == before:
        return True
    if path.name not in ("manifest.json", "baseline.json"):
        return False
    with contextlib.suppress(ValueError, RecursionError):
        return bool(json.loads(path.read_bytes()) == json.loads(before))
    return False


def _give(words: Sequence[str]) -> Result:
    return CliRunner().invoke(bench, list(words))


def _is_traceback(result: Result) -> bool:
    return result.exception is not None and not isinstance(
        result.exception, SystemExit | BenchError
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--attacks", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        found = attack(Path(folder), options.seed, options.attacks)
    say: Callable[[str], object] = sys.stdout.write
    for name, count in found.items():
        say(f"{name}\n" if name.startswith("!") else f"{name:<10} {count:>6}\n")
    return int(found["survived"] < found["tried"])


if __name__ == "__main__":
    sys.exit(main())

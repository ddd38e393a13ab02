"""What may befall a night, and what the gate says of it: one seeded table.

``python -m tests.attacks.gate_nights`` from the root of the repository prints it, and with
``--write docs/nightly-gate.md`` puts it there. Runs are of built-in systems and one small one on
the embedded data set; everything is done and judged through the command line.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "helpers"), str(HERE)]

from gate_runs import Row, other_nights  # noqa: E402
from plugin_distributions import write_distribution  # noqa: E402

from tests.attacks.gate_mutations import MUTATIONS, NIGHTLY, WORDS, Mutation, Site  # noqa: E402
from tests.attacks.giving import give  # noqa: E402

BEGIN, END = "<!-- mutations: begin -->", "<!-- mutations: end -->"


class Judged(NamedTuple):
    """What the gate said: its exit code, its outcome, and all that speaks against the night."""

    code: int
    outcome: str
    found: list[str]


@contextlib.contextmanager
def accepted_site(folder: Path, seed: int) -> Iterator[Site]:
    """Install the plugin, make a run and accept it; the plugin goes when this ends."""
    plugin = folder / "plugin"
    plugin.mkdir()
    write_distribution(plugin, "nightly", NIGHTLY)
    (plugin / "nightly.weights").write_text(WORDS)
    path, former = [*sys.path], dict(os.environ)
    sys.path.insert(0, str(plugin))
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    os.environ.pop("GITHUB_STEP_SUMMARY", None)
    try:
        site = Site(folder, plugin, Random(seed))
        out = folder / "baseline.json"
        run = site.run("run")
        nights = (run, *other_nights(run, 2))
        done = give("baseline", "accept", *nights, "--reason", "the first", "--out", out)
        assert done.code == 0, done.err
        yield site
    finally:
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(former)
        sys.modules.pop("nightly", None)


def judge(site: Site, mutation: Mutation) -> Judged:
    """Let a thing befall a night, and hold the gate."""
    night = mutation.act(site)
    report = site.folder / "gate.json"
    baseline = night.baseline or site.folder / "baseline.json"
    done = give("gate", night.run, "--baseline", baseline, "--json", report, *night.options)
    verdict = json.loads(report.read_text()) if report.exists() else {}
    said = [*_lines_of(verdict), *done.err.splitlines()]
    outcome = verdict.get("outcome", "refused")
    return Judged(done.code, outcome, [line.replace(f"{site.folder}/", "") for line in said])


def _lines_of(verdict: Row) -> Iterator[str]:
    if verdict.get("unmeasured"):
        yield verdict["unmeasured"]
    for check in verdict.get("checks", ()):
        yield f"{check['system']}: {check['subject']}: {check['reason']}"
    yield from verdict.get("notes", ())


def render(judged: Sequence[tuple[Mutation, Judged]]) -> str:
    """Spell the table in markdown."""
    lines = ["| what befell the night | exit code | verdict | because |", "|---|--:|---|---|"]
    for mutation, (code, outcome, found) in judged:
        because = next((line for line in found if mutation.words in line), "?")
        because = re.split(r"\. (?=[A-Z])", because.removeprefix("bench: error: "))[0]
        because = because.replace("|", "\\|")
        lines.append(f"| {mutation.name} | {code} | {outcome} | {because} |")
    return "\n".join(lines)


def write_page(page: Path, seed: int, table: str) -> None:
    """Put the table between the marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    made = f"`python -m tests.attacks.gate_nights --seed {seed}` on {datetime.now(UTC):%Y-%m-%d}:"
    page.write_text(f"{before}{BEGIN}\n{made}\n\n{table}\n{END}{after}", encoding="utf-8")


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="of what is spoiled")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table into a page")
    options = parser.parse_args(words)
    with (
        tempfile.TemporaryDirectory(prefix="nights-") as folder,
        accepted_site(Path(folder), options.seed) as site,
    ):
        judged = [(mutation, judge(site, mutation)) for mutation in MUTATIONS]
    table = render(judged)
    print(table)  # noqa: T201
    if options.write:
        write_page(options.write, options.seed, table)
    wrong = [each.name for each, (code, _, found) in judged
             if code != each.code or not any(each.words in line for line in found)]  # fmt: skip
    print("\n".join(f"WRONG: {name}" for name in wrong))  # noqa: T201
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

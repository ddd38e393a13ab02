"""Attack the bench in every way of this folder and print what it survived.

``python -m tests.attacks`` from the root of the repository, or ``tox -e attacks``. A failure
prints the command that does the same attack alone.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "helpers"), str(HERE)]

from benchmark.machine.progress import progress_bar  # noqa: E402
from tests.attacks.kinds import Row, load_kinds, run_kind  # noqa: E402

BEGIN, END = "<!-- attacks: begin -->", "<!-- attacks: end -->"
_LONGEST_FAULT = 1500


def render(rows: list[Row]) -> str:
    """Spell a table in markdown."""
    lines = [
        "| attack | tried | survived | failed | how it was survived |",
        "|---|--:|--:|--:|---|",
    ]
    for row in rows:
        how = ", ".join(f"{word} {n:,}" for word, n in sorted(row.how.items()))
        lines.append(
            f"| {row.name} | {row.n_tried:,} | {row.n_survived:,} | {len(row.faults):,} | {how} |"
        )
    tried, survived = sum(row.n_tried for row in rows), sum(row.n_survived for row in rows)
    lines.append(f"| **all** | {tried:,} | {survived:,} | {tried - survived:,} | |")
    return "\n".join(lines)


def write_page(page: Path, command: str, rows: list[Row]) -> None:
    """Put a table and the command that made it between the marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    took_min = sum(row.took_s for row in rows) / 60
    made = f"`{command}` on {datetime.now(UTC):%Y-%m-%d}, {took_min:.0f} minutes:"
    page.write_text(f"{before}{BEGIN}\n{made}\n\n{render(rows)}\n{END}{after}", encoding="utf-8")


def main(words: list[str]) -> int:
    known = load_kinds()
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.attacks")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", action="append", choices=list(known), help="repeatable; else all")
    parser.add_argument("--without", action="append", default=[], choices=list(known))
    parser.add_argument("--n", type=int, help="of each kind")
    parser.add_argument("--share", type=float, default=1.0, help="of the long form of each kind")
    parser.add_argument("--only", type=int, help="the attack of this number alone")
    parser.add_argument("--list", action="store_true", help="list kinds and end")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table into a page")
    options = parser.parse_args(words)
    kinds = [known[each] for each in options.kind or known if each not in options.without]
    if options.list:
        print("\n".join(f"{kind.name}: {kind.n}" for kind in kinds))  # noqa: T201
        return 0
    rows = []
    for kind in kinds:
        n = options.n or max(1, round(kind.n * options.share))
        numbers = range(n) if options.only is None else [options.only]
        with progress_bar(kind.name, n) as bar:
            row = run_kind(kind, options.seed, numbers, lambda _, bar=bar: bar.advance())
        print(f"{kind.name}: {row.n_survived} of {row.n_tried} in {row.took_s:.0f} s", flush=True)  # noqa: T201
        for fault in row.faults:
            again = ["--seed", str(options.seed), "--kind", kind.name, "--only", str(fault.number)]
            words_again = ["python", "-m", "tests.attacks", *again]
            if isinstance(fault.number, str):
                words_again = ["pytest", fault.number]
            print(  # noqa: T201
                f"FAILED {shlex.join(words_again)}\n{fault.fault[-_LONGEST_FAULT:]}",
                flush=True,
            )
        rows.append(row)
    print(f"\n{render(rows)}")  # noqa: T201
    if options.write:
        command = shlex.join(["python", "-m", "tests.attacks", *words])
        write_page(options.write, command, rows)
    return int(any(row.faults for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

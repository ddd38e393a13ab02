"""A few attacks of every kind, and the table of all; the long form is ``tox -e attacks``."""

from __future__ import annotations

import pytest

from tests.attacks.__main__ import BEGIN, END, main, render, write_page
from tests.attacks.kinds import KINDS, attacks, load_kinds, run_kind

SHORT = [name for name, kind in load_kinds().items() if kind.n_short]


@pytest.fixture
def a_kind():
    """A kind whose attacks are survived where they draw less than a half."""
    drawn = []

    @attacks("halves", n=20)
    def prepare(place):
        def attack(rng):
            drawn.append(rng.random())
            assert drawn[-1] < 0.5, f"drew {drawn[-1]}"
            return "small"

        yield attack

    yield KINDS["halves"], drawn
    del KINDS["halves"]


@pytest.mark.parametrize("name", SHORT)
def test_a_few_of_every_kind_are_survived(name):
    kind = load_kinds()[name]
    row = run_kind(kind, 1, range(kind.n_short))
    assert not row.faults, "\n".join(fault.fault for fault in row.faults)
    assert row.n_tried == kind.n_short


def test_an_attack_of_a_seed_and_a_number_is_the_same_alone(a_kind):
    kind, drawn = a_kind
    run_kind(kind, 3, range(9))
    run_kind(kind, 3, [7])
    assert drawn[-1] == drawn[7]
    assert len(set(drawn)) == 9


def test_what_was_not_survived_is_counted_and_can_be_repeated(a_kind, capsys):
    _, drawn = a_kind
    assert main(["--kind", "halves", "--seed", "5"]) == 1
    n_failed = sum(value >= 0.5 for value in drawn)
    said = capsys.readouterr().out
    assert f"| halves | 20 | {20 - n_failed} | {n_failed} | small {20 - n_failed} |" in said
    number = next(number for number, value in enumerate(drawn) if value >= 0.5)
    assert f"python -m tests.attacks --seed 5 --kind halves --only {number}\n" in said
    assert f"AssertionError: drew {drawn[number]}" in said


def test_a_page_holds_the_table_with_the_command_that_made_it(a_kind, tmp_path):
    kind, _ = a_kind
    page, row = tmp_path / "page.md", run_kind(kind, 1, range(4))
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_page(page, "make it", [row])
    written = page.read_text()
    assert written.startswith(f"before\n{BEGIN}\n`make it` on ")
    assert written.endswith(f"\n\n{render([row])}\n{END}\nafter\n")

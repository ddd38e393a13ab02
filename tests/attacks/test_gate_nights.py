"""Whatever befalls a night, the gate says the right thing of it, and the page tells the truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.gate_mutations import MUTATIONS
from tests.attacks.gate_nights import BEGIN, END, accepted_site, judge

PAGE = Path(__file__).parents[2] / "docs" / "nightly-gate.md"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with accepted_site(tmp_path_factory.mktemp("nights"), seed=1) as site:
        yield site


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_the_gate_says_what_befell_the_night(site, mutation):
    code, _, found = judge(site, mutation)
    assert code == mutation.code, found
    assert any(mutation.words in line for line in found), found


def test_the_page_has_a_row_for_each():
    table = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")][1:]
    assert [(row[0], row[1]) for row in rows] == [
        (f"| {mutation.name}", str(mutation.code)) for mutation in MUTATIONS
    ]
    assert all(m.words in row[3] for m, row in zip(MUTATIONS, rows, strict=True))

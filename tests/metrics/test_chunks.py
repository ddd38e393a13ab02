"""Work in chunks that take about equally long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.chunks import chunks


@given(st.lists(st.integers(0, 50)), st.integers(0, 100))
def test_chunks_hold_all_in_order_and_end_once_they_have_enough(items, enough):
    parts = list(chunks(items, int, enough))
    assert [item for part in parts for item in part] == items
    assert all(sum(part[:-1]) <= enough for part in parts)
    assert all(sum(part) > enough for part in parts[:-1])
    assert all(parts)

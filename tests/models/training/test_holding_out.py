"""What is held out of training follows from the seed, and nothing is in both halves."""

from __future__ import annotations

from benchmark.models.training import hold_out


def test_each_item_trains_or_is_held_out():
    kept, out = hold_out(10, 3, [0, 4])
    assert (len(kept), len(out)) == (7, 3)
    assert sorted([*kept, *out]) == list(range(10))
    assert (list(kept), list(out)) == (sorted(kept), sorted(out))


def test_nothing_is_held_out_where_none_is_asked_for():
    kept, out = hold_out(4, 0, [0, 4])
    assert (kept.tolist(), out.tolist()) == ([0, 1, 2, 3], [])


def test_the_draw_follows_from_the_seed():
    def drawn(*seed):
        return hold_out(100, 10, seed)[1].tolist()

    assert drawn(1, 4) == drawn(1, 4)
    assert len({tuple(drawn(*seed)) for seed in ((1, 4), (2, 4), (1, 5))}) == 3

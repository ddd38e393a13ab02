"""What SPICE may take."""

from __future__ import annotations

from benchmark.metrics.spice import limits
from benchmark.metrics.spice.limits import SpiceLimits


def test_ordinary_captions_need_less_than_a_gibibyte():
    assert 500 <= SpiceLimits().heap() <= 1000


def test_longer_sentences_get_more_memory_and_more_time(monkeypatch):
    monkeypatch.setattr(limits, "memory_limit_mib", lambda: 64_000.0)
    assert SpiceLimits(240).heap() > 2 * SpiceLimits(100).heap()
    assert SpiceLimits(200).timeout_s() == 8 * SpiceLimits(100).timeout_s()
    assert SpiceLimits(50).timeout_s() == SpiceLimits(100).timeout_s()


def test_no_more_than_three_quarters_of_the_memory_are_taken(monkeypatch):
    monkeypatch.setattr(limits, "memory_limit_mib", lambda: 800.0)
    assert SpiceLimits().heap() == 600


def test_memory_that_is_named_is_taken_as_it_is(monkeypatch):
    monkeypatch.setattr(limits, "memory_limit_mib", lambda: 800.0)
    assert SpiceLimits(heap_mib=2000).heap() == 2000

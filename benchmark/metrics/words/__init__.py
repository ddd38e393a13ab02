"""Metrics over plain words, in this process and without Java: for what learns, to choose by."""

from benchmark.metrics.words.cider import WordCider

__all__ = ["WordCider"]

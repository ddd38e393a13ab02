"""Simulations of what tests, intervals and verdicts promise: short by default, long on request.

A simulation asks how often something happens where the truth is known, tells the figure, and
asserts that it is as promised within the chance of so many trials. `tox -e calibration` makes
them long and prints all figures that were told.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from benchmark.stats.power import Rate

IS_LONG = os.environ.get("BENCH_CALIBRATION") == "long"
_FIGURE = "figure"


@pytest.fixture
def n_trials() -> Callable[[int, int], int]:
    """Choose the number of trials: few beside other tests, many in `tox -e calibration`."""
    return lambda short, long: long if IS_LONG else short


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str, Rate], None]:
    """Print a figure below all tests: what was counted, its share and the standard error."""

    def record(what: str, rate: Rate) -> None:
        share, error = 100 * rate.value, 100 * rate.error
        record_property(_FIGURE, f"{what}: {share:.1f} % ± {error:.1f} of {rate.n_trials:,}")

    return record


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures in the order in which they were told."""
    passed = [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]
    figures = [
        text for report in passed for name, text in report.user_properties if name == _FIGURE
    ]
    if figures and IS_LONG:
        terminalreporter.section("figures")
        for text in figures:
            terminalreporter.line(text)

"""What ``bench profile`` was asked for, as it goes to the processes that do it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from benchmark.contract import SystemSpec
from benchmark.errors import UsageError
from benchmark.runs.learning import OWN_SPLITS, AskedLearning
from benchmark.runs.patience import RUN_PATIENCE, Patience
from benchmark.runs.requests import RunRequest

Scenario = Literal["single-stream", "offline", "server"]
SCENARIOS: tuple[Scenario, ...] = get_args(Scenario)
DEFAULT_LOAD = 0.8
DRAW_ON_S = 120.0
"""Bounds of a server's p50 take so long for services of some 75 ms at the default load."""
_SLACK_S = 600.0
"""For imports, the data set, and fixed work that is timed beside each call."""


@dataclass(frozen=True, slots=True)
class ProfileRequest:
    """What to measure of each system.

    Attributes:
        systems: names, options included.
        dataset: NAME or NAME:SPLIT, whose clips are captioned.
        data_root: folder of the data sets.
        scenarios: which ones; all are held against the same first pass.
        n_queries: clips to caption in each scenario; fewer where time runs out.
        limit_s: seconds a scenario may take, for each batch size.
        draw_on_s: seconds for which clips go on coming to the server, beyond ``n_queries`` and
            ``limit_s``, where bounds of its p50 take no longer, or those of p90 half as long.
        batch_sizes: of the offline scenario.
        rate_qps: arrivals a second of the server scenario; None: by ``load``.
        load: arrivals as a share of what the system can answer one after the other.
        learning: splits that systems learn from.
        seed: of systems and arrivals.
        device: torch's spelling.
        patience: how long a call and getting ready may take; the first failure ends a profile.
    """

    systems: tuple[str, ...]
    dataset: str
    data_root: Path
    scenarios: tuple[Scenario, ...] = ("single-stream", "offline")
    n_queries: int = 400
    limit_s: float = 20.0
    draw_on_s: float = 0.0
    batch_sizes: tuple[int, ...] = (1, 8, 32)
    rate_qps: float | None = None
    load: float = DEFAULT_LOAD
    learning: AskedLearning = OWN_SPLITS
    seed: int = 0
    device: str = "cpu"
    patience: Patience = RUN_PATIENCE

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            UsageError: a number is out of its range.
        """
        checks = {
            "--queries": (self.n_queries, self.n_queries >= 1, "at least 1"),
            "--seconds": (self.limit_s, 0 < self.limit_s < math.inf, "above 0 and finite"),
            "draw_on_s": (self.draw_on_s, 0 <= self.draw_on_s < math.inf, "0 or more and finite"),
            "--batch-sizes": (self.batch_sizes, min(self.batch_sizes, default=0) >= 1, "above 0"),
            "--rate": (
                self.rate_qps,
                self.rate_qps is None or 0 < self.rate_qps < math.inf,
                "above 0 and finite",
            ),
            "--load": (self.load, 0 < self.load < 1, "between 0 and 1"),
        }
        for option, (value, is_within, expected) in checks.items():
            if not is_within:
                raise UsageError(f"{option} is {value}; expected {expected}.")

    def for_system(self, name: str) -> ProfileRequest:
        """Ask the same of one system."""
        return dataclasses.replace(self, systems=(name,))

    def longest_s(self, spec: SystemSpec) -> float | None:
        """Tell how many seconds one system's profile may take at most; None is for ever.

        That is long beyond what any takes whose calls end in time: it is for those that do not,
        because they hang in compiled code.
        """
        call_s, prepare_s = self.patience.timeout_s, self.patience.limit_of_preparing(spec)
        if call_s is None or prepare_s is None:
            return None
        n_blocks = 3 + len(self.batch_sizes)  # the first pass, the stream, the server, batches
        blocks_s = n_blocks * (2 * self.limit_s + 3 * call_s)
        return prepare_s + blocks_s + 3 * self.draw_on_s + _SLACK_S

    def to_run(self) -> RunRequest:
        """Ask for a run of these systems on these clips, to be planned and not scored."""
        return RunRequest(
            systems=self.systems,
            dataset=self.dataset,
            data_root=self.data_root,
            metrics=(),
            learning=self.learning,
            seed=self.seed,
            device=self.device,
        )

    def to_json(self) -> dict[str, object]:
        """Spell out what was asked for that decides what is measured: neither places nor limits."""
        record = dataclasses.asdict(self)
        del record["data_root"], record["learning"], record["patience"]
        return record


@dataclass(frozen=True, slots=True)
class Order:
    """What one process is to do, as it is told in JSON.

    Attributes:
        request: of one system.
        started_ns: when the process was started, by ``time.monotonic_ns``, a clock that all
            processes share.
        first_prepare_s: what getting ready took in the process before; None: this is that
            process, and only gets ready.
    """

    request: ProfileRequest
    started_ns: int
    first_prepare_s: float | None = None


def choose_scenarios(named: Sequence[str], *, has_rate: bool) -> tuple[Scenario, ...]:
    """Decide what is measured, in the order of ``SCENARIOS``.

    Args:
        named: what was asked for; nothing: all but the server.
        has_rate: how often clips come was said too, which asks for the server.
    """
    chosen = set(named or ("single-stream", "offline"))
    if has_rate:
        chosen.add("server")
    return tuple(scenario for scenario in SCENARIOS if scenario in chosen)

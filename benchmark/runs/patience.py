"""How long a system is waited for, and how many failures it is borne."""

from __future__ import annotations

import math
from dataclasses import dataclass

from benchmark.contract import SystemSpec


@dataclass(frozen=True, slots=True)
class Patience:
    """What a system may take of time and failures before it is stopped.

    The defaults are what runs had that recorded none of it: they waited for ever, and the first
    failure was one too many. ``RUN_PATIENCE`` is what commands ask for.

    Attributes:
        timeout_s: seconds a call of a captioner may take; None waits for ever.
        prepare_timeout_s: seconds that getting ready may take; None waits for ever.
        train_timeout_s: the same for systems that learn, which may train there.
        n_retries: times that a clip is tried again after its call failed.
        backoff_s: seconds before the first of them; each later one waits twice as long, a minute
            at most.
        max_failures: clips of a system that may fail before it is stopped: below 1 a share of
            those that it is to caption; None bears any number.
    """

    timeout_s: float | None = None
    prepare_timeout_s: float | None = None
    train_timeout_s: float | None = None
    n_retries: int = 0
    backoff_s: float = 1.0
    max_failures: float | None = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            ValueError: a number is out of its range.
        """
        limits = (self.timeout_s, self.prepare_timeout_s, self.train_timeout_s)
        if not all(limit is None or 0 < limit < math.inf for limit in limits):
            raise ValueError(f"time limits are {limits}; expected seconds above 0, or none.")
        if self.n_retries < 0 or not 0 <= self.backoff_s < math.inf:
            raise ValueError(
                f"{self.n_retries} retries after {self.backoff_s} s; expected neither below 0."
            )
        most = self.max_failures
        is_number = most is None or 0 <= most < 1 or (1 <= most < math.inf and most == int(most))
        if not is_number:
            raise ValueError(
                f"max_failures is {most}; expected a number of clips, or a share below 1."
            )

    @property
    def goes_on(self) -> bool:
        """Whether a failure may be borne at all, so that it is worth to find the clip behind it."""
        return self.max_failures != 0

    def limit_of_preparing(self, spec: SystemSpec) -> float | None:
        """Tell how many seconds a system's ``prepare`` may take; None is for ever."""
        return self.train_timeout_s if spec.needs_train else self.prepare_timeout_s

    def most_failures(self, n_clips: int) -> int | None:
        """Tell how many of some clips may fail; None is any number."""
        most = self.max_failures
        if most is None:
            return None
        return int(most * n_clips) if most < 1 else int(most)

    def wait_before(self, retry: int) -> float:
        """Tell how many seconds to wait before a retry, counted from 1."""
        return min(self.backoff_s * 2.0 ** min(retry - 1, 60), LONGEST_WAIT_S)


LONGEST_WAIT_S = 60.0
FORMER_PATIENCE = Patience()
"""What runs had that recorded none."""
RUN_PATIENCE = Patience(
    timeout_s=600.0,
    prepare_timeout_s=3_600.0,
    train_timeout_s=86_400.0,
    max_failures=0.05,
)
"""What commands ask for where nobody says otherwise (decision 0034)."""

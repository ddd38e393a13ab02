"""Everything that is on its way out: what, since when, until when, and what to use instead.

A deprecated thing works for one release with one warning, which is worded here and nowhere else,
and is gone with the next. Standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deprecation:
    """A thing that still works and will not for long.

    Attributes:
        what: the thing, as people write it.
        since: the release that warns first.
        until: the release that no longer has it.
        instead: what to do, as an imperative.
    """

    what: str
    since: str
    until: str
    instead: str

    @property
    def warning(self) -> str:
        """The one line that users of it read."""
        return f"{self.what} is deprecated since {self.since}, gone in {self.until}: {self.instead}"


SUITE_OPTION = Deprecation("--suite", since="0.1", until="0.2", instead="write --lineup.")
"""``bench run --suite NAME``: a paper's list of systems is a line-up; a suite is of metrics."""

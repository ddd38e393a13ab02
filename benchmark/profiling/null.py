"""A captioner that does nothing: its times are the harness's own share of every call."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.contract import Clip


class NullCaptioner:
    """Says nothing about every clip, at once."""

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        return [""] * len(clips)

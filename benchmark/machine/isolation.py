"""How far systems are kept apart from each other and from the bench."""

from __future__ import annotations

from typing import Literal, get_args

Isolation = Literal["none", "process"]
"""All in the bench's own process, or each in one of its own."""

ISOLATIONS: tuple[Isolation, ...] = get_args(Isolation)

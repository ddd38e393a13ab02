"""How far systems are kept apart from each other and from the bench."""

from __future__ import annotations

from typing import Literal, get_args

Isolation = Literal["none", "process", "env"]
"""All in the bench's own process, each in one of its own, or in an environment of its own, too."""

ISOLATIONS: tuple[Isolation, ...] = get_args(Isolation)

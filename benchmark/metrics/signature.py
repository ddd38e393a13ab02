"""A score's signature: all that two numbers must share before they may be compared."""

from __future__ import annotations

from dataclasses import dataclass, replace

Part = tuple[str, str]
"""One thing that a number depends on: its name and its value, as ``("refs", "5")``."""

_OF_EVERY_METRIC = ("aac-bench", "tok", "refs", "clips")


@dataclass(frozen=True, slots=True)
class Signature:
    """What a number was made with, and of.

    People read it as ``metric|name:value|...``; nothing reads that back.

    Attributes:
        metric: key of the metric.
        parts: in the order in which they are spelt; a name may stand twice, as the models of a
            metric that is made of two others.
    """

    metric: str
    parts: tuple[Part, ...] = ()

    def __str__(self) -> str:
        return "|".join((self.metric, *map(_spell, self.parts)))

    @property
    def models(self) -> tuple[str, ...]:
        """The models that the metric ran on."""
        return tuple(value for name, value in self.parts if name == "model")

    @property
    def model(self) -> str | None:
        """The model that the metric ran on, the first where there are two; None for no model."""
        return next(iter(self.models), None)

    @property
    def own_parts(self) -> tuple[Part, ...]:
        """What this metric depends on that not every metric does."""
        return self.without(*_OF_EVERY_METRIC).parts

    def without(self, *names: str) -> Signature:
        """Leave out the parts of some names."""
        return replace(self, parts=tuple(part for part in self.parts if part[0] not in names))

    def with_parts(self, *parts: Part) -> Signature:
        """Add parts at the end."""
        return replace(self, parts=self.parts + parts)

    def of_clips(self, n_clips: int) -> Signature:
        """Say that fewer of the expected clips have a value than were scored."""
        parts = (
            (name, f"{n_clips}/{value.partition('/')[2]}" if name == "clips" else value)
            for name, value in self.parts
        )
        return replace(self, parts=tuple(parts))

    def beyond(self, other: Signature) -> tuple[str, ...]:
        """List, as they are spelt, the parts that ``other`` does not have."""
        return tuple(_spell(part) for part in self.parts if part not in other.parts)


def _spell(part: Part) -> str:
    return ":".join(part)

"""A score's signature: all that two numbers must share before they may be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from benchmark.contract.metrics import Part as Part

_OF_EVERY_METRIC = ("aac-bench", "tok", "refs", "references", "clips")
_ADDED = frozenset({"references", "tokenizer", "max_tokens", "detector", "penalty"})
"""Parts that signatures of version 0.1 did not have: of such a one nobody knows what it was."""


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
        """List, as they are spelt, the parts that ``other`` does not have.

        Parts that earlier versions did not name are left out where ``other`` is silent on them.
        """
        unknown = _ADDED - {name for name, _ in other.parts}
        return tuple(
            _spell(part)
            for part in self.parts
            if part not in other.parts and part[0] not in unknown
        )

    def agrees_with(self, other: Signature) -> bool:
        """Tell whether two numbers so made may be compared, as far as both signatures say."""
        return self.metric == other.metric and not (self.beyond(other) or other.beyond(self))


def agree_in_all(
    first: Mapping[str, Signature | None], second: Mapping[str, Signature | None]
) -> bool:
    """Tell whether two systems have the same metrics, and each may be compared.

    Args:
        first: by metric; None where there is no value.
        second: likewise.
    """
    return first.keys() == second.keys() and all(
        one is other is None or (one and other and one.agrees_with(other))
        for one, other in ((first[key], second[key]) for key in first)
    )


def _spell(part: Part) -> str:
    return ":".join(part)

"""What is installed of one kind, as a mapping that modules can hold before anything is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar, cast

from benchmark.plugins.kinds import Kind
from benchmark.plugins.loading import Installed, installed, is_loaded

Spec = TypeVar("Spec")


class SpecsOf(Mapping[str, Spec]):
    """Records of one kind by name, the core's first.

    A name of the core's is answered without importing what strangers installed; any other, and a
    list of all, imports it once.
    """

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def __getitem__(self, name: str) -> Spec:
        at_hand = self.at_hand()
        return at_hand[name] if name in at_hand else self._of(installed())[name]

    def at_hand(self) -> Mapping[str, Spec]:
        """List those that are known without importing what strangers installed."""
        return self._of(installed() if is_loaded() else Installed(has_core=True))

    def __iter__(self) -> Iterator[str]:
        return iter(self._of(installed()))

    def __len__(self) -> int:
        return len(self._of(installed()))

    def _of(self, found: Installed) -> Mapping[str, Spec]:
        return cast("Mapping[str, Spec]", found.specs(self._kind))

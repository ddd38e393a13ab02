"""What is installed of one kind, as a mapping that modules can hold before anything is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmark.plugins.kinds import Kind
from benchmark.plugins.loading import Installed, installed, is_loaded


class SpecsOf(Mapping[str, Any]):
    """Records of one kind by name, the core's first.

    A name of the core's is answered without importing what strangers installed; any other, and a
    list of all, imports it once.
    """

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def __getitem__(self, name: str) -> Any:
        at_hand = self.at_hand()
        return at_hand[name] if name in at_hand else installed().specs(self._kind)[name]

    def at_hand(self) -> Mapping[str, Any]:
        """List those that are known without importing what strangers installed."""
        return (installed() if is_loaded() else Installed(has_core=True)).specs(self._kind)

    def __iter__(self) -> Iterator[str]:
        return iter(installed().specs(self._kind))

    def __len__(self) -> int:
        return len(installed().specs(self._kind))

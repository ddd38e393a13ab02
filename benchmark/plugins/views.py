"""What is installed of one kind, as a mapping that modules can hold before anything is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar, cast

from benchmark.plugins.kinds import Kind
from benchmark.plugins.loading import Installed, installed, is_loaded
from benchmark.plugins.provenance import Claim

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
        return self._of(self._found_at_hand())

    def claim(self, name: str) -> Claim:
        """Find what is declared under a name, and who brought it; the core's as in a look-up.

        Raises:
            UnknownNameError: nothing of that name is installed.
            PluginError: two distributions declare it.
        """
        found = self._found_at_hand()
        return (found if name in found.specs(self._kind) else installed()).find(self._kind, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._of(installed()))

    def __len__(self) -> int:
        return len(self._of(installed()))

    def _found_at_hand(self) -> Installed:
        return installed() if is_loaded() else Installed(has_core=True)

    def _of(self, found: Installed) -> Mapping[str, Spec]:
        return cast("Mapping[str, Spec]", found.specs(self._kind))

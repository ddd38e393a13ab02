"""Encoders and others that tests make up, known by name as installed ones are."""

from __future__ import annotations

from contextlib import AbstractContextManager

from benchmark.plugins.loading import lent
from benchmark.plugins.provenance import Provenance


def lend(kind, *specs) -> AbstractContextManager[None]:
    return lent(Provenance("test", "1"), {kind: specs})

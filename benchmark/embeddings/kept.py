"""Vectors computed once: what is known is read, what is new is computed, checked and kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmark.contract import Embeddings, Encoder
from benchmark.embeddings.shards import VectorFiles
from benchmark.errors import PluginError
from benchmark.stages import are_caches_off, stage

_Item = TypeVar("_Item")


class KeptVectors:
    """The folders of all encoders under one root; several processes may use them at once."""

    def __init__(self, root: Path) -> None:
        """Open a root, which need not exist yet."""
        self.root = root
        self._files: dict[Path, VectorFiles] = {}

    def embed(
        self,
        encoder: Encoder,
        kind: str,
        items: Mapping[bytes, _Item],
        embed: Callable[[Sequence[_Item]], list[Embeddings]],
    ) -> dict[bytes, Embeddings]:
        """Give the vectors of some items; within ``stages.caches_off`` all are computed.

        Args:
            encoder: names the folder, with its fingerprint.
            kind: of the vectors, a folder in that one.
            items: by a hash of their content.
            embed: gives for each item ``(n_rows, dim)``.

        Raises:
            PluginError: ``embed`` returns something else.
            MachineError: the folder cannot be written.
        """
        is_anew = are_caches_off()
        files = self._files_of(encoder, kind)
        known = {} if is_anew else files.read(list(items))
        new = {key: item for key, item in items.items() if key not in known}
        if new:
            with stage("encode"):
                embedded = embed(list(new.values()))
            _require_embeddings(encoder, embedded, len(new))
            computed = dict(zip(new, embedded, strict=True))
            if not is_anew:
                files.add(computed)
            known |= computed
        return known

    def _files_of(self, encoder: Encoder, kind: str) -> VectorFiles:
        family = re.sub(r"[^\w-]", "_", encoder.name.split("[")[0])
        folder = self.root / f"{family}-{encoder.fingerprint}" / kind
        return self._files.setdefault(folder, VectorFiles(folder))


def chunks(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """Take items a few at a time, so that a generator of many needs little memory."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _require_embeddings(encoder: Encoder, embedded: Sequence[Embeddings], n_items: int) -> None:
    if len(embedded) != n_items:
        raise PluginError(
            f"{encoder.name} returned {len(embedded)} embeddings for {n_items} items; expected "
            "one each."
        )
    for rows in embedded:
        is_shaped = rows.ndim == 2 and len(rows) > 0 and rows.shape[1] == encoder.dim
        if not is_shaped or rows.dtype != np.float32 or not np.isfinite(rows).all():
            raise PluginError(
                f"{encoder.name} returned {rows.dtype} of shape {rows.shape}; expected finite "
                f"float32 of width {encoder.dim}, at least one row."
            )

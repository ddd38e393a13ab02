"""Hashes that tell whether two splits are about the same clips and captions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping


def hash_clip_ids(clip_ids: Iterable[str]) -> str:
    """Hash a set of clip ids, whatever their order: rows compare only when these agree."""
    return hashlib.sha256("\n".join(sorted(clip_ids)).encode(errors="surrogatepass")).hexdigest()


def hash_captions(references: Mapping[str, tuple[str, ...]]) -> str:
    """Hash clip ids with their captions: the order of clips does not matter, that of captions does.

    It is SHA-256 over one JSON array ``[id, caption, ...]`` a line.
    """
    digest = hashlib.sha256()
    for clip_id in sorted(references):
        digest.update(json.dumps([clip_id, *references[clip_id]], allow_nan=False).encode() + b"\n")
    return digest.hexdigest()

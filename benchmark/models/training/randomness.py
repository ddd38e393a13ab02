"""Torch's randomness, tied to where one is in a training and to nothing that went before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded(device: torch.device | str, *parts: int | str) -> Iterator[None]:
    """Seed torch for a while, and leave its generators as they were.

    Args:
        device: a GPU, whose generator is seeded besides the CPU's, or the CPU.
        parts: what the seed is made of, as ``seed, "step", epoch, step``.
    """
    device = torch.device(device)
    seed = int.from_bytes(hashlib.sha256(" ".join(map(str, parts)).encode()).digest()[:8], "big")
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        # Not torch.manual_seed: it seeds the generators of all devices, and those of no other
        # device are put back.
        torch.default_generator.manual_seed(seed)
        if device.type == "cuda":
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        yield

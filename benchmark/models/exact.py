"""Inference whose results do not depend on which algorithm a GPU happens to choose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def exact_inference() -> Iterator[None]:
    """Run a frozen network: no gradients, convolutions in full float32 by one algorithm."""
    import torch

    exact = torch.backends.cudnn.flags(deterministic=True, benchmark=False, allow_tf32=False)
    with torch.inference_mode(), exact:
        yield

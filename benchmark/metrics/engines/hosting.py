"""Strangers at work in this process, who leave it as they found it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress

import numpy as np

from benchmark.machine.descriptors import stdout_to_stderr
from benchmark.metrics.engines.installed import InstalledEngine


@contextmanager
def hosting(each: InstalledEngine) -> Iterator[None]:
    """Let an engine work, and undo what it changed besides: what later ones stand on.

    That is the working directory, the environment, torch's default type and numpy's handling of
    errors. What a stranger prints goes to standard error.
    """
    folder, environment = os.getcwd(), dict(os.environ)  # noqa: PTH109  # as chdir takes it back
    torch = sys.modules.get("torch")
    dtype = torch.get_default_dtype() if torch else None
    try:
        with nullcontext() if each.is_own else stdout_to_stderr(), np.errstate():
            yield
    finally:
        with suppress(OSError):
            os.chdir(folder)
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)
        if torch and torch.get_default_dtype() != dtype:
            torch.set_default_dtype(dtype)

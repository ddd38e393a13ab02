"""Where torch computes."""

from __future__ import annotations

from benchmark.errors import MachineError


def require_device(device: str) -> None:
    """Check that torch can use a device.

    Raises:
        MachineError: torch does not see it.
    """
    if device == "cpu":
        return
    import torch

    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise MachineError(
            f"device {device!r} cannot be used: {reason}. Try --device cpu."
        ) from error

"""Products of float32 matrices on a CPU, by oneDNN.

torch leaves them to MKL, which keeps to AVX2 on processors of other makers; oneDNN takes all that a
processor has, at the same precision. Where torch was built without it, MKL does the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor, nn


def has_onednn() -> bool:
    """Say whether this torch can multiply with oneDNN."""
    import torch

    mkldnn: Any = torch.backends.mkldnn
    return bool(mkldnn.is_available()) and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def multiply_rows(left: Tensor, right: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply all rows of one matrix with all of another, in full float32 where they are float32.

    Args:
        left: ``(..., width)``.
        right: ``(n_right, width)``.
        bias: ``(n_right,)``, added to each row of the result.

    Returns:
        ``left @ right.T + bias``, ``(..., n_right)``.
    """
    import torch

    is_plain = left.device.type == "cpu" and left.dtype == right.dtype == torch.float32
    if not is_plain or not left.numel() or not has_onednn():
        return torch.nn.functional.linear(left, right, bias)
    return cast("Tensor", torch.ops.mkldnn._linear_pointwise(left, right, bias, "none", [], ""))


def speed_up_linear_layers(network: nn.Module) -> None:
    """Let every linear layer of a frozen network multiply by ``multiply_rows``.

    Only for inference: the products carry no gradients.
    """
    from torch import nn

    for layer in network.modules():
        if type(layer) is nn.Linear:
            layer.forward = _forward_of(layer)  # type: ignore[assignment, method-assign]


def _forward_of(layer: nn.Linear) -> Callable[[Tensor], Tensor]:
    def forward(input: Tensor) -> Tensor:
        return multiply_rows(input, layer.weight, layer.bias)

    return forward

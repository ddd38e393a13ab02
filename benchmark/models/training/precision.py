"""Whether a device multiplies faster in bfloat16 than in float32."""

from __future__ import annotations

import torch


def gains_from_bfloat16(device: str) -> bool:
    """Say whether training in bfloat16 is worth it: on GPUs, and on CPUs with instructions for it.

    Args:
        device: torch's spelling.
    """
    if torch.device(device).type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    find = getattr(torch.cpu, "get_capabilities", None)  # torch 2.11 and later
    capabilities = find() if find else {}
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))

from __future__ import annotations

import torch

from benchmark.models.exact import exact_inference


def settings():
    cudnn = torch.backends.cudnn
    return cudnn.deterministic, cudnn.benchmark, cudnn.allow_tf32, torch.is_inference_mode_enabled()


def test_convolutions_are_exact_inside_and_as_they_were_outside():
    before = settings()
    with exact_inference():
        assert settings() == (True, False, False, True)
    assert settings() == before

"""Decoding of GPT-2's own size: cached and batched against one clip at a time, read anew."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from bench_gpt2_guidance.generator_network import Generator
from bench_gpt2_guidance.guidance_options import GUIDANCE_PAPER
from transformers import GPT2Config, GPT2Model

END = 50_256
N_CLIPS, N_NAIVE, N_TOKENS, N_GUIDANCE = 32, 2, 12, 70  # five captions of 14 tokens


@pytest.fixture(scope="module")
def inputs():
    rng = np.random.default_rng(0)
    guidance = rng.integers(0, END, (N_CLIPS, N_GUIDANCE)).tolist()
    return guidance, list(rng.normal(size=(N_CLIPS, 10, 128)).astype(np.float32))


def make_generator(beam_size):
    torch.manual_seed(0)
    settings = replace(GUIDANCE_PAPER, max_length=N_TOKENS, beam_size=beam_size)
    return Generator(GPT2Model(GPT2Config()), END, 128, settings)


def write_anew(generator, guidance, patches):
    """Decode greedily, one clip, reading guidance, sound and caption again for every token."""
    tokens = [END]
    with torch.inference_mode():
        for _ in range(N_TOKENS):
            conditions = generator.condition([guidance], [patches])
            logits = generator(torch.tensor([tokens]), **conditions).logits
            tokens.append(int(logits[0, -1].argmax()))
    return tokens[1:]


def write_uncached(generator, guidance, patches):
    """Search with beams, one clip; the guidance is read once, the caption again and again."""
    generator.generation_config.use_cache = False
    try:
        return generator.write(generator.condition([guidance], [patches]))[0]
    finally:
        generator.generation_config.use_cache = True


@pytest.mark.parametrize(
    ("beam_size", "naive", "n_times"), [(1, write_anew, 5), (4, write_uncached, 2)]
)
def test_tokens_come_many_times_as_fast_as_from_a_loop_without_a_cache(
    benchmark, inputs, beam_size, naive, n_times
):
    generator = make_generator(beam_size)

    def write_all():
        return generator.write(generator.condition(*inputs))

    generator.write(generator.condition(inputs[0][:1], inputs[1][:1]))  # the first call warms up
    start = time.perf_counter()
    expected = [naive(generator, inputs[0][at], inputs[1][at]) for at in range(N_NAIVE)]
    naive_rate = N_NAIVE * N_TOKENS / (time.perf_counter() - start)
    written = benchmark.pedantic(write_all, rounds=1)
    assert written[:N_NAIVE] == expected
    rate = N_CLIPS * N_TOKENS / benchmark.stats.stats.median
    times = rate / naive_rate
    benchmark.extra_info |= {"tokens_per_s": rate, "naive_tokens_per_s": naive_rate}
    print(f"\n{rate:.0f} tokens/s, {times:.1f} times the loop's {naive_rate:.1f}")  # noqa: T201
    assert times >= n_times

"""WSAC's decoding against what the published code does: clip by clip, token by token, no cache."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch
from bench_wsac.lesson import Bridge, Examples, Lesson
from bench_wsac.options import PRESETS
from bench_wsac.task import DecoderTask
from bench_wsac.vocabulary import Vocabulary
from tokenizers import Tokenizer, models, pre_tokenizers, processors

N_CLIPS, N_CAPTIONS, N_STEPS = 64, 16, 30
# Of the encoder's space, and words of its tokenizer: BERT's for the paper, those in use for mini.
SIZES = {"mini": (256, 500), "paper": (1024, 30_522)}


def make_vocabulary(n_words):
    words = {f"w{number}": number for number in range(n_words - 2)}
    words |= {"[CLS]": n_words - 2, "[SEP]": n_words - 1}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="w0"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens(["[CLS]", "[SEP]"])
    ends = [("[CLS]", n_words - 2), ("[SEP]", n_words - 1)]
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=ends)
    return Vocabulary(tokenizer, None)


@pytest.fixture(autouse=True)
def _one_thread():
    """Threads that wait for each other would blur what is compared."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


@pytest.fixture(params=SIZES)
def decoder_and_prefixes(request):
    """A decoder of a preset's size that has learnt some captions of 6 to 14 words."""
    dim, n_words = SIZES[request.param]
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(N_CAPTIONS, dim)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    vocabulary, settings = make_vocabulary(n_words), PRESETS[request.param]
    captions = [
        " ".join(f"w{word}" for word in rng.integers(0, n_words - 2, rng.integers(6, 15)))
        for _ in range(N_CAPTIONS)
    ]
    targets, _ = vocabulary.encode(captions, settings.max_tokens, with_start=False)
    clip_of = np.arange(N_CAPTIONS)
    examples = Examples(captions, embeddings, targets, clip_of)
    lesson = Lesson(examples, None, vocabulary, Bridge(), settings, 0, "cpu")
    task = DecoderTask(lesson)
    network = task.network.eval()
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    for _ in range(N_STEPS):
        optimizer.zero_grad()
        task.losses(clip_of).mean().backward()
        optimizer.step()
    heard = embeddings[rng.integers(0, N_CAPTIONS, N_CLIPS)] + rng.normal(0, 0.01, (N_CLIPS, dim))
    with torch.inference_mode():
        prefixes = network.mapping(torch.from_numpy(heard.astype(np.float32)))
    return request.param, network, vocabulary, prefixes


@torch.inference_mode()
def write_plainly(network, prefix, end, max_length):
    """Greedy search, all that was written being read again for each token."""
    model, rows = network.language_model, []
    while len(rows) < max_length and end not in rows:
        read = model.transformer.wte(torch.tensor(rows, dtype=torch.long))
        inputs = torch.cat([prefix[None], read])[None]
        logits = model(inputs_embeds=inputs, use_cache=False).logits
        rows.append(int(logits[0, -1].argmax()))
    return rows


def test_batched_greedy_decoding_is_eight_times_as_fast(benchmark, decoder_and_prefixes):
    preset, network, vocabulary, prefixes = decoder_and_prefixes
    max_length = PRESETS[preset].max_length
    network.write(prefixes[:2])  # warm
    found = benchmark.pedantic(network.write, (prefixes,), rounds=3, iterations=1)
    start = time.perf_counter()
    expected = [write_plainly(network, prefix, vocabulary.end, max_length) for prefix in prefixes]
    plain_s = time.perf_counter() - start
    captions = [vocabulary.decode(rows) for rows in found]
    assert captions == [vocabulary.decode(rows) for rows in expected]
    assert len(set(captions)) > N_CAPTIONS // 2
    ratio = plain_s / benchmark.stats.stats.median
    n_tokens = sum(len(rows) for rows in expected)
    benchmark.extra_info |= {"times_faster": ratio, "n_tokens": n_tokens}
    print(  # noqa: T201
        f"\n{preset}: {ratio:.1f} times as fast; {n_tokens} tokens in "
        f"{benchmark.stats.stats.median:.2f} s instead of {plain_s:.2f} s"
    )
    assert ratio >= 8

"""A tiny GPT-2 of the true format, and lessons for module 2; as a program it trains and dies."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from bench_gpt2_guidance.backbone import Backbone, load_backbone
from bench_gpt2_guidance.generator_task import GeneratorLesson, GeneratorTask
from bench_gpt2_guidance.guidance_options import GuidanceOptions, GuidanceSettings
from bench_gpt2_guidance.guidance_pools import GuidancePools, cut_units
from bench_gpt2_guidance.similarity import SimilarClips
from guidance_toy_clips import CAPTIONS
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2Model

from benchmark.models.training import train

TEXTS = [text for texts in CAPTIONS.values() for text in texts]
QUICK_GUIDANCE = GuidanceSettings(
    n_heads=2,
    n_audio_heads=2,
    audio_width=6,
    k_guidance=2,
    max_guidance_tokens=40,
    max_caption_tokens=20,
    max_length=8,
    learning_rate=1e-2,
    epochs=3,
    batch_size=4,
    initial_std=0.3,
    amp=False,
)


def make_gpt2(folder: Path, *, width: int = 16, seed: int = 0) -> Path:
    """Save a random GPT-2 of two layers, and a byte-level BPE of its kind."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS * 3, trainer)
    tokenizer.add_special_tokens(["<|endoftext|>"])
    folder.mkdir(parents=True)
    tokenizer.model.save(str(folder))  # vocab.json and merges.txt
    tokenizer.save(str(folder / "tokenizer.json"))
    config = GPT2Config(
        vocab_size=tokenizer.get_vocab_size(),
        n_positions=64,
        n_embd=width,
        n_layer=2,
        n_head=2,
        initializer_range=0.6,  # large, so that different texts differ plainly
        bos_token_id=tokenizer.token_to_id("<|endoftext|>"),
        eos_token_id=tokenizer.token_to_id("<|endoftext|>"),
    )
    torch.manual_seed(seed)
    GPT2Model(config).save_pretrained(folder)
    return folder


def write_relation(folder: Path, groups) -> SimilarClips:
    """Clips of one group are similar, those of another are not; nobody is a duplicate."""
    folder.mkdir(parents=True, exist_ok=True)
    groups = np.asarray(groups)
    others = [
        np.flatnonzero((groups == group) & (np.arange(len(groups)) != clip))
        for clip, group in enumerate(groups)
    ]
    counts = np.array([len(found) for found in others])
    ends = counts.cumsum()
    np.concatenate(others).astype(np.int32).tofile(folder / "indices.int32")
    np.save(folder / "bounds.npy", np.column_stack([ends - counts, ends, ends]))
    return SimilarClips(folder, exclude_duplicates=True)


def make_lesson(
    root: Path, backbone: Backbone, *, has_audio: bool = True, seed: int = 0, **options: object
) -> GeneratorLesson:
    """Eighteen clips of three kinds; the last three are held out."""
    kinds = np.arange(18) % 3
    names = list(CAPTIONS)
    captions = [(CAPTIONS[names[kind]][at // 3 % 3],) for at, kind in enumerate(kinds)]
    trains = np.arange(18) < 15
    similar = write_relation(root / "relation", kinds)
    pools = GuidancePools(cut_units(captions, "caption"), similar, trains, 2, {})
    sounds = np.random.default_rng(0).normal(0, 0.2, (18, 3, 5)) + kinds[:, None, None]
    patches = sounds.astype(np.float32) if has_audio else None
    settings = replace(QUICK_GUIDANCE, **options)
    return GeneratorLesson(backbone, pools, patches, settings, seed, "cpu")


def given(**options):
    """Choose options as small as ``QUICK_GUIDANCE``, and others."""
    quick = {name: getattr(QUICK_GUIDANCE, name) for name in GuidanceSettings.__slots__}
    del quick["retrieval"]
    return GuidanceOptions(**{**quick, **options})


def train_and_die(root: Path, at_step: int) -> None:
    """Train a lesson, saving at each step, and be killed in the middle of one."""
    lesson = make_lesson(root, load_backbone(str(root / "gpt2")))
    task = GeneratorTask(lesson)
    n_steps = 0

    def count(head, *_):
        nonlocal n_steps
        n_steps += head.training
        if n_steps == at_step:
            os.kill(os.getpid(), signal.SIGKILL)

    task.network.head.register_forward_hook(count)
    plan = replace(lesson.plan(), save_every_s=0)
    train(task, plan, root / "killed" / "checkpoint.pt", root / "killed")


if __name__ == "__main__":
    torch.set_num_threads(1)
    train_and_die(Path(sys.argv[1]), int(sys.argv[2]))

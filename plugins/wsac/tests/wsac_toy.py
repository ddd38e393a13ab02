"""A small world of sounds and captions with a joint encoder that truly joins them.

Each kind of sound is a tone of its own pitch. The encoder hears the pitches and reads the words;
both sides lie in one space, with a gap between them. As a program it trains a decoder.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bench_wsac.lesson import Bridge, Examples, Lesson
from bench_wsac.options import PRESETS, Settings, WsacOptions
from bench_wsac.preparation import prepare_wsac
from bench_wsac.task import DecoderTask
from bench_wsac.vocabulary import Vocabulary
from lent_specs import lend
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from benchmark import Artifacts, Clip, Resources, Split
from benchmark.datasets import split_loader
from benchmark.encoders import EncoderSpec, require_sounds
from benchmark.models.training import TrainingPlan, train

RATE_HZ = 8_000
PITCHES_HZ = {"dog": 300, "rain": 500, "bell": 800, "saw": 1_200, "bird": 1_900, "engine": 2_900}
CAPTIONS = {
    "dog": ("a dog barks", "a dog is barking loudly"),
    "rain": ("heavy rain falls on a roof", "rain falls"),
    "bell": ("a bell rings three times", "a bell is ringing in the distance"),
    "saw": ("someone cuts wood with a saw", "a saw cuts wood"),
    "bird": ("a small bird sings", "a bird is singing in a tree while the wind blows"),
    "engine": ("an engine idles", "an engine starts and then idles"),
}
WORDS = sorted({word for texts in CAPTIONS.values() for text in texts for word in text.split()})
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
QUICK = WsacOptions(
    preset="mini",
    encoder="toy",
    n_layers=1,
    n_heads=2,
    width=32,
    dropout=0.1,
    learning_rate=5e-3,
    epochs=3,
    batch_size=8,
    validation_share=0.1,
    max_tokens=14,
    max_length=14,
    gap_source="train",  # there is no other world of these sounds
)


@dataclass(frozen=True, slots=True)
class ToyOptions:
    """``gap``: how far the sounds lie from the captions."""

    dim: int = 24
    gap: float = 0.5


class ToyEncoder:
    """Sounds by the energy at each pitch, captions by their words."""

    sample_rate_hz = RATE_HZ
    trained_on = ("toy-pretraining",)

    def __init__(self, name: str, options: ToyOptions) -> None:
        self.name = name
        self.dim = options.dim
        self.fingerprint = hashlib.sha256(f"toy {options}".encode()).hexdigest()[:16]
        self.tokenizer = word_tokenizer(WORDS)
        self._gap = options.gap * self._vector_of("the gap between sounds and captions")

    def embed_audio(self, waveforms):
        require_sounds(waveforms)
        rows = [self._gap + self._hear(waveform.astype(np.float64)) for waveform in waveforms]
        return np.array([unit(row) for row in rows], np.float32).reshape(-1, self.dim)

    def embed_text(self, captions):
        rows = [self._read(caption) for caption in captions]
        return np.array([unit(row) for row in rows], np.float32).reshape(-1, self.dim)

    def _hear(self, waveform):
        times = np.arange(len(waveform)) / RATE_HZ
        heard = np.zeros(self.dim)
        for word, pitch_hz in PITCHES_HZ.items():
            wave = np.exp(-2j * np.pi * pitch_hz * times)
            heard += abs(wave @ waveform) / len(times) * self._vector_of(word)
        return heard / max(np.linalg.norm(heard), 1e-3)

    def _read(self, caption):
        words = caption.lower().split()
        weighted = [(2.0 if word in PITCHES_HZ else 0.3) * self._vector_of(word) for word in words]
        return np.sum([1e-6 * self._vector_of("no word"), *weighted], axis=0)

    def _vector_of(self, word):
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
        return unit(np.random.default_rng(seed).normal(size=self.dim))


def unit(row):
    return row / np.linalg.norm(row)


def word_tokenizer(words, special=SPECIAL):
    """Build a tokenizer whose pieces are words, with BERT's start and end."""
    pieces = [*special, *words]
    tokenizer = Tokenizer(
        models.WordLevel({word: at for at, word in enumerate(pieces)}, unk_token=special[1])
    )
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens(list(special))
    ends = [(special[2], 2), (special[3], 3)]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{special[2]} $A {special[3]}", special_tokens=ends
    )
    return tokenizer


TOY_ENCODER = EncoderSpec(
    "toy",
    "tones and words",
    ("embed_audio", "embed_text"),
    ToyOptions,
    lambda options, name, device: ToyEncoder(name, options),
    ToyEncoder.trained_on,
)


def make_tone(kind, seed=0, duration_s=0.25):
    rng = np.random.default_rng([seed, PITCHES_HZ[kind]])
    times = np.arange(max(1, round(duration_s * RATE_HZ))) / RATE_HZ
    tone = 0.4 * np.sin(2 * np.pi * PITCHES_HZ[kind] * times + rng.uniform(0, 6))
    return (tone + rng.normal(0, 0.01, len(times))).astype(np.float32)


def make_clip(kind, seed=999, duration_s=0.25):
    return Clip(f"new-{kind}", make_tone(kind, seed, duration_s), RATE_HZ)


def make_split(n_clips=24, captions=None, missing=0, dataset="toy"):
    """Make clips kind by kind in turn; the last ones may lack a sound."""
    kinds = tuple(PITCHES_HZ)
    names = [f"clip-{number:02}" for number in range(n_clips)]
    texts = captions or [CAPTIONS[kinds[number % len(kinds)]] for number in range(n_clips)]

    def read(clip_id, sample_rate_hz):
        assert sample_rate_hz == RATE_HZ
        number = int(clip_id.removeprefix("clip-"))
        return Clip(clip_id, make_tone(kinds[number % len(kinds)], number), RATE_HZ)

    references = dict(zip(names, map(tuple, texts), strict=True))
    return Split(dataset, "train", references, frozenset(names[: n_clips - missing]), read)


def make_resources(root: Path, train_split, seed=0):
    artifacts = Artifacts(root)
    loader = split_loader(root, artifacts)
    return Resources("cpu", seed, artifacts, train=train_split, load_split=loader)


def make_lesson(
    captions=None, *, seed=0, bridge=None, clip_of=None, validation=None, **options
) -> Lesson:
    """Build a lesson of captions, those of the small world unless others are given."""
    captions = captions or [text for texts in CAPTIONS.values() for text in texts for _ in range(2)]
    settings: Settings = PRESETS.resolve(WsacOptions(**{**given(QUICK), **options})).settings
    encoder = ToyEncoder("toy", ToyOptions())
    vocabulary = Vocabulary(encoder.tokenizer, None)

    def examples(texts, clip_of):
        targets, _ = vocabulary.encode(
            texts, settings.max_tokens, with_start=settings.start_is_target
        )
        clips = np.arange(len(texts)) if clip_of is None else np.asarray(clip_of)
        return Examples(texts, encoder.embed_text(texts), targets, clips)

    return Lesson(
        examples(captions, clip_of),
        validation and examples(validation, None),
        vocabulary,
        bridge or Bridge(),
        settings,
        seed,
        "cpu",
    )


def plan_of(lesson: Lesson, save_every_s=1000.0):
    settings = lesson.settings
    return TrainingPlan(
        "toy decoder",
        settings.epochs,
        lesson.seed,
        patience=settings.patience or None,
        save_every_s=save_every_s,
    )


def given(options):
    """Return the options that are chosen."""
    chosen = {name: getattr(options, name) for name in WsacOptions.__slots__}
    return {name: value for name, value in chosen.items() if value is not None}


def train_and_die(folder: Path, at_step: int) -> None:
    """Train a lesson, saving at each step, and be killed in the middle of one."""
    lesson = make_lesson()
    task = DecoderTask(lesson)
    n_steps = 0

    def count(network, *_):
        nonlocal n_steps
        n_steps += network.training
        if n_steps == at_step:
            os.kill(os.getpid(), signal.SIGKILL)

    task.network.mapping.register_forward_hook(count)
    train(task, plan_of(lesson, save_every_s=0), folder / "checkpoint.pt", folder)


def prepare_with_small_files(root: Path, n_bytes: int) -> None:
    """Prepare a system where no file may be larger: it fails as a full disk does."""
    import resource

    from benchmark import MachineError

    with lend("encoder", TOY_ENCODER):
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))
        try:
            prepare_wsac("none", make_resources(root, make_split()), QUICK)
        except MachineError as error:
            print(error)  # noqa: T201


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    do = {"train-and-die": train_and_die, "small-files": prepare_with_small_files}[sys.argv[1]]
    do(Path(sys.argv[2]), int(sys.argv[3]))

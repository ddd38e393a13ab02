"""Makes a report on the modality gap behind the systems of a finished run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmark.contract import Fact, Split
from benchmark.datasets.catalogue import load_split, train_split_of
from benchmark.embeddings.store import EmbeddingStore
from benchmark.encoders import ENCODERS, Embeddings, JointEncoder, load_joint_encoder
from benchmark.errors import DataError, RunError, listed
from benchmark.files import JsonObject
from benchmark.gap.crossings import Crossing, blur, look_up, shift, stay
from benchmark.gap.measure import Pairs
from benchmark.machine.device import require_device
from benchmark.machine.places import artifacts
from benchmark.runs.folder import RunFolder
from benchmark.runs.plan import Plan
from benchmark.runs.reading import read_manifest
from benchmark.runs.resolve import load_same_split

DEFAULT_TEMPERATURE = 0.01
MOST_GAP_CLIPS = 20_000
"""A gap is measured on so many clips at most, as CapDec does, unless a system says otherwise."""

Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class GapRequest:
    """What ``bench gap`` was asked for.

    Attributes:
        run: folder of a finished run.
        data_root: folder of the data sets.
        encoders: joint encoders to look at; none: those that the run's systems say they use.
        n_clips: clips to embed of each split, drawn with the run's seed; None: all.
        device: torch's spelling.
    """

    run: Path
    data_root: Path
    encoders: tuple[str, ...] = ()
    n_clips: int | None = None
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class EncoderGap:
    """The gap in one encoder's space.

    Attributes:
        encoder: canonical name.
        systems: those of the run that use it.
        n_memory: training captions, which sounds are looked up in and projected onto.
        crossings: ``before`` comes first.
        notes: what could not be had, and why.
    """

    encoder: str
    systems: tuple[str, ...]
    n_memory: int
    crossings: tuple[Crossing, ...]
    notes: tuple[str, ...]

    @property
    def before(self) -> Pairs:
        return self.crossings[0].pairs

    def to_json(self) -> JsonObject:
        n_clips, dim = self.before.sounds.shape
        return {
            "encoder": self.encoder,
            "systems": list(self.systems),
            "n_clips": n_clips,
            "n_captions": len(self.before.captions),
            "n_memory": self.n_memory,
            "dim": dim,
            "crossings": [crossing.to_json() for crossing in self.crossings],
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class GapReport:
    """What ``bench gap`` prints and draws."""

    run: str
    dataset: str
    train: str
    encoders: tuple[EncoderGap, ...]

    def to_json(self) -> JsonObject:
        return {
            "run": self.run,
            "dataset": self.dataset,
            "train": self.train,
            "encoders": [encoder.to_json() for encoder in self.encoders],
        }


def report_gap(request: GapRequest) -> GapReport:
    """Measure the gap before and after every strategy, in each encoder's space.

    Raises:
        RunError: the run is unfinished, its captions changed, or no system of it says that it
            uses a joint encoder and none is named.
        UnknownNameError, UsageError: a named encoder does not exist or is no joint encoder.
        DataError: no evaluated clip has a sound, or there are no training captions.
        MissingWeightsError: an encoder's weights are not on this machine.
        MachineError: the device cannot be used, or embeddings cannot be kept.
    """
    folder = RunFolder.open(request.run)
    plan = folder.read_plan()
    facts = {name: system.facts for name, system in read_manifest(folder, plan).systems.items()}
    names = request.encoders or _joint_encoders(facts, request.run)
    require_device(request.device)
    split = load_same_split(plan, request.data_root, request.run)
    train = _load_train(plan, split, request)
    clip_ids = draw_clips(_clips_with_sound(plan, split, request), request.n_clips, plan.seed)
    study = _Study(request, plan.seed, split, clip_ids, train)
    gaps = tuple(
        study.examine(load_joint_encoder(name, request.device), facts)
        for name in dict.fromkeys(names)
    )
    return GapReport(str(request.run), str(split.label), str(train.label), gaps)


def draw_clips(clip_ids: Sequence[str], n_most: int | None, seed: int) -> list[str]:
    """Draw clips as WSAC draws those that it measures the gap on; all where they are few."""
    if n_most is None or len(clip_ids) <= n_most:
        return list(clip_ids)
    drawn = np.random.default_rng([seed, 1])
    chosen: list[str] = drawn.choice(clip_ids, n_most, replace=False).tolist()
    return sorted(chosen)


def _joint_encoders(facts: Mapping[str, Facts], run: Path) -> tuple[str, ...]:
    """List the joint encoders that systems say they use."""
    joint = {
        name
        for name, record in ENCODERS.items()
        if {"embed_audio", "embed_text"} <= set(record.abilities)
    }
    named = tuple(dict.fromkeys(str(of["encoder"]) for of in facts.values() if of.get("encoder")))
    encoder_names = tuple(name for name in named if name.partition("[")[0] in joint)
    if not encoder_names:
        encoders = f"encoders they name: {listed(named)}" if named else "they name no encoder"
        raise RunError(
            f"{run}: no system of this run says that it uses an encoder of sounds and captions "
            f"(systems: {listed(tuple(facts))}; {encoders}). Name one with --encoder; there are "
            f"{', '.join(sorted(joint))}."
        )
    return encoder_names


def _load_train(plan: Plan, split: Split, request: GapRequest) -> Split:
    label = plan.train or str(train_split_of(split.label))
    train = load_split(label, request.data_root, artifacts())
    if train.label == split.label:
        raise RunError(
            f"{request.run} is about the training split {train.label} itself: sounds would find "
            "their own captions in the memory. Name a run on another split."
        )
    return train


def _clips_with_sound(plan: Plan, split: Split, request: GapRequest) -> list[str]:
    clip_ids = [clip_id for clip_id in plan.clip_ids if clip_id in split.present]
    if not clip_ids:
        raise DataError(
            f"the gap lies between sounds and captions, and none of the {len(plan.clip_ids)} clips "
            f"of {split.label} has a sound under the data root {request.data_root} "
            f"(`bench data verify {split.label}` says where it was looked for)."
        )
    return clip_ids


@dataclass(frozen=True, slots=True)
class _Study:
    """What is the same for every encoder."""

    request: GapRequest
    seed: int
    split: Split
    clip_ids: Sequence[str]
    train: Split

    def examine(self, encoder: JointEncoder, facts: Mapping[str, Facts]) -> EncoderGap:
        """Measure the gap in an encoder's space, with the settings of the systems that use it."""
        users = {name: of for name, of in facts.items() if of.get("encoder") == encoder.name}
        store = EmbeddingStore(artifacts().root / "embeddings")
        pairs = _embed_pairs(encoder, store, self.split, self.clip_ids)
        memory = self._embed_memory(encoder, store)
        temperatures = _values(users, "temperature") or [DEFAULT_TEMPERATURE]
        stds = _values(users, "noise_std")
        notes: list[str] = []
        crossings = (
            stay(pairs),
            *self._shifts(encoder, store, users, pairs, notes),
            *look_up(pairs, memory, temperatures, self.request.device),
            *(blur(pairs, std, self.seed) for std in stds),
        )
        if not stds:
            notes.append("noise: no system of the run with this encoder says how much it adds.")
        return EncoderGap(encoder.name, tuple(users), len(memory), crossings, tuple(notes))

    def _embed_memory(self, encoder: JointEncoder, store: EmbeddingStore) -> Embeddings:
        train = self.train
        texts = [text for i in train.clip_ids for text in train.references[i] if text.strip()]
        if not texts:
            raise DataError(f"{train.label} holds no caption with a word to look sounds up in.")
        return store.map_texts(encoder, texts)

    def _shifts(
        self,
        encoder: JointEncoder,
        store: EmbeddingStore,
        users: Mapping[str, Facts],
        pairs: Pairs,
        notes: list[str],
    ) -> Iterator[Crossing]:
        """Shift by the gap that the systems measured; else by that of the training split."""
        sources = {
            (str(of["gap_source"]), int(of.get("gap_clips") or MOST_GAP_CLIPS)): None
            for of in users.values()
            if of.get("gap_source")
        }
        for source, n_most in sources or {(str(self.train.label), MOST_GAP_CLIPS): None}:
            split = load_split(source, self.request.data_root, artifacts())
            if not split.present:
                notes.append(f"shift: the gap is measured on sounds; no clip of {source} has one.")
                continue
            n_most = min(n_most, self.request.n_clips or n_most)
            clip_ids = draw_clips(sorted(split.present), n_most, self.seed)
            yield shift(pairs, _embed_pairs(encoder, store, split, clip_ids), source)


def _embed_pairs(
    encoder: JointEncoder, store: EmbeddingStore, split: Split, clip_ids: Sequence[str]
) -> Pairs:
    sounds = store.embed_sounds(
        encoder, (split.read_clip(clip_id, encoder.sample_rate_hz) for clip_id in clip_ids)
    )
    texts = [text for clip_id in clip_ids for text in split.references[clip_id]]
    n_captions = [len(split.references[clip_id]) for clip_id in clip_ids]
    clip_of = np.repeat(np.arange(len(clip_ids)), n_captions)
    return Pairs(sounds, store.embed_texts(encoder, texts), clip_of)


def _values(users: Mapping[str, Facts], key: str) -> list[float]:
    return sorted({float(value) for of in users.values() if (value := of.get(key))})

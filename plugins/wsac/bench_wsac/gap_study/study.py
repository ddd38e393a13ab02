"""Makes a report on the modality gap behind the systems of a finished run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench_wsac.gap_study.crossings import Crossing, blur, look_up, shift, stay
from bench_wsac.gap_study.measure import Pairs
from bench_wsac.gap_study.samples import draw_clips, embed_pairs
from benchmark import DataError, Fact, Split
from benchmark.cli.door import JsonObject, artifacts, listed, require_device
from benchmark.datasets import split_loader
from benchmark.embeddings import EmbeddingStore
from benchmark.encoders import ENCODERS, Embeddings, JointEncoder, load_joint_encoder
from benchmark.runs import (
    Integrity,
    RunError,
    RunRecord,
    load_same_split,
    load_train_split,
    read_run,
)

DEFAULT_TEMPERATURE = 0.01
MOST_GAP_CLIPS = 20_000
"""A gap is measured on so many clips at most, as CapDec does, unless a system says otherwise."""

NO_NOISE = "noise: no system of the run with this encoder says how much it adds."

Facts = Mapping[str, Fact]
_SEALED = Integrity()


@dataclass(frozen=True, slots=True)
class GapRequest:
    """What ``bench gap`` was asked for.

    Attributes:
        run: folder of a finished run.
        data_root: folder of the data sets.
        encoders: joint encoders to look at; none: those that the run's systems say they use.
        n_clips: clips to embed of each split, drawn with the run's seed; None: all.
        device: torch's spelling.
        trust_edited: go on with a run that was edited since it was sealed.
    """

    run: Path
    data_root: Path
    encoders: tuple[str, ...] = ()
    n_clips: int | None = None
    device: str = "cpu"
    trust_edited: bool = False


@dataclass(frozen=True, slots=True)
class EncoderGap:
    """The gap in one encoder's space.

    Attributes:
        encoder: canonical name.
        systems: those of the run that use it.
        n_memory: training captions, which sounds are looked up in and projected onto; None where
            none were looked up.
        crossings: ``before`` comes first.
        notes: what could not be had, and why.
    """

    encoder: str
    systems: tuple[str, ...]
    n_memory: int | None
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
    integrity: Integrity = _SEALED

    def to_json(self) -> JsonObject:
        return {
            "run": self.run,
            "seal": self.integrity.state,
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
    study = open_study(request)
    return study.report([study.examine(encoder) for encoder in study.load_encoders()])


def open_study(request: GapRequest) -> Study:
    """Find what a finished run is about and what its systems say of themselves; raises the same."""
    record = read_run(request.run, trust_edited=request.trust_edited)
    facts = {name: system.sealed.facts for name, system in record.systems.items()}
    names = request.encoders or _joint_encoders(facts, request.run)
    require_device(request.device)
    split = load_same_split(record.plan, request.data_root, request.run)
    train = load_train_split(record.plan, request.data_root)
    store = EmbeddingStore(artifacts().root / "embeddings")
    return Study(request, record, split, train, facts, tuple(dict.fromkeys(names)), store)


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


@dataclass(frozen=True, slots=True)
class Study:
    """A run looked behind: its data, and what its systems say of themselves.

    Attributes:
        request: what was asked for.
        record: of the run.
        split: the evaluated one.
        train: whose captions are the memory.
        facts: by system.
        encoder_names: of the spaces to look at.
        store: where embeddings are kept.
    """

    request: GapRequest
    record: RunRecord
    split: Split
    train: Split
    facts: Mapping[str, Facts]
    encoder_names: tuple[str, ...]
    store: EmbeddingStore

    @property
    def seed(self) -> int:
        return self.record.plan.seed

    @property
    def is_of_training(self) -> bool:
        """Whether the run is about the training split itself."""
        return self.train.label == self.split.label

    def report(self, gaps: Sequence[EncoderGap]) -> GapReport:
        labels = str(self.split.label), str(self.train.label)
        return GapReport(str(self.request.run), *labels, tuple(gaps), self.record.integrity)

    def load_encoders(self) -> Iterator[JointEncoder]:
        """Load the encoders, one at a time."""
        for name in self.encoder_names:
            yield load_joint_encoder(name, self.request.device)

    def users_of(self, encoder: JointEncoder) -> dict[str, Facts]:
        """List the systems that use an encoder, and what they say of themselves."""
        return {name: of for name, of in self.facts.items() if of.get("encoder") == encoder.name}

    def examine(self, encoder: JointEncoder) -> EncoderGap:
        """Measure the gap in an encoder's space, with the settings of the systems that use it."""
        users, notes = self.users_of(encoder), list[str]()
        clip_ids = draw_clips(self.evaluated_clips(), self.request.n_clips, self.seed)
        pairs = embed_pairs(encoder, self.store, self.split, clip_ids)
        stds = values_of(users, "noise_std")
        memory = None if self.is_of_training else self.embed_memory(encoder)
        temperatures = values_of(users, "temperature") or [DEFAULT_TEMPERATURE]
        crossings = (
            stay(pairs),
            *(shift(pairs, *measured) for measured in self.measure_gaps(encoder, users, notes)),
            *(() if memory is None else look_up(pairs, memory, temperatures, self.request.device)),
            *(blur(pairs, std, self.seed) for std in stds),
        )
        if memory is None:
            notes.append(
                f"nearest, projection: the run is about the training split {self.train.label} "
                "itself, where sounds would find their own captions."
            )
        if not stds:
            notes.append(NO_NOISE)
        n_memory = None if memory is None else len(memory)
        return EncoderGap(encoder.name, tuple(users), n_memory, crossings, tuple(notes))

    def evaluated_clips(self) -> list[str]:
        """List the run's clips that have a sound.

        Raises:
            DataError: none has.
        """
        clip_ids = self.record.plan.clip_ids
        present = [i for i in clip_ids if i in self.split.present]
        return _require_sounds(self.split, present, len(clip_ids), self.request)

    def training_clips(self) -> list[str]:
        """List the training clips that have a sound and a caption with a word.

        Raises:
            DataError: none has.
        """
        train = self.train
        worded = [i for i in train.clip_ids if any(text.strip() for text in train.references[i])]
        present = [i for i in worded if i in train.present]
        return _require_sounds(train, present, len(train.references), self.request)

    def embed_memory(self, encoder: JointEncoder) -> Embeddings:
        """Embed all training captions with a word.

        Raises:
            DataError: there is none.
        """
        train = self.train
        texts = [text for i in train.clip_ids for text in train.references[i] if text.strip()]
        if not texts:
            raise DataError(f"{train.label} holds no caption with a word to look sounds up in.")
        return self.store.map_texts(encoder, texts)

    def measure_gaps(
        self, encoder: JointEncoder, users: Mapping[str, Facts], notes: list[str]
    ) -> Iterator[tuple[Pairs, str]]:
        """Embed what the systems measured the gap on; else clips of the training split.

        Args:
            encoder: in whose space.
            users: the systems that use it.
            notes: get a line for a split without sounds.

        Yields:
            Pairs, and the label of the split that they are from.
        """
        sources = {
            (str(of["gap_source"]), int(of.get("gap_clips") or MOST_GAP_CLIPS)): None
            for of in users.values()
            if of.get("gap_source")
        }
        load = split_loader(self.request.data_root, artifacts())
        for source, n_most in sources or {(str(self.train.label), MOST_GAP_CLIPS): None}:
            split = load(source)
            if not split.present:
                notes.append(f"shift: the gap is measured on sounds; no clip of {source} has one.")
                continue
            n_most = min(n_most, self.request.n_clips or n_most)
            clip_ids = draw_clips(sorted(split.present), n_most, self.seed)
            yield embed_pairs(encoder, self.store, split, clip_ids), source


def values_of(users: Mapping[str, Facts], key: str) -> list[float]:
    """List what systems say of a number, sorted; those that say nothing are passed over."""
    return sorted({float(value) for of in users.values() if (value := of.get(key))})


def _require_sounds(
    split: Split, clip_ids: list[str], n_clips: int, request: GapRequest
) -> list[str]:
    if not clip_ids:
        raise DataError(
            f"the gap lies between sounds and captions, and none of the {n_clips} clips "
            f"of {split.label} has a sound under the data root {request.data_root} "
            f"(`bench data verify {split.label}` says where it was looked for)."
        )
    return clip_ids

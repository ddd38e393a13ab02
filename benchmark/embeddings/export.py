"""Embeds a split's sounds into one file, for machines that do not have the sounds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from benchmark.contract import Clip, Split, SplitLabel
from benchmark.datasets.audio import fit_length
from benchmark.datasets.catalogue import load_split
from benchmark.embeddings.files import Contents, EmbeddingKind, Recipe, Rows
from benchmark.embeddings.store import EmbeddingStore
from benchmark.embeddings.writer import write_embeddings
from benchmark.encoders import ENCODERS, AudioEncoder, Encoder, SequenceEncoder, load_encoder
from benchmark.errors import DataError, UsageError
from benchmark.machine.device import require_device
from benchmark.machine.places import artifacts
from benchmark.plugins.names import parse_name

_ABILITIES: Mapping[str, EmbeddingKind] = {"embed_audio": "sounds", "embed_patches": "patches"}


@dataclass(frozen=True, slots=True)
class EmbedRequest:
    """What ``bench embed`` was asked for.

    Attributes:
        dataset: with or without a split.
        encoder: its name, options included.
        output: the file to write.
        data_root: the folder of the data sets.
        kind: None: what the encoder gives, if that is one thing.
        duration_s: seconds to which sounds are cut or filled first, None: as they are.
        device: torch's spelling.
    """

    dataset: str
    encoder: str
    output: Path
    data_root: Path
    kind: EmbeddingKind | None = None
    duration_s: float | None = None
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Export:
    """What was written.

    Attributes:
        contents: of the file.
        label: of the split.
        missing: ids of clips without a sound.
        broken: ids of clips whose sound cannot be read, each with the reason.
    """

    contents: Contents
    label: SplitLabel
    missing: tuple[str, ...]
    broken: Mapping[str, str]


def embed_split(request: EmbedRequest) -> Export:
    """Embed every sound of a split that is here, and write the file.

    What is embedded is kept in the store at once, so that an interrupted call goes on. Memory
    holds a few sounds, and what the store knows of its shards; the file is written row by row.

    Raises:
        UsageError: the encoder does not embed sounds, or in two kinds and none was chosen.
        DataError: the split has no readable sound.
        MissingWeightsError: the encoder's weights are not on this machine.
        MachineError: the file or the cache cannot be written.
    """
    require_device(request.device)
    kind = _choose_kind(request)
    split = load_split(request.dataset, request.data_root, artifacts())
    present = tuple(clip_id for clip_id in split.clip_ids if clip_id in split.present)
    if not present:
        survey = "".join(f" {line}." for line in split.survey())
        raise DataError(
            f"{split.label}: none of the {len(split.references)} clips has a sound to embed "
            f"(`bench data verify {split.label}` says where it was looked for).{survey}"
        )
    encoder = load_encoder(request.encoder, request.device)
    recipe = Recipe(encoder.name, encoder.fingerprint, kind, encoder.dim, request.duration_s)
    contents = Contents(recipe, str(split.label.portable), len(split.references), present)
    broken: dict[str, str] = {}
    vectors = _embed(encoder, recipe, split, present, broken)
    written = write_embeddings(request.output, contents, vectors)
    return Export(written, split.label, split.missing, broken)


def _choose_kind(request: EmbedRequest) -> EmbeddingKind:
    name = parse_name(request.encoder).name
    if name not in ENCODERS:
        load_encoder(request.encoder)  # says which there are
    abilities = ENCODERS[name].abilities
    kinds = [kind for ability, kind in _ABILITIES.items() if ability in abilities]
    if not kinds:
        able = [e.name for e in ENCODERS.values() if set(_ABILITIES) & set(e.abilities)]
        raise UsageError(
            f"the encoder {name} embeds no sounds; expected one of {', '.join(sorted(able))}."
        )
    if request.kind is None and len(kinds) > 1:
        raise UsageError(
            f"the encoder {name} gives one vector a sound, and sequences of patches; choose with "
            "--kind sounds (for systems of a joint space) or --kind patches."
        )
    if request.kind is not None and request.kind not in kinds:
        raise UsageError(f"the encoder {name} gives {kinds[0]}; found --kind {request.kind}.")
    return request.kind or kinds[0]


def _embed(
    encoder: Encoder,
    recipe: Recipe,
    split: Split,
    clip_ids: tuple[str, ...],
    broken: dict[str, str],
) -> Iterator[tuple[str, Rows]]:
    """Yield each readable clip with its vectors; note the others in ``broken``."""
    read: deque[str] = deque()

    def clips() -> Iterator[Clip]:
        rate_hz = cast("AudioEncoder | SequenceEncoder", encoder).sample_rate_hz
        for clip_id in clip_ids:
            try:
                clip = split.read_clip(clip_id, rate_hz)
            except DataError as error:
                broken[clip_id] = str(error)
                continue
            read.append(clip_id)
            yield clip if recipe.duration_s is None else fit_length(clip, recipe.duration_s)

    store = EmbeddingStore(artifacts().root / "embeddings")
    if recipe.kind == "sounds":
        vectors = store.stream_sounds(cast("AudioEncoder", encoder), clips(), len(clip_ids))
    else:
        vectors = store.stream_sequences(cast("SequenceEncoder", encoder), clips(), len(clip_ids))
    for rows in vectors:
        yield read.popleft(), rows

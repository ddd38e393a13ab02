"""What FENSE, FER and SPIDEr-FL need, fetched: error detectors, their BERT, the sentence model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from benchmark.contract import RemoteFile
from benchmark.errors import BenchError, MachineError, MissingWeightsError
from benchmark.files import MODELS_CURE
from benchmark.machine.downloads import fetch
from benchmark.machine.fetchable import Fetchable, FetchOptions, Present, size_of
from benchmark.machine.places import models_root
from benchmark.metrics.fluency import (
    CHECKPOINT_SHA256,
    RELEASE,
    SIZES,
    find_checkpoint,
    read_checkpoint,
)
from benchmark.metrics.sentence import SBERT_SIM_MODEL
from benchmark.models.hub_files import HubModel, fetch_hub_model
from benchmark.models.weights import find_here

_BERTS = {"base": "bert-base-uncased", "tiny": "prajjwal1/bert-tiny"}
"""On which the detectors were trained (train_base.sh and train_tiny.sh of FENSE's repository)."""
_BERT_REVISIONS = {"bert-base-uncased": "86b5e0934494bd15c9632b12f734a8a67f723594"}
_TOKENIZER = ("vocab.txt", "tokenizer.json")
_SENTENCE_MODEL = HubModel(
    SBERT_SIM_MODEL,
    required=(
        "config.json",
        "model.safetensors",
        "vocab.txt",
        "modules.json",
        "sentence_bert_config.json",
        "1_Pooling/config.json",
    ),
    optional=("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"),
)


def fetch_fense(
    detectors: Sequence[str] = ("base",), given: Sequence[Path] = (), *, release: str = RELEASE
) -> list[Path]:
    """Bring what FENSE needs into the folder of models, as far as it is not on this machine.

    Each of them is there whole or not at all; where one cannot be had the others come all the same.

    Args:
        detectors: sizes of the error detector: ``base``, ``tiny``.
        given: files, and folders that hold the detectors' files and the models' folders; nothing
            is downloaded then.
        release: the address that holds the detectors.

    Returns:
        Where each lies.

    Raises:
        MachineError: something could not be had; says why, and what to fetch by hand.
    """
    found: list[Path] = []
    failures: list[str] = []

    def bring(get: Callable[[], Path], by_hand: str) -> Path | None:
        try:
            found.append(get())
        except BenchError as error:
            failures.append(f"  {error}\n    By hand: {by_hand}")
            return None
        return found[-1]

    root = models_root()
    for name in (name for name, size in SIZES.items() if size in detectors):
        checkpoint = bring(
            lambda name=name: _bring_detector(name, given, release),  # type: ignore[misc]
            f"save {release}/{name}.ckpt as {root / name}.ckpt",
        )
        bert = _bert_of(read_checkpoint(checkpoint)[0] if checkpoint else _BERTS[SIZES[name]])
        bring(
            lambda bert=bert: _bring_model(bert, _TOKENIZER, given),  # type: ignore[misc]
            f"put {', '.join(bert.required)} of {bert.url} into {root / bert.name}",
        )
    files = ", ".join(_SENTENCE_MODEL.required)
    bring(
        lambda: _bring_model(_SENTENCE_MODEL, ("*.safetensors",), given),
        f"put {files} of {_SENTENCE_MODEL.url} into {root / _SENTENCE_MODEL.name}",
    )
    if failures:
        told = "\n".join(failures)
        raise MachineError(
            f"what FENSE needs could not all be had:\n{told}\nConnect this machine and run it "
            "again, or name files that you have with --from."
        )
    return list(dict.fromkeys(found))


def _bring_detector(name: str, given: Sequence[Path], release: str) -> Path:
    try:
        return find_checkpoint(name)
    except MissingWeightsError:
        pass
    file = RemoteFile(
        f"{name}.ckpt",
        f"{release}/{name}.ckpt",
        f"sha256:{CHECKPOINT_SHA256[name]}",
        most_bytes=4 << 30,
    )
    (path,) = fetch([file], models_root(), given=given, cure=MODELS_CURE, advises=False)
    return path


def _bring_model(model: HubModel, mark: Sequence[str], given: Sequence[Path]) -> Path:
    folder = find_here(model.name, *mark)
    return folder if folder is not None else fetch_hub_model(model, models_root(), given)


def _bert_of(model_type: str) -> HubModel:
    """Describe the configuration and tokenizer; the detector has the weights."""
    return HubModel(
        model_type,
        required=("config.json", "vocab.txt"),
        optional=("tokenizer.json", "tokenizer_config.json"),
        revision=_BERT_REVISIONS.get(model_type, "main"),
    )


def _look(options: FetchOptions) -> Present:
    detectors = [name for name, size in SIZES.items() if size in (options.detectors or ("base",))]
    there: list[Path] = []
    lacks: list[str] = []
    for name in detectors:
        try:
            there.append(find_checkpoint(name))
        except MissingWeightsError:
            lacks.append(f"{name}.ckpt")
    berts = [(_BERTS[SIZES[name]], _TOKENIZER) for name in detectors]
    for name, mark in (*berts, (SBERT_SIM_MODEL, ("*.safetensors",))):
        folder = find_here(name, *mark)
        if folder is None:
            lacks.append(name)
        else:
            there.append(folder)
    if lacks:
        where = f"{models_root()} (lacks {', '.join(lacks)})"
        return Present("partly" if there else "no", where, size_of(there))
    return Present("yes", ", ".join(map(str, there)), size_of(there))


def _fetch(options: FetchOptions) -> list[str]:
    detectors = options.detectors or ("base",)
    return list(map(str, fetch_fense(detectors, options.given_paths("fense"))))


FETCHABLE = Fetchable(
    name="fense",
    summary="FENSE, FER, SPIDEr-FL: error detector, its BERT's tokenizer, sentence model",
    licence="MIT (FENSE's detectors), Apache-2.0 (BERT, sentence model)",
    download_mb=706,  # base: 438 MB, the sentence model: 268
    options=("from", "detector"),
    look=_look,
    fetch=_fetch,
)

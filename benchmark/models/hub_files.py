"""Models fetched from the Hugging Face hub, file by file, each checked by the hub's own sum.

The hub's client keeps such models in a cache of its own; here they become a folder with plain
names, which can be carried to a machine without a network.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from benchmark.contract import RemoteFile
from benchmark.errors import DataError, MachineError, MissingWeightsError, shown
from benchmark.files import MODELS_CURE, sha256_of, write_text, writing, written_folder
from benchmark.machine.bodies import reason_phrase
from benchmark.machine.downloads import TIMEOUT_S, fetch, reason_of
from benchmark.models.checksums import SUMS_FILE, noted_sums, require_sum
from benchmark.models.hub import endpoint, forbidden_by, require_there
from benchmark.models.revisions import ORIGIN_FILE
from benchmark.models.weights import hub_name_of

_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{1,64}")
_BLOB_ID = re.compile(r"[0-9a-f]{40}")
_MOST_NAMES = 5
"""That a repository may have had, each leading on to the next."""


@dataclass(frozen=True, slots=True)
class HubModel:
    """The files of a model that are wanted.

    Attributes:
        name: the field's short name, which the folder gets.
        required: files that it has to have.
        optional: files that are taken where there are any.
        revision: a commit or a branch of its repository.
    """

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    revision: str = "main"

    @property
    def url(self) -> str:
        """The address of its repository."""
        return f"{endpoint()}/{hub_name_of(self.name)}"


def fetch_hub_model(model: HubModel, root: Path, given: Sequence[Path] = ()) -> Path:
    """Bring a model into the folder of models; it appears there whole, with ``SHA256SUMS``.

    Args:
        model: what is wanted; its folder is not there yet.
        root: the folder of models.
        given: folders that are the model's, or hold its folder: nothing is downloaded then.

    Returns:
        The model's folder.

    Raises:
        MissingWeightsError: it is not in what was given, or weights there are not those that a
            ``SHA256SUMS`` or the hub's cache promises.
        DataError: the hub refuses, or a file is not what the hub says.
        MachineError: the hub cannot be reached or must not be, or nothing can be written.
    """
    target = root / model.name
    if given:
        source = _given_folder(model, given)
        files = {name: source / name for name in model.required + model.optional}
        return _store({n: p for n, p in files.items() if p.is_file()}, target, f"From {source}.")
    commit, remote = _ask_for_all(model)
    prefix = f".{model.name.replace('/', '--')}-downloads-"
    # Of one commit: what a killed call left of another would never fit.
    paths = fetch(
        list(remote.values()), root / f"{prefix}{commit[:12]}", cure=MODELS_CURE, advises=False
    )
    _store(dict(zip(remote, paths, strict=True)), target, f"{model.url}\nCommit {commit}.")
    for scratch in root.glob(f"{prefix}*"):
        shutil.rmtree(scratch, ignore_errors=True)
    return target


def _given_folder(model: HubModel, given: Sequence[Path]) -> Path:
    spellings = (model.name, hub_name_of(model.name), hub_name_of(model.name).rpartition("/")[2])
    places = [*given, *(folder / name for folder in given for name in dict.fromkeys(spellings))]
    for place in places:
        if all((place / name).is_file() for name in model.required):
            weights = sorted(place.glob("*.safetensors"))
            for path, noted in noted_sums(place, weights).items():
                require_sum(path, sha256_of(path), noted)
            return place
    raise MissingWeightsError(
        f"no {' + '.join(model.required)} of {model.name} in {', '.join(map(str, places))}."
    )


def _store(files: dict[str, Path], target: Path, origin: str) -> Path:
    with written_folder(target, MODELS_CURE) as partial, writing(partial, MODELS_CURE):
        for name, path in files.items():
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, partial / name)
        sums = (f"{sha256_of(partial / name)}  {name}" for name in files)
        write_text(partial / SUMS_FILE, "\n".join(sums))
        write_text(partial / ORIGIN_FILE, origin)
    return target


def _ask_for_all(model: HubModel) -> tuple[str, dict[str, RemoteFile]]:
    """Ask for every file, all of one commit; gives the commit, and the files by their names."""
    if by := forbidden_by():
        raise MachineError(f"{model.url} is not asked: {by}. Allow it.")
    require_there()
    commit, remote = model.revision, {}
    for name in (*model.required, *model.optional):
        asked = _ask(model, commit, name)
        if asked is not None:
            commit, remote[name] = asked
    return commit, remote


def _ask(model: HubModel, revision: str, name: str) -> tuple[str, RemoteFile] | None:
    """Ask the hub for a file's commit and sum; None where it is optional and not there."""
    import requests

    url = f"{model.url}/resolve/{quote(revision)}/{quote(name)}"
    headers = {"Accept-Encoding": "identity"}
    try:
        answer = requests.head(url, headers=headers, timeout=TIMEOUT_S, allow_redirects=False)
        for _ in range(_MOST_NAMES):
            if not (answer.is_redirect and answer.headers["Location"].startswith("/")):
                break
            # The repository was renamed.
            url = f"{endpoint()}{answer.headers['Location']}"
            answer = requests.head(url, headers=headers, timeout=TIMEOUT_S, allow_redirects=False)
    except (requests.RequestException, ValueError) as error:  # a redirect to what is no address
        raise MachineError(f"cannot reach {url}: {reason_of(error)}.") from error
    if answer.status_code == 404 and name in model.optional:
        return None
    if answer.status_code >= 400:
        raise DataError(f"{url} answered {reason_phrase(answer)}.")
    sum_text = answer.headers.get("X-Linked-Etag") or answer.headers.get("ETag") or ""
    sum_text = sum_text.removeprefix("W/").strip('"')
    if _SHA256.fullmatch(sum_text):
        checksum = f"sha256:{sum_text}"
    elif _BLOB_ID.fullmatch(sum_text):
        checksum = f"git:{sum_text}"
    else:
        raise DataError(f"{url} tells no sum of {name}; found {shown(sum_text)}.")
    commit = answer.headers.get("X-Repo-Commit", revision)
    if commit != revision and not _COMMIT.fullmatch(commit):  # it names a folder here
        raise DataError(f"{url} tells no commit; found {shown(commit)}.")
    pinned = f"{model.url}/resolve/{quote(commit)}/{quote(name)}"
    return commit, RemoteFile(name.replace("/", "--"), pinned, checksum)

"""The Hugging Face hub: may it be asked, is it there, and what does it have of a model.

It is asked as the ecosystem does, through the ecosystem's client, unless somebody forbids it. What
the client lets wait is bounded here: whether anybody is there at all is found out within 2 s, once
a process, and remembered.
"""

from __future__ import annotations

import os
import socket
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from benchmark.deprecated import BENCH_HUB
from benchmark.display.escaping import show_line
from benchmark.errors import MissingWeightsError, shown
from benchmark.machine.downloads import reason_of
from benchmark.models.names import hub_names, near_names

REACH_LIMIT_S = 1.8
"""Within which a name has to be resolved and somebody to take the connection."""
ANSWER_LIMIT_S = 10.0
"""Within which somebody who is there has to say what it has of a model."""
_FORBIDDING = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_YES = frozenset({"1", "true", "yes", "on"})
_PORTS = {"http": 80, "https": 443}


class HubError(MissingWeightsError):
    """The hub does not give a model: it is not to be asked, not there, or has none."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a model's repository.

    Attributes:
        name: with the folders that it lies in.
        n_bytes: None where the hub does not say.
        sha256: of its content; None of small files, which the hub names otherwise.
    """

    name: str
    n_bytes: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class HubModelListing:
    """What the hub has of a model.

    Attributes:
        repository: as ``"FacebookAI/roberta-large"``.
        commit: 40 hex digits; what is fetched is of it, whatever the branch says by then.
        files: of the repository at that commit.
    """

    repository: str
    commit: str
    files: tuple[HubFile, ...]


def forbidden_by() -> str | None:
    """Name what forbids to ask the hub; None: nothing does."""
    for variable in _FORBIDDING:
        if os.environ.get(variable, "").lower() in _YES:
            return f"{variable} is set"
    former = os.environ.get(BENCH_HUB.what, "1")
    return None if former in ("", "1") else f"{BENCH_HUB.what} is not 1"


def endpoint() -> str:
    """Name the hub, or the mirror that ``HF_ENDPOINT`` names, without a slash at its end."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def list_model(name: str, revision: str | None = None) -> HubModelListing:
    """Ask the hub what it has of a model; each question is asked once a process.

    Args:
        name: with or without its owner.
        revision: a commit; None: the newest of the main branch.

    Raises:
        HubError: it is forbidden, nobody is there or answers in time, there is no such model, or
            it is not for everybody.
    """
    if by := forbidden_by():
        raise HubError(f"The hub was not asked, for {by}.")
    place = endpoint()
    key = (place, name, revision)
    if key not in _answers:
        require_there()
        _answers[key] = _ask_any(place, name, revision)
    answer = _answers[key]
    if isinstance(answer, str):
        raise HubError(answer)
    return answer


def require_there() -> None:
    """Refuse to ask a hub to which nobody can connect, which is found out once a process.

    Raises:
        HubError: nobody is there, or did not answer before.
    """
    place = endpoint()
    if place not in _absent:
        if (why := _why_unreachable(place)) is None:
            return
        _mark_absent(place, f"{place} cannot be reached: {why}.")
    raise HubError(_absent[place])


def forget() -> None:
    """Forget all that hubs said, and which were not there."""
    _absent.clear()
    _answers.clear()


_absent: dict[str, str] = {}
"""By address, why nobody is there."""
_answers: dict[tuple[str, str, str | None], HubModelListing | str] = {}
"""What was said of a model, or why there is none."""


def _mark_absent(place: str, why: str) -> str:
    """Remember for the rest of the process that a hub does not answer; return why, as told."""
    return _absent.setdefault(place, why)


def _why_unreachable(place: str) -> str | None:
    """Try to connect, and say why that cannot be done; None where it can.

    In a thread, as resolving a name knows no limit of its own.
    """
    try:
        host, port = _first_host(place)
    except ValueError as error:
        return str(error)
    found = [f"nobody took the connection within {REACH_LIMIT_S:g} s"]

    def connect() -> None:
        try:
            socket.create_connection((host, port), timeout=REACH_LIMIT_S).close()
            found[0] = ""
        except OSError as error:
            found[0] = error.strerror or str(error)

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(REACH_LIMIT_S)
    return found[0] or None


def _first_host(place: str) -> tuple[str, int]:
    """Tell who is connected to first: a proxy, if there is one for the hub.

    Raises:
        ValueError: an address is none.
    """
    parts = urlsplit(place)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if proxy and parts.hostname and not proxy_bypass(parts.hostname):
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if not parts.hostname:
        raise ValueError(f"{shown(place)} is no address (HF_ENDPOINT)")
    return parts.hostname, parts.port or _PORTS.get(parts.scheme, 443)


def _ask_any(place: str, name: str, revision: str | None) -> HubModelListing | str:
    """Ask for a model under each name that it may have; tell the first's fate if none is there."""
    answers = []
    for repository in hub_names(name):
        answer = _ask(place, repository, revision)
        if not isinstance(answer, str):
            return answer
        answers.append(answer)
        if place in _absent:
            break
    return answers[0]


def _ask(place: str, repository: str, revision: str | None) -> HubModelListing | str:
    from huggingface_hub import HfApi, get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    api = HfApi(endpoint=place)
    try:
        said = api.model_info(
            repository, revision=revision, timeout=ANSWER_LIMIT_S, files_metadata=True
        )
        if said.gated:  # anybody may see what there is, and not everybody gets it
            url = hf_hub_url(repository, "config.json", revision=said.sha, endpoint=place)
            get_hf_file_metadata(url, timeout=ANSWER_LIMIT_S)
        return _read(repository, said)
    except HFValidationError:
        return f"{place} was not asked: {shown(repository)} is no name that it could have."
    except GatedRepoError:
        return _tell_gated(place, repository)
    except RevisionNotFoundError:
        return f"{place} has no commit {shown(revision)} of {repository}."
    except RepositoryNotFoundError:
        return _tell_unknown(place, repository)
    except Exception as error:  # of the client's own HTTP library, which changes with versions
        return _tell_failure(place, repository, error)


def _read(repository: str, said: Any) -> HubModelListing | str:
    """Take an answer apart; nothing in it is believed to be of its type."""
    commit = said.sha
    if not isinstance(commit, str) or not _is_commit(commit):
        return f"{endpoint()} tells no commit of {repository}; found {shown(commit)}."
    files = [_read_file(sibling) for sibling in said.siblings or ()]
    return HubModelListing(repository, commit, tuple(file for file in files if file))


def _read_file(sibling: Any) -> HubFile | None:
    name, size = sibling.rfilename, sibling.size
    if not isinstance(name, str) or show_line(name) != name or ".." in name.split("/"):
        return None
    lfs = sibling.lfs
    sha256 = getattr(lfs, "sha256", None) if lfs is not None else None
    return HubFile(
        name,
        size if isinstance(size, int) and size >= 0 else None,
        sha256 if isinstance(sha256, str) else None,
    )


def _is_commit(text: str) -> bool:
    return len(text) == 40 and set(text) <= set("0123456789abcdef")


def _tell_gated(place: str, repository: str) -> str:
    return (
        f"{place}/{repository} is not for everybody (401 or 403): accept its licence on that page, "
        "and set HF_TOKEN to a token of yours (https://huggingface.co/settings/tokens)."
    )


def _tell_unknown(place: str, repository: str) -> str:
    near = near_names(repository)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    return (
        f"{place} has no model {repository!r}, or none that may be seen without a token "
        f"(HF_TOKEN).{hint}"
    )


def _tell_failure(place: str, repository: str, error: Exception) -> str:
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    if status in (401, 403):
        return _tell_gated(place, repository)
    if status is not None:
        return f"{place} answered {status} when it was asked for {repository}."
    if "timeout" in type(error).__name__.lower():
        return _mark_absent(place, f"{place} did not answer within {ANSWER_LIMIT_S:g} s.")
    reason = show_line(reason_of(error))[:200].rstrip(".")
    told = f"{place} cannot be asked for {repository}: {reason}."
    is_of_network = isinstance(error, OSError) or type(error).__module__.startswith("httpx")
    return _mark_absent(place, told) if is_of_network else told

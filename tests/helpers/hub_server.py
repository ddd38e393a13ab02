"""A hub on this machine: it speaks as the Hugging Face hub does, for models that a test made."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NEWER = "fedcba9876543210fedcba9876543210fedcba98"
_LARGE = (".safetensors", ".bin")


class HubServer(ThreadingHTTPServer):
    """Serves models by repository and commit; small files itself, weights by a redirect.

    Attributes:
        models: by repository, by commit, its files.
        newest: by repository, the commit of its main branch.
        gated: repositories that nobody gets without a token.
        status: of every answer instead of the right one.
        hangs: nothing is answered until the server is closed.
        spoils: weights have another first byte than they should.
        break_off_after: bytes of the next body of weights; None sends all.
        asked: method, path and range of each request.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.models: dict[str, dict[str, dict[str, bytes]]] = {}
        self.newest: dict[str, str] = {}
        self.gated: set[str] = set()
        self.status: int | None = None
        self.hangs = False
        self.spoils = False
        self.break_off_after: int | None = None
        self.asked: list[tuple[str, str, str | None]] = []
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def cdn(self) -> str:
        """Name who holds the weights: another host, as of the real hub."""
        return f"http://localhost:{self.server_port}"

    def add(self, repository: str, files: Mapping[str, bytes] | Path, commit: str = COMMIT) -> None:
        """Serve a model, which is the newest of its repository from here on."""
        if isinstance(files, Path):
            folder = files
            files = {
                str(path.relative_to(folder)): path.read_bytes()
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            }
        self.models.setdefault(repository, {})[commit] = dict(files)
        self.newest[repository] = commit

    def bodies(self) -> list[str]:
        """List the files whose content was asked for."""
        return [
            path.rpartition("/")[2]
            for method, path, _ in self.asked
            if method == "GET" and not path.startswith("api/")
        ]


class _Handler(BaseHTTPRequestHandler):
    server: HubServer
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        hub, path = self.server, self.path.partition("?")[0].lstrip("/")
        hub.asked.append((self.command, path, self.headers.get("Range")))
        if hub.hangs:
            hub.closing.wait(30)
            return
        if hub.status is not None:
            self._answer(hub.status)
        elif path.startswith("api/models/"):
            self._tell(path.removeprefix("api/models/"))
        elif path.startswith("cdn/"):
            self._send_weights(path.removeprefix("cdn/"))
        else:
            self._resolve(path)

    def _tell(self, asked: str) -> None:
        repository, _, revision = asked.partition("/revision/")
        commit, files = self._find(repository, revision or "main")
        if files is None:
            self._answer(404, {"X-Error-Code": "RevisionNotFound" if commit else "RepoNotFound"})
            return
        siblings = [
            {"rfilename": name, "size": len(body), "blobId": _blob_id(body)}
            | (
                {"lfs": {"sha256": _sha256(body), "size": len(body), "pointerSize": 134}}
                if name.endswith(_LARGE)
                else {}
            )
            for name, body in files.items()
        ]
        gated = "auto" if repository in self.server.gated else False
        said = {
            "id": repository,
            "sha": commit,
            "siblings": siblings,
            "gated": gated,
            "private": False,
            "tags": [],
            "downloads": 0,
        }
        self._answer(200, {"Content-Type": "application/json"}, json.dumps(said).encode())

    def _resolve(self, path: str) -> None:
        repository, _, rest = path.partition("/resolve/")
        revision, _, name = rest.partition("/")
        commit, files = self._find(repository, revision)
        if repository in self.server.gated and "Authorization" not in self.headers:
            self._answer(401, {"X-Error-Code": "GatedRepo"})
        elif files is None or name not in files:
            self._answer(404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": commit})
        elif name.endswith(_LARGE):
            body = files[name]
            self._answer(
                302,
                {
                    "Location": f"{self.server.cdn}/cdn/{repository}/{commit}/{name}",
                    "X-Repo-Commit": commit,
                    "ETag": '"of-the-pointer"',
                    "X-Linked-Etag": f'"{_sha256(body)}"',
                    "X-Linked-Size": str(len(body)),
                },
            )
        else:
            body = files[name]
            head = {"X-Repo-Commit": commit, "ETag": f'"{_blob_id(body)}"'}
            self._answer(200, head, body)

    def _send_weights(self, path: str) -> None:
        hub = self.server
        repository, commit, name = path.rsplit("/", 2)
        body = hub.models[repository][commit][name]
        if hub.spoils:
            body = bytes([body[0] ^ 1]) + body[1:]
        wanted = self.headers.get("Range")
        first = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
        head = {"Content-Range": f"bytes {first}-{len(body) - 1}/{len(body)}"} if first else {}
        self._answer(206 if first else 200, head, body[first:], cut=hub.break_off_after)
        if self.command == "GET":
            hub.break_off_after = None

    def _find(self, repository: str, revision: str) -> tuple[str, dict[str, bytes] | None]:
        commits = self.server.models.get(repository, {})
        commit = self.server.newest.get(repository, "") if revision == "main" else revision
        return (commit if commits else ""), commits.get(commit)

    def _answer(
        self,
        status: int,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        cut: int | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if cut is not None:
            body = body[:cut]
            self.close_connection = True
        with suppress(ConnectionError):
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _blob_id(body: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()


@contextmanager
def serving_hub() -> Iterator[HubServer]:
    """Serve models while the block runs."""
    with HubServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()

"""A server of files on this machine, with ranges, that can break off, refuse or know no ranges."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer(ThreadingHTTPServer):
    """Serves contents by path; what is none of them is answered with 404.

    Attributes:
        contents: by path, without the leading slash.
        headers: further ones of every answer, by path.
        knows_ranges: else every answer is the whole file.
        break_off_after: how many bytes of each body are sent; None sends all.
        n_to_break: how many answers break off; None is all.
        asked: path and range of each request.
        n_sent: bytes of bodies, all together.
    """

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.contents = dict(contents)
        self.headers: dict[str, dict[str, str]] = {}
        self.knows_ranges = True
        self.break_off_after: int | None = None
        self.n_to_break: int | None = None
        self.asked: list[tuple[str, str | None]] = []
        self.n_sent = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"


class _Handler(BaseHTTPRequestHandler):
    server: FileServer
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        server, path, wanted = self.server, self.path[1:], self.headers.get("Range")
        server.asked.append((path, wanted))
        if (content := server.contents.get(path)) is None:
            self.send_error(404)
            return
        body = content
        span = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted or "")
        if span and server.knows_ranges:
            first = int(span[1])
            if first >= len(content):
                self.send_error(416)
                return
            last = min(int(span[2] or len(content)), len(content) - 1)
            body = content[first : last + 1]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        for name, value in server.headers.get(path, {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if server.break_off_after is not None and server.n_to_break != 0:
            if server.n_to_break is not None:
                server.n_to_break -= 1
            body = body[: server.break_off_after]
            self.close_connection = True
        server.n_sent += len(body)
        with suppress(ConnectionError):  # whoever asked has seen enough
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def serving(contents: Mapping[str, bytes]) -> Iterator[FileServer]:
    """Serve contents while the block runs."""
    with FileServer(contents) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()

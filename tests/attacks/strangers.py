"""What comes from elsewhere: servers and archives that mean harm, folders of models with code."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from file_server import serving
from hostile_names import hostile_file_name
from tiny_models import make_bert

from benchmark.contract import RemoteFile
from benchmark.datasets.unpack import unpack
from benchmark.errors import BenchError, MissingWeightsError
from benchmark.machine.downloads import fetch
from tests.attacks.kinds import Attack, attacks

CONTENT = bytes(range(256)) * 800


def _odd_answers(rng: random.Random) -> bytes:
    """What a raw socket may send in the place of an answer."""
    length = rng.choice(["abc", "-1", "1e9", "9" * 30, str(len(CONTENT)), "5", "0", "\x00", ""])
    body = rng.choice([CONTENT, CONTENT[: rng.randrange(len(CONTENT))], rng.randbytes(99), b""])
    status = rng.choice(["200 OK", "206 Partial", "200", "999 x", "abc", "301 Moved", "416 x", ""])
    more = rng.choice(
        ["", "Content-Encoding: gzip\r\n", "Transfer-Encoding: chunked\r\n", "X: " + "y" * 70_000,
         "Location: file:///etc/passwd\r\n", "Location: http://[\r\n",
         "Content-Range: bytes 9-1/x\r\n", "Location: /again\r\n", "X\r\n" * 200]
    )  # fmt: skip
    head = f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{more}\r\n".encode()
    return rng.choice([head + body, rng.randbytes(300), head, b""])


@contextlib.contextmanager
def _answering(answer: bytes) -> Iterator[str]:
    """Serve one answer to whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(5)
                    connection.recv(65536)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/a.bin"
        finally:
            server.shutdown(socket.SHUT_RDWR)


@attacks("evil servers", n=400)
def serve_evil(place: Path) -> Iterator[Attack]:
    """Nothing but the right bytes lies under the name; nothing lies outside; errors are words."""
    checksum = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"

    def attack(rng: random.Random) -> str:
        folder = place / "outer" / "target"
        folder.mkdir(parents=True)
        try:
            with contextlib.ExitStack() as stack:
                if rng.random() < 0.7:
                    url = stack.enter_context(_answering(_odd_answers(rng)))
                else:
                    server = stack.enter_context(serving({"a.bin": _changed(rng)}))
                    server.knows_ranges = rng.random() < 0.5
                    server.break_off_after = rng.choice([None, rng.randrange(len(CONTENT))])
                    url = server.url(rng.choice(["a.bin", "absent"]))
                if rng.random() < 0.3:
                    (folder / "a.bin.partial").write_bytes(CONTENT[: rng.randrange(999)])
                try:
                    fetch([RemoteFile("a.bin", url, checksum)], folder)
                except BenchError:
                    assert not (folder / "a.bin").exists()
                    return "refused"
                finally:
                    assert {path.name for path in folder.parent.rglob("*")} <= {
                        "target", "a.bin", "a.bin.partial",
                    }  # fmt: skip
                assert (folder / "a.bin").read_bytes() == CONTENT
                return "the right bytes"
        finally:
            shutil.rmtree(folder.parent)

    yield attack


def _changed(rng: random.Random) -> bytes:
    content = bytearray(CONTENT)
    if rng.random() < 0.5:
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(content + b"x" * rng.choice([0, 0, 1, 70_000]))


EVIL_NAMES = (
    "../out.wav", "../../out.wav", "/tmp/attacks-out.wav", "a/../../out.wav", "..", "a\x00b.wav",
    "C:\\out.wav", "..\\out.wav", "link/out.wav", "./a.wav", "a.wav/", "x" * 300 + ".wav",
)  # fmt: skip


@attacks("evil archives", n=120)
def unpack_evil(place: Path) -> Iterator[Attack]:
    """Whatever an archive names, nothing is written outside its folder."""
    import py7zr

    def attack(rng: random.Random) -> str:
        outer = place / "outer"
        target = outer / "deep" / "target"
        target.mkdir(parents=True)
        archive = outer / "a.7z"
        try:
            with py7zr.SevenZipFile(archive, "w") as opened:
                _fill_archive(opened, outer, rng)
            if rng.random() < 0.3:
                content = bytearray(archive.read_bytes())
                for _ in range(rng.choice([1, 1, 20])):
                    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
                archive.write_bytes(content[: rng.choice([len(content), rng.randrange(9999)])])
            before = _outside(outer, target)
            try:
                unpack(archive, target)
            except BenchError:
                return "refused"
            finally:
                assert _outside(outer, target) == before, "written outside"
                assert not Path("/tmp/attacks-out.wav").exists()
            links = [path for path in target.rglob("*") if path.is_symlink()]
            assert all(path.resolve().is_relative_to(target.resolve()) for path in links), links
            return "inside its folder"
        finally:
            shutil.rmtree(outer)

    yield attack


def _fill_archive(opened: Any, outer: Path, rng: random.Random) -> None:
    for number in range(rng.randrange(1, 4)):
        name = rng.choice([*EVIL_NAMES, "good.wav", f"{hostile_file_name(rng.randrange(99))}.wav"])
        source = outer / f"source-{number}"
        is_link = rng.random() < 0.3
        if is_link:
            source.symlink_to(rng.choice(["/etc", "..", "../../..", "/etc/passwd", "good.wav"]))
        else:
            source.write_bytes(b"sound")
        with contextlib.suppress(ValueError, OSError):  # what the library itself cannot name
            opened.write(source, "link" if is_link else "good.wav")
            # The library refuses to write evil names, and so would few who mean harm.
            opened.header.files_info.files[-1]["filename"] = "link" if is_link else name


def _outside(outer: Path, target: Path) -> set[str]:
    return {str(path) for path in outer.rglob("*") if not path.is_relative_to(target)}


EVIL = "from pathlib import Path\nPath({mark!r}).touch()\nclass Config: ...\nclass Model: ...\n"
CONFIGS = (
    "config.json",
    "tokenizer_config.json",
    "preprocessor_config.json",
    "processor_config.json",
)


@attacks("model folders with code", n=120)
def load_with_code(place: Path) -> Iterator[Attack]:
    """No code of a folder is run and nobody is asked, whatever names it."""
    from transformers import AutoConfig, AutoModel

    from benchmark.models.codeless import read_config
    from benchmark.models.pretrained import load_pretrained
    from benchmark.models.text_encoder import load_text_encoder, load_tokenizer

    good, mark = make_bert(place / "good"), place / "ran"
    loads: list[Callable[[Path], Any]] = [
        load_tokenizer, lambda folder: load_text_encoder(folder, device="cpu"),
        lambda folder: load_pretrained(AutoModel, folder),
        lambda folder: read_config(AutoConfig, folder),
    ]  # fmt: skip

    def attack(rng: random.Random) -> str:
        folder = Path(shutil.copytree(good, place / "evil"))
        try:
            for name in rng.sample(CONFIGS, rng.randrange(1, 3)):
                path = folder / name
                config = json.loads(path.read_text()) if path.exists() else {}
                path.write_text(json.dumps(_with_code(config, rng)))
            for name in ("evil.py", "tokenization_evil.py", "modeling_bert.py", "__init__.py"):
                (folder / name).write_text(EVIL.format(mark=str(mark)))
            if rng.random() < 0.3:  # a pickle that runs code, in the place of the weights
                (folder / "model.safetensors").unlink()
                (folder / "pytorch_model.bin").write_bytes(_pickle(mark))
            try:
                rng.choice(loads)(folder)
            except MissingWeightsError:
                return "refused"
            finally:
                assert not mark.exists(), "code was run"
            return "loaded without it"
        finally:
            mark.unlink(missing_ok=True)
            shutil.rmtree(folder)

    yield attack


def _with_code(config: Any, rng: random.Random) -> Any:
    named = {"AutoConfig": "evil.Config", "AutoModel": "evil.Model",
             "AutoTokenizer": ["evil.Model", "evil.Model"], "AutoProcessor": "evil.Model",
             "AutoFeatureExtractor": "evil.Model"}  # fmt: skip
    changes: list[Any] = [
        {"auto_map": named}, {"auto_map": {"AutoModel": "other/repo--evil.Model"}},
        {"auto_map": named, "model_type": "strange"}, {"model_type": "evil"},
        {"trust_remote_code": True, "auto_map": named}, {"architectures": ["evil.Model"]},
        {"tokenizer_class": "evil.Model"}, {"custom_pipelines": {"x": {"impl": "evil.Model"}}},
        {"auto_map": []}, {"auto_map": "evil.Model"}, {"auto_map": {"AutoModel": None}},
        {"text_config": {"auto_map": named}}, {"_name_or_path": "evil", "auto_map": named},
    ]  # fmt: skip
    return {**config, **rng.choice(changes)}


def _pickle(mark: Path) -> bytes:
    """Spell a pickle that makes a file when it is read, opcode by opcode."""
    return b"cpathlib\nPath\n(V%s\ntR0(cbuiltins\nexec\n(Vopen(%r,'w')\ntR." % (
        str(mark).encode(), str(mark).encode(),
    )  # fmt: skip

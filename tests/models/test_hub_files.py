"""Models fetched from a hub that speaks as the real one: pinned, checked, whole or not at all."""

from __future__ import annotations

import hashlib

import pytest
from file_server import serving

from benchmark.errors import DataError, MachineError, MissingWeightsError
from benchmark.models.hub_files import HubModel, fetch_hub_model
from benchmark.models.weights import choose_model

COMMIT = "0123456789abcdef0123456789abcdef01234567"
WEIGHTS = bytes(range(256)) * 1_000
FILES = {"config.json": b"{}", "1_Pooling/config.json": b'{"a": 1}', "model.safetensors": WEIGHTS}
MODEL = HubModel("toy", required=tuple(FILES), optional=("tokenizer.json",))


def sum_of(name, content):
    """The sum as the hub tells it: of large files their sha256, of others the id of git's blob."""
    if name.endswith(".safetensors"):
        return {"X-Linked-Etag": f'"{hashlib.sha256(content).hexdigest()}"', "ETag": '"cdn"'}
    blob = b"blob %d\0" % len(content) + content
    return {"ETag": f'"{hashlib.sha1(blob).hexdigest()}"'}


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    with serving({}) as server:
        for revision in ("main", COMMIT):
            for name, content in FILES.items():
                path = f"toy/resolve/{revision}/{name}"
                server.contents[path] = content
                server.headers[path] = {"X-Repo-Commit": COMMIT, **sum_of(name, content)}
        monkeypatch.setenv("HF_ENDPOINT", server.url("")[:-1])
        yield server


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_model_is_fetched_at_one_commit_with_its_sums_noted(hub, tmp_path, monkeypatch):
    folder = fetch_hub_model(MODEL, tmp_path)
    assert folder == tmp_path / "toy"
    assert names(tmp_path) == sorted(f"toy/{n}" for n in (*FILES, "ORIGIN.txt", "SHA256SUMS"))
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    assert COMMIT in (folder / "ORIGIN.txt").read_text()
    assert {path for path, _ in hub.asked[1:]} == {
        f"toy/resolve/{COMMIT}/{name}" for name in (*FILES, "tokenizer.json")
    }
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    assert choose_model("toy").sha256 == hashlib.sha256(WEIGHTS).hexdigest()
    (folder / "model.safetensors").write_bytes(WEIGHTS[:-1] + b"x")
    with pytest.raises(MissingWeightsError, match="damaged or another file"):
        choose_model("toy", "toy")


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_file_that_is_not_what_the_hub_says_is_refused_and_nothing_is_there(hub, tmp_path, name):
    hub.contents[f"toy/resolve/{COMMIT}/{name}"] = b"x" + FILES[name][1:]
    with pytest.raises(DataError, match=f"wrong checksum of {name}"):
        fetch_hub_model(MODEL, tmp_path)
    assert not (tmp_path / "toy").exists()


def test_a_download_that_is_cut_is_resumed(hub, tmp_path):
    hub.break_off_after = 100_000
    with pytest.raises(DataError, match="cut short"):
        fetch_hub_model(MODEL, tmp_path)
    hub.break_off_after = None
    hub.asked.clear()
    fetch_hub_model(MODEL, tmp_path)
    ranges = [wanted for path, wanted in hub.asked if wanted]
    assert len(ranges) == 1
    assert ranges[0] != "bytes=0-"
    assert names(tmp_path / "toy") == sorted([*FILES, "ORIGIN.txt", "SHA256SUMS"])
    assert not list(tmp_path.glob(".*"))


def test_a_required_file_that_the_hub_lacks_is_an_error_and_an_optional_one_is_not(hub, tmp_path):
    del hub.contents["toy/resolve/main/config.json"]
    with pytest.raises(DataError, match=r"config\.json answered 404"):
        fetch_hub_model(MODEL, tmp_path)


def test_a_hub_that_must_not_be_asked_is_not(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(MachineError, match="HF_HUB_OFFLINE is set"):
        fetch_hub_model(MODEL, tmp_path)
    assert hub.asked == []


def test_a_folder_that_is_given_is_copied(tmp_path):
    for name, content in FILES.items():
        path = tmp_path / "given" / "toy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "given" / "toy" / "unwanted.bin").write_bytes(b"x")
    for given in (tmp_path / "given", tmp_path / "given" / "toy"):
        root = tmp_path / given.name
        folder = fetch_hub_model(MODEL, root / "models", [given])
        assert names(folder) == sorted([*FILES, "ORIGIN.txt", "SHA256SUMS"])
    (tmp_path / "given" / "toy" / "SHA256SUMS").write_text(f"{'0' * 64}  model.safetensors\n")
    with pytest.raises(MissingWeightsError, match="damaged or another file"):
        fetch_hub_model(MODEL, tmp_path / "third", [tmp_path / "given"])
    with pytest.raises(MissingWeightsError, match=r"no config\.json \+ .* of toy in"):
        fetch_hub_model(MODEL, tmp_path / "fourth", [tmp_path / "models"])

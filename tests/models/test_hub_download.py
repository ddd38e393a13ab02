"""What is fetched from the hub is of one commit, what was wanted, and as the hub says."""

from __future__ import annotations

import pytest
from hub_server import COMMIT, NEWER
from tiny_models import make_bert

from benchmark.errors import MissingWeightsError
from benchmark.machine import notes
from benchmark.models import hub as asking
from benchmark.models.hub_download import spell_size
from benchmark.models.revisions import pin_revision, unpin_revisions
from benchmark.models.text_encoder import load_text_encoder
from benchmark.models.weights import (
    OFFLINE_NAME,
    choose_model,
    find_folder,
    require_obtainable,
)

WEIGHTS = bytes(range(256)) * 1_000
FILES = {
    "config.json": b"{}",
    "vocab.txt": b"a",
    "1_Pooling/config.json": b"{}",
    "model.safetensors": WEIGHTS,
    "pytorch_model.bin": b"pickle",
    "modelling.py": b"raise SystemExit",
    "onnx/model.safetensors": b"x",
}
WANTED = ["1_Pooling/config.json", "config.json", "model.safetensors", "vocab.txt"]


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_model_that_is_not_here_is_fetched_and_a_line_says_what_how_big_and_from_where(
    hub, tmp_path, capfd
):
    hub.add("FacebookAI/roberta-toy", FILES)
    chosen = choose_model("roberta-toy", "roberta-toy")
    assert (chosen.name, chosen.note, chosen.revision) == ("roberta-toy", "the hub", COMMIT)
    assert names(chosen.folder) == WANTED
    told = capfd.readouterr().err
    assert told.count("\n") == 1
    for part in ("FacebookAI/roberta-toy (256.0 kB, commit 0123456789ab)", hub.url, "--offline"):
        assert part in told


def test_what_was_fetched_is_found_in_the_cache_by_the_next_process(hub, monkeypatch):
    hub.add("somebody/toy", FILES)
    choose_model("somebody/toy", "somebody/toy")
    asking.forget()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    again = choose_model("somebody/toy", "somebody/toy")
    assert (again.note, again.revision) == ("the hub's cache", COMMIT)


def test_a_real_model_is_fetched_and_runs(hub, tmp_path):
    hub.add("somebody/tiny-bert", make_bert(tmp_path / "made"))
    folder, found_in = find_folder("somebody/tiny-bert", "*.safetensors")
    assert found_in == "the hub"
    assert load_text_encoder(folder, device="cpu").width == 16


def test_pickled_weights_are_fetched_and_read_only_where_there_are_no_safetensors(hub, tmp_path):
    import torch
    from transformers import BertModel

    made = make_bert(tmp_path / "made")
    states = BertModel.from_pretrained(made).state_dict()
    (made / "model.safetensors").unlink()
    torch.save(states, made / "pytorch_model.bin")
    hub.add("somebody/pickled-bert", made)
    chosen = choose_model("somebody/pickled-bert", "somebody/pickled-bert")
    assert "pytorch_model.bin" in names(chosen.folder)
    assert load_text_encoder(chosen.folder, device="cpu").width == 16


def test_a_pickle_that_holds_more_than_tensors_is_refused_and_runs_nothing(hub, tmp_path):
    import torch

    made = make_bert(tmp_path / "made")
    (made / "model.safetensors").unlink()
    torch.save({"encoder": _Evil(str(tmp_path / "was-run"))}, made / "pytorch_model.bin")
    hub.add("somebody/evil-bert", made)
    chosen = choose_model("somebody/evil-bert", "somebody/evil-bert")
    with pytest.raises(MissingWeightsError, match="damaged or hold more than tensors"):
        load_text_encoder(chosen.folder, device="cpu")
    assert not (tmp_path / "was-run").exists()


class _Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        import os

        return os.mkdir, (self.path,)


def test_weights_that_are_not_what_the_hub_says_are_refused_and_not_kept(hub):
    hub.add("somebody/toy", FILES)
    hub.spoils = True
    with pytest.raises(MissingWeightsError, match=r"sent another model\.safetensors"):
        find_folder("somebody/toy", "*.safetensors")
    hub.spoils = False
    folder, _ = find_folder("somebody/toy", "*.safetensors")
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS


def test_a_download_that_breaks_off_is_resumed_and_not_taken_for_whole(hub, monkeypatch):
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda _: None)
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 20_000)
    hub.add("somebody/toy", FILES)
    hub.break_off_after = 100_000
    folder, _ = find_folder("somebody/toy", "*.safetensors")
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    ranges = [wanted for _, path, wanted in hub.asked if path.startswith("cdn/") and wanted]
    assert ranges
    assert all(wanted.startswith("bytes=") and wanted != "bytes=0-" for wanted in ranges)


def test_weights_in_parts_are_here_only_with_all_their_parts(hub, tmp_path, monkeypatch):
    folder = tmp_path / "models" / "parts"
    folder.mkdir(parents=True)
    index = b'{"weight_map": {"a": "model-1-of-2.safetensors", "b": "model-2-of-2.safetensors"}}'
    files = {"config.json": b"{}", "model.safetensors.index.json": index}
    files |= {f"model-{n}-of-2.safetensors": WEIGHTS for n in (1, 2)}
    for name in list(files)[:3]:
        (folder / name).write_bytes(files[name])
    hub.add("parts", files)
    assert find_folder("parts", "*.safetensors")[1] == "the hub"
    (folder / "model-2-of-2.safetensors").write_bytes(WEIGHTS)
    assert find_folder("parts", "*.safetensors") == (folder, "BENCH_MODELS")


def test_a_pinned_commit_is_fetched_whatever_the_branch_says_by_now(hub):
    hub.add("somebody/toy", FILES)
    assert require_obtainable("somebody/toy", "*.safetensors") == COMMIT
    assert hub.bodies() == []
    hub.add("somebody/toy", {**FILES, "model.safetensors": b"newer"}, NEWER)
    asking.forget()
    assert choose_model("somebody/toy", "somebody/toy").revision == NEWER
    pin_revision("somebody/toy", COMMIT)
    pinned = choose_model("somebody/toy", "somebody/toy")
    assert pinned.revision == COMMIT
    assert (pinned.folder / "model.safetensors").read_bytes() == WEIGHTS
    unpin_revisions()
    assert choose_model("somebody/toy", "somebody/toy").revision == NEWER


def test_what_the_hub_lacks_is_told_before_anything_is_fetched(hub):
    hub.add("somebody/toy", {"config.json": b"{}", "tf_model.h5": b"x"})
    for ask in (require_obtainable, find_folder):
        with pytest.raises(MissingWeightsError, match=r"somebody/toy holds no \*\.safetensors"):
            ask("somebody/toy", "*.safetensors")
    assert hub.bodies() == []


def test_without_a_hub_the_offline_model_stands_in_and_one_line_says_so(hub, monkeypatch, capfd):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(notes, "_told", set())
    for _ in range(2):
        chosen = choose_model("roberta-large")
        assert chosen.name == OFFLINE_NAME
    told = capfd.readouterr().err
    assert told.startswith(f"bench: {OFFLINE_NAME} stands in for roberta-large")
    assert "http://127.0.0.1:9 cannot be reached: Connection refused" in told
    assert told.count("\n") == 1
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert choose_model("roberta-base").name == OFFLINE_NAME
    assert capfd.readouterr().err == ""


def test_sizes_are_spelt_for_people():
    assert [spell_size(n) for n in (12, 4_100, 268_000_000, 1_421_000_000)] == [
        "12 bytes",
        "4.1 kB",
        "268.0 MB",
        "1.4 GB",
    ]

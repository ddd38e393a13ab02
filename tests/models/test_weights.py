from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.errors import MissingWeightsError
from benchmark.models import weights
from benchmark.models.weights import OFFLINE_NAME, choose_model, find_folder, hash_weights

REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def _nothing_is_found(tmp_path, monkeypatch):
    """A machine without models and hub: no BENCH_MODELS, an empty cache."""
    for name in ("BENCH_MODELS", "BENCH_HUB"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))


def make_model(folder: Path, weights: bytes = b"weights") -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(weights)
    return folder


def make_cached_model(cache: Path, name: str) -> Path:
    """Lay a model out as the hub's own cache does."""
    repository = cache / f"models--{name.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(REVISION)
    return make_model(repository / "snapshots" / REVISION)


def hide_offline_package(monkeypatch):
    monkeypatch.setattr(weights, "_OFFLINE_PACKAGE", "gt_a_package_that_nobody_has")


def run_python(code: str, **environment: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


def test_a_named_folder_is_taken_and_hashed(tmp_path):
    folder = make_model(tmp_path / "my-bert", b"abc")
    chosen = choose_model("roberta-large", folder)
    assert (chosen.name, chosen.folder) == ("my-bert", folder)
    assert chosen.sha256.startswith("ba7816bf")  # of "abc"


def test_a_named_model_is_never_replaced(tmp_path):
    with pytest.raises(MissingWeightsError, match="'roberta-base' is not on this machine"):
        choose_model("roberta-large", "roberta-base")


def test_a_named_folder_without_weights_says_what_it_holds(tmp_path):
    folder = make_model(tmp_path / "old")
    (folder / "model.safetensors").rename(folder / "tf_model.h5")
    with pytest.raises(MissingWeightsError, match=r"found config\.json, tf_model\.h5"):
        choose_model("roberta-large", folder)


@pytest.mark.parametrize("spelling", ["roberta-large", "FacebookAI/roberta-large"])
def test_bench_models_holds_folders_by_short_or_full_name(tmp_path, monkeypatch, spelling):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    folder = make_model(tmp_path / spelling)
    chosen = choose_model("roberta-large")
    assert (chosen.name, chosen.folder, chosen.note) == ("roberta-large", folder, "BENCH_MODELS")


def test_the_hub_cache_is_read_without_asking_the_hub(tmp_path):
    folder = make_cached_model(
        tmp_path / "cache", "sentence-transformers/paraphrase-TinyBERT-L6-v2"
    )
    chosen = choose_model("paraphrase-TinyBERT-L6-v2")
    assert (chosen.name, chosen.folder) == ("paraphrase-TinyBERT-L6-v2", folder)
    assert chosen.note == "the hub's cache"


def test_bench_models_comes_before_the_hub_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path / "models"))
    make_cached_model(tmp_path / "cache", "FacebookAI/roberta-large")
    folder = make_model(tmp_path / "models" / "roberta-large")
    assert choose_model("roberta-large").folder == folder


def test_a_folder_without_weights_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path / "models"))
    (make_model(tmp_path / "models" / "roberta-large") / "model.safetensors").unlink()
    cached = make_cached_model(tmp_path / "cache", "FacebookAI/roberta-large")
    assert choose_model("roberta-large").folder == cached


def test_a_folder_in_the_working_directory_is_not_mistaken_for_the_standard_model(
    tmp_path, monkeypatch
):
    make_model(tmp_path / "roberta-large")
    monkeypatch.chdir(tmp_path)
    assert choose_model("roberta-large").name == OFFLINE_NAME


def test_a_model_of_another_owner_is_another_model(tmp_path):
    make_cached_model(tmp_path / "cache", "roberta-large")
    assert choose_model("roberta-large", "FacebookAI/roberta-large").name == "roberta-large"
    for name in ("somebody/roberta-large", f"somebody/{OFFLINE_NAME}"):
        with pytest.raises(MissingWeightsError):
            choose_model("roberta-large", name)
        folder = make_cached_model(tmp_path / "cache", name)
        assert choose_model("roberta-large", name).folder == folder
        assert choose_model("roberta-large", name).name == name


@pytest.mark.parametrize("named", ["roberta-base", "FacebookAI/roberta-base"])
def test_a_cached_model_is_found_and_called_the_same_by_both_its_names(tmp_path, named):
    folder = make_cached_model(tmp_path / "cache", "FacebookAI/roberta-base")
    for choice in (named, folder):
        chosen = choose_model("roberta-large", choice)
        assert (chosen.name, chosen.folder) == ("roberta-base", folder)


def test_the_offline_model_bears_its_own_name_and_says_whose_place_it_takes():
    chosen = choose_model("paraphrase-TinyBERT-L6-v2")
    assert chosen.name == "all-MiniLM-L6-v2"
    assert "instead of paraphrase-TinyBERT-L6-v2" in chosen.note


def test_a_damaged_offline_model_is_refused(tmp_path, monkeypatch):
    package = tmp_path / "gt_damaged"
    make_model(package / "model", b"damaged")
    (package / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(weights, "_OFFLINE_PACKAGE", "gt_damaged")
    with pytest.raises(MissingWeightsError, match=r"have sha256 .*; expected 53aa5117"):
        choose_model("roberta-large", OFFLINE_NAME)


def test_where_nothing_is_found_the_error_says_what_to_do(tmp_path, monkeypatch):
    hide_offline_package(monkeypatch)
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    with pytest.raises(MissingWeightsError) as caught:
        choose_model("roberta-large")
    for part in (
        str(tmp_path / "roberta-large"),
        "BENCH_MODELS",
        "HF_HUB_OFFLINE is set",
        "[offline]",
    ):
        assert part in str(caught.value)


def test_the_hub_is_asked_unless_it_is_forbidden_and_its_failure_is_told():
    code = (
        "from benchmark.models.weights import find_folder\n"
        "from benchmark.errors import MissingWeightsError\n"
        "try: find_folder('nobody/has-this')\n"
        "except MissingWeightsError as error: print(error)\n"
    )
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    assert "cannot be reached" in run_python(code, HF_HUB_OFFLINE="0", **nowhere)
    assert "was not asked, for HF_HUB_OFFLINE" in run_python(code, HF_HUB_OFFLINE="1", **nowhere)


def test_a_configuration_alone_is_found_where_no_weights_are_wanted(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path))
    (make_model(tmp_path / "bert-base-uncased") / "model.safetensors").unlink()
    assert find_folder("bert-base-uncased")[0] == tmp_path / "bert-base-uncased"


def test_files_are_hashed_in_order(tmp_path):
    (tmp_path / "1").write_bytes(b"a")
    (tmp_path / "2").write_bytes(b"bc")
    assert hash_weights([tmp_path / "1", tmp_path / "2"]).startswith("ba7816bf")


def test_importing_the_metrics_loads_no_model_library():
    modules = ("bleu", "rouge", "cider", "vocabulary", "sentence", "bertscore", "fluency")
    imports = "".join(f"import benchmark.metrics.{name}\n" for name in modules)
    heavy = "{'torch', 'transformers', 'aac_metrics', 'bert_score', 'huggingface_hub', 'pandas'}"
    assert run_python(f"import sys\n{imports}print(sorted({heavy} & set(sys.modules)))") == "[]\n"

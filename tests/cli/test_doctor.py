"""What a machine has and lacks, and what that means for runs."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version

import pytest
from click.testing import CliRunner
from parser_jars import parser_jars
from plugin_distributions import write_distribution

from benchmark.cli import doctor
from benchmark.cli.doctor import Requirement, examine
from benchmark.cli.main import bench as command_line
from benchmark.files import sha256_of
from benchmark.metrics.fluency import CHECKPOINT_SHA256, FER_MODEL
from benchmark.metrics.java import java_version


def required(subject):
    return next(each for each in examine() if each.subject == subject)


def test_packages_are_told_with_their_versions():
    assert required("numpy") == Requirement("numpy", "ok", version("numpy"))


def test_a_package_that_is_not_installed_is_missing_with_the_line_that_gets_it(monkeypatch):
    def find(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "version", find)
    assert required("torch") == Requirement("torch", "missing", "not installed; pip install torch")


def test_a_java_that_is_not_where_it_was_named_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_JAVA", str(tmp_path / "nowhere"))
    java = required("java (PTB, METEOR)")
    assert java.status == "missing"
    assert f"BENCH_JAVA={tmp_path / 'nowhere'}" in java.detail


def test_what_only_some_metrics_need_is_optional(monkeypatch, tmp_path):
    for variable in ("BENCH_MODELS", "BENCH_SPICE_JARS", "HF_HOME", "TORCH_HOME", "BENCH_CACHE"):
        monkeypatch.setenv(variable, str(tmp_path))
    for subject, command in {
        "SPICE, SPIDEr": "`bench fetch spice`",
        "FER, FENSE, SPIDEr-FL model": "`bench fetch fense`",
    }.items():
        requirement = required(subject)
        assert requirement.status == "optional"
        assert str(tmp_path) in requirement.detail
        assert command in requirement.detail


def test_a_spice_that_is_here_is_run_on_a_sentence(monkeypatch):
    monkeypatch.setenv("BENCH_SPICE_JARS", str(parser_jars()))
    monkeypatch.delenv("BENCH_JAVA", raising=False)
    expected = f"ran on Java {java_version()}, parser 83644bb42304 in {parser_jars()}"
    assert required("SPICE, SPIDEr") == Requirement("SPICE, SPIDEr", "ok", expected)


def test_a_spice_that_is_here_and_does_not_run_is_told_with_the_reason(monkeypatch):
    monkeypatch.setenv("BENCH_SPICE_JARS", str(parser_jars()))
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:+NoSuchFlag")
    spice = required("SPICE, SPIDEr")
    assert spice.status == "optional"
    assert "NoSuchFlag" in spice.detail


def test_an_error_detector_without_its_tokenizer_is_no_detector(monkeypatch, tmp_path):
    import torch

    for variable in ("BENCH_MODELS", "HF_HOME", "TORCH_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    checkpoint = tmp_path / f"{FER_MODEL}.ckpt"
    content = {"model_type": "bert-base-uncased", "num_classes": 6, "state_dict": {}}
    torch.save(content, checkpoint)
    monkeypatch.setitem(CHECKPOINT_SHA256, FER_MODEL, sha256_of(checkpoint))
    detector = required("FER, FENSE, SPIDEr-FL model")
    assert detector.status == "optional"
    assert "the model 'bert-base-uncased' is not on this machine" in detector.detail
    assert "`bench fetch fense`" in detector.detail


def test_a_data_root_that_is_not_there_yet_is_no_fault_but_a_file_is_one(monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "data"))
    expected = f"{tmp_path / 'data'} (not there yet)"
    assert required("data root") == Requirement("data root", "ok", expected)
    (tmp_path / "data").write_text("")
    assert required("data root").status == "missing"
    assert "is a file" in required("data root").detail


def test_a_broken_plugin_is_optional_and_named(monkeypatch, tmp_path):
    write_distribution(tmp_path, "bench-torn", "raise RuntimeError('torn')")
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins = required("plugins")
    assert plugins.status == "optional"
    assert plugins.detail.startswith("broken: bench-torn; clashes: none")
    assert plugins.detail.endswith("see `bench plugins doctor`")


@pytest.mark.parametrize(
    ("status", "exit_code", "mark"),
    [("ok", 0, "ok      "), ("optional", 0, "optional"), ("missing", 3, "MISSING ")],
)
def test_the_command_ends_with_3_where_runs_cannot_work(monkeypatch, status, exit_code, mark):
    monkeypatch.setattr(doctor, "examine", lambda: iter([Requirement("x", status, "why")]))
    done = CliRunner().invoke(command_line, ["doctor"])
    assert (done.exit_code, done.stdout) == (exit_code, f"{mark}  x: why\n")
    done = CliRunner().invoke(command_line, ["doctor", "--format", "json"])
    assert done.exit_code == exit_code
    assert json.loads(done.stdout) == {
        "findings": [{"subject": "x", "status": status, "detail": "why"}]
    }

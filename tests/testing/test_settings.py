"""A captioner that changes what the whole process shares is told what, and it is put back."""

from __future__ import annotations

import locale
import logging
import multiprocessing
import os
import signal
import socket
import sys
import warnings

import numpy as np
import pytest
import torch
from odd_captioners import Captioner, describe_all, findings, findings_of, prepared

from benchmark.testing import check_captioner
from benchmark.testing.settings import Settings


def other_locale():
    return next(name for name in ("C.UTF-8", "C") if name != locale.setlocale(locale.LC_ALL))


CHANGES = {
    "the default dtype of torch is torch.bfloat16 instead of torch.float32": lambda: (
        torch.set_default_dtype(torch.bfloat16)
    ),
    "the default device of torch is 'meta' instead of 'cpu'": lambda: torch.set_default_device(
        "meta"
    ),
    "the number of threads of torch is 7 instead of": lambda: torch.set_num_threads(7),
    "the grad mode of torch is False instead of True": lambda: torch.set_grad_enabled(False),
    "the precision of products of torch is 'high' instead of 'highest'": lambda: (
        torch.set_float32_matmul_precision("high")
    ),
    "the working directory is '/' instead of": lambda: os.chdir("/"),
    "the environment lacks ": lambda: os.environ.clear(),
    "the environment has another 'BENCH_SHARED'": lambda: os.environ.update(BENCH_SHARED="x"),
    "the environment has a new 'ODD_ONE'": lambda: os.environ.update(ODD_ONE="1"),
    "the umask is 7 instead of": lambda: os.umask(0o007),
    "the locale is ": lambda: locale.setlocale(locale.LC_ALL, other_locale()),
    "the handling of signals is another for SIGUSR2": lambda: signal.signal(
        signal.SIGUSR2, signal.SIG_IGN
    ),
    "the default time limit of sockets is 5.0 instead of None": lambda: socket.setdefaulttimeout(5),
    "sys.path has ['/odd']": lambda: sys.path.insert(0, "/odd"),
    "sys.path lacks [": lambda: sys.path.clear(),
    "the list of warnings' filters has [('ignore', None, <class 'Warning'>": lambda: (
        warnings.simplefilter("ignore")
    ),
    "the list of warnings' filters lacks [": lambda: warnings.resetwarnings(),
    "the handlers of the root logger has [<NullHandler": lambda: logging.root.addHandler(
        logging.NullHandler()
    ),
    "the level of logging is (": lambda: logging.disable(logging.ERROR),
    "the handling of numpy's floating-point errors is {": lambda: np.seterr(all="raise"),
    "the limit of recursion is 5000 instead of": lambda: sys.setrecursionlimit(5000),
    "the start method of multiprocessing is 'spawn'": lambda: multiprocessing.set_start_method(
        "spawn", force=True
    ),
}


@pytest.fixture(autouse=True)
def _one_start_method(monkeypatch):
    monkeypatch.setenv("BENCH_SHARED", "shared")
    before = multiprocessing.get_start_method(allow_none=True)
    multiprocessing.set_start_method("fork", force=True)
    yield
    multiprocessing.set_start_method(before, force=True)


@pytest.mark.parametrize("told", CHANGES)
def test_what_prepare_changes_is_told_and_put_back(told):
    def prepare(resources, options):
        CHANGES[told]()
        return Captioner()

    settings = Settings()
    found = findings(prepared(prepare, kind="floor"))
    assert list(found) == ["settings"]
    assert found["settings"].startswith(f"after prepare() {told}")
    assert "; expected it as it was, for all of the process share it. " in found["settings"]
    assert not list(settings.look("the check"))


def test_what_captioning_changes_is_laid_to_it_each_thing_once():
    def caption(clips):
        os.chdir("/")
        torch.set_grad_enabled(False)
        return describe_all(clips)

    told = findings_of(caption)
    assert [rule for rule, _ in told] == ["settings", "settings"]
    assert told[0][1].startswith(
        "after caption(), or another prepare() and close(), the grad mode of torch is False"
    )
    assert told[1][1].startswith(
        "after caption(), or another prepare() and close(), the working directory is '/'"
    )


def test_what_closing_changes_is_laid_to_it():
    captioner = Captioner(close=lambda: os.chdir("/"))
    found = findings(prepared(lambda *_: captioner))
    assert found["settings"].startswith(
        "after caption(), or another prepare() and close(), the working directory is '/'"
    )


def test_what_libraries_set_as_they_are_imported_is_not_laid_to_a_captioner():
    def caption(clips):
        os.environ["KMP_INIT_AT_FORK"] = "FALSE"
        warnings.filterwarnings("ignore", "the matrix subclass is not the recommended way")
        return describe_all(clips)

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KMP_INIT_AT_FORK", raising=False)
        check_captioner(prepared(lambda *_: Captioner(caption)))


def test_values_of_the_environment_are_secret():
    ((_, told),) = findings_of(
        lambda clips: os.environ.update(ODD_TOKEN="hunter2") or describe_all(clips)
    )
    assert "'ODD_TOKEN'" in told
    assert "hunter2" not in told

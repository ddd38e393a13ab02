"""What many tests share: the toy distribution, a made-up folder data set, a quiet cache."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bench_process import bench_environment
from hypothesis import settings
from small_clips import write_clips

from benchmark.plugins.loading import forget_installed

TESTS = Path(__file__).parent
# Last, so that what is tested stays what is installed: processes of tests import tests by name.
sys.path.append(str(TESTS.parent))
# A test fails for what it finds, not for how long it took beside others; nor, where changes are
# let in, for what chance found in code that nobody changed.
os.environ.pop("COLUMNS", None)  # how wide the terminal is that tests are run in
os.environ["BENCH_LOOKS"] = "off"  # what one test scored is no affair of another
settings.register_profile("untimed", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """Give back the handlers of signals that a test, or a command within it, replaced."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    former = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in former.items():
        if signal.getsignal(number) is not handler:
            signal.signal(number, handler)


@pytest.fixture(autouse=True)
def own_metrics() -> Iterator[None]:
    """Forget what runs that a test read say of metrics of plugins."""
    yield
    if catalogue := sys.modules.get("benchmark.metrics.catalogue"):
        catalogue.METRICS.forget_declared()


@pytest.fixture(autouse=True)
def own_plugin_files() -> Iterator[None]:
    """Forget what files a test named for plugins."""
    former = os.environ.get("BENCH_PLUGIN_FILES")
    yield
    if os.environ.get("BENCH_PLUGIN_FILES") != former:
        os.environ.pop("BENCH_PLUGIN_FILES", None)
        if former is not None:
            os.environ["BENCH_PLUGIN_FILES"] = former
        forget_installed()


@pytest.fixture(scope="session")
def toy_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pip-install the toy plugin into a folder of its own."""
    site = tmp_path_factory.mktemp("site")
    source = tmp_path_factory.mktemp("source") / "plugin_toy"
    source.mkdir()
    for name in ("pyproject.toml", "bench_toy.py"):
        (source / name).write_bytes((TESTS / "helpers" / "plugin_toy" / name).read_bytes())
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--target", str(site)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(source)], check=True)
    return site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a folder whose distributions this process finds, as if they were installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("BENCH_WITHOUT_PLUGINS", "")
    forget_installed()
    yield folder
    forget_installed()
    for name in [file.stem for file in folder.glob("*.py")]:
        sys.modules.pop(name, None)


@pytest.fixture
def toy_plugin(toy_site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the toy plugin visible to this process."""
    monkeypatch.syspath_prepend(str(toy_site))


@pytest.fixture
def bench(toy_site: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the real ``bench`` command in a process, with the toy plugin installed."""

    def run(*arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "benchmark.cli", *map(str, arguments)],
            cwd=tmp_path,
            env=bench_environment(toy_site, **settings),
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


@pytest.fixture
def clips_folder(tmp_path: Path) -> Path:
    """Make a folder data set: 12 test clips with 2 captions, 4 training clips."""
    return write_clips(tmp_path / "clips", n_test=12)


@pytest.fixture(scope="session")
def run_once(toy_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Finish a run of a floor and the ceiling on the folder's test clips, lexical metrics only."""
    place = tmp_path_factory.mktemp("once")
    clips = write_clips(place / "clips", n_test=12)
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", "run", "--systems", "constant,human", "--dataset",
         f"folder:{clips}:test", "--metrics", "lexical", "--text-only", "--out", "run"],
        cwd=place, env=bench_environment(toy_site), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return place / "run"


@pytest.fixture
def finished_run(run_once: Path, tmp_path: Path) -> Path:
    """Give a test its own copy of a finished run."""
    return Path(shutil.copytree(run_once, tmp_path / "run"))

"""What is asked for where nothing is said."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from benchmark.errors import UsageError
from benchmark.runs.learning import OWN_SPLITS
from benchmark.runs.patience import RUN_PATIENCE
from benchmark.runs.plan import Feeding
from benchmark.runs.requests import (
    MOST_SEED,
    RUN_FEEDING,
    CaptionRequest,
    RunRequest,
    ScoreRequest,
)


def test_a_run_times_fifty_clips_and_a_caption_none():
    run = RunRequest(("toy",), "clotho", Path("data"), ("bleu_1",))
    caption = CaptionRequest((Path("a.wav"),), "toy", Path("data"))
    expected = Feeding(batch_size=1, n_timed=50, patience=RUN_PATIENCE)
    assert run.feeding == RUN_FEEDING == expected
    assert (caption.feeding.batch_size, caption.feeding.n_timed) == (1, 0)


def test_a_run_hears_every_sound_once_on_the_processor():
    run = RunRequest(("toy",), "clotho", Path("data"), ("bleu_1",))
    assert (run.device, run.seed, run.limit, run.text_only) == ("cpu", 0, None, False)
    assert (run.learning, run.embeddings, run.lineups) == (OWN_SPLITS, (), ())


def test_scores_are_of_whole_splits():
    request = ScoreRequest((Path("a.csv"),), "clotho", Path("data"), ("bleu_1",))
    assert (request.allow_missing, request.names) == (False, ())


@pytest.mark.parametrize(
    "request_",
    [
        RunRequest(("toy",), "clotho", Path("data"), ()),
        ScoreRequest((), "clotho", Path("data"), ()),
        CaptionRequest((), "toy", Path("data")),
    ],
    ids=lambda request: type(request).__name__,
)
def test_a_request_is_not_changed_but_replaced(request_):
    with pytest.raises(dataclasses.FrozenInstanceError):
        request_.data_root = Path("elsewhere")
    moved = dataclasses.replace(request_, data_root=Path("elsewhere"))
    assert moved.data_root != request_.data_root


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_that_a_library_would_not_take_is_refused(seed):
    for ask in (
        lambda: RunRequest(("toy",), "clotho", Path("data"), (), seed=seed),
        lambda: CaptionRequest((Path("a.wav"),), "toy", Path("data"), seed=seed),
    ):
        with pytest.raises(UsageError, match=r"expected a whole number from 0 to 4,294,967,295"):
            ask()
    assert RunRequest(("toy",), "clotho", Path("data"), (), seed=MOST_SEED).seed == 2**32 - 1

"""A system got ready, and one call of it."""

from __future__ import annotations

import sys
import time

import numpy as np
import pytest

from benchmark import Clip, SystemSpec
from benchmark.errors import PluginError
from benchmark.systems.calling import (
    CallTimeoutError,
    call_captioner,
    prepare_captioner,
    sample_rate_of,
)

CLIP = Clip("a", np.zeros(16, np.float32), 16_000)


class Saying:
    def __init__(self, captions, **said):
        self.captions = captions
        self.__dict__.update(said)

    def caption(self, clips):
        return self.captions


class Leaving:
    def caption(self, clips):
        sys.exit(3)


def spec_of(captioner):
    return SystemSpec("odd", "a system", lambda *_: captioner)


@pytest.mark.parametrize("timeout_s", [None, 20])
def test_captions_are_a_list_also_of_who_gives_a_tuple(timeout_s):
    assert call_captioner(Saying(("rain",)), [CLIP], timeout_s).captions == ["rain"]


@pytest.mark.parametrize("timeout_s", [None, 20])
def test_a_captioner_that_wants_to_end_the_process_is_stopped(timeout_s):
    call = call_captioner(Leaving(), [CLIP], timeout_s)
    assert call.captions is None
    assert isinstance(call.error, PluginError)
    assert str(call.error) == "caption() raised SystemExit(3)."


def test_a_system_that_wants_to_end_the_process_is_not_ready():
    spec = SystemSpec("odd", "a system", lambda *_: sys.exit("no weights"))
    with pytest.raises(PluginError, match=r"prepare\(\) raised SystemExit\('no weights'\)"):
        prepare_captioner(spec, None, None)


def test_a_system_whose_heavy_imports_have_moved_is_told_where_they_are():
    def prepare(resources, options):
        from benchmark.training import train_once  # noqa: F401

    with pytest.raises(PluginError, match=r"it is in benchmark\.models\.training now"):
        prepare_captioner(SystemSpec("odd", "a system", prepare), None, None)


@pytest.mark.parametrize(
    ("captioner", "message"),
    [
        (None, "returned None; expected a captioner"),
        (Saying([], sample_rate_hz="16k"), "sample_rate_hz is '16k'; expected a positive integer"),
        (Saying([], sample_rate_hz=0), "sample_rate_hz is 0"),
        (Saying([], sample_rate_hz=16e3), "sample_rate_hz is 16000.0"),
    ],
)
def test_what_no_clip_can_be_fed_to_is_no_captioner(captioner, message):
    with pytest.raises(PluginError, match=message):
        prepare_captioner(spec_of(captioner), None, None)


def test_a_captioners_own_rate_comes_before_its_records():
    assert sample_rate_of(Saying([]), spec_of(None)) == 16_000
    assert sample_rate_of(Saying([], sample_rate_hz=8_000), spec_of(None)) == 8_000


@pytest.mark.parametrize("text", ["a \ud800 dog", "\udcff"])
def test_a_caption_that_no_file_can_hold_is_refused_with_its_clip(text):
    call = call_captioner(Saying([text]), [CLIP], None)
    assert call.captions is None
    assert isinstance(call.error, PluginError)
    assert "the caption for clip 'a' holds half a surrogate pair" in str(call.error)


def test_a_text_of_another_type_becomes_plain_text():
    (text,) = call_captioner(Saying([np.str_("rain")]), [CLIP], None).captions
    assert type(text) is str


def test_setting_a_limit_is_no_part_of_a_calls_time(monkeypatch):
    def slowly(work, limit_s, *, name):
        time.sleep(0.1)
        return work()

    monkeypatch.setattr("benchmark.systems.calling.call_within", slowly)
    assert call_captioner(Saying(["rain"]), [CLIP], 20).seconds < 0.05


def test_getting_ready_takes_no_longer_than_it_may():
    spec = SystemSpec("odd", "a system", lambda *_: time.sleep(20))
    with pytest.raises(CallTimeoutError, match=r"^prepare\(\) took longer than 0\.05 s$"):
        prepare_captioner(spec, None, None, 0.05)


class Cancelled(BaseException):
    """Like ``asyncio.CancelledError``, or a panic in Rust."""


def test_what_is_no_ordinary_exception_ends_no_more_than_its_call():
    class Panicking:
        def caption(self, clips):
            raise Cancelled("over")

    call = call_captioner(Panicking(), [CLIP], 20)
    assert str(call.error) == "caption() raised Cancelled('over')."

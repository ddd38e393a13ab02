"""Small captioners for the tests of the conformance kit, and what it finds of them."""

from __future__ import annotations

import pytest

from benchmark import SystemSpec
from benchmark.testing import ConformanceError, check_captioner


def describe(clip):
    peak = float(abs(clip.waveform).max(initial=0))
    return f"a sound of {len(clip.waveform)} samples with a peak of {peak:.4f}"


def describe_all(clips):
    return [describe(clip) for clip in clips]


class Captioner:
    def __init__(self, caption=describe_all, **said):
        self.caption = caption
        self.__dict__.update(said)


def system(caption=describe_all, **record):
    return SystemSpec("odd", "a system", lambda *_: Captioner(caption), **record)


def prepared(prepare, **record):
    """Make a system whose ``prepare`` lies here, whatever its caller has imported."""
    return SystemSpec("odd", "a system", lambda *given: prepare(*given), **record)


def findings(spec, resources=None, options=None):
    with pytest.raises(ConformanceError) as caught:
        check_captioner(spec, resources, options)
    for finding in caught.value.findings:
        assert f"* {finding.rule}: {finding.message}" in str(caught.value)
    return {finding.rule: finding.message for finding in caught.value.findings}


def findings_of(caption, **record):
    """List what the kit finds of a function that captions, as pairs of a rule and a message."""
    with pytest.raises(ConformanceError) as caught:
        check_captioner(system(caption, **record))
    return [(finding.rule, finding.message) for finding in caught.value.findings]

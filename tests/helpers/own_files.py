"""Python files as somebody writes them who has packaged nothing."""

from __future__ import annotations

FUNCTION = '''"""Says how long a sound is."""

def caption(clips):
    return [f"a sound of {clip.duration_s:.0f} seconds" for clip in clips]
'''
CLASS = '''
class Captioner:
    """Hears nothing."""

    sample_rate_hz = 8_000
    trained_on = ()

    def caption(self, clips):
        return [f"silence at {clip.sample_rate_hz}" for clip in clips]
'''
TWO_SPECS = '''
from dataclasses import dataclass
from benchmark import SystemSpec

@dataclass(frozen=True)
class Options:
    """``word``: that is said."""

    word: str = "rain"

class Says:
    def __init__(self, word):
        self.word = word

    def caption(self, clips):
        return [self.word] * len(clips)

WET = SystemSpec("wet", "says a word", lambda resources, options: Says(options.word), Options)
DRY = SystemSpec("dry", "says sand", lambda resources, options: Says("sand"))
'''
HOOK = """
from benchmark import SystemSpec, hookimpl

@hookimpl
def bench_systems():
    yield SystemSpec("hooked", "by a hook", lambda resources, options: None)
"""
METRIC = """
def score(caption, references):
    words = caption.split()
    return sum(word in " ".join(references) for word in words) / max(len(words), 1)
"""


def write_file(folder, name, code):
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / name
    path.write_text(code)
    return path

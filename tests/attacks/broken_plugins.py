"""Plugins that misbehave, one way each: when imported, declared, prepared, asked, and closed.

The first table's are distributions of their own, for they may take others along before anything is
declared. The second's are systems of one distribution; what each does is the body of its
``prepare``.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from plugin_distributions import write_distribution


class Broken(NamedTuple):
    """One way to misbehave.

    Attributes:
        name: of the distribution, or of the system.
        code: of the module, or the body of ``prepare``.
        outcome: a part of what is said of it; empty where its captions are all scored.
    """

    name: str
    code: str
    outcome: str = ""


_HOOK = """
from benchmark import SystemSpec, hookimpl
BENCH_API = 2
@hookimpl
def bench_systems():
    {body}
"""


def _hook(body: str) -> str:
    return _HOOK.format(body=body)


DECLARED = (
    Broken("import-fails", "import no_such_module", "No module named 'no_such_module'"),
    Broken("import-raises", "raise ValueError('\\x1b[31m\\x00\\ud800')", r"\x1b[31m\x00\ud800"),
    Broken("import-exits", "raise SystemExit(0)", "SystemExit: 0"),
    Broken("import-cancels", "import asyncio\nraise asyncio.CancelledError", "CancelledError"),
    Broken("import-shouts", "raise ValueError('x' * 10_000_000)", "(10,000,012 characters)"),
    Broken(
        "import-mute",
        "class Mute(Exception):\n    def __str__(self): raise KeyError\nraise Mute",
        "Mute: (it cannot be spelt",
    ),
    Broken("syntax", "def (:", "SyntaxError"),
    Broken("no-api", _hook("yield 1").replace("BENCH_API", "API"), "add BENCH_API = 2"),
    Broken("odd-api", _hook("yield 1").replace("= 2", "= object"), "expected a number"),
    Broken("no-hook", "BENCH_API = 2", "no hook found"),
    Broken("hook-raises", _hook("raise RuntimeError('later')"), "RuntimeError: later"),
    Broken("hook-ends", _hook("yield 1 / 0"), "division by zero"),
    Broken("no-spec", _hook("yield 'mine'"), "expected a SystemSpec"),
    Broken("name", _hook("yield SystemSpec('../Mine', 'x', print)"), "lower-case-with-hyphens"),
    Broken("no-prepare", _hook("yield SystemSpec('mine', 'x', None)"), "expected a callable"),
    Broken("kind", _hook("yield SystemSpec('mine', 'x', print, kind='best')"), "kind is 'best'"),
    Broken("summary", _hook(r"yield SystemSpec('mine', '\ud800', print)"), "half a surrogate"),
    Broken("options", _hook("yield SystemSpec('mine', 'x', print, dict)"), "a frozen dataclass"),
    Broken("rate", _hook("yield SystemSpec('mine', 'x', print, sample_rate_hz=0)"), "is 0"),
    Broken(
        "weights", _hook("yield SystemSpec('mine', 'x', print, weights='w.bin')"), "weights is 'w"
    ),
)

ASKED = (
    Broken("prepare-raises", "raise FileNotFoundError('w.bin')", "FileNotFoundError: w.bin"),
    Broken("prepare-exits", "raise SystemExit(0)", "while preparing: PluginError"),
    Broken("prepare-none", "return None", "prepare() returned None"),
    Broken("prepare-ends", "os._exit(0)", "while preparing: crashed"),
    Broken("prepare-rate", "return Saying(sample_rate_hz='16k')", "sample_rate_hz is '16k'"),
    Broken("facts-odd", "return Saying(facts={'a': object()})", "fact 'a' is <object"),
    Broken("facts-torn", r"return Saying(facts={'\ud800': 1})", "half a surrogate pair"),
    Broken("facts-huge", "return Saying(facts={'n': 10**5_000})", "of 16,610 bits"),
    Broken("origin-odd", "return Saying(trained_on=['clotho'])", "expected a tuple of str"),
    Broken("raises", "return Saying(lambda clips: 1 / 0)", "ZeroDivisionError"),
    Broken("torn", r"return Saying(lambda clips: ['a \ud800 dog'])", "half a surrogate pair"),
    Broken("bytes", "return Saying(lambda clips: [b'rain'])", "is bytes; expected str"),
    Broken("none", "return Saying(lambda clips: None)", "returned NoneType"),
    Broken("short", "return Saying(lambda clips: [])", "returned 0 captions for 1 clips"),
    Broken("lazy", "return Saying(lambda clips: ('a' for _ in clips))", "returned generator"),
    Broken("shouts", "return Saying(lambda clips: fail('x' * 10_000_000))", "(10,000,012 char"),
    Broken("rings", r"return Saying(lambda clips: fail('\x00\x07\x1b[2J'))", r"\x00\x07\x1b[2J"),
    Broken("mute", "return Saying(lambda clips: fail(of=Mute))", "Mute: (it cannot be spelt"),
    Broken("cancels", "return Saying(lambda clips: fail(of=GeneratorExit))", "GeneratorExit"),
    Broken("endless", "return Saying(recurse)", "RecursionError"),
    Broken("writes-over", "return Saying(write_over)", "read-only"),
    Broken("ends", "return Saying(lambda clips: os._exit(0))", "crashed"),
    Broken("aborts", "return Saying(lambda clips: os.abort())", "crashed"),
    Broken("segfault", "return Saying(lambda clips: ctypes.string_at(0))", "crashed"),
    Broken("hangs", "return Saying(lambda clips: time.sleep(60))", "longer than 1 s"),
    Broken("forks", "return Saying(fork)"),
    Broken("leaves-thread", "return Saying(leave_thread)"),
    Broken("prints", "return Saying(lambda clips: [os.write(1, b'{') and RAIN for _ in clips])"),
    Broken("closes-files", "os.closerange(0, 3)\nreturn Saying()"),
    Broken("clears", "os.environ.clear(); os.chdir('/')\nreturn Saying()"),
    Broken("explain-raises", "return Saying(explain=lambda clips: 1 / 0)"),
    Broken("explain-torn", r"return Saying(explain=lambda clips: [{'\ud800': []}])"),
    Broken("explain-short", "return Saying(explain=lambda clips: [])"),
    Broken("explain-odd", "return Saying(explain='because')"),
    Broken("close-raises", "return Saying(close=lambda: 1 / 0)"),
    Broken("close-exits", "return Saying(close=lambda: sys.exit(0))"),
    Broken("close-odd", "return Saying(close=7)"),
    Broken(
        "close-ends", "return Saying(close=lambda: os._exit(0))", "after the last clip: crashed"
    ),
)

_SYSTEMS = r"""
import ctypes, os, sys, threading, time
from benchmark import SystemSpec, hookimpl

BENCH_API = 2
RAIN = "a noise hisses"

class Mute(Exception):
    def __str__(self):
        raise KeyError

class Saying:
    def __init__(self, act=lambda clips: [RAIN for _ in clips], **said):
        self.caption = act
        self.__dict__.update(said)

def fail(message="", of=ValueError):
    raise of(message)

def recurse(clips):
    return recurse(clips)

def write_over(clips):
    clips[0].waveform[:] = 0

def fork(clips):
    if (pid := os.fork()) == 0:
        raise RuntimeError("a copy that comes back")
    os.waitpid(pid, 0)
    return [RAIN for _ in clips]

def leave_thread(clips):
    threading.Thread(target=time.sleep, args=(60,)).start()
    return [RAIN for _ in clips]

@hookimpl
def bench_systems():
"""


def write_declared(site: Path) -> None:
    """Install each plugin of the first table."""
    for broken in DECLARED:
        write_distribution(site, f"broken-{broken.name}", broken.code)


def write_asked(site: Path) -> None:
    """Install the systems of the second table."""
    names = ", ".join(repr(broken.name) for broken in ASKED)
    lines = [
        f"    for name in ({names},):",
        "        prepare = globals()['prepare_' + name.replace('-', '_')]",
        "        yield SystemSpec(name, 'broken: ' + name, prepare)",
    ]
    for broken in ASKED:
        lines += ["", f"def prepare_{broken.name.replace('-', '_')}(resources, options):"]
        lines += [f"    {line}" for line in broken.code.splitlines()]
    write_distribution(site, "broken-systems", _SYSTEMS + "\n".join(lines) + "\n")

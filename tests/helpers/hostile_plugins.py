"""A distribution of captioners that harm the process that they run in, each in one way."""

from __future__ import annotations

from plugin_distributions import write_distribution

# A process that has loaded what no copy stands starts interpreters instead of copies.
FRESH = """
import sys
from benchmark.runs.isolation import supervise
from benchmark.cli.main import main
supervise.can_copy = lambda modules: False
main()
"""
COPIES = "from benchmark.cli.main import main\nmain()"
CODE = '''
import ctypes, os, signal, sys, threading, time
from asyncio import CancelledError
from dataclasses import dataclass

from benchmark import SystemSpec, hookimpl

BENCH_API = 2


@dataclass(frozen=True)
class Options:
    """``act``: what is done; ``when``: on which clip, or 0 while preparing."""

    act: str = "nothing"
    when: int = 3


def segfault():
    ctypes.string_at(0)


def fork_and_raise():
    if os.fork() == 0:
        raise RuntimeError("in the copy")
    os.wait()


def fork_and_return():
    if os.fork():
        os.wait()


def cancel():
    raise CancelledError("cancelled")


def spoil():
    import numpy
    os.environ.clear()
    os.chdir("/")
    sys.path.clear()
    sys.stdout = None
    numpy.seterr(all="raise")
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def print_everywhere():
    print("printed")
    os.write(1, b"written\\n")
    os.system("echo echoed")


def leave_a_thread():
    threading.Thread(target=time.sleep, args=(60,)).start()


def leave_a_child():
    if os.fork() == 0:
        time.sleep(60)


def hang_natively():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    ctypes.PyDLL(None).sleep(60)  # keeps the interpreter's lock


def save_when_interrupted():
    with open("at work", "w") as file:
        file.write(str(os.getpid()))
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        time.sleep(0.1)
        with open("saved", "w") as file:
            file.write("what was begun")
        raise


ACTS = {
    "nothing": lambda: None,
    "segfault": segfault,
    "abort": os.abort,
    "exit": lambda: os._exit(0),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "cancel": cancel,
    "fork-raise": fork_and_raise,
    "fork-return": fork_and_return,
    "spoil": spoil,
    "print": print_everywhere,
    "thread": leave_a_thread,
    "child": leave_a_child,
    "close": lambda: os.closerange(3, 4096),
    "hang": hang_natively,
    "save": save_when_interrupted,
}


class Hostile:
    trained_on = ()

    def __init__(self, options):
        self.options, self.n_seen = options, 0

    def caption(self, clips):
        captions = []
        for clip in clips:
            self.n_seen += 1
            if self.n_seen == self.options.when:
                ACTS[self.options.act]()
            captions.append(f"a sound of {len(clip.waveform)} samples")
        return captions


def prepare(resources, options):
    if options.when == 0:
        ACTS[options.act]()
    return Hostile(options)


@hookimpl
def bench_systems():
    yield SystemSpec("hostile", "does harm", prepare, Options)
'''


def write_hostile(site):
    """Install them into a folder."""
    write_distribution(site, "hostile", CODE)

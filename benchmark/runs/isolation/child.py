"""The process of one system: ``python -m`` this, with a descriptor and the parent's id."""

from __future__ import annotations

import socket
import sys
import traceback
from collections.abc import Sequence

from benchmark.errors import BenchError, describe
from benchmark.runs.entries import Entry
from benchmark.runs.isolation.channel import Channel, Kind
from benchmark.runs.isolation.life import begin_life, end_life
from benchmark.runs.isolation.messages import Done, Raised, spell
from benchmark.runs.isolation.orders import Order, Work
from benchmark.runs.ledger import LedgerView
from benchmark.runs.lines import write_line
from benchmark.runs.moments import Moment
from benchmark.runs.passes import run_system

INTERRUPTED = 130


class _Outbox:
    """A book that another process keeps."""

    def __init__(self, channel: Channel, view: LedgerView) -> None:
        self.view = view
        self._channel = channel

    def extend(self, entries: Sequence[Entry], /) -> None:
        """Send entries, and wait until they are kept.

        Raises:
            OSError, EOFError: there is no run any more.
        """
        self._channel.send(Kind.ENTRIES, b"".join(map(write_line, entries)))
        self._channel.receive()
        for entry in entries:
            self.view.add(entry)

    def tell(self, moment: Moment) -> None:
        self._channel.send(Kind.MOMENT, spell(moment))


def live(channel: Channel, work: Work) -> int:
    """Take a system through a run, as a process of its own.

    Returns:
        The exit code.
    """
    outbox = _Outbox(channel, work.view)
    try:
        failure = run_system(
            work.system, work.resources, work.clips, outbox, outbox.tell, work.past
        )
        channel.send(Kind.DONE, spell(Done(failure)))
    except KeyboardInterrupt:
        return INTERRUPTED
    except (EOFError, ConnectionError):  # nobody is there to hear of anything
        return 1
    except BenchError as error:
        channel.send(Kind.RAISED, spell(Raised.of(error)))
    except Exception as error:  # what the harness did not foresee costs this system alone
        traceback.print_exc()
        channel.send(Kind.DONE, spell(Done(f"unexpectedly: {describe(error)}")))
    return 0


def main(descriptor: str, parent_pid: str) -> None:
    """Do what the first message of the channel says."""
    begin_life(int(parent_pid), is_forked=False)
    code = 1
    try:
        channel = Channel(socket.socket(fileno=int(descriptor)))
        code = _follow(channel)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except EOFError:
        pass
    except BaseException:
        traceback.print_exc()
    end_life(code)


def _follow(channel: Channel) -> int:
    from benchmark.systems.registry import load_registry

    message = channel.receive()
    assert message is not None
    assert message.kind is Kind.ORDER
    try:
        work = Order.from_bytes(message.body).find_work(load_registry())
    except BenchError as error:
        channel.send(Kind.DONE, spell(Done(f"while starting: {describe(error)}")))
        return 0
    return live(channel, work)


if __name__ == "__main__":
    main(*sys.argv[1:])

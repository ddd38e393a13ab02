"""What runs in the child: it starts a JVM and answers requests, a line of JSON each.

The file is run by its path, so that nothing of this package but the service is imported; that
would take longer than Java itself. The first line of standard input is an ``Order``, each that
follows a ``Request``. An answer is a line ``["answer", value]``; after the last one comes
``["done", null]``, or ``["failed", "java.lang.Error: message"]`` where Java raised.
"""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Mapping
from typing import IO, Any, Literal, NamedTuple

# The bridge would import it, which takes as long as half the start of Java.
sys.modules["numpy"] = None  # type: ignore[assignment]
import jpype  # noqa: E402


class Order(NamedTuple):
    """What the child is started for.

    Attributes:
        module: path of a Python file with a class ``Service``, which takes the settings.
        library: path of the virtual machine.
        class_path: paths of jars.
        options: flags of the virtual machine.
        settings: see ``module``.
    """

    module: str
    library: str
    class_path: list[str]
    options: list[str]
    settings: Mapping[str, object]


class Request(NamedTuple):
    """A call of a method of the service, which yields what is to be answered."""

    method: str
    arguments: Mapping[str, object]


def main() -> None:
    """Serve until standard input ends, which it does when the parent is gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the parent decides when to stop
    answers = _private_stdout()
    lines: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    service = _start(Order(*json.loads(lines.get())))
    _write(answers, "done")
    while True:
        request = Request(*json.loads(lines.get()))
        try:
            for answer in getattr(service, request.method)(**request.arguments):
                _write(answers, "answer", answer)
            _write(answers, "done")
        except jpype.JException as error:
            _write(answers, "failed", describe(error))


def describe(error: Any) -> str:
    """Spell an exception of Java and what caused it."""
    spelt = str(error)
    while (error := error.getCause()) is not None:
        spelt += f", caused by {error}"
    return spelt


def _private_stdout() -> IO[str]:
    """Keep standard output for answers; whatever Java prints goes to standard error."""
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "w", encoding="ascii")


def _read(lines: queue.Queue[bytes]) -> None:
    for line in sys.stdin.buffer:
        lines.put(line)
    os._exit(0)  # also in the middle of a call: nobody waits for its answer


def _start(order: Order) -> Any:
    try:
        jpype.startJVM(
            order.library,
            *order.options,
            classpath=order.class_path,
            convertStrings=False,
            interrupt=False,
        )
    except RuntimeError as error:  # Java has said why; where we are is no part of it
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(1)
    spec = importlib.util.spec_from_file_location("service", order.module)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Service(**order.settings)


def _write(
    answers: IO[str], kind: Literal["answer", "done", "failed"], value: object = None
) -> None:
    answers.write(json.dumps([kind, value]) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()

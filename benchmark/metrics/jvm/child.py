"""What runs in the child: it starts a JVM and answers requests, a line of JSON each.

The file is run by its path, so that nothing of this package but the service is imported; that
would take longer than Java itself. Standard input brings first the settings, then the requests:

* ``{"service": "/path/of/module.py", "library": ..., "class_path": [...], "options": [...],
  "settings": {...}}``: the module has a class ``Service`` that takes the settings;
* ``{"call": "name", ...}``: the method of that name yields what is to be answered.

Each answer is a line ``{"answer": ...}``; after the last one comes ``{"done": true}``, or
``{"failed": "java.lang.Error: message"}`` where the call raised.
"""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import signal
import sys
import threading
from typing import IO, Any

import jpype


def main() -> None:
    """Serve until standard input ends, which it does when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    answers = _private_stdout()
    requests: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    service = _start(requests.get())
    _write(answers, {"done": True})
    while True:
        request = requests.get()
        call = getattr(service, request.pop("call"))
        try:
            for answer in call(**request):
                _write(answers, {"answer": answer})
            _write(answers, {"done": True})
        except jpype.JException as error:
            _write(answers, {"failed": str(error)})


def _private_stdout() -> IO[str]:
    """Keep standard output for answers; whatever Java prints goes to standard error."""
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "w", encoding="ascii")


def _read(requests: queue.Queue[dict[str, Any]]) -> None:
    for line in sys.stdin.buffer:
        requests.put(json.loads(line))
    os._exit(0)  # also in the middle of a call: nobody waits for its answer


def _start(order: dict[str, Any]) -> Any:
    jpype.startJVM(
        order["library"],
        *order["options"],
        classpath=order["class_path"],
        convertStrings=False,
        interrupt=False,
    )
    spec = importlib.util.spec_from_file_location("service", order["service"])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Service(**order["settings"])


def _write(answers: IO[str], line: dict[str, Any]) -> None:
    answers.write(json.dumps(line) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()

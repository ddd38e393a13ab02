"""The process that profiles one system: ``python -m`` this, with the paths of order and answer."""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from typing import Any

from benchmark.errors import BenchError, describe
from benchmark.machine.files import write_whole


def main(order_path: str, answer_path: str) -> None:
    """Do what an order says and write down what came of it.

    Args:
        order_path: holds ``{"request": ..., "started_ns": ..., "only_prepare": ...}``.
        answer_path: gets ``{"profile": ...}`` or ``{"error": ..., "traceback": ...}``.
    """
    order = json.loads(Path(order_path).read_text(encoding="utf-8"))
    try:
        answer: dict[str, Any] = {"profile": _carry_out(order)}
    except BenchError as error:
        answer = {"error": str(error), "traceback": traceback.format_exc()}
    except Exception as error:  # what the harness or a plugin did not foresee
        answer = {"error": describe(error), "traceback": traceback.format_exc()}
    write_whole(Path(answer_path), json.dumps(answer))


def _carry_out(order: dict[str, Any]) -> dict[str, Any]:
    from benchmark.profiling.request import ProfileRequest
    from benchmark.profiling.session import profile_system
    from benchmark.profiling.subject import prepare_subject

    request = ProfileRequest.from_json(order["request"])
    if order["only_prepare"]:
        return {"prepare_s": prepare_subject(request, order["started_ns"]).steps_s["prepare_s"]}
    return profile_system(request, order["started_ns"])


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)  # the process that started this one says what happened

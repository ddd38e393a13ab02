"""Options that say how long systems are waited for, and how many failures they are borne."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from benchmark.runs.patience import LONGEST_WAIT_S, RUN_PATIENCE, Patience

Function = TypeVar("Function", bound=Callable[..., None])

_NONE = "none"


def _read_seconds(
    context: click.Context, parameter: click.Parameter, text: str | None
) -> float | None:
    """Read seconds above 0, or ``none``, which is infinite; None where nobody said."""
    if text is None:
        return None
    try:
        seconds = math.inf if text == _NONE else float(text)
    except ValueError:
        seconds = math.nan
    if not (text == _NONE or 0 < seconds < math.inf):
        raise click.BadParameter(f"{text!r}; expected seconds above 0, or none.")
    return seconds


def _read_failures(
    context: click.Context, parameter: click.Parameter, text: str | None
) -> float | None:
    """Read a number of clips, a share, or ``none``, which is infinite; None where nobody said."""
    if text is None:
        return None
    is_percent = text.endswith("%")
    try:
        most = float(text.removesuffix("%")) / (100 if is_percent else 1)
    except ValueError:
        most = math.inf if text == _NONE else math.nan
    is_number = not is_percent and 1 <= most < math.inf and most == int(most)
    if not (text == _NONE or 0 <= most < 1 or is_number):
        raise click.BadParameter(
            f"{text!r}; expected a number of clips, a share as 0.05 or 5%, or none."
        )
    return most


def time_limit_options(function: Function) -> Callable[..., None]:
    """Add the options of time limits, which the command gets as a ``Patience``."""

    @click.option(
        "--timeout",
        "timeout_s",
        metavar="SECONDS|none",
        callback=_read_seconds,
        default=f"{RUN_PATIENCE.timeout_s:g}",
        show_default=True,
        help="What a call of a captioner may take.",
    )
    @click.option(
        "--prepare-timeout",
        "prepare_timeout_s",
        metavar="SECONDS|none",
        callback=_read_seconds,
        help="What getting a system ready may take. [default: 3600; of systems that learn, which "
        "may train there, 86400]",
    )
    @functools.wraps(function)
    def gather(
        *,
        timeout_s: float,
        prepare_timeout_s: float | None,
        **others: Any,  # whatever else the command takes
    ) -> None:
        patience = Patience(
            timeout_s=_finite(timeout_s),
            prepare_timeout_s=_finite(prepare_timeout_s or RUN_PATIENCE.prepare_timeout_s),
            train_timeout_s=_finite(prepare_timeout_s or RUN_PATIENCE.train_timeout_s),
            max_failures=RUN_PATIENCE.max_failures,
        )
        function(patience=patience, **others)

    return gather


def patience_options(function: Function) -> Callable[..., None]:
    """Add the options that make a whole ``Patience``: time limits, and what failures are borne."""

    @click.option(
        "--max-failures",
        metavar="N|SHARE|none",
        callback=_read_failures,
        help="Clips of a system that may fail before it is stopped; 0 stops at the first. "
        "[default: 5%]",
    )
    @click.option("--keep-going", is_flag=True, help="As --max-failures none: stop at no failure.")
    @click.option(
        "--retries",
        "n_retries",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        help="Times a failed clip is tried again, after 1, 2, 4, ... s, or as --retry-wait says.",
    )
    @click.option(
        "--retry-wait",
        "backoff_s",
        metavar="SECONDS",
        type=click.FloatRange(min=0, max=LONGEST_WAIT_S),
        default=RUN_PATIENCE.backoff_s,
        show_default=True,
        help="Before the first of --retries; each later one waits twice as long, a minute at most.",
    )
    @functools.wraps(function)
    def gather(
        *,
        patience: Patience,
        max_failures: float | None,
        keep_going: bool,
        n_retries: int,
        backoff_s: float,
        **others: Any,  # whatever else the command takes
    ) -> None:
        if max_failures is None:
            max_failures = math.inf if keep_going else RUN_PATIENCE.max_failures
        whole = dataclasses.replace(
            patience,
            n_retries=n_retries,
            backoff_s=backoff_s,
            max_failures=_finite(max_failures),
        )
        function(patience=whole, **others)

    return time_limit_options(gather)


_FIELDS = {
    "timeout_s": ("timeout_s",),
    "prepare_timeout_s": ("prepare_timeout_s", "train_timeout_s"),
    "n_retries": ("n_retries",),
    "backoff_s": ("backoff_s",),
    "max_failures": ("max_failures",),
    "keep_going": ("max_failures",),
}


def typed_patience(patience: Patience) -> dict[str, float | None]:
    """List by its field what of a ``Patience`` somebody typed, and did not leave as it is."""
    context = click.get_current_context()
    typed = [
        field
        for option, fields in _FIELDS.items()
        if context.get_parameter_source(option) is ParameterSource.COMMANDLINE
        for field in fields
    ]
    return {field: getattr(patience, field) for field in typed}


def _finite(number: float | None) -> float | None:
    return None if number is None or math.isinf(number) else number

"""Options that several commands share."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import click

from benchmark.cli.outputs import out_folder
from benchmark.cli.terminal import warn
from benchmark.deprecated import SUITE_OPTION
from benchmark.display.layout import FORMATS, Format
from benchmark.errors import UsageError
from benchmark.metrics.spice.limits import MAX_WORDS

Function = TypeVar("Function", bound=Callable[..., Any])


def read_names(context: click.Context, parameter: click.Parameter, text: str) -> tuple[str, ...]:
    """Split comma-separated names of systems and paths of files, as the callback of an option."""
    from benchmark.plugins.names import split_names

    return tuple(read_systems(context, split_names(text or "")))


def read_systems(context: click.Context, texts: Sequence[str]) -> list[str]:
    """Name systems by texts that may be paths of files, which are plugins for this command."""
    from benchmark.plugins.called_files import take_systems

    return _take_named(context, texts, take_systems)


def read_metrics(context: click.Context, texts: Iterable[str]) -> tuple[str, ...]:
    """Choose metrics by texts as ``--metrics`` has them; paths of files are plugins from here on.

    Raises:
        UnknownNameError: there is no metric or set of a name.
    """
    from benchmark.metrics.catalogue import select_metrics
    from benchmark.plugins.called_files import take_metrics

    return select_metrics(_take_named(context, [*texts], take_metrics))


def _take_named(
    context: click.Context, texts: Sequence[str], take: Callable[[Sequence[str]], list[str]]
) -> list[str]:
    from benchmark.plugins.called_files import calling_files, is_path

    if not any(map(is_path, texts)):
        return [*texts]
    from benchmark.machine.descriptors import stdout_to_stderr

    context.with_resource(calling_files())
    with stdout_to_stderr():  # an import prints what it likes
        return take(texts)


def _read_name(context: click.Context, parameter: click.Parameter, text: str) -> str:
    (name,) = read_systems(context, [text])
    return name


system_option = click.option(
    "--system",
    "system_name",
    required=True,
    callback=_read_name,
    help="NAME or NAME[key=value,...], or a file, as ./mine.py.",
)


def _find_data_root(context: click.Context, parameter: click.Parameter, path: Path | None) -> Path:
    from benchmark.machine.places import data_root

    return data_root(path)


data_root_option = click.option(
    "--data-root",
    type=click.Path(path_type=Path),
    callback=_find_data_root,
    help="Folder of the data sets; else BENCH_DATA, else the platform's data folder.",
)
out_option = click.option(
    "--out",
    type=out_folder(),
    help="The run's folder; else a new one under runs/.",
)
embeddings_option = click.option(
    "--embeddings",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file of `bench embed`, which stands for sounds that are not here; repeatable.",
)
explain_option = click.option(
    "--explain",
    "is_explained",
    is_flag=True,
    help="Ask systems that can what their captions leaned on; outside of all timing.",
)
_METRICS_HELP = (
    "Metrics or sets of them, comma-separated: all (default), offline, java, lexical, fer."
)
metrics_option = click.option("--metrics", help=_METRICS_HELP)

form_option = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to print; csv and json hold what was measured, unrounded.",
)


def read_ranking_metric(
    context: click.Context, parameter: click.Parameter, key: str | None
) -> str | None:
    from benchmark.metrics.catalogue import METRICS, require_rankable

    # One that is not known may be described by the runs that are read later.
    return key if key is None or key not in METRICS else require_rankable(key)


rank_by_option = click.option(
    "--rank-by",
    callback=read_ranking_metric,
    help="Metric to rank by, as fense; else SPIDEr where all ranked rows have it, else CIDEr-D.",
)


def require_computed(rank_by: str | None, metrics: Sequence[str]) -> None:
    """Refuse, before any work, to rank by a metric that will not be computed.

    Raises:
        UsageError: the metric is not among those that were chosen, or nothing ranks by it.
    """
    from benchmark.metrics.catalogue import require_rankable

    if rank_by is not None and require_rankable(rank_by) not in metrics:
        raise UsageError(
            f"--rank-by {rank_by}: not among the metrics to compute. Add it to --metrics, or rank "
            f"by one of {', '.join(metrics)}."
        )


Layout = Format | Literal["aac-metrics"]
"""A format of tables, or text with files of scores beside it."""

layout_option = click.option(
    "--format",
    "layout",
    type=click.Choice((*FORMATS, "aac-metrics")),
    default="text",
    show_default=True,
    help="How to print the table; aac-metrics prints it as text and writes the scores into the "
    "run's folder as aac-metrics-eval does.",
)


def chosen_metrics_option(*default: str) -> Callable[[Function], Function]:
    """Add ``--metrics``, which the command gets as keys; where it is not given, of ``default``."""

    def choose(context: click.Context, parameter: click.Parameter, text: str) -> tuple[str, ...]:
        return read_metrics(context, split_list(text, default))

    return click.option("--metrics", callback=choose, help=_METRICS_HELP)


def gathered(**kinds: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command its options as objects, by name.

    Args:
        kinds: dataclasses in the order in which they are made. Each takes those of the options,
            and of the objects before it, that are called as its fields; the command gets what
            nobody took.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def gather(**given: object) -> None:
            taken: set[str] = set()
            for name, kind in kinds.items():
                fields = {field.name for field in dataclasses.fields(kind)} & given.keys()
                given[name] = kind(**{field: given[field] for field in fields})
                taken |= fields
            function(**{name: part for name, part in given.items() if name not in taken})

        return gather

    return decorate


def metric_model_options(function: Function) -> Function:
    """Add the options that say which models the metrics stand on, and what they may take."""
    for option in (
        click.option("--sbert-model", help="Sentence model for SBERT-sim and FENSE: id or folder."),
        click.option("--bert-score-model", help="Model for BERTScore: id or folder."),
        click.option(
            "--spice-max-words",
            type=click.IntRange(min=1),
            default=MAX_WORDS,
            show_default=True,
            help="SPICE parses no longer caption; time grows with the cube of its words.",
        ),
        click.option(
            "--fer-model",
            help="Error detector for FER, FENSE and SPIDEr-FL: base (standard), tiny, or a file.",
        ),
    ):
        function = option(function)
    return function


def learning_options(train_help: str) -> Callable[[Function], Function]:
    """Add the options that say what systems learn from.

    Args:
        train_help: of ``--train``; commands differ in what they take without it.
    """

    def decorate(function: Function) -> Function:
        for option in (
            click.option(
                "--val",
                "validation",
                help="Split to choose the best epoch on; else the training data's own. `none`: "
                "hold out a share of the training clips.",
            ),
            click.option("--train", help=train_help),
        ):
            function = option(function)
        return function

    return decorate


def lineup_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add ``--lineup`` to a command, and its former name, which warns and is not shown."""

    @click.option(
        "--lineup",
        "lineups",
        multiple=True,
        help="A paper's systems, beside its numbers (`bench systems` lists them); with options for "
        "all that have them, as `wsac2023[preset=code]`; repeatable.",
    )
    @click.option(SUITE_OPTION.what, "formerly", multiple=True, hidden=True)
    @functools.wraps(function)
    def join_names(
        *, lineups: tuple[str, ...], formerly: tuple[str, ...], **others: object
    ) -> None:
        if formerly:
            warn(SUITE_OPTION.warning)
        function(lineups=(*lineups, *formerly), **others)

    return join_names


trust_edited_option = click.option(
    "--trust-edited",
    is_flag=True,
    help="Go on with runs and baselines that were edited since they were sealed; the output says "
    "so.",
)


def split_list(text: str | None, default: tuple[str, ...]) -> tuple[str, ...]:
    """Split a comma-separated option; the default where it was not given."""
    if text is None:
        return default
    return tuple(part.strip() for part in text.split(",") if part.strip())


def read_seeds(
    context: click.Context, parameter: click.Parameter, text: str | None
) -> tuple[int, ...] | None:
    """Read several seeds, comma-separated and all different, as the callback of an option."""
    if text is None:
        return None
    try:
        seeds = tuple(int(part) for part in split_list(text, ()))
    except ValueError:
        seeds = ()
    if len(seeds) < 2 or len(set(seeds)) < len(seeds):
        raise click.BadParameter(
            f"{text!r}; expected at least two different whole numbers, as 0,1,2.",
            param_hint="--seeds",
        )
    return seeds

"""``bench encoders``: what turns sounds and captions into vectors."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli.arguments import form_option
from benchmark.cli.option_list import list_for_terminal, list_options, options_table
from benchmark.cli.outputs import out_file
from benchmark.cli.terminal import say, say_tables
from benchmark.cli.view import find_view
from benchmark.display.layout import Format
from benchmark.display.tables import Column, Part, Table, render

if TYPE_CHECKING:
    from benchmark.encoders import EncoderSpec


@click.group(name="encoders", invoke_without_command=True)
@form_option
@click.pass_context
def command(context: click.Context, form: Format) -> None:
    """List the encoders, what they can do and their options; build the embedded ones."""
    if context.invoked_subcommand is None:
        _show_encoders(form)


@command.command(name="build-mini")
@click.option(
    "-o",
    "--output",
    required=True,
    type=out_file(),
    help="Where the weights go.",
)
@click.option(
    "--like",
    "encoder",
    type=click.Choice(["mini", "mini-gap"]),
    default="mini",
    show_default=True,
    help="Which of the two to train.",
)
@click.option("--seed", default=0, show_default=True, help="Of all that is random.")
def build_mini(output: Path, encoder: str, seed: int) -> None:
    """Train `mini` or `mini-gap` on soundscapes:pretrain (minutes) and write its weights."""
    import dataclasses
    import time

    from benchmark.encoders.mini.training import SETTINGS
    from benchmark.encoders.mini.training.build import build_mini
    from benchmark.machine.places import artifacts

    started = time.perf_counter()
    settings = dataclasses.replace(SETTINGS[encoder], seed=seed)
    built = build_mini(output, settings, artifacts())
    say(f"{output}: {output.stat().st_size:,} bytes, {time.perf_counter() - started:.0f} s")
    for name, value in built.origin.validation.items():
        say(f"  {name:<18} {value:.3f}")
    say(f"Use it as {encoder}[weights={output}].")


def _show_encoders(form: Format) -> None:
    from benchmark.encoders import ENCODERS

    encoders = [spec for _, spec in sorted(ENCODERS.items())]
    options = {spec.name: [*list_options(spec)] for spec in encoders}
    if form != "text":
        joined = itertools.chain.from_iterable(options.values())
        tables: list[Part] = [_encoders_table(encoders), options_table(joined, "encoder")]
        say(render(tables, form))
        return
    parts: list[Part] = []
    for spec in encoders:
        title = (
            f"{spec.name}: {spec.summary}; gives {', '.join(spec.abilities)}; trained on "
            f"{', '.join(spec.trained_on) or 'nothing'}"
        )
        parts.append(list_for_terminal(options[spec.name], title) if options[spec.name] else title)
    say_tables(render(parts, form, view=find_view()))


def _encoders_table(encoders: list[EncoderSpec[Any]]) -> Table[EncoderSpec[Any]]:
    return Table(
        columns=[
            Column("encoder", lambda spec: spec.name),
            Column("summary", lambda spec: spec.summary),
            Column("gives", lambda spec: ", ".join(spec.abilities)),
            Column("trained on", lambda spec: ", ".join(spec.trained_on)),
        ],
        rows=encoders,
        title="Encoders:",
        name="encoders",
    )

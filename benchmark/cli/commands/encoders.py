"""``bench encoders``: what turns sounds and captions into vectors."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.outputs import out_file


@click.group(name="encoders", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List the encoders, what they can do and their options; build the embedded one."""
    if context.invoked_subcommand is None:
        _list_encoders()


@command.command(name="build-mini")
@click.option(
    "-o",
    "--output",
    required=True,
    type=out_file(),
    help="Where the weights go.",
)
@click.option("--seed", default=0, show_default=True, help="Of all that is random.")
def build_mini(output: Path, seed: int) -> None:
    """Train the encoder `mini` on soundscapes:pretrain (minutes) and write its weights."""
    import time

    from benchmark.encoders.mini.training import MiniSettings
    from benchmark.encoders.mini.training.build import build_mini
    from benchmark.machine.places import artifacts

    started = time.perf_counter()
    encoder = build_mini(output, MiniSettings(seed=seed), artifacts())
    click.echo(f"{output}: {output.stat().st_size:,} bytes, {time.perf_counter() - started:.0f} s")
    for name, value in encoder.origin["validation"].items():
        click.echo(f"  {name:<18} {value:.3f}")
    click.echo(f"Use it as mini[weights={output}].")


def _list_encoders() -> None:
    from benchmark.encoders import ENCODERS
    from benchmark.systems.names import describe_type, option_types

    width = max(map(len, ENCODERS))
    for name, spec in sorted(ENCODERS.items()):
        click.echo(f"{name:<{width}}  {spec.summary}")
        click.echo(f"{'':<{width}}    gives: {', '.join(spec.abilities)}")
        click.echo(f"{'':<{width}}    trained on: {', '.join(spec.trained_on)}")
        defaults = spec.options()
        for key, hint in option_types(spec).items():
            default = getattr(defaults, key)
            click.echo(f"{'':<{width}}    {key}: {describe_type(hint)} (default {default!r})")

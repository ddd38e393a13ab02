"""``bench systems``: what can be run."""

from __future__ import annotations

import click


@click.command()
def command() -> None:
    """List the systems that are installed, their options and where they come from."""
    from benchmark.contract import SystemSpec
    from benchmark.options import describe_type, option_types
    from benchmark.registry import load_registry

    registry = load_registry()
    width = max(len(name) for name in registry.claims)

    def show(spec: SystemSpec, origin: str) -> None:
        click.echo(f"{spec.name:<{width}}  {spec.kind:<7}  {spec.summary}  [{origin}]")
        defaults = spec.options() if spec.options else None
        for key, hint in option_types(spec).items():
            default = getattr(defaults, key)
            click.echo(f"{'':<{width}}    {key}: {describe_type(hint)} (default {default!r})")

    for name, claims in sorted(registry.claims.items()):
        if name in registry.clashes:
            click.echo(f"{name:<{width}}  CLASH    {registry.clashes[name]}")
        else:
            show(claims[0][0], str(claims[0][1]))
    for plugin in registry.broken:
        click.echo(f"bench: plugin {plugin.entry_point} is broken: {plugin.reason}", err=True)
    if registry.broken:
        click.echo("bench: see `bench plugins doctor`.", err=True)

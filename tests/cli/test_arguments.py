"""Options that become objects on their way into a command."""

from __future__ import annotations

from dataclasses import dataclass

import click
import pytest
from click.testing import CliRunner

from benchmark.cli.arguments import (
    chosen_metrics_option,
    gathered,
    read_names,
    read_seeds,
    require_computed,
)
from benchmark.errors import UsageError


@dataclass(frozen=True)
class Pace:
    size: int = 1
    limit: float = 9.0


@dataclass(frozen=True)
class Order:
    systems: tuple[str, ...]
    pace: Pace
    device: str
    note: str = "none"


@dataclass(frozen=True)
class Models:
    device: str


@click.command()
@click.option("--systems", callback=read_names)
@click.option("--size", type=int, default=2)
@click.option("--device", default="cpu")
@click.option("--seeds", callback=read_seeds)
@gathered(pace=Pace, order=Order, models=Models)
def command(order, models, seeds):
    click.echo(repr((order, models, seeds)))


def shown(*arguments):
    return CliRunner().invoke(command, arguments).output.rstrip()


def test_each_object_takes_the_options_called_as_its_fields_and_may_share_them():
    order = Order(("a[b=1,c=2]", "d"), Pace(size=2), "cuda")
    given = ("--systems", "a[b=1,c=2],d", "--device", "cuda")
    assert shown(*given) == repr((order, Models("cuda"), None))


def test_seeds_are_several_and_different():
    assert shown("--seeds", "0,1,2").endswith("(0, 1, 2))")
    for text in ("1", "1,1", "1,x", ""):
        done = CliRunner().invoke(command, ["--seeds", text])
        assert done.exit_code == 2
        assert "expected at least two different whole numbers, as 0,1,2" in done.output


@pytest.mark.parametrize(
    ("default", "arguments", "keys"),
    [
        (("bleu_1",), (), ("bleu_1",)),
        ((), (), ()),
        (("bleu_1",), ("--metrics", "rouge_l, cider_d"), ("rouge_l", "cider_d")),
    ],
)
def test_metrics_come_as_keys(default, arguments, keys):
    @click.command()
    @chosen_metrics_option(*default)
    def show(metrics):
        click.echo(repr(sorted(metrics)))

    assert CliRunner().invoke(show, arguments).output.strip() == repr(sorted(keys))


def test_to_rank_by_a_metric_that_is_not_computed_is_refused():
    require_computed(None, ["cider_d"])
    require_computed("cider_d", ["cider_d"])
    with pytest.raises(UsageError, match=r"--rank-by spice: not among.*one of bleu_1, cider_d"):
        require_computed("spice", ["bleu_1", "cider_d"])

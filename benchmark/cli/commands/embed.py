"""``bench embed``: a split's embeddings in one file, to be shared where sounds cannot be."""

from __future__ import annotations

import sys

import click

from benchmark.cli.arguments import data_root_option, gathered
from benchmark.cli.outputs import out_file
from benchmark.cli.terminal import say, warn
from benchmark.embeddings.export import EmbedRequest, embed_split
from benchmark.errors import listed
from benchmark.machine.signals import exit_code_of, name_of

_SHOWN = 20


@click.command()
@click.argument("dataset", metavar="DATASET[:SPLIT]")
@click.option("--encoder", required=True, help="NAME or NAME[key=value,...]; see bench encoders.")
@click.option(
    "--kind",
    type=click.Choice(["sounds", "patches"]),
    help="One vector a sound, or one a patch of time; needed where the encoder gives both.",
)
@click.option(
    "--duration",
    "duration_s",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds to cut or fill every sound to first, for systems that do so themselves.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=out_file(),
    help="The file to write, as audiocaps-test.vggish.safetensors.",
)
@data_root_option
@click.option("--device", default="cpu", show_default=True, help="torch's name: cpu, cuda, ...")
@gathered(request=EmbedRequest)
def command(request: EmbedRequest) -> None:
    """Embed the sounds of DATASET[:SPLIT] into one file.

    With --embeddings FILE a run on a machine without the sounds takes the embeddings instead.
    The same command again goes on where one was interrupted.
    """
    try:
        export = embed_split(request)
    except KeyboardInterrupt as interrupt:
        goes_on = "The same command goes on: what is embedded is kept."
        say(f"\n{name_of(interrupt)}. {goes_on}", err=True)
        sys.exit(exit_code_of(interrupt))
    contents = export.contents
    say(
        f"{request.output}: {len(contents.clip_ids):,} of {contents.n_expected:,} clips of "
        f"{export.label}, {request.output.stat().st_size:,} bytes"
    )
    say(f"  {contents.recipe}")
    if export.missing:
        missing = listed(export.missing, _SHOWN)
        say(f"  {len(export.missing):,} clips have no sound and are not in it: {missing}")
    for clip_id, reason in export.broken.items():
        warn(f"{clip_id}: {reason}")
    if export.broken:
        warn(f"{len(export.broken):,} sounds are broken and not in it.")
        sys.exit(1)

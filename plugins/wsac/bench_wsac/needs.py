"""What a WSAC system needs to get ready."""

from __future__ import annotations

from bench_wsac.options import PAPER_ENCODER, PRESETS
from benchmark import MissingWeightsError, Need, Resources
from benchmark.encoders import encoder_needs
from benchmark.systems import PresetOptions, parse_name


def list_needs(resources: Resources, options: PresetOptions) -> list[Need]:
    """List what the encoder needs; nothing is loaded.

    Raises:
        UsageError: options do not go together.
    """
    dataset = resources.train.dataset if resources.train else ""
    preset, settings = PRESETS.resolve(options, dataset)
    return [_advised(need, preset, settings.encoder) for need in encoder_needs(settings.encoder)]


def describe_missing(error: MissingWeightsError, preset: str, encoder: str) -> MissingWeightsError:
    """Say what to do where the paper's encoder is missing; others say it themselves."""
    if parse_name(encoder).name != PAPER_ENCODER:
        return error
    return MissingWeightsError(
        f"with preset={preset}, WSAC reads and hears through {encoder}, the CLAP of "
        f"the paper: {error} The file is CNN14-BERT-PT.pt, of the retrieval models. Name it as "
        'encoder="ase[checkpoint=FILE]", or choose another encoder, as encoder=clap (which was '
        "trained on AudioCaps and Clotho); `bench encoders` lists them."
    )


def _advised(need: Need, preset: str, encoder: str) -> Need:
    if need.name:  # a model of the hub, no file that somebody has to find
        return need

    def look() -> str | None:
        try:
            return need.look()
        except MissingWeightsError as error:
            raise describe_missing(error, preset, encoder) from error

    return Need(look, need.name, need.fetch)

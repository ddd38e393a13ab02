"""A look at whether SPICE works on this machine: by running it."""

from __future__ import annotations

from benchmark.errors import MachineError
from benchmark.metrics.java import java_version
from benchmark.metrics.spice.limits import SpiceLimits
from benchmark.metrics.spice.parser_files import find_parser_files
from benchmark.metrics.spice.process import SpiceClip, SpiceProcess


def probe(limits: SpiceLimits | None = None) -> str:
    """Run SPICE on one sentence, so that whoever asks knows that it works.

    Returns:
        What it ran on.

    Raises:
        MachineError: the parser is not here, or Java cannot run it.
    """
    files = find_parser_files()
    with SpiceProcess(files, limits or SpiceLimits()) as process:
        ((propositions, failure),) = process.parse(["a dog barks loudly"])
        if propositions is None:
            raise MachineError(f"SPICE could not parse a plain sentence: {failure}.")
        (scores,) = process.score([SpiceClip(propositions, [propositions])], has_parts=False)
    if scores["all"][2] != 1.0:
        raise MachineError(
            f"SPICE gives a caption {scores['all'][2]} against itself; expected 1. Fetch the "
            "parser again with `bench fetch spice`."
        )
    others = "" if files.is_official else ", with other sums than the official ones"
    where = f"parser {files.fingerprint} in {files.jars[0].parent}{others}"
    return f"ran on Java {java_version()}, {where}"

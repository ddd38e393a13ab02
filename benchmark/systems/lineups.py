"""Named sets of systems: the rows of one paper, run together beside what the paper prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from benchmark.errors import UnknownNameError

CORE = "aac-bench"
"""The distribution whose systems are always installed."""


class Member(NamedTuple):
    """A system of a line-up.

    Attributes:
        name: without options.
        distribution: what brings it.
        without_sound: the option, and its value, with which it can do where no sound is given.
    """

    name: str
    distribution: str = CORE
    without_sound: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Lineup:
    """The systems of one paper; once released, a line-up never changes.

    Attributes:
        name: lower case, first author or system and year.
        summary: one line for ``bench systems``.
        members: its systems, in the order of the rows.
        published: the rows of the paper's tables, as the numbers in print call their systems, and
            re-runs of its systems by others.
    """

    name: str
    summary: str
    members: tuple[Member, ...]
    published: tuple[str, ...] = ()


_IN_ORDER = (
    Lineup(
        "koizumi2020",
        "audio captioning with GPT-2 and guidance captions (arXiv 2012.07331)",
        (
            Member("nn-vggish", "aac-bench-retrieval"),
            Member("triplet-retrieval", "aac-bench-gpt2-guidance"),
            Member("top1-bertscore", "aac-bench-oracle"),
            Member("gpt2-guid", "aac-bench-gpt2-guidance"),
            Member("gpt2-guid-gt", "aac-bench-gpt2-guidance", ("uses_audio", "false")),
            Member("human"),
        ),
        published=(
            "TopDown-AlignedAtt(1NN) [AudioCaps paper]",
            "AlignedAtt(GT)-VGGish-LSTM [AudioCaps paper]",
            "1NN-VGGish [AudioCaps paper]",
            "Triplet-Retrieval (Koizumi)",
            "Top1-BERTScore (oracle retrieval)",
            "Koizumi GPT-2 + guidance (Ours)",
            "Koizumi Ours (GT guidance)",
            "Human (leave-one-out, 4 references)",
        ),
    ),
    Lineup(
        "wsac2023",
        "weakly supervised audio captioning via text only (arXiv 2309.12242)",
        (
            Member("wsac", "aac-bench-wsac"),
            Member("wsac-ni", "aac-bench-wsac"),
            Member("wsac-es", "aac-bench-wsac"),
            Member("wsac-nnd", "aac-bench-wsac"),
            Member("wsac-pd", "aac-bench-wsac"),
            Member("human"),
        ),
        published=(
            "Koh et al. 2022",
            "Xu et al. 2021",
            "Mei et al. 2021 (ACT)",
            "Gontier et al. (BART-tags)",
            "Kim et al. prefix tuning (CNN14-GPT2)",
            # Which of its two models the paper's row "Mei et al." is, cannot be told.
            "WavCaps CNN14-BART",
            "WavCaps HTSAT-BART",
            "WSAC+PD",
            "WSAC pipeline re-run, AD",
            "WSAC pipeline re-run, PD",
            "WSAC pipeline re-run, audio-trained a->a",
        ),
    ),
)

LINEUPS: Mapping[str, Lineup] = MappingProxyType({lineup.name: lineup for lineup in _IN_ORDER})


def find_lineup(name: str) -> Lineup:
    """Return a line-up.

    Raises:
        UnknownNameError: there is none of this name.
    """
    if name not in LINEUPS:
        raise UnknownNameError("line-up", name, LINEUPS)
    return LINEUPS[name]

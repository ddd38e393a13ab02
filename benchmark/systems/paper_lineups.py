"""The line-ups of the papers that this project began with."""

from __future__ import annotations

from collections.abc import Iterable

from benchmark.contract import API_VERSION, Lineup, Member
from benchmark.plugins.hookspecs import hookimpl

BENCH_API = API_VERSION


@hookimpl
def bench_lineups() -> Iterable[Lineup]:
    return LINEUPS_OF_PAPERS


LINEUPS_OF_PAPERS = (
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

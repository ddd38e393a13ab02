"""The core's own commands, which ``bench --help`` lists without importing any."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OWN_COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "run": "Caption a split with one or more systems, score it, print the leaderboard.",
        "profile": "Measure how fast systems are, from cold start to latency under load.",
        "caption": "Caption sounds that have no references.",
        "score": "Score captions files you already have.",
        "rescore": "Compute the scores of finished runs again from their ledgers.",
        "migrate": "Rewrite runs and baselines of earlier versions as this one writes them.",
        "compare": "Tell which of two systems is better, and how sure that is.",
        "power": "Measure how often tests err, and how small a drop they see.",
        "gate": "Hold a run against an accepted baseline: pass, fail or inconclusive.",
        "baseline": "Accept a run as the baseline that gates hold others against.",
        "record": "Write a finished run as one file of scores, without its captions.",
        "export": "Write a run's results as hubs, registries and challenges take them.",
        "leaderboard": "Print the table of one or more runs.",
        "show": "Show one clip of a run: what was said of it, with scores and reasons.",
        "picture": "Draw quality against latency, or how latencies are spread.",
        "report": "Write a page to listen to a run's clips and read what systems said.",
        "meta-eval": "Measure how often each metric agrees with people.",
        "embed": "Embed a split's sounds into a file that can be shared.",
        "systems": "List the systems that are installed.",
        "encoders": "List the encoders; build the embedded one.",
        "datasets": "List the data sets and where their files go.",
        "cache": "List, check and prune what is kept to be made once.",
        "fetch": "Fetch what SPICE and FENSE need, and data sets, checked by their sums.",
        "data": "Fetch and verify data sets.",
        "doctor": "Say what this machine has and what it lacks.",
        "plugins": "List plugins; diagnose broken ones; begin a new one.",
    }
)
"""Each has a module of its name in ``commands/``, whose ``command`` it is."""

MOVED_OUT: Mapping[str, str] = MappingProxyType({"gap": "aac-bench-wsac"})
"""Commands that the core had once, by the distribution that brings them now."""

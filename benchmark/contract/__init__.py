"""The nouns that the core and the plugins agree on. Standard library and numpy only."""

from benchmark.contract.clips import Clip, Waveform
from benchmark.contract.commands import CommandSpec
from benchmark.contract.datasets import DatasetSpec, KnownSplit
from benchmark.contract.encoders import (
    Ability,
    AudioEncoder,
    CaptionEncoder,
    Embeddings,
    Encoder,
    EncoderSpec,
    JointEncoder,
    SequenceEncoder,
    TokenizingEncoder,
)
from benchmark.contract.hashes import hash_captions, hash_clip_ids
from benchmark.contract.lineups import CORE, Lineup, Member
from benchmark.contract.metrics import (
    Engine,
    Metric,
    MetricModels,
    MetricResources,
    MetricTask,
    MetricValues,
)
from benchmark.contract.needs import Need
from benchmark.contract.remote_files import RemoteFile
from benchmark.contract.splits import (
    FOLDER,
    VERSION_MARK,
    ClipClusters,
    References,
    Split,
    SplitLabel,
)
from benchmark.contract.systems import (
    UNKNOWN,
    Captioner,
    EvaluatedClips,
    Evidence,
    Explanation,
    Fact,
    Kind,
    Resources,
    SystemSpec,
)

__all__ = [
    "API_VERSION",
    "CORE",
    "FOLDER",
    "UNKNOWN",
    "VERSION_MARK",
    "Ability",
    "AudioEncoder",
    "CaptionEncoder",
    "Captioner",
    "Clip",
    "ClipClusters",
    "CommandSpec",
    "DatasetSpec",
    "Embeddings",
    "Encoder",
    "EncoderSpec",
    "Engine",
    "EvaluatedClips",
    "Evidence",
    "Explanation",
    "Fact",
    "JointEncoder",
    "Kind",
    "KnownSplit",
    "Lineup",
    "Member",
    "Metric",
    "MetricModels",
    "MetricResources",
    "MetricTask",
    "MetricValues",
    "Need",
    "References",
    "RemoteFile",
    "Resources",
    "SequenceEncoder",
    "Split",
    "SplitLabel",
    "SystemSpec",
    "TokenizingEncoder",
    "Waveform",
    "hash_captions",
    "hash_clip_ids",
]

API_VERSION = 2
"""The plugin contract's version, which a plugin module names: the one it was written for.
Plugins of the version before it load too, with a warning."""

"""Frozen encoders of sounds and captions. This list is what plugins may use."""

from benchmark.contract import (
    AudioEncoder,
    CaptionEncoder,
    Embeddings,
    Encoder,
    EncoderSpec,
    JointEncoder,
    SequenceEncoder,
    TokenizingEncoder,
)
from benchmark.encoders.catalogue import (
    ENCODERS,
    encoder_needs,
    list_encoder_files,
    load_caption_encoder,
    load_encoder,
    load_joint_encoder,
    load_sequence_encoder,
)
from benchmark.encoders.waveforms import require_sounds

__all__ = [
    "ENCODERS",
    "AudioEncoder",
    "CaptionEncoder",
    "Embeddings",
    "Encoder",
    "EncoderSpec",
    "JointEncoder",
    "SequenceEncoder",
    "TokenizingEncoder",
    "encoder_needs",
    "list_encoder_files",
    "load_caption_encoder",
    "load_encoder",
    "load_joint_encoder",
    "load_sequence_encoder",
    "require_sounds",
]

"""Tiny random transformers of the true formats, made on the spot."""

from __future__ import annotations

from pathlib import Path

VOCABULARY = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "a",
    "dog",
    "bark",
    "##s",
    "rain",
    "and",
)


def make_bert(folder: Path, *, n_layers: int = 2, seed: int = 0) -> Path:
    """Save a BERT of width 16 with its tokenizer, as transformers does."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    BertTokenizer.from_pretrained(folder, model_max_length=512).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=16,
        num_hidden_layers=n_layers,
        num_attention_heads=2,
        intermediate_size=32,
        initializer_range=1.0,  # large, so that different sentences differ plainly
    )
    torch.manual_seed(seed)
    BertModel(config).save_pretrained(folder)
    return folder


def make_roberta(folder: Path) -> Path:
    """Save a RoBERTa of width 16 with a byte-level BPE that knows "dog" only in mid-sentence."""
    import torch
    from transformers import RobertaConfig, RobertaModel

    config = RobertaConfig(
        vocab_size=save_roberta_tokenizer(folder),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=66,
    )
    torch.manual_seed(0)
    RobertaModel(config).save_pretrained(folder)
    return folder


def save_roberta_tokenizer(folder: Path) -> int:
    """Save a byte-level BPE of RoBERTa's kind; return how many tokens it knows."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import RobertaTokenizer

    folder.mkdir(parents=True)
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(["a dog barks", "the dog barks"] * 5, trainer)
    bpe.model.save(str(folder))
    RobertaTokenizer.from_pretrained(folder, model_max_length=64).save_pretrained(folder)
    return int(bpe.get_vocab_size())


def make_clap(folder: Path, *, seed: int = 0, window_s: int = 1, **front_end: object) -> Path:
    """Save a CLAP of width 16 whose windows last 1 s at 48 kHz, with its processor's parts."""
    import torch
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel

    text = {
        "vocab_size": save_roberta_tokenizer(folder),
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": 66,
        "initializer_factor": 10.0,  # large, so that different captions differ plainly
    }
    audio = {
        "num_mel_bins": 16,
        "spec_size": 64,
        "window_size": 4,
        "hidden_size": 16,
        "patch_embeds_hidden_size": 8,
        "depths": [1, 1],
        "num_attention_heads": [2, 2],
        "num_hidden_layers": 2,
        "initializer_factor": 10.0,
    }
    torch.manual_seed(seed)
    config = ClapConfig(text_config=text, audio_config=audio, projection_dim=12)
    ClapModel(config).save_pretrained(folder)
    settings = {"feature_size": 16, "max_length_s": window_s, "truncation": "rand_trunc"}
    ClapFeatureExtractor(**{**settings, **front_end}).save_pretrained(folder)
    return folder

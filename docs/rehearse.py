"""Rehearses the tables of both papers where neither their weights nor their sounds are at hand.

It makes random weights of the true formats, random embeddings in the place of sounds, and runs the
commands of reproduce-papers.md on them: what breaks here would break on the real ones. The numbers
of the tables mean nothing.

    python docs/rehearse.py FOLDER --captions ../data/audiocaps --shapes small
    python docs/rehearse.py FOLDER --captions ../data/audiocaps --shapes true --clips 200
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import resource
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import (
    ByteLevelBPETokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from tokenizers import Tokenizer as PlainTokenizer
from transformers import (
    BertConfig,
    BertModel,
    GPT2Config,
    GPT2Model,
    RobertaConfig,
    RobertaModel,
)

from benchmark.contract import Split
from benchmark.datasets.catalogue import load_split
from benchmark.embeddings.files import Contents, Recipe
from benchmark.embeddings.writer import write_embeddings
from benchmark.encoders import load_encoder
from benchmark.encoders.ase import front_end, network
from benchmark.encoders.vggish.weights import random_weights
from benchmark.machine.places import artifacts

SPLITS = ("train", "val", "test")
N_PATCHES, DURATION_S = 10, 10.0


@dataclass(frozen=True, slots=True)
class Shapes:
    """How large the random models are; numbers of layers, heads and widths.

    Attributes:
        bert: of the CLAP's text side.
        gpt2: of the generator's backbone.
        roberta: of BERTScore.
        cnn14: channels of the CLAP's six blocks.
        dim: of the CLAP's space.
    """

    bert: tuple[int, int, int]
    gpt2: tuple[int, int, int]
    roberta: tuple[int, int, int]
    cnn14: tuple[int, ...]
    dim: int


SHAPES = {
    "true": Shapes((12, 12, 768), (12, 12, 768), (24, 16, 1024), network.WIDTHS, 1024),
    "small": Shapes((2, 2, 64), (2, 2, 48), (2, 2, 64), (4, 4, 8, 8, 16, 16), 128),
}
SETTINGS = {
    # What training learns does not matter here, and all of it takes a GPU; nor do texts that
    # random weights find similar: here one pair of a hundred at most, as nearly all would else be.
    "wsac": "epochs=1,warmup_epochs=0",
    "guided": "epochs=1,period_epochs=1,batch_size=64,floor_percentile=99,threshold=0.01,"
    'retrieval="epochs=1,floor_percentile=99,threshold=0.01"',
}
SMALL_SETTINGS = {
    "wsac": "width=128,n_layers=1,vocabulary=used",
    "guided": "n_heads=2,audio_width=6,beam_size=1",
}


def main() -> None:
    """Make what is missing, run both tables, print what they took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="for models, embeddings, caches and runs")
    parser.add_argument("--captions", type=Path, required=True, help="AudioCaps' csv files")
    parser.add_argument("--shapes", choices=SHAPES, default="small", help="of the models")
    parser.add_argument("--clips", type=int, help="of each split, the first so many; else all")
    parser.add_argument("--metrics", default="bleu_1,rouge_l,cider_d")
    given = parser.parse_args()
    folder, shapes = given.folder.resolve(), SHAPES[given.shapes]
    os.environ |= {
        "BENCH_DATA": str(folder / "data"),
        "BENCH_MODELS": str(folder / "models"),
        "BENCH_CACHE": str(folder / "cache"),
    }
    cut_captions(given.captions, folder / "data/audiocaps", given.clips)
    make_models(folder / "models", shapes, read_captions(folder / "data/audiocaps/train.csv"))
    files = list(make_embeddings(folder))
    for name, command in commands(given.shapes, folder, files):
        run(name, [*command, "--metrics", given.metrics, "--out", str(folder / "runs" / name)])


def commands(shapes: str, folder: Path, files: Sequence[Path]) -> Iterator[tuple[str, list[str]]]:
    """List the commands of the page, their settings made small."""
    checkpoint = folder / "models/CNN14-BERT-PT.pt"
    settings = dict(SETTINGS)
    if shapes == "small":
        settings = {name: f"{text},{SMALL_SETTINGS[name]}" for name, text in settings.items()}
    wsac = f'wsac2023[encoder="ase[checkpoint={checkpoint}]",gap_source=train,{settings["wsac"]}]'
    guided = f"koizumi2020[{settings['guided']}]"
    run_it = ["bench", "run", "--dataset", "audiocaps", "--batch-size", "32", "--profile", "0"]
    for name, lineup, kind in (("wsac", wsac, "sounds"), ("koizumi", guided, "patches")):
        embeddings = [text for f in files if kind in f.name for text in ("--embeddings", str(f))]
        yield f"{name}-text-only", [*run_it, "--lineup", lineup, "--text-only"]
        yield f"{name}-embeddings", [*run_it, "--lineup", lineup, *embeddings]


def run(name: str, command: Sequence[str]) -> None:
    """Run a command; print its seconds, the memory of its largest process, and how it ended."""
    click.echo(f"$ {shlex.join(command)}")
    start = time.monotonic()
    code = subprocess.run(command, check=False).returncode
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    seconds = time.monotonic() - start
    click.echo(f"{name}: exit {code}, {seconds:.0f} s, {peak_mib:.0f} MiB at most so far")
    if code:
        sys.exit(code)


def cut_captions(source: Path, target: Path, n_clips: int | None) -> None:
    """Copy AudioCaps' captions, of each split those of the first clips."""
    target.mkdir(parents=True, exist_ok=True)
    for split in SPLITS:
        with (source / f"{split}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        at = header.index("youtube_id")
        kept = set(itertools.islice(dict.fromkeys(row[at] for row in rows), n_clips))
        with (target / f"{split}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *(row for row in rows if row[at] in kept)])


def read_captions(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row["caption"] for row in csv.DictReader(file)]


def make_models(folder: Path, shapes: Shapes, captions: Sequence[str]) -> None:
    """Save random models of the true formats, with tokenizers learnt from captions."""
    torch.manual_seed(0)
    if not (folder / "CNN14-BERT-PT.pt").is_file():
        bert = make_bert(folder / "bert-base-uncased", shapes.bert, captions)
        make_clap(folder / "CNN14-BERT-PT.pt", bert, shapes)
    if not (folder / "gpt2/model.safetensors").is_file():
        n_layers, n_heads, width = shapes.gpt2
        n_tokens = make_byte_level(folder / "gpt2", captions, ["<|endoftext|>"])
        config = GPT2Config(n_layer=n_layers, n_head=n_heads, n_embd=width)
        assert n_tokens <= config.vocab_size
        GPT2Model(config).save_pretrained(folder / "gpt2")
    if not (folder / "roberta-large/model.safetensors").is_file():
        n_layers, n_heads, width = shapes.roberta
        make_byte_level(
            folder / "roberta-large", captions, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        )
        config = RobertaConfig(
            vocab_size=50_265,
            max_position_embeddings=514,
            num_hidden_layers=n_layers,
            num_attention_heads=n_heads,
            hidden_size=width,
            intermediate_size=4 * width,
        )
        RobertaModel(config).save_pretrained(folder / "roberta-large")
    if not (folder / "vggish/vggish.safetensors").is_file():
        (folder / "vggish").mkdir(parents=True, exist_ok=True)
        save_file(random_weights(0), folder / "vggish/vggish.safetensors")


def make_bert(folder: Path, form: tuple[int, int, int], captions: Sequence[str]) -> BertModel:
    """Save BERT's configuration and a WordPiece vocabulary of its size; return the model."""
    folder.mkdir(parents=True, exist_ok=True)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = PlainTokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator(
        captions,
        trainers.WordPieceTrainer(vocab_size=30_522, special_tokens=special, show_progress=False),
    )
    ids = {name: tokenizer.token_to_id(name) for name in special}
    tokenizer.post_processor = processors.BertProcessing(
        ("[SEP]", ids["[SEP]"]), ("[CLS]", ids["[CLS]"])
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        '{"tokenizer_class": "BertTokenizerFast", "do_lower_case": true, "pad_token": "[PAD]", '
        '"unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}'
    )
    n_layers, n_heads, width = form
    config = BertConfig(
        num_hidden_layers=n_layers,
        num_attention_heads=n_heads,
        hidden_size=width,
        intermediate_size=4 * width,
    )
    config.save_pretrained(folder)
    return BertModel(config, add_pooling_layer=False)


def make_clap(path: Path, bert: BertModel, shapes: Shapes) -> None:
    """Save a checkpoint as WavCaps' training does."""
    state = {
        f"audio_encoder.audio_enc.{name}": torch.randn(shape) * 0.02
        for name, shape in network.shapes(shapes.cnn14).items()
    }
    state |= {
        f"audio_encoder.audio_enc.{name}": torch.from_numpy(values)
        for name, values in front_end.filters().items()
    }
    state |= {
        name: torch.ones_like(tensor) for name, tensor in state.items() if "running_var" in name
    }
    state |= {f"text_encoder.text_encoder.{k}": v for k, v in bert.state_dict().items()}
    for name, width in (("audio_proj", shapes.cnn14[-1]), ("text_proj", bert.config.hidden_size)):
        for layer, before in ((0, width), (2, shapes.dim)):
            state[f"{name}.{layer}.weight"] = torch.randn(shapes.dim, before) * before**-0.5
            state[f"{name}.{layer}.bias"] = torch.zeros(shapes.dim)
    state["temp"] = torch.tensor(0.07)
    torch.save({"model": state}, path)


def make_byte_level(folder: Path, captions: Sequence[str], special: list[str]) -> int:
    """Save a byte-level tokenizer as GPT-2 and RoBERTa have one; return its number of tokens."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(
        captions, vocab_size=8000, special_tokens=special, show_progress=False
    )
    tokenizer.save_model(str(folder))
    if "<s>" in special:
        tokenizer.post_processor = processors.RobertaProcessing(
            ("</s>", tokenizer.token_to_id("</s>")), ("<s>", tokenizer.token_to_id("<s>"))
        )
    tokenizer.save(str(folder / "tokenizer.json"))
    return int(tokenizer.get_vocab_size())


def make_embeddings(folder: Path) -> Iterator[Path]:
    """Write a file for each split and encoder: unit vectors, and patches of VGGish's scale."""
    encoders = (
        (f"ase[checkpoint={folder / 'models/CNN14-BERT-PT.pt'}]", "sounds", None),
        ("vggish", "patches", DURATION_S),
        ("vggish", "patches", None),
    )
    for (name, kind, duration_s), split_name in itertools.product(encoders, SPLITS):
        length = "whole" if duration_s is None else f"{duration_s:g}s"
        path = folder / "embeddings" / f"{split_name}.{length}.{kind}.safetensors"
        if not path.is_file():
            encoder = load_encoder(name)
            recipe = Recipe(encoder.name, encoder.fingerprint, kind, encoder.dim, duration_s)
            write_random(
                path, recipe, load_split(f"audiocaps:{split_name}", folder / "data", artifacts())
            )
        yield path


def write_random(path: Path, recipe: Recipe, split: Split) -> None:
    """Write vectors that follow from the clips' ids."""
    path.parent.mkdir(parents=True, exist_ok=True)

    def vectors() -> Iterator[tuple[str, np.ndarray]]:
        rng = np.random.default_rng(len(split.name))
        for clip_id in split.clip_ids:
            n_rows = 1 if recipe.kind == "sounds" else N_PATCHES
            rows = rng.normal(size=(n_rows, recipe.dim)).astype(np.float32)
            yield clip_id, rows / np.linalg.norm(rows, axis=1, keepdims=True)

    contents = Contents(recipe, str(split.label.portable), len(split.references), split.clip_ids)
    write_embeddings(path, contents, vectors())


if __name__ == "__main__":
    main()

"""Damage every kind of cached file at random places and see what becomes of the numbers.

``python tests/attacks/cache_damage.py --seed 0 --attacks 100`` attacks each kind so many times and
prints a table. An attack is survived where what is read afterwards equals what an undamaged cache
gives, and where damage that could have changed it is told in a line that names the file.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1] / "helpers")]

from shard_rows import key, rows  # noqa: E402

from benchmark.artifacts import Artifacts  # noqa: E402
from benchmark.cli.cache_checks import find_damage_of  # noqa: E402
from benchmark.datasets.soundscapes import splits  # noqa: E402
from benchmark.embeddings.kept import KeptVectors  # noqa: E402
from benchmark.embeddings.shards import VectorFiles  # noqa: E402
from benchmark.embeddings.texts import map_texts  # noqa: E402
from benchmark.machine.cached import list_cached  # noqa: E402
from benchmark.metrics.bertscore.shards import PairBlock, ShardFolder  # noqa: E402
from benchmark.metrics.bertscore.sparse import SimilarPairs, write_sparse_rows  # noqa: E402
from benchmark.metrics.kept import KeptResults  # noqa: E402
from benchmark.metrics.meteor.index import index_table  # noqa: E402

TEXTS = [f"a dog barks {n} times" for n in range(40)]


class Damage(NamedTuple):
    """A way to damage a file: it takes content and a generator and gives other content."""

    name: str
    inflict: Callable[[bytes, np.random.Generator], bytes]


def flip_bits(content: bytes, rng: np.random.Generator, n_bits: int = 1) -> bytes:
    changed = bytearray(content)
    for place in rng.integers(0, len(changed), n_bits):
        changed[place] ^= 1 << int(rng.integers(8))
    return bytes(changed)


DAMAGES = (
    Damage("a bit", flip_bits),
    Damage("200 bits", lambda content, rng: flip_bits(content, rng, 200)),
    Damage("zeroed block", lambda content, rng: _zero(content, int(rng.integers(len(content))))),
    Damage("cut", lambda content, rng: content[: rng.integers(len(content))]),
    Damage("grown", lambda content, rng: content + rng.bytes(int(rng.integers(1, 60)))),
)


def _zero(content: bytes, start: int) -> bytes:
    end = min(start + 512, len(content))
    return content[:start] + bytes(end - start) + content[end:]


# What reads each kind: the root of a cache to all numbers that come of it. What is missing is
# made, as the commands do.


def read_soundscapes(root: Path) -> object:
    split = splits.load_soundscapes("val", Artifacts(root / "artifacts"))
    clips = [split.read_clip(clip_id, splits.SAMPLE_RATE_HZ) for clip_id in split.clip_ids]
    return [(c.clip_id, c.waveform.tobytes(), split.references[c.clip_id]) for c in clips]


def read_meteor_index(root: Path) -> object:
    table = root.parent / "paraphrases.gz"
    if not table.exists():
        entries = (f"0.5\na dog {n}\na hound {n % 7} {n}\n" for n in range(300))
        table.write_bytes(gzip.compress("".join(entries).encode(), mtime=0))
    folder = index_table(table, Artifacts(root / "artifacts"))
    arrays = {path.name: np.load(path).tolist() for path in sorted(folder.glob("*.npy"))}
    return arrays, (folder / "words.txt").read_bytes()


def read_decoder(root: Path) -> object:
    from safetensors.numpy import load_file, save_file

    def build(folder: Path) -> None:
        save_file(
            {"weight": rows(1, 64, 64), "bias": rows(2, 1, 64)}, folder / "weights.safetensors"
        )

    folder = Artifacts(root / "artifacts").get_or_build("toy-decoder", {"seed": 0}, build)
    return {
        name: array.tolist() for name, array in load_file(folder / "weights.safetensors").items()
    }


def read_embeddings(root: Path) -> object:
    files = VectorFiles(root / "artifacts" / "embeddings" / "toy-01" / "sounds")
    known = files.read([key(n) for n in range(60)])
    files.add({key(n): rows(n, 1 + n % 3, 16) for n in range(60) if key(n) not in known})
    again = files.read([key(n) for n in range(60)])
    return {name: (known | again)[name].tolist() for name in sorted(again)}


class _Lengths:
    """An encoder of texts, by their length."""

    name, fingerprint, dim, trained_on = "lengths", "02", 4, ()

    def embed_text(self, captions: list[str]) -> np.ndarray:
        return np.array([[len(c), ord(c[-7]), 1, 2] for c in captions], np.float32)


def read_memory(root: Path) -> object:
    kept = KeptVectors(root / "artifacts" / "embeddings")
    return map_texts(kept, _Lengths(), TEXTS).tolist()  # type: ignore[arg-type]


def read_kept(root: Path) -> object:
    values = {text: [len(text), text.split()] for text in TEXTS}
    kept = KeptResults("tokens", "1", root / "kept")
    if missing := {text: value for text, value in values.items() if text not in kept}:
        kept.add(missing)
    return {text: kept[text] for text in TEXTS}


def _blocks(index: int) -> list[PairBlock]:
    f1 = np.random.default_rng(index).random((6, 6)).astype(np.float32)
    f1[np.tril_indices(6)] = np.nan
    places = np.arange(6) + 6 * index
    return [PairBlock(places, places, f1, 15)]


def read_unfinished_pairs(root: Path) -> object:
    folder = ShardFolder(root / "artifacts" / "bertscore-shards-0123")
    shards = folder.finished()
    for index in set(range(4)) - shards.keys():
        shards[index] = folder.write(index, 0.2, _blocks(index))
    return [(shards[n], folder.pairs(n).tolist()) for n in range(4)]


def read_pairs(root: Path) -> object:
    def build(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            shards = ShardFolder(Path(scratch) / "shards")
            done = [shards.write(n, 0.2, _blocks(n)) for n in range(4)]
            write_sparse_rows(folder, np.arange(24), shards, done, 0.3)

    pairs = SimilarPairs(
        Artifacts(root / "artifacts").get_or_build("bertscore-pairs", {"n": 4}, build)
    )
    near = [[part.tolist() for part in pairs.similar_to(text)] for text in range(24)]
    return near, pairs.minimum, pairs.maximum, pairs.threshold, pairs.n_pairs


def read_checkpoint(root: Path) -> object:
    """Go on with a training that was stopped in its last epoch; weights are those of no stop."""
    import torch
    from toy_training import ToyTask, read

    from benchmark.models.training import TrainingPlan, train
    from benchmark.models.training.loop import Training

    torch.set_num_threads(1)
    plan = TrainingPlan("toy", epochs=2, seed=0)
    path = root / "artifacts" / "unfinished-toy-0123" / "checkpoint.pt"
    if not path.exists():
        training = Training(ToyTask(), plan)
        steps = training.run()
        for _ in range(12):
            next(steps)
        training.state().write(path)
    with tempfile.TemporaryDirectory() as folder:
        train(ToyTask(), plan, path, Path(folder))
        weights, history = read(Path(folder))
    return {name: value.tolist() for name, value in weights.items()}, history


ATTACKED = {"mapped memory": "artifacts/embeddings/texts-*/*"}
"""The files of a kind, where reading it opens only some of those that making it leaves."""
KINDS: dict[str, Callable[[Path], object]] = {
    "rendered soundscapes": read_soundscapes,
    "METEOR's index": read_meteor_index,
    "trained decoder": read_decoder,
    "embeddings": read_embeddings,
    "mapped memory": read_memory,
    "kept tokens": read_kept,
    "BERTScore's pairs": read_pairs,
    "BERTScore's unfinished pairs": read_unfinished_pairs,
    "a training's checkpoint": read_checkpoint,
}


def attack(kind: str, seed: int, n_attacks: int) -> Counter[str]:
    """Damage a kind of files so many times.

    Returns:
        How many attacks there were (``tried``), were survived (``survived``) by damage that was
        told (``told``) or that changed nothing (``harmless``), and were named by ``bench cache
        check`` (``checked``); and descriptions of those that were not, as ``! ...``.
    """
    return sum(attempts(kind, seed, range(n_attacks)), Counter[str]())


def attempts(kind: str, seed: int, numbers: Iterable[int]) -> Iterator[Counter[str]]:
    """Make the attacks of some numbers, each the same whatever others there are."""
    read = KINDS[kind]
    splits.N_CLIPS["val"] = 3
    with tempfile.TemporaryDirectory() as folder:
        good = Path(folder, "good")
        expected = read(good)
        files = sorted(
            p.relative_to(good) for p in good.rglob(ATTACKED.get(kind, "*")) if p.is_file()
        )
        for number in numbers:
            rng = np.random.default_rng([seed, list(KINDS).index(kind), number])
            root = Path(folder, f"attack-{number}")
            shutil.copytree(good, root)
            name, damage = files[rng.integers(len(files))], DAMAGES[number % len(DAMAGES)]
            content = (root / name).read_bytes()
            (root / name).write_bytes(damage.inflict(content, rng))
            yield _survive(read, root, expected, f"{damage.name} of {name}")
            shutil.rmtree(root)


def _survive(
    read: Callable[[Path], object], root: Path, expected: object, what: str
) -> Counter[str]:
    is_checked = any(find_damage_of(thing) for thing in list_cached(root, root / "models"))
    error_stream = io.StringIO()
    try:
        with contextlib.redirect_stderr(error_stream):
            is_equal = read(root) == expected
    except Exception as error:  # any traceback is a failure
        return Counter({"tried": 1, f"! {what}: {error!r}": 1})
    is_told = str(root) in error_stream.getvalue()
    if not is_equal or (is_checked and not is_told):
        return Counter({"tried": 1, f"! {what}: equal {is_equal}, told {is_told}": 1})
    return Counter(tried=1, survived=1, told=is_told, harmless=not is_told, checked=is_checked)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--attacks", type=int, default=100, help="of each kind")
    options = parser.parse_args()
    print(f"{'kind':<30} tried survived told harmless named by check")  # noqa: T201
    has_failed = False
    for kind in KINDS:
        found = attack(kind, options.seed, options.attacks)
        counts = [found[name] for name in ("tried", "survived", "told", "harmless", "checked")]
        print(f"{kind:<30} {' '.join(f'{n:>7}' for n in counts)}", flush=True)  # noqa: T201
        for failure in (name for name in found if name.startswith("!")):
            print(failure)  # noqa: T201
            has_failed = True
    return int(has_failed)


if __name__ == "__main__":
    os.environ.setdefault("TQDM_DISABLE", "1")
    sys.exit(main())

"""A frozen text transformer, run on batches of sentences of exactly one length.

Without padding a sentence's result does not depend on which others share its batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import MissingWeightsError
from benchmark.machine.progress import progress_bar
from benchmark.models.codeless import read_object, require_codeless
from benchmark.models.damage import is_damage, spell_damage
from benchmark.models.pretrained import load_pretrained
from benchmark.models.products import speed_up_linear_layers

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor

_TOKENS_PER_BATCH = 4096
# Some tokenizers know no limit, which transformers spells as a huge number.
_MAX_TOKENS = 512
# Their tokenizers spell a word at the start of a text differently unless a space precedes it.
_NEED_PREFIX_SPACE = frozenset({"roberta", "gpt2"})
# Checkpoints of language models often come without the pooler, whose output is not looked at.
_UNUSED = ("pooler.",)


class TextEncoder:
    """Turns sentences into the hidden states of a transformer's last layer, in float32."""

    def __init__(
        self, model: Any, tokenizer: Any, device: str, max_tokens: int | None = None
    ) -> None:
        """Take a model of transformers and its tokenizer.

        Args:
            model: a ``PreTrainedModel``; it is put on the device and into evaluation mode.
            tokenizer: a ``PreTrainedTokenizer``.
            device: torch's spelling.
            max_tokens: longer sentences are cut to it, special tokens included; None means the
                tokenizer's own limit.
        """
        self.tokenizer = tokenizer
        self.width: int = model.config.hidden_size
        self._model = model.float().eval().to(device)
        self._device = device
        self.max_tokens: int = max_tokens or min(tokenizer.model_max_length, _MAX_TOKENS)

    def token_ids(self, sentences: Sequence[str]) -> list[list[int]]:
        """Tokenise, with the special tokens; white space around a sentence does not count."""
        if not sentences:
            return []
        stripped = [sentence.strip() for sentence in sentences]
        encoded = self.tokenizer(stripped, truncation=True, max_length=self.max_tokens)
        ids: list[list[int]] = encoded["input_ids"]
        return ids

    def hidden_states(
        self, token_ids: Sequence[Sequence[int]], label: str
    ) -> Iterator[tuple[list[int], Tensor]]:
        """Run the transformer over all sentences, batch by batch, under a progress bar.

        Args:
            token_ids: what ``token_ids`` returned.
            label: the progress bar's.

        Yields:
            The rows of ``token_ids`` in this batch and their states,
            ``(batch, n_tokens, width)`` on the device.
        """
        import torch

        with progress_bar(label, len(token_ids)) as bar:
            for rows in equal_length_batches(token_ids):
                ids = torch.tensor([token_ids[row] for row in rows], device=self._device)
                with torch.inference_mode():
                    states = self._model(input_ids=ids, attention_mask=torch.ones_like(ids))[0]
                yield rows, states
                bar.advance(len(rows))

    def embed(
        self, sentences: Sequence[str], pool: Callable[[Tensor], Tensor], dim: int, label: str
    ) -> NDArray[np.float32]:
        """Turn sentences into vectors; each different one is embedded once.

        Args:
            sentences: any texts.
            pool: hidden states ``(batch, n_tokens, width)`` to ``(batch, dim)``.
            dim: the width of a vector.
            label: the progress bar's.

        Returns:
            ``(n_sentences, dim)``, unit rows.
        """
        import torch

        numbers = {text: number for number, text in enumerate(dict.fromkeys(sentences))}
        embeddings = np.empty((len(numbers), dim), dtype=np.float32)
        for rows, states in self.hidden_states(self.token_ids(list(numbers)), label):
            with torch.inference_mode():
                pooled = pool(states)
                embeddings[rows] = (pooled / pooled.norm(dim=1, keepdim=True)).cpu().numpy()
        return embeddings[[numbers[text] for text in sentences]]


def load_text_encoder(
    folder: Path,
    *,
    device: str,
    n_layers: int | None = None,
    max_tokens: int | None = None,
    add_prefix_space: bool = False,
) -> TextEncoder:
    """Load tokenizer and weights from a folder; nothing is fetched and no code of it is run.

    Args:
        folder: a model as transformers saves it, with safetensors.
        device: torch's spelling.
        n_layers: keep only the first layers; None keeps all.
        max_tokens: see ``TextEncoder``.
        add_prefix_space: see ``load_tokenizer``.

    Raises:
        MissingWeightsError: a file is missing or cannot be read.
    """
    from transformers import AutoModel

    layers: dict[str, int] = {} if n_layers is None else {"num_hidden_layers": n_layers}
    tokenizer = load_tokenizer(folder, add_prefix_space=add_prefix_space)
    model = load_pretrained(AutoModel, folder, may_lack=_UNUSED, takes_pickles=True, **layers)
    speed_up_linear_layers(model)
    return TextEncoder(model, tokenizer, device, max_tokens)


def load_tokenizer(folder: Path, *, add_prefix_space: bool = False) -> Any:
    """Load a tokenizer from a folder.

    Args:
        folder: holds config.json and the tokenizer's files.
        add_prefix_space: spell a sentence's first word as in mid-sentence where the tokenizer
            makes a difference (RoBERTa, GPT-2).

    Raises:
        MissingWeightsError: a file is missing, cannot be read, or names code.
    """
    from transformers import AutoTokenizer

    require_codeless(folder)
    model_type = read_object(folder / "config.json").get("model_type")
    is_spaced = add_prefix_space and model_type in _NEED_PREFIX_SPACE
    options = {"add_prefix_space": True} if is_spaced else {}
    try:
        return AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, **options
        )
    except BaseException as error:  # a damaged file fails in any way, in Rust with a panic
        if not is_damage(error):
            raise
        raise MissingWeightsError(
            f"cannot load the tokenizer in {folder}: {spell_damage(error)} Expected config.json "
            "and the tokenizer's files, as transformers saves them."
        ) from error


def plain_tokenizer(tokenizer: Any) -> Tokenizer:
    """Take the tokenizer out of one of transformers', for those who want tokens only.

    Args:
        tokenizer: what ``load_tokenizer`` returned; it stays as it is.

    Returns:
        A copy that neither pads nor cuts; ``encode`` adds the special tokens of start and end.

    Raises:
        MissingWeightsError: transformers has this one in Python only.
    """
    from tokenizers import Tokenizer

    if not tokenizer.is_fast:
        raise MissingWeightsError(
            f"the tokenizer {type(tokenizer).__name__} is not one of the tokenizers library; "
            "expected a model whose tokenizer is. Choose another model."
        )
    copy: Tokenizer = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    copy.no_padding()
    copy.no_truncation()
    return copy


def equal_length_batches(
    sequences: Sequence[Sequence[int]], tokens_per_batch: int = _TOKENS_PER_BATCH
) -> Iterator[list[int]]:
    """Group rows by length, short ones first, into batches of a bounded number of tokens."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for row, sequence in enumerate(sequences):
        by_length[len(sequence)].append(row)
    for length, rows in sorted(by_length.items()):
        size = max(1, tokens_per_batch // max(1, length))
        for start in range(0, len(rows), size):
            yield rows[start : start + size]

"""The decoder's words: the pieces of the text encoder's tokenizer, all of them or those in use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from benchmark import DataError, UsageError

GPT2_ROWS = 50_257
Tokens = NDArray[np.int64]


class Vocabulary:
    """Numbers for pieces of captions, and back.

    Attributes:
        n_rows: of the decoder's table.
        end: the number that ends a caption.
    """

    def __init__(
        self, tokenizer: Tokenizer, used: Iterable[int] | None, n_rows: int | None = None
    ) -> None:
        """Take a tokenizer and the pieces that get a number.

        Args:
            tokenizer: adds a start and an end token to a caption.
            used: its pieces that occur; None: all of them, under their own numbers.
            n_rows: of the table, where it is larger than the pieces need.

        Raises:
            UsageError: the tokenizer adds other tokens than a start and an end, or has more
                pieces than rows.
        """
        added = tokenizer.encode("").ids
        if len(added) != 2:
            raise UsageError(
                f"the encoder's tokenizer adds {len(added)} tokens to a caption; expected a start "
                "and an end token, without which a decoder cannot learn when to stop. Use another "
                "encoder."
            )
        self._tokenizer = tokenizer
        n_pieces = tokenizer.get_vocab_size(with_added_tokens=True)
        kept = range(n_pieces) if used is None else sorted({*used, *added})
        self._piece_of = np.array(kept, dtype=np.int64)
        self._row_of = np.full(n_pieces, -1, dtype=np.int64)
        self._row_of[self._piece_of] = np.arange(len(self._piece_of))
        self.n_rows = n_rows or len(self._piece_of)
        if self.n_rows < len(self._piece_of):
            raise UsageError(
                f"the encoder's tokenizer has {len(self._piece_of):,} pieces; expected at most "
                f"{self.n_rows:,}. Choose vocabulary=tokenizer or vocabulary=used."
            )
        self.end = int(self._row_of[added[-1]])
        self._start, self._end_piece = added[0], added[-1]

    def encode(
        self, captions: Sequence[str], max_tokens: int, *, with_start: bool
    ) -> tuple[list[Tokens], int]:
        """Turn captions into rows of the table; each ends with the end token.

        Args:
            captions: those of the pieces in use only.
            max_tokens: of a caption, the end included; what is longer is cut before its end.
            with_start: the start token is the first one.

        Returns:
            ``(n_tokens,)`` for each caption, and how many were cut.
        """
        encoded = (encoding.ids for encoding in self._tokenizer.encode_batch(list(captions)))
        rows, n_cut = [], 0
        for pieces in encoded:
            words = pieces[0 if with_start else 1 : -1]
            n_cut += len(words) >= max_tokens
            rows.append(self._row_of[[*words[: max_tokens - 1], self._end_piece]])
        return rows, n_cut

    def can_write(self, captions: Sequence[str]) -> NDArray[np.bool_]:
        """Tell of each caption whether every piece of it has a row."""
        encoded = self._tokenizer.encode_batch(list(captions))
        return np.array([(self._row_of[encoding.ids] >= 0).all() for encoding in encoded], bool)

    def decode(self, rows: Sequence[int]) -> str:
        """Turn rows of the table into a caption, up to the first end token."""
        before_end = list(rows)
        if self.end in before_end:
            before_end = before_end[: before_end.index(self.end)]
        pieces = [int(self._piece_of[row]) for row in before_end if row < len(self._piece_of)]
        text: str = self._tokenizer.decode(pieces, skip_special_tokens=True)
        return text.strip()


def used_pieces(tokenizer: Tokenizer, captions: Sequence[str]) -> set[int]:
    """Return the pieces that occur in captions.

    Raises:
        DataError: there is no caption with any piece.
    """
    added = set(tokenizer.encode("").ids)
    pieces = {
        piece for encoding in tokenizer.encode_batch(list(captions)) for piece in encoding.ids
    }
    if not pieces - added:
        raise DataError(
            f"the encoder's tokenizer finds no word in {len(captions)} training captions; expected "
            "captions to learn from. Choose another training split with --train."
        )
    return pieces

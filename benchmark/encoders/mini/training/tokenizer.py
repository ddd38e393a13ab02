"""mini's vocabulary: the words of its captions, their endings, and letters for all others.

The tokenizers library would train pieces of words too, but numbers them otherwise each time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_UNKNOWN, _START, _END = "[UNK]", "[CLS]", "[SEP]"
_WORD = re.compile(r"[\w'-]+")
_NOT_WORD = r"[^\w'-]"
_CHARACTERS = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
_FEWEST_WORDS = 2  # that share an ending


def build_tokenizer(captions: Iterable[str]) -> Tokenizer:
    """Build a WordPiece tokenizer (Schuster and Nakajima 2012) with the words of captions.

    A word that no caption has is cut into the longest known pieces from its start on, down to
    single characters. Upper case and accents do not count.

    Args:
        captions: any number; their order does not matter.
    """
    from tokenizers import (
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    pieces = {piece: number for number, piece in enumerate(list_pieces(captions))}
    tokenizer = Tokenizer(models.WordPiece(pieces, unk_token=_UNKNOWN))
    tokenizer.normalizer = normalizers.BertNormalizer(strip_accents=True, lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex(_NOT_WORD), "isolated")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{_START} $A {_END}",
        special_tokens=[(_START, pieces[_START]), (_END, pieces[_END])],
    )
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens([_UNKNOWN, _START, _END])
    return tokenizer


def list_pieces(captions: Iterable[str]) -> list[str]:
    """List the vocabulary: special tokens, characters, endings and words, each sorted.

    An ending is what several words have more than another word ("es" of "whooshes").
    """
    words = {word for caption in captions for word in _WORD.findall(caption.lower())}
    endings = Counter(
        word[cut:] for word in words for cut in range(1, len(word)) if word[:cut] in words
    )
    shared = {ending for ending, n_words in endings.items() if n_words >= _FEWEST_WORDS}
    starts = [*_CHARACTERS, *(f"##{character}" for character in _CHARACTERS)]
    pieces = [
        _UNKNOWN,
        _START,
        _END,
        *starts,
        *sorted(f"##{ending}" for ending in shared),
        *sorted(words),
    ]
    return list(dict.fromkeys(pieces))

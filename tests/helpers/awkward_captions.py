"""Hypothesis strategies for token lists that no annotator would write, and some would."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = st.sampled_from(["a", "dog", "barks", "and", "'s", "-lrb-", "é", "犬", "😀", "0"])


def sentences(min_size: int = 0, max_size: int = 12):
    return st.lists(WORDS, min_size=min_size, max_size=max_size)


@st.composite
def corpora(draw, min_clips: int = 2, min_reference_tokens: int = 1):
    """Draw candidates, maybe empty ones, and 1 to 3 references for each."""
    n_clips = draw(st.integers(min_clips, 5))
    references = st.lists(sentences(min_reference_tokens), min_size=1, max_size=3)
    return (
        draw(st.lists(sentences(max_size=40), min_size=n_clips, max_size=n_clips)),
        draw(st.lists(references, min_size=n_clips, max_size=n_clips)),
    )

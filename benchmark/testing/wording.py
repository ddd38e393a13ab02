"""Rules about what captions say: something of the sound, and no error."""

from __future__ import annotations

import re
from collections.abc import Iterator

from benchmark.contract import Clip
from benchmark.errors import shown
from benchmark.testing.examples import odd_clips
from benchmark.testing.findings import BrokenRuleError
from benchmark.testing.trial import Trial

_NO_WORDS = ("error", "none", "null", "nan", "n/a", "undefined", "exception", "failed", "inf")
_MARK = r"(?:<\|?/?\w+\|?>|\[(?:UNK|PAD|CLS|SEP|MASK|BOS|EOS)\])"
_WORD = "|".join(map(re.escape, _NO_WORDS))
_LIKE_ERRORS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("no caption", re.compile(rf"(?:{_WORD})(?:\s+(?:{_WORD}))*[.!]?", re.I)),
    ("a tokenizer's marks", re.compile(rf"{_MARK}(?:\s*{_MARK})*", re.I)),
    ("a traceback", re.compile(r".*Traceback \(most recent call last\).*", re.S)),
    ("an exception", re.compile(r"(?:[\w.]*(?:Error|Exception)\b|error\s*[:\d]).*", re.S | re.I)),
    ("a page of the web", re.compile(r"<(?:!doctype|html)\b.*", re.S | re.I)),
    ("an answer that tells of an error", re.compile(r"\{\s*[\"']error[\"']\s*:.*", re.S)),
    ("an object of Python", re.compile(r"<.* at 0x[0-9a-f]+>|(?:tensor|array)\(.*", re.S)),
)
"""What a caption is then, and how it looks: all of it matches."""


def says_something(trial: Trial) -> None:
    """Not all clips get an empty caption."""
    captions = trial.caption(trial.clips)
    if not any(caption.strip() for caption in captions):
        raise BrokenRuleError(
            f"every one of {len(captions)} clips got an empty caption; expected words. Where "
            'something went wrong, raise: "" is scored as it stands. What is meant to say nothing '
            "declares kind='floor'."
        )


def tells_clips_apart(trial: Trial) -> None:
    """Not all clips get one same caption."""
    captions = trial.caption(trial.clips)
    said = {" ".join(caption.split()).casefold() for caption in captions}
    if len(said) == 1 and said != {""}:
        raise BrokenRuleError(
            f"every one of {len(captions)} clips got {shown(captions[0])}; expected captions that "
            "differ, for these sounds do. Look whether the sound reaches the model, and whether "
            "its weights are trained. What is meant to say one same thing declares kind='floor'."
        )


def says_no_error(trial: Trial) -> None:
    """No caption reads like an error, not even that of an odd clip."""
    told = [
        f"clip {clip_id!r} got {shown(caption)}, which is {what}"
        for clip_id, caption in _caption_each(trial)
        if (what := _what_instead(caption)) is not None
    ]
    if told:
        more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
        raise BrokenRuleError(
            f"{told[0]}{more}; expected words about the sound. Raise where there is no caption, "
            "and decode without the marks of the tokenizer (skip_special_tokens=True)."
        )


def _caption_each(trial: Trial) -> Iterator[tuple[str, str]]:
    clips = trial.clips
    yield from zip((clip.clip_id for clip in clips), trial.caption(clips), strict=True)
    for clip in odd_clips(clips[0].sample_rate_hz):
        yield from _caption_if_possible(trial, clip)


def _caption_if_possible(trial: Trial, clip: Clip) -> Iterator[tuple[str, str]]:
    """Caption an odd clip; one that cannot be is another rule's."""
    try:
        (caption,) = trial.caption([clip])
    except BrokenRuleError:
        return
    yield clip.clip_id, caption


def _what_instead(caption: str) -> str | None:
    text = caption.strip()
    return next((what for what, pattern in _LIKE_ERRORS if pattern.fullmatch(text)), None)

"""Rules about what a prepared captioner does; each is tried as a run would try it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from benchmark.artifacts import Artifacts
from benchmark.contract import Clip, Resources
from benchmark.embeddings.files import EmbeddingFile
from benchmark.errors import BenchError, PluginError, describe
from benchmark.files import scratch_folder
from benchmark.stages import timed_call
from benchmark.systems.calling import sample_rate_of
from benchmark.systems.disclosure import read_disclosure
from benchmark.systems.explaining import Explained, can_explain
from benchmark.systems.lending import close_captioner, closing, lent_scratch
from benchmark.testing.chance import (
    FIRST,
    OTHER,
    find_drawn,
    read_chance,
    require_own_chance,
    sow,
    tell_drawn,
)
from benchmark.testing.examples import odd_clips
from benchmark.testing.findings import BrokenRuleError
from benchmark.testing.printed import catch, tell_written
from benchmark.testing.trial import Trial, caption_batch, prepare
from benchmark.testing.wording import says_no_error, says_something, tells_clips_apart

Rule = Callable[[Trial], object]


def first_rules() -> Iterator[tuple[str, Rule]]:
    """Give the rules without which the others mean nothing, with their names."""
    yield "disclosure", discloses
    yield "captions", gives_captions
    yield "repetition", repeats_itself


def rules_for(trial: Trial) -> Iterator[tuple[str, Rule]]:
    """Give the rules that bind a system which says the same of the same clips, with their names."""
    if trial.spec.kind == "system":  # floors may say nothing, or one same thing
        yield "empty", says_something
        yield "constant", tells_clips_apart
    yield "placeholders", says_no_error
    yield "order", keeps_order
    yield "batching", captions_alone_as_together
    yield "profile", says_the_same_when_profiled
    if can_explain(trial.captioner):
        yield "explanations", explains_itself
    for clip in odd_clips(trial.clips[0].sample_rate_hz):
        yield clip.clip_id, partial(Trial.caption, clips=[clip])
    if not trial.spec.needs_audio:
        yield "text-only", runs_without_sounds
    if not trial.spec.needs_waveform and trial.resources.embedding_files:
        yield "embedded", reads_given_embeddings
    yield "output", says_nothing_beside
    yield "chance", leaves_chance_alone
    yield "artifacts", loads_what_it_built
    yield "seed", follows_from_the_seed
    yield "disclosure", discloses


def discloses(trial: Trial) -> None:
    """``trained_on``, ``facts`` and ``sample_rate_hz`` are what the contract asks for."""
    try:
        read_disclosure(trial.captioner)
        sample_rate_of(trial.captioner, trial.spec)
    except PluginError as error:
        raise BrokenRuleError(str(error)) from error


def gives_captions(trial: Trial) -> None:
    """A batch gets one str per clip, and its clips stay as they are."""
    trial.caption(trial.clips)


def keeps_order(trial: Trial) -> None:
    """In another order the clips get the captions they had."""
    clips = trial.clips
    before = trial.caption(clips)
    for order in ([1, 0, *range(2, len(clips))], [*range(1, len(clips)), 0]):
        again = trial.caption([clips[index] for index in order])
        _require_same(
            [clips[index] for index in order],
            [before[index] for index in order],
            again,
            "in another order",
        )


def captions_alone_as_together(trial: Trial) -> None:
    """A clip gets the caption in a batch that it gets alone."""
    alone = [trial.caption([clip])[0] for clip in trial.clips]
    together = trial.caption(trial.clips)
    if sorted(alone) == sorted(together) and alone != together:
        raise BrokenRuleError(
            f"a batch gave {together}; expected the captions that its clips get alone, in the "
            f"order of the clips: {alone}."
        )
    _require_same(trial.clips, alone, together, "in a batch instead of alone")


def repeats_itself(trial: Trial) -> None:
    """The same clips get the same captions again."""
    _require_same(trial.clips, trial.caption(trial.clips), trial.caption(trial.clips), "again")


def says_the_same_when_profiled(trial: Trial) -> None:
    """Timed, with every cache of embeddings off, it says the same."""
    before = trial.caption(trial.clips)
    with timed_call() as spent_s:
        again = trial.caption(trial.clips)
    _require_same(trial.clips, before, again, "with the caches of embeddings off")
    for name in spent_s:
        if not isinstance(name, str) or not name:
            raise BrokenRuleError(f"a stage is named {name!r}; expected a word, such as 'encode'.")


def explains_itself(trial: Trial) -> None:
    """What captions leaned on is as the contract asks, of the clip alone, and changes nothing."""
    clips = trial.clips
    before = trial.caption(clips)
    together = trial.explain(clips)
    _require_same(clips, before, trial.caption(clips), "after explain()")
    alone = [explained for clip in clips for explained in trial.explain([clip])]
    for clip, one, many in zip(clips, alone, together, strict=True):
        if _texts_of(one) != _texts_of(many):
            raise BrokenRuleError(
                f"clip {clip.clip_id!r} leaned on {_texts_of(many)} in a batch; expected "
                f"{_texts_of(one)}, as alone."
            )


def runs_without_sounds(trial: Trial) -> None:
    """What says ``needs_audio=False`` captions clips without a sound, or says why it cannot."""
    nothing = np.zeros(0, np.float32)
    clips = [dataclasses.replace(clip, waveform=nothing) for clip in trial.clips]
    try:
        trial.caption(clips)
    except BrokenRuleError as broken:
        if not isinstance(broken.__cause__, BenchError) or isinstance(
            broken.__cause__, PluginError
        ):
            raise


def reads_given_embeddings(trial: Trial) -> None:
    """What says ``needs_waveform=False`` captions from the files that its resources name."""
    given, nothing = trial.resources, np.zeros(0, np.float32)
    opened = [EmbeddingFile.open(path).contents for path in given.embedding_files]
    batches = [
        contents.clip_ids[:5] for contents in opened if contents.split == given.embedded_split
    ]
    if not batches:
        raise BrokenRuleError(
            f"no file of embedding_files is of embedded_split={given.embedded_split!r}; expected "
            "one in these resources."
        )
    rate_hz = trial.clips[0].sample_rate_hz
    for ids in batches:
        trial.caption([Clip(name, nothing, rate_hz, str(given.embedded_split)) for name in ids])


def loads_what_it_built(trial: Trial) -> None:
    """Prepared from the artifacts that are there, it says what it said when it built them."""
    before = trial.caption(trial.clips)
    captions, _ = _caption_anew(trial, trial.resources)
    _require_same(trial.clips, before, captions, "from kept artifacts")


def says_nothing_beside(trial: Trial) -> None:
    """A call writes nothing to standard error; standard output is watched all the time."""
    trial.caption(trial.clips)  # what is said once is no matter
    with catch("stderr") as written:
        trial.caption(trial.clips)
    if told := tell_written(written, "stderr"):
        raise BrokenRuleError(f"in caption() {told}")


def leaves_chance_alone(trial: Trial) -> None:
    """A call draws from no generator that somebody else has sown."""
    first, other = (_chance_after(trial, seed) for seed in (FIRST, OTHER))
    require_own_chance(first, other, "caption()")


def follows_from_the_seed(trial: Trial) -> None:
    """Prepared anew with the same seed and no artifacts, it says the same, however others sowed."""
    with scratch_folder("bench-plugin") as folder:
        resources = dataclasses.replace(trial.resources, artifacts=Artifacts(folder))
        before = trial.caption(trial.clips)
        sow(OTHER)
        captions, chance = _caption_anew(trial, resources)
    drawn = find_drawn(trial.chance, chance)
    try:
        _require_same(trial.clips, before, captions, "prepared anew with the same seed")
    except BrokenRuleError as broken:
        told = f" {tell_drawn(drawn, 'prepare()')}" if drawn else ""
        raise BrokenRuleError(f"{broken}{told}") from broken.__cause__
    # Whoever makes a network draws from torch's, and then overwrites it with weights.
    if drawn := [name for name in drawn if name != "torch"]:
        raise BrokenRuleError(tell_drawn(drawn, "prepare()"))


def closes(trial: Trial) -> None:
    """Where there is ``close``, it raises nothing and comes back, a second time too."""
    for when in ("", " when it was called again"):
        try:
            close_captioner(trial.captioner)
        except Exception as error:
            raise BrokenRuleError(
                f"close() raised {describe(error)}{when}; expected it to come back. End what is "
                "there, and do nothing where nothing is left."
            ) from error


def _chance_after(trial: Trial, seed: int) -> Mapping[str, bytes]:
    """Tell where generators stand after a call, with this sown before it."""
    sow(seed)
    trial.caption(trial.clips)
    return read_chance()


def _caption_anew(trial: Trial, resources: Resources) -> tuple[list[str], Mapping[str, bytes]]:
    """Caption the clips of the trial with another captioner.

    Returns:
        Its captions, and where the generators of the process stood when it was prepared.
    """
    with lent_scratch(resources) as lent:
        again = prepare(trial.spec, lent, trial.options)
        chance = read_chance()
        with closing(again, trial.spec.name):
            return caption_batch(again, trial.lend(trial.clips)), chance


def _texts_of(explained: Explained) -> dict[str, list[str]]:
    """List what was leaned on by kind; weights may differ in their last digits."""
    return {kind: [piece.text for piece in pieces] for kind, pieces in explained.evidence.items()}


def _require_same(
    clips: Sequence[Clip], before: Sequence[str], now: Sequence[str], when: str
) -> None:
    for clip, old, new in zip(clips, before, now, strict=True):
        if old != new:
            raise BrokenRuleError(
                f"clip {clip.clip_id!r} got {new!r} {when}; expected {old!r}, as before."
            )

"""Which systems can caption a run's clips: members of line-ups that cannot are left out.

A system that somebody named and that cannot is refused: the run would not be the one asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmark.contract import Split
from benchmark.errors import DataError, UsageError, listed
from benchmark.runs.folds import fold_clip_ids
from benchmark.systems.needs import Found, tell_lacks
from benchmark.systems.registry import System
from benchmark.systems.roster import NO_SOUND, Roster, names_of


def seat_for_text(roster: Roster) -> Roster:
    """Seat those that caption without any sound.

    Raises:
        UsageError: one that was named cannot, or nothing is left to run.
    """
    deaf = [system for system in roster.systems if system.spec.needs_audio]
    if named := roster.named(deaf):
        raise UsageError(
            f"--text-only gives no sound, but {listed(named)} cannot caption without it. "
            "Leave these systems out, or drop --text-only."
        )
    return roster.without(deaf, NO_SOUND) if deaf else roster


def seat_for_clips(roster: Roster, split: Split, clip_ids: Sequence[str]) -> Roster:
    """Seat those that can caption the chosen clips.

    Args:
        roster: of those that can do with the request.
        split: with the clips of which only embeddings are here.
        clip_ids: chosen.

    Raises:
        UsageError: one that was named listens to sounds itself, and there are embeddings alone;
            or nothing is left to run.
        DataError: one that was named is scored leave-one-out, and no clip has two references.
    """
    return _seat_paired(_seat_listening(roster, split, clip_ids), split, clip_ids)


def seat_for_needs(
    roster: Roster, look: Callable[[System], Found]
) -> tuple[Roster, dict[str, Found]]:
    """Seat those that can get ready on this machine.

    Args:
        roster: of those that can caption the clips.
        look: looks for what a system needs.

    Returns:
        The roster, and by name of a seated system what was found.

    Raises:
        UsageError: some that were named lack something: says what of each, all at once; or nothing
            is left to run.
    """
    found = {system.name: look(system) for system in roster.systems}
    unable = [system for system in roster.systems if found[system.name].lacks]
    if named := roster.named(unable):
        raise UsageError(
            f"{tell_lacks({name: found[name].lacks for name in named})}\n"
            "Get what they lack, or leave them out."
        )
    for system in unable:
        reason = " ".join(found[system.name].lacks).removesuffix(".")
        roster = roster.without([system], reason)
    return roster, {name: found[name] for name in names_of(roster.systems)}


def _seat_listening(roster: Roster, split: Split, clip_ids: Sequence[str]) -> Roster:
    silent = [clip_id for clip_id in clip_ids if clip_id in split.embedded]
    deaf = [s for s in roster.systems if s.spec.needs_audio and s.spec.needs_waveform]
    if not silent or not deaf:
        return roster
    where = f"{len(silent)} clips of {split.label} have an embedding and no sound"
    if named := roster.named(deaf):
        raise UsageError(
            f"{where} ({listed(silent, 3)}), but {listed(named)} cannot caption without the sound "
            "itself. Leave these systems out, or leave out the files of --embeddings that are of "
            f"{split.label}."
        )
    return roster.without(deaf, where)


def _seat_paired(roster: Roster, split: Split, clip_ids: Sequence[str]) -> Roster:
    lonely = [s for s in roster.systems if not fold_clip_ids(s, split, clip_ids, 0)]
    if not lonely:
        return roster
    where = f"no clip of {split.label} has 2 references"
    if named := roster.named(lonely):
        raise DataError(
            f"{named[0]} holds each reference of a clip against the others, but {where}."
        )
    return roster.without(lonely, where)

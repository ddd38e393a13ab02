"""Which systems can caption a run's clips, and what becomes of those that cannot."""

from __future__ import annotations

import dataclasses

import pytest
from noises import Echo, system_of

from benchmark import Split
from benchmark.errors import DataError, UsageError
from benchmark.runs.eligibility import seat_for_clips, seat_for_needs, seat_for_text
from benchmark.systems.needs import Found
from benchmark.systems.roster import LeftOut, Roster, names_of

REFERENCES = {f"{name}.wav": (f"{name} hums", f"{name} rings") for name in "abcd"}
SPLIT = Split("noises", "test", REFERENCES, frozenset(REFERENCES), lambda clip_id, rate: None)
ALL = tuple(REFERENCES)
EMBEDDED = dataclasses.replace(SPLIT, embedded=frozenset({"b.wav"}))
LONELY = dataclasses.replace(
    SPLIT, references={name: texts[:1] for name, texts in REFERENCES.items()}
)


def named(**spec):
    return Roster((system_of(Echo(), **spec),), {})


def of_lineup(**spec):
    """Seat a member of a line-up beside a system that somebody named and that can do anything."""
    member = dataclasses.replace(system_of(Echo(), **spec), name="member")
    other = system_of(Echo(), needs_audio=False)
    return Roster((member, other), {"member": "paper2020"})


def assert_left_out(roster, reason):
    assert names_of(roster.systems) == ["system"]
    assert roster.left_out == (LeftOut("member", "paper2020", reason),)


def test_text_alone_refuses_who_listens():
    for roster in (named(needs_audio=False), of_lineup(needs_audio=False)):
        assert seat_for_text(roster) == roster
    with pytest.raises(UsageError, match="'system' cannot caption without it"):
        seat_for_text(named())
    assert_left_out(seat_for_text(of_lineup()), "--text-only gives no sound")


def test_who_needs_the_sound_itself_is_refused_where_there_are_embeddings_alone():
    roster = named(needs_waveform=False)
    assert seat_for_clips(roster, EMBEDDED, ALL) == roster
    where = "1 clips of noises:test have an embedding and no sound"
    with pytest.raises(UsageError, match=rf"{where} \('b\.wav'\), but 'system' cannot"):
        seat_for_clips(named(needs_waveform=True), EMBEDDED, ALL)
    assert_left_out(seat_for_clips(of_lineup(needs_waveform=True), EMBEDDED, ALL), where)
    assert seat_for_clips(named(needs_waveform=True), EMBEDDED, ("a.wav",)).systems


def test_whoever_lacks_something_is_told_of_at_once_and_members_of_lineups_are_left_out():
    lacking = Found(("no weights. Fetch them.", "no sound."))
    alone = dataclasses.replace(system_of(Echo()), name="alone")
    other = dataclasses.replace(system_of(Echo()), name="other")
    ready = Found(revisions={"gpt2": "a" * 40})
    found = {"alone": lacking, "other": Found(("no package.",)), "system": ready}
    roster = Roster((alone, system_of(Echo()), other), {})
    with pytest.raises(UsageError) as caught:
        seat_for_needs(roster, lambda system: found[system.name])
    assert str(caught.value).splitlines() == [
        "2 systems lack what is needed here, and nothing was begun:",
        "  alone: no weights. Fetch them.",
        "  alone: no sound.",
        "  other: no package.",
        "Get what they lack, or leave them out.",
    ]
    seated, kept = seat_for_needs(
        of_lineup(), lambda system: lacking if system.name == "member" else ready
    )
    assert_left_out(seated, "no weights. Fetch them. no sound")
    assert kept == {"system": ready}


def test_leave_one_out_needs_two_references_somewhere():
    where = "no clip of noises:test has 2 references"
    with pytest.raises(DataError, match=f"against the others, but {where}"):
        seat_for_clips(named(leave_one_out=True), LONELY, ALL)
    assert_left_out(seat_for_clips(of_lineup(leave_one_out=True), LONELY, ALL), where)
    roster = named(leave_one_out=True)
    assert seat_for_clips(roster, SPLIT, ALL) == roster


def test_a_run_of_nobody_is_refused_with_every_reason():
    lonely = Roster(of_lineup().systems[:1], {"member": "paper2020"})
    told = "nothing is left to run. Left out of paper2020: member: --text-only gives no sound."
    with pytest.raises(UsageError, match=told):
        seat_for_text(lonely)

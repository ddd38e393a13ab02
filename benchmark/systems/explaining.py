"""A captioner asked what its captions leaned on: limited in time, checked, and bounded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmark.contract import Captioner, Clip, Evidence
from benchmark.errors import PluginError, describe, shown, trace_of, why_unwritable
from benchmark.files import JsonObject
from benchmark.stages import synchronise_device
from benchmark.systems.calling import CallTimeoutError, call_plugin

MOST_PIECES = 32
"""Of evidence for one clip, over all kinds; a captioner that gives more is told so."""
MOST_CHARACTERS = 1000
"""Of one text; a longer one is cut there, and says how long it was."""
MOST_OF_A_KIND = 40
"""Characters of a kind's name, which stands in tables."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What one caption leaned on, or why its system did not say.

    Attributes:
        evidence: by kind, none of them empty; nothing where the system had nothing to say.
        error: type and message of what went wrong instead.
        traceback: where it was raised.
    """

    evidence: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)
    error: str | None = None
    traceback: str | None = None

    @staticmethod
    def failed(error: Exception) -> Explained:
        """Note what was raised instead of an explanation."""
        return Explained(error=describe(error), traceback=trace_of(error))

    def spell_evidence(self) -> JsonObject:
        """Spell what was leaned on as JSON, by kind: each text with its weight."""
        return {
            kind: [{"text": piece.text, "weight": piece.weight} for piece in pieces]
            for kind, pieces in self.evidence.items()
        }


class Explainer:
    """Asks one captioner, batch by batch; what goes wrong is noted in place of the evidence.

    After a call that took too long nothing more is asked: it may still be at work, and what is
    asked beside it would slow the captions down.
    """

    def __init__(self, captioner: Captioner, timeout_s: float | None) -> None:
        """Take a captioner that has ``explain``, and the seconds that a call may take."""
        self._captioner = captioner
        self._timeout_s = timeout_s
        self._is_stuck = False

    def ask(self, clips: list[Clip]) -> list[Explained]:
        """Ask about the clips of the captioner's last call; one answer for each."""
        if self._is_stuck:
            return [Explained(error="not asked: a call before took too long")] * len(clips)
        try:
            return self.explain(clips)
        except Exception as error:
            self._is_stuck = isinstance(error, CallTimeoutError)
            return [Explained.failed(error)] * len(clips)

    def explain(self, clips: list[Clip]) -> list[Explained]:
        """Ask once, and check what comes.

        Raises:
            CallTimeoutError: it took longer than it may.
            PluginError: it is not what the contract asks for.
            Exception: whatever else the captioner raises.
        """
        explain: object = getattr(self._captioner, "explain", None)
        if not callable(explain):
            raise PluginError(f"the captioner's explain is {shown(explain)}; expected a method.")

        def call(clips: list[Clip]) -> object:
            given: object = explain(clips)
            synchronise_device()  # what fails there was asked for here
            return given

        given = call_plugin(call, clips, self._timeout_s, name="explain()")
        return check_explanations(given, clips)


def can_explain(captioner: Captioner) -> bool:
    """Tell whether a captioner says what its captions leaned on."""
    return getattr(captioner, "explain", None) is not None


def check_explanations(given: object, clips: Sequence[Clip]) -> list[Explained]:
    """Check what ``explain`` gave against the contract; long texts are cut, empty kinds dropped.

    Raises:
        PluginError: it is no list of one mapping of str to sequences of ``Evidence`` for each
            clip, a weight is no finite number, or a clip has more than ``MOST_PIECES``.
    """
    if not isinstance(given, list | tuple):
        raise PluginError(
            f"explain() returned {type(given).__name__}; expected a list of {len(clips)} mappings."
        )
    if len(given) != len(clips):
        raise PluginError(
            f"explain() returned {len(given)} explanations for {len(clips)} clips "
            f"(first clip {clips[0].clip_id!r}); expected one per clip, in order."
        )
    pairs = zip(given, clips, strict=True)
    return [Explained(_check_one(explanation, clip.clip_id)) for explanation, clip in pairs]


def _check_one(explanation: object, clip_id: str) -> dict[str, tuple[Evidence, ...]]:
    where = f"the explanation for clip {clip_id!r}"
    if not isinstance(explanation, Mapping):
        raise PluginError(
            f"{where} is {_spell(explanation)}; expected a mapping of kinds to Evidence."
        )
    checked: dict[str, tuple[Evidence, ...]] = {}
    for kind, pieces in explanation.items():
        if not _is_kind(kind):
            raise PluginError(
                f"{where} names a kind {_spell(kind)}; expected one line of 1 to {MOST_OF_A_KIND} "
                "characters, such as 'nearest captions'."
            )
        if isinstance(pieces, str) or not isinstance(pieces, Sequence):
            raise PluginError(
                f"{where} has {_spell(pieces)} under {shown(kind)}; expected a sequence of "
                "Evidence."
            )
        if pieces:
            checked[kind] = tuple(_check_piece(piece, f"{where}, {kind!r}") for piece in pieces)
    if (n_pieces := sum(map(len, checked.values()))) > MOST_PIECES:
        raise PluginError(
            f"{where} has {n_pieces:,} pieces of evidence; expected at most {MOST_PIECES}: those "
            "that counted most."
        )
    return checked


def _is_kind(kind: object) -> bool:
    return (
        isinstance(kind, str)
        and 0 < len(kind.strip()) <= len(kind) <= MOST_OF_A_KIND
        and kind.isprintable()
    )


def _check_piece(piece: object, where: str) -> Evidence:
    if not isinstance(piece, Evidence):
        raise PluginError(f"{where} holds {_spell(piece)}; expected Evidence(text, weight).")
    if not isinstance(piece.text, str):
        raise PluginError(f"{where} has the text {_spell(piece.text)}; expected a str.")
    if reason := why_unwritable(piece.text):
        raise PluginError(f"{where} has a text that {reason}; expected text that a file can hold.")
    weight: object = piece.weight
    if weight is None:
        return Evidence(_cut(piece.text))
    is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
    if not is_number or not math.isfinite(weight):  # type: ignore[arg-type]
        raise PluginError(
            f"{where} has the weight {_spell(weight)}; expected a finite float or None. Write "
            "float(...) around a number of numpy or torch."
        )
    return Evidence(_cut(piece.text), float(weight))  # type: ignore[arg-type]


def _cut(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]} … ({len(text):,} characters)"


def _spell(value: object) -> str:
    return f"{shown(value)} ({type(value).__name__})"

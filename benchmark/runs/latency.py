"""How fast a system is, as one record: percentiles with bounds, stages, ratios to fixed work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmark.files import JsonObject
from benchmark.machine.typed_json import read_as
from benchmark.stats.percentiles import Percentile, Percentiles


@dataclass(frozen=True, slots=True)
class StageTime:
    """One stage of many calls; a call that never entered it spent 0 s there.

    Attributes:
        p50_s: median seconds a call; None where fewer than 6 calls were timed.
        share: of the seconds of all calls together; None for what lies outside of calls.
        relative_p50: median ratio of the stage to the fixed work beside its call; see ``Latency``.
    """

    p50_s: float | None
    share: float | None = None
    relative_p50: Percentile | None = None

    def to_json(self) -> dict[str, float | None]:
        return {"p50_s": self.p50_s, "share": self.share, **_relative_keys(self.relative_p50)}


@dataclass(frozen=True, slots=True)
class Latency:
    """How fast a system captions one clip; reading and resampling sounds is outside it.

    Percentiles come with 95 % bounds from order statistics, or not at all: see
    ``stats.percentiles``.

    Attributes:
        n_calls: timed calls of one clip each, warm-up left out.
        seconds: percentiles of a call's seconds.
        rtf: real-time factor, captioning seconds over audio seconds; None without audio.
        prepare_s: seconds to get ready, training included, also where that was done ahead, beside
            other systems; without what the bench imported for several. Caches were on.
        relative_p50: median of a call's seconds over those of the fixed work timed right after
            it (``machine.calibration``); None where none was, or for fewer than 6 calls.
        calibration_p50_s: median seconds of that work: this machine's speed at the time.
        stages: parts of a call, by name.
        reading: what came before the call, by name: decoding and resampling.
        machine: hash of the machine; None for runs of before it was noted.
        void: why the times mean nothing, else None.
    """

    n_calls: int
    seconds: Percentiles
    rtf: float | None
    prepare_s: float
    relative_p50: Percentile | None = None
    calibration_p50_s: float | None = None
    stages: Mapping[str, StageTime] = field(default_factory=dict)
    reading: Mapping[str, StageTime] = field(default_factory=dict)
    machine: str | None = None
    void: str | None = None

    @property
    def shares(self) -> dict[str, float | None]:
        """How much of the calls each stage took."""
        return {name: stage.share for name, stage in self.stages.items()}

    def to_json(self) -> JsonObject:
        """Spell it out, flat: a percentile is three keys, ``p50_s``, ``p50_low_s``, ``p50_high_s``.

        The values are numbers, texts, None, and such records of the stages by name.
        """
        return {
            "n_calls": self.n_calls,
            **self.seconds.to_json(),
            "rtf": self.rtf,
            "prepare_s": self.prepare_s,
            **_relative_keys(self.relative_p50),
            "calibration_p50_s": self.calibration_p50_s,
            "stages": {name: stage.to_json() for name, stage in self.stages.items()},
            "reading": {name: stage.to_json() for name, stage in self.reading.items()},
            "machine": self.machine,
            "void": self.void,
        }

    @staticmethod
    def from_json(record: object, where: object) -> Latency:
        """Read back what ``to_json`` gave, also of before there were bounds, stages or machines.

        Args:
            record: as ``json.loads`` gives it.
            where: names the file in messages.

        Raises:
            RunError: a key is missing or has another type.
        """
        return read_as(_FlatLatency, record, where).gather()


@dataclass(frozen=True, slots=True)
class _FlatStage:
    """A ``StageTime`` as JSON has it; what older files lack has a default."""

    p50_s: float | None
    share: float | None = None
    relative_p50: float | None = None
    relative_p50_low: float | None = None
    relative_p50_high: float | None = None

    def gather(self) -> StageTime:
        ratio = (self.relative_p50, self.relative_p50_low, self.relative_p50_high)
        return StageTime(self.p50_s, self.share, Percentile.from_parts(*ratio))


@dataclass(frozen=True, slots=True)
class _FlatLatency:
    """A ``Latency`` as JSON has it; what older files lack has a default."""

    n_calls: int
    p50_s: float | None
    p90_s: float | None
    rtf: float | None
    prepare_s: float
    void: str | None
    p50_low_s: float | None = None
    p50_high_s: float | None = None
    p90_low_s: float | None = None
    p90_high_s: float | None = None
    p99_s: float | None = None
    p99_low_s: float | None = None
    p99_high_s: float | None = None
    relative_p50: float | None = None
    relative_p50_low: float | None = None
    relative_p50_high: float | None = None
    calibration_p50_s: float | None = None
    stages: Mapping[str, _FlatStage] = field(default_factory=dict)
    reading: Mapping[str, _FlatStage] = field(default_factory=dict)
    machine: str | None = None

    def gather(self) -> Latency:
        ratio = (self.relative_p50, self.relative_p50_low, self.relative_p50_high)
        return Latency(
            n_calls=self.n_calls,
            seconds=Percentiles(
                Percentile.from_parts(self.p50_s, self.p50_low_s, self.p50_high_s),
                Percentile.from_parts(self.p90_s, self.p90_low_s, self.p90_high_s),
                Percentile.from_parts(self.p99_s, self.p99_low_s, self.p99_high_s),
            ),
            rtf=self.rtf,
            prepare_s=self.prepare_s,
            relative_p50=Percentile.from_parts(*ratio),
            calibration_p50_s=self.calibration_p50_s,
            stages={name: stage.gather() for name, stage in self.stages.items()},
            reading={name: stage.gather() for name, stage in self.reading.items()},
            machine=self.machine,
            void=self.void,
        )


def _relative_keys(ratio: Percentile | None) -> dict[str, float | None]:
    value, low, high = ratio.parts if ratio else (None, None, None)
    return {"relative_p50": value, "relative_p50_low": low, "relative_p50_high": high}

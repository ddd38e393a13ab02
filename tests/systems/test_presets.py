"""Settings are written once; options say what is otherwise, and the preset says the rest."""

from __future__ import annotations

import inspect
from dataclasses import FrozenInstanceError, dataclass, fields
from typing import Literal

import pytest

from benchmark import SystemSpec, UsageError
from benchmark.plugins.names import build_options, canonical_name, describe_type, option_types
from benchmark.systems.presets import Presets, require_ranges


@dataclass(frozen=True, slots=True)
class Settings:
    """Options of a toy; none: as the preset says.

    Attributes:
        width: of the network.
        n_heads: that share the width.
        schedule: of the rate.
        words: what it knows, comma-separated.
    """

    width: int = 64
    n_heads: int = 4
    schedule: Literal["steps", "cosine"] = "steps"
    words: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        require_ranges(
            self,
            {
                "n_heads": (self.n_heads >= 1, "at least 1"),
                "width": (self.width % max(1, self.n_heads) == 0, f"a multiple of {self.n_heads}"),
            },
        )


PRESETS = Presets(
    {"paper": Settings(), "small": Settings(width=10, n_heads=2)}, {"soundscapes": "small"}
)
Options = PRESETS.options_type(
    "Options",
    """as published, or small. None: ``small``
    for soundscapes.""",
    {"words": lambda text: ",".join(sorted(text.split(","))) if text else None},
)
SPEC = SystemSpec("toy", "a toy", lambda *_: None, Options)


def test_there_is_an_option_for_the_preset_and_one_for_each_setting_and_all_are_none():
    assert [field.name for field in fields(Options)] == [
        "preset", *(field.name for field in fields(Settings)),
    ]  # fmt: skip
    assert {field.default for field in fields(Options)} == {None}
    assert Options() == Options()
    with pytest.raises(FrozenInstanceError):
        Options().width = 3


def test_options_have_the_types_of_the_settings_or_none():
    types = {key: describe_type(hint) for key, hint in option_types(SPEC).items()}
    assert types == {
        "preset": "paper | small or none",
        "width": "int or none",
        "n_heads": "int or none",
        "schedule": "steps | cosine or none",
        "words": "str or none",
    }


def test_the_settings_document_the_options_and_the_preset_comes_first():
    assert inspect.getdoc(Options).splitlines() == [
        "Options of a toy; none: as the preset says.",
        "",
        "Attributes:",
        "    preset: as published, or small. None: ``small``",
        "        for soundscapes.",
        "    width: of the network.",
        "    n_heads: that share the width.",
        "    schedule: of the rate.",
        "    words: what it knows, comma-separated.",
    ]


def test_the_data_set_chooses_where_no_preset_is_named():
    assert PRESETS.resolve(Options(), "clotho") == ("paper", PRESETS["paper"])
    assert PRESETS.resolve(Options(), "soundscapes") == ("small", PRESETS["small"])
    assert PRESETS.resolve(Options(preset="paper"), "soundscapes").preset == "paper"


def test_an_option_overrides_the_preset_and_leaves_the_rest():
    assert PRESETS.resolve(Options(width=20), "soundscapes").settings == Settings(20, 2)


def test_an_option_is_refused_at_once_only_if_no_preset_could_hold_it():
    options = Options(n_heads=5)  # 10 is a multiple of it, 64 is not
    assert PRESETS.resolve(options, "soundscapes").settings.n_heads == 5
    with pytest.raises(UsageError, match="preset=paper, which fits clotho: width=64; expected"):
        PRESETS.resolve(options, "clotho")
    with pytest.raises(ValueError, match="width=64; expected a multiple of 5"):
        Options(preset="paper", n_heads=5)
    with pytest.raises(UsageError, match="toy: n_heads=0; expected at least 1"):
        build_options(SPEC, {"n_heads": "0"})


def test_an_option_that_is_spelled_in_two_ways_has_one_name():
    assert canonical_name(SPEC, Options(words="b,a")) == canonical_name(SPEC, Options(words="a,b"))
    assert canonical_name(SPEC, Options(words="")) == "toy"

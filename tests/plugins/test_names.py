"""System names with typed options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark import SystemSpec
from benchmark.errors import PluginError, UnknownNameError, UsageError
from benchmark.plugins.names import (
    build_options,
    canonical_name,
    describe_type,
    option_types,
    parse_name,
    split_names,
)


@dataclass(frozen=True)
class Options:
    temperature: float = 0.01
    beam: int = 1
    preset: Literal["paper", "code"] = "paper"
    norm: bool = True
    folder: str = ""
    sigma: float | None = None


SPEC = SystemSpec("wsac-pd", "a system", lambda resources, options: None, Options)


def configure(text: str) -> Options:
    return build_options(SPEC, parse_name(text).options)


def test_commas_within_brackets_do_not_split_a_list_of_systems():
    assert split_names("wsac-pd[beam=2,norm=false], constant,,human") == [
        "wsac-pd[beam=2,norm=false]",
        "constant",
        "human",
    ]


@pytest.mark.parametrize("text", ["a[b=1", "a]b", "a[[b=1]]", "a[b=1],c["])
def test_unbalanced_brackets_are_refused(text):
    with pytest.raises(UsageError, match="unbalanced brackets"):
        split_names(text)


def test_option_texts_become_the_declared_types():
    options = configure('wsac-pd[temperature=0.02,beam=4,preset=code,norm=false,folder="a, b"]')
    assert options == Options(0.02, 4, "code", False, "a, b")
    assert configure("wsac-pd[sigma=0.5]").sigma == 0.5
    assert configure("wsac-pd[sigma=none]").sigma is None


def test_equal_configurations_have_equal_names():
    name = canonical_name(SPEC, configure("wsac-pd[beam=4,temperature=2e-2]"))
    assert name == "wsac-pd[temperature=0.02,beam=4]"
    assert canonical_name(SPEC, configure("wsac-pd[beam=1,temperature=0.01]")) == "wsac-pd"


def test_an_unknown_option_names_the_near_one_and_lists_all():
    with pytest.raises(UnknownNameError, match=r"Did you mean 'temperature'\?.*beam, folder"):
        configure("wsac-pd[temprature=1]")


@pytest.mark.parametrize("text", ["beam=two", "beam=1.5", "preset=both", "norm=1", "sigma=much"])
def test_a_value_of_another_type_says_what_was_expected(text):
    key = text.partition("=")[0]
    with pytest.raises(UsageError, match=f"option {key}=.*expected"):
        configure(f"wsac-pd[{text}]")


def test_an_option_given_twice_is_refused():
    with pytest.raises(UsageError, match="'beam' is given twice"):
        configure("wsac-pd[beam=1,beam=2]")


@pytest.mark.parametrize("text", ["a[b]", "a[=1]", "a[b=1;c]x", 'a[b="open]', "a[b=1 c=2,]x"])
def test_unreadable_options_are_refused(text):
    with pytest.raises(UsageError):
        parse_name(text)


def test_a_system_without_options_accepts_none():
    spec = SystemSpec("plain", "a system", lambda resources, options: None)
    assert build_options(spec, {}) is None
    with pytest.raises(UnknownNameError, match="no option of plain named 'beam'"):
        build_options(spec, {"beam": "1"})


def test_an_option_without_a_default_is_the_plugins_fault():
    @dataclass(frozen=True)
    class Bare:
        beam: int

    spec = SystemSpec("bare", "a system", lambda resources, options: None, Bare)
    with pytest.raises(PluginError, match="option 'beam' has no default"):
        option_types(spec)


def test_types_are_spelled_for_people():
    assert [describe_type(hint) for hint in option_types(SPEC).values()] == [
        "float",
        "int",
        "paper | code",
        "bool",
        "str",
        "float or none",
    ]


@given(
    st.floats(allow_nan=False),
    st.integers(-(2**62), 2**62),
    st.sampled_from(["paper", "code"]),
    st.booleans(),
    st.text(),
)
def test_every_configuration_is_read_back_from_its_name(temperature, beam, preset, norm, folder):
    options = Options(temperature, beam, preset, norm, folder)
    name = canonical_name(SPEC, options)
    assert split_names(f"constant,{name}") == ["constant", name]
    assert configure(name) == options


def test_half_a_surrogate_pair_is_no_option():
    for text in ('dcase[folder="\\ud800"]', "dcase[folder=\udcff]"):
        with pytest.raises(UsageError, match=r"option folder holds half a surrogate pair"):
            configure(text)


def test_what_moves_a_cursor_is_escaped_in_a_name():
    name = canonical_name(SPEC, Options(folder="a\x07\x7f\u202eb"))
    assert name.isprintable()
    assert configure(name).folder == "a\x07\x7f\u202eb"


def test_options_that_raise_anything_else_are_the_plugins_fault():
    @dataclass(frozen=True)
    class Odd:
        beam: int = 1

        def __post_init__(self):
            1 / (self.beam - 2)

    spec = SystemSpec("odd", "a system", lambda resources, options: None, Odd)
    with pytest.raises(PluginError, match="its options raise ZeroDivisionError"):
        build_options(spec, {"beam": "2"})


@pytest.mark.parametrize("text", ["9" * 20, "-" + "9" * 20, "1" + "0" * 5_000, str(1 << 63)])
def test_a_number_that_no_counter_holds_is_refused(text):
    spec = SystemSpec("toy", "toy", lambda resources, options: None, options=Options)
    with pytest.raises(UsageError, match="expected int, a whole number of at most 63 bits") as told:
        build_options(spec, {"beam": text})
    assert len(str(told.value)) < 300
    assert build_options(spec, {"beam": str((1 << 63) - 1)}).beam == (1 << 63) - 1

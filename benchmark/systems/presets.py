"""Presets: named settings of a system, and options that say only what is otherwise.

A plugin writes its settings once, as a frozen dataclass that is always complete, and names a few
of them. What users may choose follows from that: an option for each setting, which is None where
the preset decides.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields, make_dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, NamedTuple, Protocol, TypeVar

from benchmark.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Settings = TypeVar("Settings", bound="DataclassInstance")
Spelling = Callable[[Any], Any]
_PRESETS = "__presets__"
_NO_SPELLINGS: Mapping[str, Spelling] = MappingProxyType({})


class PresetOptions(Protocol):
    """What a user chose: the preset, and each setting that is to be otherwise; the rest is None."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def preset(self) -> str | None: ...


class Resolved(NamedTuple, Generic[Settings]):
    """The preset that counts, and every setting decided."""

    preset: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class Presets(Generic[Settings]):
    """The settings that have a name.

    Attributes:
        by_name: complete settings, a frozen dataclass whose ``__post_init__`` raises
            ``ValueError`` for what cannot be meant. The first are for any data set.
        by_dataset: the name of those that fit a data set better, by the data set trained on
            (``{"soundscapes": "mini"}``).
    """

    by_name: Mapping[str, Settings]
    by_dataset: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Settings:
        return self.by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def choose(self, options: PresetOptions, dataset: str) -> str:
        """Return the preset that is named, or else the one that fits the data set."""
        return options.preset or self.by_dataset.get(dataset, next(iter(self.by_name)))

    def resolve(self, options: PresetOptions, dataset: str = "") -> Resolved[Settings]:
        """Decide every setting.

        Args:
            options: of ``options_type``.
            dataset: that is trained on, without the split; of no account where the options name a
                preset.

        Raises:
            UsageError: an option does not go with the preset's other settings.
        """
        name = self.choose(options, dataset)
        try:
            return Resolved(name, _override(self.by_name[name], options))
        except ValueError as error:
            reason = "" if options.preset else f", which fits {dataset}"
            raise UsageError(f"with preset={name}{reason}: {error}") from error

    def options_type(
        self, name: str, meaning: str, spellings: Mapping[str, Spelling] = _NO_SPELLINGS
    ) -> type[Any]:
        """Make the type of options for ``SystemSpec.options``: a setting each, and the preset.

        It raises ``ValueError`` for options that go with no preset that may count: without a
        named one the data set decides, which is not known yet.

        Args:
            name: of the type.
            meaning: of the option ``preset``; the others are documented by the settings.
            spellings: for options that can be written in several ways, by name: value to its one
                spelling, or to None where it says nothing.
        """
        settings_type = type(next(iter(self.by_name.values())))
        hints = typing.get_type_hints(settings_type)

        def refuse_what_no_preset_holds(options: PresetOptions) -> None:
            self._require_meaning(options)
            for key, spell in spellings.items():
                if (value := getattr(options, key)) is not None:
                    object.__setattr__(options, key, spell(value))

        return make_dataclass(
            name,
            [
                ("preset", Literal[tuple(self.by_name)] | None, None),
                *((each.name, hints[each.name] | None, None) for each in fields(settings_type)),
            ],
            namespace={
                "__doc__": _document(settings_type, meaning),
                "__module__": settings_type.__module__,
                "__post_init__": refuse_what_no_preset_holds,
                _PRESETS: self,
            },
            frozen=True,
            slots=True,
        )

    def _require_meaning(self, options: PresetOptions) -> None:
        faults = []
        for name in self.by_name if options.preset is None else (options.preset,):
            try:
                _override(self.by_name[name], options)
                return
            except ValueError as fault:
                faults.append(fault)
        raise faults[0]


def presets_of(options_type: type[Any]) -> Presets[Any] | None:
    """Return the presets that a type of options was made from; None where it was made otherwise."""
    presets = getattr(options_type, _PRESETS, None)
    return presets if isinstance(presets, Presets) else None


def require_ranges(settings: object, ranges: Mapping[str, tuple[bool, str]]) -> None:
    """Refuse values that cannot be meant.

    Args:
        settings: the values.
        ranges: by name whether the value is within its range, and that range in words.

    Raises:
        ValueError: one is not.
    """
    for name, (is_within, expected) in ranges.items():
        if not is_within:
            raise ValueError(f"{name}={getattr(settings, name)}; expected {expected}.")


def _override(settings: Settings, options: PresetOptions) -> Settings:
    chosen = {each.name: getattr(options, each.name) for each in fields(settings)}
    return replace(settings, **{name: value for name, value in chosen.items() if value is not None})


def _document(settings_type: type[Any], meaning: str) -> str:
    text = inspect.getdoc(settings_type) or "Attributes:\n"
    lines = inspect.cleandoc(f"preset: {meaning}").replace("\n", "\n        ")
    return text.replace("Attributes:\n", f"Attributes:\n    {lines}\n", 1)

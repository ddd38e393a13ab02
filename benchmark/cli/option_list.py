"""The options of systems and encoders, as commands list them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, get_args

from benchmark.display.tables import NO_VALUE, Column, Table
from benchmark.display.view import Tone
from benchmark.plugins.names import Optioned, describe_type, option_types, spell_value
from benchmark.systems.option_texts import OptionText, read_option_texts
from benchmark.systems.presets import Presets, presets_of


class ListedOption(NamedTuple):
    """One option of a system or an encoder.

    Attributes:
        owner: what has it.
        name: of the option.
        type: in words.
        default: as it is typed; None where the preset decides.
        by_preset: its value under each preset, where there are some.
        text: what is said of it.
    """

    owner: str
    name: str
    type: str
    default: str | None
    by_preset: Mapping[str, str]
    text: OptionText

    def value(self, preset: str) -> str:
        return self.by_preset.get(preset, NO_VALUE)


def list_options(spec: Optioned) -> Iterator[ListedOption]:
    """List the options of what has a name and options, in the order of their declaration."""
    if spec.options is None:
        return
    defaults, presets = spec.options(), presets_of(spec.options)
    texts = read_option_texts(spec.options).by_name
    for name, hint in option_types(spec).items():
        yield ListedOption(
            spec.name,
            name,
            describe_type(hint),
            None if presets else spell_value(getattr(defaults, name)),
            _spell_presets(presets, name),
            _with_choices(texts.get(name, OptionText("")), hint),
        )


def _spell_presets(presets: Presets[Any] | None, option: str) -> dict[str, str]:
    """Spell what an option is under each preset; the choice of the preset itself is under none."""
    settings = {} if presets is None else presets.by_name
    return {
        preset: spell_value(getattr(of_preset, option))
        for preset, of_preset in settings.items()
        if hasattr(of_preset, option)
    }


def _with_choices(text: OptionText, hint: Any) -> OptionText:
    """Add to what is said of an option the choices that it passes over."""
    parts = [hint, *get_args(hint)]
    choices = [c for part in parts for c in get_args(part) if isinstance(c, str)]
    if all(choice in text.meaning for choice in choices):
        return text
    told = f"{text.meaning} ({', '.join(dict.fromkeys(choices))})".strip()
    return dataclasses.replace(text, meaning=told)


def options_table(options: Iterable[ListedOption], owner: str) -> Table[ListedOption]:
    """Lay options out for pages and programs; ``owner`` says what has them."""
    rows = list(options)
    return Table(
        columns=[
            Column(owner, lambda option: option.owner),
            Column("option", lambda option: option.name),
            Column("topic", lambda option: option.text.topic or NO_VALUE),
            Column("type", lambda option: option.type),
            Column("default", lambda option: option.default or NO_VALUE),
            *_preset_columns(rows),
            Column("unit", lambda option: option.text.unit or NO_VALUE),
            Column("what it does", lambda option: option.text.meaning or NO_VALUE),
        ],
        rows=rows,
        title="Options:",
        name="options",
    )


_UNIT: Column[ListedOption] = Column("unit", lambda option: option.text.unit, order=1)


def list_for_terminal(options: Sequence[ListedOption], title: str = "") -> Table[ListedOption]:
    """Lay the options of one system or encoder out for a terminal, by topic."""
    topics = list(dict.fromkeys(option.text.topic for option in options))
    return Table(
        columns=[
            Column("option", lambda option: option.name, order=0, flex="none"),
            Column("default", lambda option: option.default or NO_VALUE, order=0, flex="wrap"),
            *_preset_columns(options),
            *([_UNIT] if any(option.text.unit for option in options) else []),
            Column("what it does", lambda option: option.text.meaning, order=0, flex="below"),
        ],
        rows=sorted(options, key=lambda option: topics.index(option.text.topic)),
        title=title,
        topic=(lambda option: option.text.topic) if topics != [""] else None,
    )


def _preset_columns(options: Sequence[ListedOption]) -> Iterator[Column[ListedOption]]:
    """Give each preset a column; what differs from the first preset stands out."""
    presets = list(dict.fromkeys(preset for option in options for preset in option.by_preset))

    def column(preset: str) -> Column[ListedOption]:
        def tone(option: ListedOption) -> Tone:
            return "plain" if option.value(preset) == option.value(presets[0]) else "strong"

        return Column(preset, lambda option: option.value(preset), "left", order=0, tone=tone)

    yield from map(column, presets)

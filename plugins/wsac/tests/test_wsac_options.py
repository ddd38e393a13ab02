"""Presets: where the paper (arXiv 2309.12242) and the authors' code disagree, each has its side."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict, fields, replace

import pytest
from bench_wsac import bench_systems
from bench_wsac.options import (
    CODE,
    MINI,
    PAPER,
    PRESETS,
    WEIGHT_SETTINGS,
    Settings,
    WsacOptions,
)

from benchmark import UsageError
from benchmark.systems import build_options, canonical_name, parse_name

SPECS = {spec.name: spec for spec in bench_systems()}

# What differs, the paper's value, the code's.
DIFFERENCES = [
    ("mapping", "mlp", "linear"),
    ("learning_rate", 2e-5, 1e-5),
    ("warmup_epochs", 5, 0),
    ("warmup_steps", 0, 100),
    ("schedule", "steps", "linear"),
    ("weight_decay", 0.0, 0.02),
    ("renormalised", False, True),
    ("shift_noise_std", 0.0, pytest.approx(0.001**0.5, rel=1e-3)),
    ("noise_std", "published", pytest.approx(0.001**0.5, rel=1e-3)),
    ("projection_renormalised", False, True),
    ("start_is_target", False, True),
    ("vocabulary", "tokenizer", "gpt2"),
]
AGREED = {
    "encoder": "ase", "drops_after_warmup": False, "noise_source": "auto",
    "n_layers": 4, "n_heads": 4, "width": 768, "dropout": 0.1, "batch_size": 64, "epochs": 30,
    "temperature": 0.01, "is_mapped": True, "memory_tail_dropped": False, "shift": "training",
    "beam_size": 1, "repetition_penalty": 1.0, "no_repeat_ngram": 0, "patience": 0,
    "gap_source": "auto", "gap_clips": 20_000, "noise_clips": 50,
}  # fmt: skip
# For each option a value that no preset has.
OTHER_VALUES = {
    "encoder": "toy", "mapping": None, "n_layers": 3, "n_heads": 8, "width": 64, "dropout": 0.3,
    "vocabulary": None, "max_tokens": 33, "start_is_target": None, "learning_rate": 0.5,
    "warmup_epochs": 2, "warmup_steps": 7, "schedule": "constant",
    "drops_after_warmup": True, "weight_decay": 0.5,
    "epochs": 77, "patience": 9, "batch_size": 5, "clip_norm": 3.0, "best_by": None,
    "validation_share": 0.25,
    "amp": None, "noise_std": "estimated", "noise_clips": 3, "noise_source": "train",
    "shift": "decoding", "shift_noise_std": 0.7,
    "gap_clips": 8, "gap_source": "clotho:validation", "renormalised": None, "temperature": 0.9,
    "projection_renormalised": None, "is_mapped": False, "memory_tail_dropped": True,
    "max_length": 17, "beam_size": 3, "length_penalty": 0.4, "repetition_penalty": 1.2,
    "no_repeat_ngram": 3,
}  # fmt: skip


def resolve(dataset="clotho", **options):
    return PRESETS.resolve(WsacOptions(**options), dataset).settings


@pytest.mark.parametrize(("option", "paper", "code"), DIFFERENCES)
def test_each_preset_keeps_to_its_side_where_paper_and_code_disagree(option, paper, code):
    assert getattr(resolve(preset="paper"), option) == paper
    assert getattr(resolve(preset="code"), option) == code


@pytest.mark.parametrize(("option", "value"), AGREED.items())
def test_both_presets_hold_what_paper_and_code_agree_on(option, value):
    assert (getattr(PAPER, option), getattr(CODE, option)) == (value, value)


def test_the_code_preset_cuts_and_stops_where_the_code_does():
    assert (CODE.max_tokens, CODE.max_length) == (22, 30)
    assert (CODE.clip_norm, CODE.best_by) == (0.0, "last")


def test_every_setting_is_an_option_and_every_option_but_the_preset_is_a_setting():
    settings = [field.name for field in fields(Settings)]
    assert [field.name for field in fields(WsacOptions)] == ["preset", *settings]
    assert set(WEIGHT_SETTINGS) < set(settings)
    assert len(set(WEIGHT_SETTINGS)) == len(WEIGHT_SETTINGS)


@pytest.mark.parametrize("preset", list(PRESETS))
@pytest.mark.parametrize("option", [field.name for field in fields(Settings)])
def test_an_explicit_option_overrides_the_preset_and_nothing_else(preset, option):
    before = asdict(PRESETS[preset])
    flipped = {
        "mapping": ("mlp", "linear"),
        "vocabulary": ("used", "gpt2"),
        "best_by": ("loss", "last"),
    }
    value = OTHER_VALUES[option]
    if value is None:
        one, other = flipped.get(option, (True, False))
        value = other if before[option] == one else one
    assert value != before[option]
    if option == "noise_source" and isinstance(before["noise_std"], float):
        with pytest.raises(ValueError, match=r"noise_source=train.*expected one of the two"):
            WsacOptions(preset=preset, noise_source=value)
        return
    resolved = resolve(preset=preset, **{option: value})
    assert asdict(resolved) == {**before, option: value}


def test_without_a_preset_the_data_set_decides():
    assert resolve("soundscapes") == MINI
    assert resolve("clotho") == PAPER
    assert resolve("folder:somewhere") == PAPER
    assert PRESETS.resolve(WsacOptions(preset="code"), "soundscapes") == ("code", CODE)


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("temperature", "0"), ("temperature", "-1"), ("temperature", "nan"),
        ("temperature", "1e-50"), ("n_layers", "0"), ("n_heads", "0"), ("n_heads", "7"),
        ("width", "0"), ("dropout", "1"), ("max_tokens", "1"), ("max_tokens", "513"),
        ("learning_rate", "0"), ("learning_rate", "inf"), ("warmup_epochs", "-1"),
        ("warmup_steps", "-1"), ("weight_decay", "nan"), ("epochs", "0"), ("patience", "-1"),
        ("batch_size", "0"), ("clip_norm", "-1"), ("validation_share", "0.6"),
        ("noise_std", "-0.1"), ("noise_clips", "0"), ("shift_noise_std", "nan"),
        ("gap_clips", "0"), ("max_length", "0"), ("beam_size", "0"), ("beam_size", "65"),
        ("length_penalty", "nan"), ("repetition_penalty", "0"), ("no_repeat_ngram", "-1"),
    ],
)  # fmt: skip
def test_a_value_out_of_range_is_refused_with_its_name_and_the_range(option, text):
    with pytest.raises(UsageError, match=rf"wsac-pd: {option}=.*; expected|; expected .*{option}="):
        build_options(SPECS["wsac-pd"], {option: text})


@pytest.mark.parametrize(
    ("option", "text", "expected"),
    [
        ("mapping", "rnn", "mlp | linear"), ("schedule", "wavy", "steps | linear"),
        ("preset", "paper2", "paper | code | mini"), ("vocabulary", "bert", "used | tokenizer"),
        ("noise_std", "guessed", "float or published | estimated"), ("is_mapped", "yes", "bool"),
    ],
)  # fmt: skip
def test_a_word_that_is_no_choice_is_refused_with_the_choices(option, text, expected):
    with pytest.raises(UsageError) as caught:
        build_options(SPECS["wsac"], {option: text})
    assert expected in str(caught.value)


def test_an_option_is_refused_only_if_no_preset_could_hold_it():
    assert resolve(n_heads=12) == replace(PAPER, n_heads=12)  # 768 is a multiple of it, 128 is not
    with pytest.raises(UsageError, match="with preset=mini, which fits soundscapes: width=128"):
        resolve("soundscapes", n_heads=12)
    with pytest.raises(ValueError, match="width=128"):
        WsacOptions(preset="mini", n_heads=12)


@pytest.mark.parametrize(
    "name",
    [
        "wsac",
        "wsac-ni[noise_std=estimated]",
        'wsac-ni[noise_source="clotho:development"]',
        "wsac-ni[preset=code,noise_std=0.05]",
        'wsac-es[gap_source="clotho:evaluation"]',
        'wsac-pd[encoder="clap[model=laion/larger_clap_general]",temperature=0.02]',
    ],
)
def test_a_name_with_options_reads_back_as_it_was_written(name):
    parsed = parse_name(name)
    spec = SPECS[parsed.name]
    spelled = canonical_name(spec, build_options(spec, parsed.options))
    assert parse_name(spelled) == parsed


def test_five_systems_are_declared_and_nothing_heavy_is_imported():
    assert sorted(SPECS) == ["wsac", "wsac-es", "wsac-ni", "wsac-nnd", "wsac-pd"]
    assert all(spec.needs_train and spec.options is WsacOptions for spec in SPECS.values())
    code = (
        "import sys, bench_wsac as plugin; list(plugin.bench_systems()); "
        "heavy = {'torch', 'transformers', 'tokenizers', 'safetensors'}; "
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

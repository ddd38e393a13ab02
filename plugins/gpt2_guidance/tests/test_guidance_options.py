"""What may be chosen; where nothing is, the preset decides."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import asdict, fields

import pytest
from bench_gpt2_guidance import bench_systems
from bench_gpt2_guidance.guidance_options import (
    GUIDANCE_PAPER,
    GUIDANCE_PRESETS,
    WEIGHT_SETTINGS,
    GuidanceOptions,
    GuidanceSettings,
    resolve_retrieval,
)
from bench_gpt2_guidance.prompt_options import (
    PROMPT_PRESETS,
    PromptOptions,
    PromptSettings,
)
from bench_gpt2_guidance.triplet_options import (
    TRIPLET_PAPER,
    TRIPLET_PRESETS,
    TripletOptions,
    TripletSettings,
)

from benchmark import UsageError
from benchmark.systems import build_options, canonical_name, parse_name

SPECS = {spec.name: spec for spec in bench_systems()}
TABLES = [
    (TripletOptions, TripletSettings, TRIPLET_PRESETS),
    (GuidanceOptions, GuidanceSettings, GUIDANCE_PRESETS),
    (PromptOptions, PromptSettings, PROMPT_PRESETS),
]
PAPER = {
    "backbone": "gpt2", "encoder": "vggish", "k_guidance": 5, "max_guidance_tokens": 256,
    "separator": " ", "ending": ".", "n_heads": 12, "n_audio_heads": 6, "audio_width": 60,
    "sublayers": "plain", "dropout": 0.3, "label_smoothing": 0.1, "learning_rate": 1e-4,
    "min_learning_rate": 1e-6, "period_epochs": 20, "schedule": "restarts", "epochs": 200,
    "batch_size": 512, "beam_size": 4, "length_penalty": 1.0, "max_length": 30,
    "exclude_duplicates": True, "guidance_unit": "caption", "initial_std": 0.02,
    "head_start": "gpt2",
}  # fmt: skip


def read(text):
    parsed = parse_name(text)
    return build_options(SPECS[parsed.name], parsed.options)


def spell(text):
    return canonical_name(SPECS[parse_name(text).name], read(text))


@pytest.mark.parametrize(("options", "settings", "presets"), TABLES)
def test_options_and_settings_are_the_same_and_no_option_has_a_value_by_itself(
    options, settings, presets
):
    names = [field.name for field in fields(settings)]
    assert [field.name for field in fields(options)] == ["preset", *names]
    assert set(asdict(options()).values()) == {None}
    told = re.findall(r"(?m)^ +(\w+)(?: \([^()]*\))?:", options.__doc__)
    assert ["preset", *names] == [name for name in told if name in {"preset", *names}]
    assert all(type(presets[name]) is settings for name in presets)


def test_the_paper_preset_holds_the_papers_numbers():
    assert {name: getattr(GUIDANCE_PAPER, name) for name in PAPER} == PAPER
    assert (TRIPLET_PAPER.threshold, TRIPLET_PAPER.margin, TRIPLET_PAPER.batch_size) == (
        0.7, 0.3, 128,
    )  # fmt: skip


def test_the_embedded_data_set_gets_mini_and_any_other_paper():
    for options, _, presets in TABLES:
        assert presets.resolve(options(), "soundscapes").preset == "mini"
        assert presets.resolve(options(), "clotho").preset == "paper"
        assert presets.resolve(options(preset="paper"), "soundscapes").preset == "paper"


@pytest.mark.parametrize(("options", "settings", "presets"), TABLES)
def test_an_option_overrides_the_preset_and_leaves_the_rest(options, settings, presets):
    for name in presets:
        preset = presets[name]
        assert presets.resolve(options(preset=name)) == (name, preset)
        chosen = presets.resolve(options(preset=name, encoder="ears")).settings
        differing = {
            field.name
            for field in fields(settings)
            if getattr(chosen, field.name) != getattr(preset, field.name)
        }
        assert differing == {"encoder"}


@pytest.mark.parametrize(
    "text",
    [
        "gpt2-guid[k_guidance=0]",
        "gpt2-guid[audio_width=61]",
        "gpt2-guid[dropout=1]",
        "gpt2-guid[learning_rate=nan]",
        "gpt2-guid[min_learning_rate=0.5]",
        "gpt2-guid[beam_size=0]",
        "gpt2-guid[max_guidance_tokens=1]",
        "gpt2-guid-gt[validation_share=0.6]",
        "gpt2-prompt[k_guidance=0]",
        "gpt2-prompt[max_length=0]",
        "triplet-retrieval[patience=-1]",
        "triplet-retrieval[preset=mini,batch_size=1]",
    ],
)
def test_a_value_out_of_its_range_is_named(text):
    name = text.split("[")[1].removeprefix("preset=mini,").split("=")[0]
    with pytest.raises(UsageError, match=f"{name}=.*; expected "):
        read(text)


def test_what_fits_only_one_preset_is_refused_with_the_other():
    options = GuidanceOptions(min_learning_rate=1e-3)  # mini's highest rate is above it
    assert GUIDANCE_PRESETS.resolve(options, "soundscapes").settings.min_learning_rate == 1e-3
    with pytest.raises(UsageError, match="with preset=paper, which fits clotho: min_learning_rate"):
        GUIDANCE_PRESETS.resolve(options, "clotho")


def test_options_of_retrieval_are_read_from_a_text_within():
    options = read('gpt2-guid[retrieval="epochs=20,threshold=0.6",encoder="vggish[seed=3]"]')
    settings = GUIDANCE_PRESETS.resolve(options, "clotho").settings
    chosen = resolve_retrieval(settings, "paper")
    assert (chosen.epochs, chosen.threshold, chosen.margin) == (20, 0.6, 0.3)
    assert chosen.encoder == "vggish[seed=3]"
    assert resolve_retrieval(settings, "mini").similarity_model == "all-MiniLM-L6-v2"


def test_a_preset_within_counts_for_retrieval_alone():
    settings = GUIDANCE_PRESETS.resolve(
        GuidanceOptions(preset="mini", retrieval="preset=paper")
    ).settings
    assert settings.backbone == "mini"
    assert resolve_retrieval(settings, "mini").similarity_model == "roberta-large"


def test_equal_options_have_one_spelling():
    assert spell('gpt2-guid[retrieval="threshold=0.60, epochs=20"]') == spell(
        'gpt2-guid[retrieval="epochs=20,threshold=0.6"]'
    )
    assert spell('gpt2-guid[retrieval=""]') == "gpt2-guid"
    assert spell('gpt2-prompt[retrieval=""]') == "gpt2-prompt"
    again = spell('gpt2-guid[retrieval="similarity_model=\\"a b\\""]')
    assert spell(again) == again


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epoch=20", "epochs"),
        ("epochs=many", "epochs='many'"),
        ("epochs=0", "epochs=0; expected"),
        ("encoder=vggish", "as an option of its own"),
        ("epochs", "key=value"),
    ],
)
def test_options_of_retrieval_that_cannot_be_meant_are_refused(text, message):
    with pytest.raises(UsageError, match=message):
        read(f'gpt2-guid[retrieval="{text}"]')


def test_settings_that_decide_weights_are_told_from_those_that_do_not():
    others = {
        "backbone", "encoder", "retrieval", "guidance_shuffled", "aggregation",
        "best_by", "guidance_unit", "exclude_duplicates", "beam_size", "length_penalty",
        "max_length",
    }  # fmt: skip
    names = {field.name for field in fields(GuidanceSettings)}
    assert set(WEIGHT_SETTINGS) == names - others
    assert len(set(WEIGHT_SETTINGS)) == len(WEIGHT_SETTINGS)


def test_the_systems_say_what_they_need():
    assert set(SPECS) == {"triplet-retrieval", "gpt2-guid", "gpt2-guid-gt", "gpt2-prompt"}
    assert SPECS["triplet-retrieval"].is_retrieval
    assert SPECS["gpt2-guid"].needs_audio
    assert (SPECS["gpt2-guid-gt"].kind, SPECS["gpt2-guid-gt"].needs_audio) == ("ceiling", False)
    assert all(spec.needs_train and spec.uses_validation for spec in SPECS.values())


def test_declaring_the_systems_imports_nothing_heavy():
    code = (
        "import sys, bench_gpt2_guidance as plugin; list(plugin.bench_systems()); "
        "heavy = {'torch', 'transformers', 'tokenizers', 'pytorch_optimizer', 'safetensors'}; "
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

"""Encoders of plugins are taken everywhere, and held to what they promise at every call."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from plugin_distributions import write_distribution
from pond_plugin import EARS

from benchmark.contract import AudioEncoder, EncoderSpec, JointEncoder, TokenizingEncoder
from benchmark.encoders import (
    encoder_needs,
    list_encoder_files,
    load_encoder,
    load_joint_encoder,
    load_sequence_encoder,
)
from benchmark.encoders.declared import Declared
from benchmark.errors import MissingWeightsError, PluginError, UsageError
from benchmark.plugins.provenance import Provenance
from benchmark.plugins.source_hashes import hash_distribution
from benchmark.systems.makeup import pin_makeup
from benchmark.systems.registry import load_registry


def test_an_encoder_in_one_file_is_a_joint_encoder_with_options(site):
    write_distribution(site, "aac-bench-ears", EARS)
    encoder = load_joint_encoder("ears[turn=2]")
    assert (encoder.name, encoder.dim) == ("ears[turn=2]", 3)
    assert isinstance(encoder, JointEncoder)
    assert not isinstance(encoder, TokenizingEncoder)
    assert encoder.embed_text(["a frog", "two frogs"]).shape == (2, 3)
    assert encoder.turn == 2  # what is its own stays its own
    assert list_encoder_files("ears") == encoder_needs("ears") == []
    with pytest.raises(UsageError, match="gives embed_audio and embed_text; expected embed_patche"):
        load_sequence_encoder("ears")


def test_its_code_and_its_options_are_part_of_its_fingerprint(site):
    write_distribution(site, "aac-bench-ears", EARS)
    plain, turned = load_encoder("ears"), load_encoder("ears[turn=1]")
    assert plain.fingerprint != turned.fingerprint  # it says "ears" of both
    file = site / "aac_bench_ears.py"
    file.write_text(EARS.replace("0.1 +", "0.25 +"))
    assert load_encoder("ears").fingerprint != plain.fingerprint
    file.write_text(EARS)
    assert load_encoder("ears").fingerprint == plain.fingerprint


def declared(encoder, abilities=("embed_audio", "embed_text")):
    def load(*_):
        if isinstance(encoder, BaseException):
            raise encoder
        return encoder

    spec = EncoderSpec("odd", "", abilities, dict, load, ())
    return Declared(spec, Provenance("aac-bench-odd", "0.1"))


GOOD = {
    "name": "odd",
    "fingerprint": "0",
    "dim": 2,
    "trained_on": (),
    "sample_rate_hz": 16_000,
    "embed_audio": lambda waves: np.eye(2, dtype=np.float32)[: len(waves)],
    "embed_text": lambda texts: np.eye(2, dtype=np.float32)[: len(texts)],
}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": "even"}, "its name is 'even'; expected 'odd'"),
        ({"fingerprint": ""}, "its fingerprint is ''; expected a text"),
        ({"fingerprint": None}, "its fingerprint is None; expected a text"),
        ({"fingerprint": b"0"}, "its fingerprint is b'0'; expected a text"),
        ({"dim": 0}, "its dim is 0; expected a whole number above 0"),
        ({"dim": "2"}, "its dim is '2'"),
        ({"trained_on": ["clotho"]}, r"its trained_on is \['clotho'\]; expected a tuple"),
        ({"embed_text": None}, "it has no method embed_text, which its record promises"),
        ({"sample_rate_hz": 16e3}, "its sample_rate_hz is 16000.0"),
    ],
)
def test_what_is_no_encoder_is_refused_with_the_plugin_named(wrong, reason):
    with pytest.raises(PluginError, match=f"^the encoder 'odd' of aac-bench-odd 0.1: {reason}"):
        declared(SimpleNamespace(**GOOD | wrong)).load(None, "odd", "cpu")


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit("x"), OSError("x")])
def test_what_loading_raises_is_told_with_the_plugin_named(error):
    with pytest.raises(PluginError, match=r"the encoder 'odd' of .*: load raises \w+: x"):
        declared(error).load(None, "odd", "cpu")


def test_what_it_says_in_words_itself_stays_as_it_is():
    with pytest.raises(MissingWeightsError, match=r"^not here$"):
        declared(MissingWeightsError("not here")).load(None, "odd", "cpu")


EYE = np.eye(2, dtype=np.float32)


@pytest.mark.parametrize("ability", ["embed_audio", "embed_text"])
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (EYE[:1], "1 embeddings for 2 items; expected one each"),
        (EYE[[0, 1, 1]], "3 embeddings for 2 items"),
        (EYE[:, :1], r"float32 of shape \(2, 1\); expected finite float32 of width 2"),
        (EYE.astype(np.float64), "float64 of shape"),
        (EYE[0], r"float32 of shape \(2,\)"),
        (EYE * np.float32(np.nan), "not all of it finite"),
        (EYE * np.float32(2), "a row of length 2; expected unit rows"),
        (EYE * np.float32(0), "a row of length 0; expected unit rows"),
        (EYE.tolist(), "expected an array"),
        (None, "None; expected an array"),
    ],
)
def test_an_answer_that_is_no_embedding_is_refused_with_the_encoder_named(ability, answer, reason):
    odd = declared(SimpleNamespace(**GOOD | {ability: lambda items: answer}))
    encoder = odd.load(None, "odd", "cpu")
    with pytest.raises(PluginError, match=f"'odd' of aac.* 0.1: odd: {ability} ret.*{reason}"):
        getattr(encoder, ability)(["a", "b"])


def test_rows_of_sounds_alone_need_no_length_of_one():
    longer = SimpleNamespace(**GOOD | {"embed_audio": lambda waves: EYE * np.float32(3)})
    encoder = declared(longer, ("embed_audio",)).load(None, "odd", "cpu")
    assert isinstance(encoder, AudioEncoder)
    assert not hasattr(type(encoder), "embed_text")
    assert encoder.embed_audio(["a", "b"]).max() == 3


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (EYE, r"of shape \(2,\)"),
        (None, "returned None; expected a list"),
        ([EYE], "1 embeddings for 2 items"),
        ([EYE, EYE[:0]], "a sound without any patch"),
        ([EYE, EYE[:, :1]], r"of shape \(2, 1\)"),
        ([EYE, None], "None; expected an array"),
    ],
)
def test_patches_that_are_none_are_refused_too(answer, reason):
    patchy = SimpleNamespace(**GOOD | {"embed_patches": lambda waves: answer})
    encoder = declared(patchy, ("embed_patches",)).load(None, "odd", "cpu")
    with pytest.raises(PluginError, match=reason):
        encoder.embed_patches(["a", "b"])


def test_what_an_encoder_raises_names_it_and_not_who_asked():
    def fail(items):
        raise RuntimeError("out of ears")

    encoder = declared(SimpleNamespace(**GOOD | {"embed_text": fail})).load(None, "odd", "cpu")
    with pytest.raises(
        PluginError, match=r"'odd' of .*: embed_text raises RuntimeError: out of ea"
    ):
        encoder.embed_text(["a"])


def test_a_system_that_names_it_is_made_of_its_files_too(site):
    write_distribution(site, "aac-bench-ears", EARS)
    registry = load_registry()
    before = pin_makeup(registry.system("nn-clap[encoder=ears]"))
    assert list(before.uses) == ["aac-bench-ears 0.1"]
    assert not pin_makeup(registry.system("nn-clap")).uses
    (site / "aac_bench_ears.py").write_text(EARS + "\n# louder\n")
    now = pin_makeup(registry.system("nn-clap[encoder=ears]"))
    assert before.changes_to(now, "aac-bench-retrieval") == ["the files of aac-bench-ears 0.1"]
    assert before.makeup_id != now.makeup_id


def test_the_hash_of_files_that_nobody_finds_is_none():
    assert hash_distribution(Provenance("no-such", "1")) is None

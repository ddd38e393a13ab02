from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from benchmark.cli.main import bench as command
from benchmark.encoders import ENCODERS, load_encoder


def test_every_encoder_is_listed_with_abilities_options_and_training_data():
    done = CliRunner().invoke(command, ["encoders"])
    assert done.exit_code == 0, done.output
    told = " ".join(done.output.split())
    for name, record in ENCODERS.items():
        assert f"{name}: {record.summary}; gives embed_" in told
    assert "gives embed_audio, embed_patches, embed_text; trained on soundscapes:pretrain" in told
    assert "postprocess none none leaves the 128 values after the last ReLU; pca makes" in told


@pytest.mark.parametrize("name", ["mini", "sentence"])
def test_what_is_listed_as_training_data_is_what_the_loaded_encoder_says(name):
    assert load_encoder(name).trained_on == ENCODERS[name].trained_on


def test_listing_encoders_loads_nothing_heavy():
    program = (
        "import sys; from benchmark.cli.main import main\n"
        "try: main(['encoders'])\n"
        "except SystemExit: pass\n"
        "print({'torch', 'transformers', 'tokenizers', 'soundfile'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.endswith("set()\n"), done.stderr


def test_building_needs_a_file_and_a_folder_for_it(bench, tmp_path):
    done = bench("encoders", "build-mini")
    assert done.returncode == 2
    assert "Missing option '-o'" in done.stderr
    done = bench("encoders", "build-mini", "-o", tmp_path / "absent" / "mini.safetensors")
    assert done.returncode == 2
    assert f"no folder {tmp_path / 'absent'}" in done.stderr

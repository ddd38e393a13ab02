"""A model's folder is data: what it brings of code is refused, and nobody is asked."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from tiny_models import make_bert

from benchmark.errors import MissingWeightsError
from benchmark.models.codeless import read_config, read_object, require_codeless
from benchmark.models.pretrained import load_pretrained
from benchmark.models.text_encoder import load_text_encoder, load_tokenizer

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for room in ("benchmark", "plugins")
    for path in sorted((ROOT / room).rglob("*.py"))
    if "tests" not in path.relative_to(ROOT).parts
]
LOADERS = {
    "from_pretrained": {"trust_remote_code": False, "local_files_only": True},
    "from_config": {"trust_remote_code": False},
}
EVIL = "from pathlib import Path\nPath({mark!r}).touch()\nclass Config: ...\nclass Model: ...\n"


def code_folder(folder: Path, mark: Path, *, name: str = "config.json", **changes) -> Path:
    """Make a model whose configuration names a file that touches ``mark`` when it is run."""
    make_bert(folder)
    config = json.loads((folder / name).read_text())
    auto_map = {"AutoConfig": "evil.Config", "AutoModel": "evil.Model",
                "AutoTokenizer": ["evil.Model", None]}  # fmt: skip
    (folder / name).write_text(json.dumps({**config, "auto_map": auto_map, **changes}))
    (folder / "evil.py").write_text(EVIL.format(mark=str(mark)))
    return folder


def calls(path: Path) -> list[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LOADERS
    ]


def test_no_source_lets_transformers_run_code_or_ask_whether_it_may():
    found = [(path, call) for path in SOURCES for call in calls(path)]
    assert len(found) >= 5
    for path, call in found:
        given = {
            word.arg: word.value.value
            for word in call.keywords
            if isinstance(word.value, ast.Constant)
        }
        wanted = LOADERS[call.func.attr]
        assert {name: given.get(name) for name in wanted} == wanted, f"{path}:{call.lineno}"


def test_no_source_unpickles_what_it_did_not_check():
    """``torch.load`` takes tensors only, ``numpy.load`` no objects, and nothing else unpickles."""
    wanted = {"torch.load": ("weights_only", True), "np.save": ("allow_pickle", False)}
    n_loads = 0
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            assert called not in ("pickle.load", "pickle.loads", "joblib.load", "eval", "exec"), (
                path
            )
            given = {word.arg: word.value for word in node.keywords}
            if called in wanted:
                name, value = wanted[called]
                assert ast.literal_eval(given[name]) is value, f"{path}:{node.lineno}"
            if called == "np.load":  # numpy's own default is False
                assert "allow_pickle" not in given or not ast.literal_eval(given["allow_pickle"])
            n_loads += called in ("torch.load", "np.load")
    assert n_loads >= 8


@pytest.mark.parametrize("changes", [{}, {"model_type": "strange"}])
@pytest.mark.parametrize("load", [load_tokenizer, lambda f: load_text_encoder(f, device="cpu")])
def test_a_folder_that_names_code_is_refused_and_the_code_not_run(tmp_path, changes, load):
    folder = code_folder(tmp_path / "evil", tmp_path / "ran", **changes)
    with pytest.raises(MissingWeightsError, match=r"evil.config\.json names code of its own"):
        load(folder)
    assert not (tmp_path / "ran").exists()


def test_code_of_a_tokenizer_is_refused_with_the_model_of_a_known_type(tmp_path):
    from transformers import AutoModel

    folder = code_folder(tmp_path / "evil", tmp_path / "ran", name="tokenizer_config.json")
    with pytest.raises(MissingWeightsError, match=r"tokenizer_config\.json names code"):
        load_pretrained(AutoModel, folder)
    assert not (tmp_path / "ran").exists()


def test_nobody_is_asked_on_the_terminal(tmp_path, monkeypatch):
    """What transformers is called with holds alone too, and though somebody would say yes."""
    from transformers import AutoConfig

    folder = code_folder(tmp_path / "evil", tmp_path / "ran", model_type="strange")
    asked = []
    monkeypatch.setattr("builtins.input", lambda *words: asked.append(words) or "y")
    monkeypatch.setattr("benchmark.models.codeless.require_codeless", lambda _: None)
    with pytest.raises(MissingWeightsError, match="cannot read"):
        read_config(AutoConfig, folder)
    assert asked == []
    assert not (tmp_path / "ran").exists()


def test_a_folder_without_code_is_read(tmp_path):
    from transformers import AutoConfig

    folder = make_bert(tmp_path / "bert")
    require_codeless(folder)
    assert read_config(AutoConfig, folder).model_type == "bert"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 50_000, "nested too deeply"),
        ('{"a": ' * 50_000, "nested too deeply"),
        ('{"hidden_size": 1' + "0" * 5_000 + "}", "digits"),
        ("[]", "found a JSON list; expected an object"),
        ("", "Expecting value"),
        ("\udcff", "utf-8"),
    ],
)
def test_a_configuration_that_is_no_object_is_refused_in_words(tmp_path, text, reason):
    from transformers import AutoConfig

    folder = make_bert(tmp_path / "bert")
    (folder / "config.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    for read in (require_codeless, load_tokenizer, lambda f: read_config(AutoConfig, f)):
        with pytest.raises(MissingWeightsError, match=rf"config\.json.*{reason}"):
            read(folder)
    with pytest.raises(MissingWeightsError, match=reason):
        read_object(folder / "config.json")

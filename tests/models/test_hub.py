"""The hub is asked by default, once, and nobody waits for one that is not there."""

from __future__ import annotations

import socket
import time

import pytest
from hub_server import COMMIT

from benchmark.models import hub as asking
from benchmark.models.hub import HubError, forbidden_by, list_model

FILES = {"config.json": b"{}", "model.safetensors": b"weights", "onnx/model.onnx": b"x"}


def test_a_model_is_listed_with_commit_sizes_and_sums_and_asked_for_once(hub):
    hub.add("somebody/toy", FILES)
    listing = list_model("somebody/toy")
    assert (listing.repository, listing.commit) == ("somebody/toy", COMMIT)
    sizes = {file.name: file.n_bytes for file in listing.files}
    assert sizes == {"config.json": 2, "model.safetensors": 7, "onnx/model.onnx": 1}
    weights = next(file for file in listing.files if file.name == "model.safetensors")
    assert weights.sha256 is not None
    assert weights.sha256.startswith("9a129038")
    assert list_model("somebody/toy") is listing
    assert len(hub.asked) == 1


def test_a_name_of_the_field_is_asked_for_with_its_owner_and_then_without(hub):
    hub.add("FacebookAI/roberta-toy", FILES)
    hub.add("bert-toy", FILES)
    assert list_model("roberta-toy").repository == "FacebookAI/roberta-toy"
    assert list_model("bert-toy").repository == "bert-toy"


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_a_hub_that_must_not_be_asked_is_not(hub, monkeypatch, variable):
    monkeypatch.setenv(variable, "1")
    with pytest.raises(HubError, match=f"was not asked, for {variable} is set"):
        list_model("somebody/toy")
    assert hub.asked == []


def test_whoever_never_allowed_it_by_the_former_variable_is_not_asked_for(hub, monkeypatch):
    monkeypatch.setenv("BENCH_HUB", "0")
    assert forbidden_by() == "BENCH_HUB is not 1"
    monkeypatch.setenv("BENCH_HUB", "1")
    assert forbidden_by() is None


def test_a_model_that_nobody_has_names_the_nearest_ones(hub):
    with pytest.raises(HubError) as caught:
        list_model("laion/clap-htsat-unfuse")
    assert "has no model 'laion/clap-htsat-unfuse'" in str(caught.value)
    assert "Did you mean 'laion/clap-htsat-unfused'" in str(caught.value)
    with pytest.raises(HubError, match=r"no model 'nobody/xyzzy', or none .* without a token"):
        list_model("nobody/xyzzy")


def test_a_gated_model_says_whose_licence_to_accept_and_which_variable_to_set(hub, monkeypatch):
    hub.add("meta/gated", FILES)
    hub.gated.add("meta/gated")
    with pytest.raises(HubError) as caught:
        list_model("meta/gated")
    for part in (f"{hub.url}/meta/gated", "accept its licence", "HF_TOKEN"):
        assert part in str(caught.value)
    asking.forget()
    monkeypatch.setenv("HF_TOKEN", "hf_mine")
    assert list_model("meta/gated").commit == COMMIT


@pytest.mark.parametrize(
    ("status", "said"), [(429, "answered 429"), (500, "answered 500"), (403, "accept its licence")]
)
def test_a_hub_that_refuses_is_quoted_and_not_asked_again(hub, status, said):
    hub.status = status
    for _ in range(2):
        with pytest.raises(HubError, match=said):
            list_model("somebody/toy")
    assert len(hub.asked) == 1


def test_a_hub_that_hangs_is_waited_for_once_and_then_for_no_model(hub, monkeypatch):
    monkeypatch.setattr(asking, "ANSWER_LIMIT_S", 0.2)
    hub.hangs = True
    start_s = time.monotonic()
    for name in ("somebody/toy", "roberta-large", "another/toy"):
        with pytest.raises(HubError, match=r"did not answer within 0\.2 s"):
            list_model(name)
    assert time.monotonic() - start_s < 2
    assert len(hub.asked) == 1


def test_a_name_that_takes_for_ever_to_resolve_is_not_waited_for(hub, monkeypatch):
    monkeypatch.setattr(asking, "REACH_LIMIT_S", 0.2)

    def resolve_slowly(*_, **__):
        time.sleep(0.3)
        raise OSError("too late")

    monkeypatch.setattr(socket, "create_connection", resolve_slowly)
    start_s = time.monotonic()
    for name in ("somebody/toy", "another/toy"):
        with pytest.raises(HubError, match=r"nobody took the connection within 0\.2 s"):
            list_model(name)
    assert time.monotonic() - start_s < 2
    assert hub.asked == []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:9", "cannot be reached: Connection refused"),
        ("https://no-such-host.invalid", "cannot be reached"),
        ("nonsense", "is no address"),
    ],
)
def test_a_hub_that_is_not_there_is_told_of_within_two_seconds(hub, monkeypatch, address, said):
    monkeypatch.setenv("HF_ENDPOINT", address)
    start_s = time.monotonic()
    with pytest.raises(HubError, match=said):
        list_model("somebody/toy")
    assert time.monotonic() - start_s < 2


def test_a_proxy_is_who_has_to_be_there(hub, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "https://no-such-host.invalid")
    monkeypatch.setenv("https_proxy", hub.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert asking._why_unreachable("https://no-such-host.invalid") is None


def test_a_name_that_no_model_could_have_is_not_asked_for(hub):
    with pytest.raises(HubError, match="is no name that it could have"):
        list_model("three/part/name")
    assert hub.asked == []


def test_what_is_said_of_a_model_is_not_believed_to_be_of_its_type(hub):
    hub.add("somebody/toy", {**FILES, "evil\n.json": b"{}", "../up.json": b"{}"}, commit="main/..")
    with pytest.raises(HubError, match="tells no commit of somebody/toy"):
        list_model("somebody/toy")
    hub.add("another/toy", {**FILES, "evil\n.json": b"{}", "../up.json": b"{}"})
    assert {file.name for file in list_model("another/toy").files} == set(FILES)

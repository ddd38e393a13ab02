"""Counting the parameters that a captioner holds."""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from functools import partial

import torch
from torch import nn

from benchmark.profiling.parameters import count_parameters


class Slotted:
    __slots__ = ("network", "unset")

    def __init__(self, network):
        self.network = network


class Private:
    __slots__ = ("__network",)

    def __init__(self, network):
        self.__network = network


class Plain:
    def __init__(self, **parts):
        self.__dict__.update(parts)

    def method(self):
        return None


def linear():
    return nn.Linear(10, 3)  # 33 parameters


def test_parameters_are_found_wherever_they_are_held():
    def closure(network):
        return lambda: network

    network, late = linear(), None

    def unbound():
        return late

    holders = [
        Plain(network=network),
        Slotted(network),
        Private(network),
        deque([network]),
        Plain(parts={"a": [(network,)]}),
        Plain(call=closure(network)),
        Plain(call=partial(print, network)),
        Plain(call=Plain(network=network).method),
        Plain(module=nn.Sequential(nn.ReLU(), network), unbound=unbound),
    ]
    assert [count_parameters(holder).n_parameters for holder in holders] == [33] * 9
    assert count_parameters(holders[0]).n_bytes == 4 * 33
    assert count_parameters(Plain(network=linear().half())).n_bytes == 2 * 33


def test_each_tensor_counts_once_however_often_it_is_held():
    network = linear()
    tied = linear()
    tied.weight = network.weight
    holder = Plain(first=network, again=[network, network.weight], tied=tied)
    holder.itself = holder
    assert count_parameters(holder).n_parameters == 33 + 3
    stored_once = linear()
    stored_once.weight.data = network.weight.data
    assert count_parameters([network, stored_once]).n_parameters == 33 + 3


def test_what_is_no_parameter_does_not_count():
    network = nn.BatchNorm1d(4)  # 8 parameters, and buffers
    assert count_parameters(Plain(network=network, memory=torch.zeros(1000))).n_parameters == 8
    assert count_parameters(Plain(kind=nn.Linear, module=nn)).n_parameters == 0
    assert count_parameters(Plain(tensor=torch.zeros(3))) == (0, 0)


def test_without_torch_there_are_none_and_it_is_not_imported():
    program = (
        "import sys\nfrom benchmark.profiling.parameters import count_parameters\n"
        "print(count_parameters([1, 'a']).n_parameters, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["0", "False"], done.stderr

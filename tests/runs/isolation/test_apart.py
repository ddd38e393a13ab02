"""What a command says of isolation, as a plan holds it."""

from __future__ import annotations

import pytest
from noises import Echo, system_of

from benchmark.contract import SystemSpec
from benchmark.errors import UsageError
from benchmark.plugins.provenance import Provenance
from benchmark.runs.isolation.apart import TOGETHER, Apart
from benchmark.runs.plan import PlannedSystem
from benchmark.systems.registry import Registry


def test_only_who_is_given_an_environment_has_one():
    apart = Apart("process", {"system": ("ears==1",)})
    assert apart.requirements_of("system", "test") == ("ears==1",)
    assert apart.requirements_of("other", "test") is None
    assert TOGETHER.requirements_of("system", "test") is None


def test_with_env_each_system_gets_what_its_distribution_requires():
    assert "pluggy" in " ".join(Apart("env").requirements_of("system", "pytest"))
    assert Apart("env").requirements_of("constant", "aac-bench") == ()


def test_an_environment_is_no_part_of_the_benchs_own_process():
    with pytest.raises(UsageError, match="--isolation none does not"):
        Apart("none", {"system": ("ears==1",)})


def test_names_are_spelt_as_plans_spell_them():
    registry = Registry()
    spec = SystemSpec("system", "under test", lambda resources, options: Echo())
    registry.add("test", Provenance("test", "1"), [spec])
    apart = Apart("process", {"system[]": ()}).spelt_by(registry)
    assert dict(apart.environments) == {"system": ()}


def test_a_name_that_a_user_gave_is_spelt_as_it_is():
    registry = Registry()
    apart = Apart("process", {"mine": ()})
    assert dict(apart.spelt_by(registry, ["mine=system[]"]).environments) == {"mine": ()}
    with pytest.raises(UsageError, match="no system named 'mine'"):
        apart.spelt_by(registry, ["system"])


def test_a_system_that_the_run_lacks_is_refused(one_plan):
    with pytest.raises(UsageError, match=r"--env names 'other'; the run has 'system'"):
        Apart("process", {"other": ()}).planned(one_plan)
    planned = Apart("process", {"system": ("ears==1",)}).planned(one_plan)
    assert planned.requirements_of("system") == ("ears==1",)


@pytest.fixture
def one_plan():
    from benchmark.runs.plan import Plan, PlanHeader

    header = PlanHeader("run", "2026-01-01", (), "folder:x:test", "0", 1, {}, (), {})
    return Plan(header, (PlannedSystem.of(system_of(Echo())),), ("clip-0",))

"""One plugin asked for its hooks.

There is one pluggy manager a plugin, because pluggy alone is quieter than a benchmark can afford:
it accepts a misspelled hook, and lets one failing plugin abort the rest.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import pluggy

from benchmark.contract import API_VERSION
from benchmark.errors import PluginError, describe, shown
from benchmark.plugins import hookspecs

_ACCEPTED_APIS = (API_VERSION - 1, API_VERSION)


class Hooks:
    """What a plugin answers; only this plugin hears a call.

    Raises:
        PluginError: it is for another version of the contract, or misspells a hook.
    """

    def __init__(self, plugin: object) -> None:
        require_api(getattr(plugin, "BENCH_API", None))
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._manager.register(plugin)
        try:
            self._manager.check_pending()  # else a misspelled hook is accepted in silence
        except pluggy.PluginValidationError as error:
            known = self._names()
            told = _tell_unknown(plugin, known) or f"{describe(error)}."
            raise PluginError(f"{told} Hooks are {', '.join(known)}.") from error

    def find(self, name: str) -> pluggy.HookCaller | None:
        """Return a hook to be called; None where the plugin has none of that name."""
        hook: pluggy.HookCaller = getattr(self._manager.hook, name)
        return hook if hook.get_hookimpls() else None

    def require(self, *names: str) -> None:
        """Refuse a plugin that has none of some hooks.

        Raises:
            PluginError: it has none.
        """
        if not any(self.find(name) for name in names):
            raise PluginError(
                f"no hook found, of {', '.join(names)}; is @hookimpl missing on it? One that only "
                f"hears of runs has an entry point of the group {hookspecs.TRACKERS}, one of "
                f"commands of {hookspecs.COMMANDS}."
            )

    def _names(self) -> list[str]:
        return sorted(name for name in vars(hookspecs) if name.startswith("bench_"))


def _tell_unknown(plugin: object, known: Sequence[str]) -> str:
    """Spell the first hook that is none, and the one that may be meant; empty where all are."""
    for name, thing in sorted(getattr(plugin, "__dict__", {}).items()):
        if name not in known and hasattr(thing, f"{hookspecs.PROJECT}_impl"):
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            return f"unknown hook {name!r}.{hint}"
    return ""


def require_api(api: object) -> None:
    """Refuse a plugin that was written for an API that is not taken.

    Raises:
        PluginError: it says none, or another.
    """
    if api is None:
        raise PluginError(
            f"the plugin does not say which API it was written for; add BENCH_API = {API_VERSION}."
        )
    if isinstance(api, bool) or not isinstance(api, int):
        raise PluginError(
            f"BENCH_API is {shown(api)}; expected a number, as BENCH_API = {API_VERSION}."
        )
    if api not in _ACCEPTED_APIS:
        cure = "upgrade aac-bench" if api > API_VERSION else "upgrade the plugin"
        accepted = " or ".join(map(str, _ACCEPTED_APIS))
        raise PluginError(
            f"the plugin was written for API {api!r}; this aac-bench takes {accepted}: {cure}."
        )

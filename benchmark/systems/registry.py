"""Systems by name: what is installed, in the configuration that a name spells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmark.contract import API_VERSION, SystemSpec
from benchmark.deprecated import Deprecation
from benchmark.errors import UsageError, quoted
from benchmark.plugins.checks import vary_spec
from benchmark.plugins.loading import Installed, load_installed
from benchmark.plugins.names import build_options, canonical_name, parse_name
from benchmark.plugins.provenance import BrokenPlugin, Claim, LoadedPlugin, Provenance


@dataclass(frozen=True, slots=True)
class System:
    """A registered system in one configuration, ready to be prepared.

    Attributes:
        name: of its row: canonical, options included, or what a user calls it.
        spec: of the configuration.
        options: its own.
        provenance: of what brought it.
        makeup_id: of what it was made of when its run began.
        configuration: canonical, options included, where a user calls it otherwise; else empty.
    """

    name: str
    spec: SystemSpec
    options: Any
    provenance: Provenance
    makeup_id: str | None = None
    configuration: str = ""

    @property
    def spelling(self) -> str:
        """The text by which ``Registry.system`` finds it again."""
        return spell_called(self.name, self.configuration)


@dataclass(slots=True)
class Registry:
    """The systems of what is installed."""

    installed: Installed = field(default_factory=Installed)

    def add(
        self,
        entry_point: str,
        provenance: Provenance,
        specs: Iterable[SystemSpec],
        api: int = API_VERSION,
    ) -> None:
        """Add systems that no plugin brought."""
        self.installed.add(entry_point, provenance, {"system": [*specs]}, api)

    @property
    def claims(self) -> dict[str, list[Claim]]:
        """By name of a system who declares it."""
        return self.installed.claims("system")

    @property
    def plugins(self) -> list[LoadedPlugin]:
        """Those that work and bring systems."""
        _ = self.claims  # of the core's own too
        return [plugin for plugin in self.installed.plugins if "system" in plugin.names]

    @property
    def broken(self) -> list[BrokenPlugin]:
        """Plugins that could not be used."""
        return self.installed.broken

    @property
    def switched_off(self) -> list[str]:
        """Names of plugins that nobody imported."""
        return self.installed.switched_off

    @property
    def deprecations(self) -> list[Deprecation]:
        """Plugins that still load and will not for long."""
        return self.installed.deprecations

    @property
    def clashes(self) -> dict[str, str]:
        """System names that two distributions claim, each with the message that says so."""
        return self.installed.clashes("system")

    def system(self, text: str) -> System:
        """Find the system that ``text`` names, options included: ``mine=wsac-pd[preset=mini]``.

        What stands before the first equals sign is what its row is called.

        Raises:
            UnknownNameError: nothing of that name is installed, or no such option.
            PluginError: two distributions declare the name.
            UsageError: the text or an option's value cannot be read.
        """
        parsed = parse_name(text)
        called, is_called, name = parsed.name.partition("=")
        name = name.strip() if is_called else called
        spec, provenance = self.installed.find("system", name)
        options = build_options(spec, parsed.options)
        if spec.variant is not None:
            spec = vary_spec(spec, options)
        canonical = canonical_name(spec, options)
        if not is_called:
            return System(canonical, spec, options, provenance)
        self._require_free(called.strip(), text)
        return System(called.strip(), spec, options, provenance, configuration=canonical)

    def _require_free(self, called: str, text: str) -> None:
        if not called or called in self.claims:
            what = "names a system that is installed" if called else "is empty"
            raise UsageError(
                f"{quoted(called)} in {quoted(text)} {what}; expected a name of your own for the "
                "row before the equals sign."
            )


def called_in(text: str) -> str:
    """Tell what a user calls the system that a text names; empty where it has its own name."""
    called, is_called, _ = parse_name(text).name.partition("=")
    return called.strip() if is_called else ""


def spell_called(name: str, configuration: str) -> str:
    """Spell a system that a user calls by a name, or one that has its own."""
    return f"{name}={configuration}" if configuration else name


def load_registry() -> Registry:
    """Load the built-in systems and every installed plugin; what fails is set aside.

    Raises:
        UsageError: the environment sets no time limit that can be meant.
    """
    return Registry(load_installed())

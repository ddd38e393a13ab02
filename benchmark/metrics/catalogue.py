"""All metrics that are known here, and the engines that compute them.

Known are the core's, those of plugins once these were loaded, and those that a record describes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from benchmark.contract.metrics import Corpus, Metric
from benchmark.errors import PluginError, RunError, UnknownNameError, UsageError, listed
from benchmark.metrics.engines.declared import DeclaredMetric, why_unlike
from benchmark.metrics.engines.installed import InstalledEngine, by_key, list_core_engines
from benchmark.metrics.engines.strangers import find_strangers, loaded_strangers
from benchmark.plugins.core import ALL_METRICS
from benchmark.plugins.entries import names_without, switch_of, tell_switched_off

STANDARD_MODELS = frozenset(
    {"paraphrase-TinyBERT-L6-v2", "roberta-large", "echecker_clotho_audiocaps_base"}
)
"""What published figures of SBERT-sim and FENSE, BERTScore and FER were computed with."""

_CORE = by_key(list_core_engines())


@dataclass(frozen=True, slots=True)
class _Declaration:
    """What a record says of a metric, and which record."""

    declared: DeclaredMetric
    where: str


class Metrics(Mapping[str, Metric]):
    """Metrics by key, in the order of tables.

    Looking one up that is not known loads what is installed; ``in`` and a list of all load nothing.
    """

    def __init__(self) -> None:
        self._declarations: dict[str, _Declaration] = {}
        self._known: dict[str, Metric] = {}
        self._made_of: tuple[object, int] | None = None

    def __getitem__(self, key: str) -> Metric:
        known = self._list()
        if key not in known:
            find_strangers()
            known = self._list()
        return known[key]

    def __contains__(self, key: object) -> bool:
        return key in self._list()

    def __iter__(self) -> Iterator[str]:
        return iter(self._list())

    def __len__(self) -> int:
        return len(self._list())

    def declare(self, declared: Mapping[str, DeclaredMetric], where: object) -> None:
        """Know metrics that a record describes.

        Args:
            declared: by key.
            where: names the file in messages.

        Raises:
            RunError: the same key means another thing here, or in a record that was read before.
        """
        for key, each in declared.items():
            former = self._declarations.get(key)
            if former is not None:
                _require_alike(key, each, where, former.declared.metric(key), former.where)
            self._declarations[key] = _Declaration(each, str(where))
        self._list()

    def forget_declared(self) -> None:
        """Know no more what records described."""
        self._declarations.clear()
        self._made_of = None

    def declaration(self, key: str) -> DeclaredMetric | None:
        """Tell what a record says of a metric; None where none does."""
        found = self._declarations.get(key)
        return found.declared if found else None

    def _list(self) -> dict[str, Metric]:
        strangers = loaded_strangers()
        made_of = (strangers, len(self._declarations))
        if self._made_of is not None and self._made_of == made_of:
            return self._known
        known = {key: each.metric(key) for key, each in _CORE.items()}
        installed = {**(strangers.engines if strangers else {}), **_CORE}
        for key, one in list(self._declarations.items()):
            if key in installed:
                here = installed[key]
                del self._declarations[key]  # if they are not alike, that is told once
                _require_alike(key, one.declared, one.where, here.metric(key), here.brought_by)
                self._declarations[key] = one
            known.setdefault(key, one.declared.metric(key))
        known |= {key: each.metric(key) for key, each in installed.items()}
        self._known = dict(sorted(known.items(), key=lambda item: item[1].place))
        self._made_of = made_of
        return self._known


def _require_alike(
    key: str, declared: DeclaredMetric, where: object, metric: Metric, whose: str
) -> None:
    if unlike := why_unlike(declared.metric(key), metric):
        raise RunError(
            f"{where} holds {key} of {declared.brought_by}, which is another metric than that of "
            f"{whose}: {unlike}. Expected one meaning of a key; read the two apart, or ask the "
            "authors to rename one."
        )


METRICS = Metrics()
"""All that are known."""


def _of_groups(*groups: str) -> tuple[str, ...]:
    return tuple(key for key, metric in METRICS.items() if key in _CORE and metric.group in groups)


METRIC_SETS: dict[str, tuple[str, ...]] = {
    "all": tuple(key for key, metric in METRICS.items() if key in _CORE and not metric.is_extra),
    "lexical": _of_groups("lexical"),
    "spice-parts": tuple(key for key in _CORE if key.split(".")[0] == "spice"),
    "java": _of_groups("lexical", "meteor"),
    # What pip alone brings, with the extra of that name.
    "offline": _of_groups("lexical", "meteor", "sentence", "bert_score", "vocabulary"),
}
"""Of the core's metrics: what is installed besides changes no set."""


@dataclass(frozen=True, slots=True)
class ChosenEngines:
    """What computes some metrics.

    Attributes:
        keys: the metrics, and those that they build on.
        engines: the core's first.
        missing: by key why nothing computes a metric.
    """

    keys: tuple[str, ...]
    engines: tuple[InstalledEngine, ...]
    missing: Mapping[str, str]


def choose_engines(keys: Iterable[str]) -> ChosenEngines:
    """Find what computes metrics, and all that these build on."""
    engines: dict[InstalledEngine, None] = {}
    missing: dict[str, str] = {}
    seen: dict[str, None] = {}
    waiting = list(keys)
    while waiting:
        key = waiting.pop(0)
        if key in seen:
            continue
        seen[key] = None
        found = _find_engine(key)
        if isinstance(found, str):
            missing[key] = found
        else:
            engines[found] = None
            waiting += found.engine.builds_on
    core = [each for each in list_core_engines() if each in engines]
    others = [each for each in engines if not each.is_own]
    return ChosenEngines(tuple(seen), (*core, *others), missing)


def _find_engine(key: str) -> InstalledEngine | str:
    """Find what computes a metric, or why nothing does."""
    if key in _CORE:
        each = _CORE[key]
        off = sorted({each.plugin, ALL_METRICS} & names_without())
        if off:
            return f"{off[0]}, which computes it, is switched off by {switch_of(off[0])}"
        return each
    strangers = find_strangers()
    if key in strangers.clashes:
        return strangers.clashes[key]
    if key in strangers.engines:
        return strangers.engines[key]
    declared = METRICS.declaration(key)
    if declared is None:
        return f"nothing that is installed computes {key}"
    return f"{declared.distribution}, which computes it, is not installed here"


def find_corpus(key: str, *, loads: bool = True) -> Corpus | None:
    """Find what turns sums of a metric's statistics into its value; None where nothing here does.

    Args:
        key: a metric that is no mean.
        loads: look among installed plugins that are not loaded yet, too.
    """
    if key in _CORE:
        return _CORE[key].engine.corpus.get(key)
    strangers = find_strangers() if loads else loaded_strangers()
    each = strangers.engines.get(key) if strangers else None
    return each.engine.corpus.get(key) if each else None


def describe_strangers(keys: Iterable[str]) -> dict[str, DeclaredMetric]:
    """Describe those of some metrics that are not the core's, for a record that holds them."""
    found = {}
    for key in keys:
        if key in _CORE:
            continue
        strangers = find_strangers()
        declared = METRICS.declaration(key)
        if key in strangers.engines:
            found[key] = DeclaredMetric.of(strangers.engines[key], key)
        elif declared is not None:
            found[key] = declared
    return found


def select_metrics(names: Iterable[str]) -> tuple[str, ...]:
    """Resolve metric keys and the names of sets, in table order, each once.

    A key that the core does not have is looked for among what is installed.

    Raises:
        UnknownNameError: a name is neither a metric nor a set.
        PluginError: two plugins bring a metric of the name.
    """
    chosen: set[str] = set()
    for name in names:
        if name not in METRIC_SETS:
            _require_metric("metric", name, [*METRICS, *METRIC_SETS])
        chosen.update(METRIC_SETS.get(name, (name,)))
    return tuple(key for key in METRICS if key in chosen)


def _require_metric(kind: str, key: str, known: Iterable[str]) -> None:
    if key in METRICS:
        return
    strangers = find_strangers()
    if key in strangers.clashes:
        raise PluginError(strangers.clashes[key])
    if key not in strangers.engines:
        names = {*known, *strangers.engines}
        absent = tell_switched_off(strangers.switched_off)
        raise UnknownNameError(kind, key, names, strangers.broken, absent)


def require_rankable(key: str) -> str:
    """Return a metric's key if rows can be ranked by it.

    Raises:
        UnknownNameError: there is no such metric.
        UsageError: neither end of it is the better one.
    """
    _require_metric("metric to rank by", key, list_rankable())
    rankable = list_rankable()
    if key not in rankable:
        raise UsageError(
            f"{key} describes captions and says nothing of which are better, so nothing is ranked "
            f"by it. Expected one of {', '.join(rankable)}."
        )
    return key


def list_rankable() -> list[str]:
    """List the metrics of which one end is the better one."""
    return [key for key, metric in METRICS.items() if metric.higher_is_better is not None]


def require_known(keys: Iterable[str], where: object) -> None:
    """Refuse metrics that a file names and this version does not know.

    Args:
        keys: of metrics.
        where: names the file in messages.

    Raises:
        RunError: there is no metric of that key.
    """
    if strange := sorted(set(keys) - METRICS.keys()):
        raise RunError(
            f"{where}: no metric named {listed(strange)}; expected keys such as "
            f"{listed(list(METRICS), 3)}. The file is of a later aac-bench, or was changed by "
            "something else; restore it, or make it anew."
        )

"use strict";

const PAGE_SIZE = 20;

const find = (id) => document.getElementById(id);
const { metrics, rankedBy, systems, clips } = JSON.parse(find("data").textContent);
const controls = Object.fromEntries(
  [
    ...["sort", "group", "system", "beside", "metric", "least", "most", "text"],
    ...["audible", "reasons"],
  ].map((id) => [id, find(id)]),
);

let matches = []; // indices of the clips that pass the filters, in order
let compared = []; // systems among the chosen rows that clips are sorted by
let page = 0;

// Which systems are shown ------------------------------------------------------------------------

const chosenSystem = () => systems[controls.system.value] ?? null;

/** The two systems that stand side by side; null where no two were chosen. */
function pair() {
  const [first, second] = [chosenSystem(), systems[controls.beside.value] ?? null];
  return first && second && first !== second ? [first, second] : null;
}

/** The systems of the chosen rows, and those that were chosen by name. */
function shownSystems() {
  const named = [chosenSystem(), ...(pair() ?? [])];
  const { value } = controls.group;
  return systems.filter((each) => !value || each.group === value || named.includes(each));
}

/** Of the chosen rows the ranked and retrieval systems; all of them where they have none. */
function rivals() {
  const { value } = controls.group;
  const rows = systems.filter(({ group }) => !value || group === value);
  const ranked = rows.filter(({ isCompared }) => isCompared);
  return ranked.length ? ranked : rows;
}

// What a clip is worth ---------------------------------------------------------------------------

const chosenMetric = () => metrics[controls.metric.value] ?? null;
const orient = (value) => (chosenMetric().higherIsBetter ? value : -value);

/** A system's score of a clip, turned so that more is better; null where there is none. */
function worth(system, clip) {
  const value = system.scores[controls.metric.value]?.[clip] ?? null;
  return value === null ? null : orient(value);
}

const given = (values) => values.filter((value) => value !== null);
const comparedWorths = (clip) => given(compared.map((system) => worth(system, clip)));

/** The chosen system's score; of any system that of the worst. */
function score(clip) {
  const system = chosenSystem();
  const worths = system ? given([worth(system, clip)]) : comparedWorths(clip);
  return worths.length ? Math.min(...worths) : null;
}

function loss(clip) {
  const own = score(clip);
  return own === null ? null : Math.max(own, ...comparedWorths(clip)) - own;
}

/** The standard deviation of the systems' scores. */
function disagreement(clip) {
  const worths = comparedWorths(clip);
  if (worths.length < 2) return null;
  const mean = worths.reduce((sum, value) => sum + value, 0) / worths.length;
  const squares = worths.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / worths.length);
}

/** The first system's score less the second's; null where there are no two, or one lacks it. */
function difference(clip, metric = controls.metric.value) {
  const [first, second] = (pair() ?? []).map((system) => system.scores[metric]?.[clip] ?? null);
  return first == null || second == null ? null : first - second;
}

/** What the range is of: the difference of two systems, else the value of one, or of the worst. */
function ranged(clip) {
  if (pair()) return difference(clip);
  const own = score(clip);
  return own === null ? null : orient(own);
}

const negate = (value) => (value === null ? null : -value);
const ORDERS = {
  name: (clip) => clip,
  score,
  loss: (clip) => negate(loss(clip)),
  disagreement: (clip) => negate(disagreement(clip)),
  difference: (clip) => {
    const own = difference(clip);
    return own === null ? null : -Math.abs(own);
  },
};

// Filter and sort --------------------------------------------------------------------------------

/** The text that is searched: the chosen systems' captions, else all there is of a clip. */
function searched(clip) {
  const named = pair() ?? (chosenSystem() ? [chosenSystem()] : []);
  if (named.length) return named.map((system) => system.captions[clip] ?? "").join("\n");
  const captions = systems.map((each) => each.captions[clip] ?? "");
  return [clips[clip].id, ...clips[clip].references, ...captions].join("\n");
}

function passes(clip, words, [least, most]) {
  if (controls.audible.checked && !clips[clip].sound) return false;
  if (least !== null || most !== null) {
    const own = ranged(clip);
    if (own === null || own < (least ?? -Infinity) || own > (most ?? Infinity)) return false;
  }
  const text = words.length ? searched(clip).toLowerCase() : "";
  return words.every((word) => text.includes(word));
}

function limitOf(control) {
  const number = control.valueAsNumber;
  return Number.isNaN(number) || !chosenMetric() ? null : number;
}

function select() {
  compared = rivals();
  const words = controls.text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const limits = [limitOf(controls.least), limitOf(controls.most)];
  const order = ORDERS[controls.sort.value];
  matches = clips
    .map((_, clip) => clip)
    .filter((clip) => passes(clip, words, limits))
    .map((clip) => ({ clip, key: order(clip) }))
    .sort((a, b) => (a.key === null) - (b.key === null) || a.key - b.key || a.clip - b.clip)
    .map(({ clip }) => clip);
}

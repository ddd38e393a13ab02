"use strict";

const PAGE_SIZE = 20;

const find = (id) => document.getElementById(id);
const { metrics, rankedBy, systems, clips } = JSON.parse(find("data").textContent);
const compared = systems.filter((system) => system.isCompared);
const controls = Object.fromEntries(
  ["sort", "system", "metric", "text", "worse", "audible"].map((id) => [id, find(id)]),
);

let matches = []; // indices of the clips that pass the filters, in order
let page = 0;

// What a clip is worth ---------------------------------------------------------------------------

const chosenSystem = () => systems[controls.system.value] ?? null;
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

const negate = (value) => (value === null ? null : -value);
const ORDERS = {
  name: (clip) => clip,
  score,
  loss: (clip) => negate(loss(clip)),
  disagreement: (clip) => negate(disagreement(clip)),
};

// Filter and sort --------------------------------------------------------------------------------

/** The text that is searched: a chosen system's caption, else all there is of a clip. */
function searched(clip) {
  const system = chosenSystem();
  if (system) return system.captions[clip] ?? "";
  const captions = systems.map((each) => each.captions[clip] ?? "");
  return [clips[clip].id, ...clips[clip].references, ...captions].join("\n");
}

function passes(clip, words, limit) {
  if (controls.audible.checked && !clips[clip].sound) return false;
  if (limit !== null) {
    const own = score(clip);
    if (own === null || own >= limit) return false;
  }
  const text = words.length ? searched(clip).toLowerCase() : "";
  return words.every((word) => text.includes(word));
}

function select() {
  const words = controls.text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const number = controls.worse.valueAsNumber;
  const limit = Number.isNaN(number) || !chosenMetric() ? null : orient(number);
  const order = ORDERS[controls.sort.value];
  matches = clips
    .map((_, clip) => clip)
    .filter((clip) => passes(clip, words, limit))
    .map((clip) => ({ clip, key: order(clip) }))
    .sort((a, b) => (a.key === null) - (b.key === null) || a.key - b.key || a.clip - b.clip)
    .map(({ clip }) => clip);
}

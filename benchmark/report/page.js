"use strict";

const PAGE_SIZE = 20;
const SORTED_BY = { score: "score", loss: "loss", disagreement: "disagreement" };

const find = (id) => document.getElementById(id);
const { metrics, systems, clips } = JSON.parse(find("data").textContent);
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

function comparedWorths(clip) {
  return compared.map((system) => worth(system, clip)).filter((value) => value !== null);
}

/** The chosen system's score; of any system that of the worst. */
function score(clip) {
  const system = chosenSystem();
  const worths = system ? [worth(system, clip)] : comparedWorths(clip);
  return worths.length && worths[0] !== null ? Math.min(...worths) : null;
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

// Draw -------------------------------------------------------------------------------------------

/** Make an element; children that are strings become text, never markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const shown = (value) => (value === null || value === undefined ? "–" : value.toFixed(1));

function card(clip) {
  const { id, duration, references } = clips[clip];
  const heading = make("h2", {}, id);
  const facts = make("span", { class: "quiet" }, duration ? `${duration.toFixed(1)} s` : "");
  const badge = make("span", { class: "badge" }, badgeOf(clip));
  const list = make("ul", {}, ...references.map((text) => make("li", {}, text)));
  return make(
    "article",
    { tabindex: "-1", "aria-label": id },
    make("header", {}, heading, facts, badge),
    make("div", { class: "heard" }, ...soundOf(clip), make("h3", {}, "References"), list),
    make("div", { class: "said" }, tableOf(clip)),
  );
}

function badgeOf(clip) {
  const order = controls.sort.value;
  if (order === "name") return "";
  const value = order === "score" ? score(clip) : { loss, disagreement }[order](clip);
  const name = SORTED_BY[order];
  return `${name} ${shown(order === "score" && value !== null ? orient(value) : value)}`;
}

function soundOf(clip) {
  const { id, sound, note, duration } = clips[clip];
  const notes = note ? [make("p", { class: "quiet" }, note)] : [];
  if (!sound) return notes;
  const cursor = make("span", { class: "cursor" });
  const image = make("img", {
    src: `spectrograms/${sound}.webp`, width: "320", height: "72", loading: "lazy", alt: "",
  });
  const strip = make(
    "button", { class: "strip", type: "button", "aria-label": `Play or pause ${id}` }, image, cursor,
  );
  const audio = make("audio", { src: `sounds/${sound}.flac`, controls: "", preload: "none" });
  strip.addEventListener("click", (event) => seek(event, strip, audio, duration));
  audio.addEventListener("timeupdate", () => {
    cursor.style.left = `${(100 * audio.currentTime) / (audio.duration || duration)}%`;
  });
  return [strip, audio, ...notes];
}

function tableOf(clip) {
  const heads = metrics.map(({ label }, index) => make("th", cellKind(index), label));
  const rows = systems.map((system) => rowOf(system, clip));
  return make(
    "table",
    {},
    make("thead", {}, make("tr", {}, make("th", {}, "system"), make("th", {}, "caption"), ...heads)),
    make("tbody", {}, ...rows),
  );
}

function rowOf(system, clip) {
  const caption = system.captions[clip];
  const text = (caption ?? system.silence).trim() || "(empty)";
  const cells = metrics.map((_, index) => {
    const { class: name } = cellKind(index);
    const value = system.scores[index][clip];
    return make("td", { class: isBest(value, index, clip) ? `${name} best` : name }, shown(value));
  });
  const rung = system.rung === "system" ? [] : [make("span", { class: "rung" }, system.rung)];
  return make(
    "tr",
    { class: system === chosenSystem() ? "chosen" : "" },
    make("th", { scope: "row", title: system.name }, system.name, ...rung),
    make("td", { class: text === caption?.trim() ? "" : "quiet" }, text),
    ...cells,
  );
}

function cellKind(metric) {
  return { class: String(metric) === controls.metric.value ? "number leading" : "number" };
}

/** Whether a value is the best of the compared systems, and not that of all of them. */
function isBest(value, metric, clip) {
  const values = compared.map((system) => system.scores[metric][clip]).filter((v) => v !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low !== high && value === (metrics[metric].higherIsBetter ? high : low);
}

function draw() {
  const nPages = Math.max(1, Math.ceil(matches.length / PAGE_SIZE));
  page = Math.min(Math.max(page, 0), nPages - 1);
  const first = page * PAGE_SIZE;
  const cards = matches.slice(first, first + PAGE_SIZE).map(card);
  find("clips").replaceChildren(...(cards.length ? cards : [make("p", {}, "No clip is left.")]));
  find("count").textContent =
    `${matches.length.toLocaleString("en")} of ${clips.length.toLocaleString("en")} clips`;
  find("page").textContent = `${page + 1} / ${nPages}`;
  find("previous").disabled = page === 0;
  find("next").disabled = page === nPages - 1;
}

// The address keeps what was chosen ----------------------------------------------------------------

function remember() {
  const chosen = new URLSearchParams();
  for (const [name, control] of Object.entries(controls)) {
    const value = control.type === "checkbox" ? (control.checked ? "1" : "") : control.value;
    if (value && value !== control.dataset.usual) chosen.set(name, value);
  }
  if (page) chosen.set("page", page + 1);
  history.replaceState(null, "", `#${chosen}`);
}

function recall() {
  const chosen = new URLSearchParams(location.hash.slice(1));
  for (const [name, control] of Object.entries(controls)) {
    if (control.type === "checkbox") control.checked = chosen.has(name);
    else control.value = chosen.get(name) ?? control.dataset.usual;
    if (control.selectedIndex === -1) control.value = control.dataset.usual;
  }
  page = (Number.parseInt(chosen.get("page"), 10) || 1) - 1;
}

// Listen to people -------------------------------------------------------------------------------

function update() {
  page = 0;
  select();
  draw();
  remember();
}

function turn(step) {
  page += step;
  draw();
  remember();
  find("clips").scrollIntoView();
}

/** Play from where the strip was clicked; from the keyboard play or pause. */
function seek(event, strip, audio, duration) {
  if (event.detail === 0) return toggle(audio);
  const { left, width } = strip.getBoundingClientRect();
  const at = ((event.clientX - left) / width) * (audio.duration || duration);
  const start = () => {
    audio.currentTime = Math.min(at, audio.duration);
  };
  if (audio.readyState) start();
  else audio.addEventListener("loadedmetadata", start, { once: true });
  return audio.play();
}

const toggle = (audio) => (audio.paused ? audio.play() : audio.pause());

/** Move the focus among clips, over the ends of pages too. */
function step(direction) {
  const cards = [...document.querySelectorAll("article")];
  const at = cards.indexOf(document.activeElement.closest?.("article"));
  const next = at === -1 ? 0 : at + direction;
  if (cards[next]) return cards[next].focus();
  const before = page;
  turn(direction);
  if (page === before) return undefined;
  const turned = [...document.querySelectorAll("article")];
  return turned.at(direction === 1 ? 0 : -1)?.focus();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  p: () => {
    const card = document.activeElement.closest?.("article") ?? document.querySelector("article");
    const audio = card?.querySelector("audio");
    if (audio) toggle(audio);
  },
  "/": () => controls.text.focus(),
};

function listen() {
  for (const control of Object.values(controls)) control.addEventListener("input", update);
  find("previous").addEventListener("click", () => turn(-1));
  find("next").addEventListener("click", () => turn(1));
  window.addEventListener("hashchange", restore);
  document.addEventListener("play", (event) => {
    for (const audio of document.querySelectorAll("audio")) {
      if (audio !== event.target) audio.pause();
    }
  }, true);
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input, select");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });
}

// Begin ------------------------------------------------------------------------------------------

function offer(control, names) {
  control.append(...names.map((name, index) => make("option", { value: index }, name)));
}

function restore() {
  recall();
  select();
  draw();
}

offer(controls.system, systems.map(({ name }) => name));
offer(controls.metric, metrics.map(({ label }) => label));
const usual = metrics.findIndex(({ key }) => key === "cider_d");
if (usual > 0) controls.metric.value = usual;
for (const control of Object.values(controls)) control.dataset.usual = control.value;
controls.audible.closest("label").hidden = !clips.some(({ sound }) => sound);
listen();
restore();
performance.mark("ready");

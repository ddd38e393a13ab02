
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
    make("div", { class: "said" }, ...(pair() ? pairOf(clip, pair()) : [tableOf(clip)])),
  );
}

/** Name what the clips are sorted by, and its value here. */
function badgeOf(clip) {
  const order = controls.sort.value;
  if (order === "name") return "";
  if (order === "difference") return `difference ${signed(difference(clip))}`;
  const value = { score, loss, disagreement }[order](clip);
  return `${order} ${shown(order === "score" && value !== null ? orient(value) : value)}`;
}

function soundOf(clip) {
  const { id, sound, note, duration } = clips[clip];
  const notes = note ? [make("p", { class: "quiet" }, note)] : [];
  if (!sound) return notes;
  const cursor = make("span", { class: "cursor" });
  const image = make("img", {
    src: `spectrograms/${sound}.webp`,
    width: "320",
    height: "72",
    loading: "lazy",
    alt: "",
  });
  const strip = make(
    "button",
    { class: "strip", type: "button", "aria-label": `Play or pause ${id}` },
    image,
    cursor,
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
  const rows = shownSystems().map((system) => rowOf(system, clip));
  return make(
    "table",
    {},
    make("thead", {}, make("tr", {}, make("th", {}, "system"), make("th", {}, "caption"), ...heads)),
    make("tbody", {}, ...rows),
  );
}

function rowOf(system, clip) {
  const caption = system.captions[clip];
  const text = caption?.trim() || silenceOf(system, clip);
  const cells = metrics.map((_, index) => {
    const { class: name } = cellKind(index);
    const value = system.scores[index][clip];
    return make("td", { class: isBest(value, index, clip) ? `${name} best` : name }, shown(value));
  });
  return make(
    "tr",
    { class: system === chosenSystem() ? "chosen" : "" },
    make("th", { scope: "row", title: system.name }, system.name, ...notesOf(system)),
    make("td", { class: text === caption?.trim() ? "" : "quiet" }, text, ...evidenceOf(system, clip)),
    ...cells,
  );
}

/** What stands in a caption's place where it has no word. */
const silenceOf = (system, clip) =>
  system.captions[clip] === null || system.captions[clip] === undefined
    ? system.silence
    : "(empty)";

/** What must be known of a system beside its name. */
function notesOf({ rung, flaws }) {
  const notes = rung === "system" ? flaws : [rung, ...flaws];
  return notes.map((note) => make("span", { class: "rung" }, note));
}

/** What a caption leaned on, behind a line that opens it; nothing where nobody said. */
function evidenceOf(system, clip) {
  const kinds = system.evidence?.[clip] ?? [];
  return kinds.map(({ kind, pieces }) => {
    if (!pieces.length) return make("p", { class: "evidence" }, kind);
    const items = pieces.map(([text, weight]) => {
      const number = weight === null ? [] : [make("span", { class: "weight" }, String(weight))];
      return make("li", {}, ...number, text || "(empty)");
    });
    const summary = make("summary", {}, `${kind} (${pieces.length})`);
    const opened = controls.reasons.checked ? { open: "" } : {};
    return make("details", { class: "evidence", ...opened }, summary, make("ol", {}, ...items));
  });
}

function cellKind(metric) {
  return { class: String(metric) === controls.metric.value ? "number leading" : "number" };
}

/** Whether a value is the best of the compared systems, and not that of all of them. */
function isBest(value, metric, clip) {
  const values = given(compared.map((system) => system.scores[metric][clip]));
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
  find("verdict").textContent = verdict();
  find("ranged").textContent = pair() ? "difference" : "value";
  find("page").textContent = `${page + 1} / ${nPages}`;
  find("previous").disabled = page === 0;
  find("next").disabled = page === nPages - 1;
}

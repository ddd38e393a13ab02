
// Two systems side by side -----------------------------------------------------------------------

const MOST_WORDS = 300; // of a caption whose words are compared: time grows with the square

const plain = (word) => word.toLowerCase().replace(/[^\p{L}\p{N}']/gu, "");

/** Tell which words of each text are not, in their order, in the other: two lists of booleans. */
function wordsApart(first, second) {
  const lengths = first.map(() => new Array(second.length + 1).fill(0));
  lengths.push(new Array(second.length + 1).fill(0));
  for (let i = first.length - 1; i >= 0; i -= 1) {
    for (let j = second.length - 1; j >= 0; j -= 1) {
      lengths[i][j] = plain(first[i]) === plain(second[j])
        ? lengths[i + 1][j + 1] + 1
        : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const apart = [first.map(() => true), second.map(() => true)];
  for (let i = 0, j = 0; i < first.length && j < second.length; ) {
    if (plain(first[i]) === plain(second[j])) {
      apart[0][i++] = false;
      apart[1][j++] = false;
    } else if (lengths[i + 1][j] >= lengths[i][j + 1]) i += 1;
    else j += 1;
  }
  return apart;
}

/** Lay a caption out, with marks around runs of words that the other caption lacks. */
function marked(words, apart) {
  const parts = [];
  for (let at = 0; at < words.length; ) {
    let end = at + 1;
    while (end < words.length && apart[end] === apart[at]) end += 1;
    const text = words.slice(at, end).join(" ");
    if (at) parts.push(" ");
    parts.push(apart[at] ? make("mark", {}, text) : text);
    at = end;
  }
  return parts;
}

function pairOf(clip, [first, second]) {
  const texts = [first, second].map((system) => system.captions[clip] ?? null);
  const words = texts.map((text) => (text ?? "").split(/\s+/).filter(Boolean));
  const isCompared = !texts.includes(null) && words.every(({ length }) => length <= MOST_WORDS);
  const apart = isCompared ? wordsApart(...words) : words.map((list) => list.map(() => false));
  const sides = [first, second].map((system, side) => {
    const said = words[side].length ? marked(words[side], apart[side]) : [silenceOf(system, clip)];
    return make(
      "section",
      { class: "side" },
      make("h3", {}, system.name, ...notesOf(system)),
      make("p", { class: words[side].length ? "caption" : "caption quiet" }, ...said),
      ...evidenceOf(system, clip),
    );
  });
  return [make("div", { class: "pair" }, ...sides), differencesOf(clip, [first, second])];
}

/** A row a metric: both values, and the first less the second. */
function differencesOf(clip, [first, second]) {
  const heads = ["metric", first.name, second.name, "difference"];
  const rows = metrics.map(({ label, higherIsBetter }, index) => {
    const values = [first.scores[index][clip], second.scores[index][clip]];
    const own = difference(clip, index);
    const sign = own === null ? 0 : Math.sign(own) * (higherIsBetter ? 1 : -1);
    const cells = values.map((value, side) => {
      const isBetter = (side === 0 ? sign : -sign) > 0;
      return make("td", { class: isBetter ? "number best" : "number" }, shown(value));
    });
    return make(
      "tr",
      cellKind(index).class.includes("leading") ? { class: "chosen" } : {},
      make("th", { scope: "row" }, label),
      ...cells,
      make("td", { class: "number" }, signed(own)),
    );
  });
  const head = heads.map((text, at) =>
    make("th", at ? { class: "number", title: text } : {}, text));
  return make(
    "table",
    { class: "differences" },
    make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...rows),
  );
}

const signed = (value) => (value > 0 ? `+${shown(value)}` : shown(value));

/** Say over all clips that are left which of the two is better, and by how much. */
function verdict() {
  const two = pair();
  if (!two || !chosenMetric()) return "";
  const values = given(matches.map((clip) => difference(clip)));
  if (!values.length) return "No clip that is left has a value of both systems.";
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const [first, second] = [1, -1].map(
    (sign) => values.filter((value) => Math.sign(orient(value)) === sign).length,
  );
  const count = (number) => number.toLocaleString("en");
  const { label } = chosenMetric();
  return (
    `${label}: ${two[0].name} is better on ${count(first)} clips, ${two[1].name} on ` +
    `${count(second)}, equal on ${count(values.length - first - second)}; mean difference ` +
    `${signed(mean)} over ${count(values.length)} clips.`
  );
}


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

/** Open or close what captions leaned on, in all cards, and stay where people read. */
function tellReasons() {
  for (const each of document.querySelectorAll("details.evidence")) {
    each.open = controls.reasons.checked;
  }
  remember();
}

function swap() {
  if (!pair()) return;
  [controls.system.value, controls.beside.value] = [controls.beside.value, controls.system.value];
  update();
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
  e: () => {
    controls.reasons.checked = !controls.reasons.checked;
    tellReasons();
  },
  x: swap,
};

function listen() {
  for (const control of Object.values(controls)) {
    const answer = control === controls.reasons ? tellReasons : update;
    control.addEventListener(control.matches("select") ? "change" : "input", answer);
  }
  find("previous").addEventListener("click", () => turn(-1));
  find("next").addEventListener("click", () => turn(1));
  window.addEventListener("hashchange", restore);
  document.addEventListener("play", (event) => {
    for (const audio of document.querySelectorAll("audio")) {
      if (audio !== event.target) audio.pause();
    }
  }, true);
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input:not([type=checkbox]), select");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });
}

// Begin ------------------------------------------------------------------------------------------

function offer(control, names, values = names.map((_, index) => index)) {
  const options = names.map((name, index) => make("option", { value: values[index] }, name));
  control.append(...options);
}

function restore() {
  recall();
  select();
  draw();
}

const groups = [...new Set(systems.map(({ group }) => group))];
offer(controls.system, systems.map(({ name }) => name));
offer(controls.beside, systems.map(({ name }) => name));
offer(controls.group, groups, groups);
offer(controls.metric, metrics.map(({ label }) => label));
const usual = metrics.findIndex(({ key }) => key === rankedBy);
if (usual > 0) controls.metric.value = usual;
for (const control of Object.values(controls)) control.dataset.usual = control.value;
controls.audible.closest("label").hidden = !clips.some(({ sound }) => sound);
controls.reasons.closest("label").hidden = !systems.some(({ evidence }) => evidence);
controls.group.closest("label").hidden = groups.length < 2;
controls.beside.closest("label").hidden = systems.length < 2;
listen();
restore();

// The page of the web chat. Whatever comes from outside is set as text, never
// as markup; what is not yet sent is kept and sent again under the same key.

const $ = (id) => document.getElementById(id);
const root = document.documentElement;
const sayings = document.body.dataset;
const view = $("scroll"), log = $("log"), input = $("input"), sure = $("sure");
const asked = new URLSearchParams(location.search);
const coarse = matchMedia("(pointer: coarse)").matches;

// kept outlives a reload of this tab, and nothing more.
const kept = {
  get(name, otherwise) {
    try { return JSON.parse(sessionStorage.getItem(name)) ?? otherwise; } catch { return otherwise; }
  },
  set(name, value) {
    try { sessionStorage.setItem(name, JSON.stringify(value)); } catch { /* full or forbidden */ }
  },
};

let unsent = kept.get("unsent", []);
let open = false; // there is a session
let last = 0; // the newest event number heard
let source = null, heard = 0, asleep = false, live = false;
let tries = 0, again = 0, flushing = false, slow = 0, answers = 0, long = false, shifted = false, spoken = "";

// ---- showing

function make(tag, name, ...inside) {
  const e = document.createElement(tag);
  if (name) e.className = name;
  e.append(...inside);
  return e;
}

const plain = (text) => text.replace(/[\u2066-\u2069]/g, "");
const unmarked = (label) => plain(label).replace(/^✓ /, "");

// words are a text as nodes, in which codes and pseudonyms stay on one line.
function words(text) {
  return text.split(/([^\s\u2066-\u2069]+)/).map((w) => w.includes("-") && w.length < 25 ? make("span", "whole", w) : w);
}

const tags = { heading: "h2", quote: "blockquote" };

function blocks(list = []) {
  const out = [];
  let group = null;
  const into = (tag) => {
    if (group?.localName !== tag) out.push(group = make(tag));
    return group;
  };
  for (const b of list) {
    if (b.kind === "field") into("dl").append(make("dt", "", b.label), value(b.text));
    else if (b.kind === "item") into("ul").append(make("li", "", ...words(b.text)));
    else {
      group = null;
      out.push(make(tags[b.kind] ?? "p", b.kind === "note" ? "note" : "", ...words(b.text)));
    }
  }
  return out;
}

// value is what a field says: beside its label, or below it where it is long.
function value(text) {
  const e = make("dd", text.length > 34 ? "long" : "", ...words(text));
  if (e.className) e.dir = "auto";
  return e;
}

// row is buttons side by side. What all of them begin with, as "Fair 1" to
// "Fair 5" do, is shown once before them; each still says it to who only hears.
function row(m, list) {
  const names = list.map((b) => unmarked(b.label));
  const head = names[0].slice(0, names[0].lastIndexOf(" ") + 1);
  const scale = list.length > 3 && head && names.every((n) => n.startsWith(head) && n.length < head.length + 3);
  const all = list.map((b) => button(m, b, scale ? head : ""));
  if (!scale) return make("div", "row", ...all);
  const name = make("span", "name", head.trim());
  name.ariaHidden = "true";
  return make("div", "row scale", name, ...all);
}

function button(m, b, head = "") {
  const short = plain(b.label).length < head.length + 4 ? " tiny" : "";
  if (b.url) {
    const a = make("a", "button" + short, b.label, make("span", "hidden", ` (${sayings.link})`));
    a.href = b.url;
    a.target = "_blank";
    a.rel = "noopener noreferrer";
    return a;
  }
  const e = make("button", (b.weight ?? "") + short, b.label);
  if (head) {
    const [mark, rest] = plain(b.label).split(head);
    e.replaceChildren(mark, make("span", "hidden", head), rest);
  }
  e.classList.toggle("chosen", b.label.startsWith("✓"));
  e.type = "button";
  e.addEventListener("click", () => press(m, b, e));
  return e;
}

// file is a link that saves what the bot handed over.
function file(f) {
  const a = make("a", "button", `⤓ ${f.name}`);
  a.download = f.name;
  a.href = "#";
  a.addEventListener("click", () => {
    const bytes = Uint8Array.from(atob(f.content), (c) => c.charCodeAt(0));
    a.href = URL.createObjectURL(new Blob([bytes], { type: f.type }));
    setTimeout(() => URL.revokeObjectURL(a.href), 60000);
  });
  return a;
}

function message(m) {
  const e = make("article", `message ${m.me ? "mine" : "theirs"}${m.notice ? " notice" : ""}`);
  const bubble = make("div", "bubble", make("span", "hidden", m.me ? sayings.you : sayings.name));
  if (m.id) {
    e.id = "m" + m.id;
    e.dataset.number = m.id;
  }
  if (m.me) {
    e.dataset.key = m.key;
    const p = make("p", "", m.text);
    p.dir = "auto";
    bubble.append(p);
    e.append(bubble, make("span", "state"));
    return e;
  }
  e.lang = m.lang;
  e.dir = m.dir;
  bubble.append(...blocks(m.blocks));
  if (m.file) bubble.append(file(m.file));
  e.append(bubble);
  if (m.buttons) {
    e.append(make("div", "rows", ...m.buttons.map((list) => row(m, list))));
  }
  return e;
}

// take shows a message that was heard: new, or in the place of an earlier one.
function take(m, event) {
  last = event;
  const atEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 120;
  const e = message(m);
  const earlier = $("m" + m.id) ?? (m.me && log.querySelector(`[data-key="${CSS.escape(m.key)}"]`));
  if (m.me) drop(m.key);
  let there = ""; // where the person's press is answered in its own place
  if (earlier?.dataset.number) there = swap(earlier, e);
  else {
    if (earlier) earlier.remove();
    const after = [...log.children].find((x) => !x.dataset.number || +x.dataset.number > m.id);
    log.insertBefore(e, after ?? null);
  }
  if (!m.me && !m.notice) {
    spoken = m.lang;
    answers++;
    working(false);
    ask(m.ask);
    if (live) follow();
  }
  quieten();
  if (there === "same") return;
  if (!live || m.me || atEnd || there) show(e);
  else $("newest").hidden = false;
}

// swap puts a message in the place of an earlier one. Keyboard and thumb stay
// on the button that was pressed ("same"), or on the one in its place.
function swap(was, now) {
  const buttons = (x) => [...x.querySelectorAll("button, a")];
  const pressed = was.querySelector(".rows [aria-busy]") ?? document.activeElement;
  const at = buttons(was).indexOf(pressed);
  const top = pressed.getBoundingClientRect().top, focused = pressed === document.activeElement;
  was.replaceWith(now);
  if (at < 0) return "";
  const here = buttons(now);
  const same = here.find((x) => unmarked(x.textContent) === unmarked(pressed.textContent));
  if (focused) (same ?? here[Math.min(at, here.length - 1)] ?? input).focus({ preventScroll: true });
  if (same) view.scrollTop += same.getBoundingClientRect().top - top;
  return same ? "same" : "other";
}

// quieten leaves only the newest buttons at their full strength.
function quieten() {
  const all = [...log.children].filter((x) => x.querySelector(".rows"));
  for (const x of all) x.classList.toggle("old", x !== all.at(-1));
}

function show(e) {
  if (live && e.offsetHeight > view.clientHeight - 40) e.scrollIntoView({ block: "start" });
  else if (live && e.nextElementSibling) e.scrollIntoView({ block: "nearest" });
  else view.scrollTop = view.scrollHeight;
  $("newest").hidden = true;
}

function working(on) {
  clearTimeout(slow);
  $("working").hidden = !on;
  $("slow").hidden = true;
  if (on) {
    slow = setTimeout(() => { $("slow").hidden = false; }, 20000);
    if (!view.matches(":hover") || view.scrollHeight - view.scrollTop - view.clientHeight < 200) view.scrollTop = view.scrollHeight;
    return;
  }
  for (const b of log.querySelectorAll("[aria-busy]")) b.removeAttribute("aria-busy");
}

// ask makes the box fit the answer that is awaited.
function ask(a) {
  long = Boolean(a?.long);
  input.placeholder = a?.label || sayings.placeholder;
  input.classList.toggle("long", long);
  input.enterKeyHint = long && coarse ? "enter" : "send";
}

// follow loads the page in the language that the answers are in.
function follow() {
  if (!spoken || spoken === root.lang || kept.get("followed") === spoken) return;
  kept.set("followed", spoken);
  load(spoken);
}

function load(lang) {
  asked.set("lang", lang);
  location.replace("/?" + asked);
}

function tell(text) {
  const p = make("p", "plain", text);
  log.append(p);
  show(p);
}

// ---- sending

const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

const post = (path, body) => fetch(path, {
  method: "POST", body: JSON.stringify(body ?? {}), signal: AbortSignal.timeout(20000), cache: "no-store",
  headers: { "Content-Type": "application/json", "X-Manyhands": "1" },
});

function say(text) {
  send({ text });
}

function press(m, b, e) {
  if (e.hasAttribute("aria-busy")) return;
  e.setAttribute("aria-busy", "true");
  send({ press: { data: b.data, message: String(m.id) } });
}

function send(item) {
  item.key = newKey();
  unsent.push(item);
  kept.set("unsent", unsent);
  pending(item);
  working(true);
  flush();
}

// pending shows what the person said before the server has it.
function pending(item) {
  if (!item.text) return;
  const e = message({ me: true, key: item.key, text: item.text });
  e.classList.add("waiting");
  log.append(e);
  show(e);
  setTimeout(() => {
    if (e.classList.contains("waiting")) e.querySelector(".state").textContent = sayings.sending;
  }, 1500);
}

function drop(key, why = "") {
  unsent = unsent.filter((x) => x.key !== key);
  kept.set("unsent", unsent);
  const e = log.querySelector(`[data-key="${key}"]`);
  if (!e) return;
  e.classList.remove("waiting");
  e.querySelector(".state").textContent = why;
}

// flush sends what is kept, in order, one at a time.
async function flush() {
  if (flushing) return;
  flushing = true;
  try {
    for (let refused = 0; unsent.length > 0;) {
      const item = unsent[0];
      if (!open) await begin();
      const before = answers;
      const r = await post("/chat/messages", { ...item, lang: root.lang });
      if (r.status === 401 && refused++ < 2) {
        reset();
        continue;
      }
      if (r.ok) {
        drop(item.key);
        if (answers === before) working(true);
      } else if ([400, 413, 415].includes(r.status)) {
        drop(item.key, sayings.refused);
        working(false);
        if (!input.value) input.value = item.text ?? "";
      } else throw new Error(r.status);
      if (!source && !asleep) listen();
    }
    line(true);
  } catch {
    line(false);
  } finally {
    flushing = false;
  }
}

async function begin() {
  const r = await post("/chat/session");
  if (!r.ok) throw new Error(r.status);
  open = true;
}

// ---- listening

async function connect() {
  clearTimeout(again);
  asleep = false;
  try {
    const r = await fetch("/chat/session", { cache: "no-store", signal: AbortSignal.timeout(15000) });
    if (!r.ok) throw new Error(r.status);
    if ((await r.json()).open) {
      open = true;
      listen();
    } else {
      if (open) reset(sayings.ended);
      done();
    }
    line(true);
    if (unsent.length > 0) flush();
  } catch {
    line(false);
  }
}

function listen() {
  source?.close();
  const s = source = new EventSource("/chat/events?after=" + last);
  heard = Date.now();
  const on = (name, f) => s.addEventListener(name, (e) => {
    if (s !== source) return;
    heard = Date.now();
    f(e);
  });
  const cut = (soon) => {
    s.close();
    if (s !== source) return;
    source = null;
    clearTimeout(again);
    if (soon) again = setTimeout(connect, 500);
  };
  on("message", (e) => take(JSON.parse(e.data), Number(e.lastEventId)));
  on("live", done);
  on("beat", () => {});
  on("working", () => working(true));
  on("left", () => leave());
  on("elsewhere", () => { asleep = true; cut(false); });
  on("stopped", () => cut(true));
  s.onerror = () => cut(true);
}

// done is when all there was has been told.
function done() {
  if (live) return;
  live = true;
  log.removeAttribute("aria-busy");
  $("invited").scrollIntoView({ block: "nearest" });
  follow();
}

// line says whether the server can be reached, and tries again where not.
function line(up) {
  $("offline").hidden = up;
  clearTimeout(again);
  if (up) {
    tries = 0;
    return;
  }
  $("working").hidden = $("slow").hidden = true;
  again = setTimeout(connect, Math.min(30000, 1000 * 2 ** tries++) * (0.7 + Math.random() * 0.6));
}

// reset forgets a session that is no more; what was not sent is kept.
function reset(text) {
  source?.close();
  source = null;
  open = false;
  last = 0;
  spoken = "";
  log.replaceChildren();
  working(false);
  ask(null);
  if (text) tell(text);
  unsent.forEach(pending);
}

function leave() {
  unsent = [];
  input.value = "";
  reset(sayings.left);
  sessionStorage.clear();
  sure.close();
  input.focus();
}

// ---- the person

$("form").addEventListener("submit", (e) => {
  e.preventDefault();
  const text = input.value.trim();
  if (!text) return;
  input.value = "";
  kept.set("draft", "");
  grow();
  say(text);
});
document.addEventListener("keydown", (e) => {
  shifted = e.shiftKey;
  if (e.key === "Escape" && !sure.open) input.focus();
});
// A line end is what Enter asks for on every keyboard, phones' too, and only
// where it does not choose among an input method's candidates.
input.addEventListener("beforeinput", (e) => {
  if (!["insertLineBreak", "insertParagraph"].includes(e.inputType) || shifted || (long && coarse)) return;
  e.preventDefault();
  $("form").requestSubmit();
});
input.addEventListener("input", () => {
  kept.set("draft", input.value);
  grow();
});

// grow fits the box to its words: their direction, and their height where the
// browser does not know field-sizing.
function grow() {
  input.dir = input.value ? "auto" : root.dir;
  if (CSS.supports("field-sizing", "content")) return;
  input.style.height = "auto";
  input.style.height = input.scrollHeight + 3 + "px";
}

for (const chip of document.querySelectorAll("[data-say]")) chip.addEventListener("click", () => say(chip.dataset.say));

$("language").addEventListener("change", (e) => {
  kept.set("followed", null);
  if (open) say("/language " + e.target.value);
  else load(e.target.value);
});
$("newest").addEventListener("click", () => show(log.lastElementChild));
view.addEventListener("scroll", () => {
  if (view.scrollHeight - view.scrollTop - view.clientHeight < 60) $("newest").hidden = true;
}, { passive: true });
$("retry").addEventListener("click", connect);

$("leave").addEventListener("click", () => {
  $("sure-not").hidden = true;
  sure.showModal();
});
$("stay").addEventListener("click", () => sure.close());
$("go").addEventListener("click", async () => {
  try {
    const r = await post("/chat/leave");
    if (!r.ok) throw new Error(r.status);
    leave();
  } catch {
    $("sure-not").hidden = false;
  }
});

const word = asked.get("start");
if (/^[\w-]{1,64}$/.test(word ?? "")) {
  $("invited").hidden = false;
  $("begin").addEventListener("click", () => {
    $("invited").hidden = true;
    asked.delete("start");
    history.replaceState(null, "", "/");
    say("/start " + word);
  });
} else asked.delete("start");
asked.delete("lang");
history.replaceState(null, "", String(asked) ? "/?" + asked : "/");

// ---- the line

addEventListener("online", connect);
addEventListener("offline", () => line(false));
addEventListener("pageshow", (e) => e.persisted && connect());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && (asleep || (source && Date.now() - heard > 25000))) connect();
});
setInterval(() => {
  if (source && Date.now() - heard > 50000) connect(); // a line may die without a word
}, 10000);

$("open-line").hidden = window.isSecureContext;
$("language").value = root.lang;
input.value = kept.get("draft", "");
grow();
log.setAttribute("aria-busy", "true");
unsent.forEach(pending);
connect();

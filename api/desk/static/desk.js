// The desk: what was decided of each entry, shown beside the text. The server checks it, suggests, and saves it.
const element = (id) => document.getElementById(id);
const data = JSON.parse(element("data").textContent);
const points = Array.from(data.text); // places are counted in code points, not in UTF-16
const forms = { entry: element("entry-form"), article: element("article-form") };
const SIGNS = { draft: "", accepted: "✓", dropped: "✗" };
const ARTICLE = -1; // the number of the article among the entries
const CHECK_AFTER = 300; // milliseconds
const HIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;
const hidden = points.flatMap((point, place) => (HIDDEN.test(point) ? [place] : []));

let { digest } = data;
let state = { article: data.article, entries: data.entries };
let current = 0;
let messages = { article: [], entries: [] };
let claims = [];
let past = []; // earlier states, the last one last, each with the entry that was shown
let committed = "";
let saved = "";
let timer = 0;
let lastCheck = 0;

const entry = () => state.entries[current];
const values = () => (current === ARTICLE ? state.article : entry().values);
const unsettled = () => state.entries.filter(({ status }) => status === "draft").length;

/** Make an element with attributes and contents. */
function make(name, attributes = {}, ...contents) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(key, value);
  made.append(...contents);
  return made;
}

/** Say something in the status line, which screen readers read out. */
function say(text, wrong = false) {
  element("status").textContent = text;
  element("status").classList.toggle("wrong", wrong);
}

/** Send the state to the server; return its answer, or null where it refused. */
async function ask(path, more = {}) {
  const body = JSON.stringify({ digest, ...state, ...more });
  try {
    const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    const answer = await response.json();
    if (response.ok) return answer;
    if (answer.messages) showMessages(answer.messages);
    say(answer.refused, true);
    if (response.status === 409) element("status").append(" ", reloadButton());
  } catch {
    say("The desk does not answer; was `headcount review` ended?", true);
  }
  return null;
}

function reloadButton() {
  const button = make("button", { type: "button" }, "Reload the file");
  button.addEventListener("click", () => {
    saved = JSON.stringify(state); // what stands here is given up
    location.reload();
  });
  return button;
}

/** Check the state, and show what the check says; return whether it is what is shown. */
async function check() {
  clearTimeout(timer);
  const number = ++lastCheck;
  const answer = await ask("check");
  if (answer === null || number !== lastCheck) return false;
  claims = answer.claims;
  showMessages(answer.messages);
  showSuggestions();
  return true;
}

function checkSoon() {
  clearTimeout(timer);
  lastCheck += 1; // an answer that is on its way is of an earlier state
  timer = setTimeout(check, CHECK_AFTER);
}

/** Remember the state before a change that is done, for undo. */
function commit() {
  const now = JSON.stringify(state);
  if (now === committed) return;
  past.push({ state: committed, shown: current });
  committed = now;
  showProgress();
}

/** Show a state as it was, or as it was saved. */
function take(newState, shown) {
  state = newState;
  committed = JSON.stringify(state);
  drawText();
  show(Math.min(shown, state.entries.length - 1));
  check();
}

// The text

/** Draw the text with the figures marked. */
function drawText() {
  const spans = state.entries
    .map(({ values: { "evidence.start": start, "evidence.end": end }, status }, number) => ({ start: Number(start || -1), end: Number(end || -1), number, status }))
    .filter(({ start, end, status }) => status !== "dropped" && 0 <= start && start < end && end <= points.length);
  const speaker = current === ARTICLE ? null : entry()?.draft?.speaker;
  const said = speaker ? [Number(speaker.start), Number(speaker.end)] : [-1, -1];
  const ends = new Set([0, points.length, ...spans.flatMap(({ start, end }) => [start, end]), ...said.filter((place) => place > 0)]);
  const places = [...ends].sort((first, second) => first - second);
  const pieces = places.slice(0, -1).map((start, index) => {
    const end = places[index + 1];
    const over = spans.filter((span) => span.start <= start && end <= span.end);
    const isSpeaker = said[0] <= start && end <= said[1];
    return piece(start, end, over, isSpeaker);
  });
  element("text").replaceChildren(...pieces);
}

/** Return a piece of the text; signs that turn its direction, or cannot be seen, are shown by their numbers. */
function piece(start, end, spans, isSpeaker) {
  const span = spans.find(({ number }) => number === current) ?? spans.at(-1);
  const isLast = spans.length > 0 && spans.some((each) => each.end === end);
  const made = span
    ? make("a", {
        class: `mark is-${span.status}${isSpeaker ? " speaker" : ""}`,
        href: "#entry",
        "data-number": span.number,
        "data-sign": isLast ? `${spans.filter((each) => each.end === end).map((each) => each.number + 1).join(" ")}${SIGNS[span.status]}` : "",
        "aria-current": spans.some(({ number }) => number === current) ? "true" : null,
      })
    : make("span", isSpeaker ? { class: "speaker" } : {});
  let from = start;
  const add = (to) => {
    if (to <= from) return;
    const text = document.createTextNode(points.slice(from, to).join(""));
    text.place = from;
    made.append(text);
  };
  for (const place of hidden.filter((each) => start <= each && each < end)) {
    add(place);
    const name = `U+${points[place].codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    const sign = make("span", { class: "hidden-sign", "data-name": name, role: "img", "aria-label": name });
    sign.place = place;
    made.append(sign);
    from = place + 1;
  }
  add(end);
  return made;
}

/** Return the place in the text of an end of a selection. */
function placeOf(node, offset) {
  if (node.nodeType === Node.TEXT_NODE) return node.place === undefined ? null : node.place + Array.from(node.data.slice(0, offset)).length;
  if (node.place !== undefined) return node.place;
  const child = node.childNodes[offset];
  if (child) return placeOf(child, 0);
  const last = node.lastChild;
  return last ? placeOf(last, last.nodeType === Node.TEXT_NODE ? last.data.length : last.childNodes.length) : null;
}

/** Return the words that are selected in the text, as their first and last place; null without. */
function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed || !element("text").contains(selection.getRangeAt(0).commonAncestorContainer)) return null;
  const range = selection.getRangeAt(0);
  let [start, end] = [placeOf(range.startContainer, range.startOffset), placeOf(range.endContainer, range.endOffset)];
  if (start === null || end === null) return null;
  while (start < end && /\s/u.test(points[start])) start++;
  while (start < end && /\s/u.test(points[end - 1])) end--;
  return start < end ? [start, end] : null;
}

/** Return where words stand in the text, nearest to a place, and where no entry stands yet if there is a choice. */
function locate(words, near) {
  const found = [];
  if (!words) return null;
  for (let index = data.text.indexOf(words); index >= 0; index = data.text.indexOf(words, index + 1)) found.push(index);
  const length = Array.from(words).length;
  const places = found.map((index) => Array.from(data.text.slice(0, index)).length).map((start) => [start, start + length]);
  const isTaken = ([start, end]) => state.entries.some((each) => each.status !== "dropped" && Number(each.values["evidence.start"]) < end && start < Number(each.values["evidence.end"]));
  const free = near === null ? places.filter((place) => !isTaken(place)) : [];
  const possible = free.length ? free : places;
  return possible.sort((first, second) => Math.abs(first[0] - near) - Math.abs(second[0] - near))[0] ?? null;
}

// The entry

/** Show an entry, or the article; the focus goes to its heading, so that it is read out and single keys work. */
function show(number, focus = true) {
  commit();
  current = state.entries.length ? number : ARTICLE;
  const isArticle = current === ARTICLE;
  forms.entry.hidden = isArticle;
  forms.article.hidden = !isArticle;
  element("entry-title").textContent = isArticle ? "The article" : `Figure ${current + 1} of ${state.entries.length}: ${entry().status}`;
  const draft = isArticle ? null : entry().draft;
  const because = draft?.because && entry().status === "draft" ? [make("b", {}, `Confidence ${draft.confidence}. `), draft.because] : [];
  if (because.length && draft.speaker) because.push(`. Said by: “${draft.speaker.wording}”.`);
  element("because").replaceChildren(...because);
  fill();
  drawText();
  showProgress();
  showMessages(messages);
  showSuggestions();
  if (focus) element("entry-title").focus({ preventScroll: true });
  document.querySelector(".mark[aria-current]")?.scrollIntoView({ block: "center", behavior: "instant" });
  element("entries").parentElement.scrollTop = 0;
}

/** Put the values into the form. */
function fill() {
  for (const control of forms[current === ARTICLE ? "article" : "entry"].querySelectorAll("[data-key]")) {
    const value = values()[control.dataset.key];
    if (control.matches("select") && ![...control.options].some((option) => option.value === value)) {
      control.append(make("option", { value }, `${value} (not in the vocabulary)`));
    }
    control.value = value;
  }
}

/** Show all entries with what was decided of each, and how many are settled. */
function showProgress() {
  const buttons = [ARTICLE, ...state.entries.keys()].map((number) => {
    const status = number === ARTICLE ? "article" : state.entries[number].status;
    const says = (number === ARTICLE ? messages.article : messages.entries[number]) ?? [];
    const isWrong = status !== "dropped" && status !== "draft" && says.some((message) => !message.is_warning);
    const label = number === ARTICLE ? "Article" : `${number + 1}${SIGNS[status]}`;
    const button = make("button", { type: "button", class: `is-${status}${isWrong ? " wrong" : ""}`, "aria-current": number === current ? "true" : null }, label);
    button.append(make("span", { class: "unseen" }, number === ARTICLE ? "" : ` ${status}`, isWrong ? ", with problems" : ""));
    button.addEventListener("click", () => show(number));
    return make("li", {}, button);
  });
  element("entries").replaceChildren(...buttons);
  const left = unsettled();
  const isSaved = JSON.stringify(state) === saved;
  element("progress").textContent = `${state.entries.length - left} of ${state.entries.length} settled, ${isSaved ? "saved" : "not saved"}`;
  document.querySelector("[data-do=undo]").setAttribute("aria-disabled", past.length === 0 && JSON.stringify(state) === committed);
}

/** Show what the check says of each field; what is said of no field stands above the form. */
function showMessages(newMessages) {
  messages = newMessages;
  const form = forms[current === ARTICLE ? "article" : "entry"];
  const isDropped = current !== ARTICLE && entry()?.status === "dropped";
  const says = isDropped ? [] : (current === ARTICLE ? messages.article : messages.entries[current]) ?? [];
  const controls = [...form.querySelectorAll("[data-key]")];
  const rest = new Set(says);
  for (const control of controls) {
    const key = control.dataset.key;
    const first = controls.find((other) => other.dataset.key.startsWith(`${key.split(".")[0]}.`));
    const own = says.filter((message) => message.key === key || (control === first && message.key === key.split(".")[0]));
    own.forEach((message) => rest.delete(message));
    const place = element(`${control.id}-says`);
    place.textContent = own.map((message) => message.what).join("; ");
    place.hidden = own.length === 0;
    place.classList.toggle("warning", own.length > 0 && own.every((message) => message.is_warning));
    control.classList.toggle("is-empty", own.length > 0 && control.value === "");
    control.setAttribute("aria-invalid", own.some((message) => !message.is_warning));
    if (own.length) control.setAttribute("aria-describedby", place.id);
    else control.removeAttribute("aria-describedby");
  }
  if (element("more").querySelector("[aria-invalid=true]")) element("more").open = true;
  element("general").replaceChildren(...[...rest].map(({ key, what, is_warning }) => make("li", is_warning ? { class: "warning" } : {}, key ? `${key}: ${what}` : what)));
  showProgress();
}

/** Show which claims the entry may report. */
function showSuggestions() {
  const suggested = current === ARTICLE || entry().status !== "draft" ? [] : (claims[current] ?? []);
  element("suggested").replaceChildren(
    ...suggested.map(({ claim, says, values: taken }) => {
      const button = make("button", { type: "button" }, "Use");
      button.append(make("span", { class: "unseen" }, ` claim ${claim}`));
      button.addEventListener("click", () => {
        for (const [key, value] of Object.entries(taken)) if (key === "claim" || values()[key] === "") values()[key] = value;
        fill();
        changed();
        commit();
      });
      return make("div", { class: "suggestion" }, make("p", {}, says), button);
    }),
  );
}

function changed() {
  checkSoon();
  showProgress();
}

/** Take what was typed; a wording that is changed is looked for in the text. */
function typed({ target }) {
  const key = target.dataset.key;
  if (!key) return;
  say("");
  values()[key] = target.value;
  const owner = key === "wording" ? "evidence" : key.endsWith(".wording") ? key.split(".")[0] : null;
  if (owner) {
    const place = locate(target.value, Number(values()[`${owner}.start`] || values()["evidence.start"] || 0));
    if (place) [values()[`${owner}.start`], values()[`${owner}.end`]] = place.map(String);
    fill();
    drawText();
  }
  changed();
}

// What can be done

const actions = {
  next() {
    show(current + 1 < state.entries.length ? current + 1 : ARTICLE);
  },
  previous() {
    show(current === ARTICLE ? state.entries.length - 1 : current - 1);
  },
  async accept() {
    if (current === ARTICLE || entry().status === "accepted") return actions.onward();
    const accepted = entry();
    if (accepted.status === "dropped") accepted.status = "draft"; // dropped entries are not checked
    if (!(await check()) || entry() !== accepted) return null;
    const wrong = (messages.entries[current] ?? []).filter((message) => !message.is_warning);
    if (wrong.length) {
      const control = forms.entry.querySelector("[aria-invalid=true]");
      say(`Not accepted: ${wrong.map(({ key, what }) => `${key} ${what}`).join("; ")}`, true);
      if (control) control.focus();
      return null;
    }
    accepted.status = "accepted";
    commit();
    say(`Accepted: ${accepted.values.wording}`);
    return actions.onward();
  },
  drop() {
    if (current === ARTICLE) return;
    entry().status = "dropped";
    commit();
    say(`Dropped: ${entry().values.wording}`);
    check();
    actions.onward();
  },
  /** Show the next entry that is not settled; the article when all are. */
  onward() {
    const order = [...state.entries.keys()].map((number) => (current + 1 + number) % state.entries.length);
    const number = order.find((each) => state.entries[each].status === "draft");
    show(number ?? ARTICLE);
    if (number === undefined) say(`${element("status").textContent}\nAll entries are settled: look at the article, then save.`);
  },
  undo() {
    commit();
    const before = past.pop();
    if (!before) return say("There is nothing to undo");
    take(JSON.parse(before.state), before.shown);
    return say("Undone");
  },
  correct() {
    const form = forms[current === ARTICLE ? "article" : "entry"];
    (form.querySelector("[aria-invalid=true]") ?? form.querySelector("[data-key]")).focus();
  },
  words() {
    const place = selected();
    if (place) return add(place);
    return element("words").focus();
  },
  async save() {
    commit();
    const answer = await ask("save");
    if (answer === null) return;
    digest = answer.digest;
    past = [];
    saved = JSON.stringify({ article: answer.article, entries: answer.entries });
    take(JSON.parse(saved), current);
    say([answer.changed ? "Saved" : "Nothing to save: the file says this already", answer.audit].filter(Boolean).join("\n"), Boolean(answer.audit?.includes(":\n")));
  },
};

/** Do what a button says; what was said before is no longer so. */
function act(button) {
  say("");
  actions[button.dataset.do]();
}

/** Add an entry for some words of the text. */
async function add([start, end]) {
  const answer = await ask("add", { start, end });
  if (answer === null) return;
  state.entries.push({ index: null, status: "draft", values: answer, draft: { confidence: "low", because: "added by hand" } });
  commit();
  show(state.entries.length - 1);
  say(`Added: ${answer.wording}`);
  check();
}

element("add-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const place = selected() ?? locate(element("words").value.trim(), null);
  if (!place) return say("These words are not in the text; expected words as they stand there", true);
  element("words").value = "";
  return add(place);
});
document.addEventListener("selectionchange", () => {
  const place = selected();
  if (place) element("words").value = points.slice(...place).join("");
});
for (const form of Object.values(forms)) {
  form.addEventListener("input", typed);
  form.addEventListener("focusout", commit);
  form.addEventListener("submit", (event) => event.preventDefault());
}
element("text").addEventListener("click", (event) => {
  const mark = event.target.closest(".mark");
  if (!mark) return;
  event.preventDefault();
  if (!selected()) show(Number(mark.dataset.number));
});
for (const button of document.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => act(button));
}
document.addEventListener("keydown", (event) => {
  const isField = event.target.matches("input:not([type=checkbox]), select, textarea");
  if (event.key === "Escape" && isField) {
    element("entry-title").focus({ preventScroll: true });
    return;
  }
  if (isField || !element("keys").checked || event.ctrlKey || event.metaKey || event.altKey) return;
  const button = document.querySelector(`[data-do][accesskey="${CSS.escape(event.key)}"]`);
  if (!button) return;
  event.preventDefault();
  act(button);
});
element("keys").checked = true; // whatever it was before a reload
element("keys").addEventListener("change", () => document.body.classList.toggle("keys-off", !element("keys").checked));
addEventListener("beforeunload", (event) => {
  if (JSON.stringify(state) !== saved) event.preventDefault();
});

saved = JSON.stringify(state);
committed = saved;
show(Math.max(0, state.entries.findIndex(({ status }) => status === "draft")), false);
check();

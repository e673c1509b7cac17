// Suggests names while one types into an input with data-suggest: ARIA's combobox with a listbox.
// The value of data-suggest is the kind of the names; where it is empty, all kinds and the words themselves are offered.
const KINDS = { region: "Region", group: "Group", indicator: "Of what", source: "Said by" };
const PAUSE = 150; // milliseconds without a key before names are asked for
const LEAST = 2; // characters
let timer;
let latestRequest = 0;

const listOf = (input) => document.getElementById(`${input.id}-names`);
const optionsOf = (input) => [...(listOf(input)?.children ?? [])];

/** Return an option that asks for a value of a parameter when it is chosen. */
function option(id, name, value, label, text, count) {
  const item = document.createElement("li");
  item.id = id;
  item.role = "option";
  Object.assign(item.dataset, { name, value });
  for (const [tag, content] of [["small", label], ["span", text], ["small", count]]) {
    const part = document.createElement(tag);
    part.textContent = content;
    item.append(part, " ");
  }
  return item;
}

/** Show options below an input in place of those that are there; none closes the list. */
function show(input, options) {
  listOf(input)?.remove();
  input.setAttribute("aria-expanded", String(options.length > 0));
  input.removeAttribute("aria-activedescendant");
  input.removeAttribute("aria-controls");
  if (!options.length) return;
  const list = document.createElement("ul");
  list.id = `${input.id}-names`;
  list.role = "listbox";
  list.ariaLabel = "Suggestions";
  list.append(...options);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the input keeps the focus
  list.addEventListener("click", ({ target }) => choose(input, target.closest("[role=option]")));
  input.after(list);
  input.setAttribute("aria-controls", list.id);
}

/** Ask for the names that the text of an input could mean, and show them. */
async function suggest(input) {
  const requestNumber = ++latestRequest;
  const text = input.value.trim();
  if (text.length < LEAST) {
    show(input, []);
    return;
  }
  const kind = input.dataset.suggest;
  const query = new URLSearchParams({ q: text, begins: true, limit: 8, ...(kind && { kind }) });
  const response = await fetch(`/resolve?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
  const meanings = response?.ok ? (await response.json()).data : [];
  if (requestNumber !== latestRequest || document.activeElement !== input) return;
  const options = meanings.map(({ kind, id, name, count }, index) =>
    option(`${input.id}-${index}`, kind, id, KINDS[kind], name, count.toLocaleString("en")),
  );
  if (!kind) options.push(option(`${input.id}-words`, "q", text, "Words", `“${text}”`, ""));
  show(input, options);
}

/** Make an option the active one, so that Enter chooses it. */
function activate(input, active) {
  for (const item of optionsOf(input)) item.ariaSelected = String(item === active);
  input.setAttribute("aria-activedescendant", active.id);
  active.scrollIntoView({ block: "nearest" });
}

/** Add what an option stands for to the form, and send it. */
function choose(input, chosen) {
  if (!chosen) return;
  const { name, value } = chosen.dataset;
  const { form } = input;
  input.value = "";
  show(input, []);
  if (name === "q") form.elements.q.value = `${form.elements.q.value} ${value}`.trim();
  else form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  form.requestSubmit();
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-suggest]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => suggest(target), PAUSE);
});
document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.matches?.("[data-suggest]")) return;
  const options = optionsOf(input);
  const index = options.findIndex((item) => item.ariaSelected === "true");
  if (event.key === "ArrowDown" && options.length) activate(input, options[(index + 1) % options.length]);
  else if (event.key === "ArrowUp" && options.length) activate(input, options.at(index > 0 ? index - 1 : -1));
  else if (event.key === "Enter" && index >= 0) choose(input, options[index]);
  else if (event.key === "Escape" && options.length) show(input, []);
  else return;
  event.preventDefault();
});
document.addEventListener("focusout", ({ target }) => target.matches?.("[data-suggest]") && show(target, []));
document.addEventListener("submit", () => {
  clearTimeout(timer);
  latestRequest += 1;
});
const focused = document.activeElement;
if (focused?.matches("[data-suggest]") && focused.value) suggest(focused); // typed while this module was loaded

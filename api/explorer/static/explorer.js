// The page works without this module. With it, a choice takes effect at once.
const narrow = matchMedia("(max-width: 61.99rem)");
const LISTS = ".choice > :is(ul, ol)"; // each scrolls, and stays where it was
let latestRequest = 0;

/** Return the address of the form's query, without its empty fields. */
function addressOf(form) {
  const filled = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(filled).toString();
  return query ? `/?${query}` : "/";
}

/** Empty the fields in which names are searched for. */
function forget(form) {
  for (const field of form.elements) if (field.matches("[data-suggest]")) field.value = "";
}

/** Replace the siblings of an element by those of its counterpart on another page; the element itself stays. */
function replaceSiblings(kept, counterpart) {
  const nodes = [...counterpart.parentNode.childNodes];
  const index = nodes.indexOf(counterpart);
  for (const node of [...kept.parentNode.childNodes]) if (node !== kept) node.remove();
  kept.before(...nodes.slice(0, index));
  kept.after(...nodes.slice(index + 1));
}

/** Show the results and the form of the page at an address, and keep the focus; `push` adds to the history. */
async function show(address, push) {
  const requestNumber = ++latestRequest;
  document.querySelector("#results")?.setAttribute("aria-busy", "true");
  let text;
  let finalAddress = address;
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    text = await response.text();
    finalAddress = response.url;
  } catch {
    location.assign(address);
    return;
  }
  if (requestNumber !== latestRequest) return; // a later one is on its way
  const page = new DOMParser().parseFromString(text, "text/html");
  const results = page.querySelector("#results");
  const form = page.querySelector("#filters");
  if (!results || !form) {
    location.assign(address);
    return;
  }
  const focused = document.activeElement;
  const opened = new Set([...document.querySelectorAll("#filters details[open]")].map((details) => details.id));
  for (const details of form.querySelectorAll("details")) details.open ||= opened.has(details.id);
  const scrolled = new Map([...document.querySelectorAll(LISTS)].map((list) => [list.closest("details").id, list.scrollTop]));
  const status = document.querySelector("#results [role=status]"); // stays, so that a screen reader announces its change
  const newStatus = results.querySelector("[role=status]");
  replaceSiblings(status, newStatus);
  status.replaceChildren(...newStatus.childNodes);
  document.querySelector("#results").setAttribute("aria-busy", "false");
  const copies = document.querySelector("#copies");
  const newCopies = page.querySelector("#copies");
  newCopies.open = copies.open;
  copies.replaceWith(newCopies);
  document.querySelector("#filters").replaceWith(form);
  for (const list of document.querySelectorAll(LISTS)) list.scrollTop = scrolled.get(list.closest("details").id) ?? 0;
  if (!focused.isConnected) {
    const isLink = focused.matches("a");
    const place = focused.closest("#filters") ? "#filters" : "#results";
    const candidates = [...document.querySelectorAll(isLink ? `${place} a[data-soft]` : "#filters [name]")];
    const same = candidates.filter((element) => element.name === focused.name && element.textContent === focused.textContent);
    const byId = focused.id ? document.getElementById(focused.id) : null;
    (byId ?? same.find((element) => element.value === focused.value) ?? same[0] ?? (isLink ? candidates[0] : null))?.focus({ preventScroll: true });
  }
  document.title = page.title;
  if (push && finalAddress !== location.href) history.pushState(null, "", finalAddress);
  start();
}

/** Set up the fields that suggest names, and the buttons that copy a text. */
function start() {
  for (const field of document.querySelectorAll("[data-suggest]")) {
    field.role = "combobox";
    field.ariaAutoComplete = "list";
    field.ariaExpanded = "false";
  }
  if (!navigator.clipboard) return; // it is there only where the page comes by HTTPS, or from this machine
  for (const button of document.querySelectorAll("button[data-copies]")) {
    button.hidden = false;
    button.onclick = async () => {
      const copied = document.querySelector(button.dataset.copies);
      await navigator.clipboard.writeText(copied.value ?? copied.textContent);
      button.textContent = "Copied";
    };
  }
}

// A choice takes effect at once, a text with Enter or the button, so that no field is replaced while somebody types.
document.addEventListener("change", ({ target }) => {
  const form = target.form;
  if (form?.id !== "filters" || !target.matches("select, [type=checkbox]")) return;
  forget(form);
  show(addressOf(form), true);
});
document.addEventListener("focusin", ({ target }) => {
  if (target.matches("[data-suggest]")) import(`./suggest.js${new URL(import.meta.url).search}`);
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "filters") return;
  event.preventDefault();
  const address = addressOf(event.target);
  forget(event.target);
  show(address, true);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-soft]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link.href, true);
});
// Several years are chosen by dragging from one bar to another. A finger scrolls, and the keyboard has the fields below.
const yearAt = (element) => element.closest?.(".years a");
let brushedFrom = null;
document.addEventListener("pointerdown", ({ target, button, pointerType }) => {
  brushedFrom = button === 0 && pointerType !== "touch" ? yearAt(target) : null;
});
document.addEventListener("dragstart", (event) => brushedFrom && event.preventDefault()); // else the link itself is dragged
document.addEventListener("pointerover", ({ target }) => {
  const brushedTo = brushedFrom && yearAt(target);
  if (!brushedTo) return;
  const years = [...document.querySelectorAll(".years a")];
  const ends = [brushedFrom, brushedTo].map((year) => years.indexOf(year));
  const isBrushed = (index) => Math.min(...ends) <= index && index <= Math.max(...ends);
  years.forEach((year, index) => year.classList.toggle("brushed", isBrushed(index)));
});
document.addEventListener("pointerup", () => {
  const years = [...document.querySelectorAll(".brushed")]; // the newest first
  brushedFrom = null;
  for (const year of years) year.classList.remove("brushed");
  if (years.length < 2) return; // a click follows the link of its year
  const { elements } = document.querySelector("#filters");
  [elements.to.value, elements.from.value] = [years[0].dataset.year, years.at(-1).dataset.year];
  elements.to.form.requestSubmit();
});
addEventListener("popstate", () => {
  if (!document.querySelector("#results")) return; // a link within another page
  show(location.href, false);
});
/** Close the filters where they stand above the results for lack of room. */
function fold() {
  const panel = document.querySelector("#panel");
  if (panel) panel.open = !narrow.matches;
}
narrow.addEventListener("change", fold);
fold();
start();

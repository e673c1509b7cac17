// The page works without this module. With it, a choice shows at once, and marks of the chart can be asked and followed.
const dark = matchMedia("(prefers-color-scheme: dark)");
const narrow = matchMedia("(max-width: 61.99rem)");
let latest = 0;

/** Return the address that the form asks for, without what is empty. */
function asked(form) {
  const found = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(found).toString();
  return query ? `/?${query}` : "/";
}

/** Put what stands around an element of another page around one of this, which stays in the document as it is. */
function renew(kept, twin) {
  const others = [...twin.parentNode.childNodes];
  const place = others.indexOf(twin);
  for (const one of [...kept.parentNode.childNodes]) if (one !== kept) one.remove();
  kept.before(...others.slice(0, place));
  kept.after(...others.slice(place + 1));
}

/** Show the page at an address in place of this one, and keep what is being typed or chosen in focus. */
async function show(address, push) {
  const turn = ++latest;
  document.querySelector("#results")?.setAttribute("aria-busy", "true");
  let text;
  let where = address;
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    text = await response.text();
    where = response.url;
  } catch {
    location.assign(address);
    return;
  }
  if (turn !== latest) return;
  const page = new DOMParser().parseFromString(text, "text/html");
  const results = page.querySelector("#results");
  const form = page.querySelector("#filters");
  if (!results || !form) {
    location.assign(address);
    return;
  }
  const focused = document.activeElement;
  const chart = document.querySelector("#chart");
  const next = results.querySelector("#chart");
  if (chart && chart.dataset.specification === next?.dataset.specification) next.replaceWith(chart);
  else if (chart && next) next.style.minHeight = `${chart.offsetHeight}px`; // or the page would jump until it is drawn
  const opened = new Set([...document.querySelectorAll("details.choice[open]")].map((one) => one.id));
  for (const one of form.querySelectorAll("details.choice")) one.open ||= opened.has(one.id);
  const scrolled = new Map([...document.querySelectorAll(".choice ul")].map((one) => [one.closest("details").id, one.scrollTop]));
  const said = document.querySelector("#results [role=status]"); // stays, so that a screen reader hears it change
  const saying = results.querySelector("[role=status]");
  renew(said, saying);
  said.replaceChildren(...saying.childNodes);
  document.querySelector("#results").setAttribute("aria-busy", "false");
  if (push && focused.form?.id === "filters" && focused.matches("input:not([type=checkbox])")) {
    renew(focused.closest("#filters > *"), form.elements.namedItem(focused.name).closest("#filters > *"));
  } else {
    document.querySelector("#filters").replaceWith(form);
  }
  for (const one of document.querySelectorAll(".choice ul")) one.scrollTop = scrolled.get(one.closest("details").id) ?? 0;
  if (!focused.isConnected) {
    const isLink = focused.matches("a");
    const alike = [...document.querySelectorAll(isLink ? "#results a[data-soft]" : "#filters [name]")];
    const same = alike.filter((one) => one.name === focused.name && one.textContent === focused.textContent);
    (same.find((one) => one.value === focused.value) ?? same[0] ?? (isLink ? alike[0] : null))?.focus({ preventScroll: true });
  }
  document.title = page.title;
  if (push && where !== location.href) history.pushState(null, "", where);
  start();
}

let loading;
/** Load Vega once, when there is a chart to be drawn. */
function vega() {
  loading ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.type = "module";
    script.src = "/explorer/vega.js";
    script.onload = () => done(window.vegaEmbed);
    script.onerror = failed;
    document.head.append(script);
  });
  return loading;
}

/** Draw the chart in place of its picture: the same specification, as wide as there is room. */
async function draw() {
  const figure = document.querySelector("#chart");
  if (!figure) return;
  const picture = figure.querySelector("picture");
  const address = new URL(figure.dataset.specification, location.origin);
  address.searchParams.set("width", String(Math.max(240, Math.min(figure.clientWidth - 70, 1100))));
  address.searchParams.set("theme", dark.matches ? "dark" : "light");
  try {
    const [embed, response] = await Promise.all([vega(), fetch(address)]);
    if (!response.ok || !figure.isConnected) return;
    const specification = await response.json();
    const target = document.createElement("div");
    target.setAttribute("role", "img");
    target.setAttribute("aria-label", specification.description);
    await embed(target, specification, { ast: true, actions: false, renderer: "svg", tooltip: { theme: dark.matches ? "dark" : "light" } });
    target.querySelector(".vega-bindings")?.remove();
    for (const one of target.querySelectorAll("[role], [aria-label], [aria-roledescription]")) {
      for (const name of ["role", "aria-label", "aria-roledescription"]) one.removeAttribute(name);
    }
    figure.querySelector(".drawn")?.remove();
    target.classList.add("drawn");
    picture.hidden = true;
    figure.prepend(target);
    figure.style.minHeight = "";
  } catch (error) {
    console.warn("The picture of the chart stays:", error);
  }
}

/** Set up what the page holds now. */
function start() {
  const copy = document.querySelector("#copy");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.onclick = async () => {
      await navigator.clipboard.writeText(document.querySelector("#curl").textContent);
      copy.textContent = "Copied";
    };
  }
  if (!document.querySelector("#chart .drawn")) draw();
}

let typing;
document.addEventListener("input", ({ target }) => {
  const form = target.form;
  if (form?.id !== "filters") return;
  clearTimeout(typing);
  const typed = target.matches("input:not([type=checkbox])");
  typing = setTimeout(() => show(asked(form), true), typed ? 350 : 0);
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "filters") return;
  event.preventDefault();
  clearTimeout(typing);
  show(asked(event.target), true);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-soft]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  clearTimeout(typing);
  show(link.href, true);
});
addEventListener("popstate", () => {
  clearTimeout(typing);
  show(location.href, false);
});
dark.addEventListener("change", draw);
/** Close the filters where there is no room beside the results, which come first. */
function fold() {
  const panel = document.querySelector("#panel");
  if (panel) panel.open = !narrow.matches;
}
narrow.addEventListener("change", fold);
fold();
start();

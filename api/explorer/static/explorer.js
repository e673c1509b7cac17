// The page works without this module. With it, a choice shows at once, and marks of the chart can be asked and followed.
const dark = matchMedia("(prefers-color-scheme: dark)");
let latest = 0;

/** Return the address that the form asks for, without what is empty or holds anyway. */
function asked(form) {
  const implied = { region_scope: "within", scale: "log" };
  const found = [...new FormData(form)].filter(([name, value]) => value !== "" && implied[name] !== value);
  const query = new URLSearchParams(found).toString();
  return query ? `/?${query}` : "/";
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
  const opened = new Set([...document.querySelectorAll("details.choice[open]")].map((one) => one.id));
  for (const one of form.querySelectorAll("details.choice")) one.open ||= opened.has(one.id);
  const scrolled = new Map([...document.querySelectorAll(".choice ul")].map((one) => [one.closest("details").id, one.scrollTop]));
  document.querySelector("#results").replaceWith(results);
  if (!(focused instanceof HTMLInputElement && focused.form && focused.type !== "checkbox")) {
    document.querySelector("#filters").replaceWith(form);
    for (const one of document.querySelectorAll(".choice ul")) one.scrollTop = scrolled.get(one.closest("details").id) ?? 0;
    if (focused?.name) {
      const same = [...form.elements].find((one) => one.name === focused.name && one.value === focused.value);
      (same ?? form.elements.namedItem(focused.name))?.focus?.({ preventScroll: true });
    }
  }
  document.title = page.title;
  if (push) history.pushState(null, "", where);
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
  draw();
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
  show(link.href, true);
});
addEventListener("popstate", () => show(location.href, false));
dark.addEventListener("change", draw);
// Where there is no room beside the results, they come first.
if (matchMedia("(max-width: 61.99rem)").matches) document.querySelector("#panel")?.removeAttribute("open");
start();

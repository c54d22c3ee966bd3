// What is typed into a form with data-draft is kept: on this device at once, on the site when it
// can be reached. Fields with data-personal are kept on the site alone.
const form = document.querySelector("[data-draft]");
const key = form && `draft:${document.body.dataset.who}:${location.pathname}:${form.dataset.like}`; // each person's own
const said = form?.querySelector("[data-kept]");
const fields = () => [...form.elements].filter((one) => one.name && one.type !== "hidden" && one.type !== "submit");
const typed = (personal) =>
  Object.fromEntries(fields().filter((one) => personal || !("personal" in one.dataset)).map((one) => [one.name, one.value]));
let timer = 0;

function restore() {
  const kept = JSON.parse(localStorage.getItem(key) ?? "null");
  if (!kept || kept.sent || document.querySelector(".field .error")) return;
  let changed = false;
  for (const one of fields()) {
    if (!(one.name in kept.values) || one.value === kept.values[one.name]) continue;
    one.value = kept.values[one.name];
    changed = true;
  }
  if (changed) document.querySelector("[data-restored]").hidden = false;
}

async function keep() {
  try {
    const answer = await fetch(form.dataset.draft, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      body: JSON.stringify({ like: form.dataset.like, values: typed(true) }),
    });
    if (!answer.ok) return;
    said.textContent = "✓ " + (await answer.json()).kept;
    localStorage.removeItem(key);
  } catch {
    said.textContent = "";
  }
}

if (form) {
  if (new URLSearchParams(location.search).has("fresh")) localStorage.removeItem(key);
  restore();
  form.addEventListener("input", () => {
    localStorage.setItem(key, JSON.stringify({ values: typed(false) }));
    clearTimeout(timer);
    timer = setTimeout(keep, 1500);
  });
  form.addEventListener("submit", () => clearTimeout(timer)); // with the network cut: see cut.js
}
if (new URLSearchParams(location.search).has("entered"))
  for (const name of Object.keys(localStorage)) if (name.startsWith(`draft:${document.body.dataset.who}:`)) localStorage.removeItem(name);

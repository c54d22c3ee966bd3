// Ticks of a list: one tick for the whole page, and the sum of what is chosen.
const form = document.querySelector("[data-choose]");
const ticks = form ? [...form.querySelectorAll("input[name=ref]")] : [];
const sum = form?.querySelector("[data-sum]");
const which = form?.querySelector("[name=which]");
const head = form?.querySelector("thead th");
const yuan = (fen) => (fen / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
let whole;
const show = () => {
  const chosen = ticks.filter((tick) => tick.checked);
  const fen = chosen.reduce((total, tick) => total + Number(tick.dataset.fen), 0);
  const text = sum.dataset.sum.replace("{n}", chosen.length).replace("{sum}", yuan(fen));
  sum.textContent = chosen.length ? text : "";
  if (!whole) return;
  whole.checked = chosen.length === ticks.length;
  whole.indeterminate = chosen.length > 0 && !whole.checked;
};
if (head && ticks.length) {
  whole = document.createElement("input");
  whole.type = "checkbox";
  whole.className = "checkbox";
  whole.setAttribute("aria-label", which.options[1].text);
  whole.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = whole.checked;
    which.value = "chosen";
    show();
  });
  head.append(" ", whole);
}
form?.addEventListener("change", show);
// The sum of what is ticked stands there already: asking for it must not take the ticks away.
form?.addEventListener("submit", (event) => {
  if (event.submitter?.value !== "sum" || which.value !== "chosen" || !ticks.some((tick) => tick.checked)) return;
  event.preventDefault();
  show();
});
// Shift and a click choose everything between.
let last = -1;
form?.addEventListener("click", (event) => {
  const at = ticks.indexOf(event.target);
  if (at < 0) return;
  if (event.shiftKey && last >= 0) {
    for (const tick of ticks.slice(Math.min(at, last), Math.max(at, last))) tick.checked = event.target.checked;
    show();
  }
  last = at;
});
addEventListener("pageshow", () => sum && show());

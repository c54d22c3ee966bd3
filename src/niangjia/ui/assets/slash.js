// "/" goes to the search box of the staff bar, unless something is being typed.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select")) return;
  const box = document.querySelector("[data-slash]");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});
// Arrow keys go from the search box through what was found, and through the rows of a list.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const box = document.querySelector("[data-slash]");
  const stops = [...document.querySelectorAll("[data-stop]")];
  const at = stops.indexOf(document.activeElement);
  if (at < 0 && !(document.activeElement === box && step > 0)) return;
  const next = at < 0 ? stops[0] : (stops[at + step] ?? (step < 0 ? box : null));
  if (!next) return;
  event.preventDefault();
  next.focus();
});
// "?" tells the keys; Escape closes what was opened, and the mark goes back to what opened it.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select");
  const keys = document.querySelector("[data-keys]");
  if ((event.key === "?" || event.key === "？") && !typing && !keys?.open) keys?.showModal();
  if (event.key !== "Escape" || event.isComposing || keys?.open) return;
  const opened = event.target.closest("details[open]") ?? document.querySelector("details.keep[open]");
  if (!opened) return;
  opened.open = false;
  opened.querySelector("summary").focus();
});

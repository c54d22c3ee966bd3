// A form is not sent while the network is cut: the browser's error page would take it away.
const told = (form) => {
  const text = form.dataset.offline ?? document.body.dataset.cut;
  const kept = form.querySelector("[data-kept]");
  if (kept) return (kept.textContent = text);
  let notice = form.querySelector("[data-cut]");
  if (!notice) {
    notice = document.createElement("p");
    notice.className = "notice bad";
    notice.setAttribute("role", "alert");
    notice.dataset.cut = "";
    form.append(notice);
  }
  notice.textContent = text;
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (navigator.onLine || form.reached || event.defaultPrevented || form.method !== "post") return;
  event.preventDefault();
  const sent = event.submitter;
  fetch("/healthz").then(
    () => ((form.reached = true), form.requestSubmit(sent)), // no network, but the site is here
    () => told(form),
  );
});
addEventListener("online", () => document.querySelectorAll("[data-cut]:not(body)").forEach((one) => one.remove()));

// A button with data-fill puts its JSON of name -> value into the form of the same page.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  if (!button) return;
  for (const [name, value] of Object.entries(JSON.parse(button.dataset.fill))) {
    const field = document.querySelector(`[name="${name}"]`);
    if (field) field.value = value;
  }
  document.querySelector(button.dataset.focus ?? "[type=submit]")?.focus();
  event.preventDefault();
});

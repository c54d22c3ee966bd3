// A form with a drop zone: drag and drop, the file's name and size, progress of the upload. What was
// chosen stays when the line is cut or the session ends; it can be sent again.
const form = document.querySelector("form[data-upload]");
if (form) {
  const input = form.querySelector("input[type=file]");
  const zone = form.querySelector(".drop");
  const chosen = form.querySelector("[data-chosen]");
  const told = form.querySelector("[data-told]");
  const bar = form.querySelector("progress");
  const button = form.querySelector("button[type=submit]");
  const words = form.dataset;
  const most = Number(words.most);
  form.classList.add("ready");

  const say = (text, link) => {
    told.hidden = !text;
    told.querySelector("span").textContent = text;
    const a = told.querySelector("a");
    a.hidden = !link;
  };
  const show = () => {
    const file = input.files[0];
    const size = file && (file.size < 1048576 ? `${Math.ceil(file.size / 1024)} KB` : `${(file.size / 1048576).toFixed(1)} MB`);
    chosen.textContent = file ? `${file.name} · ${size}` : "";
    say("");
    if (file && file.size > most) say(words.tooLarge);
    if (file && file.size === 0) say(words.empty);
    return file && file.size > 0 && file.size <= most;
  };
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    zone.addEventListener(name, () => zone.classList.remove("over"));
  }
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    show();
    button.focus();
  });
  input.addEventListener("change", show);

  const token = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) ?? [])[1];
  const ended = (request) => {
    bar.hidden = true;
    button.disabled = false;
    if (request.status === 401 || request.status === 403) return say(words.signedOut, true);
    if (request.status >= 500) return say(words.failed);
    const onward = request.getResponseHeader("X-Onward");
    if (onward) return location.assign(onward);
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    say(page.querySelector("[data-refused]")?.textContent.trim() || words.failed);
  };
  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    if (!show()) return;
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (part) => {
      bar.hidden = false;
      bar.max = part.total;
      bar.value = part.loaded;
    });
    request.addEventListener("load", () => ended(request));
    request.addEventListener("error", () => {
      bar.hidden = true;
      button.disabled = false;
      say(words.cut);
    });
    request.open("POST", form.action);
    request.setRequestHeader("X-Upload", "1");
    const data = new FormData(form);
    if (token()) data.set("csrfmiddlewaretoken", token()); // renewed by a sign-in meanwhile
    button.disabled = true;
    say("");
    request.send(data);
  });
}

// Boxes for evidence: drop, paste, camera, choose; any number of files, sent one after the other.
// What was not sent when the line was cut stays queued and goes on once the site can be reached.
const RETRY_MS = [1000, 3000, 10000, 30000];
const token = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) ?? [])[1];
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

class Box {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector(".drop input[type=file]");
    this.told = form.querySelector("[data-told]");
    this.progress = form.querySelector("[data-progress]");
    this.queue = [];
    this.done = this.failed = this.all = 0;
    this.running = false;
    form.classList.add("ready");
    form.querySelector("button[type=submit]").hidden = true;
    this.listen(form.querySelector(".drop"));
  }

  listen(zone) {
    for (const name of ["dragenter", "dragover"])
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("over");
      });
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      this.add(event.dataTransfer.files);
    });
    this.input.addEventListener("change", () => this.add(this.input.files));
    const camera = this.form.querySelector("[data-camera]");
    if (matchMedia("(pointer: coarse)").matches) {
      camera.hidden = false;
      const photo = camera.querySelector("input");
      photo.addEventListener("change", () => this.add(photo.files));
    }
    this.form.addEventListener("submit", (event) => event.preventDefault());
    addEventListener("online", () => this.run());
    addEventListener("beforeunload", (event) => this.queue.length && event.preventDefault());
  }

  add(files) {
    for (const file of files) {
      this.all += 1;
      if (file.size > Number(this.form.dataset.most)) {
        this.failed += 1;
        this.say(`${file.name}: ${this.form.dataset.tooLarge}`, "bad");
      } else this.queue.push(file);
    }
    this.input.value = "";
    this.show();
    this.run();
  }

  async run() {
    if (this.running) return;
    this.running = true;
    let tries = 0;
    while (this.queue.length) {
      const answer = await this.send(this.queue[0]);
      if (answer) {
        this.queue.shift();
        tries = 0;
        this.took(answer);
      } else {
        await wait(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
        tries += 1;
      }
      this.show();
    }
    this.running = false;
    if (this.done) this.finish();
  }

  // The site's answer; null if the file is to be sent again.
  async send(file) {
    const data = new FormData(this.form);
    data.delete("file");
    data.append("file", file, file.name);
    if (token()) data.set("csrfmiddlewaretoken", token());
    try {
      const answer = await fetch(this.form.action, { method: "POST", body: data, headers: { "X-Upload": "1" }, redirect: "manual" });
      if (answer.ok) return (await answer.json()).files[0];
      if (answer.status === 401 || answer.status === 403 || answer.type === "opaqueredirect") {
        this.warn(this.form.dataset.signedOut);
        return null;
      }
      this.warn(`${file.name}: ${this.form.dataset.failed}`);
      return null;
    } catch {
      this.warn(this.form.dataset.cut);
      return null;
    }
  }

  took(answer) {
    this.warn("");
    if (answer.refused) {
      this.failed += 1;
      this.say(answer.refused, "bad");
    } else {
      this.done += 1;
      this.say(answer.told, "good", answer.href);
    }
  }

  say(text, state, href) {
    const line = document.createElement("li");
    const words = document.createElement(href ? "a" : "span");
    if (href) words.href = href;
    words.textContent = text;
    line.className = state === "bad" ? "text-error" : "";
    line.append(words);
    this.told.append(line);
    while (this.told.children.length > 200) this.told.firstChild.remove();
  }

  warn(text) {
    let line = this.told.querySelector("[data-warn]");
    if (!text) return line?.remove();
    if (!line) {
      line = document.createElement("li");
      line.dataset.warn = "";
      line.className = "text-warning";
      this.told.prepend(line);
    }
    line.textContent = text;
  }

  show() {
    const bar = this.progress.querySelector("progress");
    this.progress.hidden = false;
    bar.max = this.all;
    bar.value = this.done + this.failed;
    this.progress.querySelector("[data-count]").textContent = `${this.done + this.failed} / ${this.all}`;
  }

  // The page as it stands now; what was refused stays to be read.
  finish() {
    if (!this.failed) location.reload();
    else this.done = 0;
  }
}

const boxes = [...document.querySelectorAll("form[data-evidence]")].map((form) => new Box(form));
addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length || !boxes.length) return;
  event.preventDefault();
  const near = document.activeElement?.closest("form[data-evidence]");
  (boxes.find((box) => box.form === near) ?? boxes[0]).add(files);
});

// The page: files in, answer out. Nothing leaves the browser.
import { show } from "./answer.js";
import { switchLanguage, translate, word } from "./language.js";
import { examine } from "./verify.js";

const TURN_MS = 40;
const at = (id) => document.getElementById(id);
let dropped = null;
let answer = null;

const packFile = () => dropped ?? at("pack").files[0] ?? null;

async function bytesOf(id) {
  const file = at(id).files[0];
  return file ? new Uint8Array(await file.arrayBuffer()) : null;
}

/** What was pasted; a text field loses the last newline that the file ends in. */
function pastedPolicy() {
  const text = at("policy_text").value.replaceAll("\r\n", "\n");
  if (!text.trim()) return null;
  return text.endsWith("\n") ? text : `${text}\n`;
}

function pastedHash() {
  const text = at("policy_hash").value.replace(/\s/g, "").toLowerCase();
  at("hash_wrong").hidden = !text || /^[0-9a-f]{64}$/.test(text);
  return text || null;
}

async function outside() {
  return {
    policyText: (await bytesOf("policy_file")) ?? pastedPolicy(),
    policySha256: pastedHash(),
    known: await bytesOf("known"),
    older: await bytesOf("older"),
    now: Math.floor(Date.now() / 1000),
  };
}

function progress(pct) {
  at("state").textContent = word("working", { pct });
  at("progress").value = pct;
}

/** Runs the checks in short turns, so that the page stays alive. */
async function run(data, given) {
  const steps = examine(data, given);
  let done = 0;
  let turn = steps.next();
  let since = performance.now();
  while (!turn.done) {
    done += turn.value;
    if (performance.now() - since > TURN_MS) {
      progress(Math.min(99, Math.floor((50 * done) / data.length)));
      await new Promise((resolve) => { setTimeout(resolve); });
      since = performance.now();
    }
    turn = steps.next();
  }
  return turn.value;
}

async function check() {
  const file = packFile();
  if (!file) {
    at("state").textContent = word("need_pack");
    at("pack").focus();
    return;
  }
  const given = await outside();
  if (!at("hash_wrong").hidden) {
    at("policy_hash").focus();
    return;
  }
  progress(0);
  at("progress").hidden = false;
  answer = await run(new Uint8Array(await file.arrayBuffer()), given);
  show(at("answer"), answer);
  at("state").textContent = "";
  at("answer").querySelector(".verdict").focus();
}

async function submit(event) {
  event.preventDefault();
  at("check").disabled = true;
  at("answer").hidden = true;
  answer = null;
  try {
    await check();
  } catch {
    at("state").textContent = word("broke");
  }
  at("check").disabled = false;
  at("progress").hidden = true;
}

/** A file chosen is named by the browser's own field; one that was dropped is named here. */
function named() {
  at("pack_name").textContent = dropped?.name ?? "";
}

function watchDrops() {
  const drop = at("drop");
  const over = (is) => (event) => {
    event.preventDefault();
    drop.classList.toggle("over", is);
  };
  drop.addEventListener("dragover", over(true));
  drop.addEventListener("dragleave", over(false));
  drop.addEventListener("drop", (event) => {
    over(false)(event);
    dropped = event.dataTransfer.files[0] ?? null;
    at("pack").value = "";
    named();
  });
}

at("form").addEventListener("submit", submit);
at("pack").addEventListener("change", () => {
  dropped = null;
  named();
});
at("language").addEventListener("click", () => {
  switchLanguage();
  translate();
  named();
  if (answer) show(at("answer"), answer);
});
watchDrops();
translate();

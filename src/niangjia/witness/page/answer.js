// The answer as a person reads it.
import { sha256 } from "@noble/hashes/sha2.js";
import { dump, hex } from "./canonical.js";
import { moment, word } from "./language.js";

function make(tag, text = "", className = "") {
  const one = document.createElement(tag);
  one.textContent = text;
  if (className) one.className = className;
  return one;
}

function table(heads, rows, className = "") {
  const found = make("table", "", className);
  if (heads.length) {
    const row = found.createTHead().insertRow();
    for (const head of heads) row.append(Object.assign(make("th", head), { scope: "col" }));
  }
  const body = found.createTBody();
  for (const [first, ...rest] of rows) {
    const row = body.insertRow();
    row.append(Object.assign(make("th", first), { scope: "row" }), ...rest.map((c) => make("td", c)));
  }
  return found;
}

const KINDS = [
  [/^entries\/(\d+)\.json$/, "of_entry"],
  [/^proofs\/(\d+)\.tlog-proof$/, "of_proof"],
  [/^disclosures\/(\d+)\.json$/, "of_disclosure"],
  [/^evidence\/()/, "of_evidence"],
];

/** What a member is, before its name. */
function about(name) {
  const [pattern, key] = KINDS.find(([one]) => one.test(name)) ?? [];
  return key ? `${word(key, { n: pattern.exec(name)[1] })} ` : "";
}

function list(title, pairs) {
  const items = make("ul");
  for (const [code, name] of pairs) {
    const item = make("li", word(code));
    if (name) item.append(word("colon"), about(name), make("code", name));
    items.append(item);
  }
  return pairs.length ? [make("h3", word(title)), items] : [];
}

/** [how many, of how many] the quorum asks for. */
function top(policy) {
  if (policy.quorum === "none") return [0, 0];
  const group = policy.groups.find(([name]) => name === policy.quorum);
  return group ? [group[1], group[2].length] : [1, 1];
}

function facts(result, checker) {
  const [k, n] = top(checker.policy);
  const at = result.witnessed_at;
  const have = checker.vouched.cosigned.size;
  const full = at === null ? word("not_witnessed") : moment(at);
  return table([], [
    [word("witnessed"), word("witnessed_value", { have, n, k, at: full })],
    [word("entries"), `${checker.entries.size} / ${result.entries}`],
    [word("files"), String(checker.members.size)],
    [word("log"), result.origin],
    [word("size"), String(result.size)],
    [word("policy"), result.policy_sha256],
    [word("words_of_maker"), checker.manifest.title],
    [word("made"), checker.manifest.made_at],
  ], "facts");
}

function shown(value) {
  if (value === null) return word("absent");
  return typeof value === "string" ? value : dump(value);
}

function tables(result) {
  const found = [];
  const signed = Object.entries(result.cosigned).sort((a, b) => a[1] - b[1]);
  if (signed.length) {
    const rows = signed.map(([name, at]) => [name, moment(at)]);
    found.push(make("h3", word("cosigned")), table([word("department"), word("time")], rows));
  }
  if (result.disclosed.length) {
    const rows = result.disclosed.map((one) => [String(one.index), one.name, shown(one.value)]);
    const heads = [word("entry"), word("field"), word("value")];
    found.push(make("h3", word("disclosed")), table(heads, rows, "values"));
  }
  return found;
}

function limits(checker) {
  const [k, n] = top(checker.policy);
  const both = 2 * k - n;
  const bears = word(both > 0 ? "bears" : "bears_none", { k, n, both, bears: both - 1 });
  const items = make("ul");
  for (const text of [word("limit_truth"), word("limit_recall"), bears]) {
    items.append(make("li", text));
  }
  const found = [make("h3", word("limits")), items];
  if (checker.members.has("timestamp.tsr")) {
    const digest = hex(sha256(checker.note.text));
    const command = `openssl ts -verify -digest ${digest} -in timestamp.tsr -CAfile CA.pem`;
    found.push(make("p", word("stamp") + word("colon")), make("code", command));
  }
  return found;
}

/** Fills `place` and moves the focus there. */
export function show(place, { result, checker }) {
  const verdict = make("h2", word(result.verdict), `verdict ${result.verdict}`);
  verdict.tabIndex = -1;
  const parts = [verdict, make("p", word(`advice_${result.verdict}`))];
  parts.push(...list("reasons", result.reasons), ...list("warnings", result.warnings));
  if (checker) parts.push(facts(result, checker), ...tables(result), ...limits(checker));
  const print = make("button", word("print"), "quiet");
  print.type = "button";
  print.addEventListener("click", () => window.print());
  const machine = make("details", "", "machine");
  machine.append(make("summary", word("machine")), make("pre", dump(result)));
  place.replaceChildren(...parts, make("p"), print, make("p"), machine);
  place.hidden = false;
}

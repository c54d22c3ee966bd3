// Notes (C2SP signed-note), checkpoints (tlog-checkpoint), policies (tlog-policy), who signed.
import { sha256 } from "@noble/hashes/sha2.js";
import { decimal, decode, hex, joined, need, sameBytes, unbase64, utf8 }
  from "./canonical.js";
import { checkPublic, holds } from "./signatures.js";

const [LOG_KEY, WITNESS_KEY] = [1, 4];
const SPACE = /[ \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]/;
const CONTROL = /[\x00-\x09\x0b-\x1f]/;
const EMPTY_ROOT = sha256(new Uint8Array());

/** [before, separator, after] of the first separator; all before it if there is none. */
export function partition(text, separator) {
  const at = text.indexOf(separator);
  if (at < 0) return [text, "", ""];
  return [text.slice(0, at), separator, text.slice(at + separator.length)];
}

/** A key's name and id in one word, as a key of maps. */
const markOf = (name, id) => `${hex(id)} ${name}`;

/** {text, lines: [[mark, name, signature]], head: {origin, size: BigInt, root}}. */
export function parseNote(data) {
  need(data.length <= 1_000_000);
  const whole = decode(data);
  const gap = whole.lastIndexOf("\n\n");
  need(gap >= 0 && !CONTROL.test(whole));
  const [text, signed] = [whole.slice(0, gap), whole.slice(gap + 2)];
  need(signed.endsWith("\n"));
  const lines = signed.slice(0, -1).split("\n");
  need(lines.length <= 64);
  return { text: utf8(`${text}\n`), lines: lines.map(parseLine), head: parseHead(text) };
}

function parseLine(line) {
  const [dash, , rest] = partition(line, " ");
  const [name, gap, encoded] = partition(rest, " ");
  const data = unbase64(encoded);
  need(dash === "\u2014" && gap && name && !SPACE.test(name) && data.length > 4);
  return [markOf(name, data.subarray(0, 4)), data.subarray(4)];
}

function parseHead(text) {
  const lines = text.split("\n");
  need(lines.length === 3 && lines[0]);
  const head = { origin: lines[0], size: decimal(lines[1]), root: unbase64(lines[2], 32) };
  need(head.size || sameBytes(head.root, EMPTY_ROOT));
  return head;
}

/** {logs: mark -> {name, key}, witnesses: mark -> {name, key}, groups: [[name, n, members]],
 * quorum}. Maps keep the order of the text. */
export function parsePolicy(data) {
  const text = decode(data);
  need(!/[\x00-\x08\x0b-\x1f\x7f]/.test(text));
  const lines = text.split("\n");
  need(lines.pop() === "" && lines.length <= 1000);
  const policy = { logs: new Map(), witnesses: new Map(), groups: [], quorum: "" };
  const taken = { names: new Set(), members: new Set(), keys: new Set() };
  for (const line of lines) {
    const words = line.split(/[ \t]/).filter((word) => word);
    if (words.length && !words[0].startsWith("#")) policyLine(policy, words, taken);
  }
  need(policy.quorum);
  return policy;
}

function policyLine(policy, [kind, ...rest], taken) {
  if (kind === "log") {
    need(rest.length >= 1 && rest.length <= 2);
    const [mark, name, key] = parseKey(rest[0], LOG_KEY, taken.keys);
    policy.logs.set(mark, { name, key });
  } else if (kind === "witness") {
    need(rest.length >= 2 && rest.length <= 3);
    const [mark, , key] = parseKey(rest[1], WITNESS_KEY, taken.keys);
    policy.witnesses.set(mark, { name: fresh(rest[0], taken.names), key });
  } else if (kind === "group") {
    policyGroup(policy, rest, taken);
  } else {
    need(kind === "quorum" && rest.length === 1 && !policy.quorum);
    need(rest[0] === "none" || taken.names.has(rest[0]));
    policy.quorum = rest[0];
  }
}

function policyGroup(policy, [name, word, ...members], taken) {
  need(members.length);
  for (const member of members) {
    need(taken.names.has(member) && !taken.members.has(member));
    taken.members.add(member);
  }
  policy.groups.push([fresh(name, taken.names), threshold(word, members.length), members]);
}

function parseKey(vkey, kind, taken) {
  const [name, , rest] = partition(vkey, "+");
  const [hashed, , encoded] = partition(rest, "+");
  const data = unbase64(encoded, 33);
  const id = sha256(joined(utf8(`${name}\n`), data)).subarray(0, 4);
  need(name && !SPACE.test(name) && data[0] === kind && hex(id) === hashed);
  const key = data.subarray(1);
  need(!taken.has(hex(key)));
  checkPublic(key);
  taken.add(hex(key));
  return [markOf(name, id), name, key];
}

function fresh(name, names) {
  need(name !== "none" && !names.has(name));
  names.add(name);
  return name;
}

function threshold(word, n) {
  if (word === "any" || word === "all") return word === "any" ? 1 : n;
  need(/^[1-9][0-9]{0,3}$/.test(word) && Number(word) <= n);
  return Number(word);
}

/** Of each key the first line counts, and it must hold; lines of unknown keys are passed over.
 * {failures: codes, cosigned: Map of name -> POSIX seconds, at: when the quorum was full}. */
export function vouched(note, policy) {
  const first = new Map();
  for (const [mark, signature] of note.lines) if (!first.has(mark)) first.set(mark, signature);
  const failures = [];
  const logs = [...policy.logs].filter(([mark, { name }]) =>
    name === note.head.origin && first.has(mark));
  const signed = logs.map(([mark, { key }]) => holds(key, note.text, first.get(mark)));
  if (policy.logs.size && !(signed.length && signed.every((one) => one))) {
    failures.push("log_signature");
  }
  const cosigned = new Map();
  for (const [mark, { name, key }] of policy.witnesses) {
    if (!first.has(mark)) continue;
    const at = cosignedAt(note, key, first.get(mark));
    if (at === null) failures.push("cosignature");
    else cosigned.set(name, at);
  }
  const at = reached(policy, cosigned);
  if (policy.quorum !== "none" && at === null) failures.push("quorum");
  return { failures, cosigned, at };
}

function cosignedAt(note, key, signature) {
  if (signature.length !== 72) return null;
  const at = signature.subarray(0, 8).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  if (at > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  const message = joined(utf8(`cosignature/v1\ntime ${at}\n`), note.text);
  return holds(key, message, signature.subarray(8)) ? Number(at) : null;
}

/** A group is reached at the threshold-th smallest time of its members. */
function reached(policy, cosigned) {
  const times = new Map(cosigned);
  for (const [name, n, members] of policy.groups) {
    const there = members.filter((one) => times.has(one)).map((one) => times.get(one));
    there.sort((a, b) => a - b);
    if (there.length >= n) times.set(name, there[n - 1]);
  }
  return times.get(policy.quorum) ?? null;
}


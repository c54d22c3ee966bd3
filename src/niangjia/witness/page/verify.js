// Checks an evidence pack. The same answers, byte for byte, as niangjia/witness/verify.py.
import { sha256 } from "@noble/hashes/sha2.js";
import { Bad, compare, decode, dump, hex, need, sameBytes, unbase64, unhex, utf8 }
  from "./canonical.js";
import { blankLine, knownFailure } from "./known.js";
import { parseDisclosure, parseEntry, parseManifest } from "./members.js";
import { checkIncluded, leafHash, MAX_HASHES } from "./merkle.js";
import { parseNote, parsePolicy, vouched } from "./notes.js";
import { BadZip, readZip } from "./zip.js";

const EVIDENCE = /^evidence\/([0-9a-f]{64})(?:\.[a-z0-9]{1,8})?$/;
const PLAIN =
  ["checkpoint", "manifest.json", "policy", "README.txt", "report.html", "timestamp.tsr"];
const PARSERS = { "manifest.json": parseManifest, checkpoint: parseNote, policy: parsePolicy };
const DAY_S = 24 * 60 * 60;
const CHUNK = 1 << 22;

/** [code, member] pairs, each once, in order. */
class Reasons extends Map {
  add(code, name = "") {
    this.set(`${code} ${name}`, [code, name]);
  }

  sorted() {
    return [...this.values()].sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
  }
}

/** True unless `run` throws Bad. */
function passes(run) {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof Bad) return false;
    throw error;
  }
}

/** The checks of a pack whose manifest, checkpoint and policy can be read. */
class Checker {
  constructor(members, read) {
    Object.assign(this, { members, manifest: read["manifest.json"], note: read.checkpoint });
    this.policy = read.policy;
    this.policySha256 = hex(sha256(members.get("policy")));
    this.vouched = vouched(this.note, this.policy);
    this.failures = new Reasons();
    this.warnings = new Reasons();
    this.entries = new Map(); // those whose proof holds
    this.disclosed = [];
    this.hashes = new Map();
  }

  /** All checks that need nothing from outside; yields how many bytes were hashed. */
  *run() {
    yield* this.hashMembers();
    this.checkMembers();
    this.checkHead();
    for (const index of this.manifest.entries) {
      this.checkEntry(index);
      yield 0;
    }
    this.checkPolicyEntry();
    this.checkEvidence();
  }

  *hashMembers() {
    for (const [name, data] of this.members) {
      const sum = sha256.create();
      for (let done = 0; done < data.length; done += CHUNK) {
        const part = data.subarray(done, done + CHUNK);
        sum.update(part);
        yield part.length;
      }
      this.hashes.set(name, hex(sum.digest()));
    }
  }

  /** Every member is known to the format, listed, and has the hash that is listed. */
  checkMembers() {
    const { files } = this.manifest;
    const there = [...this.members.keys()].filter((name) => name !== "manifest.json");
    const needed = new Set();
    const allowed = new Set(PLAIN);
    for (const index of this.manifest.entries) {
      for (const name of [`entries/${index}.json`, `proofs/${index}.tlog-proof`]) needed.add(name);
      allowed.add(`disclosures/${index}.json`);
    }
    for (const name of [...needed, ...Object.keys(files)]) {
      if (!this.members.has(name)) this.failures.add("missing", name);
    }
    for (const name of there) {
      const listed = Object.hasOwn(files, name);
      if (!listed) this.failures.add("unlisted", name);
      else if (files[name] !== this.hashes.get(name)) this.failures.add("hash", name);
      if (!needed.has(name) && !allowed.has(name) && !EVIDENCE.test(name)) {
        this.failures.add("unknown_member", name);
      }
    }
  }

  /** The manifest speaks of this checkpoint and policy; whom the policy names has signed. */
  checkHead() {
    const { manifest, note: { head, text } } = this;
    const same = manifest.origin === head.origin && BigInt(manifest.size) === head.size;
    if (!same || manifest.root !== hex(head.root)) {
      this.failures.add("manifest_checkpoint", "manifest.json");
    }
    if (manifest.policy_sha256 !== this.policySha256) {
      this.failures.add("policy_hash", "manifest.json");
    }
    for (const code of this.vouched.failures) this.failures.add(code, "checkpoint");
    const reply = this.members.get("timestamp.tsr");
    if (reply && !contains(reply, sha256(text))) this.failures.add("timestamp", "timestamp.tsr");
  }

  checkEntry(index) {
    const [name, proof] = [`entries/${index}.json`, `proofs/${index}.tlog-proof`];
    const disclosure = `disclosures/${index}.json`;
    const data = this.members.get(name);
    let entry = null;
    if (data && !passes(() => { entry = parseEntry(data); })) this.failures.add("entry", name);
    const proven = data && this.members.has(proof) && this.isProven(index, proof, data);
    if (entry && proven) this.entries.set(index, entry);
    if (this.members.has(disclosure)) this.checkDisclosure(disclosure, index);
  }

  /** True if the entry's bytes stand at `index` under the pack's checkpoint. */
  isProven(index, name, data) {
    const proof = this.members.get(name);
    const gap = blankLine(proof);
    const [head, rest] = gap < 0
      ? [proof, new Uint8Array()]
      : [proof.subarray(0, gap), proof.subarray(gap + 2)];
    if (!sameBytes(rest, this.members.get("checkpoint"))) {
      this.failures.add("proof_checkpoint", name);
      return false;
    }
    const holds = passes(() => {
      const [first, place, ...hashes] = decode(head).split("\n");
      need(first === "c2sp.org/tlog-proof@v1" && place === `index ${index}`);
      need(hashes.length <= MAX_HASHES);
      const path = hashes.map((one) => unbase64(one, 32));
      const { size, root } = this.note.head;
      checkIncluded(leafHash(data), BigInt(index), size, path, root);
    });
    if (!holds) this.failures.add("proof", name);
    return holds;
  }

  /** The fields join `disclosed` if each was sealed in this entry with this value. */
  checkDisclosure(name, index) {
    let fields = null;
    const readable = passes(() => {
      need(this.entries.has(index));
      const { sealed } = this.entries.get(index);
      fields = parseDisclosure(this.members.get(name), index, sealed);
    });
    if (!readable) {
      this.failures.add("disclosure", name);
      return;
    }
    const { n, root } = this.entries.get(index).sealed;
    const holds = passes(() => {
      for (const { leaf, place, path } of fields) {
        checkIncluded(leaf, BigInt(place), BigInt(n), path, unhex(root));
      }
    });
    if (!holds) this.failures.add("disclosure_proof", name);
    else this.disclosed.push(...fields.map((one) => ({ index, name: one.name, value: one.value })));
  }

  /** If the manifest names the entry that put the policy in force: it says so. */
  checkPolicyEntry() {
    if (!Object.hasOwn(this.manifest, "policy_entry")) return;
    const entry = this.entries.get(this.manifest.policy_entry);
    const says = entry && Object.hasOwn(entry.open, "policy_sha256") && entry.open.policy_sha256;
    if (entry?.fact !== "ledger.policy/1" || says !== this.policySha256) {
      this.failures.add("policy_entry", "manifest.json");
    }
  }

  /** A file of evidence is named by its hash; tied if that is a value of a proven entry. */
  checkEvidence() {
    const tied = new Set();
    for (const entry of this.entries.values()) addStrings(entry.open, tied);
    for (const field of this.disclosed) addStrings(field.value, tied);
    for (const name of this.members.keys()) {
      const match = EVIDENCE.exec(name);
      if (match && match[1] !== this.hashes.get(name)) this.failures.add("evidence_hash", name);
      else if (match && !tied.has(match[1])) this.warnings.add("untied", name);
    }
  }

  checkOutside({ policyText, policySha256, known, older, now }) {
    const text = policyText == null ? null : bytesOf(policyText);
    if (text && !sameBytes(text, this.members.get("policy"))) {
      this.failures.add("policy_differs", "policy");
    }
    if (policySha256 != null && policySha256 !== this.policySha256) {
      this.failures.add("policy_differs", "policy");
    }
    if (known != null) {
      const before = older == null ? null : bytesOf(older);
      const code = knownFailure(this.note, this.policy, bytesOf(known), before);
      if (code) this.failures.add(code);
    } else if (older != null) {
      this.failures.add("known_unreadable");
    }
    const times = [...this.vouched.cosigned.values()];
    if (times.length && now - Math.max(...times) > DAY_S) this.warnings.add("stale");
  }
}

function bytesOf(given) {
  return typeof given === "string" ? utf8(given) : given;
}

function contains(data, part) {
  for (let at = data.indexOf(part[0]); at >= 0; at = data.indexOf(part[0], at + 1)) {
    if (sameBytes(data.subarray(at, at + part.length), part)) return true;
  }
  return false;
}

function addStrings(value, found) {
  if (typeof value === "string") found.add(value);
  else if (value && typeof value === "object") {
    for (const item of Object.values(value)) addStrings(item, found);
  }
}

/** [what can be read of manifest, checkpoint and policy; what cannot]. */
function parseFirst(members) {
  const read = {};
  const unreadable = new Reasons();
  for (const [name, parser] of Object.entries(PARSERS)) {
    const found = passes(() => {
      need(members.has(name));
      read[name] = parser(members.get(name));
    });
    if (!found) unreadable.add(name.split(".")[0], name);
  }
  return [read, unreadable];
}

function verdictOf(checker, { policyText, policySha256 }) {
  if (checker.failures.size) return ["false", checker.failures];
  const reasons = new Reasons();
  if (policyText == null && policySha256 == null) reasons.add("policy_not_given");
  if (checker.policy.quorum === "none") reasons.add("unwitnessed");
  return [reasons.size ? "consistent" : "verified", reasons];
}

function resultOf(verdict, reasons, checker) {
  return {
    verdict,
    reasons,
    warnings: checker?.warnings.sorted() ?? [],
    entries: checker?.manifest.entries.length ?? 0,
    size: checker?.manifest.size ?? null,
    origin: checker?.manifest.origin ?? null,
    policy_sha256: checker?.policySha256 ?? null,
    witnessed_at: checker?.vouched.at ?? null,
    cosigned: Object.fromEntries(checker?.vouched.cosigned ?? []),
    disclosed: checker?.disclosed ?? [],
  };
}

/** A generator: yields bytes read or hashed since the last turn, returns {result, checker}. */
export function* examine(data, outside) {
  let members;
  try {
    members = yield* readZip(data);
  } catch (error) {
    if (!(error instanceof BadZip)) throw error;
    return { result: resultOf("unreadable", [error.reason]), checker: null };
  }
  const [read, unreadable] = parseFirst(members);
  if (unreadable.size) {
    return { result: resultOf("unreadable", unreadable.sorted()), checker: null };
  }
  const checker = new Checker(members, read);
  yield* checker.run();
  checker.checkOutside(outside);
  const [verdict, reasons] = verdictOf(checker, outside);
  return { result: resultOf(verdict, reasons.sorted(), checker), checker };
}

/** data: Uint8Array of the pack. policyText, known, older: text or bytes; policySha256: hex; now:
 * POSIX seconds. The object that `niangjia-verify --json` prints. */
export function verifyPack(data, outside = {}) {
  const steps = examine(data, { now: Math.floor(Date.now() / 1000), ...outside });
  let turn = steps.next();
  while (!turn.done) turn = steps.next();
  return turn.value.result;
}

/** Its one spelling. */
export const spelled = (result) => dump(result);

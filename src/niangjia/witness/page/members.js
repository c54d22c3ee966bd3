// The forms of a pack's members: manifest, entry, disclosure.
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { dump, hasKeys, isCount, isHex, isObject, joined, need, parseJson, unbase64, utf8 }
  from "./canonical.js";
import { leafHash, MAX_HASHES } from "./merkle.js";
import { NAME } from "./zip.js";

const MAX_ENTRY = 16 * 1024;
const MADE =
  /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]Z$/;
const MANIFEST =
  ["v", "origin", "size", "root", "policy_sha256", "made_at", "title", "entries", "files"];

export function parseManifest(data) {
  const found = parseJson(data);
  need(isObject(found));
  const optional = Object.hasOwn(found, "policy_entry") ? ["policy_entry"] : [];
  need(hasKeys(found, ...MANIFEST, ...optional));
  need(found.v === 1 && isCount(found.size));
  need(!optional.length || isCount(found.policy_entry));
  need(typeof found.origin === "string" && typeof found.title === "string");
  need(isHex(found.root) && isHex(found.policy_sha256));
  need(typeof found.made_at === "string" && MADE.test(found.made_at));
  const { entries, files } = found;
  need(Array.isArray(entries) && entries.length && entries.every(isCount));
  need(entries.every((index, i) => !i || entries[i - 1] < index));
  need(isObject(files) && !Object.hasOwn(files, "manifest.json"));
  need(Object.keys(files).every((name) => NAME.test(name)) && Object.values(files).every(isHex));
  return found;
}

export function parseEntry(data) {
  const found = parseJson(data, MAX_ENTRY);
  need(hasKeys(found, "v", "fact", "id", "hour", "policy", "open", "sealed") && found.v === 1);
  need(["fact", "id", "hour", "policy"].every((name) => typeof found[name] === "string"));
  need(isObject(found.open) && hasKeys(found.sealed, "n", "root"));
  need(isCount(found.sealed.n) && isHex(found.sealed.root));
  return found;
}

/** The fields of a disclosure of the entry at `index`, each with its leaf hash and path. */
export function parseDisclosure(data, index, sealed) {
  const found = parseJson(data);
  need(hasKeys(found, "v", "index", "n", "fields"));
  need(found.v === 1 && found.index === index && found.n === sealed.n);
  need(Array.isArray(found.fields) && found.fields.length);
  const names = new Set();
  let before = -1;
  return found.fields.map((field) => {
    const read = parseField(field);
    need(!names.has(read.name) && before < read.place && read.place < found.n);
    names.add(read.name);
    before = read.place;
    return read;
  });
}

/** Commitment: HMAC-SHA-256(salt, length of the name, name, canonical value). */
function parseField(field) {
  need(hasKeys(field, "name", "place", "salt", "value", "path"));
  const { name, place, value, path } = field;
  need(typeof name === "string" && /^[!-~]{1,255}$/.test(name) && isCount(place));
  need(Array.isArray(path) && path.length <= MAX_HASHES);
  const message = joined(Uint8Array.of(name.length), utf8(name), utf8(dump(value)));
  const leaf = leafHash(hmac(sha256, unbase64(field.salt, 32), message));
  return { name, place, value, leaf, path: path.map((one) => unbase64(one, 32)) };
}

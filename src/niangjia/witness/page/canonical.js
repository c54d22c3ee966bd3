// Canonical JSON (RFC 8785, narrowed), base64 and hex: one value, one spelling. docs/pack.md.
export class Bad extends Error {}

export function need(holds) {
  if (!holds) throw new Bad();
}

const MAX_DEPTH = 32;
export const MAX_JSON = 64 * 1024 * 1024;
// NFC is judged in runs of characters whose normal form no version of Unicode since 14 has changed.
const UNJUDGED = /[\u0897\u1acf-\u1aff\u{10000}-\u{10ffff}]/u;
const LONE = /[\ud800-\udfff]/u;
const ASCII = /^[\x00-\x7f]*$/;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();

export const isObject = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
export const isHex = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
export const hasKeys = (value, ...names) =>
  isObject(value) &&
  Object.keys(value).length === names.length &&
  names.every((name) => Object.hasOwn(value, name));

export function utf8(text) {
  return ENCODER.encode(text);
}

export function decode(data) {
  try {
    return UTF8.decode(data);
  } catch {
    throw new Bad();
  }
}

export function sameBytes(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

// Surrogates stand for code points above all others; as units they come before U+E000.
const rank = (unit) => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/** Order of code points, not of UTF-16 units. */
export function compare(a, b) {
  for (let i = 0; i < a.length && i < b.length; i += 1) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** The value's one spelling; what lies outside the profile was refused by `checkValue`. */
export function dump(value) {
  if (Array.isArray(value)) return `[${value.map(dump).join(",")}]`;
  if (!isObject(value)) return Object.is(value, -0) ? "0" : JSON.stringify(value);
  const names = Object.keys(value).sort(compare);
  return `{${names.map((name) => `${JSON.stringify(name)}:${dump(value[name])}`).join(",")}}`;
}

function checkValue(value, depth) {
  need(depth <= MAX_DEPTH);
  if (typeof value === "string") {
    need(!LONE.test(value));
    need(value.split(UNJUDGED).every((run) => run.normalize("NFC") === run));
  } else if (typeof value === "number") {
    need(Number.isSafeInteger(value));
  } else if (Array.isArray(value)) {
    for (const item of value) checkValue(item, depth + 1);
  } else if (isObject(value)) {
    for (const name of Object.keys(value)) {
      need(ASCII.test(name));
      checkValue(value[name], depth + 1);
    }
  }
}

/** The value, if `data` is its canonical form: decoded and encoded again it is the same. */
export function parseJson(data, limit = MAX_JSON) {
  need(data.length <= limit);
  const text = decode(data);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Bad();
  }
  checkValue(value, 0);
  need(dump(value) === text);
  return value;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Standard base64, padded, in its only spelling. */
export function unbase64(text, length) {
  need(typeof text === "string" && BASE64.test(text));
  const digits = text.replace(/=+$/, "");
  const data = new Uint8Array(Math.floor((digits.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of digits) {
    held = ((held << 6) | ALPHABET.indexOf(digit)) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      data[at] = (held >> bits) & 0xff;
      at += 1;
    }
  }
  need((held & ((1 << bits) - 1)) === 0);
  need(length === undefined || data.length === length);
  return data;
}

/** A size or index of the log, as a BigInt. */
export function decimal(text) {
  need(/^(?:0|[1-9][0-9]{0,18})$/.test(text) && BigInt(text) < 1n << 63n);
  return BigInt(text);
}

export function hex(data) {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function unhex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// Ed25519 (RFC 8032, 5.1) without cofactor: [S]B - [k]A is compared with R byte for byte.
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { Bad, joined, need, sameBytes } from "./canonical.js";

const { Point } = ed25519;
const L = Point.Fn.ORDER;

function number(bytes) {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** The point, if the encoding is canonical and it lies on the curve. */
function decodePoint(data) {
  try {
    return Point.fromBytes(data.slice(), false);
  } catch {
    throw new Bad();
  }
}

/** Throws Bad for a key that is no point, or of small order: anyone could sign for it. */
export function checkPublic(key) {
  need(!decodePoint(key).isSmallOrder());
}

/** True if the signature holds. The key has passed `checkPublic`. */
export function holds(key, message, signature) {
  const s = number(signature.subarray(32));
  if (signature.length !== 64 || s >= L) return false;
  const r = signature.subarray(0, 32);
  const k = number(sha512(joined(r, key, message))) % L;
  const back = decodePoint(key).negate().multiplyUnsafe(k);
  return sameBytes(Point.BASE.multiplyUnsafe(s).add(back).toBytes(), r);
}

// Merkle trees: hashing of RFC 6962, proofs as RFC 9162 (2.1.3.2, 2.1.4.2) checks them.
import { sha256 } from "@noble/hashes/sha2.js";
import { need, sameBytes } from "./canonical.js";

export const MAX_HASHES = 63;

export function leafHash(data) {
  return sha256.create().update(Uint8Array.of(0)).update(data).digest();
}

function nodeHash(left, right) {
  return sha256.create().update(Uint8Array.of(1)).update(left).update(right).digest();
}

/** Each hash of the path with true if it stands left of what it is joined to. place, last: BigInt. */
function walk(place, last, path) {
  const steps = [];
  for (const sibling of path) {
    need(last > 0n);
    const left = (place & 1n) === 1n || place === last;
    while (left && place && !(place & 1n)) [place, last] = [place >> 1n, last >> 1n];
    [place, last] = [place >> 1n, last >> 1n];
    steps.push([sibling, left]);
  }
  need(last === 0n);
  return steps;
}

export function checkIncluded(leaf, place, size, path, root) {
  need(place >= 0n && place < size);
  let found = leaf;
  for (const [sibling, left] of walk(place, size - 1n, path)) {
    found = left ? nodeHash(sibling, found) : nodeHash(found, sibling);
  }
  need(sameBytes(found, root));
}

/** older, newer: {size: BigInt, root}. Throws Bad unless the older tree begins the newer one. */
export function checkBeginning(older, newer, path) {
  need(older.size > 0n && older.size <= newer.size);
  if (older.size === newer.size) {
    need(!path.length && sameBytes(older.root, newer.root));
    return;
  }
  let [place, last] = [older.size - 1n, newer.size - 1n];
  while (place & 1n) [place, last] = [place >> 1n, last >> 1n];
  need(path.length || !place);
  const [first, ...rest] = place ? path : [older.root, ...path];
  let [inner, outer] = [first, first];
  for (const [sibling, left] of walk(place, last, rest)) {
    if (left) inner = nodeHash(sibling, inner);
    outer = left ? nodeHash(sibling, outer) : nodeHash(outer, sibling);
  }
  need(sameBytes(inner, older.root) && sameBytes(outer, newer.root));
}

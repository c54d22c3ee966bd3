// A checkpoint that the pack's reader kept: the same log, not another one shown to them.
import { Bad, decimal, decode, need, sameBytes, unbase64, utf8 } from "./canonical.js";
import { checkBeginning, MAX_HASHES } from "./merkle.js";
import { parseNote, vouched } from "./notes.js";

const OLD = utf8("old ");

/** Where a blank line begins in `data` (its first newline); -1 if there is none. */
export function blankLine(data) {
  for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10, at + 1)) {
    if (data[at + 1] === 10) return at;
  }
  return -1;
}

/** Null if the pack fits the checkpoint kept, else the code that says why not. known: a checkpoint
 * of the pack's size, or `old N`, a consistency proof, an empty line and a checkpoint; older: that
 * of size N, if the one in `known` has the pack's size. */
export function knownFailure(note, policy, known, older) {
  let read;
  try {
    read = { ...parseKnown(known), before: older ? parseNote(older).head : null };
  } catch (error) {
    if (error instanceof Bad) return "known_unreadable";
    throw error;
  }
  return mismatch(note.head, policy, read);
}

function mismatch(head, policy, { size, proof, kept, before }) {
  const origins = [kept.head, ...(before ? [before] : [])].map((one) => one.origin);
  if (origins.some((origin) => origin !== head.origin)) return "known_origin";
  if (size === head.size) {
    if (!continues(head, kept.head, proof)) return "known_proof";
    return vouched(kept, policy).failures.length ? "known_policy" : null;
  }
  if (kept.head.size !== head.size) return "known_needs_proof";
  if (!sameBytes(kept.head.root, head.root)) return "known_differs";
  if (size === null) return null;
  if (before?.size !== size) return "known_needs_proof";
  return continues(before, head, proof) ? null : "known_proof";
}

function continues(older, newer, proof) {
  try {
    checkBeginning(older, newer, proof);
    return true;
  } catch (error) {
    if (error instanceof Bad) return false;
    throw error;
  }
}

function parseKnown(data) {
  if (!sameBytes(data.subarray(0, 4), OLD)) return { size: null, proof: [], kept: parseNote(data) };
  need(data.length <= 256 * 1024);
  const gap = blankLine(data);
  need(gap >= 0);
  const [first, ...hashes] = decode(data.subarray(0, gap)).split("\n");
  need(hashes.length <= MAX_HASHES);
  const proof = hashes.map((one) => unbase64(one, 32));
  return { size: decimal(first.slice(4)), proof, kept: parseNote(data.subarray(gap + 2)) };
}

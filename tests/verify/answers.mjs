// Answers of the page's verifier: a case per line (JSON, bytes in base64), an answer per line.
import { createInterface } from "node:readline";
import { spelled, verifyPack } from "../../src/niangjia/witness/page/verify.js";

const bytes = (text) => (text === null ? null : new Uint8Array(Buffer.from(text, "base64")));

for await (const line of createInterface({ input: process.stdin })) {
  const one = JSON.parse(line);
  const outside = {
    policyText: bytes(one.policy),
    policySha256: one.policy_sha256,
    known: bytes(one.known),
    older: bytes(one.older),
    now: one.now,
  };
  let answer;
  try {
    answer = spelled(verifyPack(bytes(one.pack), outside));
  } catch (error) {
    answer = `crashed: ${error.stack.replaceAll("\n", " ")}`;
  }
  process.stdout.write(`${answer}\n`);
}

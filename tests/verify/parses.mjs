// Which of the given bytes (base64, a line each) the page's verifier reads as canonical JSON.
import { createInterface } from "node:readline";
import { Bad, parseJson } from "../../src/niangjia/witness/page/canonical.js";

for await (const line of createInterface({ input: process.stdin })) {
  let answer = "yes";
  try {
    parseJson(new Uint8Array(Buffer.from(line, "base64")));
  } catch (error) {
    answer = error instanceof Bad ? "no" : `crashed: ${error}`;
  }
  process.stdout.write(`${answer}\n`);
}

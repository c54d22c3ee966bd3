// The offline verifier as one self-contained page: its script and style inline, and a policy (CSP)
// that allows exactly these two by their hashes, and nothing else: no network, no eval.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";

const built = (folder, entry) =>
  buildSync({
    entryPoints: [join(folder, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "error",
  }).outputFiles[0].text.trim();

const hashed = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The page's text. Sources: `folder`; the same sources give the same bytes. */
export function verifyPage(folder) {
  const script = built(folder, "page.js");
  const style = built(folder, "page.css");
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) throw new Error("would end early");
  const rest = "base-uri 'none'; form-action 'none'";
  const csp = `default-src 'none'; script-src ${hashed(script)}; style-src ${hashed(style)}; ${rest}`;
  const parts = { csp, script, style };
  const source = readFileSync(join(folder, "page.html"), "utf8");
  return source.replace(/\{(csp|script|style)\}/g, (_whole, name) => parts[name]);
}

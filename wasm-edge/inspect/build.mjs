// node wasm-edge/inspect/build.mjs: writes dist/inspect.html, one file with its script, its style and the
// module inside, and a policy that lets it run these and connect to nothing. wasm-edge/build makes the
// module. The same input gives the same bytes.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** One script out of a file and all that it imports; a `.wasm` becomes its bytes. */
export async function bundled(entry) {
  if (!existsSync(here('../dist/countersign-edge.wasm'))) throw new Error('wasm-edge/dist/countersign-edge.wasm is missing: run wasm-edge/build');
  const { outputFiles: [{ text }] } = await build({
    entryPoints: [entry], bundle: true, write: false, format: 'iife', target: 'es2022', charset: 'utf8',
    loader: { '.wasm': 'binary' }, absWorkingDir: here('.'), logLevel: 'error',
  });
  return text;
}

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The whole page. */
export async function page() {
  const [html, style, script, cargo] = await Promise.all([
    readFile(here('src/page.html'), 'utf8'), readFile(here('src/style.css'), 'utf8'), bundled('src/app.js'),
    readFile(here('../../Cargo.toml'), 'utf8'),
  ]);
  const [, version] = /^\[workspace\.package\][^[]*?^version = "([^"]+)"/m.exec(cargo);
  const policy = [
    "default-src 'none'", "connect-src 'none'", `script-src ${hash(script)} 'wasm-unsafe-eval'`, `style-src ${hash(style)}`,
    'img-src data:', "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
  ].join('; ');
  const parts = { policy, style, script, version };
  return html.replace(/\{(policy|style|script|version)\}/g, (_, name) => parts[name]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = await page();
  await mkdir(here('dist'), { recursive: true });
  await writeFile(here('dist/inspect.html'), text);
  console.log(`wasm-edge/inspect/dist/inspect.html: ${Buffer.byteLength(text)} bytes`);
}

// node wasm-edge/inspect/build.mjs: writes dist/inspect.html, one file with its script, its style and the
// module inside, and a policy that lets it run these and connect to nothing. wasm-edge/build makes the
// module. The same input gives the same bytes.
//
//     node wasm-edge/inspect/build.mjs --demo    makes the module anew, and writes the demo's copy too
//     node wasm-edge/inspect/build.mjs --check   exit code 1 where the demo's copy is of older sources
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { digest } from './sources.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
/** The one that `countersign demo` serves, in git as the program is built without Node. */
const DEMO = '../../src/demo/assets/inspect.html';

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

async function version() {
  const [, found] = /^\[workspace\.package\][^[]*?^version = "([^"]+)"/m.exec(await readFile(here('../../Cargo.toml'), 'utf8'));
  return found;
}

/** The whole page. */
export async function page() {
  const [html, style, script, release] = await Promise.all([
    readFile(here('src/page.html'), 'utf8'), readFile(here('src/style.css'), 'utf8'), bundled('src/app.js'), version(),
  ]);
  const policy = [
    "default-src 'none'", "connect-src 'none'", `script-src ${hash(script)} 'wasm-unsafe-eval'`, `style-src ${hash(style)}`,
    'img-src data:', "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
  ].join('; ');
  const parts = { policy, style, script, version: release, sources: await digest(release) };
  return html.replace(/\{(policy|style|script|version|sources)\}/g, (_, name) => parts[name]);
}

async function check() {
  const text = await readFile(here(DEMO), 'utf8').catch(() => '');
  const [, found] = /<meta name="sources" content="([0-9a-f]{64})">/.exec(text) ?? [];
  if (found === await digest(await version())) return;
  console.error('src/demo/assets/inspect.html is of older sources: run `node wasm-edge/inspect/build.mjs --demo` and commit it');
  process.exitCode = 1;
}

async function write(name, text) {
  await writeFile(here(name), text);
  console.log(`${fileURLToPath(new URL(name, import.meta.url)).slice(here('../../').length)}: ${Buffer.byteLength(text)} bytes`);
}

async function main([flag, ...more]) {
  if (more.length > 0 || ![undefined, '--check', '--demo'].includes(flag)) throw new Error('node wasm-edge/inspect/build.mjs [--demo | --check]');
  if (flag === '--check') return check();
  if (flag === '--demo') execFileSync(here('../build'), { stdio: 'inherit' });
  const text = await page();
  await mkdir(here('dist'), { recursive: true });
  await write('dist/inspect.html', text);
  if (flag === '--demo') await write(DEMO, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exitCode = 2;
  });
}

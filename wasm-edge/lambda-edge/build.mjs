// Writes the zip that `aws lambda create-function` takes.
//
//     node build.mjs EDGE.JSON [--out countersign-edge.zip] [--module FOLDER]
//
// EDGE.JSON: what `countersign edge config` writes, `--with-secrets` where a site has HS256 keys.
// FOLDER: where the modules lie, default ../dist (`wasm-edge/build` makes them). Needs the program
// `zip`. The same input gives the same bytes. Exit code 1: the document is refused, or too much.
import { execFileSync } from 'node:child_process';
import {
  chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { validator } from './src/validator.mjs';

/** What a viewer-request function may have, in bytes (AWS, "Quotas on Lambda@Edge"). */
const MAX_BYTES = 1_000_000;
const HERE = fileURLToPath(new URL('.', import.meta.url));
/** The first moment that a zip can name. */
const TIME = new Date('1980-01-01T00:00:00Z');

/** Name in the zip → file: `index.mjs`, what it imports, and the module. */
function filesOf(document, modules) {
  const isEdDsa = document.sites.some(({ keys }) => keys.some(({ alg }) => alg === 'EdDSA'));
  const files = {
    // Without EdDSA the smaller one, which is compiled sooner.
    'lambda-edge/edge.wasm': join(modules, isEdDsa ? 'countersign-edge.wasm' : 'countersign-edge-hs256.wasm'),
    'package.json': join(HERE, '../package.json'),
  };
  const root = join(HERE, '..');
  const follow = (file) => {
    const name = relative(root, file);
    if (files[name]) return;
    files[name] = file;
    for (const [, imported] of readFileSync(file, 'utf8').matchAll(/ from '(\.[^']+)';/g)) follow(join(dirname(file), imported));
  };
  follow(join(HERE, 'index.mjs'));
  return files;
}

function readModule(file) {
  try {
    return readFileSync(file);
  } catch {
    throw new Error(`${file} is missing: run wasm-edge/build, and then countersign edge build`);
  }
}

function zip(words, options) {
  try {
    execFileSync('zip', words, options);
  } catch (error) {
    throw error.code === 'ENOENT' ? new Error('the program zip is missing; it is in the package zip') : error;
  }
}

/**
 * Writes the zip `out` and gives its size in bytes.
 * @param {string} text the document
 * @throws where the document is refused
 */
export function build(text, out, modules = join(HERE, '../dist')) {
  // Refused here rather than at an edge.
  validator(readModule(join(modules, 'countersign-edge.wasm')), text);
  const document = JSON.parse(text);
  mkdirSync(dirname(out), { recursive: true });
  const folder = mkdtempSync(join(dirname(out), '.countersign-'));
  try {
    const files = filesOf(document, modules);
    const names = [...Object.keys(files), 'lambda-edge/edge.json'].sort();
    for (const name of names) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      if (files[name]) copyFileSync(files[name], path);
      else writeFileSync(path, JSON.stringify(document));
      // The user that Lambda runs it as must be able to read it.
      chmodSync(path, 0o644);
      utimesSync(path, TIME, TIME);
    }
    zip(['-X', '-D', '-9', '-q', 'function.zip', ...names], {
      cwd: folder, env: { PATH: process.env.PATH, TZ: 'UTC' }, stdio: ['ignore', 'inherit', 'inherit'],
    });
    // It may hold secrets.
    chmodSync(join(folder, 'function.zip'), 0o600);
    renameSync(join(folder, 'function.zip'), out);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return statSync(out).size;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file}: ${error.message}`);
  }
}

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string', default: 'countersign-edge.zip' }, module: { type: 'string' } },
  });
  if (positionals.length !== 1) throw new Error('node build.mjs EDGE.JSON [--out FILE] [--module FOLDER]');
  const [file] = positionals;
  const text = read(file);
  const bytes = build(text, resolve(values.out), values.module && resolve(values.module));
  console.log(`${values.out}: ${bytes} bytes of ${MAX_BYTES}, handlers lambda-edge/index.handler and lambda-edge/index.viewerResponse`);
  const secrets = JSON.parse(text).sites.flatMap(({ site, keys }) => keys.filter(({ secret }) => secret).map(({ kid }) => `${site.name}/${kid}`));
  if (secrets.length > 0) {
    console.log(`It holds the secrets of ${secrets.join(', ')}: whoever may read the function's code can sign. With EdDSA keys it would hold none.`);
  }
  if (bytes > MAX_BYTES) throw new Error('that is more than CloudFront takes');
}

if (process.argv[1] && import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  try {
    main();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

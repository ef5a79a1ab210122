// node check.mjs: whether the Worker will take edge.json, asked before it is deployed; afterwards every
// request would get 503. Secrets are those of secrets.json. Where that is gone, as it is once Cloudflare
// has them, others stand in. Exit code 0: it will; 1: it will not.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { load } from '../js/edge.js';
import { withSecrets } from '../js/secrets.js';

const MODULE = '../dist/countersign-edge.wasm';
const here = (name) => new URL(name, import.meta.url);

function read(name) {
  try {
    return JSON.parse(readFileSync(here(name), 'utf8'));
  } catch {
    // The parser's message may quote the text, and with it a secret.
    throw new Error(`${name} is missing or no JSON; countersign edge build writes it`);
  }
}

/** What the binding will hold. */
function bound(document) {
  if (existsSync(here('secrets.json'))) return read('secrets.json').COUNTERSIGN_SECRETS;
  const names = document.sites.flatMap(({ site, keys }) => keys.map(({ kid }) => `${site.name}/${kid}`));
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, randomBytes(32).toString('hex')])));
}

async function main() {
  const document = read('edge.json');
  if (!existsSync(here(MODULE))) throw new Error('the module is missing: run wasm-edge/build, and then countersign edge build');
  const edge = (await load(readFileSync(here(MODULE)))).configure(withSecrets(document, bound(document)));
  console.log(`edge.json is as the Worker takes it: ${edge.sites.map(({ name }) => name).join(', ')}`);
}

await main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});

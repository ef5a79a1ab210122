// The command line and the page, for the checks.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const BASE = 'https://media.example';
export const PAGE = pathToFileURL(fileURLToPath(new URL('../../../wasm-edge/inspect/dist/inspect.html', import.meta.url))).href;
export const NOW = 1_900_000_000;

const pair = generateKeyPairSync('ed25519');
const half = (key, member) => Buffer.from(key.export({ format: 'jwk' })[member], 'base64url').toString('hex');

export const secret = randomBytes(32).toString('hex');
export const eddsa = { public: half(pair.publicKey, 'x'), private: half(pair.privateKey, 'd') };

/** `countersign` over two key files: `hs.toml` and `ed.toml`. */
export function tool(program) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const write = (name, text) => writeFileSync(join(folder, name), text, { mode: 0o600 });
  write('hs.toml', `[[key]]\nkid = "k1"\nalg = "HS256"\nsecret = "${secret}"\n`);
  write('ed.toml', `[[key]]\nkid = "e1"\nalg = "EdDSA"\npublic = "${eddsa.public}"\nprivate = "${eddsa.private}"\n`);
  const run = (...args) => execFileSync(resolve(program), args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  return {
    sign: (keys, ...args) => run('sign', '--keys', `${keys}.toml`, '--site', 'media.example', '--base-url', BASE, ...args),
    /** What `edge config` prints of a site with both keys; lines of settings for it. */
    document: (own = '', ...args) => {
      write('ring.toml', `${readFileSync(join(folder, 'hs.toml'))}${readFileSync(join(folder, 'ed.toml'))}`);
      write('countersign.toml', `[revocations]\nfile = "revoked"\n[[site]]\nname = "media.example"\nhosts = ["media.example", "cdn.example:8443"]\n`
        + `keys = "ring.toml"\nmax_ttl = "2h"\n[site.store]\ntype = "fs"\nroot = "."\n${own}`);
      write('revoked', '{"revoke":{"id":1,"site":"media.example","subject":{"sub":"eve"},"created_at":1,"by":"t"}}\n');
      return run('edge', 'config', '--with-secrets', ...args);
    },
    /** The verdict; a denial too. */
    verify: (keys, url, ...args) => {
      try {
        return JSON.parse(run('verify', '--keys', `${keys}.toml`, '--site', 'media.example', '--json', url, ...args));
      } catch (error) {
        if (error.status !== 1) throw error;
        return JSON.parse(error.stdout);
      }
    },
  };
}

/** The page, opened as a file, with every address that it asks for in `page.asked`. */
export async function opened(open, options, fragment = '') {
  const page = await open(options);
  page.asked = [];
  page.on('request', (request) => page.asked.push(request.url()));
  await page.goto(PAGE + fragment);
  await page.locator('body[data-ready]').waitFor();
  return page;
}

/** Submits the second form, with what is typed into it. */
export async function submit(page, fields) {
  await page.evaluate(() => { document.querySelector('#rare').open = true; });
  for (const [id, text] of Object.entries(fields)) await page.locator(`#${id}`).fill(text);
  await page.locator('#sign button[type=submit]').click();
  await page.locator('main[aria-busy=false]').waitFor();
}

/** Types into the fields by their ids, and asks. Gives what the page says. */
export async function ask(page, fields) {
  const { alg, ...texts } = fields;
  if (alg !== undefined) await page.locator('#alg').selectOption(alg);
  await page.evaluate(() => { for (const details of document.querySelectorAll('#ask details')) details.open = true; });
  for (const [id, text] of Object.entries(texts)) await page.locator(`#${id}`).fill(text);
  await page.locator('#ask button[type=submit]').click();
  return answer(page);
}

async function answer(page) {
  await page.locator('main[aria-busy=false]').waitFor();
  const { signature, outcome, reason } = await page.locator('#verdict').evaluate((verdict) => ({ ...verdict.dataset }));
  return { signature, outcome, reason: reason === '' ? null : reason, text: await page.locator('#verdict').innerText() };
}

export const field = (page, name) => page.locator(`#told [data-field="${name}"]`).first().innerText();

export async function says(page, expected) {
  const found = await answer(page);
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(found[name], value, `${name}: ${JSON.stringify(found)}`);
}

// A real origin, `countersign serve`, and what `countersign edge config` says of it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PUBLIC, SECRET, SITE } from './sign.mjs';

const PROGRAM = process.env.COUNTERSIGN ?? fileURLToPath(new URL('../../../target/debug/countersign', import.meta.url));

const settings = (own) => `
[delivery]
listen = "127.0.0.1:0"
country_header = "CloudFront-Viewer-Country"
client_ip_header = "X-Test-Client"
trusted_proxies = ["127.0.0.1"]
[ops]
listen = "127.0.0.1:0"
[[site]]
name = "${SITE}"
hosts = ["${SITE}"]
max_ttl = "1h"
cache_key_params = ["w"]
${own}
[site.store]
type = "fs"
root = "media"
[site.answers]
edge_verifies = true
[site.cors]
allowed_origins = ["https://page.example"]
allow_credentials = true
[[site.policy]]
paths = ["/b/**"]
mode = "optional"
[[site.policy]]
paths = ["/new/**"]
mode = "report"
[[site.key]]
kid = "k1"
alg = "HS256"
secret = "${SECRET}"
[[site.key]]
kid = "old"
alg = "HS256"
secret = "${'ab'.repeat(32)}"
state = "retired"
[[site.key]]
kid = "ed"
alg = "EdDSA"
public = "${PUBLIC}"
`;

/** Lines of settings for the site; it has the files `/a.txt`, `/b/c.txt`, `/b/long.txt` and `/new/d.txt`. */
export async function startOrigin(own = '') {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-lambda-'));
  for (const [name, text] of [['a.txt', 'alpha'], ['b/c.txt', 'gamma'], ['new/d.txt', 'delta'], ['b/long.txt', 'x'.repeat(4000)]]) {
    mkdirSync(join(folder, 'media', name, '..'), { recursive: true });
    writeFileSync(join(folder, 'media', name), text);
  }
  writeFileSync(join(folder, 'countersign.toml'), settings(own), { mode: 0o600 });
  const env = { PATH: process.env.PATH, HOME: folder };
  const document = JSON.parse(execFileSync(PROGRAM, ['edge', 'config', '--with-secrets'], { cwd: folder, env }));
  const child = spawn(PROGRAM, ['serve'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const port = await new Promise((resolve, reject) => {
    let told = '';
    child.stderr.on('data', (chunk) => {
      told += chunk;
      const found = /ready delivery="?127\.0\.0\.1:(\d+)/.exec(told);
      if (found) resolve(Number(found[1]));
    });
    child.on('exit', () => reject(new Error(`the origin ended: ${told}`)));
  });
  const stop = () => new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.on('exit', () => {
      rmSync(folder, { recursive: true });
      resolve();
    });
    child.kill();
  });
  return { port, document, stop };
}

/** An answer of the origin at `port`: { status, headers: Map, body }. */
export const askOrigin = (port, path, { method = 'GET', lines = [] } = {}) => new Promise((resolve, reject) => {
  const headers = lines.map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]).flat();
  send({ host: '127.0.0.1', port, method, path, headers, setHost: false, agent: false }, (answer) => {
    const chunks = [];
    answer.on('data', (chunk) => chunks.push(chunk));
    answer.on('end', () => resolve({
      status: answer.statusCode,
      headers: new Map(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
      body: Buffer.concat(chunks).toString(),
    }));
  }).on('error', reject).end();
});

// A real origin, `countersign serve`, and what `countersign edge config` says of it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SECRET, SITE } from './sign.mjs';

const PROGRAM = process.env.COUNTERSIGN ?? fileURLToPath(new URL('../../../target/debug/countersign', import.meta.url));

/** One site over the files `/a.txt` and `/b/c.txt`; `tables` is added to it. */
export async function startOrigin(own = '', tables = '') {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-cff-'));
  mkdirSync(join(folder, 'media/b'), { recursive: true });
  writeFileSync(join(folder, 'media/a.txt'), 'alpha');
  writeFileSync(join(folder, 'media/b/c.txt'), 'gamma');
  writeFileSync(join(folder, 'countersign.toml'), `
[delivery]
listen = "127.0.0.1:0"
country_header = "CloudFront-Viewer-Country"
client_ip_header = "X-Test-Client"
trusted_proxies = ["127.0.0.1"]
[ops]
listen = "127.0.0.1:0"
[[site]]
name = "${SITE}"
hosts = ["media.example"]
max_ttl = "1h"
${own}
[site.store]
type = "fs"
root = "media"
[[site.key]]
kid = "k1"
alg = "HS256"
secret = "${SECRET}"
[[site.key]]
kid = "old"
alg = "HS256"
secret = "${'ab'.repeat(32)}"
state = "retired"
${tables}
`);
  const env = { PATH: process.env.PATH, HOME: folder };
  const document = JSON.parse(execFileSync(PROGRAM, ['edge', 'config', '--with-secrets'], { cwd: folder, env }));
  const child = spawn(PROGRAM, ['serve'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const port = await new Promise((resolve, reject) => {
    let told = '';
    child.stderr.on('data', (chunk) => {
      told += chunk;
      const found = /ready delivery="?127\.0\.0\.1:(\d+)/.exec(told);
      if (found) {
        resolve(Number(found[1]));
      }
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

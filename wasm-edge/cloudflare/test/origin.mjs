// A real origin and signing API for the tests: `countersign serve` on 127.0.0.1, on ports of its own.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../target/debug/countersign', import.meta.url));
const API_KEY = 'a key of the tests';

const site = (name, alias, own) => `
[[site]]
name = "${name}"
hosts = ["${name}", "${alias}"]
public_url = "http://${name}"
${own}
answers = { edge_verifies = true }
cors = { allowed_origins = ["https://app.example"] }
store = { type = "fs", root = "media" }
[[site.key]]
kid = "k1"
alg = "HS256"
secret = "${randomBytes(32).toString('hex')}"
`;

/** Starts it; `files`: name → bytes. */
export async function origin(files) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-origin-'));
  mkdirSync(join(folder, 'media'));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, 'media', name), bytes);
  writeFileSync(join(folder, 'countersign.toml'), `
[delivery]
listen = "127.0.0.1:0"
trusted_proxies = ["127.0.0.1"]
client_ip_header = "countersign-client"
country_header = "countersign-country"
[revocations]
file = "revocations"
[ops]
listen = "127.0.0.1:0"
[signing]
listen = "127.0.0.1:0"
api_key = [{ name = "shop", sha256 = "${createHash('sha256').update(API_KEY).digest('hex')}", claims = { role = "backend" } }]
[[signing.rule]]
name = "the shop signs everything"
when = { role = "backend" }
paths = ["/**"]
max_ttl = "1d"
backend = true
overrides = ["cd", "ct", "ver", "bps"]
permissions = ["revoke"]
${site('media.test', '127.0.0.1', '')}${site('strict.test', 'localhost', 'edge_revocation = "origin"')}`);
  const child = spawn(program, ['serve', '--config', 'countersign.toml'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const told = await ready(child);
  const address = (name) => `http://${told.match(new RegExp(`${name}="?([0-9.:]+)`))[1]}`;
  const [delivery, signing, ops] = ['delivery', 'signing', 'ops'].map(address);
  const post = async (call, body) => {
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    const answer = await fetch(signing + call, { method: 'POST', headers, body: JSON.stringify(body) });
    const told = await answer.json();
    if (!answer.ok) throw new Error(JSON.stringify(told));
    return told;
  };
  return {
    delivery,
    folder,
    sign: (body) => post('/v1/sign', { site: 'media.test', ...body }),
    revoke: (body) => post('/v1/revocations', body),
    /** How many requests it has answered. */
    requests: async () => {
      const text = await (await fetch(`${ops}/metrics`)).text();
      const lines = text.split('\n').filter((line) => line.startsWith('countersign_requests_total{'));
      return lines.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
    },
    /** What `countersign edge build` writes: the folder to deploy. */
    build: (...more) => {
      const out = join(folder, ['edge', ...more].join(''));
      const from = fileURLToPath(new URL('../..', import.meta.url));
      const args = ['edge', 'build', '--config', 'countersign.toml', '--target', 'cloudflare', '--from', from, '--out', out, ...more];
      execFileSync(program, args, { cwd: folder, stdio: 'pipe' });
      return { root: join(out, 'cloudflare'), secrets: JSON.parse(readFileSync(join(out, 'cloudflare/secrets.json'), 'utf8')) };
    },
    stop: () => {
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ready(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part) => {
      text += part;
      if (text.includes('delivery=')) resolve(text);
    });
    child.on('exit', (code) => reject(new Error(`countersign serve ended with ${code}:\n${text}`)));
  });
}

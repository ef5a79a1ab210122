// The package in workerd: bundled by wrangler as it would be deployed, run by Miniflare.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { Miniflare } from 'miniflare';
import { DOCUMENT, at, program, tested, vectors } from './support.mjs';

const user = await tested([]);
let workers;

before(async () => {
  await user.add('worker.mjs', await readFile(at('worker.mjs'), 'utf8'));
  await user.add('wrangler.toml', 'name = "verify"\nmain = "worker.mjs"\ncompatibility_date = "2025-09-01"\n');
  const env = { ...process.env, CI: 'true', WRANGLER_SEND_METRICS: 'false', WRANGLER_LOG: 'error', XDG_CONFIG_HOME: user.folder };
  await program(process.execPath, [at('node_modules/wrangler/bin/wrangler.js'), 'deploy', '--dry-run', '--outdir', 'out'], { cwd: user.folder, env });
  const out = `${user.folder}/out`;
  const wasm = (await readdir(out)).filter((name) => name.endsWith('.wasm'));
  workers = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    compatibilityDate: '2025-09-01',
    modules: [{ type: 'ESModule', path: `${out}/worker.js` }, ...wasm.map((name) => ({ type: 'CompiledWasm', path: `${out}/${name}` }))],
    modulesRoot: out,
    bindings: { DOCUMENT },
  });
  await workers.ready;
});
after(() => workers?.dispose());

test('the module goes out as a file, as Workers compile nothing at run time', async () => {
  const files = await readdir(`${user.folder}/out`);
  assert.equal(files.filter((name) => name.endsWith('.wasm')).length, 2, files.join(' '));
});

test('every vector gives its verdict and its text', async () => {
  const answer = await workers.dispatchFetch('https://media.example/vectors', { method: 'POST', body: await readFile(vectors, 'utf8') });
  const { lines, ok } = await answer.json();
  assert.ok(ok, lines.join('\n'));
});

test('a token signed in a worker opens its path there', async () => {
  const [{ site, keys: [key] }] = DOCUMENT.sites;
  const exp = Math.floor(Date.now() / 1000) + 300;
  const body = JSON.stringify([{ exp, ip: ['192.0.2.0/24'] }, { site, key, path: '/a b' }]);
  const token = await (await workers.dispatchFetch('https://media.example/sign', { method: 'POST', body })).text();
  const ask = async (target, client) =>
    (await workers.dispatchFetch(`https://media.example${target}`, { headers: { 'cf-connecting-ip': client } })).json();
  assert.deepEqual(await ask(`/a%20b?cs=${token}`, '192.0.2.7'), { outcome: 'granted', reason: null, target: '/a%20b', settled: true });
  assert.equal((await ask(`/a%20b?cs=${token}`, '198.51.100.7')).reason, 'ip');
  assert.equal((await ask(`/b?cs=${token}`, '192.0.2.7')).reason, 'bad_signature');
});

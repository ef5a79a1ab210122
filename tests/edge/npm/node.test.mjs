// The package in Node, as a user has it: installed from its tarball.
import assert from 'node:assert/strict';
import { chmod, copyFile, readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { DOCUMENT, SECRET, at, program, root, tested } from './support.mjs';

const user = await tested(['@types', 'undici-types', 'hono', 'express']);
const entry = await user.add('entry.mjs', "export * from '@countersign/edge';\nexport * as signer from '@countersign/edge/sign';\n");
const { admit, createEdge, fromNode, fromRequest, refusal, sign, SignError, signingKey, signUrl, signer } = await import(pathToFileURL(entry));

const [{ site, keys: [key] }] = DOCUMENT.sites;
const EXP = 1_900_000_000;
const NOW = EXP - 60;

const countersign = process.env.COUNTERSIGN ?? `${root}target/debug/countersign`;
const CONFIG = {
  'keys.toml': `[[key]]\nkid = "k1"\nalg = "HS256"\nsecret = "${SECRET}"\n`,
  'countersign.toml': '[[site]]\nname = "media.example"\nhosts = ["media.example"]\npublic_url = "https://media.example"\nkeys = "keys.toml"\n' +
    '[site.store]\ntype = "fs"\nroot = "files"\n',
};

/** A folder of the project that has a configuration of the program. */
async function configured(name) {
  for (const [file, text] of Object.entries(CONFIG)) await user.add(`${name}/${file}`, text);
  await chmod(`${user.folder}/${name}/keys.toml`, 0o600);
  return `${user.folder}/${name}`;
}

test('the quick start of the README runs, with the document of its edge build', async () => {
  const readme = await readFile(`${root}wasm-edge/npm/README.md`, 'utf8');
  const [, code] = /## Quick start[^]*?```js\n([^]*?)```/.exec(readme);
  const cwd = await configured('start');
  await user.add('start/start.mjs', code);
  const [, line] = /^countersign (edge build [^#\n]*[^#\n ])/m.exec(readme);
  await program(countersign, [...line.split(' '), '--with-secrets', '--from', `${root}wasm-edge`], { cwd });
  await copyFile(`${cwd}/edge/npm/edge.json`, `${cwd}/edge.json`);
  const { stdout } = await program(process.execPath, ['start.mjs'], { cwd });
  assert.match(stdout, /^https:\/\/media\.example\/reports\/may\.pdf\?cs=1~kid=k1~exp=\d+~sig=[\w-]{43}\n/);
  for (const [, said] of code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)) assert.match(stdout, new RegExp(`^${said}$`, 'm'));
});

test('the folder of edge build makes the same package, without the document', async () => {
  const cwd = await configured('built');
  await program(countersign, ['edge', 'build', '--config', 'countersign.toml', '--with-secrets', '--target', 'npm', '--from', `${root}wasm-edge`, '--out', 'out'], { cwd });
  await program(process.execPath, ['build.mjs'], { cwd: `${cwd}/out/npm` });
  const files = async (folder) => (await readdir(folder, { recursive: true })).sort();
  assert.deepEqual(await files(`${cwd}/out/npm/dist`), await files(`${user.folder}/node_modules/@countersign/edge`));
  assert.equal(JSON.parse(await readFile(`${cwd}/out/npm/edge.json`, 'utf8')).sites[0].keys[0].secret, SECRET);
});

test("the package's version is the program's", async () => {
  const { stdout } = await program(countersign, ['version'], {});
  const { version } = JSON.parse(await readFile(`${root}wasm-edge/npm/package.json`, 'utf8'));
  assert.ok(stdout.includes(version), `${stdout} ${version}`);
});

test('a signed URL opens its path and no other, in the query and in the path', async () => {
  const edge = await createEdge(DOCUMENT);
  const decide = (url) => edge.verify({ host: 'media.example', method: 'GET', target: url, now: NOW });
  const query = await signUrl({ exp: EXP, qs: ['w'] }, { site, key, path: '/a b.png', query: { w: '6&4' } });
  assert.match(query, /^\/a%20b\.png\?w=6%264&cs=1~kid=k1~exp=1900000000~qs=w~sig=/);
  assert.deepEqual([decide(query).outcome, decide(query).target], ['granted', '/a%20b.png?w=6%264']);
  assert.equal(decide(query.replace('6%264', '641')).reason, 'bad_signature');
  const path = await signUrl({ exp: EXP, path: ['/hls/7/**'] }, { site, key, path: '/hls/7/a.m3u8', carrier: 'path', baseUrl: 'https://media.example/' });
  assert.match(path, /^https:\/\/media\.example\/cs=1~kid=k1~exp=1900000000~path=@hls@7@\*\*~sig=[\w-]+\/hls\/7\/a\.m3u8$/);
  assert.equal(decide(path.slice('https://media.example'.length).replace('a.m3u8', 'b.ts')).outcome, 'granted');
});

test('what cannot be signed is refused with the name of the field', async () => {
  const options = { site, key, path: '/a' };
  for (const [field, grant, changed] of [
    ['exp', {}],
    ['exp', { exp: '1900000000' }],
    ['geo', { exp: EXP, geo: 'DE' }],
    ['aud', { exp: EXP, aud: 'x' }],
    ['kid', { exp: EXP, kid: 'k1' }],
    ['sub', { exp: EXP, sub: '\ud800' }],
    ['nbf', { exp: EXP, nbf: null }],
    ['path', { exp: EXP, path: ['/a**'] }],
    ['path', { exp: EXP, path: ['/a', '-/a'] }],
    ['path', { exp: EXP }, { path: undefined }],
    ['path', { exp: EXP }, { path: '/b', key: { ...key, paths: ['/a/**'] } }],
    ['key.secret', { exp: EXP }, { key: { ...key, secret: 'ABCD' } }],
    ['key.state', { exp: EXP }, { key: { ...key, state: 'accept' } }],
    ['site.name', { exp: EXP }, { site: 'a b' }],
    ['private', { exp: EXP }, { key: { kid: 'e', alg: 'EdDSA', public: SECRET } }],
    ['private', { exp: EXP }, { key: { kid: 'e', alg: 'EdDSA', public: SECRET }, private: SECRET }],
  ]) {
    const refusal = (error) => error instanceof SignError && error.field === field && error.message.startsWith(`${field}: `) && !error.message.includes('ABCD');
    await assert.rejects(sign(grant, { ...options, ...changed }), refusal, `${field} ${JSON.stringify(grant)}`);
  }
});

test('the ring says which key signs: the active one with the latest start, the last of equals', () => {
  const ring = [{ ...key, kid: 'a' }, { ...key, kid: 'b', from: 10 }, { ...key, kid: 'c', from: 10 }, { ...key, kid: 'd', from: 30 },
    { ...key, kid: 'e', from: 15, state: 'accept' }, { ...key, kid: 'f', from: 15, until: 20 }];
  assert.deepEqual([5, 10, 16, 20, 30].map((now) => signingKey(ring, now)?.kid), ['a', 'c', 'f', 'c', 'd']);
  assert.equal(signingKey([], 5), null);
});

test('requests of the Fetch standard and of node:http are read as they are', async () => {
  const edge = await createEdge(JSON.stringify(DOCUMENT));
  const token = await signer.sign({ exp: EXP, ip: ['192.0.2.0/24'], hdr: ['x-a'] }, { site: 'media.example', key, path: '/a', headers: { 'x-a': '7' } });
  const facts = { client: '192.0.2.1', now: NOW };
  const fetched = fromRequest(new Request(`https://media.example/a?cs=${token}`, { headers: { 'X-A': '7' } }), facts);
  const served = fromNode({
    method: 'GET', url: '/', originalUrl: `/a?cs=${token}`, headers: { host: 'media.example' }, rawHeaders: ['Host', 'media.example', 'X-A', '7'],
  }, facts);
  for (const request of [fetched, served]) {
    assert.equal(edge.verify(request).outcome, 'granted');
    assert.equal(edge.verify({ ...request, client: '198.51.100.1' }).reason, 'ip');
    assert.equal(edge.explain(request).verdict.steps.at(-1).outcome, 'passed');
    assert.throws(() => edge.verify({ ...request, host: 'other.example' }), { code: 'unknown_host', status: 421 });
  }
});

test('a document at fault is refused, and the one before stays', async () => {
  const edge = await createEdge(DOCUMENT);
  assert.throws(() => edge.configure({ version: 2 }), { name: 'ConfigError', where: 'version' });
  assert.equal(edge.verify({ method: 'GET', target: '/free/a' }).outcome, 'public');
  await assert.rejects(createEdge({ version: 1, sites: [{}] }), { name: 'ConfigError' });
});

test('a refusal tells when, to whom the site shows reasons, and nothing of its own faults', async () => {
  const edge = await createEdge(DOCUMENT);
  const token = await sign({ exp: NOW - 7 }, { site, key, path: '/a' });
  const request = { method: 'GET', target: `/a?cs=${token}`, now: NOW };
  const told = async (response) => [response.status, response.headers.get('countersign-reason'), (await response.json()).detail];
  assert.deepEqual(await told(admit(edge, request).refusal), [403, 'expired', 'It expired 7 s ago. Ask for a new link.']);
  assert.deepEqual(await told(refusal(edge.verify(request))), [403, 'expired', undefined]);
  edge.configure({ ...DOCUMENT, sites: [{ ...DOCUMENT.sites[0], show_reasons: false, status: { expired: 410 } }] });
  assert.deepEqual(await told(admit(edge, request).refusal), [410, null, undefined]);
  const odd = refusal(new Error('a secret'));
  assert.deepEqual([odd.status, odd.headers.get('retry-after'), (await odd.text()).includes('secret')], [503, '2', false]);
});

test('what only the origin knows to be revoked is not admitted elsewhere', async () => {
  const edge = await createEdge({ ...DOCUMENT, sites: [{ ...DOCUMENT.sites[0], edge_revocation: 'origin' }] });
  const request = { method: 'GET', target: await signUrl({ exp: EXP }, { site, key, path: '/a' }), now: NOW };
  assert.equal((await admit(edge, request).refusal.json()).code, 'unsupported');
  assert.equal(admit(edge, request, { carriesOut: ['revocation'] }).decision.path, '/a');
  assert.equal(admit(edge, { method: 'GET', target: '/free/a', now: NOW }).decision.outcome, 'public');
});

test('the types hold what they say, and the examples hold to them', async () => {
  await user.add('types.ts', await readFile(at('types.ts'), 'utf8'));
  for (const name of ['hono.ts', 'express.ts']) await user.add(name, await readFile(`${root}wasm-edge/npm/examples/${name}`, 'utf8'));
  await program(process.execPath, [at('node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--skipLibCheck', '--exactOptionalPropertyTypes',
    '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable', '--types', 'node', '--module', 'nodenext', 'types.ts', 'hono.ts', 'express.ts',
    'node_modules/@countersign/edge/index.d.ts'], { cwd: user.folder });
});

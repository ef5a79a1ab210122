// The runner of vector files fails where it should.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const ALL = JSON.parse(readFileSync(at('../../../tests/vectors/v1.json'), 'utf8')).verify;
const REFUSED = JSON.parse(readFileSync(at('../refused.json'), 'utf8'));
const one = ALL.find(({ expect }) => expect.allow);
const eddsa = ALL.find(({ name }) => name === 'an Ed25519 signature');

let folder;
before(() => { folder = mkdtempSync(join(tmpdir(), 'countersign-vectors-')); });
after(() => rmSync(folder, { recursive: true }));

const run = (verify) => {
  const file = join(folder, 'file.json');
  writeFileSync(file, typeof verify === 'string' ? verify : JSON.stringify({ verify }));
  const { status, stdout, stderr } = spawnSync(process.execPath, [at('../vectors.mjs'), file, '--engine', 'v8'], { encoding: 'utf8' });
  return { status, told: stdout + stderr };
};

test('a file that holds passes, under other names too', () => {
  assert.equal(run([one, { ...eddsa, name: 'another name' }]).status, 0);
});

test('a token of an EdDSA key is refused in every mode, where its signature counts, and no other is', () => {
  const policy = [{ paths: ['/**'], mode: 'report' }];
  assert.equal(run([{ ...eddsa, name: 'reported', site: { ...eddsa.site, policy } }]).status, 0);
  const request = { ...eddsa.request, target: eddsa.request.target.replace('1~', '2~') };
  assert.equal(run([{ ...eddsa, name: 'of version 2', request, expect: { deny: 'malformed' } }]).status, 1);
  const beside = [...eddsa.keys, ...one.keys];
  assert.equal(run([{ ...one, keys: beside, request: { ...one.request, target: one.request.target.replace('1~', '2~') } }]).status, 1);
});

test('another expectation fails, in verdict, reason, path or field', () => {
  const { allow } = one.expect;
  for (const expect of [{ deny: 'expired' }, { allow: { ...allow, path: '/b' } }, { allow: { ...allow, exp: 1 } }, { allow: { ...allow, carrier: 'path' } },
    { public: { path: allow.path } }, { report: 'missing' }]) {
    const { status, told } = run([{ ...one, expect }]);
    assert.deepEqual([status, /1 differ/.test(told)], [1, true], told);
  }
});

test('a case that refused.json names and that passes fails', () => {
  const { status, told } = run([{ ...one, name: REFUSED[0].vectors[0] }]);
  assert.deepEqual([status, /stands in refused.json, and passes/.test(told)], [1, true], told);
});

test('a file without cases, or that is none, fails', () => {
  assert.equal(run([]).status, 1);
  assert.equal(run('{').status, 2);
});

test('every name of refused.json is a vector\'s', () => {
  const names = new Set(ALL.map(({ name }) => name));
  assert.deepEqual(REFUSED.flatMap(({ vectors }) => vectors).filter((name) => !names.has(name)), []);
});

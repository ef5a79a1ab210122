// The entries of a store, and what brings one up to date.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DocumentFault } from '../document.mjs';
import { MAX_VALUE_BYTES, entriesOf, stepsTo, warningsOf } from '../kvs.mjs';
import { SECRET } from './sign.mjs';

const document = (sites) => ({ version: 1, sites });
const site = (name, hosts, more = {}) => ({
  site: { name, ...more }, keys: [{ kid: 'k1', alg: 'HS256', state: 'active', secret: SECRET }], hosts,
});

test('every host has a head, and every head its site', () => {
  const entries = entriesOf(document([site('a', ['A.example', 'b.example:8443']), site('c', ['c.example'])]));
  const heads = Object.fromEntries(entries.filter(({ key }) => key.startsWith('site/')).map(({ key, value }) => [key, value]));
  assert.deepEqual(Object.keys(heads).sort(), ['site/a.example', 'site/b.example:8443', 'site/c.example']);
  assert.equal(heads['site/a.example'], heads['site/b.example:8443']);
  assert.equal(JSON.parse(heads['site/c.example'].slice(9)).name, 'c');
});

test('keys and values are as small as the platform wants them', () => {
  const rules = Array.from({ length: 100 }, (_, i) => ({ paths: [`/${'é'.repeat(10)}/${i}/**`], mode: 'public' }));
  for (const { key, value } of entriesOf(document([site('a', ['a.example'], { policy: rules })]))) {
    assert.ok(Buffer.byteLength(key) <= 512 && Buffer.byteLength(value) <= MAX_VALUE_BYTES, key);
  }
});

test('what the function cannot work with is refused', () => {
  const rules = Array.from({ length: 400 }, (_, i) => ({ paths: [`/private/${i}/**`], mode: 'public' }));
  for (const wrong of [{ version: 2, sites: [] }, document([]), document([site('a', [], { policy: rules })])]) {
    assert.throws(() => entriesOf(wrong), DocumentFault);
  }
  assert.match(warningsOf(document([{ ...site('a', []), keys: [{ kid: 'e1', alg: 'EdDSA', state: 'active' }] }]))[0], /e1.*unsupported/);
});

test('a key or rule that the function would take for another is refused, without its secret', () => {
  const [good] = site('a', []).keys;
  const keyed = (...keys) => document([{ ...site('a', []), keys }]);
  for (const [wrong, where] of [
    [keyed({ ...good, secret: undefined }), 'sites[0].keys[0].secret: is missing'],
    [keyed({ ...good, secret: 'zz' }), 'sites[0].keys[0].secret: is not'],
    [keyed({ ...good, secret: SECRET.slice(2).toUpperCase() }), 'sites[0].keys[0].secret: is not'],
    [keyed({ ...good, alg: 'RS256' }), 'sites[0].keys[0].alg'],
    [keyed({ ...good, state: 'on' }), 'sites[0].keys[0].state'],
    [keyed(SECRET), 'sites[0].keys[0].kid'],
    [document([{ ...site('a', []), keys: good }]), 'sites[0].keys: '],
    [document([{ keys: [good] }]), 'sites[0].site: '],
    [document([site('a', [], { policy: [{ mode: 'public' }] })]), 'sites[0].site.policy[0].paths'],
    [document([site('a', [], { policy: [{ mode: 'open', paths: ['/**'] }] })]), 'sites[0].site.policy[0].mode'],
    [document([site('a', []), site('b', ['b.example'])]), 'sites[0].hosts'],
    [null, 'the document'],
  ]) {
    assert.throws(() => entriesOf(wrong), (fault) => {
      assert.ok(fault instanceof DocumentFault && fault.message.startsWith(where), String(fault));
      return !fault.message.includes(SECRET);
    });
  }
  assert.ok(entriesOf(keyed(good, { ...good, kid: 'k0', state: 'retired', secret: undefined })).length > 0);
});

test('a store is brought up to date without a time at which a head names nothing', () => {
  const rules = Array.from({ length: 40 }, (_, i) => ({ paths: [`/private/${i}/**`], mode: 'public' }));
  const now = entriesOf(document([site('a', ['a.example'], { policy: rules })]));
  const next = document([site('a', ['a.example', 'b.example'], { policy: rules.slice(1) })]);
  const steps = stepsTo(next, [...now.map(({ key }) => key), 'not/ours']);
  const live = new Map(now.map(({ key, value }) => [key, value]));
  const isWhole = () => [...live].filter(([key]) => key.startsWith('site/')).every(([, value]) =>
    Array.from({ length: value[8] - 1 }, (_, i) => `${value.slice(0, 8)}/${i + 1}`).every((key) => live.has(key)));
  assert.deepEqual(steps.map(({ name }) => name), ['pieces', 'heads', 'gone']);
  for (const { lots } of steps) {
    for (const { Puts = [], Deletes = [] } of lots) {
      assert.ok(Puts.length + Deletes.length <= 50);
      Puts.forEach(({ Key, Value }) => live.set(Key, Value));
      Deletes.forEach(({ Key }) => live.delete(Key));
      assert.ok(isWhole());
    }
  }
  assert.deepEqual([...live.keys()].sort(), entriesOf(next).map(({ key }) => key).sort());
});

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

test('the program writes an import file, and files for update-keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-kvs-'));
  try {
    const run = (...args) => spawnSync(process.execPath, [at('../kvs.mjs'), ...args], { cwd: folder, encoding: 'utf8' });
    writeFileSync(join(folder, 'edge.json'), JSON.stringify(document([site('a', ['a.example'])])));
    writeFileSync(join(folder, 'keys.json'), JSON.stringify({ Items: [{ Key: 'site/b.example', Value: 'x' }] }));
    assert.ok(JSON.parse(run('edge.json').stdout).data.some(({ key }) => key === 'site/a.example'));
    assert.equal(run('edge.json', '--live', 'keys.json', '--out', 'steps').status, 0);
    const gone = JSON.parse(readFileSync(join(folder, 'steps/3-gone-1.json'), 'utf8'));
    assert.deepEqual(gone, { Deletes: [{ Key: 'site/b.example' }] });
    for (const wrong of [[], ['absent.json'], ['edge.json', '--live', 'keys.json'], ['keys.json']]) {
      assert.equal(run(...wrong).status, 2, wrong.join(' '));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

// Generated grants, many of them slightly wrong, through the package's signer; the program's signer must
// write the same text for each, or refuse it too. SIGN_CASES: how many; SIGN_SEED: others than usual.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { program, root, tested, vectors } from './support.mjs';

const user = await tested([]);
const entry = await user.add('entry.mjs', "export * from '@countersign/edge/sign';\n");
const { sign } = await import(pathToFileURL(entry));
const cases = Number(process.env.SIGN_CASES ?? 4000);
let seed = Number(process.env.SIGN_SEED ?? 20260101);

/** Mulberry32: a number below `limit`. */
function below(limit) {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
}
const pick = (list) => list[below(list.length)];
const some = (list) => Array.from({ length: 1 + below(3) }, () => pick(list));

const PIECES = ['/', '*', '**', '~', '~2A', '~20', '~C3~A9', '~5C', '~2F', '~3D', '-', '.', '..', 'a', 'cs=x', '!', 'é', ' ', '%', '\\', ':', '::', '0', '1',
  'ffff', '/24', '/0', 'XX', 'DE', ';', '; ', '=', '\t', '\u007f', 'proxy-x', 'x-a', '\u{1F511}', '1.2.3.4', '2001:db8::', 'attachment:', 'inline', 'text/', "'"];
const PATTERNS = ['/a/**', '/**', '/a/*', '/a', '-/a/b', '-/a/**', '/a/**/b', '/*/b', '/a*', '-/**', '/a/b/**', '/b/**', '-/a/*', '/cs~3Dx/**', '/c*',
  '/a/*b*c', '/**/x/**', '/**/*', '/*', '-/**/b', '/a/*/**'];
const PATHS = ['/a/b', '/a/', '/a', '/c/abc', '/x/x/x', '/a/b/c/b', '/cs=x/a'];

function changedText(text) {
  const at = below(text.length + 1);
  const changed = below(3) === 0 ? text.slice(0, at) + text.slice(at + 1 + below(3)) : text.slice(0, at) + pick(PIECES) + text.slice(at);
  return /[\ud800-\udfff]/u.test(changed) ? text : changed;
}

function changed(value) {
  if (Array.isArray(value)) return value.map((member) => (below(2) === 0 ? changed(member) : member));
  if (typeof value === 'string') return changedText(value);
  return Number.isInteger(value) ? value + pick([0, 1, -1, 1e9, -1e9, 30, -30]) : value;
}

/** A vector with fields of another one, other patterns, dates and revocations, and a field changed. */
function generated(usual) {
  const { text, refuse, ...made } = structuredClone(pick(usual));
  const { grant, key, site } = made;
  const other = pick(usual).grant;
  const [taken, touched] = [pick(Object.keys(other)), pick(Object.keys(grant))];
  if (taken !== undefined && below(2) === 0) grant[taken] = structuredClone(other[taken]);
  if (touched !== undefined && below(2) === 0) grant[touched] = changed(grant[touched]);
  if (below(3) === 0) grant.path = some(PATTERNS);
  if (below(3) === 0) key.paths = some(PATTERNS);
  if (below(4) === 0) made.path = below(2) === 0 ? pick(PATHS) : changedText(made.path ?? '/');
  const exp = Number.isSafeInteger(grant.exp) && grant.exp > 1 ? grant.exp : 1_900_000_000;
  if (below(10) === 0) key.until = exp + pick([-1, 0, 1]);
  if (below(10) === 0) key.from = exp + pick([0, 29, 30, 31]);
  if (below(10) === 0) site.revoked = { [pick(['jti', 'sub', 'sid', 'kid'])]: ['k1', 'joe', 'x', 't'], issued_before: pick([undefined, 1_800_000_000]) };
  return made;
}

test(`${cases} generated grants are signed as the program signs them, or refused as it refuses them`, async () => {
  const usual = JSON.parse(await readFile(vectors, 'utf8')).sign.filter((vector) => JSON.stringify(vector).length < 1500);
  const file = { verify: [], sign: [] };
  for (let number = 0; number < cases; number += 1) {
    const made = { ...generated(usual), name: `${number}` };
    try {
      made.text = await sign(made.grant, made);
    } catch (error) {
      assert.equal(error.name, 'SignError', `${error.stack} ${JSON.stringify(made)}`);
      made.refuse = true;
    }
    file.sign.push(made);
  }
  assert.ok(file.sign.filter(({ text }) => text !== undefined).length > cases / 10);
  await user.add('generated.json', JSON.stringify(file));
  const { stdout } = await program(process.env.COUNTERSIGN ?? `${root}target/debug/countersign`, ['vectors', 'generated.json'], { cwd: user.folder });
  assert.match(stdout, new RegExp(`^${cases} cases, 0 differ$`, 'm'));
});

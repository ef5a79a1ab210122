// What the page reads by itself, held against every vector: the module decides, so both must agree.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { find } from '../../../wasm-edge/inspect/src/found.js';
import { span, readTime } from '../../../wasm-edge/inspect/src/times.js';
import { readToken } from '../../../wasm-edge/inspect/src/token.js';

const { verify, sign } = JSON.parse(readFileSync(new URL('../../vectors/v1.json', import.meta.url), 'utf8'));
const SITE = { param: 'cs', header: 'countersign', cookie: 'cs' };
const tokensOf = (text, site = SITE) => find(text, site).tokens.map((token) => token.text);

test('a signed text has no fault, and each field its value', () => {
  for (const { name, grant, key, text } of sign.filter((one) => one.text !== undefined)) {
    const { faults, pieces } = readToken(text);
    assert.deepEqual(faults, [], name);
    assert.deepEqual(Object.fromEntries(pieces.map((piece) => [piece.name, piece.value])), { kid: key.kid, ...grant }, name);
  }
});

test('a target whose token is granted has it found, and one that is malformed has a fault', () => {
  let [granted, refused] = [0, 0];
  for (const { name, site, request, expect } of verify) {
    if (!request.target.startsWith('/') || /[\s#]/.test(request.target)) continue;
    const names = { ...SITE, ...site };
    const texts = tokensOf(request.target, names);
    if (expect.allow?.carrier === 'query' || expect.allow?.carrier === 'path') {
      granted += 1;
      assert.deepEqual(texts.map((text) => readToken(text).faults), [[]], name);
    }
    if ((expect.deny === 'malformed' || expect.deny === 'unsupported') && texts.length === 1) {
      const { faults, pieces } = readToken(texts[0]);
      // Names of the site are no matter of the text.
      const isOwn = pieces.some(({ value }) => Array.isArray(value) && (value.includes(names.param) || value.includes(names.header.toLowerCase())));
      const isOnce = request.headers.length === 0;
      if (isOwn || !isOnce) continue;
      refused += 1;
      assert.ok(faults.length > 0, `${name}: ${texts[0]}`);
    }
  }
  assert.ok(granted > 20 && refused > 20, `${granted} granted, ${refused} refused`);
});

test('a fault names its field', () => {
  const signed = (fields) => `${fields}~sig=${'A'.repeat(43)}`;
  for (const [text, fault] of [
    ['1', 'has no "~"'],
    ['2~x=1', 'is of version 2'],
    ['1~kid=k~exp=1', 'sig: is missing'],
    [signed('1~exp=1'), 'kid: is missing'],
    [signed('1~exp=1~kid=k'), 'kid: must stand before exp'],
    [signed('1~kid=k~exp=1~exp=1'), 'exp: stands twice'],
    [signed('1~kid=k~exp=x'), 'exp: must be a time'],
    [signed('1~kid=k~exp=1~foo=x'), 'foo: this version has no such field'],
    [signed('1~kid=k~exp=1~sub=a b'), 'sub: " " stands in no token'],
    [signed('1~kid=k~exp=1~sub=~61'), 'sub: ~61 must be written a'],
    [signed('1~kid=k~exp=1~sub='), 'sub: has no value'],
    [signed('1~kid=k~exp=1~uses=2'), 'uses: needs jti'],
    [signed('1~kid=k~exp=1').slice(0, 40), 'sig: has 22 characters'],
  ]) {
    const [{ field, says }] = readToken(text).faults;
    assert.ok((field === '' ? says : `${field}: ${says}`).startsWith(fault), `${text}: ${field}: ${says}`);
  }
});

test('a token is found wherever it may stand, and put back where it stood', () => {
  for (const [text, token] of [
    ['https://h/a?w=1&cs=1~x=a%7E20#f', '1~x=a~20'],
    ['/cs=1~path=@a@**/a/b', '1~path=/a/**'],
    ['Countersign: 1~x', '1~x'],
    ['Cookie: a=b; cs-1="1~x"', '1~x'],
    ['Set-Cookie: cs=1~x; Path=/; Secure', '1~x'],
    ['__Host-cs=1~x', '1~x'],
    ['1~kid=k', '1~kid=k'],
  ]) {
    assert.deepEqual(tokensOf(text), [token], text);
    assert.deepEqual(find(text, SITE).with(() => '1~y=/z').tokens.map((one) => one.text), ['1~y=/z'], text);
  }
  assert.equal(find('/a?w=1&cs=1~x&v', SITE).with(() => '1~y').target, '/a?w=1&cs=1~y&v');
  assert.deepEqual(tokensOf('/cs=1~x/a?cs=1~y'), ['1~x', '1~y']);
  assert.deepEqual(tokensOf('https://h/a?csx=1~x'), []);
});

test('times are read as people write them', () => {
  assert.deepEqual(['now', '15m', '1900000000', '2030-03-17T17:46:40Z'].map((text) => readTime(text, 'at', 100)), [100, 1000, 1_900_000_000, 1_900_000_000]);
  for (const text of ['tomorrow', '2030-03-17', '-1', '1e3']) assert.throws(() => readTime(text, 'at', 0), { field: 'at' }, text);
  assert.deepEqual([0, 59, 3_661, 90_000].map(span), ['0 s', '59 s', '1 h 1 min', '1 d 1 h']);
});

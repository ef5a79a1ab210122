// What a host sees of loader and module: node --test wasm-edge/node/.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { test } from 'node:test';
import { ConfigError, RequestError, load } from '../js/edge.js';

const file = (name) => new URL(`../dist/${name}`, import.meta.url);
const FULL = 'countersign-edge.wasm';
const SMALL = 'countersign-edge-hs256.wasm';
const bytes = await readFile(file(FULL));

// The example of docs/TOKEN.md §2: it signs `w` and `h`, and no other path than /a b.png.
const TOKEN = '1~kid=k1~exp=1900000000~qs=w!h~sig=q4XrPJKvg7odH0ozK21HtTFAy5Yr_eJjrYKvd-rOFpU';
const SECRET = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
const NOW = 1_800_000_000;

const key = (change = {}) => ({ kid: 'k1', alg: 'HS256', state: 'active', secret: SECRET, ...change });
const site = (change = {}) => ({ site: { name: 'media.example' }, keys: [key()], hosts: ['media.example'], ...change });
const documentOf = (...sites) => ({ version: 1, sites: sites.length === 0 ? [site()] : sites });
const edgeOf = async (...sites) => (await load(bytes)).configure(documentOf(...sites));
const request = (change = {}) => ({ method: 'GET', target: `/a%20b.png?w=&cs=${TOKEN}`, now: NOW, ...change });

test('a granted request goes on without its token in the URL, and with it in the header', async () => {
  const edge = await edgeOf();
  const decision = edge.verify(request({ target: `/%61%20b.png?w=&x=%7e&cs=${TOKEN}` }));
  assert.equal(decision.outcome, 'granted');
  assert.equal(decision.carrier, 'query');
  assert.equal(decision.settled, true);
  assert.equal(decision.path, '/a%20b.png');
  assert.equal(decision.target, '/a%20b.png?w=&x=%7e');
  assert.equal(decision.cacheKey, '~media.example/a%20b.png');
  assert.equal(decision.remainingSecs, 100_000_000);
  assert.deepEqual(decision.headers, [['countersign', TOKEN]]);
  const again = edge.verify(request({ target: decision.target, headers: decision.headers }));
  assert.equal(again.outcome, 'granted');
  assert.equal(again.carrier, 'header');
});

test('a granted cookie goes on alone of ours, under its own name, beside those of others', async () => {
  const edge = await edgeOf();
  const headers = [['Cookie', `a=\u00e9; __Host-cs-x=1~; __Host-cs-y="${TOKEN.replace('~', '%7E')}"; cs=; b=2`]];
  const decision = edge.verify(request({ target: '/a%20b.png?w=', headers }));
  assert.equal(decision.carrier, 'cookie');
  assert.deepEqual(decision.headers, [['countersign', null], ['cookie', `a=\u00e9; b=2; __Host-cs-y=${TOKEN}`]]);
  const expired = edge.verify(request({ target: '/a%20b.png?w=', headers, now: 1_900_000_000 }));
  assert.deepEqual([expired.passes, expired.reason, expired.headers], [false, 'expired', []]);
});

test('a public request goes on without any token', async () => {
  const policy = [{ paths: ['/**'], mode: 'public' }];
  const edge = await edgeOf(site({ site: { name: 'media.example', policy } }));
  const decision = edge.verify(request({ headers: { Cookie: 'cs=1~', Countersign: 'x' }, target: '/a?cs=x' }));
  assert.equal(decision.reason, 'conflict');
  const open = edge.verify(request({ headers: { Cookie: 'cs=1~' }, target: '/a?cs=x' }));
  assert.deepEqual([open.outcome, open.settled, open.target], ['public', true, '/a']);
  assert.deepEqual(open.headers, [['countersign', null], ['cookie', null]]);
});

test('what only the origin can do is not settled, nor is anything under edge_revocation = "origin"', async () => {
  assert.equal((await edgeOf()).verify(request()).settled, true);
  assert.equal((await edgeOf(site({ edge_revocation: 'origin' }))).verify(request()).settled, false);
  const report = { name: 'media.example', policy: [{ paths: ['/**'], mode: 'report' }] };
  const reported = (await edgeOf(site({ site: report }))).verify(request({ target: '/a' }));
  assert.deepEqual([reported.outcome, reported.passes, reported.reason, reported.settled], ['reported', true, 'missing', false]);
});

test("the site's parameters are part of the cache's key, and no segment of it is lost in a URL", async () => {
  const edge = await edgeOf(site({ site: { name: '..' }, cache_key: { parameters: ['h', 'w'] } }));
  const policy = [{ paths: ['/**'], mode: 'public' }];
  edge.configure(documentOf(site({ site: { name: '..', policy }, cache_key: { parameters: ['h', 'w'] } })));
  const { cacheKey } = edge.verify(request({ target: '/a?w=1&x=2&%68=%20"' }));
  assert.equal(cacheKey, '~../a?%68=%20"&w=1');
  assert.equal(new URL(`https://cache.invalid/${cacheKey}`).pathname, '/~../a');
});

test('the status of a denial is the site’s', async () => {
  const edge = await edgeOf(site({ status: { missing: 404 } }));
  assert.deepEqual([edge.verify(request({ target: '/a' })).status, edge.verify(request({ target: '/../a' })).status], [404, 400]);
});

test('the site is found by host, with or without its port, or by name', async () => {
  const other = site({ site: { name: 'other' }, hosts: ['other.example', 'other.example:8443'] });
  const edge = await edgeOf(site(), other);
  const siteOf = (change) => edge.verify(request(change)).site.name;
  assert.equal(siteOf({ host: 'Media.Example:443' }), 'media.example');
  assert.equal(siteOf({ host: 'other.example:8443' }), 'other');
  assert.equal(siteOf({ site: 'other' }), 'other');
  for (const host of [undefined, '', 'no.example', 'media.example.no']) {
    assert.throws(() => siteOf({ host }), { name: 'RequestError', code: 'unknown_host', status: 421 });
  }
});

test('header lines are taken as pairs, Headers, Map or object, and stand for bytes', async () => {
  const edge = await edgeOf();
  const target = '/a%20b.png?w=';
  for (const headers of [
    [['COUNTERSIGN', TOKEN]],
    new Headers({ countersign: TOKEN }),
    new Map([['Countersign', TOKEN]]),
    { 'x-other': undefined, 'x-list': ['a', 'b'], countersign: TOKEN },
  ]) {
    assert.equal(edge.verify(request({ target, headers })).outcome, 'granted');
  }
  const odd = { code: 'bad_request', status: 400 };
  assert.throws(() => edge.verify(request({ headers: { cookie: '\u20ac' } })), odd);
  for (const change of [{ headers: [['x', 7]] }, { headers: [['x']] }, { method: undefined }, { client: 7 }]) {
    assert.throws(() => edge.verify(request(change)), odd);
  }
});

test('a token that signs headers is held against all lines, even of what can be read once', async () => {
  const { verify } = JSON.parse(await readFile(new URL('../../tests/vectors/v1.json', import.meta.url), 'utf8'));
  const vector = verify.find(({ expect, request }) => expect.allow?.hdr && request.headers.length > 0 && expect.allow.carrier === 'query');
  const edge = (await load(bytes)).configure(documentOf({ site: vector.site, keys: vector.keys }));
  const asked = { ...vector.request, client: vector.request.client_ip, now: vector.now };
  assert.equal(edge.verify(asked).outcome, 'granted');
  const once = (function* () { yield* vector.request.headers; })();
  assert.equal(edge.verify({ ...asked, headers: once }).outcome, 'granted');
  assert.equal(edge.verify({ ...asked, headers: [] }).reason, 'bad_signature');
});

test('text beyond ASCII is UTF-8 in a target, and half a character is no path', async () => {
  const edge = await edgeOf(site({ site: { name: 's', policy: [{ paths: ['/**'], mode: 'public' }] } }));
  assert.equal(edge.verify(request({ target: '/\u00e9?\u00e9' })).target, '/%C3%A9?%C3%A9');
  assert.equal(edge.verify(request({ target: '/\ud800' })).reason, 'bad_path');
  assert.equal(edge.verify(request({ target: '/a?\ud83d' })).target, '/a?%FF');
});

test('too large a request is refused before anything is decided', async () => {
  const edge = await edgeOf();
  const tooLarge = { name: 'RequestError', code: 'request_too_large', status: 431 };
  assert.throws(() => edge.verify(request({ target: `/${'a'.repeat(65_536)}` })), tooLarge);
  assert.throws(() => edge.verify(request({ target: `/${'\u00e9'.repeat(40_000)}` })), tooLarge);
  assert.throws(() => edge.verify(request({ headers: Array.from({ length: 251 }, () => ['x', '']) })), tooLarge);
  // As long as the room for it, and longer in bytes than in characters.
  const full = `/${'\u00e9'.repeat(10)}`;
  const rest = 65_536 - 'GET'.length - full.length;
  assert.throws(() => edge.verify(request({ target: full + 'a'.repeat(rest) })), tooLarge);
  const long = edge.verify(request({ target: `/?${'\u00ff'.repeat(30_000)}`, headers: [['x', 'y'.repeat(5_000)]] }));
  assert.equal(long.reason, 'missing');
  assert.equal(edge.verify(request()).outcome, 'granted');
});

test('times are whole seconds, far beyond 32 bits', async () => {
  const edge = await edgeOf();
  assert.equal(edge.verify(request({ now: 2 ** 40 })).reason, 'expired');
  for (const now of [-1, 1.5, Number.NaN, '1', 2 ** 53]) {
    assert.throws(() => edge.verify(request({ now })), { code: 'bad_request' });
  }
});

test('an explanation ends with the check that failed', async () => {
  const { verdict } = (await edgeOf()).explain(request({ now: 1_900_000_030 }));
  const last = verdict.steps.at(-1);
  assert.deepEqual([last.name, last.outcome, last.reason], ['expiry', 'failed', 'expired']);
  assert.match(last.note, /expired 30 s ago/);
  assert.equal(verdict.fields.kid, 'k1');
  assert.ok(!JSON.stringify(verdict).includes(SECRET.slice(0, 16)));
});

test('a document at fault is refused by its member, and the old one stays', async () => {
  const edge = await edgeOf();
  const keys = (...keys) => documentOf(site({ keys }));
  const named = (change) => documentOf(site({ site: { name: 's', ...change } }));
  for (const [document, where] of [
    ['{"version": 1, ', ''],
    [[], ''],
    [{ version: 2, sites: [] }, 'version'],
    [{ version: 1, sites: [] }, 'sites'],
    [{ version: 1, sites: {} }, 'sites'],
    [documentOf({ ...site(), site: {} }), 'sites[0].site.name'],
    [named({ name: 'a b' }), 'sites[0].site.name'],
    [named({ param: '' }), 'sites[0].site.param'],
    [named({ header: 'Cookie' }), 'sites[0].site.header'],
    [named({ cookie: '__Host-cs' }), 'sites[0].site.cookie'],
    [named({ skew: -1 }), 'sites[0].site.skew'],
    [named({ max_ttl: '7' }), 'sites[0].site.max_ttl'],
    [named({ policy: [{ paths: ['/**'], mode: 'open' }] }), 'sites[0].site.policy[0].mode'],
    [named({ policy: [{ paths: ['/**'], mode: 'public' }, { paths: ['a'], mode: 'public' }] }), 'sites[0].site.policy[1].paths'],
    [named({ policy: [{ paths: ['/a!/b'], mode: 'public' }] }), 'sites[0].site.policy[0].paths[0]'],
    [named({ revoked: { jti: [1] } }), 'sites[0].site.revoked.jti[0]'],
    [documentOf(site({ status: { missing: 200 } })), 'sites[0].status.missing'],
    [documentOf(site({ edge_revocation: 'never' })), 'sites[0].edge_revocation'],
    [documentOf(site({ show_reasons: 1 })), 'sites[0].show_reasons'],
    [keys(), 'sites[0].keys'],
    [keys(key({ state: 'retired' })), 'sites[0].keys'],
    [documentOf(site({ keys: key() })), 'sites[0].keys'],
    [documentOf(site({ keys: SECRET })), 'sites[0].keys'],
    [keys([key()]), 'sites[0].keys[0]'],
    [keys(SECRET), 'sites[0].keys[0]'],
    [`${JSON.stringify(documentOf())} ${SECRET}`, ''],
    [keys(key({ secret: undefined })), 'sites[0].keys[0].secret'],
    [keys(key({ secret: 'ab' })), 'sites[0].keys[0].secret'],
    [keys(key({ secret: SECRET.toUpperCase() })), 'sites[0].keys[0].secret'],
    [keys(key({ alg: 'none' })), 'sites[0].keys[0].alg'],
    [keys(key({ kid: 'k/1' })), 'sites[0].keys[0].kid'],
    [keys(key({ paths: ['/a**'] })), 'sites[0].keys[0].paths'],
    [keys(key(), key()), 'sites[0].keys[1].kid'],
    [keys(key(), key({ kid: 'k2' })), 'sites[0].keys[1].secret'],
    [keys({ kid: 'e1', alg: 'EdDSA', public: '00'.repeat(32) }), 'sites[0].keys[0].public'],
    [documentOf(site(), site()), 'sites[1].hosts'],
    [documentOf(site(), site({ hosts: [] })), 'sites[1].hosts'],
    [documentOf(...Array.from({ length: 17 }, (_, place) => site({ hosts: [`h${place}`] }))), 'sites'],
  ]) {
    assert.throws(
      () => edge.configure(document),
      (error) => {
        assert.ok(error instanceof ConfigError, String(error));
        assert.equal(error.where, where, error.message);
        assert.ok(!error.message.includes(SECRET), error.message);
        return true;
      },
    );
  }
  assert.equal(edge.verify(request()).outcome, 'granted');
  edge.configure(JSON.stringify(documentOf(site({ keys: [key({ kid: 'k2' })] }))));
  assert.equal(edge.verify(request()).reason, 'unknown_key');
});

test('without a configuration nothing is decided', async () => {
  const edge = await load(bytes);
  assert.throws(() => edge.verify(request()), { name: 'RequestError', code: 'not_configured', status: 503 });
  assert.ok(RequestError.prototype instanceof Error);
});

test('the build without EdDSA says so, and what it leaves out', async () => {
  const small = await load(await readFile(file(SMALL)));
  const keys = [key(), { kid: 'e1', alg: 'EdDSA', public: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a' }];
  assert.throws(() => small.configure(documentOf(site({ keys }))), { where: 'sites[0].keys[1].alg' });
  assert.equal(small.configure(documentOf()).verify(request()).outcome, 'granted');
  const { outcome, fields, steps } = small.explain(request()).verdict;
  assert.deepEqual([outcome, fields.kid], ['granted', 'k1']);
  assert.equal(steps.length, 1);
  assert.match(steps[0].note, /left out of this build/);
});

for (const name of [FULL, SMALL]) {
  test(`${name} imports nothing, its memory is of one size, and keys are wiped`, async () => {
    const module = await WebAssembly.compile(await readFile(file(name)));
    assert.deepEqual(WebAssembly.Module.imports(module), []);
    const { exports } = new WebAssembly.Instance(module, {});
    assert.equal(exports.abi_version(), 1);
    assert.throws(() => exports.memory.grow(1), RangeError);
    const random = randomBytes(32);
    const secret = random.toString('hex');
    const input = new Uint8Array(exports.memory.buffer, exports.input(), exports.input_bytes());
    const { read } = await import('../js/config.js');
    const { config, secrets } = read(documentOf(site({ keys: [key({ secret })] })));
    input.set(config.bytes);
    input.set(secrets.bytes, config.bytes.length);
    assert.equal(exports.configure(config.bytes.length, secrets.bytes.length), 0);
    assert.ok(input.every((byte) => byte === 0));
    // Neither the hexadecimal nor the bytes of the key stand anywhere. On the stack, which is the first
    // 128 KiB, there is not even what HMAC made of them (RFC 2104), as bytes or as a hash's words; the
    // keyed state that is kept signs, as it must.
    const memory = Buffer.from(exports.memory.buffer);
    const stack = memory.subarray(0, 128 * 1024);
    assert.equal(memory.indexOf(secret), -1);
    assert.equal(memory.indexOf(random.subarray(0, 16)), -1);
    for (const pad of [0, 0x36, 0x5c]) {
      const part = random.subarray(8, 24).map((byte) => byte ^ pad);
      assert.equal(stack.indexOf(part), -1);
      assert.equal(stack.indexOf(Buffer.from(part).swap32()), -1);
    }
  });
}

test('the builds are as small as they are said to be', async () => {
  const kib = async (name) => (await stat(file(name))).size / 1024;
  assert.ok((await kib(FULL)) <= 120, `${FULL}: ${await kib(FULL)} KiB`);
  assert.ok((await kib(SMALL)) <= 40, `${SMALL}: ${await kib(SMALL)} KiB`);
});

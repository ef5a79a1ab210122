// Plays mutated requests to the deployed function and to the Rust verifier, and prints where they differ.
//
//     node fuzz.mjs [--cases 20000] [--seed 1] [--engine v8|njs] [--vectors FILE] [--keep FILE]
//
// Half of the requests are those of the vectors, changed; half bring tokens that are made up field by
// field and signed, so that the checks behind the signature are reached. The Rust verifier is
// `countersign vectors FILE --json`: a case whose expectation it cannot meet is told with what it
// found. `--keep` writes the cases that differ, as a vector file. Exit code 0: no difference.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { answerFault, caseOf, foundOf, same } from './vectors.mjs';
import { inNjs, inV8 } from './test/engine.mjs';
import { SECRET, SITE, escaped, signed } from './test/sign.mjs';

const { values: flags } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    engine: { type: 'string', default: 'v8' },
    vectors: { type: 'string', default: fileURLToPath(new URL('../../tests/vectors/v1.json', import.meta.url)) },
    keep: { type: 'string' },
  },
});
const PROGRAM = process.env.COUNTERSIGN ?? fileURLToPath(new URL('../../target/debug/countersign', import.meta.url));
const LOT = 4_000;

/** Mulberry32: the same cases for the same seed. */
function randomOf(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
const random = randomOf(Number(flags.seed));
const pick = (list) => list[random(list.length)];
const once = (chance, make, otherwise) => (random(chance) === 0 ? make() : otherwise());

const NOW = 1_800_000_000;
const SEGMENTS = ['a', 'b', 'ab', 'a b', 'é', '🔑', 'a*', '~', 'x!y', '..', '.', '', 'cs=1', 'a.b', '%', "it's", '(1)', 'a@b', '\u00a0'];
const PATTERNS = ['*', '**', 'a*', '*b', 'a*b*', '*a*b', '~20', 'a~20b', '~C3~A9', '***', 'a**', '', '.', '..', '~2A', '~21', '-', ...SEGMENTS.map(escaped)];
const ADDRESSES = ['10.0.0.1', '10.0.0.0', '192.0.2.7', '0.0.0.0', '255.255.255.255', '::1', '::', '2001:db8::1', '2001:db8:0:0:0:0:0:1',
  '::ffff:10.0.0.1', '::ffff:a00:1', '2001:DB8::1', '01.2.3.4', '1.2.3', '256.1.1.1', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8',
  '1::2::3', ':::', '1:2:3:4:5:6:1.2.3.4', '::1.2.3.4', '1.2.3.4::', 'fe80::1%eth0', '10.0.0.1/32', '', 'x', '1:2', '02001:db8::', '0:0:0:0:0:ffff:102:304'];
const LENGTHS = ['', '', '/0', '/8', '/24', '/31', '/32', '/33', '/64', '/95', '/96', '/127', '/128', '/129', '/', '/08', '/-1', '/1/1'];
const NUMBERS = ['1', '0', '01', '1024', '1023', '1000000', '1000001', '9999999999', '10000000000', '', 'x', '1a', '-1', `${NOW}`, `${NOW + 30}`, `${NOW + 31}`, `${NOW - 1}`];
const TEXTS = ['a', 'joe', '~20', '~C3~A9', '~C3', '~ED~A0~80', '~F4~90~80~80', '~00', '~7F', '~1F', '~21', '~2A', '!', '*', 'x'.repeat(128), 'x'.repeat(129), 'x'.repeat(256),
  'x'.repeat(257), '~7E', '~41', '~3a', '~4', '~', '%41', 'a/b', 'a:b', '~5C', '~E2~82~AC', '=', 'constructor', '__proto__'];
const joined = (make, most = 4) => Array.from({ length: 1 + random(most) }, make).join('!');
const pattern = () => `${once(6, () => '-', () => '')}/${Array.from({ length: 1 + random(4) }, () => pick(PATTERNS)).join('/')}`;

const FIELDS = {
  kid: () => once(12, () => pick(['k2', 'old', 'k', '', 'x'.repeat(33), 'toString']), () => 'k1'),
  exp: () => once(6, () => pick(NUMBERS), () => String(NOW + pick([0, 1, 600, 3_600, 86_400]))),
  nbf: () => once(3, () => pick(NUMBERS), () => String(NOW + pick([-5, 0, 29, 30, 31, 60]))),
  iat: () => once(3, () => pick(NUMBERS), () => String(NOW - 10)),
  path: () => once(3, () => '/**', () => joined(pattern)),
  ip: () => joined(() => pick(ADDRESSES) + pick(LENGTHS)),
  geo: () => once(3, () => pick(['CH', 'DE!CH', '-DE', '-DE!-CH', 'DE!-CH', 'XX', 'de', 'D', '', '!', 'DEU', '-', 'CH!', Array(17).fill('CH').join('!')]), () => 'CH'),
  method: () => pick(['GET', 'HEAD', 'GET!PUT', 'PUT', 'get', '', 'A'.repeat(16), 'A'.repeat(17), 'GET!', Array(16).fill('GET').join('!')]),
  qs: () => joined(() => pick(['w', 'h', 'w', 'cs', 'a~20b', '~C3~A9', 'constructor', 'x'.repeat(64), 'x'.repeat(65), ''])),
  hdr: () => joined(() => pick(['x-a', 'x-b', 'x-a', 'host', 'cookie', 'te', 'tea', 'proxy-x', 'proxy', 'countersign', 'X-A', 'x'.repeat(64), 'x'.repeat(65), 'constructor', ''])),
  jti: () => pick(['one', 'gone', 'a.b_c-d', 'x'.repeat(64), 'x'.repeat(65), 'a/b', '']),
  sub: () => pick(TEXTS),
  sid: () => pick(['s', 'ended', 'x'.repeat(65), 'a:b']),
  uses: () => pick(NUMBERS),
  ver: () => pick(TEXTS),
  cd: () => pick(['inline', 'attachment', 'attachment:a.txt', 'inline:~C3~A9', 'attachment:', 'attachment:a/b', 'attachment:a~5Cb', 'form', 'Inline', `inline:${'x'.repeat(180)}`, `inline:${'x'.repeat(181)}`, 'inline:a:b']),
  ct: () => pick(['text/plain', 'text/html~3B~20charset~3Dutf-8', 'a/b~3B~20c~3Dd~3B~20e~3Df', 'a', 'a/', 'a/b/c', 'a/b~3Bc~3Dd', 'a/b~3B~20c', '~2A/~2A', '*/*', `a/${'x'.repeat(98)}`, `a/${'x'.repeat(99)}`, 'a/b~3B~20c~3D']),
  bps: () => pick(NUMBERS),
  data: () => pick(TEXTS),
  new: () => pick(TEXTS),
};

/** A token's text before `~sig=`. */
function madeText() {
  const names = Object.keys(FIELDS).filter((name) => (['kid', 'exp'].includes(name) ? random(40) : random(name === 'new' ? 60 : 7) === 0));
  if (random(25) === 0) {
    names.push(pick(Object.keys(FIELDS)));
  }
  return `${once(40, () => pick(['2', '', '01', '11', 'x']), () => '1')}${names.map((name) => `~${name}=${FIELDS[name]()}`).join('')}`;
}

/** A path as it may be sent, and decoded. */
function madePath() {
  const segments = Array.from({ length: 1 + random(4) }, () => once(3, () => pick(SEGMENTS), () => pick(['a', 'b', 'a b', 'ab'])));
  const path = `/${segments.join('/')}`;
  const sent = [...Buffer.from(path)].map((byte) => {
    const sign = String.fromCharCode(byte);
    const isPlain = /[A-Za-z0-9\-._~/!$&'()*+,;=:@]/.test(sign);
    return isPlain && random(9) ? sign : sign === '/' && random(40) ? '/' : `%${byte.toString(16).padStart(2, '0')}`;
  }).join('');
  return { path, sent };
}

const VALUES = ['', '1', 'a b', 'é', 'a&b', '100%', '+', '=', '\u0000', '\u00ff'];
const sentValue = (value) => once(20, () => `${value}%zz`, () => encodeURIComponent(value));

function madeSite() {
  return {
    name: once(15, () => 'other', () => SITE),
    ...(random(5) ? {} : { max_ttl: pick([0, 60, 600, 3_600]) }),
    ...(random(5) ? {} : { skew: pick([0, 30, 90]) }),
    ...(random(3) ? {} : { policy: [{ paths: pick([['/a/**'], ['/**', '-/b/**'], ['/*']]), mode: pick(['required', 'optional', 'public', 'report']) }] }),
    ...(random(6) ? {} : { revoked: pick([{ jti: ['gone'] }, { sub: ['joe', 'constructor'] }, { sid: ['ended'] }, { kid: ['k1'] }, { issued_before: NOW - 5 }, { sub_issued_before: { joe: NOW - 5 } }]) }),
  };
}

function madeKeys() {
  const key = { kid: 'k1', alg: 'HS256', state: once(12, () => pick(['accept', 'retired']), () => 'active'), secret: SECRET };
  const more = { from: NOW + pick([-1, 0, 30, 31]), until: NOW + pick([0, 1, 600, 601]), max_ttl: pick([60, 600]), paths: pick([['/a/**'], ['/**', '-/b/*']]) };
  for (const [name, value] of Object.entries(more)) {
    if (random(10) === 0) {
      key[name] = value;
    }
  }
  return once(5, () => [{ kid: 'old', alg: 'HS256', state: 'retired', secret: 'ab'.repeat(32) }, key], () => [key]);
}

const own = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);

/** A request that brings a signed token somewhere. */
function made() {
  const text = madeText();
  const { path, sent } = madePath();
  const hasPath = /~path=/.test(text);
  const query = { w: once(2, () => pick(VALUES), () => undefined), h: once(3, () => pick(VALUES), () => undefined) };
  const headers = { 'x-a': once(2, () => pick(['', '1', 'a, b', 'é', '\t']), () => undefined), 'x-b': once(3, () => '2', () => undefined) };
  const listed = (name) => new RegExp(`~${name}=([^~]*)`).exec(text)?.[1].split('!') ?? [];
  const values = [...listed('qs').map((name) => own(query, name)), ...listed('hdr').map((name) => own(headers, name)?.trim())];
  const token = signed(text, { path: hasPath ? undefined : path, values });
  const pieces = Object.entries(query).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${sentValue(value)}`);
  const lines = Object.entries(headers).filter(([, value]) => value !== undefined).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]);
  let target = sent;
  for (const carrier of [pick(['query', 'path', 'header', 'cookie']), ...(random(12) ? [] : [pick(['query', 'path', 'header', 'cookie'])])]) {
    if (carrier === 'query') {
      pieces.splice(random(pieces.length + 1), 0, `cs=${once(3, () => encodeURIComponent(token), () => token)}`);
    } else if (carrier === 'path') {
      target = `/cs=${token.replaceAll('/', '@')}${target}`;
    } else if (carrier === 'header') {
      lines.push(['Countersign', token]);
    } else {
      lines.push(['Cookie', `x=1; ${pick(['cs', 'cs-a', '__Host-cs', '__Secure-cs-b'])}=${once(4, () => `"${token}"`, () => once(3, () => encodeURIComponent(token), () => token))}`]);
    }
  }
  return {
    site: madeSite(),
    keys: madeKeys(),
    now: NOW + once(8, () => pick([-31, -30, 599, 600, 3_600]), () => 0),
    request: {
      method: once(10, () => 'HEAD', () => 'GET'),
      target: pieces.length || random(9) === 0 ? `${target}?${pieces.join('&')}` : target,
      headers: lines,
      client_ip: once(6, () => null, () => pick(ADDRESSES)),
      country: once(4, () => null, () => pick(['CH', 'DE', 'XX', 'ch', 'CHE', ''])),
    },
  };
}

/** Text with one to three small changes. */
function changed(text) {
  let found = text;
  for (let left = 1 + random(3); left > 0; left--) {
    const at = random(found.length + 1);
    const [front, behind] = [found.slice(0, at), found.slice(at)];
    found = pick([
      () => front + behind.slice(1),
      () => front + pick(['~', '%', '!', '*', '/', '=', '&', '?', ';', '"', ' ', '\t', '+', '@', '0', '1', 'a', 'A', '%2F', '%2f', '%41', '%C3%A9', '%ff', '\\', '..', '-', 'é', ',', ':', '~2A', '\n']) + behind,
      () => front + behind.slice(0, 6) + behind,
      () => front + pick(['a', 'Z', '7', '_', '~']) + behind.slice(1),
    ])();
  }
  return found;
}

/** A case of the vectors with its request changed. */
function mutated(one) {
  const { site, keys, now, request } = structuredClone(one);
  pick([
    () => { request.target = changed(request.target); },
    () => { request.target = changed(request.target); },
    () => { request.headers = request.headers.map(([name, value]) => [name, changed(value).replace(/[^\x00-\xff]/g, '')]); },
    () => { request.client_ip = pick(ADDRESSES); },
    () => { request.country = pick(['CH', 'DE', 'US', 'XX', '']); },
    () => { request.method = pick(['GET', 'HEAD']); },
    () => { site.policy = [{ paths: ['/**'], mode: pick(['optional', 'public', 'report']) }]; },
  ])();
  return { site, keys, now: random(5) ? now : Math.max(0, now + pick([-100_000_000, -31, 31, 200_000_000])), request };
}

/** What the event's form cannot say: the order of cookies under different names, broken characters. */
const isTold = ({ request, keys }) => {
  const cookies = request.headers.filter(([name]) => name.toLowerCase() === 'cookie').map(([, value]) => value).join(';');
  const ours = cookies.split(';').map((piece) => piece.trim().split('=')[0]).filter((name) => /cs/.test(name));
  return new Set(ours).size < 2 && keys.every(({ alg }) => alg === 'HS256')
    && request.headers.every(([, value]) => !/[\x80-\xff]/.test(value)) && request.target.isWellFormed()
    // The server of a CDN trims a header's and a cookie's ends of more than blanks, or refuses.
    && !/[\0\n\r]/.test(request.target + cookies);
};

/** What the Rust verifier finds. */
function reference(cases) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-fuzz-'));
  try {
    const file = join(folder, 'cases.json');
    writeFileSync(file, JSON.stringify({ verify: cases.map((one, i) => ({ ...one, name: String(i), expect: null })) }));
    const ran = spawnSync(PROGRAM, ['vectors', file, '--json'], { encoding: 'utf8', maxBuffer: 1 << 30 });
    if (ran.status !== 1) {
      throw new Error(`${PROGRAM} vectors: ${ran.error ?? ran.stderr}`);
    }
    const { differ } = JSON.parse(ran.stdout);
    return differ.map(({ found }) => found);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const base = JSON.parse(readFileSync(flags.vectors, 'utf8')).verify.filter(({ request }) => ['GET', 'HEAD'].includes(request.method));
const engine = flags.engine === 'njs' ? inNjs('viewer-request') : inV8('viewer-request');
const counts = {};
const differing = [];
for (let left = Number(flags.cases); left > 0; left -= LOT) {
  const cases = [];
  while (cases.length < Math.min(left, LOT)) {
    const one = random(2) ? made() : mutated(pick(base));
    if (isTold(one)) {
      cases.push(one);
    }
  }
  const expected = reference(cases);
  const results = await engine(cases.map((one) => caseOf(one)));
  cases.forEach((one, i) => {
    const found = foundOf(results[i]);
    const word = expected[i].deny ?? expected[i].report ?? Object.keys(expected[i])[0];
    counts[word] = (counts[word] ?? 0) + 1;
    const fault = same(found, expected[i]) ? answerFault(results[i], one.request) : 'another verdict';
    if (fault) {
      differing.push({ ...one, name: `${differing.length}: ${fault}`, expect: expected[i], found });
    }
  });
}
differing.slice(0, 20).forEach((one) => console.log(JSON.stringify(one)));
if (flags.keep) {
  writeFileSync(flags.keep, JSON.stringify({ verify: differing }, null, 1));
}
const reasons = Object.entries(counts).sort(([, a], [, b]) => b - a).map(([word, count]) => `${word} ${count}`).join(', ');
console.log(`${flags.engine}, seed ${flags.seed}: ${flags.cases} cases, ${differing.length} differ (${reasons})`);
process.exitCode = differing.length ? 1 : 0;

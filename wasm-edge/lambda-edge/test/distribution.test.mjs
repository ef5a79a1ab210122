// The two functions in a distribution before a real origin: what is answered where, with which
// words, and that nothing stored reaches who may not have it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Distribution } from './cdn.mjs';
import { askOrigin, startOrigin } from './origin.mjs';
import { signed } from './sign.mjs';

const now = Math.floor(Date.now() / 1000);
const of = (fields, about = {}) => signed(`1~kid=k1~exp=${now + 600}${fields}`, about);
const holds = (path, fields = '') => of(fields, { path });

let origin;
before(async () => {
  origin = await startOrigin();
});
after(() => origin.stop());

const distribution = (change = () => {}, parameters = undefined) => {
  const document = structuredClone(origin.document);
  change(document.sites[0]);
  return Distribution.of(document, origin.port, parameters);
};

test('two users share one copy, and each gets the life time of an own token', async () => {
  const cdn = await distribution();
  const first = await cdn.get(`/a.txt?cs=${holds('/a.txt')}`);
  const short = signed(`1~kid=ed~exp=${now + 20}~sub=joe`, { path: '/a.txt' });
  const second = await cdn.get('/a.txt', { headers: [['Cookie', `x=1; cs=${short}`]] });
  assert.deepEqual([first.status, first.by, first.body], [200, 'origin', 'alpha']);
  assert.deepEqual([second.status, second.by, second.body], [200, 'cache', 'alpha']);
  assert.match(first.headers.get('cache-control'), /^private, max-age=(?:600|5[0-9]{2})$/);
  assert.match(second.headers.get('cache-control'), /^private, max-age=(?:20|1?[0-9])$/);
  assert.equal(cdn.fetched.length, 1);
});

for (const fields of ['~jti=a~uses=3', '~ver=1', '~cd=attachment', '~ct=text/plain', '~bps=100000']) {
  test(`a request under ${fields.match(/\w+(?==[^~]*$)/)} never gets a stored copy, and leaves none`, async () => {
    const cdn = await distribution();
    await cdn.get(`/a.txt?cs=${holds('/a.txt')}`);
    for (const turn of [1, 2]) {
      const seen = await cdn.get(`/a.txt?cs=${holds('/a.txt', fields)}`);
      assert.equal(seen.by, 'origin', `turn ${turn}`);
      if (seen.status === 200) assert.match(seen.headers.get('cache-control'), /no-store/);
    }
    assert.equal(cdn.fetched.length, 3);
    assert.equal((await cdn.get(`/a.txt?cs=${holds('/a.txt')}`)).by, 'cache');
  });
}

test('several ranges reach the origin as they came, and their answer is no one\'s copy', async () => {
  const cdn = await distribution();
  const several = { headers: [['Range', 'bytes=0-1,2000-2003']] };
  const seen = await cdn.get(`/b/long.txt?cs=${holds('/b/long.txt')}`, several);
  assert.deepEqual([seen.status, seen.by], [206, 'origin']);
  assert.match(seen.headers.get('content-type'), /^multipart\/byteranges; boundary=/);
  assert.match(seen.body, /Content-Range: bytes 0-1\/4000\r\n\r\nxx\r\n--[^]*Content-Range: bytes 2000-2003\/4000\r\n\r\nxxxx\r\n--/);
  assert.match(seen.headers.get('cache-control'), /^private, max-age=/);
  assert.equal(cdn.fetched[0].headers.Range ?? cdn.fetched[0].headers.range, 'bytes=0-1,2000-2003');
  const whole = await cdn.get(`/b/long.txt?cs=${holds('/b/long.txt')}`);
  assert.deepEqual([whole.status, whole.by, whole.body.length], [200, 'origin', 4000]);
});

test('a viewer cannot choose the key, nor be let in by it', async () => {
  const cdn = await distribution();
  await cdn.get(`/a.txt?cs=${holds('/a.txt')}`);
  const forged = [['countersign-edge', 'media.example'], ['Countersign-Verdict', 'public']];
  const seen = await cdn.get(`/a.txt?cs=${holds('/a.txt', '~cd=attachment')}`, { headers: forged });
  assert.equal(seen.by, 'origin');
  assert.match(seen.headers.get('content-disposition'), /^attachment/);
  assert.equal((await cdn.get('/a.txt', { headers: forged })).status, 401);
});

test('with edge_revocation = "origin" each request with a token asks the origin', async () => {
  const cdn = await distribution((site) => {
    site.edge_revocation = 'origin';
  });
  for (const by of ['origin', 'origin']) assert.equal((await cdn.get(`/a.txt?cs=${holds('/a.txt')}`)).by, by);
  for (const by of ['origin', 'cache']) assert.equal((await cdn.get('/b/c.txt')).by, by, 'what is public is settled');
});

test('the origin checks the country that CloudFront tells it, even where a copy is there', async () => {
  const cdn = await distribution();
  await cdn.get(`/a.txt?cs=${holds('/a.txt')}`);
  const target = `/a.txt?cs=${holds('/a.txt', '~geo=CH')}`;
  const inside = await cdn.get(target);
  const outside = await cdn.get(target, { country: 'DE', headers: [['CloudFront-Viewer-Country', 'CH']] });
  assert.deepEqual([inside.status, inside.by, inside.body], [200, 'origin', 'alpha']);
  assert.deepEqual([outside.status, outside.by, JSON.parse(outside.body).code], [403, 'origin', 'geo']);
});

test('a reported request goes on without its token, past the cache, and tells why', async () => {
  const cdn = await distribution();
  const good = await cdn.get(`/new/d.txt?cs=${holds('/new/d.txt')}`);
  const bad = await cdn.get(`/new/d.txt?cs=${holds('/other')}`);
  assert.deepEqual([good.status, good.headers.get('countersign-reason')], [200, undefined]);
  assert.deepEqual([bad.status, bad.by, bad.headers.get('countersign-reason')], [200, 'origin', 'bad_signature']);
  assert.equal(cdn.fetched[1].headers.countersign, undefined);
});

test('report-only: what would be denied is the origin\'s to answer, past the cache, and the reason is told', async () => {
  const cdn = await distribution((site) => {
    site.report_only = true;
    site.keys = site.keys.filter(({ kid }) => kid !== 'k1');
  });
  const target = `/a.txt?x=1&cs=${holds('/a.txt')}`;
  for (const turn of [0, 1]) {
    // A key that this edge has not: the origin grants it.
    const seen = await cdn.get(target);
    assert.deepEqual([seen.status, seen.by, seen.headers.get('countersign-edge-reason'), seen.headers.get('countersign-reason')],
      [200, 'origin', 'unknown_key', undefined]);
    assert.match(seen.headers.get('cache-control'), /^private, max-age=(600|59\d)$/);
    assert.deepEqual([cdn.fetched[turn].uri, cdn.fetched[turn].querystring], ['/a.txt', target.split('?')[1]]);
  }
  const missing = await cdn.get('/a.txt');
  assert.deepEqual([missing.status, missing.by, missing.headers.get('countersign-reason')], [401, 'origin', 'missing']);
  const forged = await cdn.get('/a.txt', { headers: [['countersign-verdict', 'public'], ['countersign-edge', 'media.example']] });
  assert.deepEqual([forged.status, forged.by], [401, 'origin']);
});

test('the parameters of the cache\'s key tell copies apart, and no others', async () => {
  const cdn = await distribution(undefined, ['w']);
  const seen = [];
  for (const query of ['w=1', 'w=2', 'x=1&w=1']) seen.push((await cdn.get(`/a.txt?${query}&cs=${holds('/a.txt')}`)).by);
  assert.deepEqual(seen, ['origin', 'origin', 'cache']);
});

test('cross-origin headers are those of the request, never of the stored answer', async () => {
  const cdn = await distribution();
  const target = `/a.txt?cs=${holds('/a.txt')}`;
  const seen = [];
  for (const name of ['https://page.example', 'https://other.example']) seen.push(await cdn.get(target, { headers: [['Origin', name]] }));
  seen.push(await cdn.get(target));
  assert.deepEqual(seen.map(({ by }) => by), ['origin', 'cache', 'cache']);
  assert.deepEqual(seen.map(({ headers }) => headers.get('access-control-allow-origin')), ['https://page.example', undefined, undefined]);
  assert.deepEqual(seen.map(({ headers }) => headers.get('vary')), ['origin', 'origin', 'origin']);
});

const BAD = () => {
  const good = holds('/a.txt');
  const times = (fields) => signed(`1~kid=k1~${fields}`, { path: '/a.txt' });
  return [
    ['/x/../a.txt'], ['/x%2fa.txt'], [`/a.txt?cs=${good}&cs=${good}`], ['/a.txt'], ['/a.txt?cs='], [`/a.txt?cs=2${good.slice(1)}`],
    [`/a.txt?cs=${good.replace('k1', 'k9')}`], [`/b.txt?cs=${good}`],
    [`/a.txt?cs=${signed(`1~kid=old~exp=${now + 9}`, { path: '/a.txt', secret: 'ab'.repeat(32) })}`],
    [`/a.txt?cs=${times(`exp=${now + 9_000}`)}`], [`/a.txt?cs=${times(`exp=${now + 900}~nbf=${now + 500}`)}`],
    [`/a.txt?cs=${times(`exp=${now - 61}`)}`], [`/a.txt?cs=${of('~path=/b/**')}`], [`/a.txt?cs=${holds('/a.txt', '~method=PUT')}`],
    [`/a.txt?cs=${holds('/a.txt', '~ip=10.0.0.0/8')}`], [`/a.txt?cs=${holds('/a.txt', '~geo=XX')}`],
    ['/a.txt', { method: 'POST', headers: [['Content-Length', '0']] }], ['/a.txt', { headers: [['Host', 'other.example']] }],
    ['/a.txt', { headers: [['Origin', 'https://page.example']] }], ['/a.txt', { method: 'OPTIONS' }],
    ['/a.txt', { method: 'OPTIONS', headers: [['Origin', 'https://page.example'], ['Access-Control-Request-Method', 'GET'],
      ['Access-Control-Request-Headers', 'Range, X-A']] }],
    ['/a.txt', { method: 'OPTIONS', headers: [['Origin', 'https://other.example'], ['Access-Control-Request-Method', 'GET']] }],
  ];
};

/** Without what differs from one answer to the next, and what the transport adds. */
const told = ({ status, headers, body }) => {
  const own = [...headers].filter(([name]) => !['content-length', 'date', 'connection', 'keep-alive'].includes(name)).sort();
  if (body === '') return { status, own };
  const problem = JSON.parse(body);
  const same = { ...problem, request_id: typeof problem.request_id, detail: problem.detail?.replace(/\d+ s/, 'S s') };
  return { status, own, same, order: Object.keys(problem) };
};

test('every denial and preflight at the edge is, word by word and header by header, the origin\'s', async () => {
  const cdn = await distribution();
  const codes = new Set();
  for (const [target, { method, headers = [] } = {}] of BAD()) {
    const edge = await cdn.get(target, { method, headers });
    const lines = headers.some(([name]) => name === 'Host') ? headers : [['Host', 'media.example'], ...headers];
    const own = await askOrigin(origin.port, target, { method, lines: [...lines, ['X-Test-Client', '192.0.2.1']] });
    assert.equal(edge.by, 'function', target);
    assert.deepEqual(told(edge), told(own), target);
    if (edge.body) codes.add(JSON.parse(edge.body).code);
  }
  assert.equal(cdn.fetched.length, 0);
  assert.deepEqual([...codes].sort(), ['bad_path', 'bad_signature', 'conflict', 'expired', 'geo', 'ip', 'key_retired', 'lifetime',
    'malformed', 'method', 'method_not_allowed', 'missing', 'not_yet_valid', 'path', 'unknown_host', 'unknown_key', 'unsupported']);
});

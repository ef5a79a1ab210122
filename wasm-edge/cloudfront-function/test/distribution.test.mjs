// The two functions in a distribution before a real origin: what is answered where, with which
// words, and that nothing stored reaches who may not have it.
import assert from 'node:assert/strict';
import { request as ask } from 'node:http';
import { after, before, test } from 'node:test';
import { entriesOf } from '../kvs.mjs';
import { Distribution } from './cdn.mjs';
import { startOrigin } from './origin.mjs';
import { escaped, signed } from './sign.mjs';

const now = Math.floor(Date.now() / 1000);
const of = (fields, about = {}) => signed(`1~kid=k1~exp=${now + 600}${fields}`, about);
const holds = (path, fields = '') => of(fields, { path });

let origin;
before(async () => {
  origin = await startOrigin('[site.answers]\nedge_verifies = true\n', '[site.cors]\nallowed_origins = ["https://page.example"]\n[[site.policy]]\npaths = ["/b/**"]\nmode = "optional"');
});
after(() => origin.stop());

const distribution = (change = (document) => document) =>
  new Distribution(entriesOf(change(structuredClone(origin.document))), origin.port);

/** The origin's own answer, asked without an edge. */
const direct = (target, { method = 'GET', headers = [], ip = '192.0.2.1' } = {}) => new Promise((resolve, reject) => {
  const lines = [['Host', 'media.example'], ['X-Test-Client', ip], ...headers];
  ask({ host: '127.0.0.1', port: origin.port, method, path: target, headers: lines.flat(), setHost: false }, (answer) => {
    const chunks = [];
    answer.on('data', (chunk) => chunks.push(chunk));
    answer.on('end', () => resolve({
      status: answer.statusCode, headers: new Map(Object.entries(answer.headers)), body: Buffer.concat(chunks).toString(),
    }));
  }).on('error', reject).end();
});

test('two users share one copy, and each gets the life time of an own token', async () => {
  const cdn = distribution();
  const first = await cdn.get(`/a.txt?cs=${holds('/a.txt')}`);
  const short = signed(`1~kid=k1~exp=${now + 20}~sub=joe`, { path: '/a.txt' });
  const second = await cdn.get('/a.txt', { headers: [['Cookie', `x=1; cs=${short}`]], now });
  assert.deepEqual([first.status, first.cache, first.body], [200, 'miss', 'alpha']);
  assert.deepEqual([second.status, second.cache, second.body], [200, 'hit', 'alpha']);
  assert.match(first.headers.get('cache-control'), /^private, max-age=(600|59\d)$/);
  assert.equal(second.headers.get('cache-control'), 'private, max-age=20');
  assert.equal(cdn.fetched.length, 1);
});

test('a token comes to the origin once, in the header or as the one cookie', async () => {
  const cdn = distribution();
  const token = holds('/b/c.txt');
  await cdn.get(`/b/c.txt?x=1&cs=${token}&y=%20`);
  const wide = of(`~path=${escaped('/b/')}**~sub=joe~uses=5`.replace('~sub', '~jti=one~sub'));
  await cdn.get(`/cs=${wide.replaceAll('/', '@')}/%62/c.txt`);
  await cdn.get('/b/c.txt', { headers: [['Cookie', `cs=x; cs-2="${of('~ver=1', { path: '/b/c.txt' })}"; a=b`]] });
  const [query, path, cookie] = cdn.fetched;
  assert.deepEqual([query.uri, query.querystring, query.headers.countersign], ['/b/c.txt', 'x=1&y=%20', token]);
  assert.deepEqual([path.uri, path.querystring, path.headers.countersign], ['/b/c.txt', '', wide]);
  assert.match(cookie.headers.cookie, /^(a=b; cs-2="1~kid=.*"|cs-2="1~kid=.*"; a=b)$/);
});

for (const [field, about] of [['~jti=a~uses=3', 'uses'], ['~ver=1', 'ver'], ['~cd=attachment', 'cd'],
  ['~ct=text/plain', 'ct'], ['~bps=100000', 'bps']]) {
  test(`a request under ${about} never gets a stored copy, and leaves none`, async () => {
    const cdn = distribution();
    await cdn.get(`/a.txt?cs=${holds('/a.txt')}`);
    for (const turn of [1, 2]) {
      const seen = await cdn.get(`/a.txt?cs=${holds('/a.txt', field)}`);
      assert.equal(seen.cache, 'miss', `turn ${turn}`);
      if (seen.status === 200) {
        assert.match(seen.headers.get('cache-control'), /no-store/);
      }
    }
    assert.equal(cdn.fetched.length, 3);
    assert.equal((await cdn.get(`/a.txt?cs=${holds('/a.txt')}`)).cache, 'hit');
  });
}

test('a viewer cannot choose the key: the function sets the header whatever was sent', async () => {
  const cdn = distribution();
  await cdn.get(`/a.txt?cs=${holds('/a.txt')}`);
  const forged = [['countersign-edge', 'media.example'], ['Countersign-Edge', 'media.example'], ['countersign-verdict', 'public']];
  const seen = await cdn.get(`/a.txt?cs=${holds('/a.txt', '~cd=attachment')}`, { headers: forged });
  assert.equal(seen.cache, 'miss');
  assert.match(seen.headers.get('content-disposition'), /^attachment/);
  assert.equal((await cdn.get('/a.txt', { headers: forged })).status, 401);
});

test('with edge_revocation = "origin" every request with a token asks the origin', async () => {
  const cdn = distribution((document) => {
    document.sites[0].edge_revocation = 'origin';
    return document;
  });
  await cdn.get(`/a.txt?cs=${holds('/a.txt')}`);
  assert.equal((await cdn.get(`/a.txt?cs=${holds('/a.txt')}`)).cache, 'miss');
  assert.equal((await cdn.get('/b/c.txt')).cache, 'miss');
  assert.equal((await cdn.get('/b/c.txt')).cache, 'hit', 'what is public is settled');
});

test('a reported request goes on without its token, past the cache, and tells why', async () => {
  const cdn = distribution((document) => {
    document.sites[0].site.policy = [{ paths: ['/**'], mode: 'report' }];
    return document;
  });
  await cdn.get(`/b/c.txt?cs=${holds('/b/c.txt')}`);
  const seen = await cdn.get(`/b/c.txt?cs=${holds('/other')}`, { headers: [['Cookie', 'cs=x; y=1']] });
  assert.deepEqual([seen.status, seen.cache], [200, 'miss']);
  assert.equal(seen.headers.get('countersign-reason'), 'bad_signature');
  const [, { querystring, headers }] = cdn.fetched;
  assert.deepEqual([querystring, headers.countersign, headers.cookie], ['', undefined, 'y=1']);
});

test('report-only: what would be denied is the origin\'s to answer, past the cache, and the reason is told', async () => {
  const cdn = distribution((document) => {
    document.sites[0].report_only = true;
    document.sites[0].keys[0].kid = 'k0';
    return document;
  });
  const target = `/a.txt?x=1&cs=${holds('/a.txt')}`;
  for (const turn of [0, 1]) {
    // A key that this edge has not: the origin grants it.
    const seen = await cdn.get(target);
    assert.deepEqual([seen.status, seen.cache, seen.headers.get('countersign-edge-reason'), seen.headers.get('countersign-reason')],
      [200, 'miss', 'unknown_key', undefined]);
    assert.match(seen.headers.get('cache-control'), /^private, max-age=(600|59\d)$/);
    assert.deepEqual([cdn.fetched[turn].uri, cdn.fetched[turn].querystring], ['/a.txt', target.split('?')[1]]);
  }
  assert.equal((await cdn.get('/a.txt')).status, 401);
  assert.equal((await cdn.get('/a.txt', { method: 'POST' })).status, 405);
  assert.equal((await cdn.get('/b//c.txt')).status, 400);
  assert.equal(cdn.fetched.length, 4);
});

test('cross-origin headers are those of the request, never of the stored answer', async () => {
  const cdn = distribution();
  const target = `/a.txt?cs=${holds('/a.txt')}`;
  const page = await cdn.get(target, { headers: [['Origin', 'https://page.example']] });
  const other = await cdn.get(target, { headers: [['Origin', 'https://other.example']] });
  const none = await cdn.get(target);
  assert.deepEqual([page, other, none].map(({ cache }) => cache), ['miss', 'hit', 'hit']);
  assert.deepEqual([page, other, none].map(({ headers }) => headers.get('access-control-allow-origin')),
    ['https://page.example', undefined, undefined]);
  assert.match(none.headers.get('vary'), /origin/i);
  const denied = await cdn.get('/a.txt', { headers: [['Origin', 'https://page.example']] });
  assert.equal(denied.headers.get('access-control-allow-origin'), 'https://page.example');
});

test('a preflight is the origin\'s to answer', async () => {
  const asked = [['Origin', 'https://page.example'], ['Access-Control-Request-Method', 'GET']];
  const seen = await distribution().get('/a.txt?cs=x', { method: 'OPTIONS', headers: asked });
  assert.deepEqual([seen.status, seen.headers.get('access-control-allow-methods')], [204, 'GET, HEAD']);
});

const DENIALS = () => {
  const good = holds('/a.txt');
  return [
    ['/x/../a.txt'], ['/x%2fa.txt'], [`/a.txt?cs=${good}&cs=${good}`], ['/a.txt'], ['/a.txt?cs='], [`/a.txt?cs=2${good.slice(1)}`],
    [`/a.txt?cs=${signed(`1~kid=k9~exp=${now + 9}`, { path: '/a.txt' })}`],
    [`/a.txt?cs=${signed(`1~kid=old~exp=${now + 9}`, { path: '/a.txt', secret: 'ab'.repeat(32) })}`],
    [`/b.txt?cs=${good}`],
    [`/a.txt?cs=${signed(`1~kid=k1~exp=${now + 9_000}`, { path: '/a.txt' })}`],
    [`/a.txt?cs=${signed(`1~kid=k1~exp=${now + 900}~nbf=${now + 500}`, { path: '/a.txt' })}`],
    [`/a.txt?cs=${signed(`1~kid=k1~exp=${now - 61}`, { path: '/a.txt' })}`],
    [`/a.txt?cs=${of('~path=/b/**')}`], [`/a.txt?cs=${of('~method=PUT', { path: '/a.txt' })}`],
    [`/a.txt?cs=${of('~ip=10.0.0.0/8', { path: '/a.txt' })}`],
    [`/a.txt?cs=${of('~geo=CH', { path: '/a.txt' })}`, { headers: [['CloudFront-Viewer-Country', 'DE']] }],
    ['/a.txt', { method: 'POST', headers: [['Content-Length', '0']] }], ['/a.txt', { headers: [['Host', 'other.example']] }],
    ['/a.txt', { headers: [['Origin', 'https://page.example']] }],
  ];
};

/** Without what differs from one answer to the next, and what the transport adds. */
const told = ({ status, headers, body }) => {
  const told = JSON.parse(body);
  const names = ['cache-control', 'content-type', 'countersign-reason', 'www-authenticate', 'allow', 'vary',
    'x-content-type-options', 'referrer-policy', 'access-control-allow-origin', 'access-control-expose-headers'];
  return {
    status,
    headers: names.map((name) => [name, headers.get(name)]),
    body: { ...told, request_id: typeof told.request_id, detail: told.detail?.replace(/\d+ s/, 'S s') },
    order: Object.keys(told),
  };
};

test('every denial at the edge is, word by word, the origin\'s', async () => {
  const cdn = distribution();
  const codes = new Set();
  for (const [target, options = {}] of DENIALS()) {
    const [edge, own] = await Promise.all([cdn.get(target, options), direct(target, {
      ...options, headers: (options.headers ?? []),
    })]);
    assert.equal(edge.cache, 'function', target);
    if (!(options.headers ?? []).some(([name]) => name === 'Host')) {
      assert.deepEqual(told(edge), told(own), target);
    }
    codes.add(JSON.parse(edge.body).code);
  }
  assert.equal(cdn.fetched.length, 0);
  assert.deepEqual([...codes].sort(), ['bad_path', 'bad_signature', 'conflict', 'expired', 'geo', 'ip', 'key_retired', 'lifetime',
    'malformed', 'method', 'method_not_allowed', 'missing', 'not_yet_valid', 'path', 'unknown_host', 'unknown_key', 'unsupported']);
});

test('statuses and show_reasons are the site\'s', async () => {
  const cdn = distribution((document) => {
    document.sites[0].status.missing = 404;
    document.sites[0].show_reasons = false;
    return document;
  });
  const { status, headers, body } = await cdn.get('/a.txt');
  assert.equal(status, 404);
  assert.equal(headers.get('countersign-reason'), undefined);
  assert.deepEqual(Object.keys(JSON.parse(body)), ['type', 'title', 'status', 'code', 'request_id']);
});

test('a HEAD that is denied has no body', async () => {
  const seen = await distribution().get('/a.txt', { method: 'HEAD' });
  assert.deepEqual([seen.status, seen.body], [401, '']);
});

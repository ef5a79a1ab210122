// The viewer-request handler by itself: what goes on, what is answered, and with what.
import assert from 'node:assert/strict';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventOf, headerOf } from './event.mjs';
import { documentOf, imported, unpacked } from './function.mjs';
import { signed } from './sign.mjs';

const now = Math.floor(Date.now() / 1000);
const text = (fields = '', kid = 'k1') => `1~kid=${kid}~exp=${now + 600}${fields}`;
const holds = (path, fields) => signed(text(fields), { path });
const { handler } = await imported(documentOf());
const ask = (target, more = {}) => handler(eventOf({ target, ...more }, 'id-1'));
const told = ({ body }) => JSON.parse(body);

test('a query token goes on in the header, under the canonical path, and a stored copy may answer', async () => {
  const token = holds('/b/a b.txt');
  const answer = await ask(`/%62/a%20b.txt?x=1&cs=${token}&y=%20`);
  assert.deepEqual([answer.status, answer.uri, answer.querystring], [undefined, '/b/a%20b.txt', 'x=1&y=%20']);
  assert.equal(headerOf(answer, 'countersign'), token);
  assert.equal(headerOf(answer, 'countersign-edge'), 'media.example');
  assert.equal(headerOf(answer, 'countersign-verdict'), String(now + 600));
  assert.equal(headerOf(answer, 'user-agent'), 'curl/7.66.0');
});

test('a token in the path is taken out of it', async () => {
  const token = signed(text('~path=/b/~2A~2A'.replaceAll('~2A', '*')));
  const answer = await ask(`/cs=${token.replaceAll('/', '@')}/b/c.txt`);
  assert.deepEqual([answer.uri, headerOf(answer, 'countersign')], ['/b/c.txt', token]);
});

test('a cookie token goes on as the one cookie of ours, beside cookies of others in UTF-8', async () => {
  const token = holds('/a.txt');
  const lines = [['Cookie', 'a=\xc3\xa9; cs=x'], ['Cookie', `cs-2="${token}"`]];
  const answer = await ask('/a.txt', { headers: lines });
  assert.equal(headerOf(answer, 'cookie'), `a=é; cs-2=${token}`);
  assert.equal(headerOf(answer, 'countersign'), undefined);
});

test('an EdDSA token is verified, also one in the header', async () => {
  const token = signed(text('', 'ed'), { path: '/a.txt' });
  const answer = await ask('/a.txt', { headers: [['Countersign', token]] });
  assert.equal(headerOf(answer, 'countersign'), token);
  assert.equal(told(await ask('/b.txt', { headers: [['Countersign', token]] })).code, 'bad_signature');
});

test('signed parameters and headers are read from the event, and what is no ASCII goes on escaped', async () => {
  const token = signed(text('~qs=w~hdr=x-a'), { path: '/a.txt', values: ['é', 'b, c'] });
  const headers = [['X-A', ' b '], ['x-a', 'c']];
  const answer = await ask(`/a.txt?w=é&cs=${token}`, { headers });
  assert.equal(answer.querystring, 'w=%C3%A9');
  assert.equal(told(await ask(`/a.txt?w=e&cs=${token}`, { headers })).code, 'bad_signature');
});

test('an unsettled request has a key that no other has, whatever the viewer sent', async () => {
  const forged = [['Countersign-Edge', 'media.example'], ['countersign-verdict', 'public']];
  for (const fields of ['~jti=a~uses=3', '~ver=1', '~cd=attachment', '~ct=text/plain', '~bps=100000']) {
    const answer = await ask(`/a.txt?cs=${holds('/a.txt', fields)}`, { headers: forged });
    assert.equal(headerOf(answer, 'countersign-edge'), 'media.example/id-1', fields);
  }
  const { handler: strict } = await imported(documentOf({ edge_revocation: 'origin' }));
  const answer = await strict(eventOf({ target: `/a.txt?cs=${holds('/a.txt')}` }, 'id-2'));
  assert.equal(headerOf(answer, 'countersign-edge'), 'media.example/id-2');
});

test('public paths go on without any token, and reported ones past the cache with their reason', async () => {
  const policy = [{ paths: ['/free/**'], mode: 'public' }, { paths: ['/new/**'], mode: 'report' }];
  const { handler: open } = await imported(documentOf({ site: { name: 'media.example', policy } }));
  const free = await open(eventOf({ target: '/free/a?cs=x', headers: [['Cookie', 'cs=z']] }));
  assert.deepEqual([free.uri, free.querystring, free.headers.countersign, free.headers.cookie], ['/free/a', '', undefined, undefined]);
  assert.deepEqual([headerOf(free, 'countersign-edge'), headerOf(free, 'countersign-verdict')], ['media.example', 'public']);
  const reported = await open(eventOf({ target: '/new/a?cs=x' }, 'id-3'));
  assert.deepEqual([reported.querystring, headerOf(reported, 'countersign-edge'), headerOf(reported, 'countersign-verdict')],
    ['', 'media.example/id-3', 'malformed']);
});

test('report-only lets a denied request go on as it came, under a key of its own, and other refusals stand', async () => {
  const { handler: reporting } = await imported(documentOf({ report_only: true }));
  const sent = await reporting(eventOf({ target: '/%61?x=1&cs=x', headers: [['Cookie', 'cs=y']] }, 'id-4'));
  assert.deepEqual([sent.uri, sent.querystring, headerOf(sent, 'cookie')], ['/%61', 'x=1&cs=x', 'cs=y']);
  assert.deepEqual([headerOf(sent, 'countersign-edge'), headerOf(sent, 'countersign-verdict')], ['media.example/id-4', '!malformed']);
  assert.equal((await reporting(eventOf({ target: '/a', method: 'POST' }))).status, '405');
});

test('the country is the origin\'s to check: the viewer\'s own word for it is neither believed nor sent on', async () => {
  for (const geo of ['CH', '-DE!-AA']) {
    const token = holds('/a.txt', `~geo=${geo}`);
    const answer = await ask(`/a.txt?cs=${token}`, { headers: [['CloudFront-Viewer-Country', 'CH']] });
    assert.equal(headerOf(answer, 'countersign'), token, geo);
    assert.equal(headerOf(answer, 'countersign-edge'), 'media.example/id-1');
    assert.equal(answer.headers['cloudfront-viewer-country'], undefined);
  }
  assert.equal(told(await ask(`/a.txt?cs=${holds('/a.txt', '~ip=10.0.0.0/8~geo=CH')}`)).code, 'ip');
  assert.equal(told(await ask(`/a.txt?cs=${holds('/a.txt', '~geo=XX')}`)).code, 'geo');
});

test('addresses of both families are looked at', async () => {
  const token = holds('/a.txt', '~ip=2001:db8::/32!192.0.2.0/24');
  for (const [client_ip, code] of [['192.0.2.7', null], ['2001:0db8:85a3:0:0:8a2e:0370:7334', null], ['198.51.100.1', 'ip'], ['2001:db9::1', 'ip']]) {
    const answer = await ask(`/a.txt?cs=${token}`, { client_ip });
    assert.equal(answer.body ? told(answer).code : null, code, client_ip);
  }
});

test('a denied HEAD has the status and headers of a GET, and no body', async () => {
  const [get, head] = [await ask('/a.txt'), await ask('/a.txt', { method: 'HEAD' })];
  assert.deepEqual([head.status, head.headers, head.body], ['401', get.headers, undefined]);
  assert.equal((await ask(`/a.txt?cs=${holds('/a.txt')}`, { method: 'HEAD' })).uri, '/a.txt');
});

test('a preflight is answered by the document, without a token', async () => {
  const asked = (origin) => ask('/a.txt', { method: 'OPTIONS', headers: [['Origin', origin],
    ['Access-Control-Request-Method', 'GET'], ['Access-Control-Request-Headers', 'Range, x-a, Cookie, b ad']] });
  const answer = await asked('https://page.example');
  assert.deepEqual([answer.status, answer.body], ['204', undefined]);
  const about = ['allow-origin', 'allow-credentials', 'allow-methods', 'allow-headers', 'max-age'];
  assert.deepEqual(about.map((word) => headerOf(answer, `access-control-${word}`)),
    ['https://page.example', 'true', 'GET, HEAD', 'range, x-a', '600']);
  assert.equal(headerOf(answer, 'vary'), 'origin, access-control-request-headers');
  assert.equal(headerOf(await asked('https://other.example'), 'access-control-allow-origin'), undefined);
});

test('statuses and show_reasons are the site\'s', async () => {
  const { handler: own } = await imported(documentOf({ status: { missing: 404 }, show_reasons: false }));
  const answer = await own(eventOf({ target: '/a.txt' }));
  assert.deepEqual([answer.status, answer.headers['countersign-reason']], ['404', undefined]);
  assert.deepEqual(Object.keys(told(answer)), ['type', 'title', 'status', 'code', 'request_id']);
});

test('nothing is set that CloudFront refuses, and no answer comes near 40 KB', async () => {
  const long = [['Access-Control-Request-Headers', `${'x'.repeat(9000)}, ${'y,'.repeat(5000)}`], ['Access-Control-Request-Method', 'GET'],
    ['Origin', 'https://page.example']];
  const answers = [await ask('/x/../a'), await ask('/a', { method: 'OPTIONS', headers: long }), await ask('/a', { method: 'POST' })];
  for (const answer of answers) {
    assert.ok(Buffer.byteLength(JSON.stringify(answer)) < 10_000);
    for (const name of ['content-length', 'transfer-encoding', 'via', 'connection', 'warning']) assert.equal(answer.headers[name], undefined);
  }
  const file = documentOf();
  file.sites[0].site.header = 'X-Real-IP';
  assert.throws(() => unpacked(file), /media\.example has its tokens in x-real-ip/);
});

test('what would be too long for CloudFront once written back is refused', async () => {
  const token = signed(text('~path=/**'));
  const answer = await ask(`/${'!'.repeat(1000)}?cs=${token}&x=${'é'.repeat(1200)}`);
  assert.deepEqual([answer.status, told(answer).code], ['431', 'request_too_large']);
});

test('without a document, with a damaged one, and on an event of another form, nothing is let through', async () => {
  const target = `/a.txt?cs=${holds('/a.txt')}`;
  const quiet = console.error;
  const lines = [];
  console.error = (line) => lines.push(line);
  try {
    for (const damage of [(place) => rmSync(join(place, 'edge.json')), (place) => appendFileSync(join(place, 'edge.json'), 'x'),
      (place) => appendFileSync(join(place, 'edge.wasm'), 'x')]) {
      const place = unpacked(documentOf());
      damage(join(place, 'lambda-edge'));
      const broken = await import(join(place, 'lambda-edge/index.mjs'));
      const answer = await broken.handler(eventOf({ target }, 'id-1'));
      assert.deepEqual([answer.status, told(answer).code, headerOf(answer, 'retry-after'), headerOf(answer, 'cache-control')],
        ['503', 'edge_unavailable', '2', 'no-store']);
      const response = { status: '200', headers: { 'cache-control': [{ value: 'public, max-age=60' }] } };
      const seen = await broken.viewerResponse({ Records: [{ cf: { request: {}, response } }] });
      assert.equal(headerOf(seen, 'cache-control'), 'private, no-store');
    }
    const odd = eventOf({ target });
    odd.Records[0].cf.request.headers = { host: [{ value: 'media.example' }], 'x-a': null };
    assert.equal((await handler(odd)).status, '503');
    assert.equal(lines.length, 10);
    assert.ok(lines.every((line) => line.startsWith('countersign: ') && !line.includes('000102')));
  } finally {
    console.error = quiet;
  }
});

test('the same document gives the same zip, without a secret where all keys are EdDSA, and below 1 MB', async () => {
  const { build } = await import('../build.mjs');
  const { mkdtempSync, readFileSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const folder = mkdtempSync(join(tmpdir(), 'countersign-zip-'));
  const document = documentOf();
  document.sites[0].keys = document.sites[0].keys.filter(({ alg }) => alg === 'EdDSA');
  const [one, two] = ['one.zip', 'two.zip'].map((name) => {
    assert.ok(build(JSON.stringify(document), join(folder, name)) < 1_000_000);
    return readFileSync(join(folder, name));
  });
  assert.ok(one.equals(two));
  assert.equal(readFileSync(join(unpacked(document), 'lambda-edge/edge.json'), 'utf8').includes('secret'), false);
  rmSync(folder, { recursive: true });
});

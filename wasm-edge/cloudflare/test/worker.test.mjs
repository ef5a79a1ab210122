// Signing API → URL → Worker in workerd → origin → bytes, all real. What the origin was asked is read
// off its own counter.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { origin } from './origin.mjs';
import { worker } from './workerd.mjs';

const PHOTO = randomBytes(100_000);
const CLIENT = '203.0.113.7';
let [server, deployed, edge, built] = [];

before(async () => {
  server = await origin({ 'photo.jpg': PHOTO, 'ranges.jpg': PHOTO, 'other.jpg': randomBytes(1_000), 'third.jpg': randomBytes(10), 'fourth.jpg': 'x' });
  built = server.build();
  deployed = await start({});
  edge = (url, options) => ask(deployed, url, options);
});

after(async () => {
  await deployed?.dispose();
  server?.stop();
});

/** An origin for each site, which knows it by that host. */
const origins = () => JSON.stringify({ 'media.test': server.delivery, 'strict.test': server.delivery.replace('127.0.0.1', 'localhost') });

const start = (bindings, root = built.root) => worker('src/worker.js', { bindings: { ORIGIN: origins(), ...built.secrets, ...bindings } }, root);

async function ask(runtime, url, { headers, ...options } = {}) {
  const response = await runtime.dispatchFetch(url, { redirect: 'manual', headers: { 'cf-connecting-ip': CLIENT, ...headers }, ...options });
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

/** How often the origin was asked by this. */
async function asked(work) {
  const before = await server.requests();
  const result = await work();
  return [(await server.requests()) - before, result];
}

const problem = ({ body }) => {
  const { request_id, detail, ...rest } = JSON.parse(body);
  return { ...rest, detail: detail?.replace(/[0-9]+ s/, 'N s') };
};

test('two users with different tokens share one copy', async () => {
  const [first, second] = [await server.sign({ path: '/photo.jpg', jti: 'a' }), await server.sign({ path: '/photo.jpg', jti: 'b' })];
  assert.notEqual(first.url, second.url);
  const [misses, one] = await asked(() => edge(first.url));
  assert.deepEqual([misses, one.status, one.body.equals(PHOTO)], [1, 200, true]);
  assert.match(one.headers.get('cache-status'), /countersign-edge; fwd=miss; stored/);
  const [hits, two] = await asked(() => edge(second.url));
  assert.deepEqual([hits, two.status, two.body.equals(PHOTO)], [0, 200, true]);
  assert.equal(two.headers.get('cache-status'), 'countersign-edge; hit');
});

test('a copy answers HEAD and ranges, and conditions', async () => {
  const { url } = await server.sign({ path: '/photo.jpg' });
  await edge(url);
  const [count, answers] = await asked(async () => [
    await edge(url, { method: 'HEAD' }),
    await edge(url, { headers: { range: 'bytes=10-19' } }),
  ]);
  assert.equal(count, 0);
  assert.deepEqual([answers[0].status, answers[0].body.length, answers[0].headers.get('content-length')], [200, 0, '100000']);
  assert.deepEqual([answers[1].status, answers[1].headers.get('content-range')], [206, 'bytes 10-19/100000']);
  assert.deepEqual(answers[1].body, PHOTO.subarray(10, 20));
  const etag = answers[0].headers.get('etag');
  const [, same] = await asked(() => edge(url, { headers: { 'if-none-match': etag } }));
  assert.equal(same.status, 304);
});

test('several ranges are the origin\'s, with a copy and without, and leave none', async () => {
  for (const name of ['photo.jpg', 'ranges.jpg']) {
    const { url } = await server.sign({ path: `/${name}` });
    if (name === 'photo.jpg') await edge(url);
    for (const turn of [1, 2]) {
      const [count, answer] = await asked(() => edge(url, { headers: { range: 'bytes=10-19,500-599' } }));
      assert.deepEqual([count, answer.status], [1, 206], `${name}, ${turn}`);
      const [, boundary] = answer.headers.get('content-type').match(/^multipart\/byteranges; boundary=([0-9a-f]{32})$/);
      assert.doesNotMatch(answer.headers.get('cache-status'), /stored/);
      const parts = [[10, 19], [500, 599]].flatMap(([first, last], place) => [
        `${place ? '\r\n' : ''}--${boundary}\r\nContent-Type: image/jpeg\r\nContent-Range: bytes ${first}-${last}/100000\r\n\r\n`,
        PHOTO.subarray(first, last + 1),
      ]);
      assert.ok(answer.body.equals(Buffer.concat([...parts, `\r\n--${boundary}--\r\n`].map((part) => Buffer.from(part)))));
    }
    const whole = await edge(url);
    assert.deepEqual([whole.status, whole.body.equals(PHOTO)], [200, true]);
  }
});

test('a copy lives no longer for a user than that user\'s token', async () => {
  await edge((await server.sign({ path: '/other.jpg', expires_in: '1h', jti: 'long' })).url);
  const short = await edge((await server.sign({ path: '/other.jpg', expires_in: 20, jti: 'short' })).url);
  assert.equal(short.headers.get('cache-status'), 'countersign-edge; hit');
  const [, secs] = short.headers.get('cache-control').match(/^private, max-age=([0-9]+)$/);
  assert.ok(Number(secs) <= 20 && Number(secs) > 5, secs);
  assert.equal(short.headers.get('cdn-cache-control'), null);
});

test('what is refused is refused at the edge, in the origin\'s words', async () => {
  const good = await server.sign({ path: '/photo.jpg', jti: 'x' });
  const bound = await server.sign({ path: '/photo.jpg', ip: ['198.51.100.0/24'] });
  const cases = {
    missing: 'http://media.test/photo.jpg',
    bad_signature: good.url.replace(/sig=./, (sig) => (sig.endsWith('A') ? 'sig=B' : 'sig=A')),
    path: (await server.sign({ path: '/photo.jpg', paths: ['/photo.jpg'] })).url.replace('/photo.jpg', '/other.jpg'),
    ip: bound.url,
    malformed: good.url.slice(0, -3),
    conflict: `${good.url}&cs=${good.token}`,
    bad_path: 'http://media.test/a%2Fb',
  };
  for (const [reason, url] of Object.entries(cases)) {
    const [count, here] = await asked(() => edge(url));
    assert.equal(count, 0, reason);
    assert.equal(here.headers.get('countersign-reason'), reason);
    const { pathname, search } = new URL(url);
    const there = await fetch(server.delivery + pathname + search, { headers: { 'countersign-client': CLIENT } });
    assert.equal(here.status, there.status, reason);
    for (const name of ['content-type', 'cache-control', 'countersign-reason', 'www-authenticate', 'vary']) {
      assert.equal(here.headers.get(name), there.headers.get(name), `${reason}: ${name}`);
    }
    assert.deepEqual(problem(here), problem({ body: await there.text() }));
  }
});

test('an expired token is refused at the edge while a copy is there', async () => {
  const { url } = await server.sign({ path: '/third.jpg', expires_in: 1, jti: 'soon' });
  assert.equal((await edge(url)).status, 200);
  await edge((await server.sign({ path: '/third.jpg' })).url);
  // The site's skew is what a clock may be wrong by.
  const now = Date.now();
  let answer;
  do {
    await new Promise((done) => setTimeout(done, 500));
    answer = await edge(url);
  } while (answer.status === 200 && Date.now() - now < 70_000);
  assert.deepEqual([answer.status, answer.headers.get('countersign-reason')], [403, 'expired']);
});

test('a token with uses is counted by the origin even where the edge holds a copy', async () => {
  await edge((await server.sign({ path: '/photo.jpg' })).url);
  const { url } = await server.sign({ path: '/photo.jpg', uses: 1 });
  const [count, first] = await asked(() => edge(url));
  assert.deepEqual([count, first.status, first.headers.get('cache-control')], [1, 200, 'private, no-store']);
  const others = await ask(deployed, url, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
  assert.deepEqual([others.status, others.headers.get('countersign-reason')], [403, 'exhausted']);
});

test('what one user\'s token says of the answer is never another\'s', async () => {
  const named = await server.sign({ path: '/fourth.jpg', download_as: 'Mine.jpg', content_type: 'image/png' });
  const own = await edge(named.url);
  assert.match(own.headers.get('content-disposition'), /Mine\.jpg/);
  assert.equal(own.headers.get('content-type'), 'image/png');
  const plain = (await server.sign({ path: '/fourth.jpg', jti: 'plain' })).url;
  for (const answer of [await edge(plain), await edge(plain)]) {
    assert.doesNotMatch(answer.headers.get('content-disposition') ?? '', /Mine/);
    assert.equal(answer.headers.get('content-type'), 'image/jpeg');
  }
  assert.match((await edge(named.url)).headers.get('content-disposition'), /Mine\.jpg/);
});

test('pages of listed origins may read answers, copies and refusals; others may not', async () => {
  const { url } = await server.sign({ path: '/photo.jpg', jti: 'cors' });
  const from = (origin, options = {}) => edge(url, { headers: { origin }, ...options });
  await from('https://app.example');
  for (const target of [url, 'http://media.test/photo.jpg']) {
    const listed = await edge(target, { headers: { origin: 'https://app.example' } });
    assert.equal(listed.headers.get('access-control-allow-origin'), 'https://app.example');
    assert.match(listed.headers.get('access-control-expose-headers'), /countersign-reason/);
    const other = await edge(target, { headers: { origin: 'https://evil.example' } });
    assert.equal(other.headers.get('access-control-allow-origin'), null);
    assert.match(other.headers.get('vary'), /origin/);
  }
  const preflight = { method: 'OPTIONS', headers: { origin: 'https://app.example', 'access-control-request-method': 'GET', 'access-control-request-headers': 'range' } };
  const [count, answer] = await asked(() => edge(url, preflight));
  assert.deepEqual([count, answer.status, answer.headers.get('access-control-allow-headers')], [0, 204, 'range']);
});

test('a preflight is granted at the edge what the origin grants', async () => {
  const headers = {
    origin: 'https://app.example',
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'Range, X-Own, Authorization, cookie, no name',
  };
  const answer = await edge('http://media.test/photo.jpg', { method: 'OPTIONS', headers });
  const own = await new Promise((resolve, reject) => {
    const options = { method: 'OPTIONS', headers: { ...headers, host: 'media.test' } };
    request(`${server.delivery}/photo.jpg`, options, (told) => { told.resume(); resolve(told); }).on('error', reject).end();
  });
  assert.deepEqual([answer.status, own.statusCode], [204, 204]);
  for (const name of ['headers', 'methods', 'origin', 'credentials']) {
    const field = `access-control-allow-${name}`;
    assert.equal(answer.headers.get(field), own.headers[field] ?? null, field);
  }
  assert.equal(own.headers['access-control-allow-headers'], 'range, x-own');
});

test('a revoked token is refused where the site asks the origin each time', async () => {
  const grant = await server.sign({ site: 'strict.test', path: '/photo.jpg', jti: 'gone' });
  const [count, first] = await asked(() => edge(grant.url));
  const [again] = await asked(() => edge(grant.url));
  assert.deepEqual([count, again, first.status], [1, 1, 200]);
  await server.revoke({ site: 'strict.test', jti: 'gone' });
  const answer = await edge(grant.url);
  assert.deepEqual([answer.status, answer.headers.get('countersign-reason')], [403, 'revoked']);
});

test('the origin sees one token, in its header, and a token in the path is the same copy', async () => {
  const { url } = await server.sign({ path: '/photo.jpg', carrier: 'path' });
  const [count, answer] = await asked(() => edge(url));
  assert.deepEqual([count, answer.status, answer.body.equals(PHOTO)], [0, 200, true]);
});

test('no spelling of a path gets what was not verified', async () => {
  const { hostname, port } = new URL(await deployed.ready);
  const { token } = await server.sign({ path: '/photo.jpg', paths: ['/photo.jpg', '/public/**'] });
  for (const path of ['/public/../photo.jpg', '/public/%2e%2e/other.jpg', '/public\\..\\other.jpg', '/public/..%2fother.jpg', '//other.jpg', '/public/..;/other.jpg']) {
    const [count, status] = await asked(() => raw(hostname, port, `${path}?cs=${token}`));
    assert.ok(status !== 200 || path === '/public/../photo.jpg', `${path}: ${status}`);
    assert.ok(count <= 1, path);
  }
});

test('an empty query is as good as none', async () => {
  const { url, token } = await server.sign({ path: '/photo.jpg' });
  const bare = await edge('http://media.test/photo.jpg?', { headers: { countersign: token } });
  const beside = await edge(url.replace('?', '?&'));
  for (const { status, body } of [bare, beside]) assert.deepEqual([status, body.equals(PHOTO)], [200, true]);
});

test('other methods, and hosts of no site, are refused as the origin refuses them', async () => {
  const { url } = await server.sign({ path: '/photo.jpg' });
  const post = await edge(url, { method: 'POST', body: 'x' });
  assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD, OPTIONS']);
  assert.equal((await edge(url.replace('media.test', 'other.test'))).status, 421);
});

test('report-only refuses nothing itself and tells the reason', async () => {
  const reporting = await start({}, server.build('--report-only').root);
  try {
    const [count, answer] = await asked(() => ask(reporting, 'http://media.test/photo.jpg'));
    assert.deepEqual([count, answer.status, answer.headers.get('countersign-edge-reason')], [1, 401, 'missing']);
    const { url } = await server.sign({ path: '/photo.jpg' });
    const good = await ask(reporting, url);
    assert.deepEqual([good.status, good.headers.get('countersign-edge-reason')], [200, null]);
    assert.equal((await ask(reporting, url, { method: 'POST' })).status, 405);
  } finally {
    await reporting.dispose();
  }
});

test('with the list of what is revoked an edge refuses it, its copy too', async () => {
  const { url } = await server.sign({ path: '/photo.jpg', jti: 'leaked' });
  await server.revoke({ site: 'media.test', jti: 'leaked' });
  const listed = await start({}, server.build('--with-revocations').root);
  try {
    const [count, answer] = await asked(() => ask(listed, url));
    assert.deepEqual([count, answer.status, problem(answer).code], [0, 403, 'revoked']);
    const { url: other } = await server.sign({ path: '/photo.jpg', jti: 'kept' });
    assert.equal((await ask(listed, other)).status, 200);
  } finally {
    await listed.dispose();
  }
});

test('check.mjs tells before a deployment whether the Worker takes the document', () => {
  const root = join(built.root, '../checked');
  cpSync(built.root, root, { recursive: true });
  const check = () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['check.mjs'], { cwd: root, encoding: 'utf8' });
    return [status, (stdout + stderr).trim()];
  };
  assert.deepEqual(check(), [0, 'edge.json is as the Worker takes it: media.test, strict.test']);
  const document = JSON.parse(readFileSync(join(root, 'edge.json'), 'utf8'));
  writeFileSync(join(root, 'secrets.json'), '{"COUNTERSIGN_SECRETS":"{}"}');
  assert.match(check().join(' '), /^1 sites\[0\]\.keys\[0\]\.secret: is missing/);
  rmSync(join(root, 'secrets.json'));
  assert.equal(check()[0], 0, 'Cloudflare has the secrets');
  document.sites[0].keys[0].state = 'on';
  writeFileSync(join(root, 'edge.json'), JSON.stringify(document));
  assert.match(check().join(' '), /^1 sites\[0\]\.keys\[0\]\.state/);
});

test('where the platform knows no country, the client does not tell one', async () => {
  const { url } = await server.sign({ path: '/photo.jpg', geo: ['FR'] });
  const from = (cf) => edge(url, { cf, headers: { 'cf-ipcountry': 'FR' } });
  assert.equal((await from({ country: 'FR' })).status, 200);
  for (const cf of [{ country: null }, {}, { country: 'DE' }]) {
    const [count, { status, headers }] = await asked(() => from(cf));
    assert.deepEqual([count, status, headers.get('countersign-reason')], [0, 403, 'geo'], JSON.stringify(cf));
  }
});

test('without its secrets nothing is let through', async () => {
  const closed = await start({ COUNTERSIGN_SECRETS: '{}' });
  try {
    const { url } = await server.sign({ path: '/photo.jpg' });
    const [count, answer] = await asked(() => ask(closed, url));
    assert.deepEqual([count, answer.status, problem(answer).code], [0, 503, 'edge_unavailable']);
  } finally {
    await closed.dispose();
  }
});

test('an origin that is not there is a problem, and no error of the platform', async () => {
  const alone = await start({ ORIGIN: 'http://127.0.0.1:1' });
  try {
    const { url } = await server.sign({ path: '/photo.jpg' });
    const answer = await ask(alone, url);
    assert.deepEqual([answer.status, problem(answer).code, answer.headers.get('cache-control')], [502, 'origin_unavailable', 'no-store']);
  } finally {
    await alone.dispose();
  }
});

/** A request whose target no URL parser has touched; gives the status. */
function raw(host, port, target) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(`GET ${target} HTTP/1.1\r\nHost: media.test\r\nConnection: close\r\n\r\n`));
    socket.on('error', reject);
    socket.once('data', (part) => {
      resolve(Number(String(part).split(' ')[1]));
      socket.destroy();
    });
  });
}

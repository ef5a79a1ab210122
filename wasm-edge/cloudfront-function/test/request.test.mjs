// The viewer-request function with events as CloudFront and `test-function` make them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { entriesOf } from '../kvs.mjs';
import { eventOf } from './event.mjs';
import { inNjs, inV8, njsProgram } from './engine.mjs';
import { SECRET, SITE, signed } from './sign.mjs';

const NOW = 1_800_000_000;
const KEYS = [{ kid: 'k1', alg: 'HS256', state: 'active', secret: SECRET }];
const DOCUMENT = { version: 1, sites: [{ site: { name: SITE }, keys: KEYS, hosts: ['media.example'] }] };
const storeOf = (document) => Object.fromEntries(entriesOf(document).map(({ key, value }) => [key, value]));
const engines = { v8: inV8('viewer-request'), ...(njsProgram() ? { njs: inNjs('viewer-request') } : {}) };

const token = signed(`1~kid=k1~exp=${NOW + 600}`, { path: '/a' });
const asked = (target, { headers = [], method = 'GET', ip = '192.0.2.1', host = 'media.example' } = {}) =>
  eventOf({ method, target, headers: [['Host', host], ...headers], client_ip: ip }, 'request-1');

for (const [name, engine] of Object.entries(engines)) {
  const answer = async (event, document = DOCUMENT, store = storeOf(document)) =>
    (await engine([{ event, store, now: NOW }]))[0].answer;
  const problem = ({ statusCode, body }) => [statusCode, JSON.parse(body).code];

  test(`${name}: an event of test-function, whose query is an object only, is read`, async () => {
    const event = { ...asked(`/a?w=1&w=2&cs=${token}&x`), query: '' };
    const { uri, querystring, headers } = await answer(event);
    assert.deepEqual([uri, querystring.split('&').sort(), headers.countersign.value], ['/a', ['w=1', 'w=2', 'x='], token]);
    assert.deepEqual(problem(await answer({ ...asked(`/a?cs=${token}&cs=${token}`), query: undefined })), [400, 'conflict']);
  });

  test(`${name}: the event that README.md tests with is told that a token is needed`, async () => {
    const event = JSON.parse(readFileSync(new URL('../distribution/test-event.json', import.meta.url), 'utf8'));
    assert.deepEqual(problem(await answer(event)), [401, 'missing']);
  });

  test(`${name}: the raw query counts where there is one`, async () => {
    const event = asked(`/a?cs=${token}`);
    event.request.querystring = { cs: { value: 'x' } };
    assert.equal((await answer(event)).headers.countersign.value, token);
  });

  test(`${name}: headers of one name come as multiValue`, async () => {
    const twice = [['Countersign', token], ['Countersign', token]];
    assert.deepEqual(problem(await answer(asked('/a', { headers: twice }))), [403, 'malformed']);
    const text = `1~kid=k1~exp=${NOW + 600}~hdr=x-a`;
    const joined = signed(text, { path: '/a', values: ['one, two'] });
    const headers = [['X-A', 'one'], ['x-a', ' two'], ['Countersign', joined]];
    assert.equal((await answer(asked('/a', { headers }))).uri, '/a');
  });

  test(`${name}: cookies of one name come as multiValue, and the one that passes goes on`, async () => {
    const { cookies } = await answer(asked('/a', { headers: [['Cookie', `cs=x; a=1; cs="${token}"; cs-b=y`]] }));
    assert.deepEqual(cookies, { a: { value: '1' }, cs: { value: `"${token}"` } });
  });

  test(`${name}: a settled request has its site for a key, another one of its own`, async () => {
    const settled = await answer(asked(`/a?cs=${token}`));
    assert.equal(settled.headers['countersign-edge'].value, SITE);
    assert.equal(settled.headers['countersign-verdict'].value, String(NOW + 600));
    const counted = signed(`1~kid=k1~exp=${NOW + 600}~jti=a~uses=1`, { path: '/a' });
    const unsettled = await answer(asked(`/a?cs=${counted}`));
    assert.equal(unsettled.headers['countersign-edge'].value, `${SITE}/request-1`);
  });

  test(`${name}: without a request id an unsettled request still has a key of its own`, async () => {
    const counted = signed(`1~kid=k1~exp=${NOW + 600}~ver=1`, { path: '/a' });
    const event = asked(`/a?cs=${counted}`);
    delete event.context.requestId;
    assert.match((await answer(event)).headers['countersign-edge'].value, /^media\.example\/0\.\d+/);
  });

  test(`${name}: a site is found by its host, in any case, or is any host's`, async () => {
    assert.equal((await answer(asked(`/a?cs=${token}`, { host: 'MEDIA.example' }))).uri, '/a');
    assert.deepEqual(problem(await answer(asked(`/a?cs=${token}`, { host: 'other.example' }))), [421, 'unknown_host']);
    const any = { version: 1, sites: [{ ...DOCUMENT.sites[0], hosts: [] }] };
    assert.equal((await answer(asked(`/a?cs=${token}`, { host: 'other.example' }), any)).uri, '/a');
  });

  test(`${name}: a site in several entries is put together`, async () => {
    const policy = Array.from({ length: 60 }, (_, i) => ({ paths: [`/public/é/${i}/**`], mode: 'public' }));
    const document = { version: 1, sites: [{ ...DOCUMENT.sites[0], site: { name: SITE, policy } }] };
    const store = storeOf(document);
    assert.ok(Object.keys(store).length > 20);
    assert.ok(Object.values(store).every((value) => Buffer.byteLength(value) <= 1_000));
    assert.equal((await answer(asked('/public/%C3%A9/59/x'), document)).headers['countersign-verdict'].value, 'public');
  });

  test(`${name}: a piece that is missing, or another document's, lets nothing through`, async () => {
    const policy = Array.from({ length: 60 }, (_, i) => ({ paths: [`/p/${i}/**`], mode: 'public' }));
    const store = storeOf({ version: 1, sites: [{ ...DOCUMENT.sites[0], site: { name: SITE, policy } }] });
    const piece = Object.keys(store).find((key) => /^[0-9a-f]{8}\//.test(key));
    delete store[piece];
    const refused = await answer(asked('/p/1/x'), undefined, store);
    assert.deepEqual(problem(refused), [503, 'edge_unavailable']);
    assert.equal(refused.headers['cache-control'].value, 'no-store');
    assert.deepEqual(problem(await answer(asked('/p/1/x'), undefined, { 'site/media.example': 'xxxxxxxx1{"na' })), [503, 'edge_unavailable']);
  });

  test(`${name}: without the texts a denial is one all the same`, async () => {
    const { 'site/media.example': head } = storeOf(DOCUMENT);
    assert.deepEqual(problem(await answer(asked('/a'), undefined, { 'site/media.example': head })), [403, 'missing']);
  });

  test(`${name}: names of Object.prototype are no headers, parameters or fields`, async () => {
    for (const odd of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      const absent = signed(`1~kid=k1~exp=${NOW + 600}~qs=${odd.replace(/[^\w]/g, '')}`, { path: '/a', values: [undefined] });
      assert.equal((await answer(asked(`/a?cs=${absent}`))).uri, '/a', odd);
    }
    const header = signed(`1~kid=k1~exp=${NOW + 600}~hdr=constructor`, { path: '/a', values: [undefined] });
    assert.equal((await answer(asked(`/a?cs=${header}`))).uri, '/a');
    assert.deepEqual(problem(await answer(asked(`/a?cs=${signed(`1~kid=constructor~exp=${NOW + 9}`, { path: '/a' })}`))), [403, 'unknown_key']);
  });
}

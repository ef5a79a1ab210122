// The viewer-response function: what it makes of an answer of CloudFront's cache.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entriesOf } from '../kvs.mjs';
import { inNjs, inV8, njsProgram } from './engine.mjs';

const NOW = 1_800_000_000;
const CORS = { allowed_origins: ['https://page.example'], allow_credentials: true };
const storeOf = (told = {}) => Object.fromEntries(entriesOf({
  version: 1, sites: [{ site: { name: 's' }, keys: [], hosts: ['media.example'], cors: CORS, ...told }],
}).map(({ key, value }) => [key, value]));

const inForm = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { value }]));
const engines = { v8: inV8('viewer-response'), ...(njsProgram() ? { njs: inNjs('viewer-response') } : {}) };

for (const [name, engine] of Object.entries(engines)) {
  /** The headers that a viewer gets; `verdict` is what the viewer-request function said. */
  const seen = async (verdict, stored, { method = 'GET', headers = {}, store = storeOf() } = {}) => {
    const told = verdict === undefined ? {} : { 'countersign-verdict': verdict, 'countersign-edge': 's' };
    const event = {
      viewer: { ip: '192.0.2.1' },
      context: {},
      request: { method, uri: '/a', querystring: {}, cookies: {}, headers: inForm({ host: 'media.example', ...told, ...headers }) },
      response: { statusCode: 200, headers: inForm(stored), cookies: {} },
    };
    const [{ answer }] = await engine([{ event, store, now: NOW }]);
    return Object.fromEntries(Object.entries(answer.headers).map(([header, { value }]) => [header, value]));
  };
  const controlOf = async (verdict, control) => (await seen(verdict, { 'cache-control': control }))['cache-control'];

  test(`${name}: an answer lives as long as the viewer's own token, for this viewer alone`, async () => {
    const left = (secs) => String(NOW + secs);
    assert.equal(await controlOf(left(20), 'public, max-age=600'), 'private, max-age=20');
    assert.equal(await controlOf(left(900), 'public, max-age=600, s-maxage=9000'), 'private, max-age=600');
    assert.equal(await controlOf(left(20), 'public, max-age=600, immutable, must-revalidate'), 'private, immutable, must-revalidate, max-age=20');
    assert.equal(await controlOf(left(20), 'Public, No-Cache'), 'private, no-cache, no-cache');
    assert.equal(await controlOf(left(20), 'public, stale-while-revalidate=60'), 'private, no-cache');
    assert.equal(await controlOf(left(-5), 'public, max-age=600'), 'private, max-age=0');
    assert.equal(await controlOf(left(20), 'private, no-store'), 'private, no-store');
  });

  test(`${name}: what is public keeps its time, and what was not seen before is stored by nobody`, async () => {
    assert.equal(await controlOf('public', 'public, max-age=600'), 'public, max-age=600');
    assert.equal(await controlOf(undefined, 'public, max-age=600'), 'private, no-store');
  });

  test(`${name}: the stored cross-origin headers go, and the viewer's own come`, async () => {
    const stored = {
      vary: 'Accept, Origin', 'access-control-allow-origin': 'https://other.example', 'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x', 'cdn-cache-control': 'max-age=9', etag: '"1"',
    };
    const page = await seen('public', stored, { headers: { origin: 'https://page.example' } });
    assert.deepEqual([page['access-control-allow-origin'], page['access-control-allow-credentials'], page.vary, page.etag],
      ['https://page.example', 'true', 'Accept, origin', '"1"']);
    const other = await seen('public', stored, { headers: { origin: 'https://other.example' } });
    assert.deepEqual(Object.keys(other).sort(), ['etag', 'vary']);
    const any = await seen('public', stored, { store: storeOf({ cors: { allowed_origins: ['*'] } }) });
    assert.deepEqual([any['access-control-allow-origin'], any.vary], ['*', 'Accept']);
    const none = await seen('public', stored, { store: storeOf({ cors: undefined }) });
    assert.deepEqual([none['access-control-allow-origin'], none.vary], [undefined, 'Accept']);
    const unread = await seen('public', stored, { store: {}, headers: { origin: 'https://other.example' } });
    assert.deepEqual([unread['access-control-allow-origin'], unread.vary], [undefined, 'Accept']);
  });

  test(`${name}: a report is told, unless the site shows no reasons`, async () => {
    assert.equal((await seen('expired', {}))['countersign-reason'], 'expired');
    assert.equal((await seen('expired', {}, { store: storeOf({ show_reasons: false }) }))['countersign-reason'], undefined);
    assert.equal((await seen('public', {}))['countersign-reason'], undefined);
    assert.equal((await seen(undefined, {}))['countersign-reason'], undefined);
  });

  test(`${name}: a preflight's answer stays as it is`, async () => {
    const stored = { 'access-control-allow-origin': '*', vary: 'origin' };
    assert.deepEqual(await seen(undefined, stored, { method: 'OPTIONS' }), stored);
  });
}

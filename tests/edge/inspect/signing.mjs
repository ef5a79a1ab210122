// Fields are edited and signed again: what comes out the command line accepts, and the page too.
import assert from 'node:assert/strict';
import { ask, BASE, eddsa, NOW, opened, says, secret, submit } from './tool.mjs';

export async function signing({ check, open, countersign }) {
  await check('signed again with the secret: the command line and the page accept it', () => byName(open, countersign, 'hs', { alg: 'HS256', secret }));
  await check('signed again with a private key, too', () => byName(open, countersign, 'ed', { alg: 'EdDSA', public: eddsa.public }));
  await check('signing without editing gives the same URL, of every carrier', () => unchanged(open, countersign));
  await check('what cannot be signed is told at its field', () => refused(open, countersign));
}

async function byName(open, countersign, keys, key) {
  const page = await opened(open);
  const url = countersign.sign(keys, '--path', '/a b.png', '--expires', '2020-01-01T00:00:00Z', '--iat', 'none', '--sub', 'ada', '--qs', 'w=5');
  await ask(page, { text: url, ...key });
  await says(page, { signature: 'holds', reason: 'expired' });
  const edited = { 'grant-exp': '2h', 'grant-ip': '192.0.2.0/24\n2001:db8::/32', 'grant-geo': 'DE', 'grant-path': '/a b.png'.replace(' ', '~20') + '\n/hls/**', 'grant-cd': 'attachment:Größe.png', 'new-path': '/hls/ä.ts', 'new-query': 'w=5&v=1' };
  await submit(page, { ...edited, ...(keys === 'ed' && { private: eddsa.private }) });
  const made = await page.locator('#new-url').innerText();
  assert.ok(made.startsWith(`${BASE}/hls/%C3%A4.ts?w=5&v=1&cs=1~kid=`), made);
  assert.equal(await page.locator('#text').inputValue(), made);
  await says(page, { signature: 'holds', reason: 'ip' });
  await ask(page, { client: '2001:db8::1', country: 'DE' });
  await says(page, { signature: 'holds', outcome: 'granted' });
  const { outcome, fields } = countersign.verify(keys, made, '--client-ip', '192.0.2.9', '--country', 'DE');
  assert.equal(outcome, 'granted');
  assert.deepEqual([fields.sub, fields.cd, fields.geo, fields.ip], ['ada', 'attachment:Größe.png', ['DE'], ['192.0.2.0/24', '2001:db8::/32']]);
  assert.equal(countersign.verify(keys, made, '--client-ip', '192.0.3.9', '--country', 'DE').reason, 'ip');
  assert.deepEqual(page.complaints, []);
}

async function unchanged(open, countersign) {
  const page = await opened(open);
  const args = ['--path', '/hls/7/a.m3u8', '--expires', String(NOW), '--uses', '3', '--jti', 'j-1', '--nbf', '1800000000', '--data', ' a, b ', '--method', 'GET,POST'];
  const key = { alg: 'HS256', secret, site: 'media.example' };
  for (const text of [countersign.sign('hs', ...args), countersign.sign('hs', ...args, '--paths', '/hls/**', '--carrier', 'path')]) {
    await ask(page, { text, ...key });
    await submit(page, {});
    assert.equal(await page.locator('#new-url').innerText(), text);
  }
  const token = countersign.sign('hs', ...args).split('cs=')[1];
  for (const text of [`countersign: ${token}`, `Cookie: __Host-cs=${token}`]) {
    await ask(page, { text, path: '/hls/7/a.m3u8', ...key });
    await submit(page, {});
    assert.equal(await page.locator('#new-url').innerText(), text);
    await says(page, { signature: 'holds', reason: 'not_yet_valid' });
  }
}

async function refused(open, countersign) {
  const page = await opened(open);
  await ask(page, { text: countersign.sign('hs', '--path', '/a', '--expires', '1h') });
  const cases = [
    ['alg', {}, /choose a kind of key/],
    ['grant-exp', { 'grant-exp': 'never' }, /no time/],
    ['grant-exp', { 'grant-exp': '' }, /is missing/],
    ['grant-ip', { 'grant-exp': '1h', 'grant-ip': '192.0.2.1/24' }, /no bits beyond the prefix/],
    ['grant-geo', { 'grant-ip': '', 'grant-geo': 'Germany' }, /two upper-case letters/],
    ['grant-path', { 'grant-geo': '', 'grant-path': '/a b/*' }, /~XX/],
    ['grant-uses', { 'grant-path': '', 'grant-uses': '3' }, /needs jti/],
    ['grant-bps', { 'grant-uses': '', 'grant-bps': 'fast' }, /no number/],
    ['new-path', { 'grant-bps': '', 'new-path': '/a//b' }, /empty/],
    ['new-query', { 'new-path': '/a', 'new-query': 'w=5&w=6', 'grant-qs': 'w' }, /stands once/],
  ];
  for (const [id, fields, message] of cases) {
    if (id !== 'alg') await page.locator('#alg').selectOption('HS256');
    if (id !== 'alg') await page.locator('#secret').fill(secret);
    await submit(page, fields);
    assert.match(await page.locator(`#${id}-fault`).innerText({ timeout: 2_000 }).catch(() => `no fault at ${id}`), message);
    assert.ok(await page.locator('#made').isHidden());
  }
  assert.deepEqual(page.complaints, []);
}

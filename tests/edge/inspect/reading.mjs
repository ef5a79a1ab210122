// What the page says of a URL or a token, with a key and without.
import assert from 'node:assert/strict';
import { ask, eddsa, field, NOW, opened, says, secret } from './tool.mjs';

const AT = String(NOW);
const TERMS = ['--expires', String(NOW + 3600), '--iat', 'none'];
const ARGS = ['--path', '/a b.png', ...TERMS];

export async function reading({ check, open, countersign }) {
  const page = await opened(open);
  const url = countersign.sign('hs', ...ARGS, '--ip', '192.0.2.0/24', '--qs', 'w=5', '--sub', 'ada l');
  const key = { alg: 'HS256', secret };

  await check('without a key: fields, path, signed bytes, and a signature that is not checked', async () => {
    await says(page, await ask(page, { text: url, at: AT, client: '192.0.2.7' }));
    await says(page, { signature: 'not checked', outcome: 'granted' });
    assert.match(await page.locator('#verdict').innerText(), /^Signature not checked\s+If it holds: Granted/);
    assert.match(await field(page, 'exp'), /^2030-03-17T18:46:40Z \(1900003600\), in 1 h$/);
    assert.equal(await field(page, 'carrier'), 'query parameter cs');
    assert.equal(await field(page, 'canonical'), '/a b.png');
    assert.equal(await field(page, 'sub'), 'ada l');
    assert.equal(await field(page, 'ip'), '192.0.2.0/24');
    const text = url.split('&cs=')[1].split('~sig=')[0];
    assert.equal(await page.locator('#signed').innerText(), `13:countersign/1,13:media.example,${text.length}:${text},8:/a b.png,2:=5,`);
  });
  await check('pasting is enough', async () => {
    const other = await opened(open);
    await other.locator('#text').fill(url);
    await other.locator('#text').dispatchEvent('paste');
    await other.locator('#verdict:not(:empty)').waitFor();
    await says(other, { signature: 'not checked', reason: 'ip' });
  });
  await check('a link to the page brings a URL, and no key', async () => {
    const link = new URLSearchParams({ text: url, site: 'media.example', client: '192.0.2.7', at: AT, alg: 'HS256', secret });
    const other = await opened(open, {}, `#${link}`);
    await says(other, { signature: 'not checked', outcome: 'granted' });
    assert.equal(await other.locator('#text').inputValue(), url);
    assert.deepEqual([await other.locator('#secret').inputValue(), new URL(other.url()).hash], ['', '']);
  });
  await check('without a key the other checks are told as if it held', async () => {
    await ask(page, { client: '198.51.100.1' });
    await says(page, { signature: 'not checked', outcome: 'denied', reason: 'ip' });
    assert.match(await page.locator('#steps [data-step="client address"] .note').innerText(), /^198\.51\.100\.1 of 192\.0\.2\.0\/24/);
  });
  await check('a good URL with its key is granted, with each step', async () => {
    await ask(page, { ...key, client: '192.0.2.7' });
    await says(page, { signature: 'holds', outcome: 'granted', reason: null });
    assert.equal(await page.locator('#steps [data-outcome=failed]').count(), 0);
    assert.ok(await page.locator('#steps [data-outcome=passed]').count() > 10);
  });
  await check('a time behind its end is expired, and what would pass is said', async () => {
    await ask(page, { at: '2030-03-17T18:46:40Z' });
    await says(page, { signature: 'holds', outcome: 'denied', reason: 'expired' });
    assert.match(await page.locator('#verdict').innerText(), /exp must be above now/);
    assert.match(await page.locator('#steps [data-outcome=failed] .note').innerText(), /→ expired \(403\)$/);
  });
  await check('a life beyond max_ttl is lifetime, and skew is forgiven', async () => {
    await ask(page, { at: AT, 'max-ttl': '3590', skew: '5' });
    await says(page, { reason: 'lifetime' });
    await ask(page, { skew: '10' });
    await says(page, { reason: null, outcome: 'granted' });
  });
  await check('a changed URL, a wrong secret and a wrong site are bad_signature', async () => {
    for (const wrong of [{ text: url.replace('w=5', 'w=6') }, { text: url.replace('/a%20b', '/a%20c') }, { secret: '0f'.repeat(32) }, { site: 'other.example' }]) {
      await ask(page, { text: url, site: '', ...key, ...wrong });
      await says(page, { signature: 'does not hold', outcome: 'denied', reason: 'bad_signature' });
      assert.match(await page.locator('#verdict').innerText(), /If it held: Granted/);
    }
    await ask(page, { text: url, site: '', ...key, kid: 'k2' });
    await says(page, { reason: 'unknown_key' });
  });
  await check('an EdDSA token by its public key, in the path', () => eddsaInPath(open, countersign));
  await check('a cookie and a header, signed header values, and a bare token', () => otherCarriers(open, countersign));
  await check('wrong input is told at its field', () => wrongInput(open, url));
  await check('no error and no CSP violation while reading', () => assert.deepEqual(page.complaints, []));
}

async function eddsaInPath(open, countersign) {
  const page = await opened(open);
  const url = countersign.sign('ed', ...TERMS, '--paths', '/hls/7/**', '--path', '/hls/7/a.m3u8', '--carrier', 'path');
  await ask(page, { text: url, at: AT, alg: 'EdDSA', public: eddsa.public });
  await says(page, { signature: 'holds', outcome: 'granted' });
  assert.equal(await field(page, 'path'), '/hls/7/**');
  assert.equal(await field(page, 'canonical'), '/hls/7/a.m3u8');
  await ask(page, { text: url.replace('/hls/7/a', '/hls/8/a') });
  await says(page, { signature: 'holds', reason: 'path' });
  await ask(page, { public: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a' });
  await says(page, { signature: 'does not hold', reason: 'bad_signature' });
  assert.match(await page.locator('#verdict').innerText(), /If it held: Denied: path/);
  await page.locator('#alg').selectOption('');
  await ask(page, {});
  await says(page, { signature: 'not checked', reason: 'path' });
}

async function otherCarriers(open, countersign) {
  const page = await opened(open);
  const token = countersign.sign('hs', ...ARGS, '--hdr', 'x-tenant=7').split('cs=')[1];
  const with_key = { alg: 'HS256', secret, site: 'media.example', at: AT };
  for (const text of [token, `Countersign: ${token}`, `Cookie: a=b; __Host-cs=${token}`]) {
    await ask(page, { text, path: '', lines: '', ...with_key });
    assert.match(await page.locator('#verdict').innerText(), /give the path/, text);
    assert.equal(await field(page, 'hdr'), 'x-tenant');
    await ask(page, { path: '/a b.png', lines: 'X-Tenant: 7' });
    await says(page, { signature: 'holds', outcome: 'granted' });
    await ask(page, { lines: 'x-tenant: 8' });
    await says(page, { signature: 'does not hold' });
  }
  await page.locator('#alg').selectOption('');
  await ask(page, {});
  await says(page, { signature: 'not checked', outcome: 'granted' });
}

async function wrongInput(open, url) {
  const page = await opened(open);
  const cases = [
    ['text', { text: '' }, /Paste a URL/],
    ['text', { text: url.replace('&cs', '\n&cs') }, /line break behind/],
    ['text', { text: url.slice(0, -3) }, /sig has 40 characters/],
    ['text', { text: url.replace('~exp=1900003600', '') }, /exp is missing/],
    ['text', { text: url.replace('~exp=', '~foo=1~exp=') }, /foo this version has no such field/],
    ['text', { text: 'https://media.example' }, /no path/],
    ['at', { text: url, at: 'tomorrow' }, /"tomorrow" is no time/],
    ['skew', { at: '', skew: 'x' }, /no number/],
    ['secret', { skew: '', alg: 'HS256', secret: '' }, /Is missing/],
    ['secret', { secret: 'ABCD' }, /lower-case hexadecimal/],
    ['secret', { secret: 'abcd' }, /32–128 bytes/],
    ['site', { secret, site: 'a b' }, /1–64 of/],
    ['lines', { site: '', lines: 'no line' }, /no header line/],
    ['text', { lines: '', text: 'Cookie: cs=€', path: '/a', site: 's' }, /no byte/],
    ['public', { text: url, path: '', site: '', alg: 'EdDSA', public: '00'.repeat(32) }, /canonical Ed25519 point/],
  ];
  for (const [id, fields, message] of cases) {
    await ask(page, fields);
    const fault = page.locator(`#${id}-fault`);
    assert.match(await fault.innerText({ timeout: 2_000 }).catch(() => `no fault at ${id}`), message);
    assert.equal(await page.locator(`#${id}`).getAttribute('aria-invalid'), 'true');
    assert.equal(await page.locator('.fault').count(), 1);
    assert.ok((await page.locator(`#${id}`).getAttribute('aria-describedby')).includes(`${id}-fault`));
  }
  assert.deepEqual(page.complaints, []);
}

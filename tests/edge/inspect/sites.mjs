// The page with a site's whole document: several keys, a policy, what is revoked.
import assert from 'node:assert/strict';
import { ask, BASE, eddsa, NOW, opened, says, secret, submit } from './tool.mjs';

const POLICY = ['public', 'optional', 'report'].map((mode) => `[[site.policy]]\npaths = ["/${mode}/**"]\nmode = "${mode}"\n`).join('');
const TERMS = ['--expires', String(NOW + 3600), '--iat', 'none'];

export async function sites({ check, open, countersign }) {
  const document = countersign.document(POLICY, '--with-revocations');
  const page = await opened(open);
  const judged = async (text, expected, more = {}) => {
    await ask(page, { text, at: String(NOW), alg: 'document', document, ...more });
    await says(page, expected);
  };
  await check('a document judges tokens of each of its keys, by its names and limits', async () => {
    for (const keys of ['hs', 'ed']) await judged(countersign.sign(keys, '--path', '/a', ...TERMS), { signature: 'holds', outcome: 'granted', reason: null });
    await judged(countersign.sign('hs', '--path', '/a', '--expires', String(NOW + 9000), '--iat', 'none'), { signature: 'holds', reason: 'lifetime' });
    const url = countersign.sign('ed', '--path', '/a', ...TERMS);
    await judged(url.replace('/a?', '/b?'), { signature: 'does not hold', reason: 'bad_signature' });
    await judged(url.replace('kid=e1', 'kid=e2'), { signature: 'not reached', reason: 'unknown_key' });
    await judged(url.replace(BASE, 'https://CDN.example:8443'), { outcome: 'granted' });
  });
  await check('its policy lets through what it says, and what is revoked is told', async () => {
    await judged(`${BASE}/public/a`, { outcome: 'public', reason: null });
    await judged(`${BASE}/optional/a`, { outcome: 'public' });
    await judged(`${BASE}/report/a`, { outcome: 'reported', reason: 'missing' });
    assert.match(await page.locator('#verdict').innerText(), /^Let through, and reported: missing/);
    await judged(`${BASE}/other/a`, { outcome: 'denied', reason: 'missing' });
    await judged(countersign.sign('hs', '--path', '/a', '--sub', 'eve', ...TERMS), { signature: 'holds', reason: 'revoked' });
  });
  await check("signing again takes the token's own key", async () => {
    for (const [keys, kid] of [['hs', 'k1'], ['ed', 'e1']]) {
      await judged(countersign.sign(keys, '--path', '/a', ...TERMS), { outcome: 'granted' });
      await submit(page, { 'grant-sub': 'bob', ...(keys === 'ed' && { private: eddsa.private }) });
      assert.match(await page.locator('#new-url').innerText(), new RegExp(`cs=1~kid=${kid}~.*sub=bob`));
      await says(page, { signature: 'holds', outcome: 'granted' });
    }
  });
  await check('a document that is none, or of other sites, is told at its field, without a secret', async () => {
    const url = countersign.sign('hs', '--path', '/a', ...TERMS);
    const withoutSecret = JSON.stringify(JSON.parse(document), (name, value) => (name === 'secret' ? undefined : value));
    for (const [id, fields, message] of [
      ['document', { document: `{"${secret}` }, /Is no JSON/],
      ['document', { document: '{"version": 2}' }, /no document of version 1/],
      ['document', { document: withoutSecret }, /keys\[0\]\.secret: is missing/],
      ['site', { document, site: 'other.example' }, /it has media\.example/],
    ]) {
      await ask(page, { text: url, site: '', ...fields });
      const told = await page.locator(`#${id}-fault`).innerText();
      assert.match(told, message);
      assert.ok(!told.includes(secret.slice(0, 16)));
    }
    await page.locator('#alg').selectOption('HS256');
    await page.locator('#alg').selectOption('document');
    assert.equal(await page.locator('#document').inputValue(), '', 'the document stays behind another kind of key');
  });
  await check('no error and no CSP violation with a document', () => assert.deepEqual(page.complaints, []));
}

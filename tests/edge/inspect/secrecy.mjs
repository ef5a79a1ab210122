// Keys stay where they were typed, nothing is asked of anybody, and the page can be used by all.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { ask, eddsa, opened, PAGE, says, secret, submit } from './tool.mjs';

export async function secrecy({ check, open, countersign }) {
  await check('the keys are in no text, address or storage, and are gone when the page is left', () => keysStay(open, countersign));
  await check('its policy lets it connect to nothing', () => nothingIsReached(open));
  await check('380 px are wide enough, every field has a label, and the keyboard does it all', () => narrow(open, countersign));
}

async function keysStay(open, countersign) {
  const page = await opened(open);
  for (const [keys, key] of [['hs', { alg: 'HS256', secret }], ['ed', { alg: 'EdDSA', public: eddsa.public }]]) {
    await ask(page, { text: countersign.sign(keys, '--path', '/a', '--expires', '1h'), ...key });
    await says(page, { signature: 'holds', outcome: 'granted' });
    await submit(page, keys === 'ed' ? { private: eddsa.private } : {});
    assert.ok(await page.locator('#made').isVisible());
    const kept = await page.evaluate(async () => JSON.stringify([
      document.documentElement.outerHTML.replace(/<script>[^]*?<\/script>/, ''), location.href, document.cookie, history.state,
      (() => { try { return [{ ...localStorage }, { ...sessionStorage }]; } catch (error) { return error.name; } })(),
      await indexedDB.databases().catch((error) => error.name),
    ]));
    for (const one of [secret, eddsa.private]) assert.ok(!kept.includes(one) && !kept.includes(one.slice(0, 24)), 'a key is in the page');
  }
  assert.deepEqual(page.asked.filter((url) => url !== PAGE && !url.startsWith('data:')), []);
  assert.deepEqual(page.complaints, []);
  await page.goto('about:blank');
  await page.goBack();
  await page.locator('body[data-ready]').waitFor();
  assert.deepEqual(await page.locator('#secret, #private').evaluateAll((inputs) => inputs.map((input) => input.value)), ['', '']);
}

async function nothingIsReached(open) {
  const page = await opened(open);
  let asked = 0;
  const server = createServer((_, response) => { asked += 1; response.end(); }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${server.address().port}/`;
  const failed = await page.evaluate(async (url) => {
    const image = () => new Promise((done) => { const made = new Image(); made.onerror = () => done('refused'); made.onload = () => done('loaded'); made.src = url; });
    return [await fetch(url).then(() => 'fetched', () => 'refused'), await image(), navigator.sendBeacon(url) ? 'queued' : 'refused'];
  }, address);
  server.close();
  assert.deepEqual(failed.slice(0, 2), ['refused', 'refused']);
  assert.equal(asked, 0);
  assert.ok(page.complaints.some((text) => text.startsWith('CSP: connect-src')), page.complaints.join('; '));
}

async function narrow(open, countersign) {
  for (const colorScheme of ['light', 'dark']) {
    const page = await opened(open, { viewport: { width: 380, height: 760 }, colorScheme });
    await page.locator('#text').focus();
    await page.keyboard.insertText(countersign.sign('hs', '--path', '/a b.png', '--expires', '1h', '--data', 'x'.repeat(200)));
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.insertText(secret);
    await page.keyboard.press('Enter');
    await says(page, { signature: 'holds', outcome: 'granted' });
    await page.evaluate(() => { for (const details of document.querySelectorAll('details')) details.open = true; });
    const { content, view, nameless } = await page.evaluate(() => ({
      content: document.documentElement.scrollWidth, view: innerWidth,
      nameless: [...document.querySelectorAll('input, textarea, select')].filter((input) => input.labels.length !== 1).map((input) => input.id),
    }));
    assert.ok(content <= view, `${content} px of content in ${view} px`);
    assert.deepEqual(nameless, []);
    assert.deepEqual(await faint(page), []);
  }
}

/** Texts with a contrast below 4.5 (WCAG 2.2, 1.4.3). */
const faint = (page) => page.evaluate(() => {
  const light = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (element) => {
    for (let one = element; one !== null; one = one.parentElement) {
      const { backgroundColor } = getComputedStyle(one);
      if (!/rgba\(.*, 0\)/.test(backgroundColor)) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll('main *')].filter((element) => element.checkVisibility() && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
    .filter((element) => {
      const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((x, y) => y - x);
      return (a + 0.05) / (b + 0.05) < 4.5;
    }).map((element) => `${element.tagName} ${element.textContent.slice(0, 30)}`);
});

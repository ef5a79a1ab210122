// The package in a page: bundled, and as it is with an import map. The page's policy lets it load
// its own files only, and compile the module.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { join, normalize } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { tested, vectors } from './support.mjs';

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));
const skip = executablePath === undefined && 'there is no chromium';
const SCRIPT = `import { runAll } from './all.js';
  const vectors = await (await fetch('/vectors.json')).json();
  document.title = JSON.stringify(await runAll(vectors));\n`;
const PAGES = {
  '/bundled.html': '<!doctype html><title></title><link rel="icon" href="data:,"><script type="module" src="/page.out.js"></script>',
  '/plain.html': `<!doctype html><title></title><link rel="icon" href="data:,"><script type="importmap" nonce="n">{ "imports": {
    "@countersign/edge": "/node_modules/@countersign/edge/inline.js",
    "@countersign/edge/hs256": "/node_modules/@countersign/edge/hs256/inline.js" } }</script><script type="module" src="/page.js"></script>`,
};

const user = await tested([]);
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://page');
  response.setHeader('Content-Security-Policy', "default-src 'none'; script-src 'self' 'nonce-n' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:");
  if (PAGES[pathname] !== undefined) return response.setHeader('Content-Type', 'text/html').end(PAGES[pathname]);
  const file = pathname === '/vectors.json' ? vectors : join(user.folder, normalize(pathname));
  const bytes = await readFile(file).catch(() => null);
  if (bytes === null) return response.writeHead(404).end();
  return response.setHeader('Content-Type', file.endsWith('.json') ? 'application/json' : 'text/javascript').end(bytes);
});
let browser;

before(async () => {
  if (skip) return;
  await user.add('page.js', SCRIPT);
  await build({ entryPoints: ['page.js'], outfile: 'page.out.js', bundle: true, format: 'esm', platform: 'browser', target: 'es2022', absWorkingDir: user.folder });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
});
after(async () => {
  await browser?.close();
  server.close();
});

for (const name of Object.keys(PAGES)) {
  test(`every vector gives its verdict and its text in ${name.slice(1)}`, { skip }, async () => {
    const page = await browser.newPage();
    const wrong = [];
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    await page.goto(`http://127.0.0.1:${server.address().port}${name}`);
    await page.waitForFunction(() => document.title !== '', undefined, { timeout: 30_000 }).catch((error) => { throw new Error(`${wrong.join('\n')} ${error.message}`); });
    const { lines, ok } = JSON.parse(await page.title());
    assert.ok(ok, lines.join('\n'));
    assert.deepEqual(wrong, []);
  });
}

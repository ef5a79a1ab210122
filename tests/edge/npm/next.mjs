// node next.mjs FOLDER: the example for Next.js, built and served by Next.js itself. FOLDER has `next`,
// `react` and `react-dom` in its `node_modules`: 340 MB, so this is no part of the usual tests. Nothing
// is fetched. Exit code 0: all passed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { transform } from 'esbuild';
import { ask } from './ask.mjs';
import { project } from '../../../wasm-edge/npm/project.mjs';
import { DOCUMENT, program, root } from './support.mjs';

const [modules] = process.argv.slice(2);
if (modules === undefined) {
  console.error('node next.mjs FOLDER, with next, react and react-dom installed in it');
  process.exit(2);
}
const ROUTE = `export async function GET(request) {
  return Response.json({ path: request.headers.get('x-countersign-path') });
}\n`;
const [{ site, keys: [key] }] = DOCUMENT.sites;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const user = await project();
try {
  // Not by links: its bundler takes what lies in the project only.
  await cp(join(modules, 'node_modules'), join(user.folder, 'node_modules'), { recursive: true, verbatimSymlinks: true, force: false });
  const { code } = await transform(await readFile(`${root}wasm-edge/npm/examples/next/proxy.ts`, 'utf8'), { loader: 'ts' });
  await user.add('proxy.js', code);
  await user.add('app/files/[...path]/route.js', ROUTE);
  await user.add('app/layout.js', 'export default ({ children }) => <html><body>{children}</body></html>;\n');
  await user.add('app/page.js', "export default () => 'open';\n");
  const signer = await user.add('signer.mjs', "export * from '@countersign/edge/sign';\n");
  const { signUrl } = await import(signer);
  const next = join(user.folder, 'node_modules/next/dist/bin/next');
  const env = { ...process.env, CI: '1', NEXT_TELEMETRY_DISABLED: '1', COUNTERSIGN_EDGE: JSON.stringify(DOCUMENT) };
  await program(process.execPath, [next, 'build'], { cwd: user.folder, env });

  const port = await freePort();
  const server = spawn(process.execPath, [next, 'start', '-H', '127.0.0.1', '-p', String(port)], { cwd: user.folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const line of createInterface({ input: server.stdout })) if (/Ready/.test(line)) break;
    const url = await signUrl({ exp: Math.floor(Date.now() / 1000) + 300 }, { site, key, path: '/files/a b.txt' });
    const granted = await ask(port, url, { headers: { 'x-countersign-path': '/files/other' } });
    assert.deepEqual([granted.status, granted.body, granted.headers['cache-control']], [200, { path: '/files/a%20b.txt' }, 'private, no-store']);
    for (const [target, status, reason] of [['/files/a', 401, 'missing'], [url.replace('a%20b', 'c'), 403, 'bad_signature']]) {
      const { status: found, body } = await ask(port, target);
      assert.deepEqual([found, body.code], [status, reason]);
    }
    assert.equal((await ask(port, url, { headers: { host: 'other.example' } })).status, 421);
    assert.equal((await ask(port, '/')).status, 200);
    console.log('Next.js: 5 passed, 0 failed');
  } finally {
    server.kill();
  }
} finally {
  await user.remove();
}

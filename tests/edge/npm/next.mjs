// node next.mjs FOLDER: the example for Next.js, and the package in its edge runtime (the condition
// `edge-light`) with every vector, built and served by Next.js itself. FOLDER has `next`,
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
import { DOCUMENT, program, root, vectors } from './support.mjs';

const [modules] = process.argv.slice(2);
if (modules === undefined) {
  console.error('node next.mjs FOLDER, with next, react and react-dom installed in it');
  process.exit(2);
}
const ROUTE = `export async function GET(request) {
  return Response.json({ path: request.headers.get('x-countersign-path') });
}\n`;
/** `EdgeRuntime` is what that runtime calls itself. */
const EDGE_ROUTE = `import { createEdge, fromRequest } from '@countersign/edge';
import { runAll } from '../../../all.js';
export const runtime = 'edge';
const edge = createEdge(process.env.COUNTERSIGN_EDGE);
export async function GET(request) {
  const { outcome, reason, target } = (await edge).verify(fromRequest(request, { host: request.headers.get('host') }));
  return Response.json({ outcome, reason, target, runtime: globalThis.EdgeRuntime });
}
export const POST = async (request) => Response.json(await runAll(await request.json()));
`;
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
  await user.add('app/edge/[...path]/route.js', EDGE_ROUTE);
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
    const atEdge = await signUrl({ exp: Math.floor(Date.now() / 1000) + 300 }, { site, key, path: '/edge/a b.txt' });
    // Next.js tells such a route its parameters in the URL too.
    assert.deepEqual((await ask(port, atEdge)).body,
      { outcome: 'granted', reason: null, target: '/edge/a%20b.txt?path=a+b.txt', runtime: 'edge-runtime' });
    assert.equal((await ask(port, atEdge.replace('a%20b', 'c'))).body.reason, 'bad_signature');
    const answer = await fetch(`http://127.0.0.1:${port}/edge/vectors`, { method: 'POST', body: await readFile(vectors) });
    const { lines, ok } = await answer.json();
    console.log(lines.join('\n'));
    assert.ok(ok);
    console.log('Next.js: 8 passed, 0 failed');
  } finally {
    server.kill();
  }
} finally {
  await user.remove();
}

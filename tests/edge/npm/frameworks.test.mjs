// The examples for Hono and Express, in the frameworks themselves, over sockets.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { ask } from './ask.mjs';
import { DOCUMENT, root, tested } from './support.mjs';

const user = await tested(['hono', '@hono', 'express']);
for (const name of ['hono', 'express']) {
  const { code } = await transform(await readFile(`${root}wasm-edge/npm/examples/${name}.ts`, 'utf8'), { loader: 'ts' });
  await user.add(`${name}.mjs`, code);
}
await user.add('servers.mjs', `import express from 'express';
  import { Hono } from 'hono';
  import { serve } from '@hono/node-server';
  import { getConnInfo } from '@hono/node-server/conninfo';
  import { countersign as forHono } from './hono.mjs';
  import { countersign as forExpress } from './express.mjs';
  export { createEdge, signUrl } from '@countersign/edge';

  const told = ({ path, verdict }) => ({ path, cd: verdict.fields?.cd });
  export const servers = {
    hono: (edge) => {
      const app = new Hono();
      app.use('/files/*', forHono(edge, { carriesOut: ['cd'], client: (c) => getConnInfo(c).remote.address }));
      app.get('/files/*', (c) => c.json(told(c.var.countersign)));
      app.get('/open', (c) => c.text('open'));
      return serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
    },
    express: (edge) => {
      const app = express();
      const files = express.Router();
      files.get('/*path', (request, response) => response.json(told(response.locals.countersign)));
      app.use('/files', forExpress(edge, { carriesOut: ['cd'] }), files);
      app.get('/open', (request, response) => response.send('open'));
      return app.listen(0, '127.0.0.1');
    },
  };\n`);
const { createEdge, servers, signUrl } = await import(pathToFileURL(`${user.folder}/servers.mjs`));
const [{ site, keys: [key] }] = DOCUMENT.sites;
const EXP = Math.floor(Date.now() / 1000) + 300;

for (const [name, start] of Object.entries(servers)) {
  const server = start(await createEdge(DOCUMENT));
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
  after(() => server.close());
  const { port } = server.address();
  const signed = (grant, path = '/files/a b.txt') => signUrl({ exp: EXP, ...grant }, { site, key, path });

  test(`${name}: a token opens its file, and the handler sees the canonical path`, async () => {
    const { status, headers, body } = await ask(port, await signed({ ip: ['127.0.0.0/8'] }));
    assert.deepEqual([status, body, headers['cache-control']], [200, { path: '/files/a%20b.txt' }, 'private, no-store']);
    assert.deepEqual((await ask(port, (await signed({})).replace('a%20b', '%61%20b'))).body, { path: '/files/a%20b.txt' });
    assert.equal((await ask(port, '/open')).body, 'open');
  });

  test(`${name}: without a token, or with another's, the refusal is the origin's`, async () => {
    const missing = await ask(port, '/files/a');
    assert.deepEqual([missing.status, missing.headers['www-authenticate'], missing.headers['countersign-reason'], missing.headers['content-type'], missing.headers['cache-control']],
      [401, 'Countersign realm="media.example"', 'missing', 'application/problem+json', 'no-store']);
    const { request_id: id, ...body } = missing.body;
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(body, {
      type: 'urn:countersign:problem:missing', title: 'A token is needed', status: 401, code: 'missing',
      detail: 'Sign a URL for this path, or bring a token in the query, the path, the header or a cookie of this site.',
    });
    const url = await signed({});
    for (const [target, status, code] of [
      [url.replace('a%20b', 'c'), 403, 'bad_signature'],
      [await signed({ ip: ['192.0.2.0/24'] }), 403, 'ip'],
      [await signed({ nbf: EXP - 1 }), 403, 'not_yet_valid'],
      ['/files/a%2Fb', 400, 'bad_path'],
    ]) {
      const { body: problem, ...answer } = await ask(port, target);
      assert.deepEqual([answer.status, problem.code], [status, code], target);
    }
    assert.deepEqual(await ask(port, '/files/a', { method: 'HEAD' }).then(({ status, body: none }) => [status, none]), [401, '']);
    assert.equal((await ask(port, url, { headers: { host: 'other.example' } })).status, 421);
  });

  test(`${name}: a token that asks for what the server does not do is unsupported`, async () => {
    assert.deepEqual((await ask(port, await signed({ cd: 'attachment' }))).body, { path: '/files/a%20b.txt', cd: 'attachment' });
    for (const grant of [{ jti: 'x', uses: 1 }, { cd: 'attachment', ver: '7' }]) {
      const { status, body } = await ask(port, await signed(grant));
      assert.deepEqual([status, body.code], [403, 'unsupported']);
    }
  });

  test(`${name}: of a site with report_only nothing is refused that has a path, and the reason is told`, async () => {
    const reporting = start(await createEdge({ ...DOCUMENT, sites: [{ ...DOCUMENT.sites[0], report_only: true }] }));
    if (!reporting.listening) await new Promise((resolve) => reporting.once('listening', resolve));
    after(() => reporting.close());
    const asked = async (target) => {
      const { status, body, headers } = await ask(reporting.address().port, target);
      return [status, body.path ?? body.code, headers['countersign-edge-reason']];
    };
    assert.deepEqual(await asked(await signed({})), [200, '/files/a%20b.txt', undefined]);
    assert.deepEqual(await asked('/files/%61'), [200, '/files/a', 'missing']);
    assert.deepEqual(await asked((await signed({})).replace('a%20b', 'c')), [200, '/files/c.txt', 'bad_signature']);
    assert.deepEqual(await asked(await signed({ jti: 'x', uses: 1 })), [200, '/files/a%20b.txt', 'unsupported']);
    assert.deepEqual(await asked('/files/a%2Fb'), [400, 'bad_path', undefined]);
  });

  test(`${name}: before an edge has its document, nothing is let through`, async () => {
    const unready = start(await createEdge());
    if (!unready.listening) await new Promise((resolve) => unready.once('listening', resolve));
    after(() => unready.close());
    const { status, body } = await ask(unready.address().port, await signed({}));
    assert.deepEqual([status, body.code], [503, 'edge_unavailable']);
  });
}

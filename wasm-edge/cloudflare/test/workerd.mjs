// A Worker in workerd, out of the very bundle that `wrangler deploy` would send.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Miniflare } from 'miniflare';

const here = fileURLToPath(new URL('..', import.meta.url));

/**
 * @param {string} main the Worker's file, below wasm-edge/cloudflare
 * @param {object} [options] for miniflare: bindings and the like
 * @param {string} [root] the folder to deploy, in place of this one
 */
export async function worker(main, options = {}, root = here) {
  const out = await mkdtemp(join(tmpdir(), 'countersign-worker-'));
  await promisify(execFile)(
    join(here, 'node_modules/.bin/wrangler'),
    ['deploy', main, '--dry-run', '--outdir', out],
    { cwd: root, env: { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false', WRANGLER_LOG_PATH: out } },
  );
  const files = await readdir(out);
  const module = (type) => (name) => ({ type, path: join(out, name) });
  const script = files.filter((name) => name === basename(main).replace(/\.[a-z]+$/, '.js'));
  const runtime = new Miniflare({
    modules: [...script.map(module('ESModule')), ...files.filter((name) => name.endsWith('.wasm')).map(module('CompiledWasm'))],
    modulesRoot: out,
    compatibilityDate: '2025-09-01',
    ...options,
  });
  await runtime.ready;
  const dispose = runtime.dispose.bind(runtime);
  runtime.dispose = async () => {
    await dispose();
    await rm(out, { recursive: true, force: true });
  };
  return runtime;
}

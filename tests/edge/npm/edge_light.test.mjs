// The condition `edge-light`, as Next.js and Vercel resolve it: `FILE.wasm?module` is a module that was
// compiled outside, in another realm than the one that uses it. Next.js itself is in next.mjs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { createContext, Script } from 'node:vm';
import { build } from 'esbuild';
import { tested, vectors } from './support.mjs';

const user = await tested([]);
const modules = {};
const wasm = {
  name: 'wasm?module',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.wasm\?module$/ }, ({ path, importer }) => ({ path: join(dirname(importer), path.replace('?module', '')), namespace: 'module' }));
    onLoad({ filter: /.*/, namespace: 'module' }, async ({ path }) => {
      modules[path] = await WebAssembly.compile(await readFile(path));
      return { contents: `export default modules[${JSON.stringify(path)}];`, loader: 'js' };
    });
  },
};

test('every vector gives its verdict and its text, with modules of another realm', async () => {
  await user.add('edge.mjs', "export { runAll } from './all.js';\n");
  const { outputFiles: [{ text }] } = await build({
    entryPoints: ['edge.mjs'], bundle: true, write: false, format: 'iife', globalName: 'bundle', platform: 'browser',
    conditions: ['edge-light'], plugins: [wasm], absWorkingDir: user.folder,
  });
  assert.equal(Object.keys(modules).length, 2);
  // Code from text, that of a module too, may not be made there.
  const realm = createContext({ modules, crypto, TextEncoder, TextDecoder, atob, btoa, Headers, Request, Response, URL }, { codeGeneration: { strings: false, wasm: false } });
  new Script(text).runInContext(realm);
  realm.file = await readFile(vectors, 'utf8');
  const { lines, ok } = await new Script('bundle.runAll(JSON.parse(file))').runInContext(realm);
  assert.ok(ok, lines.join('\n'));
});

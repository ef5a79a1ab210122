// The package behind a bundler: one file, for a page and for a server, with nothing beside it.
import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { build } from 'esbuild';
import { program, tested, vectors } from './support.mjs';

const user = await tested([]);
const bundle = (platform, entryPoint, outfile) =>
  build({ entryPoints: [entryPoint], outfile, bundle: true, minify: true, metafile: true, format: 'esm', platform, target: 'es2022', absWorkingDir: user.folder });

test('a server in one file runs every vector where there is nothing else', async () => {
  await user.add('server.mjs', `import { readFile } from 'node:fs/promises';
    import { runAll } from './all.js';
    const { lines, ok } = await runAll(JSON.parse(await readFile(process.argv[2], 'utf8')));
    console.log(lines.join('\\n'));
    process.exit(ok ? 0 : 1);\n`);
  await mkdir(`${user.folder}/bare`);
  await bundle('node', 'server.mjs', 'bare/server.mjs');
  assert.deepEqual(await readdir(`${user.folder}/bare`), ['server.mjs']);
  const { stdout } = await program(process.execPath, ['--no-warnings', 'server.mjs', vectors], { cwd: `${user.folder}/bare` });
  assert.match(stdout, /^verify: [1-9]\d* cases, 0 different$/m);
});

test('who only signs carries no module', async () => {
  for (const name of ['@countersign/edge/sign', '@countersign/edge']) {
    await user.add('signer.mjs', `import { sign } from '${name}';\nconsole.log(sign);\n`);
    const { metafile } = await bundle('browser', 'signer.mjs', 'signer.out.mjs');
    const [{ bytes }] = Object.values(metafile.outputs);
    assert.ok(bytes < 20_000, `${name}: ${bytes} bytes`);
  }
});

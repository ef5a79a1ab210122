// The package in Deno, out of a project's node_modules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, program, tested, vectors } from './support.mjs';

const user = await tested([]);

test('every vector gives its verdict and its text', async () => {
  await user.add('main.mjs', `import { runAll } from './all.js';
    const { lines, ok } = await runAll(JSON.parse(await Deno.readTextFile(Deno.args[0])));
    for (const line of lines) console.log(line);
    Deno.exit(ok ? 0 : 1);\n`);
  const options = ['--quiet', '--no-lock', '--no-remote', '--cached-only', '--node-modules-dir=manual', '--no-prompt', `--allow-read=${vectors},${user.folder}`];
  const { stdout } = await program(at('../node_modules/.bin/deno'), ['run', ...options, 'main.mjs', vectors], { cwd: user.folder, env: { ...process.env, DENO_DIR: `${user.folder}/deno`, DENO_NO_UPDATE_CHECK: '1' } });
  assert.match(stdout, /^sign: [1-9]\d* cases, 0 different$/m);
});

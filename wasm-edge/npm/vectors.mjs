// node wasm-edge/npm/vectors.mjs FILE: packs the package, installs it, and runs a file of vectors,
// verify and sign, through it in Node. Exit code 0: all the same; 1: differences, or nothing was run;
// 2: wrong input. wasm-edge/build makes the modules.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { project } from './project.mjs';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('node wasm-edge/npm/vectors.mjs FILE, such as tests/vectors/v1.json');
  process.exit(2);
}
let user;
try {
  const vectors = JSON.parse(await readFile(file, 'utf8'));
  user = await project();
  const { runAll } = await import(pathToFileURL(join(user.folder, 'all.js')));
  const { lines, ok } = await runAll(vectors);
  for (const line of lines) console.log(line);
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  console.error(`${file}: ${error.message}`);
  process.exitCode = 2;
} finally {
  await user?.remove();
}

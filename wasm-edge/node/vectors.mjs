// node wasm-edge/node/vectors.mjs FILE: runs a file of vectors in Node. Exit code 0: all the same;
// 1: differences, or nothing was run; 2: wrong input. wasm-edge/build makes the modules.
import { readFile } from 'node:fs/promises';
import { load } from '../js/edge.js';
import { report } from '../js/vectors.js';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('node wasm-edge/node/vectors.mjs FILE, such as tests/vectors/v1.json');
  process.exit(2);
}
const module = (name) => readFile(new URL(`../dist/${name}`, import.meta.url));
try {
  const ok = await report(load, module, await readFile(file, 'utf8'), console.log);
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  console.error(`${file}: ${error.message}`);
  process.exitCode = 2;
}

// deno run --allow-read wasm-edge/deno/vectors.mjs FILE: runs a file of vectors in Deno. Exit code 0:
// all the same; 1: differences, or nothing was run; 2: wrong input.
import { load } from '../js/edge.js';
import { report } from '../js/vectors.js';

const [file] = Deno.args;
if (file === undefined) {
  console.error('deno run --allow-read wasm-edge/deno/vectors.mjs FILE, such as tests/vectors/v1.json');
  Deno.exit(2);
}
const module = (name) => Deno.readFile(new URL(`../dist/${name}`, import.meta.url));
let code;
try {
  code = (await report(load, module, await Deno.readTextFile(file), console.log)) ? 0 : 1;
} catch (error) {
  console.error(`${file}: ${error.message}`);
  code = 2;
}
Deno.exit(code);

// node wasm-edge/cloudflare/vectors.mjs FILE: runs a file of vectors in workerd. Exit code 0: all the
// same; 1: differences, or nothing was run; 2: wrong input. wasm-edge/build makes the modules.
import { access, readFile } from 'node:fs/promises';
import { worker } from './test/workerd.mjs';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('node wasm-edge/cloudflare/vectors.mjs FILE, such as tests/vectors/v1.json');
  process.exit(2);
}
try {
  const body = await readFile(file, 'utf8');
  JSON.parse(body);
  await access(new URL('../dist/countersign-edge-hs256.wasm', import.meta.url)).catch(() => {
    throw new Error('the modules are missing in wasm-edge/dist: run wasm-edge/build');
  });
  const runtime = await worker('test/vectors.js');
  try {
    const response = await runtime.dispatchFetch('http://vectors.test/', { method: 'POST', body });
    console.log((await response.text()).trimEnd());
    process.exitCode = response.status === 200 ? 0 : response.status === 409 ? 1 : 2;
  } finally {
    await runtime.dispose();
  }
} catch (error) {
  console.error(`${file}: ${error.message}`);
  process.exitCode = 2;
}

// One digest over what inspect.html is made of: its own scripts, those that it imports, and the Rust
// code of the module without its tests. The bytes of the module are not in it, as they differ between
// compilers. It tells whether a page that was built earlier is still that of these sources.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const FOLDERS = ['wasm-edge/inspect/src', 'wasm-edge/js', 'wasm-edge/npm/src/sign', 'wasm-edge/src', 'token/src'];
const FILES = ['wasm-edge/inspect/build.mjs', 'wasm-edge/inspect/package-lock.json', 'wasm-edge/build', 'wasm-edge/Cargo.toml', 'token/Cargo.toml'];
/** The project keeps a file's tests at its end. */
const TESTS = /\n#\[cfg\(test\)\]\nmod tests \{[^]*$/;

/** @returns {Promise<string>} SHA-256 in hexadecimal */
export async function digest(version) {
  const found = await Promise.all(FOLDERS.map((folder) => readdir(new URL(folder, root), { recursive: true, withFileTypes: true })));
  const files = found.flat().filter((entry) => entry.isFile() && /\.(?:rs|js|mjs|html|css)$/.test(entry.name))
    .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`.slice(fileURLToPath(root).length));
  const hash = createHash('sha256').update(`${version}\n`);
  for (const name of [...files, ...FILES].sort()) {
    const text = (await readFile(new URL(name, root), 'utf8')).replace(TESTS, '\n');
    hash.update(`${name} ${Buffer.byteLength(text)}\n`).update(text);
  }
  return hash.digest('hex');
}

// node wasm-edge/npm/pack.mjs FOLDER: builds the package and packs it into FOLDER. Prints the tarball's path.
import { pack } from './project.mjs';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('node wasm-edge/npm/pack.mjs FOLDER');
  process.exit(2);
}
console.log(await pack(folder));

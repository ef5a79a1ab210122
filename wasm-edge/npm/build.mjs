// node wasm-edge/npm/build.mjs: lays the package out in wasm-edge/npm/dist, out of wasm-edge/js and
// wasm-edge/dist (wasm-edge/build makes that). `npm pack` there gives the tarball. It works as well in the
// folder that `countersign edge build --target npm` wrote.
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const DIST = here('dist/');

/** The builds of the module: where their entries stand, and the way from there to the package's root. */
const BUILDS = [
  { module: 'countersign-edge', folder: '', root: './' },
  { module: 'countersign-edge-hs256', folder: 'hs256/', root: '../' },
];

/**
 * How each kind of host gets at the module. Where it may be compiled at run time it is in the code itself:
 * no file to find again behind a bundler. Workers and edge runtimes compile at deployment only.
 */
const ENTRIES = {
  'workerd.js': ({ module, root }) => `import module from '${root}${module}.wasm';\n${entry(root, 'module')}`,
  'edge-light.js': ({ module, root }) => `import module from '${root}${module}.wasm?module';\n${entry(root, 'module')}`,
  'node.js': ({ root }) => `import base64 from './module.js';\n${entry(root, "WebAssembly.compile(Buffer.from(base64, 'base64'))")}`,
  'inline.js': ({ root }) => `import base64 from './module.js';\n${entry(root, 'WebAssembly.compile(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)))')}`,
};

function entry(root, compiled) {
  return `import { opener } from '${root}lib/open.js';\n` +
    `export * from '${root}lib/api.js';\n` +
    `export const createEdge = opener(() => ${compiled});\n`;
}

async function writeEntries(build) {
  const folder = DIST + build.folder;
  await mkdir(folder, { recursive: true });
  const wasm = await readFile(here(`../dist/${build.module}.wasm`));
  await writeFile(`${DIST}${build.module}.wasm`, wasm);
  await writeFile(`${folder}module.js`, `export default '${wasm.toString('base64')}';\n`);
  for (const [name, text] of Object.entries(ENTRIES)) await writeFile(folder + name, text(build));
}

/** Of wasm-edge/js, what the package's own files import, and what that imports. */
async function copyLoader() {
  const all = await readdir(here('../js'));
  const own = (await readdir(`${DIST}lib`)).map((name) => `${DIST}lib/${name}`);
  const copied = new Set();
  for (const file of own) {
    for (const [, name] of (await readFile(file, 'utf8')).matchAll(/ from '\.\/([^']+)';/g)) {
      if (!all.includes(name) || copied.has(name)) continue;
      copied.add(name);
      await copyFile(here(`../js/${name}`), `${DIST}lib/${name}`);
      own.push(`${DIST}lib/${name}`);
    }
  }
  await copyFile(here('../js/edge.d.ts'), `${DIST}lib/edge.d.ts`);
}

for (const { module } of BUILDS) {
  if (existsSync(here(`../dist/${module}.wasm`))) continue;
  console.error(`wasm-edge/dist/${module}.wasm is missing: run wasm-edge/build, and after it countersign edge build where that made this folder`);
  process.exit(1);
}
await rm(DIST, { recursive: true, force: true });
await mkdir(DIST, { recursive: true });
await cp(here('src'), DIST, { recursive: true });
await copyLoader();
await cp(here('examples'), `${DIST}examples`, { recursive: true });
for (const name of ['package.json', 'README.md']) await copyFile(here(name), DIST + name);
// They lie beside wasm-edge in the sources, and beside this folder where `countersign edge build` wrote it.
for (const name of ['LICENSE-APACHE', 'LICENSE-MIT']) {
  const places = [here(`../${name}`), here(`../../${name}`)];
  await copyFile(places.find((place) => existsSync(place)) ?? places[1], DIST + name);
}
for (const build of BUILDS) await writeEntries(build);
console.log('the package is laid out in dist; npm pack ./dist makes the tarball');

// node wasm-edge/inspect/vectors.mjs FILE: runs a file of vectors in a page of Chromium. Exit code 0: all
// the same; 1: differences, or nothing was run; 2: wrong input, or no browser. wasm-edge/build makes the
// modules, `npm ci` here and in tests/browser installs the rest.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { drive, giveUp } from '../../tests/browser/browser.mjs';
import { bundled } from './build.mjs';

const [file] = process.argv.slice(2);
if (file === undefined) giveUp('node wasm-edge/inspect/vectors.mjs FILE, such as tests/vectors/v1.json');

async function readVectors() {
  const text = await readFile(file, 'utf8');
  JSON.parse(text);
  return text;
}
const [text, script] = await Promise.all([readVectors(), bundled(fileURLToPath(new URL('src/vectors.js', import.meta.url)))])
  .catch((error) => giveUp(`${file}: ${error.message}`));

await drive(({ check, open }) => check('every vector in Chromium', async () => {
  const page = await open();
  await page.addScriptTag({ content: script });
  const { lines, ok } = await page.evaluate((vectors) => globalThis.runVectors(vectors), text);
  for (const line of lines) console.log(line);
  if (!ok || page.complaints.length > 0) throw new Error(['the vectors failed', ...page.complaints].join('\n'));
  return page.context().browser().version();
}));

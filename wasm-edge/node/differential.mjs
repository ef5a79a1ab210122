// node wasm-edge/node/differential.mjs [--count N] [--seed S]: generated requests to the module and to
// the native build, whose decisions must be the same, byte for byte. Exit code 0: they are; 1: not.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { read } from '../js/config.js';
import { OUTCOMES, REASONS } from '../js/words.js';

const TEXT_AT = 2048;

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string', default: String(Date.now()) } },
});
const count = Number(values.count);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const generator = process.env.COUNTERSIGN_EDGE_DIFFERENTIAL ?? here('../../target/edge/edge/examples/differential');

/** Both builds; the small one gets neither EdDSA keys nor the wish for an explanation. */
const builds = [
  { name: 'countersign-edge.wasm', share: 0.8, takes: () => true, options: [] },
  { name: 'countersign-edge-hs256.wasm', share: 0.2, takes: ({ alg }) => alg !== 'EdDSA', options: ['--plain'] },
];
async function compare({ name, takes, options }, count) {
  const path = here('../examples/differential/document.json');
  const document = JSON.parse(await readFile(path, 'utf8'));
  for (const site of document.sites) site.keys = site.keys.filter(takes);
  const module = await configured(name, document);
  const child = spawn(generator, [String(count), values.seed, ...options], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.on('error', (error) => {
    console.error(`${generator}: ${error.message}; tests/edge/run builds it`);
    process.exit(2);
  });
  const text = Buffer.from(JSON.stringify(document));
  const parts = [module.config, module.secrets, text];
  child.stdin.end(Buffer.concat([lengths(...parts.map((part) => part.length)), ...parts]));
  const seen = await compareAll(child.stdout, module);
  const different = seen.different === null ? '' : `; DIFFERENT at ${seen.compared}\n${seen.different}`;
  console.log(`${name}: ${seen.compared} requests of seed ${values.seed}: ${told(seen)}${different}`);
  child.kill();
  return seen.different === null && seen.compared === count && isBroad(seen);
}

/** A module with the document, and what it was configured with. */
async function configured(name, document) {
  const { config, secrets } = read(document);
  const { instance } = await WebAssembly.instantiate(await readFile(here(`../dist/${name}`)), {});
  const { exports } = instance;
  const bytes = new Uint8Array(exports.memory.buffer);
  bytes.set(config.bytes, exports.input());
  bytes.set(secrets.bytes, exports.input() + config.bytes.length);
  const code = exports.configure(config.bytes.length, secrets.bytes.length);
  if (code !== 0) throw new Error(`configure: ${code}`);
  return { exports, bytes, config: config.bytes, secrets: secrets.bytes };
}

function lengths(...numbers) {
  const bytes = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, place) => bytes.writeUInt32LE(number, place * 4));
  return bytes;
}

async function compareAll(stream, module) {
  const seen = { compared: 0, different: null, counts: new Map(), size: module.exports.memory.buffer.byteLength };
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (let frame = frameAt(rest, at); frame !== null; frame = frameAt(rest, at)) {
      seen.different = compareOne(frame, module, seen.counts);
      if (seen.different !== null) return seen;
      seen.compared += 1;
      at = frame.end;
    }
    rest = rest.subarray(at);
  }
  if (module.exports.memory.buffer.byteLength !== seen.size) seen.different = 'the memory grew';
  return seen;
}

/** One request with its decision, or `null` where it is not whole yet. */
function frameAt(bytes, at) {
  if (bytes.length < at + 8) return null;
  const wordsEnd = at + 8 + bytes.readUInt32LE(at) * 4;
  const textEnd = wordsEnd + bytes.readUInt32LE(at + 4);
  if (bytes.length < textEnd + 8) return null;
  const end = textEnd + 8 + bytes.readUInt32LE(textEnd + 4);
  if (bytes.length < end) return null;
  return {
    words: bytes.subarray(at + 8, wordsEnd),
    text: bytes.subarray(wordsEnd, textEnd),
    result: bytes.readInt32LE(textEnd),
    output: bytes.subarray(textEnd + 8, end),
    end,
  };
}

function compareOne({ words, text, result, output }, { exports, bytes }, counts) {
  const [input, from] = [exports.input(), exports.output()];
  // As in the native build's input, which is new for each request.
  bytes.fill(0, input, input + TEXT_AT);
  bytes.set(words, input);
  bytes.set(text, input + TEXT_AT);
  let found;
  try {
    found = exports.verify(text.length);
  } catch (error) {
    return `trap: ${error}\n${show(words, text)}`;
  }
  const same = found === result && (result < 0 || output.equals(bytes.subarray(from, from + found)));
  const kind = result < 0 ? `fault ${result}` : kindOf(output.readUInt32LE(0), output.readUInt32LE(4));
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
  if (same) return null;
  const got = Buffer.from(bytes.subarray(from, from + Math.max(found, 0)));
  return `${show(words, text)}\nnative ${result}: ${output.toString('latin1')}\nmodule ${found}: ${got.toString('latin1')}`;
}

const kindOf = (outcome, reason) => (OUTCOMES[outcome] === 'denied' ? REASONS[reason - 1] : OUTCOMES[outcome]);

const show = (words, text) => `words ${words.toString('hex')}\ntext ${JSON.stringify(text.toString('latin1'))}`;

const told = ({ counts }) =>
  [...counts].sort((a, b) => b[1] - a[1]).map(([kind, number]) => `${kind} ${number}`).join(', ');

/** Where requests are all alike, nothing was compared. */
function isBroad({ counts, compared }) {
  const missing = ['granted', 'public', 'reported', ...REASONS.filter((reason) => reason !== 'exhausted')].filter((kind) => !counts.has(kind));
  if (compared < 100_000) return true;
  if (missing.length > 0) console.log(`never seen: ${missing.join(', ')}`);
  return missing.length === 0;
}

for (const build of builds) {
  if (!(await compare(build, Math.ceil(count * build.share)))) process.exitCode = 1;
}

// node wasm-edge/lambda-edge/cold.mjs [N]: what a cold start costs here. Builds the function, and in N
// fresh processes of Node (default 15) measures import, configuration and the first answer; then, in each,
// an answer when warm, in turns of 50. Of each the quickest, as what else a machine does only
// adds to it. A platform's own share of a cold start is not in it.
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { eventOf } from './test/event.mjs';
import { documentOf, unpacked } from './test/function.mjs';
import { signed } from './test/sign.mjs';

const MEASURE = `
const [index, text] = process.argv.slice(1);
const began = performance.now();
const { handler } = await import(index);
const imported = performance.now();
const first = await handler(JSON.parse(text));
const answered = performance.now();
if (first.uri !== '/a.txt') throw new Error(JSON.stringify(first));
const events = Array.from({ length: 2000 }, () => JSON.parse(text));
let warm = Infinity;
while (events.length > 0) {
  const turn = events.splice(-50);
  const from = performance.now();
  for (const event of turn) await handler(event);
  warm = Math.min(warm, (performance.now() - from) / turn.length * 1000);
}
console.log(JSON.stringify([imported - began, answered - imported, warm]));
`;

const count = Number(process.argv[2] ?? 15);
const document = documentOf();
const exp = Math.floor(Date.now() / 1000) + 600;
for (const [kid, alg] of [['k1', 'HS256'], ['ed', 'EdDSA']]) {
  document.sites[0].keys = documentOf().sites[0].keys.filter((key) => key.alg === alg);
  const index = pathToFileURL(join(unpacked(document), 'lambda-edge/index.mjs')).href;
  const event = JSON.stringify(eventOf({ target: `/a.txt?cs=${signed(`1~kid=${kid}~exp=${exp}`, { path: '/a.txt' })}` }));
  const rounds = Array.from({ length: count }, () => JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', MEASURE, index, event], { encoding: 'utf8' }),
  ));
  const [start, first, warm] = [0, 1, 2].map((at) => Math.min(...rounds.map((round) => round[at])));
  console.log(`${alg}: import and configuration ${start.toFixed(1)} ms, first answer ${first.toFixed(1)} ms, warm ${warm.toFixed(0)} µs `
    + `(quickest of ${count} processes, Node ${process.versions.node}: node wasm-edge/lambda-edge/cold.mjs ${count})`);
}

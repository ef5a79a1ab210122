// node wasm-edge/lambda-edge/vectors.mjs FILE [--list]: runs the verify cases of a file of vectors
// (docs/TOKEN.md §8) as events of Lambda@Edge. Each gives the file's verdict, and the handler's answer
// fits it. Exit code 0: all do; 1: some do not, or nothing was run; 2: wrong input. wasm-edge/build
// makes the modules. `--list` names the cases that an event cannot hold, or that the origin decides.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { load } from '../js/edge.js';
import { run } from '../js/vectors.js';
import { decide, factsOf } from './src/decide.mjs';
import { forwardOrAnswer } from './src/request.mjs';
import { eventOf, headerOf } from './test/event.mjs';

/** Whether an event says all of a request but its country. */
function holds({ request }) {
  const { target, headers, client } = factsOf(eventOf(request).Records[0].cf.request);
  const lines = (all) => JSON.stringify(all.map(([name, value]) => [name.toLowerCase(), value])
    .filter(([name]) => !['host', 'user-agent', 'accept'].includes(name)).sort(([a], [b]) => (a < b ? -1 : Number(a > b))));
  return target === request.target && lines(headers) === lines(request.headers) && client === request.client_ip;
}

/** In the place of a module: each request comes as an event, and the handler answers it too. */
class ThroughEvents {
  left = [];
  #edge;

  constructor(edge) {
    this.#edge = edge;
  }

  configure(document) {
    this.#edge.configure(document);
  }

  verify(request, options) {
    const event = () => eventOf(request).Records[0].cf;
    const { country, now } = request;
    const facts = { ...factsOf(event().request), now };
    const decision = this.#edge.verify({ ...facts, country }, options);
    const { config, request: sent } = event();
    const answer = forwardOrAnswer({ edge: this.#edge, cors: new Map() }, config, sent, now);
    const fault = this.#fault(request, facts, decision, answer);
    if (fault) throw new Error(`${fault}: ${JSON.stringify(answer)}`);
    return decision;
  }

  #fault({ method }, facts, decision, answer) {
    if (method === 'OPTIONS') return answer.status === '204' ? null : 'OPTIONS was not answered';
    if (method !== 'GET' && method !== 'HEAD') return answer.status === '405' ? null : 'the method was not refused';
    const { isLeft, decision: own } = decide(this.#edge, facts);
    if (isLeft) {
      this.left.push(decision.reason ?? 'granted');
      if (decision.reason !== 'geo' && decision.outcome !== 'granted') return `left to the origin, where it is ${decision.reason}`;
      return onward(answer, { ...own, settled: false });
    }
    return decision.passes ? onward(answer, decision) : denial(answer, decision, method);
  }
}

function denial(answer, { reason, status }, method) {
  if (answer.status !== String(status)) return `not ${status}`;
  if (method === 'HEAD') return answer.body === undefined ? null : 'a HEAD has a body';
  return JSON.parse(answer.body).code === reason ? null : `not ${reason}`;
}

/** What is no ASCII is escaped on its way; nothing else changes. */
const escaped = (query) => new URL(`x://x/?${query.replaceAll('#', '%23')}`).search;

function onward(answer, { target, settled, headers, site }) {
  if (answer.status !== undefined) return 'it should have gone on';
  const [path, ...query] = target.split('?');
  if (answer.uri !== path) return `path ${path}`;
  if (escaped(answer.querystring) !== escaped(query.join('?'))) return `query ${query}`;
  if ((headerOf(answer, 'countersign-edge') === site.name) !== settled) return `settled ${settled}`;
  const wrong = headers.find(([name, value]) => (headerOf(answer, name) ?? null) !== (value && Buffer.from(value, 'latin1').toString()));
  return wrong ? `header ${wrong}` : null;
}

/** wasm-edge/build makes it. */
const module = () => readFile(new URL('../dist/countersign-edge.wasm', import.meta.url)).catch(() => {
  throw new Error('wasm-edge/dist/countersign-edge.wasm is missing: run wasm-edge/build');
});

const USAGE = 'node wasm-edge/lambda-edge/vectors.mjs FILE [--list], such as tests/vectors/v1.json';
const named = (name) => (error) => {
  throw new Error(`${name}: ${error.message}`);
};

async function main() {
  const { values, positionals: [file] } = parseArgs({ allowPositionals: true, options: { list: { type: 'boolean' } } });
  if (file === undefined) throw new Error(USAGE);
  const all = (await readFile(file, 'utf8').then(JSON.parse).catch(named(file))).verify ?? [];
  const verify = all.filter(holds);
  const unheld = all.filter((one) => !verify.includes(one));
  const edge = new ThroughEvents(await load(await module()));
  const { cases, differences } = run(edge, { verify }, true);
  for (const difference of differences) console.log(`DIFFERENT ${difference}`);
  console.log(`${cases} verify cases as events, ${differences.length} different; ${edge.left.length} with geo go to the origin, which is told the country`);
  console.log(`${unheld.length} left out, as no event holds them${values.list ? ':' : ''}`);
  if (values.list) for (const { name } of unheld) console.log(`  ${name}`);
  if (cases === 0) console.log('nothing was run');
  return cases > 0 && differences.length === 0;
}

try {
  process.exitCode = await main() ? 0 : 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}

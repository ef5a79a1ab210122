// Runs every verify case of a vector file (docs/TOKEN.md §8) through the deployed viewer-request
// function, in V8 stripped to runtime 2.0 and, where it is installed, in njs.
//
//     node vectors.mjs FILE [--engine v8|njs]
//
// Each must give the file's verdict, reason and canonical target, or stand in refused.json: then it
// must be denied as `unsupported`, and one that gives the file's verdict fails the run. Exit code 0:
// all do; 1: some do not, or there are none; 2: no vector file.
import { readFileSync } from 'node:fs';
import { entriesOf, siteOf } from './kvs.mjs';
import { eventOf } from './test/event.mjs';
import { inNjs, inV8, njsProgram } from './test/engine.mjs';

const REFUSED = JSON.parse(readFileSync(new URL('refused.json', import.meta.url), 'utf8'));

const NUMBERS = ['exp', 'nbf', 'iat', 'uses', 'bps'];
const LISTS = ['ip', 'geo', 'method', 'qs', 'hdr'];
const unescaped = (value) => Buffer.from(value.replace(/~([0-9A-F]{2})|[^]/g, (sign, hex) =>
  hex ?? sign.charCodeAt(0).toString(16).padStart(2, '0')), 'hex').toString('utf8');

/** A canonical path written back as a URL's (TOKEN.md §3), byte by byte. */
export const written = (path) => [...Buffer.from(path)].map((byte) => {
  const sign = String.fromCharCode(byte);
  return /[A-Za-z0-9\-._~/]/.test(sign) ? sign : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}).join('');

/** A case as the driver plays it. */
export function caseOf({ site, keys, now, request }, requestId) {
  const told = { site, keys, hosts: [] };
  const entries = entriesOf({ version: 1, sites: [told] });
  return {
    site: siteOf(told),
    store: Object.fromEntries(entries.map(({ key, value }) => [key, value])),
    event: eventOf(request, requestId),
    now,
  };
}

/** A verdict in the words of the file. */
export function foundOf({ verdict, error }) {
  if (error) {
    return { error };
  }
  const { outcome, reason, path, carrier, fields } = verdict;
  if (outcome === 'granted') {
    const values = Object.entries(fields).filter(([name]) => !['path', 'sig', 'signed'].includes(name))
      .map(([name, value]) => [name, NUMBERS.includes(name) ? Number(value)
        : LISTS.includes(name) ? value.split('!').map(unescaped) : unescaped(value)]);
    return { allow: { path, carrier, ...Object.fromEntries(values) } };
  }
  return outcome === 'public' ? { public: { path } } : { [outcome === 'denied' ? 'deny' : 'report']: reason };
}

/** What is wrong with the handler's answer beside a verdict; undefined: nothing. */
export function answerFault({ verdict, answer }, { method }) {
  if (method !== 'GET' && method !== 'HEAD') {
    // It never reaches the verifier: OPTIONS is the origin's, others are refused.
    const isRight = method === 'OPTIONS' ? answer.uri === '/' : answer.statusCode === 405;
    return isRight ? undefined : `${method} was answered ${JSON.stringify(answer)}`;
  }
  if (verdict.outcome === 'denied') {
    const told = answer.statusCode === undefined ? {} : JSON.parse(answer.body || '{"code": ""}');
    return told.code === verdict.reason || answer.body === '' ? undefined : `answered ${JSON.stringify(answer)}`;
  }
  return answer.uri === written(verdict.path) ? undefined : `went on to ${JSON.stringify(answer.uri ?? answer)}`;
}

const sorted = (value) => (Array.isArray(value) ? value.map(sorted) : value && typeof value === 'object'
  ? Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])])) : value);
export const same = (one, other) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

const RULES = {
  /** A token of the request is of an EdDSA key. */
  eddsa: ({ keys, request }) => {
    const carried = [request.target, ...request.headers.map(([, value]) => value)].join(' ')
      .replace(/%([0-9a-f]{2})/gi, (escape, hex) => String.fromCharCode(parseInt(hex, 16)));
    return keys.some(({ alg, kid }) => alg === 'EdDSA' && carried.includes(`~kid=${kid}~`));
  },
};

/** What a verifier says only once it has looked at the signature. */
const BEHIND = ['bad_signature', 'lifetime', 'not_yet_valid', 'expired', 'path', 'method', 'ip', 'geo', 'revoked'];

/** Whether that is what a refused token comes to: under `optional` a denied cookie counts as none. */
const isRefused = (found, { allow, deny, report }) => (allow || BEHIND.includes(deny ?? report))
  && (same(found, { deny: 'unsupported' }) || same(found, { report: 'unsupported' })
    || Boolean(found.public && allow?.carrier === 'cookie'));

/** The rule that lets a case differ; a name in the list speaks for the case that has it. */
function ruleOf(one) {
  const named = REFUSED.find(({ vectors }) => vectors.includes(one.name));
  return named ?? REFUSED.find(({ rule }) => RULES[rule](one));
}

function playable(one, i) {
  try {
    return caseOf(one, `id-${i}`);
  } catch (error) {
    throw new Error(`${one?.name ?? `case ${i}`}: ${error.message}`);
  }
}

/** { passed, refused, faults } of one engine. */
export async function run(cases, engine) {
  const results = await engine(cases.map(playable));
  const faults = [];
  const refused = [];
  results.forEach((result, i) => {
    const one = cases[i];
    const found = foundOf(result);
    const fault = result.error ?? answerFault(result, one.request);
    const isNamed = REFUSED.some(({ vectors }) => vectors.includes(one.name));
    if (fault) {
      faults.push(`${one.name}: ${fault}`);
    } else if (same(found, one.expect)) {
      if (isNamed) {
        faults.push(`${one.name}: stands in refused.json, and passes`);
      }
    } else if (ruleOf(one) && isRefused(found, one.expect)) {
      refused.push(one.name);
    } else {
      faults.push(`${one.name}: expected ${JSON.stringify(one.expect)}, found ${JSON.stringify(found)}`);
    }
  });
  return { passed: cases.length - refused.length - faults.length, refused, faults };
}

async function main([file, ...flags]) {
  const at = flags.indexOf('--engine');
  const wanted = at < 0 ? undefined : flags[at + 1];
  const usage = 'node wasm-edge/cloudfront-function/vectors.mjs FILE [--engine v8|njs], such as tests/vectors/v1.json';
  if (file === undefined || (at >= 0 && !['v8', 'njs'].includes(wanted))) {
    console.error(usage);
    return 2;
  }
  let cases;
  try {
    cases = JSON.parse(readFileSync(file, 'utf8')).verify ?? [];
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    return 2;
  }
  if (!cases.length) {
    console.error(`${file}: no verify cases, so that nothing would be checked`);
    return 1;
  }
  const engines = { v8: () => inV8('viewer-request') };
  if (njsProgram()) {
    engines.njs = () => inNjs('viewer-request');
  } else if (wanted === 'njs') {
    console.error('there is no njs here: Debian has it in the package njs');
    return 1;
  } else {
    console.log('skipped: njs (it is not installed)');
  }
  let failed = false;
  for (const [name, engine] of Object.entries(engines).filter(([name]) => !wanted || name === wanted)) {
    const { passed, refused, faults } = await run(cases, engine());
    faults.forEach((fault) => console.log(`${name}: ${fault}`));
    console.log(`${name}: ${cases.length} cases, ${passed} as the file says, ${refused.length} refused as refused.json says, ${faults.length} differ`);
    failed ||= faults.length > 0;
  }
  return failed ? 1 : 0;
}

if (process.argv[1] && import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  process.exitCode = await main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    return 2;
  });
}

// The module's verdict over a request, with a key or without one.
import { Edge } from '../../js/edge.js';
import { signature } from '../../npm/src/sign/keys.js';
import { binary } from '../../npm/src/sign/text.js';
import { percentDecoded, toBytes } from './bytes.js';
import { Fault, ofConfig } from './fault.js';
import { split } from './found.js';
import { readToken, valueOf } from './token.js';

/**
 * @typedef {object} Judgement
 * @property {import('../../js/edge.d.ts').Verdict} verdict without a key: as if the signature held
 * @property {'holds' | 'does not hold' | 'not checked' | 'not reached'} signature
 * @property {import('../../js/edge.d.ts').Verdict | null} otherwise where it does not hold: the verdict if it did
 * @property {number | null} remainingSecs
 */

/**
 * @param {WebAssembly.Module} module
 * @param {{ found: import('./found.js').Found, request: object, site: object, entry: object | null, now: number }} asked
 *   `request`: method, client, country, and the target where none was pasted; `entry`: of the document's
 *   `sites`, with keys; `null`: without a key
 * @returns {Promise<Judgement>}
 * @throws {import('./fault.js').Fault}
 */
export async function judge(module, asked) {
  const judgement = await judgeAsIs(module, asked);
  return { ...judgement, verdict: withFaults(judgement.verdict, asked.found.tokens) };
}

async function judgeAsIs(module, { found, request, site, entry, now }) {
  const strangers = { ...(entry ?? { site }), keys: throwaway(found.tokens) };
  const whole = { ...request, target: found.target ?? request.target, headers: found.headers, now };
  const told = decide(module, entry ?? strangers, whole);
  const { verdict, remainingSecs } = told;
  if (!verdict.steps.some(({ name }) => name === 'signature')) {
    return { verdict, remainingSecs, signature: 'not reached', otherwise: null };
  }
  if (entry !== null && verdict.reason !== 'bad_signature') return { verdict, remainingSecs, signature: 'holds', otherwise: null };
  const forged = await probe(module, { found, request: whole }, strangers, verdict.path);
  if (entry !== null) return { verdict, remainingSecs, signature: 'does not hold', otherwise: forged?.verdict ?? null };
  const seen = forged ?? told;
  return { verdict: withoutKey(verdict, seen.verdict), remainingSecs: seen.remainingSecs, signature: 'not checked', otherwise: null };
}

function decide(module, entry, request) {
  // One for each question, so that no key outlives it.
  const edge = new Edge(module);
  try {
    edge.configure({ version: 1, sites: [entry] });
  } catch (error) {
    throw error.name === 'ConfigError' ? ofConfig(error, entry.isDocument) : error;
  }
  try {
    return edge.explain(request);
  } catch (error) {
    throw error.name === 'RequestError' ? new Fault('text', `No request could carry this: ${error.message}.`) : error;
  }
}

const randomHex = () => Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** A key of no worth for each `kid`, so that the module gets as far as the signature. */
function throwaway(tokens) {
  const kids = new Set(tokens.map(({ text }) => valueOf(readToken(text), 'kid')).filter((kid) => kid !== undefined));
  return [...(kids.size === 0 ? ['none'] : kids)].slice(0, 16).map((kid) => ({ kid, alg: 'HS256', state: 'active', secret: randomHex() }));
}

/** The same request, its tokens signed with keys of no worth: what the other checks say. `null`: it cannot be told. */
async function probe(module, { found, request }, entry, path) {
  const { site, keys } = entry;
  const signed = new Map();
  for (const { text } of found.tokens) {
    const token = readToken(text);
    const key = keys.find(({ kid }) => kid === valueOf(token, 'kid'));
    const bytes = token.faults.length === 0 && key !== undefined ? signedBytes(token, request, site, path) : null;
    if (bytes === null) continue;
    const made = await signature({ alg: 'HS256', secret: hexBytes(key.secret) }, bytes);
    signed.set(text, `${token.before}~sig=${base64url(made)}`);
  }
  if (signed.size === 0) return null;
  const { target, headers } = found.with((text) => signed.get(text) ?? text);
  const told = decide(module, entry, { ...request, target: target ?? request.target, headers });
  return told.reason === 'bad_signature' ? null : told;
}

const hexBytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const netstring = (bytes) => `${bytes.length}:${bytes},`;

/** docs/TOKEN.md §2, of the values that the request has. `null`: a value has no one reading. */
function signedBytes(token, { target, headers }, site, path) {
  let bytes = netstring('countersign/1') + netstring(site.name) + netstring(token.before);
  if (valueOf(token, 'path') === undefined) bytes += netstring(binary(path ?? ''));
  const pieces = (split(target, '?')[1] ?? '').split('&').filter((piece) => piece !== '').map((piece) => split(piece, '='));
  for (const name of valueOf(token, 'qs') ?? []) {
    const values = pieces.filter(([given]) => percentDecoded(given) === binary(name)).map(([, value]) => percentDecoded(value ?? ''));
    if (values.length > 1 || values[0] === null) return null;
    bytes += netstring(values.length === 0 ? '' : `=${values[0]}`);
  }
  for (const name of valueOf(token, 'hdr') ?? []) {
    const lines = headers.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value.replace(/^[ \t]+|[ \t]+$/g, ''));
    bytes += netstring(lines.length === 0 ? '' : `=${lines.join(', ')}`);
  }
  return toBytes(bytes);
}

/** The probe's steps, with what a key of no worth said taken out. */
function withoutKey(first, forged) {
  const steps = forged.steps.filter(({ name }) => name !== 'key in use').map((step, at) => {
    switch (step.name) {
      case 'carrier': return first.steps[at]?.name === 'carrier' ? first.steps[at] : step;
      case 'key': return { name: 'key', outcome: 'noted', note: `${step.note.split(',')[0]}; that key was not given` };
      case 'signature': return { name: 'signature', outcome: 'noted', note: 'not checked: no key was given' };
      default: return step;
    }
  });
  return { ...forged, steps };
}

/** The module has no room for what is wrong with a text. */
function withFaults(verdict, tokens) {
  let place = 0;
  const steps = verdict.steps.map((step) => {
    if (step.name !== 'text') return step;
    const faults = tokens[place++] === undefined ? [] : readToken(tokens[place - 1].text).faults;
    const note = faults.map(({ field, says }) => (field === '' ? says : `${field}: ${says}`)).join('; ');
    return step.outcome === 'failed' && note !== '' ? { ...step, note } : step;
  });
  return { ...verdict, steps };
}

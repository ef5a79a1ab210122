// A decision, read from a module's output (ABI.md).
import { CARRIERS, OUTCOMES, REASONS } from './words.js';

const WORDS = 16;
const SETTLED = 1;
const COOKIES = 2;

const decoder = new TextDecoder();

/** Reads decisions from a module's output. */
export class DecisionReader {
  #words;
  #bytes;

  /** @param {ArrayBuffer} memory @param {number} output */
  constructor(memory, output) {
    this.#words = new Uint32Array(memory, output, WORDS);
    this.#bytes = new Uint8Array(memory, output);
  }

  /** The first numbers of the output. */
  get words() {
    return this.#words;
  }

  /**
   * @param {import('./config.js').Site} site
   * @returns {import('./edge.d.ts').Decision}
   */
  read(site) {
    const words = this.#words;
    const outcome = OUTCOMES[words[0]];
    const jsonLength = words[12];
    const decision = {
      outcome,
      passes: outcome !== 'denied',
      reason: words[1] === 0 ? null : REASONS[words[1] - 1],
      status: words[1] === 0 ? null : words[2],
      carrier: CARRIERS[words[4]],
      settled: (words[3] & SETTLED) !== 0,
      path: null,
      target: null,
      cacheKey: null,
      remainingSecs: outcome === 'granted' ? words[5] + words[6] * 2 ** 32 : null,
      headers: [],
      site,
    };
    if (decision.passes) this.#onward(decision, WORDS * 4 + jsonLength);
    if (jsonLength > 0) {
      decision.verdict = JSON.parse(decoder.decode(this.#bytes.subarray(WORDS * 4, WORDS * 4 + jsonLength)));
    }
    return decision;
  }

  /** What the origin gets to see, and the key of a copy: all of it ASCII but for cookies. */
  #onward(decision, from) {
    const words = this.#words;
    const [target, key, token, cookies] = [words[8], words[9], words[10], words[11]];
    const end = target + key + token;
    const text = decoder.decode(this.#bytes.subarray(from, from + end));
    decision.path = text.slice(0, words[7]);
    decision.target = text.slice(0, target);
    decision.cacheKey = text.slice(target, target + key);
    decision.headers.push([decision.site.header, token === 0 ? null : text.slice(target + key)]);
    if ((words[3] & COOKIES) !== 0) {
      const value = latin1(this.#bytes.subarray(from + end, from + end + cookies));
      decision.headers.push(['cookie', value === '' ? null : value]);
    }
  }
}

/** A header's bytes as JavaScript's hosts carry them: a character for each. */
function latin1(bytes) {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

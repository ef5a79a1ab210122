// A request, laid out as ABI.md says.
import { requestTooLarge } from './faults.js';
import { RequestError } from './errors.js';

const encoder = new TextEncoder();

const MAX_LINES = 250;
const MAX_TEXT_BYTES = 64 * 1024;
const WORDS = 12;
/** Where text begins. */
const TEXT_AT = (WORDS + 2 * MAX_LINES) * 4;
const NONE = 0xffffffff;

/** Writes requests into a module's input. */
export class RequestWriter {
  #words;
  #text;

  /** @param {ArrayBuffer} memory @param {number} input */
  constructor(memory, input) {
    this.#words = new Uint32Array(memory, input, TEXT_AT / 4);
    this.#text = new Uint8Array(memory, input + TEXT_AT, MAX_TEXT_BYTES);
  }

  /**
   * Gives the length of the text.
   * @param {number} site @param {number} flags @param {number} now
   */
  write(request, site, flags, now) {
    const words = this.#words;
    const { method, target } = request;
    const client = request.client ?? null;
    const country = request.country ?? null;
    if (typeof method !== 'string' || typeof target !== 'string') {
      throw new RequestError('bad_request', 400, 'method and target are text');
    }
    words[0] = site;
    words[1] = flags;
    words[2] = now % 2 ** 32;
    words[3] = Math.floor(now / 2 ** 32);
    words[4] = method.length;
    words[5] = target.length;
    words[6] = client === null ? NONE : client.length;
    words[7] = country === null ? NONE : country.length;
    let text = method + target;
    if (client !== null) text += client;
    if (country !== null) text += country;
    let at = WORDS;
    for (const [name, value] of lines(request.headers)) {
      if (at === WORDS + 2 * MAX_LINES) throw requestTooLarge();
      words[at] = name.length;
      words[at + 1] = value.length;
      at += 2;
      text += name + value;
    }
    words[8] = (at - WORDS) / 2;
    if (text.length > MAX_TEXT_BYTES) throw requestTooLarge();
    const { written } = encoder.encodeInto(text, this.#text);
    // As many bytes as characters: all of it is ASCII, and the lengths are right.
    return written === text.length ? written : this.#writeSlowly(request);
  }

  /** Each part by itself: a target's characters are UTF-8, a header's stand for one byte each. */
  #writeSlowly({ method, target, client, country, headers }) {
    const words = this.#words;
    const parts = [utf8(method), utf8(target)];
    [words[4], words[5]] = parts.map((part) => part.length);
    [client, country].forEach((fact, place) => {
      if (fact === null || fact === undefined) return;
      const part = utf8(fact);
      words[6 + place] = part.length;
      parts.push(part);
    });
    let at = WORDS;
    for (const line of lines(headers)) {
      for (const text of line) {
        const part = latin1(text);
        words[at++] = part.length;
        parts.push(part);
      }
    }
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (length > MAX_TEXT_BYTES) throw requestTooLarge();
    let end = 0;
    for (const part of parts) {
      this.#text.set(part, end);
      end += part.length;
    }
    return end;
  }
}

/** Pairs, `Headers`, `Map`, or an object whose values are texts or lists of them. */
function lines(headers) {
  if (headers === undefined || headers === null) return [];
  if (typeof headers[Symbol.iterator] === 'function') return headers;
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : Array.isArray(value) ? value.map((one) => [name, one]) : [[name, value]]);
}

/** Half a character is no text: it becomes a byte that no path may have. */
function utf8(text) {
  const whole = /[\ud800-\udfff]/u;
  if (!whole.test(text)) return encoder.encode(text);
  const bytes = [];
  for (const character of text) {
    if (whole.test(character)) bytes.push(0xff);
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}

function latin1(text) {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0xff) throw new RequestError('bad_request', 400, 'a header line has a character that is no byte');
    bytes[at] = code;
  }
  return bytes;
}

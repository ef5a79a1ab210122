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
/** Flag: the lines are those of the token's header and of cookies only. */
const FEW = 4;
const COOKIE = 'cookie';

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
   * Gives the length of the text. With `header`, the token's, no lines are written but its and cookies:
   * all that a usual token needs.
   * @param {Request} request
   * @param {number} site @param {number} flags @param {number} now @param {string | null} header
   */
  write(request, site, flags, now, header) {
    const words = this.#words;
    const { method, target, client, country } = request;
    words[0] = site;
    words[1] = header === null ? flags : flags | FEW;
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
    let count = 0;
    for (const [name, value] of request.lines) {
      if (typeof name !== 'string' || typeof value !== 'string') throw notText();
      if (++count > MAX_LINES) throw requestTooLarge();
      if (header !== null && !isNeeded(name, header)) continue;
      words[at] = name.length;
      words[at + 1] = value.length;
      at += 2;
      text += name + value;
    }
    words[8] = (at - WORDS) / 2;
    if (text.length > MAX_TEXT_BYTES) throw requestTooLarge();
    const { read, written } = encoder.encodeInto(text, this.#text);
    // As many bytes as characters: all of it is ASCII, and the lengths are right.
    return read === text.length && written === read ? written : this.#writeSlowly(request, header);
  }

  /** Each part by itself: a target's characters are UTF-8, a header's stand for one byte each. */
  #writeSlowly({ method, target, client, country, lines }, header) {
    const words = this.#words;
    const parts = [utf8(method), utf8(target)];
    [words[4], words[5]] = parts.map((part) => part.length);
    [client, country].forEach((fact, place) => {
      if (fact === null) return;
      const part = utf8(fact);
      words[6 + place] = part.length;
      parts.push(part);
    });
    let at = WORDS;
    for (const line of lines) {
      if (header !== null && !isNeeded(line[0], header)) continue;
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

/**
 * A request whose parts are what they should be; its lines can be gone through twice.
 * @typedef {{ method: string, target: string, client: string | null, country: string | null, lines: Iterable<[string, string]> }} Request
 * @param {import('./edge.d.ts').EdgeRequest} request
 * @returns {Request}
 */
export function checked({ method, target, client = null, country = null, headers }) {
  const isFact = (fact) => fact === null || typeof fact === 'string';
  if (typeof method !== 'string' || typeof target !== 'string' || !isFact(client) || !isFact(country)) throw notText();
  return { method, target, client, country, lines: lines(headers) };
}

function notText() {
  return new RequestError('bad_request', 400, 'a part of the request is no text');
}

function isNeeded(name, header) {
  if (name.length !== header.length && name.length !== COOKIE.length) return false;
  const lower = name.toLowerCase();
  return lower === COOKIE || lower === header;
}

/** Pairs, `Headers`, `Map`, or an object whose values are texts or lists of them. */
function lines(headers) {
  if (headers === undefined || headers === null) return [];
  // What can be gone through once only is its own iterator.
  if (typeof headers.next === 'function') return Array.from(headers);
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

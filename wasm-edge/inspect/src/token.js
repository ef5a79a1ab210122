// A token's text taken apart as far as it goes, with every fault said (docs/TOKEN.md §1), for people.
// The module alone decides; this says what stands there, and why a text is none.
import { FIELDS, MAX_LIST } from '../../npm/src/sign/fields.js';
import { isNumber } from '../../npm/src/sign/text.js';
import { fromUtf8 } from './bytes.js';

const MAX_TOKEN_BYTES = 2048;
const BARE = /[A-Za-z0-9\-._/:]/;

/**
 * @typedef {object} Piece one `~name=value`
 * @property {string} name
 * @property {string} raw as written
 * @property {number | string | string[] | undefined} value unescaped, patterns as written; `undefined` where it is at fault
 */

/**
 * @param {string} text
 * @returns {{ version: number | null, pieces: Piece[], before: string, signature: string | null, faults: { field: string, says: string }[] }}
 */
export function readToken(text) {
  const read = { version: null, pieces: [], before: text, signature: null, faults: [] };
  const fault = (field, says) => read.faults.push({ field, says });
  const first = text.indexOf('~');
  if (text.length > MAX_TOKEN_BYTES) fault('', `has ${text.length} characters; ${MAX_TOKEN_BYTES} bytes are the most`);
  else if (first < 0) fault('', 'has no "~": this is no token, or it was cut off');
  else readVersion(text.slice(0, first), read, fault);
  if (read.faults.length > 0) return read;
  const end = text.indexOf('~sig=');
  if (end >= 0) {
    read.before = text.slice(0, end);
    read.signature = text.slice(end + '~sig='.length);
    checkSignature(read.signature, fault);
  }
  // A "~" before a lower-case letter starts a field, any other an escape.
  for (const piece of read.before.slice(first).split(/~(?=[a-z])/).slice(1)) read.pieces.push(readPiece(piece, fault));
  if (!/^~[a-z]/.test(text.slice(first))) fault('', 'has no field behind "1~"');
  checkTable(read, fault);
  return read;
}

function readVersion(version, read, fault) {
  if (!/^[1-9][0-9]{0,9}$/.test(version)) return fault('', 'starts with no version; a token of version 1 starts with "1~"');
  read.version = Number(version);
  if (read.version !== 1) fault('', `is of version ${version}; this page reads version 1`);
}

function readPiece(piece, fault) {
  const at = piece.indexOf('=');
  const [name, raw] = at < 0 ? [piece, ''] : [piece.slice(0, at), piece.slice(at + 1)];
  const field = FIELDS.find(([known]) => known === name);
  const says = at < 0 ? 'has no "="' : raw === '' ? 'has no value' : badSpelling(raw);
  if (!/^[a-z]{1,8}$/.test(name)) fault(name, "a field's name is 1 to 8 of a-z");
  else if (says !== null) fault(name, says);
  else if (field === undefined) fault(name, 'this version has no such field, and every field is critical (unsupported)');
  else return { name, raw, value: readValue(raw, field, fault) };
  return { name, raw, value: undefined };
}

/** The first thing in a value that has another spelling or none. */
function badSpelling(raw) {
  for (const part of raw.match(/~[0-9A-F]{2}|[^]/gu)) {
    if (part.length === 3) {
      const shown = String.fromCharCode(parseInt(part.slice(1), 16));
      if (BARE.test(shown)) return `${part} must be written ${shown}, which needs no escape`;
    } else if (part === '~') {
      return 'a "~" that starts no escape ~XX (upper-case hexadecimal)';
    } else if (part === '%') {
      return 'a "%": a token has none; was it percent-encoded twice, or pasted encoded?';
    } else if (!BARE.test(part) && part !== '*' && part !== '!') {
      return `${JSON.stringify(part)} stands in no token unescaped; was the link cut off, wrapped or changed?`;
    }
  }
  return null;
}

const unescaped = (raw) => fromUtf8(raw.replace(/~(..)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))));

function readValue(raw, [name, kind, allows, rule], fault) {
  let value;
  if (kind === 'number') value = /^[1-9][0-9]{0,9}$/.test(raw) ? Number(raw) : null;
  else if (kind === 'text') value = /[*!]/.test(raw) ? null : unescaped(raw);
  else value = raw.split('!').map((member) => (name === 'path' ? member : member.includes('*') ? null : unescaped(member)));
  const isList = kind !== 'list' || (value.length <= MAX_LIST && value.every((member) => member !== null && member !== ''));
  const isFigure = kind !== 'number' || isNumber(value);
  if (value !== null && isList && isFigure && allows(value)) return value;
  fault(name, `must be ${rule}`);
  return undefined;
}

function checkSignature(signature, fault) {
  const odd = signature.search(/[^A-Za-z0-9_-]/);
  // The unused bits of the last character are zero.
  const last = { 43: /[AEIMQUYcgkosw048]$/, 86: /[AQgw]$/ }[signature.length];
  if (odd >= 0) fault('sig', `${JSON.stringify(signature.slice(odd, odd + 12))} stands behind it; sig is last, of A-Z a-z 0-9 - _ only`);
  else if (last === undefined) fault('sig', `has ${signature.length} characters; 43 (HS256) or 86 (EdDSA) are right, so it was cut off or is no signature`);
  else if (!last.test(signature)) fault('sig', 'ends in bits that are not zero; it was changed or cut off');
}

/** Order, and what must be there. */
function checkTable({ pieces, signature }, fault) {
  const place = (name) => FIELDS.findIndex(([known]) => known === name);
  const known = pieces.map(({ name }) => name).filter((name) => place(name) >= 0);
  known.slice(1).forEach((name, at) => {
    if (name === known[at]) fault(name, 'stands twice');
    else if (place(name) < place(known[at])) fault(name, `must stand before ${known[at]}`);
  });
  for (const name of ['kid', 'exp']) if (!known.includes(name)) fault(name, 'is missing');
  if (known.includes('uses') && !known.includes('jti')) fault('uses', 'needs jti');
  if (signature === null) fault('sig', 'is missing; the token was cut off or never signed');
}

/** The value of a field; `undefined` where it is absent or at fault. */
export const valueOf = ({ pieces }, name) => pieces.find((piece) => piece.name === name)?.value;

// The signed bytes (docs/TOKEN.md §2), as a text of a character a byte.
import { SignError } from './errors.js';
import { binary, isUnicode } from './text.js';

const netstring = (bytes) => `${bytes.length}:${bytes},`;

/** @throws {SignError} for a value that no request could carry so */
export function signedBytes(site, text, grant, path, query, headers) {
  let bytes = netstring('countersign/1') + netstring(site.name) + netstring(text);
  if (grant.path === undefined) bytes += netstring(path);
  for (const name of grant.qs ?? []) bytes += netstring(parameter(query, name));
  for (const name of grant.hdr ?? []) bytes += netstring(header(headers, name));
  return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
}

const unsendable = (field) => new SignError(field, 'a signed value that no request could carry once and plainly');

function parameter(query, name) {
  if (!Object.hasOwn(query, name) || query[name] === undefined) return '';
  if (!isUnicode(query[name])) throw unsendable('qs');
  return `=${binary(query[name])}`;
}

/** Two spellings of one name are two lines. */
function header(headers, name) {
  const lines = Object.entries(headers).filter(([key, value]) => key.toLowerCase() === name && value !== undefined);
  for (const [, line] of lines) {
    if (typeof line !== 'string' || !/^[\x20-\x7e\t]*$/.test(line) || /^[ \t]|[ \t]$/.test(line)) throw unsendable('hdr');
  }
  return lines.length === 0 ? '' : `=${lines.map(([, line]) => line).join(', ')}`;
}
